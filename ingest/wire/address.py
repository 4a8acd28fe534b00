"""Addresses as the wire needs them: what to ask, whom to ask, and with which credentials.

A query reaches the server byte for byte. Only what cannot stand in a request line at all is percent-encoded
(spaces, controls, characters beyond ASCII), the fragment is cut, and the userinfo is taken out, so that no
address that leaves this module carries a secret. Not for comparing articles: `archive.identity.address` is.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import unquote, urljoin, urlsplit

from yarl import URL

DEFAULT_PORTS = {"http": 80, "https": 443}

_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
_NAME = re.compile(r"[a-z0-9._-]+")


class BadAddress(ValueError):
    """Not an address that can be asked over HTTP; the text says why, without the address's credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An http or https address, taken apart.

    `url` has neither userinfo nor fragment and is plain ASCII. `name` is the lower-case A-label (or the
    literal IP, without brackets); `basic_auth` is the userinfo, decoded.
    """

    url: str
    scheme: str
    name: str
    port: int
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Return the unit of politeness, `name:port` (WIRE, Client)."""
        return f"{self.name.rstrip('.')}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return what credentials are bound to (RFC 6454 section 4)."""
        return (self.scheme, self.name.rstrip("."), self.port)


@lru_cache(maxsize=512)  # one request asks three or four times for the same one
def read_address(url: str) -> Address:
    """Take `url` apart. Raises BadAddress for all that is not http(s) with a host."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"not a valid address: {error}") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise BadAddress(f"not an http address but {scheme + ':' if scheme else 'a relative one'}")
    if port == 0:
        raise BadAddress("port 0 cannot be asked")
    name = _wire_name(parts.hostname or "")
    userinfo, has_userinfo, _ = parts.netloc.rpartition("@")
    netloc = f"[{name}]" if ":" in name else name
    if port is not None and port != DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return Address(
        url=f"{scheme}://{netloc}{_sendable(parts.path or '/')}{_sendable(query)}",
        scheme=scheme,
        name=name,
        port=port or DEFAULT_PORTS[scheme],
        basic_auth=_credentials(userinfo) if has_userinfo else None,
    )


def follow(base: Address, location: str) -> Address:
    """Return where a Location header leads from `base`, without any credentials it names (RFC 9110 10.2.2)."""
    try:
        target = urljoin(base.url, location.strip())
    except ValueError as error:
        raise BadAddress(f"not a valid address: {error}") from error
    found = read_address(target)
    return Address(url=found.url, scheme=found.scheme, name=found.name, port=found.port)


def host_of(url: str) -> str:
    """Return the host (`name:port`) whose turn a request for `url` takes. Raises BadAddress."""
    return read_address(url).host


def _wire_name(hostname: str) -> str:
    """Return the host as DNS and certificates spell it."""
    if not hostname:
        raise BadAddress("an address without a host")
    if ":" in hostname:
        try:
            return str(IPv6Address(hostname))
        except ValueError as error:
            raise BadAddress(f"not a valid IPv6 address: {hostname!r}") from error
    name = hostname
    if not hostname.isascii():
        try:
            name = URL.build(scheme="http", host=hostname).raw_host or ""
        except ValueError as error:
            raise BadAddress(f"not a host name: {hostname!r}") from error
    if not _NAME.fullmatch(name) or not name.strip("."):
        raise BadAddress(f"not a host name: {hostname!r}")
    return name


def _credentials(userinfo: str) -> tuple[str, str] | None:
    user, _, password = userinfo.partition(":")
    return (unquote(user), unquote(password)) if user or password else None


def _sendable(text: str) -> str:
    return _UNSENDABLE.sub(_percent, text)


def _percent(found: re.Match[str]) -> str:
    raw = found.group().encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in raw)
