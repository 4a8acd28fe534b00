"""When an article was published and changed: the stated dates, and the one that is believed.

The ladder of RECORD: linked data, the article's meta properties, microdata, a date in the address,
the visible line, and only where no place for dates states one, htmldate's search of the page.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

import htmldate

from archive.model.stated import Precision
from ingest.dates import Read, is_believable, read_date
from ingest.page.jsonld import Node
from ingest.page.meta import MetaTags
from ingest.page.metadata import Ledger, Stated

_LATEST_AHEAD = timedelta(hours=24)
_URL_DATE = re.compile(r"/((?:19|20)\d{2})[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-])")
_PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time",
    "og:article:published_time", "parsely-pub-date", "sailthru.date", "datepublished",
    "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date.created", "dc.date",
    "cxenseparse:recs:publishtime", "publish-date", "publish_date", "publication_date",
    "publicationdate", "pubdate", "pub_date", "date", "article.published", "created",
    "article_date_original", "date.publish", "rnews:datepublished", "vr:published_time",
)  # fmt: skip
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "article:modified", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "datemodified", "revised", "article.updated",
    "cxenseparse:recs:modifiedtime",
)  # fmt: skip


def state_dates(ledger: Ledger, s: Stated) -> tuple[Read | None, Read | None]:
    """State published_at and modified_at; return the chosen instants.

    A date without a time gives way to a later claim that has the time of that day. A modification
    before the publication is no modification.
    """
    published = _chosen_date(ledger, s, "published_at", _published(s))
    if published is None and not any(c.field == "published_at" for c in ledger.claims):
        # Not where a stated date was refused: then the page's clock is wrong, and so is a guess.
        published = _chosen_date(ledger, s, "published_at", _by_htmldate(s))
    modified = _chosen_date(ledger, s, "modified_at", _modified(s), not_before=published)
    return published, modified


def zone_of(s_raws: Iterable[str], fetched_at: datetime) -> tzinfo:
    """Return the zone to read a time without one in: that of an instant stated on the page, else of the fetch."""
    for raw in s_raws:
        match = re.search(r"T\d{2}:\d{2}.*?([+-]\d{2}:?\d{2})$", raw.strip())
        if match and match[1].replace(":", "") not in ("+0000", "-0000"):
            try:
                instant = datetime.fromisoformat("2000-01-01T00:00" + match[1])
            except ValueError:
                continue
            if instant.tzinfo is not None:
                return instant.tzinfo
    return fetched_at.tzinfo or UTC


def date_raws(meta: MetaTags, article: Node | None) -> Iterator[str]:
    """Yield the page's machine-readable dates as written."""
    for key in ("datePublished", "dateModified"):
        yield from article.texts(key) if article else ()
    yield from meta.all(*_PUBLISHED_META[:2], *_MODIFIED_META[:2])


def _published(s: Stated) -> Iterator[tuple[str, str, Read | None]]:
    yield from (("rule", raw, _read(s, raw)) for raw in s.ruled.get("published", ()))
    for key in ("datePublished", "dateCreated"):
        yield from (
            ("json-ld", raw, _read(s, raw)) for raw in (s.article.texts(key) if s.article else ())
        )
    for name in _PUBLISHED_META:
        source = "opengraph" if ":" in name else "meta"
        yield from ((source, raw, _read(s, raw)) for raw in s.meta.all(name))
    yield from (("microdata", raw, _read(s, raw)) for raw in s.micro.all("datePublished"))
    if (dated := _URL_DATE.search(urlsplit(s.page.url).path)) is not None:
        raw = f"{dated[1]}-{int(dated[2]):02}-{int(dated[3]):02}"
        yield "inferred", raw, _read(s, raw)
    if s.header.published:
        yield "visible", s.header.published.stated, s.header.published.read


def _modified(s: Stated) -> Iterator[tuple[str, str, Read | None]]:
    yield from (
        ("json-ld", raw, _read(s, raw))
        for raw in (s.article.texts("dateModified") if s.article else ())
    )
    for name in _MODIFIED_META:
        source = "opengraph" if ":" in name else "meta"
        yield from ((source, raw, _read(s, raw)) for raw in s.meta.all(name))
    yield from (("microdata", raw, _read(s, raw)) for raw in s.micro.all("dateModified"))
    if s.header.updated:
        yield "visible", s.header.updated.stated, s.header.updated.read


def _by_htmldate(s: Stated) -> Iterator[tuple[str, str, Read | None]]:
    """Ask htmldate, which searches the whole page; only where nothing was stated in a place for dates."""
    latest = (s.fetched_at + _LATEST_AHEAD).astimezone(UTC).date().isoformat()
    try:
        found = htmldate.find_date(
            s.page.root,
            original_date=True,
            url=s.page.url or None,
            min_date="1990-01-01",
            max_date=latest,
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return  # its patterns meet dates that are none
    # "© 2026" alone makes it say the first of January.
    if found and not found.endswith("-01-01"):
        yield "inferred", found, read_date(found)


def _read(s: Stated, raw: str) -> Read | None:
    return read_date(raw, language=s.language, zone=s.zone)


def _chosen_date(
    ledger: Ledger,
    s: Stated,
    name: str,
    stated: Iterator[tuple[str, str, Read | None]],
    not_before: Read | None = None,
) -> Read | None:
    chosen: Read | None = None
    for source, raw, read in stated:
        if read is None:
            continue
        believed = is_believable(read.at, s.fetched_at) and read.at <= s.fetched_at + _LATEST_AHEAD
        if not_before is not None and read.at < not_before.at:
            believed = False
        ledger.state(name, source, raw, read.at.isoformat(), accept=believed)
        if not believed:
            continue
        if chosen is None:
            chosen = read
        elif _adds_the_time(chosen, read, s.zone):
            chosen = read
            ledger.choose(name, source, raw)
    return chosen


def _adds_the_time(chosen: Read, read: Read, zone: tzinfo) -> bool:
    """Tell whether `read` says at what time of the day `chosen` it was."""
    if chosen.precision is not Precision.DAY or read.precision is not Precision.MINUTE:
        return False
    return read.at.astimezone(zone).date() == chosen.at.date()
