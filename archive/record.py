"""From what several sources state of one telling to what is kept as its revision. Pure.

    Entry ─ from_entry ─┐
    ArticlePage ─ from_page ─┼─> Statement ... ─ compose ─> Chosen (a revision's fields, each with its source)
    what a person set ───────┘

A statement is what one source said at one time, kept whole (`to_json`, its text and html apart); `compose`
chooses among the newest of each source by the ladders of RECORD and says why. What was not chosen stays in its
statement. Called by `archive.store.deposit`, and by reparse and replay.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from html import unescape
from types import MappingProxyType
from typing import Any, Final

from archive.errors import UsageError
from archive.identity.address import url_key
from archive.identity.edits import quiet
from archive.identity.folding import fold, words_in
from archive.identity.ids import digest16
from archive.identity.likeness import coverage, shingles_of
from archive.model.stated import (
    ArticlePage,
    Author,
    Claim,
    Enclosure,
    Entry,
    Precision,
    Update,
    Wall,
    WallKind,
    must_be_aware,
)


class Source(StrEnum):
    """Who stated it."""

    FEED = "feed"
    PAGE = "page"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one source states of one telling at one time.

    `text` is plain (paragraphs parted by a newline, "" where none), `html` cleaned. `provenance` maps a field to
    the place inside the source that its value came from (a page's "json-ld", "visible", ...). `summary_only`: a
    feed that offered nothing but a summary element. Counters are observations and no part of it.
    """

    source: Source
    title: str = ""
    text: str = ""
    html: str | None = None
    url: str | None = None
    origin_url: str | None = None
    canonical_url: str | None = None
    authors: tuple[Author, ...] = ()
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    modified_precision: Precision | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    image_url: str | None = None
    description: str | None = None
    site_name: str | None = None
    reading_minutes: int | None = None
    word_count: int | None = None
    enclosures: tuple[Enclosure, ...] = ()
    comments_url: str | None = None
    summary_only: bool = False
    wall: Wall | None = None
    claims: tuple[Claim, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        must_be_aware("published_at", self.published_at)
        must_be_aware("modified_at", self.modified_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The fields of a revision. `provenance` maps each to its source ("feed", "page json-ld", "hand", "computed").

    `text_source` is the statement that text and html come from; `notes` say what was not chosen, and why.
    """

    title: str
    text: str
    html: str | None
    url: str | None
    canonical_url: str | None
    authors: tuple[Author, ...]
    published_at: datetime | None
    published_precision: Precision | None
    modified_at: datetime | None
    section: str | None
    tags: tuple[str, ...]
    language: str | None
    image_url: str | None
    description: str | None
    site_name: str | None
    reading_minutes: int | None
    word_count: int
    enclosures: tuple[Enclosure, ...]
    text_source: Source
    provenance: Mapping[str, str]
    notes: tuple[str, ...] = ()


EARLIEST: Final = datetime(
    1990, 1, 1, tzinfo=UTC
)  # no news is older; an empty field of some program is
MAX_AHEAD: Final = timedelta(hours=48)

AUTO_WORDS: Final = 250
"""Under this an entry's page is fetched: 8-19 % of whole articles are shorter (one fetch too many costs little)."""

SHORT_TEXT: Final = 80  # a feed's text of fewer words is a teaser, whatever it ends with
KEEPS_WORDS: Final = 0.9
KEEPS_RUNS: Final = 0.5
"""Page text of at least so many of the feed's words and 4-word runs is the same text, and more of it."""

SAME_TELLING: Final = 0.8

# "... Read more", "[…]", "Lees verder »": the end of a text that goes on elsewhere.
_GOES_ON: Final = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])[\s\]»>→.]*$"
    r"|\b(?:read more|continue reading|read the full (?:story|article)|lees (?:meer|verder)"
    r"|weiterlesen|mehr lesen|lire la suite|en savoir plus|seguir leyendo|leer m[aá]s|continua a leggere"
    r"|leggi tutto|ler mais|leia mais|läs mer|læs mere|les mer|czytaj (?:więcej|dalej)|続きを読む)"
    r"[\s.…»>→\]]*$",
    re.IGNORECASE,
)
_CUT_TITLE: Final = re.compile(r"(?:…|\.\.\.)\s*$")
_TAG: Final = re.compile(r"<[^>]*>")
_MORE_THAN_TEXT: Final = re.compile(r"<(?!/|p>|br>)")
# Addresses in which a tracker or a session can hide; the others differ by no more than http and https.
_LADEN_ADDRESS: Final = re.compile(r'\bhttps?://[^\s"<>?#;]+[?#;][^\s"<>]*')

