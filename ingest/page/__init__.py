"""An article page: from its bytes to what it says, and to the wall it may be instead.

Public: `parse_article`. Pure, never raises; the house's only door to trafilatura and its kin.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.page.parse import parse_article as parse_article

__all__ = ["parse_article"]


def __getattr__(name: str) -> object:
    # On first use: trafilatura takes 0.4 s to load, and most commands never see a page.
    if name == "parse_article":
        from ingest.page.parse import parse_article

        return parse_article
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
