"""When an article was published and changed: the stated dates, and the one that is believed.

The ladder of RECORD: linked data, the article's meta properties, microdata, a date in the address,
the visible line, and only where no place for dates states one, htmldate's search of the page.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit

import htmldate
from lxml import etree
from lxml.html import HtmlElement

from archive.model.stated import Precision
from ingest.dates import Read, is_believable, read_date
from ingest.page.jsonld import Node
from ingest.page.meta import MetaTags
from ingest.page.metadata import Ledger, Stated

_LATEST_AHEAD = timedelta(hours=24)
_MOST_BEHIND = timedelta(
    days=366
)  # that far a clock may be behind before a page's own is the wrong one
_WIDEST = timedelta(hours=14)  # of the offsets in use (IANA time zone database)
_ZONES_STEP = timedelta(minutes=15)  # all of them are whole quarters of an hour
_OFFSET = re.compile(r"T\d{2}:\d{2}.*?([+-]\d{2}:?\d{2})$")
_ARCHIVED = re.compile(r"^.*/(?=https?:/)")  # a copy's address holds the original's
_OTHERS = etree.XPath(
    "//blockquote | //*[self::div or self::section or self::ol or self::ul or self::li or self::article]"
    "[contains(@class, 'comment') or contains(@id, 'comment')]"
)
_URL_DATE = re.compile(r"/((?:19|20)\d{2})[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-])")
_PUBLISHED_META = (
    "article:published_time", "article:published", "og:published_time",
    "og:article:published_time", "parsely-pub-date", "sailthru.date", "datepublished",
    "dcterms.created", "dc.date.issued", "dc.date.created",
    "cxenseparse:recs:publishtime", "publish-date", "publish_date", "publication_date",
    "publicationdate", "pubdate", "pub_date", "article.published", "article_date_original",
    "date.publish", "rnews:datepublished", "vr:published_time",
)  # fmt: skip
# Names that say a date and not which: many programs put the day the page was made there.
_SOME_DATE_META = ("date", "dc.date", "dcterms.date", "created")
_MODIFIED_META = (
    "article:modified_time", "og:updated_time", "article:modified", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "datemodified", "revised", "article.updated",
    "cxenseparse:recs:modifiedtime",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """An instant with the offset of the place it was written in; a day is 00:00 UTC of that date."""

    at: datetime
    precision: Precision


def state_dates(ledger: Ledger, s: Stated) -> tuple[Dated | None, Dated | None]:
    """State published_at and modified_at; return the chosen instants.

    An instant carries the offset of the place where it was written, so that its day is the day the
    paper printed: a report of 21:24 in Philadelphia is of that evening, not of the next UTC day.
    A date without a time gives way to a later claim that has the time of that day. A modification
    before the publication is no modification.
    """
    latest = _latest(s)
    published = _chosen_date(ledger, s, "published_at", _published(s), latest)
    if published is None and not any(c.field == "published_at" for c in ledger.claims):
        # Not where a stated date was refused: then the page's clock is wrong, and so is a guess.
        published = _chosen_date(ledger, s, "published_at", _by_htmldate(s), latest)
    modified = _chosen_date(ledger, s, "modified_at", _modified(s), latest, not_before=published)
    place = _place_of(s)
    return _as_written(ledger, "published_at", published, place), _as_written(
        ledger, "modified_at", modified, place
    )


def zone_of(s_raws: Iterable[str], fetched_at: datetime) -> tzinfo:
    """Return the zone to read a time without one in: that of an instant stated on the page, else of the fetch."""
    stated = (offset for raw in s_raws if (offset := _offset_of(raw)) is not None)
    return next(stated, None) or fetched_at.tzinfo or UTC


def instant_of(raw: str, zone: tzinfo) -> datetime | None:
    """Return a stated instant with the offset it was written with; `zone` is that of one without."""
    read = read_date(raw, zone=zone)
    if read is None:
        return None
    return read.at.astimezone(_offset_of(raw) or (zone if "no zone" in read.how else UTC))


def _offset_of(raw: str) -> tzinfo | None:
    """Return the offset at the end of an instant; None for UTC too, which programs write everywhere."""
    match = _OFFSET.search(raw.strip())
    if match is None or match[1].replace(":", "") in ("+0000", "-0000"):
        return None
    try:
        return datetime.fromisoformat("2000-01-01T00:00" + match[1]).tzinfo
    except ValueError:
        return None


def _latest(s: Stated) -> datetime:
    """Return the last instant that is believed: a day after the fetch, or what the page's own clock shows.

    A program stamps the moment of a change, a person sets a date of publication ahead. So where the
    page was changed after "now", it is our clock that is behind: a machine without a battery for it,
    or a file that was fetched at another time than the one that is given.
    """
    latest = s.fetched_at + _LATEST_AHEAD
    stamps = [s.article.text("dateModified") if s.article else None]
    stamps += [s.meta.first("article:modified_time"), s.meta.first("og:updated_time")]
    for raw in stamps:
        read = _read(s, raw) if raw else None
        if read is None or read.precision is not Precision.MINUTE:
            continue
        if latest < read.at <= s.fetched_at + _MOST_BEHIND:
            latest = read.at
    return latest


def _place_of(s: Stated) -> tzinfo | None:
    """Return the zone the page is written in: the site's, a stated offset, or what its shown clock tells.

    "2020-02-25T02:25:54Z" beside a line that shows "February 24, 2020, 9:25pm" is five hours west.
    """
    if s.site_zone is not None:
        return s.site_zone
    for raw in date_raws(s.meta, s.article):
        if (offset := _offset_of(raw)) is not None:
            return offset
    shown = s.header.published
    if shown is None or shown.read.precision is not Precision.MINUTE:
        return None
    if not shown.read.how.endswith("no zone"):
        return None
    for raw in date_raws(s.meta, s.article):
        read = _read(s, raw)
        if read is None or read.precision is not Precision.MINUTE:
            continue
        clock = shown.read.at.astimezone(s.zone).replace(tzinfo=UTC)
        apart = clock - read.at.replace(second=0, microsecond=0)
        if apart and abs(apart) <= _WIDEST and apart % _ZONES_STEP == timedelta(0):
            return timezone(apart)
    return None


def _as_written(ledger: Ledger, name: str, read: Read | None, place: tzinfo | None) -> Dated | None:
    claim = ledger.chosen(name)
    if read is None or claim is None:
        return None
    zone = (_offset_of(claim.stated) or place) if read.precision is Precision.MINUTE else None
    return Dated(read.at.astimezone(zone) if zone is not None else read.at, read.precision)


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
    address = _ARCHIVED.sub("", urlsplit(s.page.url).path)
    if (dated := _URL_DATE.search(address)) is not None:
        raw = f"{dated[1]}-{int(dated[2]):02}-{int(dated[3]):02}"
        yield "inferred", raw, _read(s, raw)
    if s.header.published:
        yield "visible", s.header.published.stated, s.header.published.read
    for name in _SOME_DATE_META:
        yield from (("meta", raw, _read(s, raw)) for raw in s.meta.all(name))


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
    if s.page.is_vast:
        return  # its searches of all elements and all text would take seconds
    latest = (s.fetched_at + _LATEST_AHEAD).astimezone(UTC).date().isoformat()
    try:
        found = htmldate.find_date(
            _without_others(s.page.root),
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


def _without_others(root: HtmlElement) -> HtmlElement:
    """Return a copy without what others dated: quoted posts and comments."""
    pruned = deepcopy(root)
    for element in _OTHERS(pruned):
        if element.getparent() is not None and element.find(".//h1") is None:
            element.drop_tree()
    return pruned


def _read(s: Stated, raw: str) -> Read | None:
    return read_date(raw, language=s.language, zone=s.zone)


def _chosen_date(
    ledger: Ledger,
    s: Stated,
    name: str,
    stated: Iterator[tuple[str, str, Read | None]],
    latest: datetime,
    not_before: Read | None = None,
) -> Read | None:
    chosen: Read | None = None
    for source, raw, read in stated:
        if read is None:
            continue
        believed = is_believable(read.at, latest) and read.at <= latest
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