# A page's place in the ladder of authors: below these stand the feed, then what was only inferred.
_SURE_SOURCES: Final = frozenset({"rule", "json-ld", "microdata", "opengraph", "meta", "visible"})


# ---- statements ---------------------------------------------------------------------------------


def from_entry(entry: Entry) -> Statement:
    """Return what a feed's entry states. A date read without a time has precision day, midnight UTC."""
    precision = None
    if entry.published_at is not None:
        is_day = (entry.date_source or "").endswith("day")
        precision = Precision.DAY if is_day else Precision.MINUTE
    return Statement(
        source=Source.FEED,
        title=entry.title,
        text=entry.text,
        html=entry.html if entry.html is not None else entry.summary_html,
        url=entry.url,
        origin_url=entry.origin_url,
        authors=entry.authors,
        published_at=entry.published_at,
        published_precision=precision,
        modified_at=entry.updated_at,
        tags=entry.tags,
        language=entry.language,
        image_url=entry.image_url,
        description=_plain(entry.summary_html) if entry.html is not None else None,
        enclosures=entry.enclosures,
        comments_url=entry.comments_url,
        summary_only=entry.summary_only,
        provenance={"published_at": entry.date_source} if entry.date_source else {},
        extra=entry.extra,
    )


def from_page(page: ArticlePage, url: str | None = None) -> Statement:
    """Return what an article page states; `url` is the address it was fetched from, after redirects."""
    return Statement(
        source=Source.PAGE,
        title=page.title or "",
        text=page.text or "",
        html=page.html,
        url=url,
        canonical_url=page.canonical_url,
        authors=tuple(Author(name=name) for name in page.authors if name),
        published_at=_utc(page.published_at),
        published_precision=page.published_precision,
        modified_at=_utc(page.modified_at),
        modified_precision=page.modified_precision,
        section=page.section,
        tags=page.tags,
        language=page.language,
        image_url=page.image_url,
        description=page.description,
        site_name=page.site_name,
        reading_minutes=page.reading_minutes,
        word_count=page.word_count,
        enclosures=page.enclosures,
        wall=page.wall,
        claims=page.claims,
        provenance=dict(page.provenance),
        extra=_page_extra(page),
    )


def _page_extra(page: ArticlePage) -> dict[str, object]:
    """Return what a page says that no field of a statement holds: for `show --why`, and for later."""
    updates = [_update(each) for each in page.updates if each.text or each.title]
    stated = {
        "robots": list(page.robots),
        "next_page_url": page.next_page_url,
        "language_parts": [list(part) for part in page.language_parts],
        "updates": updates,
    }
    return {name: value for name, value in stated.items() if value}


def _update(update: Update) -> dict[str, object]:
    """Return a live blog's update; its html where it says more than paragraphs do: links, quotes, pictures."""
    kept: dict[str, object] = {"at": _utc(update.at), "title": update.title, "text": update.text}
    return {**kept, "html": update.html} if _MORE_THAN_TEXT.search(update.html) else kept


def _utc(at: datetime | None) -> datetime | None:
    """Return an instant that a page states with its own offset as one of the archive."""
    return at.astimezone(UTC) if at is not None else None


