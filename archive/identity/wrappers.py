"""Addresses that carry another address: redirectors, AMP caches, copies, consent pages.

For `archive.identity.address`. What can only be known by asking (t.co, feedproxy) stays wrapped:
nothing here touches the network.
"""

import re
from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

MAX_URL_CHARS: Final = 8192
"""Longer is data, not an address (browsers and servers stop at 2 to 8 kB): no key."""

MAX_WRAPPERS: Final = 4  # an archive copy of a redirector of an AMP cache: three is seen

# Host, or host and path -> parameters with the address meant. A leading dot: any host below it.
_REDIRECTORS: Final[dict[str, tuple[str, ...]]] = {
    "l.facebook.com": ("u",),
    "lm.facebook.com": ("u",),
    "l.instagram.com": ("u",),
    "l.messenger.com": ("u",),
    "l.threads.net": ("u",),
    "l.threads.com": ("u",),
    "out.reddit.com": ("url",),
    "t.umblr.com": ("z",),
    "vk.com/away.php": ("to",),
    "away.vk.com/away.php": ("to",),
    "youtube.com/redirect": ("q",),
    "linkedin.com/redir/redirect": ("url",),
    "linkedin.com/safety/go": ("url",),
    "duckduckgo.com/l": ("uddg",),
    "bing.com/news/apiclick.aspx": ("url",),
    "bing.com/ck/a": ("url",),
    "steamcommunity.com/linkfilter": ("url", "u"),
    "slack-redir.net/link": ("url",),
    "getpocket.com/redirect": ("url",),
    "flipboard.com/redirect": ("url",),
    ".safelinks.protection.outlook.com": ("url",),
    "go.redirectingat.com": ("url",),
    "go.skimresources.com": ("url",),
    "click.linksynergy.com": ("murl", "RD_PARM1"),
    ".prismic.link": ("url",),
    "myprivacy.dpgmedia.nl": ("callbackUrl",),
    "myprivacy.dpgmedia.be": ("callbackUrl",),
    "myprivacy.dpgmedia.net": ("callbackUrl",),
    "feedly.com/i/entry": ("url",),
    "translate.google.com/translate": ("u",),
}
# A path that says "elsewhere", with an absolute address in one of the usual parameters.
_LEAVING: Final = re.compile(
    r"/(?:redirect|redir|outbound|outgoing|out|away|goto|exit|leaving|click|track/click)(?:\.\w+)?/?$"
)
_LEAVING_PARAMETERS: Final = ("url", "u", "to", "target", "dest", "destination", "link", "goto")

_CACHE_HOST: Final = "webcache.googleusercontent.com"
_AMP_HOST: Final = "cdn.ampproject.org"
_GOOGLE: Final = re.compile(r"(?:www\.|news\.)?google\.(?:com?\.)?[a-z]{2,3}$")
_GOOGLE_NEWS_PATH: Final = re.compile(r"/(?:rss/|__i/rss/rd/)?(?:articles|read)/([\w-]{16,})=*")
_AMP_PATH: Final = re.compile(r"/amp/(s/)?([^/]+\.[^/]+.*)")
_AMP_CACHE_PATH: Final = re.compile(r"/(?:[a-z]/)(s/)?([^/]+\.[^/]+.*)")
_ARCHIVE_HOST: Final = re.compile(r"archive\.(?:is|today|ph|li|md|fo|vn)$")
# A reader's proxy (12ft.io/https://...): the address begins where the path does.
_COPY_PATH: Final = re.compile(r"/https?:/", re.IGNORECASE)
_WITHIN: Final = re.compile(r"/(https?(?:://?|%3A%2F%2F).+)", re.IGNORECASE)
_DEFENDED: Final = re.compile(
    r"/v3/__(https?:/.+?)__;"
)  # mail filter: urldefense.com/v3/__URL__;...
_CACHED: Final = re.compile(r"cache:(?:[\w-]+:)?(https?://[^\s+]+)")
_URL_IN_BYTES: Final = re.compile(rb"https?://[\x21-\x7e]+")
_ABSOLUTE: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_ONE_SLASH: Final = re.compile(r"^(https?):/+", re.IGNORECASE)


