"""The public reading face of an archive: open it, search it, read its articles.

    with Archive.open("archive.db") as archive:
        for hit in archive.search("bondgenoten -voetbal").hits:
            print(archive.article(hit.id).face.text)

Thin: search lives in `archive.search`, statements in `archive.store.reading`. Read-only, and light to import: no
SQLAlchemy, no network. One thread at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from archive.store import matches, reading
from archive.store.sqlite import Reader, open_reader

if TYPE_CHECKING:
    from archive.model.health import Activity
    from archive.model.kept import Article, FeedRow, Found, Revision, Sighting
    from archive.model.query import Query
    from archive.search.explain import Explanation
    from archive.search.facets import Facets
    from archive.search.find import Search
    from archive.store.feedhistory import FeedHistory, Poll
    from archive.store.pagestate import PageState
    from archive.store.tally import Totals
    from archive.store.told import Told


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
        as_of: datetime | None = None,
        revisions: bool = False,
        all_kinds: bool = False,
        after: datetime | None = None,
        now: datetime | None = None,
        timezone: tzinfo = UTC,
    ) -> "Found":
        """Return a page of what a query finds (SEARCH: the language); an empty query finds everything.

        `as_of` searches the texts that were current at that instant, `revisions` also those that an edit replaced
        and, with `all_kinds`, those that any other change did;
        `after` narrows to what is dated then or later, beside what the query says.
        `now` is what ages such as since:7d count from (the clock's, if None), `timezone` where days begin. Raises
        QueryError with the place of the fault; UsageError for a `page` of another query or sort.
        """
        from archive.search.find import search

        query = self._query(query_text, now=now, timezone=timezone)
        if after is not None:
            first = max(after, query.bounds.after_at or after)
            query = replace(query, bounds=replace(query.bounds, after_at=first))
        return search(
            self._reader,
            query,
            limit=limit,
            sort=sort,
            page=page,
            all_variants=all_variants,
            include_private=include_private,
            as_of=as_of,
            revisions=revisions,
            all_kinds=all_kinds,
        )

    def explain(
        self,
        query_text: str,
        *,
        limit: int = 20,
        sort: Literal["newest", "oldest", "relevance"] = "newest",
        all_variants: bool = False,
        as_of: datetime | None = None,
        revisions: bool = False,
        all_kinds: bool = False,
        now: datetime | None = None,
        timezone: tzinfo = UTC,
    ) -> "Explanation":
        """Return how a query was understood, what each word became, and what the search took; with its first page."""
        from archive.search.explain import explain

        began = perf_counter()
        query = self._query(query_text, now=now, timezone=timezone)
        parse_s = perf_counter() - began
        with self._reader.snapshot():
            search = self._search(query, sort, all_variants, as_of, revisions, all_kinds)
            return explain(search, limit=limit, parse_s=parse_s)

    def facets(
        self,
        query_text: str,
        names: Sequence[str],
        *,
        as_of: datetime | None = None,
        now: datetime | None = None,
        timezone: tzinfo = UTC,
    ) -> "Facets":
        """Return how many matches are of each feed, lang, section, year, month, author or domain, as `names` ask.

        Of the newest 10,000 matches, each article once.
        """
        from archive.search.facets import facets

        query = self._query(query_text, now=now, timezone=timezone)
        with self._reader.snapshot():
            return facets(self._search(query, as_of=as_of), names, timezone=timezone)

    def timeline(
        self,
        query_text: str,
        *,
        by: Literal["day", "month", "year"] | None = None,
        now: datetime | None = None,
        timezone: tzinfo = UTC,
    ) -> tuple[Literal["day", "month", "year"], tuple[tuple[str, int], ...]]:
        """Return a span and how many articles match in each, the oldest first; `by` None takes a fitting span."""
        from archive.search.timeline import timeline

        query = self._query(query_text, now=now, timezone=timezone)
        with self._reader.snapshot():
            return timeline(self._search(query), timezone=timezone, by=by)

    def saved_searches(self) -> dict[str, str]:
        """Return the queries of the saved searches by name, in the order of names."""
        return matches.saved_searches(self._reader)

    def lastmod(self) -> tuple[str, int]:
        """Return the archive's id and a number that rises with every change of an article: is anything new since?"""
        with self._reader.snapshot():
            change = matches.meta_value(self._reader, "change")
            return matches.meta_value(self._reader, "archive_id"), int(change or 0)

    def _query(self, query_text: str, *, now: datetime | None, timezone: tzinfo) -> "Query":
        """Return the tree of a query, saved searches put in; an empty one stands for everything."""
        from archive.model.query import Bounds, Query
        from archive.search.query import parse

        if not query_text.strip():
            return Query(text="", node=None, bounds=Bounds())
        return parse(
            query_text, now=now or datetime.now(UTC), timezone=timezone, saved=self.saved_searches
        )

    def _search(
        self,
        query: "Query",
        sort: Literal["newest", "oldest", "relevance"] = "newest",
        all_variants: bool = False,
        as_of: datetime | None = None,
        revisions: bool = False,
        all_kinds: bool = False,
    ) -> "Search":
        from archive.search.find import Search

        return Search(
            self._reader,
            query,
            sort,
            all_variants=all_variants or revisions,
            as_of=as_of,
            has_history=revisions,
            has_all_kinds=all_kinds,
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

    def pages(self, *, now: datetime, feed: int | None = None, limit: int = 20) -> "PageState":
        """Return what became of article pages, of all feeds or of one; at most `limit` of those that are due."""
        from archive.store.pagestate import page_state

        with self._reader.snapshot():
            return page_state(self._reader, now=now, feed=feed, limit=limit)

    def told(self, revision: "Revision") -> "Told":
        """Return what a revision was made from, and what became of its page."""
        from archive.store.told import told_of

        with self._reader.snapshot():
            return told_of(self._reader, revision.id)

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