def statement_digest(statement: Statement) -> bytes:
    """Return 16 bytes that are equal for statements that tell readers the same.

    Left out: counters, reading time, the modified date, claims not chosen, trackers in addresses, white space, and
    in a text that shows a clock or a counter, that. So a feed that stamps every poll states nothing new.
    """
    s = statement
    published = s.published_at.isoformat() if s.published_at else ""
    return digest16(
        s.source,
        _even(s.title),
        quiet(s.text),
        _quiet_html(s.html),
        _key(s.url),
        _key(s.origin_url),
        _key(s.canonical_url),
        _joined(f"{a.name}\x1f{a.email or ''}\x1f{a.url or ''}" for a in s.authors),
        published,
        s.section,
        _joined(s.tags),
        s.language,
        _key(s.image_url),
        _even(s.description or ""),
        s.site_name,
        _joined(_key(e.url) for e in s.enclosures),
        f"{s.wall.kind}" if s.wall else "",
        *_updates_told(s),
    )


def _updates_told(statement: Statement) -> list[str]:
    """Return the words of a live blog's updates; no part of the digest where there are none."""
    updates = statement.extra.get("updates")
    return [_even(str(u.get("text"))) for u in updates] if isinstance(updates, list) else []


def _even(text: str) -> str:
    return " ".join(text.split())


def _key(url: str | None) -> str:
    return (url_key(url) or url) if url else ""


def _joined(parts: Any) -> str:
    return "\x1e".join(parts)


def _quiet_html(html: str | None) -> str:
    """Return html whose addresses have no trackers, and whose words are left to the text's digest."""
    if not html:
        return ""
    tags = "".join(_TAG.findall(html)).replace("http://", "https://")
    return _even(_LADEN_ADDRESS.sub(lambda found: _key(unescape(found[0])), tags))


def _plain(html: str | None) -> str | None:
    """Return the words of a short cleaned html on one line; None for none."""
    if not html:
        return None
    return _even(unescape(_TAG.sub(" ", html))) or None


# ---- as JSON ------------------------------------------------------------------------------------


def to_json(statement: Statement) -> dict[str, Any]:
    """Return a statement as JSON-ready values, without its text and html (kept in `contents`) and without defaults."""
    return _stated(statement, _STATED)


def chosen_json(chosen: Chosen) -> dict[str, Any]:
    """Return the chosen fields that have no column of their own as JSON-ready values, without defaults."""
    return _stated(chosen, _CHOSEN)


def _stated(values: Statement | Chosen, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain_value(value) for name in names if (value := getattr(values, name))}


def from_json(stated: Mapping[str, Any], *, text: str, html: str | None) -> Statement:
    """Return the statement that `to_json` took apart. Unknown keys (of a newer version) are passed over.

    One without a source is a feed's: most are, and a statement that cannot be read would hide its article.
    """
    values = {k: _READ[k](v) if k in _READ else v for k, v in stated.items() if k in _STATED}
    values.setdefault("source", Source.FEED)
    return Statement(text=text, html=html, **values)


_STATED: Final = tuple(f.name for f in fields(Statement) if f.name not in ("text", "html"))
_CHOSEN: Final = (
    "authors", "tags", "description", "site_name", "enclosures", "provenance", "notes",
)  # fmt: skip


def _plain_value(value: Any) -> Any:
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain_value(each) for each in value]
    if isinstance(value, (Author, Enclosure, Claim, Wall)):
        pairs = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _plain_value(inner) for name, inner in pairs if inner is not None}
    return value if value is None else str(value)


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value)


_READ: Final[Mapping[str, Any]] = {
    "source": Source,
    "authors": lambda rows: tuple(Author(**row) for row in rows),
    "enclosures": lambda rows: tuple(Enclosure(**row) for row in rows),
    "claims": lambda rows: tuple(Claim(**{"value": None, **row}) for row in rows),
    "wall": lambda row: Wall(kind=WallKind(row["kind"]), marker=row["marker"]),
    "tags": tuple,
    "published_at": _instant,
    "modified_at": _instant,
    "published_precision": Precision,
    "modified_precision": Precision,
}


# ---- page against feed --------------------------------------------------------------------------


def wants_page(entry: Entry, policy: str) -> bool:
    """Tell whether an entry's article page is to be fetched; `policy` is the feed's "auto", "always" or "never"."""
    if policy == "never" or not entry.url:
        return False
    if policy == "always" or entry.summary_only or entry.is_cut:
        return True
    return len(_words(entry.text)) < AUTO_WORDS or _GOES_ON.search(entry.text.rstrip()) is not None


