"""Hits as a JSON document, schema 1: the same from the command line and over HTTP. Fields are only ever added."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from archive.model.found import Found, Hit, Snippet

SCHEMA: Final = 1


def found_document(found: Found, *, query: str, sort: str) -> Mapping[str, object]:
    """Return a page of hits. `total` is how many articles match, at least so many if `total_is_bounded`."""
    return {
        "schema": SCHEMA,
        "query": query,
        "sort": sort,
        "total": found.n_total,
        "total_is_bounded": found.total_is_bounded,
        "next_page": found.next_page,
        "notes": list(found.notes),
        "hits": [hit_document(hit) for hit in found.hits],
    }


def hit_document(hit: Hit) -> Mapping[str, object]:
    """Return one hit; `title` and `snippet` are plain text, `marks` the marked parts of both, each once."""
    return {
        "id": hit.id,
        "title": _plain(hit.title),
        "snippet": _plain(hit.snippet),
        "marks": sorted(
            {
                text
                for part in (hit.title, hit.snippet)
                for text, is_marked in part.parts
                if is_marked
            }
        ),
        "feed": hit.feed,
        "feed_title": hit.feed_title,
        "url": hit.url,
        "effective_at": _instant(hit.effective_at),
        "first_seen_at": _instant(hit.first_seen_at),
        "language": hit.language,
        "section": hit.section,
        "reading_minutes": hit.reading_minutes,
        "sightings": hit.n_sightings,
        "revisions": hit.n_revisions,
        "revision": hit.revision,
        "superseded_at": None if hit.superseded_at is None else _instant(hit.superseded_at),
        "score": None if hit.score is None else round(hit.score, 4),
        "is_day": hit.is_day,
    }


def _plain(snippet: Snippet) -> str:
    return "".join(text for text, _ in snippet.parts)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
