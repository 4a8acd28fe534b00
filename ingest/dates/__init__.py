"""Written and relative dates to UTC instants. Pure: `now` and the zone are parameters.

Inside, `relative` uses `written`, both use `names`; nothing else is imported. The forms were
collected from 8,363 feed documents of 2008 to 2026 (design page FEED) and from the header lines
of article pages in eleven languages (RECORD).

Public names: `Read`, `read_date`, `read_relative`, `is_believable`, `day_first_of`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.dates.relative import read_relative as read_relative
    from ingest.dates.written import Read as Read
    from ingest.dates.written import day_first_of as day_first_of
    from ingest.dates.written import is_believable as is_believable
    from ingest.dates.written import read_date as read_date

__all__ = ["Read", "day_first_of", "is_believable", "read_date", "read_relative"]


def __getattr__(name: str) -> Any:
    if name == "read_relative":
        from ingest.dates.relative import read_relative

        return read_relative
    if name in __all__:
        from ingest.dates import written

        return getattr(written, name)
    raise AttributeError(f"module 'ingest.dates' has no attribute {name!r}")
