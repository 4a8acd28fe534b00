"""What of an archive a page may show: everything but what feeds said that do not publish (OUTPUT, private feeds).

A thin cover over `archive.front.Archive`, so that no page can forget to ask.
"""

from dataclasses import replace
from datetime import datetime, tzinfo

from archive.errors import NotFound
from archive.front import Archive
from archive.model.kept import Article, FeedRow, Found, Revision
from archive.output.beside import Beside, beside_of
from archive.output.plain import title_of


def open_archive(url: str, *, shows_private: bool, zone: tzinfo, now: datetime) -> "Opened":
    """Open an archive for one page; raises ArchiveUnusable.

    `shows_private`: the reader has shown the token. Days in queries begin in `zone`, ages count from `now`.
    """
    return Opened(Archive.open(url), shows_private=shows_private, zone=zone, now=now)


class Opened:
    """An archive, open for reading, without its private side."""

    def __init__(
        self, archive: Archive, *, shows_private: bool, zone: tzinfo, now: datetime
    ) -> None:
        self._archive = archive
        self._zone = zone
        self._now = now
        self._feeds = archive.feeds()
        self._hidden = frozenset(
            feed.name
            for feed in self._feeds
            if feed.is_private and not feed.publishes and not shows_private
        )

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()

    def feeds(self) -> tuple[FeedRow, ...]:
        """Return the feeds that may be named; retired ones are left out."""
        return tuple(
            feed
            for feed in self._feeds
            if feed.name not in self._hidden and feed.state != "retired"
        )

    def search(self, query: str, *, limit: int, page: str | None = None) -> Found:
        """Return what a query finds, newest first, everything for an empty one; raises QueryError."""
        found = self._archive.search(
            query,
            limit=limit,
            page=page,
            # Told apart by variant, of which a hidden feed's are private; where none is hidden, all may be shown.
            include_private=not self._hidden,
            now=self._now,
            timezone=self._zone,
        )
        hits = tuple(hit for hit in found.hits if hit.feed not in self._hidden)
        return replace(found, hits=hits)

    def article(self, article_id: str) -> Article:
        """Return an article with its shown sightings and a face among them; raises NotFound."""
        article = self._archive.article(article_id)
        shown = tuple(seen for seen in article.sightings if seen.feed not in self._hidden)
        if not shown:
            raise NotFound("There is no such article.", subject=article_id)
        article = replace(article, sightings=shown, related=self._related(article))
        if article.face.variant_id in {seen.variant_id for seen in shown}:
            return article
        # The counters and the note on its page are the hidden telling's.
        face = self._archive.revisions(article.id, variant_id=shown[0].variant_id)[-1]
        return replace(article, face=face, counters=(), page_note=None)

    def revisions(self, article: Article) -> tuple[Revision, ...]:
        """Return the revisions of the telling that is the article's face, oldest first; at least one."""
        return self._archive.revisions(article.id, variant_id=article.face.variant_id)

    def beside(self, article: Article) -> Beside:
        """Return what the page of the article's face says beside its text."""
        return beside_of(article.face, self._archive.told(article.face))

    def _related(self, article: Article) -> tuple[tuple[str, str], ...]:
        """Return (id, headline) of those related articles that may be named."""
        found: list[tuple[str, str]] = []
        for other_id, _ in article.related:
            other = self._archive.article(other_id)
            if any(seen.feed not in self._hidden for seen in other.sightings):
                found.append((other.id, title_of(other.face)))
        return tuple(found)
