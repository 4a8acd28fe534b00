"""The public reading face of an archive: open it, search it, read its articles.

    with Archive.open("archive.db") as archive:
        for hit in archive.search("bondgenoten -voetbal").hits:
            print(archive.article(hit.id).face.text)

Thin: search lives in `archive.search`, statements in `archive.store.reading`. Read-only, and light to import: no
SQLAlchemy, no network. One thread at a time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from archive.store import reading
from archive.store.sqlite import Reader, open_reader

if TYPE_CHECKING:
    from archive.model.health import Activity
    from archive.model.kept import Article, FeedRow, Found, Revision, Sighting
    from archive.store.feedhistory import FeedHistory, Poll
    from archive.store.tally import Totals


class Archive:
    """An archive, open for reading. Made by `open`; a context manager."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the archive at `url` (a path, or sqlite:///PATH).

        Raises ArchiveUnusable (missing, unreadable, no archive, an older schema), NewerSchema, Busy.
        """
        return cls(open_reader(url))

    def close(self) -> None:
        """Close the archive; a second time does nothing."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def search(
        self,
        query_text: str,
        *,
        limit: int = 20,
        sort: Literal["newest", "oldest", "relevance"] = "newest",
        page: str | None = None,
        all_variants: bool = False,
        include_private: bool = True,
        now: datetime | None = None,
        timezone: tzinfo = UTC,
    ) -> "Found":
        """Return a page of what a query finds (SEARCH: the language); an empty query finds everything.

        `now` is what ages such as since:7d count from (the clock's, if None), `timezone` where days begin. Raises
        QueryError with the place of the fault; UsageError for a `page` of another query or sort.
        """
        from archive.model.query import Bounds, Query
        from archive.search.find import search
        from archive.search.query import parse

        if query_text.strip():
            query = parse(query_text, now=now or datetime.now(UTC), timezone=timezone)
        else:
            query = Query(text="", node=None, bounds=Bounds())
        return search(
            self._reader,
            query,
            limit=limit,
            sort=sort,
            page=page,
            all_variants=all_variants,
            include_private=include_private,
        )

    def article(self, article_id: str) -> "Article":
        """Return an article by its id or a beginning of it (4 characters or more) that no other has.

        The id of an article that was merged into another gives that other one. Raises NotFound.
        """
        with self._reader.snapshot():
            return reading.article_of(self._reader, reading.find_article(self._reader, article_id))

    def revisions(
        self, article_id: str, *, variant_id: int | None = None
    ) -> "tuple[Revision, ...]":
        """Return the revisions of one telling of an article, oldest first; of its face unless `variant_id` is given."""
        with self._reader.snapshot():
            article = reading.find_article(self._reader, article_id)
            variant = (
                reading.primary_variant(self._reader, article) if variant_id is None else variant_id
            )
            return reading.revisions_of(self._reader, variant)

    def sightings(self, article_id: str) -> "tuple[Sighting, ...]":
        """Return everywhere an article was seen, first seen first."""
        with self._reader.snapshot():
            article = reading.find_article(self._reader, article_id)
            return reading.sightings_of(self._reader, article)

    def latest(
        self, limit: int = 20, before: datetime | None = None, include_private: bool = False
    ) -> "tuple[Article, ...]":
        """Return the newest articles by date, newest first; of those dated before `before`."""
        with self._reader.snapshot():
            found = reading.newest_first(
                self._reader, limit=limit, before=before, include_private=include_private
            )
            return tuple(reading.article_of(self._reader, article) for article in found)

    def feeds(self) -> "tuple[FeedRow, ...]":
        """Return all feeds by name, retired ones too."""
        with self._reader.snapshot():
            return reading.feed_rows(self._reader)

    def activities(self, *, now: datetime) -> "dict[int, Activity]":
        """Return what the polls of every feed came to, by the feed's id; `archive.model.health` puts it in words."""
        from archive.store import feedhistory

        with self._reader.snapshot():
            return feedhistory.activities(self._reader, now=now)

    def feed(self, name_or_url: str, *, now: datetime, n_polls: int = 20) -> "FeedHistory":
        """Return one feed with all that is known of how it is polled; by its name or any address it ever had.

        Raises NotFound, which names the nearest.
        """
        from archive.store import feedhistory

        with self._reader.snapshot():
            feed_id = feedhistory.find_feed(self._reader, name_or_url)
            return feedhistory.history(self._reader, feed_id, now=now, n_polls=n_polls)

    def polls(
        self, name_or_url: str, *, since: datetime | None = None, failed: bool = False
    ) -> "tuple[Poll, ...]":
        """Return a feed's polls of the last 90 days, the newest first; only those that failed, if asked."""
        from archive.store import feedhistory

        with self._reader.snapshot():
            feed_id = feedhistory.find_feed(self._reader, name_or_url)
            return feedhistory.polls(self._reader, feed_id, since=since, failed=failed)

    def stats(self) -> "Totals":
        """Return what the archive holds, in all and by feed and month."""
        from archive.store.tally import totals

        with self._reader.snapshot():
            return totals(self._reader)

    def short_id(self, article_id: str) -> str:
        """Return the shortest beginning of a whole id, of 4 characters or more, that `article` takes for it."""
        return reading.short_id(self._reader, article_id)

    def export(
        self, *, with_sightings: bool = False, include_private: bool = True
    ) -> Iterator[dict[str, object]]:
        """Yield articles as JSON-ready rows, in the order they were first seen.

        One row an article; `with_sightings` one for each distinct title or text that a sighting stated.
        """
        from archive.store.tally import export_rows

        with self._reader.snapshot():
            yield from export_rows(
                self._reader, with_sightings=with_sightings, include_private=include_private
            )