def is_unrelated(feed_title: str, page: Statement) -> bool:
    """Tell whether a page is about something else: under half of the feed title's words stand in it.

    One-word titles and pages without words prove nothing.
    """
    wanted = frozenset(_words(feed_title))
    shown = frozenset(_words(f"{page.title} {page.description or ''} {page.text}"))
    return len(wanted) > 1 and bool(shown) and coverage(wanted, shown) < 0.5


def page_text_replaces(feed: Statement, page: Statement) -> tuple[bool, str]:
    """Return whether a page's text replaces the feed's, and why (not). Unrelated pages are the caller's to refuse."""
    if page.wall is not None and page.wall.kind is not WallKind.PAYWALL:
        return False, f"the page is a {page.wall.kind} wall"
    theirs, ours = _words(page.text), _words(feed.text)
    if not theirs:
        return False, "the page has no text"
    runs = coverage(frozenset(shingles_of(ours, 4)), frozenset(shingles_of(theirs, 4)))
    if page.wall is not None:
        if runs >= 0.9 or not ours:
            return True, "a teaser before a paywall, which holds the feed's text"
        return False, "a teaser before a paywall, which leaves out text of the feed"
    if not ours:
        return True, "the feed states no text"
    if len(theirs) >= KEEPS_WORDS * len(ours) and runs >= KEEPS_RUNS:
        return True, f"the page holds {runs:.0%} of the feed's text, in {len(theirs)} words"
    if len(ours) < SHORT_TEXT and len(theirs) >= len(ours):
        return True, f"the feed gives {len(ours)} words, the page {len(theirs)}"
    if len(theirs) < KEEPS_WORDS * len(ours):
        return False, f"the page gives {len(theirs)} words, the feed {len(ours)}"
    return False, f"the page holds only {runs:.0%} of the feed's text"


def is_shorter_telling(text: str, of: str) -> bool:
    """Tell whether `text` is a shorter form of the text `of`: another feed's teaser, and no edit."""
    short, long = _words(text), _words(of)
    if not short or len(short) >= len(long):
        return not short
    runs = coverage(frozenset(shingles_of(short, 4)), frozenset(shingles_of(long, 4)))
    return runs >= SAME_TELLING


@lru_cache(maxsize=64)  # one entry's text is asked for three times in a row, by three rules
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_in(text))


# ---- dates --------------------------------------------------------------------------------------


def is_believed(at: datetime | None, first_seen_at: datetime) -> bool:
    """Tell whether a stated instant can be true: not before 1990, not more than 48 h after it was seen."""
    return at is not None and EARLIEST <= at <= first_seen_at + MAX_AHEAD


def effective_at(
    published_at: datetime | None, precision: Precision | None, first_seen_at: datetime
) -> datetime:
    """Return the instant an article is ordered by: published if believed, never after it was first seen.

    A day without a time gives first_seen if that lies in the day (UTC), else noon of the day.
    """
    if published_at is None or not is_believed(published_at, first_seen_at):
        return first_seen_at
    published_at = published_at.astimezone(UTC)
    if precision is Precision.DAY:
        seen = first_seen_at.astimezone(UTC)
        if published_at.date() == seen.date():
            return first_seen_at
        published_at = datetime.combine(published_at.date(), time(12), UTC)
    return min(published_at, first_seen_at)


# ---- choosing -----------------------------------------------------------------------------------


