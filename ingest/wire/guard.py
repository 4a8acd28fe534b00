"""Which network addresses may be connected to: those that are routable on the public internet, and no others.

The guard looks at the address of the very connection about to be made: after DNS, on every hop. So decimal and
hexadecimal spellings of 127.0.0.1, a name that resolves to the loopback, and a name whose answer changes between
two look-ups all meet the same wall. `allow_networks` opens ranges, for what an operator wrote himself.

The ranges are our own list, not `ipaddress.is_global`: that one changed between patch releases of Python 3.11 and
3.12, and reads IPv4-mapped addresses differently in each. Source: the IANA IPv4 and IPv6 Special-Purpose Address
Registries (RFC 6890 and its updates).
"""

import errno
import socket
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, NamedTuple

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

REFUSAL = "refused by the address guard"


class _Range(NamedTuple):
    """A closed range in numbers: every new connection is held against all of them (1.5 us; networks took 9)."""

    network: int
    mask: int
    why: str


def _range(cidr: str, kind: str) -> _Range:
    network = ip_network(cidr)
    return _Range(int(network.network_address), int(network.netmask), f"{kind} ({network})")


_CLOSED_V4 = tuple(
    _range(range_, kind)
    for range_, kind in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

# Outside 2000::/3 nothing is global unicast (RFC 4291 section 2.4): loopback, link-local, unique local,
# multicast, IPv4-compatible and the local NAT64 prefix 64:ff9b:1::/48 all fall there.
_GLOBAL_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    _range(range_, kind)
    for range_, kind in (
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_SIXTOFOUR = IPv6Network("2002::/16")


class AddressRefused(OSError):
    """The guard does not let this connection be made. An OSError, as what a connect raises must be."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(errno.EACCES, f"{address} is {why}: {REFUSAL}")
        self.address = address


class Guard:
    """Decides on addresses; `allow` are the networks opened by the operator.

    >>> Guard().refusal("93.184.215.14") is None
    True
    >>> Guard().refusal("::ffff:10.1.2.3")
    'private (10.0.0.0/8)'
    """

    def __init__(self, allow: tuple[IPNetwork, ...] = ()) -> None:
        self._allow = allow

    def refusal(self, address: str) -> str | None:
        """Say why `address` (a literal, perhaps with a zone) may not be connected to; None if it may."""
        try:
            written = ip_address(address.partition("%")[0])
        except ValueError:
            return "no IP address"
        reached = _reached(written)
        if any(_is_in(each, network) for network in self._allow for each in (written, reached)):
            return None
        return _closed(reached)

    def socket_factory(self, addr_info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for a connection to `addr_info`, as aiohttp asks. Raises AddressRefused."""
        family, kind, protocol, _, sockaddr = addr_info
        self.check(str(sockaddr[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    def check(self, address: str) -> None:
        """Raise AddressRefused unless `address` may be connected to."""
        if why := self.refusal(address):
            raise AddressRefused(address, why)


def networks(texts: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    """Read CIDR ranges as a configuration states them. Raises ValueError for one that is none."""
    return tuple(ip_network(text, strict=False) for text in texts)


def _reached(address: IPAddress) -> IPAddress:
    """Return the IPv4 address that an IPv6 one is only a wrapping of, else the address itself.

    NAT64 is unwrapped rather than refused: behind it (RFC 6052) every public IPv4 site has such an address.
    """
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIXTOFOUR and address.sixtofour is not None:
        return address.sixtofour
    return address


def _closed(address: IPAddress) -> str | None:
    if isinstance(address, IPv4Address):
        return _first(address, _CLOSED_V4)
    if address not in _GLOBAL_V6:
        return _kind_outside(address)
    return _first(address, _CLOSED_V6)


def _first(address: IPAddress, ranges: tuple[_Range, ...]) -> str | None:
    number = int(address)
    return next((why for network, mask, why in ranges if number & mask == network), None)


def _kind_outside(address: IPv6Address) -> str:
    if address.is_loopback:
        return "loopback (::1/128)"
    if address.is_link_local:
        return "link-local (fe80::/10)"
    if address.is_multicast:
        return "multicast (ff00::/8)"
    return "not global unicast (2000::/3)"


def _is_in(address: IPAddress, network: IPNetwork) -> bool:
    return address.version == network.version and address in network
