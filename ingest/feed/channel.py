"""What a feed says of itself, from feedparser's dictionary and the document's bytes."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ingest.clean import one_line, title_text
from ingest.feed.entries import address

# The longest period that a feed may ask for; beyond it the number is a mistake.
_MAX_TTL_S: Final = 31 * 86_400
_PERIOD_S: Final = {
    "hourly": 3600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# feedparser keeps the last hour only. Both elements are short: 24 hours fit in 600 bytes.
_SKIPPED: Final = re.compile(rb"<skip(Hours|Days)\s*>(.{0,2000}?)</skip", re.IGNORECASE | re.DOTALL)
_SKIPPED_VALUE: Final = re.compile(rb"<(?:hour|day)\s*>\s*(\w{1,12})\s*</", re.IGNORECASE)
_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")


def language_of(feed: Mapping[str, Any]) -> str | None:
    """Return the language that the feed declares, as stated, `_` as `-`.

    feedparser passes over an xml:lang of RDF's root; the title has inherited it.
    """
    detail = feed.get("title_detail")
    inherited = dict(detail).get("language") if isinstance(detail, Mapping) else None
    for value in (feed.get("language"), inherited):
        if isinstance(value, str) and (language := one_line(value).replace("_", "-")):
            return language[:35]  # the longest tag that RFC 5646 (4.4.1) foresees
    return None


def values_of(feed: Mapping[str, Any], document: bytes, url: str) -> dict[str, Any]:
    """Return the fields of a `ParsedFeed` that tell of the feed and not of its items."""
    links = [dict(link) for link in feed.get("links") or () if isinstance(link, Mapping)]

    def linked(rel: str) -> list[str]:
        stated = (address(link.get("href"), url) for link in links if link.get("rel") == rel)
        return list(dict.fromkeys(each for each in stated if each))

    hours, days = _skipped(document)
    return {
        "title": _title_of(feed),
        "site_url": address(feed.get("link"), url),
        "self_url": next(iter(linked("self")), None),
        "hub_urls": tuple(linked("hub")),
        "next_page_url": next(iter(linked("next")), None),
        "language": language_of(feed),
        "icon_url": _icon_of(feed, url),
        "ttl_s": _ttl_of(feed),
        "skip_hours": hours,
        "skip_days": days,
    }


def _title_of(feed: Mapping[str, Any]) -> str | None:
    value, detail = feed.get("title"), feed.get("title_detail")
    kind = dict(detail).get("type") if isinstance(detail, Mapping) else None
    return (title_text(value, kind in _HTML_TYPES) or None) if isinstance(value, str) else None


def _icon_of(feed: Mapping[str, Any], url: str) -> str | None:
    image = feed.get("image")
    image_url = dict(image).get("href") if isinstance(image, Mapping) else None
    for stated in (feed.get("icon"), feed.get("logo"), image_url):
        if (found := address(stated, url)) is not None:
            return found
    return None


def _ttl_of(feed: Mapping[str, Any]) -> int | None:
    """Return how long the feed may be kept unasked: RSS `ttl` in minutes, or `sy:updatePeriod`."""
    minutes = _whole_number(feed.get("ttl"))
    if minutes:
        seconds = minutes * 60
    else:
        period = feed.get("sy_updateperiod")
        period_s = _PERIOD_S.get(one_line(period).lower()) if isinstance(period, str) else None
        if period_s is None:
            return None
        seconds = period_s // (_whole_number(feed.get("sy_updatefrequency")) or 1)
    return seconds if 0 < seconds <= _MAX_TTL_S else None


def _whole_number(value: object) -> int | None:
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _skipped(document: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the hours (0 to 23, GMT) and days (0 is Monday) in which the feed is not to be asked."""
    hours: set[int] = set()
    days: set[int] = set()
    for match in _SKIPPED.finditer(document):
        for value in _SKIPPED_VALUE.findall(match[2]):
            word = value.decode("ascii", "replace").lower()
            if word in _DAYS:
                days.add(_DAYS.index(word))
            elif word.isdigit() and int(word) <= 24:
                hours.add(int(word) % 24)  # RSS 0.91 counts from 1 to 24
    return tuple(sorted(hours)), tuple(sorted(days))
