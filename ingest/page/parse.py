"""An article page, read: bytes in, an `ArticlePage` out, and never an exception.

The order is the data's: bytes to one tree; titles; the body; the line around the headline, which ends
where the body begins; every other field's ladder; last of all whether this is an article at all.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archive.model.site import SiteRules
from archive.model.stated import (
    ArticlePage,
    CounterKind,
    Enclosure,
    HeaderPiece,
    Wall,
    WallKind,
)
from archive.words.tokens import tokens
from ingest.clean import one_line
from ingest.page.corrections import corrections_in
from ingest.page.dating import date_raws, state_dates, zone_of
from ingest.page.headerline import Moment, find_headline, read_header_line
from ingest.page.jsonld import read_linked_data
from ingest.page.language import detected
from ingest.page.listing import list_marker, n_listed
from ingest.page.live import set_sections, updates_of
from ingest.page.liveshown import updates_shown
from ingest.page.measure import minutes_to_read
from ingest.page.meta import MetaTags, Microdata, Relations
from ingest.page.metadata import (
    Ledger,
    Stated,
    counters,
    language_tag,
    next_page_of,
    robots_of,
    site_name_of,
    state_names_and_places,
    state_reading_minutes,
)
from ingest.page.text import extract
from ingest.page.titles import chosen_title, title_claims
from ingest.page.tree import PageTree, letters, read, selected
from ingest.page.walls import Evidence, find_wall

# The libraries' own reports ("discarding data", "empty HTML tree") are about pages, not about us.
for _name in ("trafilatura", "htmldate", "readability", "charset_normalizer"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

_MAX_ENCLOSURES = 40
_MEDIA_FILE = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav|mp4|m4v|webm|mov)$", re.IGNORECASE)


def parse_article(
    html: bytes,
    url: str,
    *,
    fetched_at: datetime,
    content_type: str | None = None,
    rules: SiteRules | None = None,
) -> ArticlePage:
    """Read one article page.

    `url` is the address after redirects, `fetched_at` an aware instant: "today" on the page is its day.
    `content_type` is the HTTP header. Returns an empty ArticlePage for what is no HTML. A wall other
    than a paywall gives its kind and nothing that could be taken for the article.
    """
    try:
        page = read(html, url, content_type)
        return (
            _parsed(page, fetched_at, rules or SiteRules()) if page is not None else ArticlePage()
        )
    except Exception:
        logging.getLogger(__name__).exception("page_unreadable url=%s", url)
        return ArticlePage()


def _parsed(page: PageTree, fetched_at: datetime, rules: SiteRules) -> ArticlePage:
    meta, micro = MetaTags(page), Microdata(page)
    data = read_linked_data(page.linked_data())
    article = data.article(
        page.url,
        [meta.first("og:title") or "", *(h.text_content() for h in list(page.root.iter("h1"))[:5])],
    )
    site_name = site_name_of(meta, data, article)
    ruled = _ruled(page, rules)
    language = (
        rules.language
        or language_tag(page.language_stated)
        or language_tag(meta.first("og:locale"))
    )
    site_zone = _site_zone(rules)
    zone = site_zone or zone_of(date_raws(meta, article), fetched_at)

    claims = title_claims(
        page,
        meta,
        article,
        [site_name or "", *(n.text("name") or "" for n in data.of_type("Organization"))],
    )
    titles = [claim.value for claim in claims]
    body = extract(
        page, titles, article=article, text=rules.text, remove=rules.remove, language=language
    )
    moment = Moment(language=language, now=fetched_at, zone=zone)
    headline = find_headline(page.root, titles)
    header = read_header_line(
        page, headline, body.first_paragraph(), moment, selector=rules.header_line
    )
    body.drop_line(header.is_made_of)
    html, text = body.rendered(page.base_url)
    listed = tuple(updates_of(article, page.base_url, zone))
    is_live = article is not None and "LiveBlogPosting" in article.types
    shown = () if listed else updates_shown(page, headline, zone, is_live=is_live)
    if set_sections(body.root, text, listed or shown, all_shown=bool(shown)):
        html, text = body.rendered(page.base_url)

    listed_here = n_listed(page, meta, data, text) if article is None else 0
    wall = find_wall(
        Evidence(page=page, meta=meta, data=data, article=article, text=text, n_listed=listed_here)
    )
    robots = robots_of(meta)
    if wall is not None and wall.kind is not WallKind.PAYWALL:
        return ArticlePage(wall=wall, robots=robots)

    inferred = None if rules.language else detected(language, next(iter(titles), None), text)
    language = inferred or language

    ledger = Ledger()
    for stated in ruled.get("title", ()):
        ledger.state("title", "rule", stated, stated)
    chosen = chosen_title(claims)
    if chosen is not None:
        ledger.state("title", chosen.source, chosen.value, chosen.value)
    for claim in claims:
        ledger.state("title", claim.source, claim.value, claim.value)
    stated_all = Stated(
        page=page,
        meta=meta,
        micro=micro,
        relations=Relations(page),
        data=data,
        article=article,
        header=header,
        headline=headline,
        site_name=site_name,
        language=language,
        language_is_inferred=inferred is not None,
        fetched_at=fetched_at,
        zone=zone,
        site_zone=site_zone,
        ruled=ruled,
    )
    if listed_here:
        ledger.state("list", "inferred", list_marker(listed_here), listed_here)
    for kind, line in corrections_in(text):
        ledger.state(kind, "visible", line, line)
    return replace(
        _assembled(ledger, stated_all, html, text, wall, robots),
        updates=listed or shown,
        header_line=tuple(_as_taken(piece, ledger) for piece in header.pieces),
        language_parts=body.parts,
    )


def _assembled(
    ledger: Ledger, s: Stated, html: str, text: str, wall: Wall | None, robots: tuple[str, ...]
) -> ArticlePage:
    state_names_and_places(ledger, s)
    published, modified = state_dates(ledger, s)
    state_reading_minutes(ledger, s)
    first_image = re.search(r'<img[^>]*? src="([^"]+)"', html)
    if first_image and ledger.chosen("image_url") is None:
        ledger.state("image_url", "visible", first_image[1], first_image[1].replace("&amp;", "&"))
    n_words = len(tokens(text))
    if text and ledger.chosen("reading_minutes") is None:
        ledger.state("reading_minutes", "computed", f"{n_words} words", minutes_to_read(text))
    counted = counters(s)
    minutes = ledger.value("reading_minutes")
    provenance = ledger.provenance
    if text:
        provenance |= {
            "text": "rule" if s.ruled.get("text") else "inferred",
            "word_count": "computed",
        }
    return ArticlePage(
        title=ledger.text("title"),
        authors=ledger.names("authors"),
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        modified_at=modified.at if modified else None,
        modified_precision=modified.precision if modified else None,
        section=ledger.text("section"),
        tags=ledger.names("tags"),
        language=ledger.text("language"),
        text=text or None,
        html=html or None,
        image_url=ledger.text("image_url"),
        site_name=ledger.text("site_name"),
        canonical_url=ledger.text("canonical_url"),
        description=ledger.text("description"),
        word_count=n_words if text else None,
        reading_minutes=minutes if isinstance(minutes, int) else None,
        counters=counted,
        view_count=next((c.value for c in counted if c.kind is CounterKind.VIEWS), None),
        wall=wall,
        robots=robots,
        enclosures=tuple(_enclosures(s, html)),
        next_page_url=next_page_of(s.page, s.meta),
        claims=tuple(ledger.claims),
        provenance=provenance,
    )


def _as_taken(piece: HeaderPiece, ledger: Ledger) -> HeaderPiece:
    """Return a piece of the header line as the ladders took it: an author's bare name is no section after all."""
    is_name = letters(piece.text) in {letters(name) for name in ledger.names("authors")}
    return HeaderPiece(text=piece.text) if piece.read_as == "section" and is_name else piece


