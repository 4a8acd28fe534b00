"""What people read, as statements of plain SQL and the values they become. No SQLAlchemy: the reading commands start
in a blink. Both engines understand every statement here; what they do differently stands in `sqlite.py`.

Called by `archive.front` and `archive.search`, with a `Reader`. Stored JSON is read tolerantly: an archive written by
a neighbouring version still shows.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from archive.errors import NotFound
from archive.store.instants import NEVER, to_at, to_at_or_none, to_us
from archive.store.sqlite import Reader, Row

if TYPE_CHECKING:
    # A search makes none of these: they cost 14 ms of its start.
    from archive.model.kept import Article, FeedRow, Observation, Revision, Sighting
    from archive.model.stated import Author, Enclosure

SHORTEST_ID: Final = 4
"""Characters of a public id that people must type at least (IDENTITY)."""


# ---- feeds --------------------------------------------------------------------------------------


def feed_names(reader: Reader) -> list[tuple[int, str, str | None]]:
    """Return (id, name, title) of every feed, retired ones too: their articles stay."""
    rows = reader.rows("SELECT id, name, coalesce(title, stated_title) FROM feeds ORDER BY id")
    return [(row[0], row[1], row[2]) for row in rows]


_FEED_COLUMNS: Final = (
    "id", "name", "url", "title", "stated_title", "state", "origin", "is_private", "publishes", "site_url",
    "language", "tags", "page", "interval_s", "next_poll_at", "last_poll_at", "last_good_at", "n_failures",
    "last_reason", "last_detail", "reasons",
)  # fmt: skip


def feed_rows(reader: Reader, *, only: int | None = None) -> "tuple[FeedRow, ...]":
    """Return all feeds by name, or the one of this id."""
    n_articles: dict[int, int] = dict(
        reader.rows(
            "SELECT s.feed_id, count(DISTINCT v.article_id) FROM sightings AS s"
            " JOIN variants AS v ON v.id = s.variant_id"
            f"{'' if only is None else ' WHERE s.feed_id = ?'} GROUP BY s.feed_id",
            () if only is None else (only,),
        )
    )
    rows = reader.rows(
        f"SELECT {', '.join(_FEED_COLUMNS)} FROM feeds"
        f"{'' if only is None else ' WHERE id = ?'} ORDER BY name",
        () if only is None else (only,),
    )
    return tuple(_feed_row(dict(zip(_FEED_COLUMNS, row, strict=True)), n_articles) for row in rows)


def _feed_row(held: Mapping[str, Any], n_articles: Mapping[int, int]) -> "FeedRow":
    from archive.identity.ids import strip_secrets  # brings hashlib, which a search does not need
    from archive.model.kept import FeedRow

    is_private = bool(held["is_private"])
    return FeedRow(
        id=held["id"],
        name=held["name"],
        url=held["url"],
        address=_host_alone(held["url"]) if is_private else strip_secrets(held["url"]),
        title=held["title"] or held["stated_title"] or held["name"],
        state=held["state"],
        origin=held["origin"],
        is_private=is_private,
        publishes=bool(held["publishes"]),
        site_url=held["site_url"],
        language=held["language"],
        tags=tuple(map(str, _list(held["tags"]))),
        page=held["page"],
        interval_s=held["interval_s"],
        next_poll_at=to_at_or_none(held["next_poll_at"]),
        last_poll_at=to_at_or_none(held["last_poll_at"]),
        last_good_at=to_at_or_none(held["last_good_at"]),
        n_failures=held["n_failures"],
        last_reason=held["last_reason"],
        last_detail=held["last_detail"],
        n_articles=n_articles.get(held["id"], 0),
        reasons=tuple(map(str, _list(held["reasons"]))),
    )


def _host_alone(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}/ (private)"
    except ValueError:
        return "(private)"


# ---- articles -----------------------------------------------------------------------------------


def find_article(reader: Reader, typed: str) -> int:
    """Return the row id of the article whose public id begins so; a merged article's id gives its survivor.

    Raises NotFound: nothing begins so, several articles do, fewer than 4 characters were typed.
    """
    prefix = typed.strip().lower()
    if len(prefix) < SHORTEST_ID or not (prefix.isascii() and prefix.isalnum()):
        raise NotFound(
            f"'{typed}' is no article's id: type at least its first {SHORTEST_ID} characters (letters and digits),"
            " as newsarchive search shows them",
            subject=typed,
        )
    rows = reader.rows(
        "SELECT id, public_id FROM articles WHERE public_id >= ? AND public_id < ? ORDER BY public_id LIMIT 20",
        (prefix, prefix + "~"),
    )
    survivors = {survivor_of(reader, row_id): public_id for row_id, public_id in reversed(rows)}
    if not survivors:
        raise NotFound(
            f"no article has an id that begins with '{prefix}'; find it with: newsarchive search WORDS",
            subject=typed,
        )
    if len(survivors) > 1:
        some = ", ".join(sorted(survivors.values())[:5])
        raise NotFound(f"several ids begin with '{prefix}': {some}; type more of it", subject=typed)
    return int(next(iter(survivors)))


def survivor_of(reader: Reader, article: int) -> int:
    """Return the article that an article was merged into in the end; itself if it was not."""
    seen = {article}
    while row := reader.row("SELECT merged_into FROM articles WHERE id = ?", (article,)):
        if row[0] is None or row[0] in seen:
            break
        article = row[0]
        seen.add(article)
    return article


def short_id(reader: Reader, public_id: str) -> str:
    """Return the shortest beginning of an id, of 4 characters or more, that no other article's has."""
    before = reader.row("SELECT max(public_id) FROM articles WHERE public_id < ?", (public_id,))
    after = reader.row("SELECT min(public_id) FROM articles WHERE public_id > ?", (public_id,))
    shared = max(_n_shared(public_id, row[0]) for row in (before, after) if row)
    return public_id[: max(SHORTEST_ID, shared + 1)]


