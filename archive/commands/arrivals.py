"""What begins to match a query: nothing lost between two looks, nothing told twice. For `follow`.

A look costs what has changed: the archive numbers its changes (`meta.change`), and every article bears the number of
its last one. What matched at the last look is remembered in a bit an article (125 kB for a million), so that an old
article that is merely edited does not come as news.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from archive.commands.matching import query_of
from archive.commands.place import Place

if TYPE_CHECKING:
    from archive.model.found import Hit
    from archive.search.find import Search
    from archive.store.sqlite import Reader

_AT_ONCE: Final = 500


class Bits:
    """A set of small numbers, an eighth of a byte for each that there might be."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __contains__(self, n: int) -> bool:
        at = n >> 3
        return at < len(self._bytes) and bool(self._bytes[at] & 1 << (n & 7))

    def add(self, n: int) -> None:
        at = n >> 3
        if at >= len(self._bytes):
            self._bytes.extend(bytes(at + 1 - len(self._bytes)))
        self._bytes[at] |= 1 << (n & 7)

    def discard(self, n: int) -> None:
        if n in self:
            self._bytes[n >> 3] &= ~(1 << (n & 7))


class Arrivals:
    """The matches of one query as they come. `change` is the number of the archive's last change that was looked at."""

    def __init__(self, place: Place, reader: "Reader", query: str) -> None:
        self._place, self._reader, self._query = place, reader, query
        self._matched, self._told = Bits(), Bits()
        self.change = 0

    def begin(self, since: datetime | int | None) -> "tuple[Hit, ...]":
        """Look for the first time: return what matches of what came since an instant, or since a change.

        With `since` None that is nothing: what stands is known. Raises QueryError, Busy.
        """
        with self._reader.snapshot():
            search = self._search()
            change = self._last_change()
            wanted = None if since is None else self._since(since)
            found: dict[int, tuple[int, int]] = {}
            matched = Bits()
            for key, revision, article in _rows(search):
                if article not in matched and wanted is not None and article in wanted:
                    found[article] = (key, revision)
                matched.add(article)
            hits = _hits(search, found)
        self._matched, self.change = matched, change
        for article in found:
            self._told.add(article)
        return hits

    def look(self) -> "tuple[Hit, ...]":
        """Return what matches now and did not at the last look, the oldest first; each article once for ever.

        Raises Busy, having changed nothing: look again.
        """
        with self._reader.snapshot():
            change = self._last_change()
            if change == self.change:
                return ()
            changed = self._changed()
            search = self._search()
            matching = self._matching(search, changed)
            new = {
                article: row
                for article, row in matching.items()
                if article not in self._matched and article not in self._told
            }
            joined = self._joined(new)
            known = {into for one, into in joined if one in self._matched or one in self._told}
            hits = _hits(
                search, {article: row for article, row in new.items() if article not in known}
            )
        for article in changed:
            self._matched.discard(article)
        for article in matching:
            self._matched.add(article)
        for article in new:
            self._told.add(article)
        self.change = change
        return hits

    # -- reading ---------------------------------------------------------------------------------

    def _search(self) -> "Search":
        """Return the query as it is today: ages count from now, words have the forms there are by now."""
        from archive.search.find import Search

        query = query_of(self._place, self._reader, self._query, now=self._place.now())
        return Search(self._reader, query)

    def _last_change(self) -> int:
        from archive.store.matches import meta_value

        return int(meta_value(self._reader, "change") or 0)

    def _since(self, since: datetime | int) -> set[int]:
        from archive.store.instants import to_us

        sql = "SELECT id FROM articles WHERE changed > ?"
        if isinstance(since, datetime):
            sql, since = "SELECT id FROM articles WHERE first_seen_at >= ?", to_us(since)
        return {article for (article,) in self._reader.rows(sql, (since,))}

    def _changed(self) -> list[int]:
        """Return the articles that changed since the last look: a scan, 0.06 s at a million, and only after news."""
        rows = self._reader.rows("SELECT id FROM articles WHERE changed > ?", (self.change,))
        return [article for (article,) in rows]

    def _joined(self, survivors: Collection[int]) -> list[tuple[int, int]]:
        """Return (article, survivor) of those that were merged into one of these: a scan, for what is new alone."""
        if not survivors:
            return []
        rows = self._reader.rows(
            "SELECT id, merged_into FROM articles WHERE merged_into IS NOT NULL"
        )
        return [(one, into) for one, into in rows if into in survivors]

    def _matching(self, search: "Search", articles: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return (key, revision) of each of these articles that matches, of its telling that stands first."""
        from archive.store.sqlite import matching_keys

        found: dict[int, tuple[int, int]] = {}
        for some in _parts(articles):
            rows = self._reader.rows(
                f"SELECT key, revision, article FROM search_row WHERE article IN ({_marks(some)})"
                " ORDER BY key",
                some,
            )
            for part in _parts(rows):
                keys = matching_keys(self._reader, search.selection, [row[0] for row in part])
                found |= {row[2]: (row[0], row[1]) for row in part if row[0] in keys}
        return found


def _rows(search: "Search") -> Iterator[tuple[int, int, int]]:
    from archive.store.sqlite import found_rows

    for row in found_rows(search.reader, search.selection):
        yield row[0], row[1], row[2]


def _hits(search: "Search", found: dict[int, tuple[int, int]]) -> "tuple[Hit, ...]":
    """Return the hits of rows by article, the oldest first."""
    from archive.search.find import Row

    ordered = sorted((key, revision, article) for article, (key, revision) in found.items())
    return tuple(
        hit for some in _parts(ordered) for hit in search.hits([Row(*one) for one in some])
    )


Some = TypeVar("Some")


def _parts(values: Sequence[Some]) -> Iterator[Sequence[Some]]:
    for at in range(0, len(values), _AT_ONCE):
        yield values[at : at + _AT_ONCE]


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
