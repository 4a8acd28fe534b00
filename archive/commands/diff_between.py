"""diff --between A,B: how two papers told one story. For `archive.commands.diff`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive.errors import NotFound, UsageError

if TYPE_CHECKING:
    from archive.front import Archive
    from archive.model.kept import Article, Revision, Sighting


def names_in(between: str, article_id: str) -> tuple[str, str]:
    """Return the two feeds that `--between` names; UsageError for another number, or one feed twice."""
    names = [name.strip() for name in between.split(",")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise UsageError(
            f"--between takes two feeds: newsarchive diff {article_id} --between joop,nos"
        )
    return names[0], names[1]


def tellings(
    archive: "Archive", article: "Article", names: tuple[str, str]
) -> tuple["Revision", "Revision"]:
    """Return what each of two feeds' papers says of an article now.

    NotFound for a feed that did not show it; UsageError where both show one paper's text.
    """
    one, other = (_sighting_in(article, name) for name in names)
    if one.variant_id == other.variant_id:
        raise UsageError(
            f"{names[0]} and {names[1]} show one and the same paper's text of {article.id};"
            f" what was edited in it: newsarchive diff {article.id}"
        )
    old, new = (
        _last(archive.revisions(article.id, variant_id=seen.variant_id)) for seen in (one, other)
    )
    return old, new


def _sighting_in(article: "Article", feed: str) -> "Sighting":
    """Return the sighting that a feed showed last."""
    shown = [seen for seen in article.sightings if seen.feed == feed]
    if not shown:
        feeds = ", ".join(dict.fromkeys(seen.feed for seen in article.sightings))
        raise NotFound(f"{feed} did not show {article.id}; seen in {feeds}", subject=feed)
    return max(shown, key=lambda seen: (seen.last_seen_at, seen.id))


def _last(revisions: Sequence["Revision"]) -> "Revision":
    assert revisions, "a telling that was seen has a revision"
    return revisions[-1]