@lru_cache(maxsize=1024)  # for an address's key and for its site
def unwrap(url: str) -> str:
    """Return the address that `url` carries, if it is a redirector, an AMP cache or a copy.

    Understands Google (AMP, Alerts, and News links of the form that holds its address), web
    archives, link shims of social sites and consent pages. Anything else comes back as it is,
    without white space around it. What can only be known by asking (t.co, feedproxy) stays.
    """
    current = url.strip()
    for _ in range(MAX_WRAPPERS):
        inner = _inner(current)
        if inner is None or inner == current:
            break
        current = inner
    return current


@lru_cache(maxsize=1024)  # for an address itself and for what it wraps
def split_address(url: str) -> SplitResult | None:
    """Return the parts of an http(s) address or of a key (which has no scheme); None for others.

    None also for what is over MAX_URL_CHARS, has no host or a port that is no number.
    """
    if len(url) > MAX_URL_CHARS:
        return None
    head = url[:9].lower()
    if not head.startswith(("http://", "https://", "//")):
        scheme = url.partition(":")[0]
        if "." not in scheme.partition("/")[0] or " " in url or not url[0].isalnum():
            return None
        url = "//" + url
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is no number
    except ValueError:
        return None
    return parts if parts.hostname else None


def carries_by_path(host: str) -> bool:
    """Tell whether addresses of a host may carry another one otherwise than as `/https:/...` or in a parameter."""
    bare = host.removeprefix("www.")
    return (
        bare.endswith(_AMP_HOST)
        or _GOOGLE.match(host) is not None
        or _ARCHIVE_HOST.match(bare) is not None
        or bare in ("bing.com", "web.archive.org", "archive.org", "urldefense.com", _CACHE_HOST)
    )


def _inner(url: str) -> str | None:
    """Return the address inside `url`, or None."""
    parts = split_address(url)
    if parts is None:
        return None
    host = parts.hostname or ""
    bare = host.removeprefix("www.")
    if not carries_by_path(host):
        return _from_copy(url) if _COPY_PATH.match(parts.path) else _from_parameters(bare, parts)
    if bare == "urldefense.com":
        found = _DEFENDED.match(parts.path)
        return _ONE_SLASH.sub(r"\1://", found[1]) if found else None
    if bare == _CACHE_HOST:
        found = _CACHED.match(dict(parse_qsl(parts.query)).get("q", ""))
        return found[1] if found else None
    if bare.endswith(_AMP_HOST):
        return _from_amp(_AMP_CACHE_PATH.match(parts.path), parts)
    if _GOOGLE.match(host) or bare == "bing.com":
        return _from_google(host, parts) or _from_parameters(bare, parts)
    return _from_copy(url)


def _from_amp(match: re.Match[str] | None, parts: SplitResult) -> str | None:
    if match is None:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"{'https' if match[1] else 'http'}://{match[2]}{query}"


def _from_google(host: str, parts: SplitResult) -> str | None:
    if match := _AMP_PATH.match(parts.path):
        return _from_amp(match, parts)
    if host.startswith("news.") and (match := _GOOGLE_NEWS_PATH.match(parts.path)):
        return _from_base64(match[1])
    if parts.path in ("/url", "/newsstand/url", "/imgres"):
        return _first_address(parts, ("url", "q", "imgrefurl"))
    return None


def _from_base64(text: str) -> str | None:
    """Return the address in a Google News token: a protobuf with the URL as it stands, or None."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    found = _URL_IN_BYTES.search(data)
    return found[0].decode("ascii") if found else None


def _from_copy(url: str) -> str | None:
    """Return what a web archive's address is a copy of (`/newest/URL`, `/web/2024.../URL`)."""
    found = _WITHIN.search(url.partition("://")[2])
    if found is None:
        return None
    inner = found[1] if "://" in found[1][:8] or ":/" in found[1][:7] else unquote(found[1])
    return _ONE_SLASH.sub(r"\1://", inner)


def _from_parameters(bare: str, parts: SplitResult) -> str | None:
    if not parts.query or "http" not in parts.query:
        return None
    path = parts.path.rstrip("/")
    names = _REDIRECTORS.get(bare) or _REDIRECTORS.get(bare + path)
    if names is None and (cut := bare.find(".")) > 0:
        names = _REDIRECTORS.get(bare[cut:])
    if names is None and _LEAVING.search(path):
        names = _LEAVING_PARAMETERS
    return _first_address(parts, names) if names else None


def _first_address(parts: SplitResult, names: tuple[str, ...]) -> str | None:
    fields = dict(parse_qsl(parts.query))
    return next((fields[n] for n in names if _ABSOLUTE.match(fields.get(n, ""))), None)
