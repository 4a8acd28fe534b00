"""Makes published entries for tests of output: nothing but what a test states differs from the default."""

from datetime import timedelta
from typing import Any

from archive.model.kept import PublicationKind, PublishedEntry, Revision, RevisionKind
from archive.output.document import FeedFacts
from tests.archive.building import START, at

FACTS = FeedFacts(
    domain="news.example",
    since=START.date(),
    title="Alle kranten",
    self_url="https://news.example/feed.xml",
    page_url="https://news.example/",
)

_REVISION = {
    "id": 1,
    "variant_id": 1,
    "number": 1,
    "kind": RevisionKind.NEW,
    "first_seen_at": START,
    "title": "Kop",
    "text": "Een tekst.",
    "html": "<p>Een tekst.</p>",
    "url": "https://joop.example/kop",
    "published_at": START - timedelta(hours=1),
}


def entry(seq: int = 1, **values: Any) -> PublishedEntry:
    """Return an entry; values that an entry has not go into its revision."""
    of_entry = PublishedEntry.__dataclass_fields__
    own = {key: values.pop(key) for key in list(values) if key not in of_entry}
    default = {
        "seq": seq,
        "kind": PublicationKind.NEW,
        "article_id": f"{seq:a>16}",
        "updated_at": at(seq),
        "first_seen_at": START,
        "origin_name": "joop",
        "origin_title": "De Joop",
        "origin_url": "https://joop.example/feed",
        "origin_site_url": "https://joop.example/",
        "origin_updated_at": START,
    }
    return PublishedEntry(revision=Revision(**_REVISION | own), **default | values)