def _n_shared(one: str, other: str | None) -> int:
    n = 0
    for a, b in zip(one, other or "", strict=False):
        if a != b:
            break
        n += 1
    return n


def article_of(reader: Reader, article: int) -> "Article":
    """Return an article, with its face, every sighting and counter; NotFound where it has no revision yet."""
    from archive.model.kept import Article
    from archive.store.relating import related

    row = reader.row(
        "SELECT a.public_id, a.first_seen_at, a.effective_at, a.settled_at, v.id, v.revision_id, v.page_state,"
        " v.page_detail, v.audience FROM articles AS a LEFT JOIN variants AS v ON v.id = a.primary_variant_id"
        " WHERE a.id = ?",
        (article,),
    )
    if row is None or row[5] is None or row[8] == "erased":
        raise NotFound(
            "this article was erased; nothing of it is kept", subject=row[0] if row else ""
        )
    public_id, first_seen, effective, settled, variant, revision, page_state, page_detail, _ = row
    (n_variants,) = _one(reader, "SELECT count(*) FROM variants WHERE article_id = ?", article)
    return Article(
        id=public_id,
        first_seen_at=to_at(first_seen),
        effective_at=to_at(effective),
        face=_revisions(reader, "r.id = ?", revision)[0],
        sightings=sightings_of(reader, article),
        n_revisions=n_tellings(reader, [variant])[variant],
        n_variants=n_variants,
        is_settled=settled < NEVER,
        counters=_counters(reader, variant),
        related=related(reader, article),
        page_note=_page_note(page_state, page_detail),
        merged_from=tuple(
            public
            for (public,) in reader.rows(
                "SELECT public_id FROM articles WHERE merged_into = ? ORDER BY id", (article,)
            )
        ),
    )


def _one(reader: Reader, sql: str, *values: object) -> Row:
    row = reader.row(sql, values)
    assert row is not None, "a count has a row"
    return row


def _page_note(state: str, detail: str | None) -> str | None:
    match state:
        case "none":
            return None
        case "read":
            return detail
        case "wanted":
            return "not fetched yet" + (f": {detail}" if detail else "")
        case "wall":
            return detail or "behind a wall"
        case _:
            return f"not fetched: {detail}" if detail else "not fetched"


def _counters(reader: Reader, variant: int) -> "tuple[Observation, ...]":
    from archive.model.kept import Observation

    rows = reader.rows(
        "SELECT kind, value, stated, source, observed_at FROM observations WHERE variant_id = ?"
        " ORDER BY observed_at, id",
        (variant,),
    )
    return tuple(
        Observation(kind=kind, value=value, stated=stated, source=source, observed_at=to_at(at))
        for kind, value, stated, source, at in rows
    )