def _ruled(page: PageTree, rules: SiteRules) -> dict[str, list[str]]:
    """Return what a site's selectors find, and the facts it states, by field."""
    found: dict[str, list[str]] = {}
    for name, selector in (
        ("title", rules.title),
        ("section", rules.section),
        ("authors", rules.authors),
        ("published", rules.published),
    ):
        for element in selected(page.root, selector) if selector else ():
            stated = one_line(
                element.get("datetime") or element.get("content") or element.text_content()
            )
            if stated and len(stated) < 1_000:
                found.setdefault(name, []).append(stated)
    if rules.language:
        found["language"] = [rules.language]
    if rules.text and selected(page.root, rules.text):
        found["text"] = [rules.text]
    return found


def _site_zone(rules: SiteRules) -> tzinfo | None:
    try:
        return ZoneInfo(rules.timezone) if rules.timezone else None
    except (ValueError, KeyError, OSError):
        return None  # `config check` tells the operator; a page is read all the same


def _enclosures(s: Stated, html: str) -> Iterable[Enclosure]:
    """Yield the audio and video files that the page states, and those that its text links to."""
    stated: list[tuple[str, str | None, str | None]] = []
    for key in ("audio", "video", "associatedMedia", "encoding"):
        for node in s.article.nodes(key) if s.article else ():
            stated += [
                (u, node.text("encodingFormat"), node.text("name"))
                for u in node.texts("contentUrl")
            ]
    for medium in ("audio", "video"):
        media_type = s.meta.first(f"og:{medium}:type")
        if media_type is None or media_type.startswith(medium):  # else it is a player's page
            stated += [
                (u, media_type, None)
                for u in s.meta.all(f"og:{medium}:secure_url", f"og:{medium}:url", f"og:{medium}")
                if media_type or _MEDIA_FILE.search(urlsplit(u).path)
            ]
    for element in s.page.root.iter("audio", "video"):
        for source in (element, *element.iter("source")):
            stated.append((source.get("src") or "", source.get("type"), None))
    stated += [
        (href, None, None)
        for href in re.findall(r'<a href="([^"]+)"', html)
        if _MEDIA_FILE.search(urlsplit(href).path)
    ]
    seen: set[str] = set()
    for address, kind, title in stated:
        url = s.page.absolute(address)
        if url and url not in seen and len(seen) < _MAX_ENCLOSURES:
            seen.add(url)
            yield Enclosure(url=url, type=kind if kind and "/" in kind else None, title=title)
