"""What an address names: its normal form, whether it lasts, whose site it is.

Called for every entry of a deposit (once each, 10 to 20 us) and by whoever looks an address up.
Not for fetching: a key has lost its scheme and more. The tables are our own: courlan strips 40
parameters and costs .1 s of import, and a key must not change with a library's release, since keys
are stored. Principle: only what is known to name a reader's way (a tracker, a session, a copy) is
taken away; what could name the article stays.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize
from urllib.parse import SplitResult, quote, unquote

from archive.identity.trackers import is_tracker, is_way
from archive.identity.wrappers import MAX_URL_CHARS, carries_by_path, split_address, unwrap

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_FRAGMENT_THAT_NAMES: Final = re.compile(
    r"[!/].|(?:[\w.:-]*[-_])?(?:(?:post|entry|block|item|update|message|msg|comment)[-_:]?"
    r"(?=[\w-]*\d)[\w-]{2,}|(?:id|p|c)[-_:]?\d{2,})$",
    re.IGNORECASE,
)
_NO_HOST: Final = re.compile(r"[\s%\\\"'<>(){}|^`,;!*&=+$~]|^\.*$|\.\.")
_HOST_LABELS: Final = re.compile(r"(?:www\d{0,2}|m|mobile|mobil|touch|amp)$")
_LANGUAGE_LABEL: Final = re.compile(r"[a-z]{2,3}$")
_COUNTRY_SECOND_LEVEL: Final = frozenset(
    ("co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "gob", "nom")
)
_INDEX_FILE: Final = re.compile(
    r"/(?:index|default)\.(?:html?|shtml|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE
)
_AMP_TAIL: Final = re.compile(
    r"(?:/amp(?:html)?(?:\.html?)?|\.amp|[.-]amp(?=\.html?$))(?=$|\.html?$)"
)
# The second form is ASP.NET's, 24 letters and figures.
_PATH_SESSION: Final = re.compile(
    r";(?:jsessionid|phpsessid|sid)=[^/;?]*|(?<=/)\(S\([a-z0-9]{24}\)\)/", re.IGNORECASE
)
_PRINT_TAIL: Final = re.compile(r"/(?:print|printable)$", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_DATE: Final = re.compile(
    r"(?:19|20)\d\d[/_.-](?:0?[1-9]|1[0-2]|[a-z]{3})[/_.-](?:[0-2]?\d|3[01])(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])",
    re.IGNORECASE,
)
_MONTH: Final = re.compile(r"(?<!\d)(?:19|20)\d\d/(?:0[1-9]|1[0-2])/[^/]{4}")
_LONG_NUMBER: Final = re.compile(r"\d{5,}")
_HEX: Final = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f])[0-9a-f]{8,}(?![A-Za-z0-9])"
)
_ID_PARAMETER: Final = re.compile(
    r"(?:^|&)(?:[\w.-]*id|p|a|n|t|no|nr|num|article|artikel|story|item|post|news|v|key)=[^&]*\d",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(r"(?:https?:)?/*[^/?#]*", re.IGNORECASE)
_SLUG_JOINTS: Final = re.compile(r"[-_+,]|%20")
MIN_SLUG_JOINTS: Final = 3  # "weer-voor-vandaag" is a page; four words begin to be a headline
MIN_SLUG_CHARS: Final = 20


@lru_cache(maxsize=4096)
def url_key(url: str) -> str | None:
    """Return the normal form of the address that `url` means, as text; None if it names nothing.

    `host/path?query#fragment`, without scheme, so http and https are one. Idempotent: the key of
    `//` and a key is that key (without the slashes too, if its host has a dot). None for what is
    not http(s), has no host, or is over MAX_URL_CHARS.
    """
    if (plain := _plain(url)) is not None:
        return _host_key_of(plain[0]) + plain[1]
    parts = split_address(unwrap(url))
    if parts is None:
        return None
    host = _host_key(parts)
    if not host:
        return None
    path = _path_key(parts.path)
    query = _query_key(parts.query, path)
    fragment = _fragment_key(parts.fragment)
    return host + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def is_durable(url_or_key: str) -> bool:
    """Tell whether an address names one article for good: it holds a date, an id or a long slug.

    An address without ("/today", "/weather/amsterdam") may show another article tomorrow.
    """
    return has_id_or_date(url_or_key) or _has_slug(_PLACE.sub("", url_or_key, count=1))


def has_id_or_date(url_or_key: str) -> bool:
    """Tell whether an address holds a number or date that a site does not give out twice."""
    place = _PLACE.sub("", url_or_key, count=1)
    return _holds_id(place) or _ID_PARAMETER.search(place.partition("?")[2]) is not None


def is_home(key: str) -> bool:
    """Tell whether a key is a bare site: it says where, never what."""
    return not any(mark in key for mark in "/?#")


def site_of(url: str | None, feed_url: str) -> str:
    """Return the registrable domain of the paper that `url` belongs to (of the feed without one).

    By the public suffix list that is bundled with publicsuffixlist (loaded on first use, 50 ms;
    never downloaded); its private part counts, so two blogs of one host are two sites. An IP
    address or a name without dots keeps its port. '' if neither address has a host.
    """
    for address in (url, feed_url):
        if address and (plain := _plain(address)) is not None:
            return _registrable(plain[0], None)
        parts = split_address(unwrap(address)) if address else None
        if parts is not None and (host := _ascii_host(parts)):
            return _registrable(host, _port(parts))
    return ""


# ---- making the key -----------------------------------------------------------------------------

_PLAIN: Final = re.compile(
    r"https?://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)((?:/[\w~-][\w.~-]*)+)/?", re.ASCII
)
_MAY_FALL_AWAY: Final = re.compile(r"amp|/(?:index|default)\.|/print", re.IGNORECASE)


def _plain(url: str) -> tuple[str, str] | None:
    """Return host and path of an address in which nothing is to be unwrapped, decoded, ordered or left out.

    Most links of papers are so; they take 2 us, where the long way takes 15.
    """
    match = _PLAIN.fullmatch(url) if len(url) <= MAX_URL_CHARS else None
    if match is None or _MAY_FALL_AWAY.search(match[2]) or not _host_key_of(match[1]):
        return None
    return match[1], match[2]


@lru_cache(maxsize=1024)
def _host_key_of(host: str) -> str:
    """Return the key of a host; '' for one that cannot be, and for one whose paths may carry other addresses."""
    parts = split_address(f"https://{host}/")
    return "" if parts is None or carries_by_path(host) else _host_key(parts)


def _ascii_host(parts: SplitResult) -> str:
    """Return the host in lower case, other scripts as punycode; '' for what cannot be a host.

    Label by label and without IDNA 2003's mapping, which makes one of "straße" and "strasse".
    """
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        labels = normalize("NFKC", host).lower().replace("。", ".").strip(".").split(".")
        host = ".".join(x if x.isascii() else _punycode(x) for x in labels)
    return host if host.isprintable() and not _NO_HOST.search(host) else ""


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")


def _port(parts: SplitResult) -> int | None:
    return parts.port if parts.port not in (None, 80, 443) else None


def _host_key(parts: SplitResult) -> str:
    labels = _ascii_host(parts).split(".")
    while len(labels) > 2 and _HOST_LABELS.match(labels[0]) and not _is_suffix(labels[1:]):
        del labels[0]
    if len(labels) > 3 and labels[1] == "m" and _LANGUAGE_LABEL.match(labels[0]):
        del labels[1]  # en.m.paper.example is en.paper.example for telephones
    host, port = ".".join(labels), _port(parts)
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host


def _is_suffix(labels: list[str]) -> bool:
    """Tell whether `labels` are a country's second level (amp.com.au is a company's own name)."""
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _COUNTRY_SECOND_LEVEL


def _path_key(path: str) -> str:
    if ";" in path or "/(" in path:
        path = _PATH_SESSION.sub("", path)
    segments = list(_walk(quote_rest(path)))
    if len(segments) > 1 and segments[0] == "amp":
        del segments[0]
    path = "".join(f"/{segment}" for segment in segments)
    path = _INDEX_FILE.sub("", path)
    path = _AMP_TAIL.sub("", path)
    bare = _PRINT_TAIL.sub("", path)
    return bare if _holds_id(bare) else path


def _walk(path: str) -> Iterator[str]:
    """Yield the segments of a path without empty ones; dot segments are resolved (RFC 3986 5.2.4)."""
    if "/." not in path:
        yield from filter(None, path.split("/"))
        return
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    yield from kept


def quote_rest(text: str) -> str:
    """Return `text` with escapes in one form: needless ones undone, the others in capitals.

    RFC 3986 6.2.2: `%65` is `e`, `%2f` is `%2F` and no slash; other scripts become escapes.
    """

    def one_form(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    if "%" in text:
        text = _ESCAPE.sub(one_form, text)
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    # A surrogate cannot be written as UTF-8; it is data, and stays apart from "?".
    return quote(normalize("NFC", text), safe="%/:@!$&'()*+,;=-._~?", errors="surrogatepass")


def _query_key(query: str, path: str) -> str:
    """Return the parameters that may name an article, in order of their names."""
    if not query:
        return ""
    path_names = _holds_id(path) or _has_slug(path)
    kept = []
    for field in re.split("[&;]", query):
        name, _, value = field.partition("=")
        name = unquote(name).lower()
        if not name or is_tracker(name) or (path_names and is_way(name, value)):
            continue
        kept.append(quote_rest(field.strip()))
    return "&".join(sorted(kept))


def _fragment_key(fragment: str) -> str:
    """Return a fragment that names a post of its own (a live blog's, a comment's), else ''."""
    if not fragment or "=" in fragment or fragment.startswith(":~:"):
        return ""
    return quote_rest(fragment) if _FRAGMENT_THAT_NAMES.match(fragment) else ""


def _holds_id(place: str) -> bool:
    return (
        _LONG_NUMBER.search(place) is not None
        or _DATE.search(place) is not None
        or _MONTH.search(place) is not None
        or _HEX.search(place) is not None
    )


def _has_slug(place: str) -> bool:
    path = place.partition("?")[0]
    return any(
        len(segment) >= MIN_SLUG_CHARS and len(_SLUG_JOINTS.findall(segment)) >= MIN_SLUG_JOINTS
        for segment in path.split("/")
    )


# ---- sites --------------------------------------------------------------------------------------


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def _registrable(host: str, port: int | None) -> str:
    if ":" in host or "." not in host or host.replace(".", "").isdigit():
        return f"{host}:{port}" if port else host
    found = _suffixes().privatesuffix(host)
    return found if found is not None else host
