"""Small pure pieces that every output format needs: instants, addresses, plain text, an entry's html.

Called by the renderers of this folder and by `archive.web`. Nothing here knows a format.
"""

import re
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from archive.html import clean, legal
from archive.model.kept import Revision

SUMMARY_CHARACTERS: Final = 300
"""OUTPUT: a summary is plain and at most this long."""

TITLE_CHARACTERS: Final = 80
"""An article without a title is shown by the beginning of its text: a line on a phone, two on a narrow one."""

_SPACE: Final = re.compile(r"\s+")
# What no address may hold unescaped (RFC 3987 section 2.2), and what a quoted attribute must not.
_UNSAFE: Final = re.compile(r"""[\s\x00-\x20\x7f-\x9f"<>\\^`{|}]""")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
)
# Marks, joiners and variation selectors belong to the character before them.
_JOINED: Final = re.compile("[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


def rfc3339(at: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC, in whole seconds: 2026-11-24T08:12:00Z."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def web_address(url: str | None) -> str | None:
    """Return `url` fit for a link: http(s) with a host, without characters an address may not hold; else None."""
    if not url:
        return None
    url = _UNSAFE.sub(lambda found: quote(found[0]), legal(url.strip()))
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return None
    return url


def language_tag(language: str | None) -> str | None:
    """Return a language tag that is one in form (BCP 47), None otherwise."""
    if language is None or not _LANGUAGE.match(language):
        return None
    return language


def direction(language: str | None) -> str:
    """Return "rtl" for languages written from right to left, "auto" for unknown ones, else "ltr"."""
    if language is None:
        return "auto"
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that XML forbids."""
    return _SPACE.sub(" ", legal(text)).strip()


def shortened(text: str, n_characters: int) -> str:
    """Return `text` on one line of at most `n_characters`, cut between words where that loses little."""
    text = one_line(text)
    if len(text) <= n_characters:
        return text
    end = n_characters - 1
    space = text.rfind(" ", 0, end + 1)
    if space > end * 2 // 3:
        end = space
    while end > 1 and _JOINED.match(text[end]):
        end -= 1
    return text[:end].rstrip(" ,;:.-–—…\u200d") + "…"


def title_of(revision: Revision) -> str:
    """Return a headline that is never empty: the title, else the beginning of the text, else the address."""
    return (
        one_line(revision.title)
        or shortened(revision.text, TITLE_CHARACTERS)
        or one_line(revision.canonical_url or revision.url or "")
        or "(no title)"
    )


def summary_of(revision: Revision) -> str:
    """Return the plain summary: the stated description, else the beginning of the text; "" when there is neither."""
    return shortened(revision.description or revision.text, SUMMARY_CHARACTERS)


def address_of(revision: Revision) -> str | None:
    """Return where the article stands: the canonical address, else the one it was found at."""
    return web_address(revision.canonical_url) or web_address(revision.url)


def html_of(revision: Revision) -> str:
    """Return the article's body as safe html with absolute addresses, its lead image inside; "" when there is none.

    Stored html passes the allow-list once more: the archive does not say under which version a body was cleaned, and
    it costs 0.1 ms a page.
    """
    if revision.html:
        body = clean(revision.html, address_of(revision))
    else:
        body = _paragraphs(revision.text)
    return _lead_image(revision, body) + body


def _paragraphs(text: str) -> str:
    lines = (line.strip() for line in legal(text).splitlines())
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)


def _lead_image(revision: Revision, body: str) -> str:
    """Return the lead image as html, unless the body shows it already, maybe in another size or with a query."""
    url = web_address(revision.image_url)
    if url is None or _image_name(url) in body:
        return ""
    return f'<figure><img src="{escape(url)}" alt=""></figure>'


def _image_name(url: str) -> str:
    """Return what stays the same of an image's address when a site serves it in other sizes: its path's end."""
    path = urlsplit(url).path
    name = path.rsplit("/", 1)[-1]
    return escape(name if len(name) >= 12 else path.strip("/") or url)
