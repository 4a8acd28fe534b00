"""From a query to hits: the engine intersects lists, the rest (folding, ranking, marking, explaining) is here.

    Query ─ expand ─> forms ─ render ─> index rows ─ fold to articles ─ rank ─> page ─ mark ─> Found

Each article is shown once, as the variant that stands first; a page begins behind the last key of the one before.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Final, Literal, NamedTuple
from zlib import crc32

from archive.errors import UsageError
from archive.model.found import Found, Hit
from archive.model.query import (
    And,
    Bounds,
    Ending,
    Label,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Word,
)
from archive.search import ranking
from archive.search.expand import expand
from archive.search.query import unparse
from archive.search.snippet import marked, marks_of, snippet_of
from archive.store import matches, reading, vocabulary
from archive.store.sqlite import (
    Reader,
    Selection,
    count_articles,
    found_rows,
    matching_keys,
    render,
)

Sort = Literal["newest", "oldest", "relevance"]
SORTS: Final[tuple[Sort, ...]] = ("newest", "oldest", "relevance")

MAX_COUNTED: Final = 10_000
MAX_LIMIT: Final = 1_000

N_CANDIDATES: Final = 500
"""Newest matches that relevance ranks; beyond them, the newest 200 with the rarest word in the title."""

N_TITLE_CANDIDATES: Final = 200
N_DENSITY: Final = 200
"""Newest hits of a word whose span tells how rare it is."""


def search(
    reader: Reader,
    query: Query,
    *,
    limit: int = 20,
    sort: Sort = "newest",
    page: str | None = None,
    all_variants: bool = False,
    include_private: bool = True,
    as_of: datetime | None = None,
    revisions: bool = False,
    all_kinds: bool = False,
) -> Found:
    """Return one page of what a query finds, with its count (to 10,000) and notes on what was bounded or folded.

    `as_of` searches the texts that were current at that instant; `revisions` those before an edit too, each a hit
    of its own, and with `all_kinds` those before any other change. Raises QueryError for what only the archive can
    know to be wrong (a feed that does not exist, a prefix of too many words), UsageError for a page of another query
    or sort.
    """
    started = perf_counter()
    if sort not in SORTS:
        raise UsageError(f"no sort '{sort}'; there are {', '.join(SORTS)}")
    with reader.snapshot():
        found = Search(
            reader,
            query,
            sort,
            all_variants=all_variants or revisions,
            include_private=include_private,
            as_of=as_of,
            has_history=revisions,
            has_all_kinds=all_kinds,
        ).page(min(max(1, limit), MAX_LIMIT), page)
    return replace(found, elapsed_s=perf_counter() - started)


class Row(NamedTuple):
    key: int
    revision: int
    article: int
    score: float | None = None


class Search:
    """One query against one state of an archive; `stations` says what each part of the work took, in seconds."""

    def __init__(
        self,
        reader: Reader,
        query: Query,
        sort: Sort = "newest",
        *,
        all_variants: bool = False,
        include_private: bool = True,
        as_of: datetime | None = None,
        has_history: bool = False,
        has_all_kinds: bool = False,
    ) -> None:
        self.reader, self.query, self.sort = reader, query, sort
        self.all_variants, self.include_private = all_variants, include_private
        self.as_of, self.has_history = as_of, has_history
        self.has_all_kinds = has_all_kinds
        self.stations: dict[str, float] = {}
        with self.timed("words"):
            self.expansion, notes = expand(reader, query)
        self.notes = list(notes)
        self.selection = self.select(query.node)

    @contextmanager
    def timed(self, station: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.stations[station] = perf_counter() - began

    def select(self, node: Node | None, *, is_bounded: bool = True) -> Selection:
        return Selection(
            match=None if node is None else render(node, self.expansion),
            bounds=self.query.bounds if is_bounded else Bounds(),
            include_private=self.include_private,
            as_of=self.as_of,
            has_history=self.has_history,
            has_all_kinds=self.has_all_kinds,
        )

    def page(self, limit: int, token: str | None) -> Found:
        from_key = None if token is None else self.key_in(token)
        with self.timed("match"):
            if self.sort == "relevance":
                rows, more = self.ranked(limit, from_key)
            else:
                rows, more = self.in_order(limit, from_key)
        with self.timed("count"):
            n_rows, n_articles = count_articles(self.reader, self.selection, MAX_COUNTED + 1)
        if not self.all_variants and n_rows > n_articles and n_rows <= MAX_COUNTED:
            n = n_rows - n_articles
            self.notes.append(f"{n} {'copy' if n == 1 else 'copies'} folded")
        if not rows and token is None:
            self.notes += self.why_nothing()
        n_total = n_rows if self.all_variants else n_articles
        with self.timed("hits"):
            hits = self.hits(rows)
        return Found(
            hits=hits,
            n_total=min(n_total, MAX_COUNTED),
            total_is_bounded=n_rows > MAX_COUNTED,
            next_page=self.token(rows[-1].key) if more and rows else None,
            notes=tuple(self.notes),
        )

    # -- newest and oldest first ----------------------------------------------------------------

    def in_order(self, limit: int, from_key: int | None) -> tuple[list[Row], bool]:
        """Return a page of rows in the order of keys, and whether there are more."""
        is_newest_first = self.sort == "newest"
        stream = found_rows(
            self.reader, self.selection, is_newest_first=is_newest_first, from_key=from_key
        )
        rows: list[Row] = []
        seen: set[int] = set()
        for key, revision, article, _ in stream:
            if not self.all_variants:
                if article in seen or self.was_shown(article, key, from_key):
                    continue
                seen.add(article)
            if len(rows) == limit:
                return rows, True
            rows.append(Row(key, revision, article))
        return rows, False

    def was_shown(self, article: int, key: int, from_key: int | None) -> bool:
        """Whether another variant of the article stood on an earlier page."""
        if from_key is None:
            return False
        keys = matches.keys_of(self.reader, article)
        earlier = [k for k in keys if (k >= from_key if self.sort == "newest" else k <= from_key)]
        return bool(earlier) and bool(matching_keys(self.reader, self.selection, earlier))

    # -- relevance ------------------------------------------------------------------------------

    def ranked(self, limit: int, from_key: int | None) -> tuple[list[Row], bool]:
        """Return a page of the candidates by score, and whether there are more candidates."""
        terms = self.terms()
        candidates = [
            row[:3] for row in found_rows(self.reader, self.selection, limit=N_CANDIDATES + 1)
        ]
        if len(candidates) > N_CANDIDATES:
            candidates = candidates[:N_CANDIDATES]
            self.notes.append(
                f"ranked among the newest {N_CANDIDATES} matches, and those with it in the title"
            )
            candidates += [row for row in self.titled(terms) if row not in set(candidates)]
        heads = reading.heads(self.reader, [row[1] for row in candidates], ranking.HEAD)
        scored = [
            Row(key, revision, article, ranking.score([t for _, t in terms], *heads[revision]))
            for key, revision, article in candidates
            if revision in heads
        ]
        scored.sort(key=lambda row: (-(row.score or 0.0), -row.key))
        if not self.all_variants:
            scored = list({row.article: row for row in reversed(scored)}.values())
            scored.sort(key=lambda row: (-(row.score or 0.0), -row.key))
        start = 0
        if from_key is not None:
            start = next((n for n, row in enumerate(scored, 1) if row.key == from_key), len(scored))
        return scored[start : start + limit], start + limit < len(scored)

    def terms(self) -> list[tuple[Node, ranking.Term]]:
        """Return the words and phrases a query wants, each with its spellings and how rare it is."""
        oldest, newest, n_rows = reading.index_span(self.reader)
        found: list[tuple[Node, ranking.Term]] = []
        for leaf in dict.fromkeys(wanted(self.query.node)):
            if isinstance(leaf, Label):
                continue
            keys = [row[0] for row in found_rows(self.reader, self.select(leaf), limit=N_DENSITY)]
            n_matching = float(len(keys))
            if len(keys) == N_DENSITY:
                n_matching *= max(1.0, (newest - oldest) / max(1, keys[0] - keys[-1]))
            found.append(
                (leaf, ranking.Term(self.spellings(leaf), ranking.idf_of(n_rows, n_matching)))
            )
        return found

    def spellings(self, leaf: Word | Phrase | Prefix | Ending) -> tuple[str, ...]:
        match leaf:
            case Phrase():
                return (" ".join(leaf.tokens),)
            case Prefix() | Ending():
                return (leaf.token,)
            case Word():
                marks = marks_of(leaf, self.expansion, in_title=True)
                return ranking.shortest_forms(sorted(marks.words))

    def titled(self, terms: Sequence[tuple[Node, ranking.Term]]) -> list[tuple[int, int, int]]:
        """Return the newest matches that have the rarest word in their title."""
        if not terms or self.query.node is None:
            return []
        rarest = max(terms, key=lambda pair: pair[1].idf)[0]
        assert isinstance(rarest, Word | Phrase | Prefix | Ending), "a label is no term"
        match = f"{render(self.query.node, self.expansion)} AND title : {self.in_title(rarest)}"
        selection = replace(self.selection, match=match)
        return [
            (row[0], row[1], row[2])
            for row in found_rows(self.reader, selection, limit=N_TITLE_CANDIDATES)
        ]

    def in_title(self, leaf: Word | Phrase | Prefix | Ending) -> str:
        if isinstance(leaf, Word):
            words = [
                f'"{word}"' for word in sorted(marks_of(leaf, self.expansion, in_title=True).words)
            ]
            return f"({' OR '.join(words)})"
        return render(leaf, self.expansion).removeprefix("title : ")

    # -- hits -----------------------------------------------------------------------------------

    def hits(self, rows: Sequence[Row]) -> tuple[Hit, ...]:
        found = [row.revision for row in rows]
        held = reading.hit_rows(self.reader, found)
        is_past = self.as_of is not None or self.has_history
        ends = matches.superseded(self.reader, found) if is_past else {}
        title_marks = marks_of(self.query.node, self.expansion, in_title=True)
        text_marks = marks_of(self.query.node, self.expansion, in_title=False)
        return tuple(
            Hit(
                id=hit.public_id,
                title=marked(hit.title, title_marks),
                snippet=snippet_of(hit.text, text_marks),
                feed=hit.feed,
                feed_title=hit.feed_title,
                url=hit.url,
                effective_at=hit.effective_at,
                first_seen_at=hit.first_seen_at,
                language=hit.language,
                section=hit.section,
                reading_minutes=hit.reading_minutes,
                n_sightings=hit.n_sightings,
                n_revisions=hit.n_revisions,
                score=row.score,
                revision=hit.number,
                superseded_at=ends.get(row.revision),
                is_day=hit.is_day,
            )
            for row in rows
            if (hit := held.get(row.revision)) is not None
        )

    # -- nothing --------------------------------------------------------------------------------

    def why_nothing(self) -> list[str]:
        """Say what in the query nothing has: a word, the words together, the dates, the exclusions."""
        told = self.killers()
        if self.as_of is not None:
            told.append(f"the archive was searched as it stood at {self.as_of:%Y-%m-%dT%H:%M:%SZ}")
        return told

    def killers(self) -> list[str]:
        node = self.query.node
        if node is None:
            return [f"nothing in the archive has {self.bounds_told()}"]
        parts = [
            part
            for part in (node.parts if isinstance(node, And) else (node,))
            if not isinstance(part, Not)
        ]
        missing = [part for part in parts if not self.n_of(part)]
        if missing:
            return [self.about(part) for part in missing]
        positive: Node = parts[0] if len(parts) == 1 else And(parts=tuple(parts))
        n_positive = self.n_of(positive)
        if not n_positive:
            each = ", ".join(f"{unparse(part)} ({self.n_text(part)})" for part in parts)
            return [f"nothing has all of these together: {each}"]
        if not self.n_of(node):
            excluded = (
                " ".join(unparse(p) for p in node.parts if isinstance(p, Not))
                if isinstance(node, And)
                else ""
            )
            return [f"{n_positive} found without {excluded}, none with it"]
        return [f"{self.n_text(node)} found, none of them with {self.bounds_told()}"]

    def bounds_told(self) -> str:
        """Return what narrows the query, in people's words."""
        bounds = self.query.bounds
        told = ["such a date"] if bounds.after_at or bounds.before_at else []
        told += [f"url:{bounds.url}"] if bounds.url else []
        told += [f"has:{what}" for what in bounds.has]
        told += [
            f"{what}:{end_text(least)}..{end_text(most)}" for what, least, most in bounds.ranges
        ]
        return ", ".join(told) or "anything: it is empty"

    def about(self, part: Node) -> str:
        """Say that nothing has `part`, and the nearest words that something has."""
        if not isinstance(part, Word):
            return f"nothing in the archive has {unparse(part)}"
        what = "so spelled" if part.exact else "or a form of it"
        where = " in its title" if part.field == "title" else ""
        said = f"no article has '{part.typed}' {what}{where}"
        near = []
        for other in vocabulary.near(self.reader, part.token):
            n = self.n_of(Word(typed=other, token=other, exact=True, field=part.field))
            # One edit more is worth ten times the articles: archives hold misspelled words too.
            n_edits = vocabulary.distance(part.token, other, 2)
            near.append((n / 10**n_edits, n, other))
        _, n, other = max(near, default=(0, 0, ""))
        return f"{said}; did you mean '{other}' ({n})?" if n else said

    def n_of(self, node: Node) -> int:
        """Return how many articles a part of the query finds at any date, to 1,000."""
        return count_articles(self.reader, self.select(node, is_bounded=False), 1_000)[1]

    def n_text(self, node: Node) -> str:
        n = self.n_of(node)
        return f"{n}+" if n >= 1_000 else str(n)

    # -- pages ----------------------------------------------------------------------------------

    def digest(self) -> str:
        """Return what a page token is held against: the query, and which texts were searched."""
        history = "all kinds" if self.has_all_kinds else "history"
        time = history if self.has_history else str(self.as_of or "")
        whole = f"{self.query.text.strip()}\0{time}" if time else self.query.text.strip()
        return f"{crc32(whole.encode('utf-8')):08x}"

    def token(self, key: int) -> str:
        return f"{self.sort[0]}{key}.{self.digest()}"

    def key_in(self, token: str) -> int:
        """Return the last key of the page before; UsageError where the token is of another query or sort."""
        head, _, digest = token.partition(".")
        key = head[1:]
        if (
            head[:1] != self.sort[0]
            or digest != self.digest()
            or not key.removeprefix("-").isdecimal()
            or len(key) > 18
        ):
            raise UsageError("this page belongs to another query or order: start again without it")
        return int(key)


def wanted(node: Node | None) -> list[Word | Phrase | Prefix | Ending | Label]:
    """Return the leaves of a tree that are not excluded."""
    match node:
        case And() | Or():
            return [leaf for part in node.parts for leaf in wanted(part)]
        case None | Not():
            return []
        case _:
            return [node]


def end_text(bound: int | None) -> str:
    return "" if bound is None else str(bound)