def sightings_of(reader: Reader, article: int) -> "tuple[Sighting, ...]":
    """Return where an article was seen, first seen first.

    A sighting that stands in its feed's current document was last seen when that document was last confirmed.
    """
    from archive.model.kept import Sighting

    rows = reader.rows(
        "SELECT s.id, f.name, coalesce(f.title, f.stated_title, f.name), s.guid, s.url, s.first_seen_at,"
        " CASE WHEN s.in_window AND f.window_confirmed_at > s.last_seen_at THEN f.window_confirmed_at"
        " ELSE s.last_seen_at END, s.position, s.rule, s.variant_id, t.title, s.raw_dates"
        " FROM variants AS v JOIN sightings AS s ON s.variant_id = v.id JOIN feeds AS f ON f.id = s.feed_id"
        " LEFT JOIN statements AS t ON t.id = s.statement_id"
        " WHERE v.article_id = ? ORDER BY s.first_seen_at, s.id",
        (article,),
    )
    return tuple(
        Sighting(
            id=row[0],
            feed=row[1],
            feed_title=row[2],
            guid=row[3],
            url=row[4],
            first_seen_at=to_at(row[5]),
            last_seen_at=to_at(row[6]),
            position=row[7],
            rule=row[8],
            variant_id=row[9],
            title=row[10],
            raw_dates=tuple((str(p[0]), str(p[1])) for p in _list(row[11]) if _is_pair(p)),
        )
        for row in rows
    )


def primary_variant(reader: Reader, article: int) -> int:
    """Return the variant that is an article's face."""
    row = reader.row("SELECT primary_variant_id FROM articles WHERE id = ?", (article,))
    if row is None or row[0] is None:
        raise NotFound("this article was erased; nothing of it is kept", subject=str(article))
    return int(row[0])


def revisions_of(reader: Reader, variant: int) -> "tuple[Revision, ...]":
    """Return a variant's revisions that were not voided, oldest first."""
    return _revisions(reader, "r.variant_id = ? AND NOT r.is_void", variant)


_REVISION_COLUMNS: Final = (
    "r.id, r.variant_id, r.number, r.kind, r.first_seen_at, r.title, c.text, c.html, r.url, r.canonical_url,"
    " r.language, r.published_at, r.published_precision, r.modified_at, r.section, r.image_url,"
    " r.reading_minutes, r.word_count, r.stated"
)


def _revisions(reader: Reader, condition: str, *values: object) -> "tuple[Revision, ...]":
    rows = reader.rows(
        f"SELECT {_REVISION_COLUMNS} FROM revisions AS r JOIN contents AS c ON c.digest = r.content_digest"
        f" WHERE {condition} ORDER BY r.number",
        values,
    )
    return tuple(_revision(row) for row in rows)


def _revision(row: Row) -> "Revision":
    from archive.model.kept import Revision, RevisionKind

    stated = _dict(row[18])
    return Revision(
        id=row[0],
        variant_id=row[1],
        number=row[2],
        kind=RevisionKind(row[3]),
        first_seen_at=to_at(row[4]),
        title=row[5],
        text=row[6],
        html=row[7],
        url=row[8],
        canonical_url=row[9],
        language=row[10],
        authors=_authors(stated.get("authors")),
        published_at=to_at_or_none(row[11]),
        published_precision=row[12],
        modified_at=to_at_or_none(row[13]),
        section=row[14],
        tags=tuple(map(str, _list(stated.get("tags")))),
        image_url=row[15],
        description=_string(stated.get("description")),
        site_name=_string(stated.get("site_name")),
        reading_minutes=row[16],
        word_count=row[17],
        enclosures=_enclosures(stated.get("enclosures")),
        provenance={str(k): str(v) for k, v in _dict(stated.get("provenance")).items()},
    )


def n_tellings(reader: Reader, variants: Sequence[int]) -> dict[int, int]:
    """Return how many texts readers of each variant saw: the first one and every edit."""
    found = dict.fromkeys(variants, 1)
    for variant, n in reader.rows(
        f"SELECT variant_id, count(*) FROM revisions WHERE variant_id IN ({_marks(variants)})"
        " AND kind IN ('substantial', 'minor') AND NOT is_void GROUP BY variant_id",
        variants,
    ):
        found[variant] += n
    return found


# ---- hits ---------------------------------------------------------------------------------------


class HitRow(NamedTuple):
    """What a list shows of one revision and its article."""

    revision_id: int
    variant_id: int
    public_id: str
    title: str
    text: str
    url: str | None
    language: str | None
    section: str | None
    reading_minutes: int | None
    effective_at: datetime
    first_seen_at: datetime
    feed: str
    feed_title: str
    n_sightings: int
    n_revisions: int
    number: int
    is_day: bool


