"""What each key of config.toml may say: a rule a key, which returns the value kept or says what it must be.

A rule takes the value as tomllib read it and raises `Wrong` with words that go on after the key's name: "must be a
whole number from 1 to 65535, not 'x'". Rules about paths know the folder that relative ones start from.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from archive.config.zone import is_zone

Rule = Callable[[object], object]
Rules = Mapping[str, Rule]

PAGE_POLICIES = ("auto", "always", "never")
MONTH_S = 30 * 86_400
FEED_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")

_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SECRET_WORD = re.compile(
    r"(?:^|[-_.])(?:token|key|auth|apikey|authkey|secret|password)(?:$|[-_.])", re.IGNORECASE
)
_CAMEL_BORDER = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Wrong(ValueError):
    """The value breaks its key's rule."""


class NotAList(Wrong):
    """A single value stands where a list belongs."""


def is_private_url(url: str) -> bool:
    """Tell whether an address itself carries a secret: userinfo, or a parameter named token, key, auth (OUTPUT)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return "@" in parts.netloc or any(
        _SECRET_WORD.search(_CAMEL_BORDER.sub("_", name)) for name in names
    )


def section_rules(base: Path) -> Mapping[str, Rules]:
    """Return the rules of the plain sections; relative paths start from `base`."""
    path = path_under(base)
    return {
        "archive": {"url": archive_url(base), "keep_bodies": flag, "timezone": zone},
        "fetch": {
            "contact": line,
            "allow_networks": texts(network),
            "concurrency": whole(1, 4_096),
            "min_host_gap_s": number(0, 3_600),
            "connect_s": number(0.05, 3_600),
            "idle_s": number(0.05, 3_600),
            "total_s": number(0.05, 3_600),
            "max_wire_bytes": whole(1_024, 2**31),
            "max_bytes": whole(1_024, 2**31),
            "proxy": optional(web_address),
        },
        "pace": {
            "default_s": whole(1, MONTH_S),
            "floor_s": whole(1, MONTH_S),
            "ceiling_s": whole(1, MONTH_S),
        },
        "pages": {"policy": one_of(*PAGE_POLICIES), "recheck": durations, "recount": durations},
        "publish": {
            "query": line,
            "dir": path,
            "domain": optional(domain),
            "since": day,
            "title": line,
            "settle_s": whole(0, MONTH_S),
            "updated": one_of("new", "substantial", "every"),
            "interval_s": whole(1, 86_400),
            "hubs": texts(web_address),
        },
        "web": {
            "enabled": flag,
            "host": line,
            "port": whole(0, 65_535),
            "public_url": optional(web_address),
            "token_file": optional_path(base),
        },
        "service": {"engine": one_of("local"), "workers": whole(1, 256)},
        "log": {
            "format": one_of("text", "json"),
            "level": one_of("debug", "info", "warning", "error"),
        },
        "backup": {"dir": optional_path(base), "every": duration, "keep": whole(1, 10_000)},
    }


def feed_rules(base: Path) -> Rules:
    """Return the rules of one [[feeds]]."""
    return {
        "url": web_address,
        "name": optional(feed_name),
        "title": line,
        "tags": texts(line),
        "page": optional(one_of(*PAGE_POLICIES)),
        "interval_s": whole(0, MONTH_S),
        "private": flag,
        "publish": flag,
        "auth_file": optional_path(base),
        "verify_tls": flag,
    }


def site_rules() -> Rules:
    """Return the rules of one [sites."host"]."""
    return {
        **dict.fromkeys(("title", "text", "section", "authors", "published", "header_line"), line),
        "remove": texts(line),
        "timezone": zone,
        "language": line,
        "page": optional(one_of(*PAGE_POLICIES)),
        "same_as": texts(line),
    }


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"must be a text in quotes, not {shown(value)}")
    return value


def line(value: object) -> str:
    if any(not character.isprintable() for character in text(value)):
        raise Wrong("must be one line of text without control characters")
    return text(value).strip()


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {shown(value)}")
    return value


def whole(low: int, high: int) -> Rule:
    def rule(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Wrong(f"must be a whole number from {low} to {high}, not {shown(value)}")
        return value

    return rule


def number(low: float, high: float) -> Rule:
    def rule(value: object) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            raise Wrong(f"must be a number from {low:g} to {high:g}, not {shown(value)}")
        return float(value)

    return rule


def one_of(*choices: str) -> Rule:
    def rule(value: object) -> str:
        if value not in choices:
            import difflib

            near = difflib.get_close_matches(str(value), choices, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            named = " or ".join(repr(choice) for choice in choices)
            raise Wrong(f"must be {named}, not {shown(value)}{hint}")
        return str(value)

    return rule


def texts(rule_of_each: Rule) -> Rule:
    def rule(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise NotAList(f"must be a list of texts in brackets, not {shown(value)}")
        return tuple(rule_of_each(item) for item in value)

    return rule


def optional(rule_of_text: Rule) -> Rule:
    """Let "" stand for a value that is not given."""

    def rule(value: object) -> object:
        return "" if value == "" else rule_of_text(value)

    return rule


def zone(value: object) -> str:
    name = line(value)
    if name and not is_zone(name):
        raise Wrong(
            f"is no time zone that this system knows: {name!r}; write one like 'Europe/Amsterdam'"
        )
    return name


def network(value: object) -> str:
    from ipaddress import ip_network

    try:
        return str(ip_network(line(value), strict=True))
    except ValueError as error:
        raise Wrong(
            f"must name networks like '127.0.0.0/8' or '10.1.2.3/32', not {shown(value)} ({error})"
        ) from None


def web_address(value: object) -> str:
    url = line(value)
    try:
        parts = urlsplit(url)
        is_good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        is_good = is_good and parts.port != 0 and " " not in url
    except ValueError:
        is_good = False
    if not is_good:
        safe = re.sub(r"//[^/]*@", "//…@", url)
        raise Wrong(f"must be an address that begins with http:// or https://, not {shown(safe)}")
    return url


def domain(value: object) -> str:
    name = line(value).lower()
    if not re.fullmatch(r"(?=.{1,253}$)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*", name):
        raise Wrong(f"must be a domain like 'news.example.org', not {shown(value)}")
    return name


def feed_name(value: object) -> str:
    name = line(value)
    if not FEED_NAME.fullmatch(name):
        raise Wrong(
            "must be at most 40 of a-z, 0-9, '.', '_' and '-', beginning and ending with a letter or digit"
            f" (it is typed as feed:NAME; 'title' may be anything), not {shown(value)}"
        )
    return name


def day(value: object) -> date | None:
    if value == "":
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Wrong(f'must be a date without quotes like 2026-01-31, or "", not {shown(value)}')
    return value


def duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found[1]) == 0:
        raise Wrong(f"must be a time like '90m', '6h', '1d' or '1w', not {shown(value)}")
    return timedelta(seconds=int(found[1]) * _UNIT_S[found[2]])


def durations(value: object) -> tuple[timedelta, ...]:
    return tuple(duration(part) for part in text(value).split(",")) if value != "" else ()


def path_under(base: Path) -> Rule:
    def rule(value: object) -> Path:
        if not line(value):
            raise Wrong("must name a file or folder")
        return base / Path(line(value)).expanduser()

    return rule


def optional_path(base: Path) -> Rule:
    rule_of_path = path_under(base)

    def rule(value: object) -> object:
        return None if value == "" else rule_of_path(value)

    return rule


def archive_url(base: Path) -> Rule:
    """Return the rule of [archive] url: a SQLite file's absolute path, or a PostgreSQL address as it was written."""

    def rule(value: object) -> str:
        url = line(value)
        scheme, has_scheme, rest = url.partition("://")
        if has_scheme and scheme in ("postgresql", "postgresql+psycopg"):
            return url
        if has_scheme and (scheme != "sqlite" or not rest.removeprefix("/")):
            raise Wrong("must be a file's path, sqlite:///PATH or postgresql+psycopg://HOST/NAME")
        return str(path_under(base)(rest.removeprefix("/") if has_scheme else url))

    return rule


def shown(value: object) -> str:
    """Return a value as a person wrote it, cut to a length that fits a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**18:
        return "so long a number"  # Python refuses to write out more than 4,300 digits
    words = repr(value) if isinstance(value, str | int | float) else type_words(value)
    return words if len(words) <= 60 else words[:59] + "…"


def type_words(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else f"the date or time {value}"
