"""Links that stand in an answer's head instead of its document (RFC 8288)."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from ingest.wire.address import BadAddress, read_address

LONGEST_HEADER = 16_384
"""What of a Link header is read: two hundred links, more than anything honest has."""

# <target> ; param ; param="quoted, with commas" : a link ends at a comma outside of quotes.
_LINK = re.compile(r"<([^<>]*)>((?:[^\",<]|\"(?:[^\"\\]|\\.)*\")*)")
_PARAMETER = re.compile(r";\s*([^\s;,=\"]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?")


def links(headers: Mapping[str, str], rel: str, *, base: str) -> tuple[str, ...]:
    """Return the absolute http(s) addresses of all links with this relation, in order, each once.

    `headers` have lower-case names, repeated ones joined by ", ". Of several rel parameters of a link the first
    counts (RFC 8288 section 3.3); a link about another resource (`anchor`) is none of ours.
    """
    found: dict[str, None] = {}
    for target, parameters in _LINK.findall(headers.get("link", "")[:LONGEST_HEADER]):
        stated: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(parameters):
            stated.setdefault(name.lower(), quoted or bare)
        if rel in stated.get("rel", "").lower().split() and "anchor" not in stated:
            url = _absolute(base, target)
            if url is not None:
                found[url] = None
    return tuple(found)


def _absolute(base: str, target: str) -> str | None:
    try:
        url = urljoin(base, target.strip())
        read_address(url)
    except (ValueError, BadAddress):
        return None
    return url
