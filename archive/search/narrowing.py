"""What narrows a whole query beside dates: addresses, what an article has, and counts between bounds. Pure."""

import re
from typing import Final

HAS: Final = ("revisions", "duplicates", "views", "image", "section", "author")
"""has:revisions is an edit by the publisher, has:duplicates a second place it was seen, has:views a counter."""

RANGES: Final = ("duplicates", "minutes", "views")
"""duplicates: places it was seen; minutes: to read; views: as its page last said."""

NARROWING: Final = ("url", "has", *RANGES)

_RANGE: Final = re.compile(r"(\d{1,12})?(\.\.)?(\d{1,12})?")


def range_of(text: str) -> tuple[int | None, int | None] | None:
    """Return the least and the most of `3..5`, `3..`, `..5` or `3`, both included; None for nonsense."""
    match = _RANGE.fullmatch(text)
    if match is None or (match[1] is None and match[3] is None):
        return None
    least = None if match[1] is None else int(match[1])
    if match[2] is None:
        return None if least is None or match[3] is not None else (least, least)
    return least, None if match[3] is None else int(match[3])


def address_of(text: str) -> str:
    """Return what is looked for inside addresses: lower case, without the scheme and `www.`."""
    return re.sub(r"^(https?://)?(www\.)?", "", text.strip().lower())
