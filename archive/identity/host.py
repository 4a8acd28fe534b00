"""The host of an address, as leases, pace and politeness count it: lower-case A-label and port."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Return "www.example.org:443"; ValueError when `url` is no http(s) address with a host.

    Unicode names become A-labels (IDNA 2003, by Python's codec; those it cannot encode stay as they are, so that
    the poll fails with a DNS error of its own). IPv6 addresses keep their brackets.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"not an http or https address: {url!r}")
    name = parts.hostname
    if not name:
        raise ValueError(f"an address without a host: {url!r}")
    port = parts.port or DEFAULT_PORTS[scheme]
    if ":" in name:
        return f"[{name}]:{port}"
    name = name.rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            name = name.casefold()
    return f"{name.lower()}:{port}"