def hit_rows(reader: Reader, revisions: Sequence[int]) -> dict[int, HitRow]:
    """Return what lists show, by revision; `feed` is where that telling was first seen."""
    if not revisions:
        return {}
    rows = reader.rows(
        "SELECT r.id, r.variant_id, a.public_id, r.title, c.text, r.url, r.language, r.section,"
        " r.reading_minutes, a.effective_at, a.first_seen_at, r.number,"
        " (SELECT count(*) FROM variants AS w JOIN sightings AS s ON s.variant_id = w.id WHERE w.article_id = a.id),"
        " (SELECT s.feed_id FROM sightings AS s WHERE s.variant_id = v.id ORDER BY s.first_seen_at, s.id LIMIT 1),"
        # Of a day alone noon is what an article is ordered by (`record.effective_at`).
        " r.published_precision = 'day' AND a.effective_at = r.published_at + 43200000000"
        " FROM revisions AS r JOIN contents AS c ON c.digest = r.content_digest"
        " JOIN variants AS v ON v.id = r.variant_id JOIN articles AS a ON a.id = v.article_id"
        f" WHERE r.id IN ({_marks(revisions)})",
        revisions,
    )
    feeds = {feed_id: (name, title or name) for feed_id, name, title in feed_names(reader)}
    tellings = n_tellings(reader, sorted({row[1] for row in rows}))
    return {
        row[0]: HitRow(
            revision_id=row[0],
            variant_id=row[1],
            public_id=row[2],
            title=row[3],
            text=row[4],
            url=row[5],
            language=row[6],
            section=row[7],
            reading_minutes=row[8],
            effective_at=to_at(row[9]),
            first_seen_at=to_at(row[10]),
            number=row[11],
            n_sightings=row[12],
            feed=feeds.get(row[13], ("", ""))[0],
            feed_title=feeds.get(row[13], ("", ""))[1],
            n_revisions=tellings[row[1]],
            is_day=bool(row[14]),
        )
        for row in rows
    }


def heads(
    reader: Reader, revisions: Sequence[int], n_characters: int
) -> dict[int, tuple[str, str, int]]:
    """Return (title, beginning of the text, length of the text) of revisions, for the scorer."""
    found: dict[int, tuple[str, str, int]] = {}
    for at in range(0, len(revisions), 500):
        some = revisions[at : at + 500]
        for revision, title, text, length in reader.rows(
            "SELECT r.id, r.title, substr(c.text, 1, ?), length(c.text) FROM revisions AS r"
            f" JOIN contents AS c ON c.digest = r.content_digest WHERE r.id IN ({_marks(some)})",
            (n_characters, *some),
        ):
            found[revision] = (title, text, length)
    return found


def index_span(reader: Reader) -> tuple[int, int, int]:
    """Return the oldest and newest key of the index and about how many rows it has."""
    oldest = reader.row("SELECT min(key) FROM search_row")
    newest = reader.row("SELECT max(key) FROM search_row")
    n_rows = reader.row("SELECT max(revision) FROM search_row")
    return ((oldest or (0,))[0] or 0, (newest or (0,))[0] or 0, (n_rows or (0,))[0] or 0)


def newest_first(
    reader: Reader, *, limit: int, before: datetime | None, include_private: bool
) -> list[int]:
    """Return the row ids of the newest articles by effective date, of those before an instant."""
    rows = reader.rows(
        "SELECT a.id FROM articles AS a JOIN variants AS v ON v.id = a.primary_variant_id"
        " WHERE a.merged_into IS NULL AND v.revision_id IS NOT NULL AND a.effective_at < ?"
        " AND (v.audience = 'public' OR (? AND v.audience = 'private'))"
        " ORDER BY a.effective_at DESC, a.id DESC LIMIT ?",
        (NEVER if before is None else to_us(before), include_private, max(0, limit)),
    )
    return [row[0] for row in rows]


# ---- stored JSON --------------------------------------------------------------------------------


def _json(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _list(value: object) -> list[Any]:
    found = _json(value)
    return found if isinstance(found, list) else []


def _dict(value: object) -> dict[str, Any]:
    found = _json(value)
    return found if isinstance(found, dict) else {}


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _authors(value: object) -> "tuple[Author, ...]":
    from archive.model.stated import Author

    held = [author if isinstance(author, dict) else {"name": author} for author in _list(value)]
    return tuple(
        Author(
            name=author["name"], email=_string(author.get("email")), url=_string(author.get("url"))
        )
        for author in held
        if _string(author.get("name"))
    )


def _enclosures(value: object) -> "tuple[Enclosure, ...]":
    from archive.model.stated import Enclosure

    return tuple(
        Enclosure(
            url=each["url"],
            type=_string(each.get("type")),
            length_bytes=_number(each.get("length_bytes")),
            duration_s=_number(each.get("duration_s")),
            title=_string(each.get("title")),
        )
        for each in _list(value)
        if isinstance(each, dict) and _string(each.get("url"))
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
