"""From the bytes of a feed to its entries. Pure: no network, no clock.

Inside, `parse` stands on top and is the only file that imports feedparser; it uses `scan` (the
look before), `slices` (only what is new), `entries` (feedparser's words to ours), `jsonfeed`.
`opml` and `discover` stand alone.

Public names: `parse_feed`, `PARSER_VERSION`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.feed.parse import PARSER_VERSION as PARSER_VERSION
    from ingest.feed.parse import parse_feed as parse_feed

__all__ = ["PARSER_VERSION", "parse_feed"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from ingest.feed import parse

        return getattr(parse, name)
    raise AttributeError(f"module 'ingest.feed' has no attribute {name!r}")
