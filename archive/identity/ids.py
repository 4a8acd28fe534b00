"""Names that are minted or computed once and never change their meaning.

`public_id` is frozen (version 1): an archive rebuilt from the same statements in the same order
must mint the same ids, so neither it nor `digest16` may ever follow an improved URL rule or read
a page. Called by `archive.store.deposit`.
"""

import re
from base64 import b32encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit, urlunsplit

PUBLIC_ID_BYTES: Final = 10
"""80 bits: 16 characters of base32; two of 10 million articles collide with odds 4 in 100 billion."""

_PUBLIC_ID_PERSON: Final = b"newsarchive-id-1"  # blake2b's 16 bytes of domain: `id_key` v1

# Whole names or whole words of names (`rss_token`, `apiKey`): what a subscriber is known by.
_SECRET_NAME: Final = re.compile(
    r"(?:^|[-_.])(?:token|key|auth|authkey|apikey|secret|pass|passwd|password|pwd|pw|sig|signature"
    r"|hash|hmac|jwt|session|sessionid|sid|user|username|login|credential|credentials|email|uid)"
    r"(?:$|[-_.])",
    re.IGNORECASE,
)
_CAMEL_BORDER: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def public_id(
    archive_id: str, birth_url: str, link: str | None, guid: str | None, ordinal: int = 1
) -> str:
    """Mint the name of an article from its first sighting, as its feed stated it.

    `birth_url` is the feed's first stored address after `strip_secrets`; `link` and `guid` are raw.
    If the id is taken, the caller asks again with `ordinal` 2, 3, ... Returns 16 characters of
    lower-case base32 (a-z, 2-7).
    """
    parts = (archive_id, birth_url, link, guid, str(ordinal))
    digest = _digest(parts, PUBLIC_ID_BYTES, _PUBLIC_ID_PERSON)
    return b32encode(digest).decode("ascii").lower()


def digest16(*parts: str | bytes | None) -> bytes:
    """Return the 16-byte digest that stands for `parts` in a unique column; None counts as ''.

    Each part is preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
    """
    return _digest(parts, 16)


def strip_secrets(feed_url: str) -> str:
    """Return a feed's address without userinfo, fragment, and parameters that name its reader.

    The result is shown, logged and hashed (the birth address). A token in the path cannot be told
    from a name, so such a feed must be declared private. An address that cannot be read loses
    everything behind its first "?" and before its last "@".
    """
    try:
        parts = urlsplit(feed_url.strip())
    except ValueError:
        return feed_url.partition("?")[0].rpartition("@")[2]
    fields = [f for f in parts.query.split("&") if not _is_secret(f.partition("=")[0])]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(fields), ""))


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(_CAMEL_BORDER.sub("_", name)) is not None


def _digest(parts: Iterable[str | bytes | None], size: int, person: bytes = b"") -> bytes:
    state = blake2b(digest_size=size, person=person)
    for part in parts:
        # A lone surrogate ends in ingest.clean; should one come by another way, it still hashes.
        data = (
            (part or "").encode("utf-8", "surrogatepass") if not isinstance(part, bytes) else part
        )
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.digest()
