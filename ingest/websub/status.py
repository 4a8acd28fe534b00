"""What a person is told of how a feed is pushed: `newsarchive feeds show`."""

from contextlib import closing
from datetime import datetime

from archive.errors import NotFound
from archive.store.pushed import push_of
from archive.store.sqlite import open_reader
from ingest.websub.rules import describe, wish_of


def push_lines(archive_url: str, name: str, *, public_url: str, now: datetime) -> tuple[str, ...]:
    """Return lines about the push of the feed `name`: how it stands at its hub, or why it is not there.

    `public_url` is `[web] public_url`. Raises NotFound for a name that no feed has, and what opening an archive raises.
    """
    with closing(open_reader(archive_url)) as reader:
        found = push_of(reader, name)
    if found is None:
        raise NotFound(f"no feed {name!r}; newsarchive feeds lists them", subject=name)
    feed, subscription = found
    return describe(subscription, wish_of(feed, public_url=public_url), now=now)
