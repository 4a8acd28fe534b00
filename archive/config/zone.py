"""The time zone in which people see times. Stored values are UTC and never pass here."""

import os
from datetime import UTC, tzinfo
from pathlib import Path

SYSTEM_ZONE = Path("/etc/localtime")


def zone_of(name: str) -> tzinfo:
    """Return the zone of that IANA name; "" is the system's own. KeyError for a name that is none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        if name:
            return ZoneInfo(name)
        if known := system_zone_name():
            return ZoneInfo(known)
        with SYSTEM_ZONE.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        if name:
            raise KeyError(name) from error
        return UTC


def system_zone_name() -> str:
    """Return the IANA name of the system's zone, "" where it cannot be told (TZ, then /etc/localtime's target)."""
    stated = os.environ.get("TZ", "").removeprefix(":")
    if stated and is_zone(stated):
        return stated
    _, found, name = os.path.realpath(SYSTEM_ZONE).partition("/zoneinfo/")
    return name if found and is_zone(name) else ""


def is_zone(name: str) -> bool:
    """Tell whether `name` is an IANA zone that this system knows."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
