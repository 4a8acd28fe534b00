"""What of an archive a page may show: everything but what feeds said that do not publish (OUTPUT, private feeds).

A thin cover over `archive.front.Archive`, so that no page can forget to ask.
"""

from dataclasses import replace

from archive.errors import NotFound
from archive.front import Archive
from archive.model.kept import Article, FeedRow, Found, Revision


def open_archive(url: str, *, shows_private: bool) -> "Opened":
    """Open an archive for one page; raises ArchiveUnusable. `shows_private`: the reader has shown the token."""
    return Opened(Archive.open(url), shows_private=shows_private)


class Opened:
    """An archive, open for reading, without its private side."""

    def __init__(self, archive: Archive, *, shows_private: bool) -> None:
        self._archive = archive
        self._feeds = tuple(archive.feeds())
        self._hidden = (
            frozenset()
            if shows_private
            else frozenset(feed.name for feed in self._feeds if not feed.publishes)
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

    def newest(self, *, limit: int, page: str | None = None) -> Found:
        """Return the newest articles."""
        return self._shown(self._archive.search("", limit=limit, page=page))

    def search(self, query: str, *, limit: int, page: str | None = None) -> Found:
        """Return what a query finds; raises QueryError."""
        return self._shown(self._archive.search(query, limit=limit, page=page))

    def article(self, article_id: str) -> Article:
        """Return an article with its shown sightings and a face among them; raises NotFound."""
        article = self._archive.article(article_id)
        shown = tuple(seen for seen in article.sightings if seen.feed not in self._hidden)
        if not shown:
            raise NotFound("There is no such article.", subject=article_id)
        article = replace(article, sightings=shown)
        if article.face.variant_id in _variants(article):
            return article
        return replace(article, face=self.revisions(article)[-1])

    def revisions(self, article: Article) -> tuple[Revision, ...]:
        """Return the revisions of the telling that is the article's face, oldest first; at least one."""
        shown = _variants(article)
        held = [r for r in self._archive.revisions(article.id) if r.variant_id in shown]
        variant = article.face.variant_id if article.face.variant_id in shown else None
        chosen = held[-1].variant_id if variant is None else variant
        return tuple(sorted((r for r in held if r.variant_id == chosen), key=lambda r: r.number))

    def _shown(self, found: Found) -> Found:
        if not self._hidden:
            return found
        hits = tuple(hit for hit in found.hits if hit.feed not in self._hidden)
        # A total would tell how often a word stands in what is hidden.
        return replace(found, hits=hits, n_total=None, total_is_bounded=False)


def _variants(article: Article) -> frozenset[int]:
    return frozenset(seen.variant_id for seen in article.sightings)