class _Choice:
    """The fields chosen so far, with their sources."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.provenance: dict[str, str] = {}
        self.notes: list[str] = []

    def take(self, name: str, statement: Statement | None, value: Any = None) -> bool:
        """Take a field from a statement if nothing has it yet; return whether it was taken."""
        if statement is None or name in self.provenance:
            return False
        value = getattr(statement, name) if value is None else value
        if value in (None, "", ()):
            return False
        place = statement.provenance.get(name)
        is_page = statement.source is Source.PAGE
        self.values[name] = value
        self.provenance[name] = f"page {place}" if is_page and place else str(statement.source)
        return True


def compose(
    feed: Statement,
    page: Statement | None = None,
    hand: Mapping[str, object] | None = None,
    *,
    first_seen_at: datetime,
    feed_title: str | None = None,
    page_text_is_shared: bool = False,
    n_feed_words: int | None = None,
) -> Chosen:
    """Choose the fields of a revision from the newest statements of one telling.

    `hand` holds what a person set (`hand_value`), on top of every ladder. `feed_title` names the site where
    nobody else does. `page_text_is_shared`: the same page text came for two other articles of the site.
    `n_feed_words`: how many words the feed's text has, where they are counted already. The page
    fills what the feed did not state and changes no title or date that the feed states; behind a wall, and where
    it is about something else, nothing of it is taken.
    """
    choice = _Choice()
    usable = _usable(feed, page, choice.notes, is_shared=page_text_is_shared)
    text_source = _choose_text(choice, feed, usable)
    _choose_title(choice, feed, usable)
    _choose_dates(choice, feed, usable, first_seen_at)
    _choose_authors(choice, feed, usable)
    for name in ("section", "tags", "image_url", "description", "language", "canonical_url"):
        choice.take(name, usable)
        choice.take(name, feed)
    choice.take("url", feed)
    choice.take("url", usable)
    choice.take("site_name", usable)
    choice.take("site_name", feed, feed_title)
    if usable is not None and usable.provenance.get("reading_minutes") != "computed":
        choice.take("reading_minutes", usable)
    enclosures = {e.url: e for s in (usable, feed) if s is not None for e in s.enclosures}
    _put_hand(choice, hand or {})
    values = choice.values
    text = values.get("text", "")
    if n_feed_words is None or text is not feed.text:
        n_feed_words = len(_words(text))
    return Chosen(
        title=values.get("title", ""),
        text=text,
        html=values.get("html"),
        url=values.get("url"),
        canonical_url=values.get("canonical_url"),
        authors=values.get("authors", ()),
        published_at=values.get("published_at"),
        published_precision=values.get("published_precision"),
        modified_at=values.get("modified_at"),
        section=values.get("section"),
        tags=values.get("tags", ()),
        language=values.get("language"),
        image_url=values.get("image_url"),
        description=values.get("description"),
        site_name=values.get("site_name"),
        reading_minutes=values.get("reading_minutes"),
        word_count=n_feed_words,
        enclosures=tuple(enclosures.values()),
        text_source=Source.HAND if choice.provenance.get("text") == "hand" else text_source,
        provenance=MappingProxyType({**choice.provenance, "word_count": "computed"}),
        notes=tuple(choice.notes),
    )


def _usable(
    feed: Statement, page: Statement | None, notes: list[str], *, is_shared: bool
) -> Statement | None:
    """Return the page if anything of it may be taken, else None with a note."""
    if page is None:
        return None
    if page.wall is not None and page.wall.kind is not WallKind.PAYWALL:
        notes.append(f"page: {page.wall.kind} wall ({page.wall.marker})")
        return None
    if is_shared:
        notes.append("page: unrelated (the site gives this text for other articles too)")
        return None
    if is_unrelated(feed.title, page):
        notes.append("page: unrelated (it has under half of the title's words)")
        return None
    return page


def _choose_text(choice: _Choice, feed: Statement, page: Statement | None) -> Source:
    chosen = feed
    if page is not None:
        replaces, why = page_text_replaces(feed, page)
        chosen = page if replaces else feed
        choice.notes.append(f"text of the {chosen.source}: {why}")
    choice.take("text", chosen)
    choice.take("html", chosen)
    return chosen.source


def _choose_title(choice: _Choice, feed: Statement, page: Statement | None) -> None:
    is_cut = _CUT_TITLE.search(feed.title) is not None
    if is_cut and page is not None and _words(page.title)[:2] == _words(feed.title)[:2]:
        choice.take("title", page)
    choice.take("title", feed)
    choice.take("title", page)


def _choose_dates(
    choice: _Choice, feed: Statement, page: Statement | None, first_seen_at: datetime
) -> None:
    """Feed with a time, page with a time, feed, page; what cannot be true is passed over with a note."""
    dated = [s for s in (feed, page) if s is not None and s.published_at is not None]
    believed = [s for s in dated if is_believed(s.published_at, first_seen_at)]
    choice.notes += [
        f"published of the {s.source} not believed: {s.published_at:%Y-%m-%d}"
        for s in dated
        if s not in believed
    ]
    believed.sort(key=lambda s: s.published_precision is Precision.DAY)  # stable: the feed first
    for statement in believed:
        choice.take("published_at", statement)
        choice.values.setdefault("published_precision", statement.published_precision)
    published: datetime = choice.values.get("published_at", EARLIEST)
    for each in (page, feed):
        at = each.modified_at if each is not None else None
        if at is not None and is_believed(at, first_seen_at) and at >= published:
            choice.take("modified_at", each)


def _choose_authors(choice: _Choice, feed: Statement, page: Statement | None) -> None:
    if page is not None and _names_somebody(page):
        choice.take("authors", page)
    choice.take("authors", feed)
    choice.take("authors", page)


def _names_somebody(page: Statement) -> bool:
    """Whether a page surely states its authors, and not only the paper itself, which says less than a feed."""
    if page.provenance.get("authors") not in _SURE_SOURCES:
        return False
    site = (page.site_name or "").casefold()
    names = [author.name.casefold() for author in page.authors]
    return not (site and len(names) == 1 and (site in names[0] or names[0] in site))


# ---- by hand ------------------------------------------------------------------------------------

HAND_FIELDS: Final = (
    "title", "text", "url", "authors", "section", "tags", "language", "published_at", "image_url",
    "description",
)  # fmt: skip


def hand_value(name: str, text: str) -> object:
    """Return what `set ID name=text` puts, JSON-ready: a list for authors and tags (commas part them), else text.

    Raises UsageError for a field that is not to be set, or a date that is none (ISO 8601 with a zone).
    """
    if name not in HAND_FIELDS:
        raise UsageError(f"{name!r} cannot be set; one of: {', '.join(HAND_FIELDS)}")
    if name in ("authors", "tags"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if name == "published_at":
        try:
            must_be_aware(name, datetime.fromisoformat(text))
        except ValueError:
            cure = "write it as 2024-05-31T14:30+02:00"
            raise UsageError(f"published_at={text!r} is no instant with a zone; {cure}") from None
    return text


TAGGED: Final = "tagged"
UNTAGGED: Final = "untagged"
"""Tags that a person put on an article or took off it: beside those its sources state, which go on to count."""


def retagged(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> tuple[str, ...]:
    """Return `tags` without `removed` and with `added`; case and accents part no tags."""
    gone = {fold(tag) for tag in removed}
    kept = {fold(tag): tag for tag in tags if fold(tag) not in gone}
    for tag in added:
        kept.setdefault(fold(tag), tag)
    return tuple(kept.values())


def _put_hand(choice: _Choice, hand: Mapping[str, object]) -> None:
    """Put what a person set above all else; None stands for what is no longer set by hand."""
    _put_hand_fields(choice, hand)
    added, removed = (_names(hand.get(name)) for name in (TAGGED, UNTAGGED))
    if added or removed:
        choice.values["tags"] = retagged(choice.values.get("tags", ()), added, removed)
        choice.provenance["tags"] = "hand"


def _names(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()


def _put_hand_fields(choice: _Choice, hand: Mapping[str, object]) -> None:
    for name, value in hand.items():
        if name not in HAND_FIELDS or value is None:
            continue
        choice.values[name] = _HAND_READ.get(name, lambda text: text)(value)
        choice.provenance[name] = "hand"
        if name == "text":
            choice.values.pop("html", None)
            choice.provenance.pop("html", None)
        if name == "published_at":
            choice.values["published_precision"] = Precision.MINUTE


_HAND_READ: Final[Mapping[str, Any]] = {
    "authors": lambda names: tuple(Author(name=name) for name in names),
    "tags": tuple,
    "published_at": _instant,
}
