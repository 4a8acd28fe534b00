"""The address of an article's AMP version, where it is safe to take it for one of the article's own.

`address.url_key` undoes the usual forms (/amp, amp.example.org, AMP caches). This is about the others, which only
the page itself tells: `<link rel="amphtml">` (AMP HTML specification, "Discovery"). Pure.
"""

import re
from typing import Final

from archive.identity.address import is_durable, site_of, url_key

_NAMED: Final = re.compile(r"(?<![a-z])amp(?:html)?(?![a-z])", re.IGNORECASE)


def amp_key(page_url: str | None, canonical_url: str | None, amp_url: str | None) -> str | None:
    """Return the url key of an article's AMP version as its page states it, None where it is not safe to believe.

    Believed is a page that stands at its own canonical address and names, on its own site, a lasting address that says
    "amp". Sites that state one such address on every page, or another article's, do not pass; who keeps the key looks
    besides whether it is any other article's.
    """
    if not (page_url and canonical_url and amp_url):
        return None
    own, amp = url_key(canonical_url), url_key(amp_url)
    if own is None or amp is None or own != url_key(page_url) or amp == own:
        return None
    if not is_durable(amp) or not _NAMED.search(amp_url):
        return None
    return amp if site_of(amp_url, "") == site_of(canonical_url, "") else None
