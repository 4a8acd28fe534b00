"""One parse of a page, shared by all who read it.

lxml parses the page once; trafilatura, htmldate and readability are handed that tree. BeautifulSoup
cannot be: it builds objects of its own, 15 ms for a whole page where lxml takes 1.3 ms (medians of 60
news pages), which is as much as trafilatura's whole extraction. So it gets what it is best at, the
pieces that are walked by hand: the lines around the headline, and a whole page only when that page
holds so little text that it may be a wall.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from archive.html import legal
from ingest.page.charset import decode

MAX_BYTES = 5_000_000  # RECORD: more is cut before anything quadratic sees it
MAX_LEVELS = 512  # deeper nesting is flattened: its words stay, its tags go
# Of 408 pages of news and blogs the largest has 4,100 elements and 152,000 characters to read. What is
# five times as large is a list, a log or an attack, and is read by rules that take linear time.
MAX_ELEMENTS = 20_000
MAX_SHOWN = 750_000
# libxml2 compares each attribute of a tag with all before it: 100,000 on one tag took 127 s.
_MAX_ATTRIBUTES = 300
_LONG_TAG = re.compile(r"<([a-zA-Z][^\s<>/]{0,40})(\s[^<>]{4000,}+)")
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_FORBIDDEN = bytes([*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F])
_FORM_FEED = bytes.maketrans(b"\x0c", b" ")
_DOUBTFUL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)(?!\d)|\d{5}|x0*(?:[0-8bcef]|1[0-9a-f])(?![0-9a-f])"
    r"|x0*[0-9a-f]{4})",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|(\d{1,8}));?", re.IGNORECASE)
_TOO_DEEP = etree.XPath(f"//*[count(ancestor::*) = {MAX_LEVELS}]")
_TAG = re.compile(r"<[a-zA-Z!/]")
_SNIFFED_BYTES = 1_445
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_NO_LETTER = re.compile(r"[\W_]+")
_COUNT = etree.XPath("count(//*)")
_LINKED_DATA = etree.XPath("//script[contains(@type, 'ld+json')]")


@dataclass(frozen=True)
class PageTree:
    """A page as one lxml tree.

    `url` is the address after redirects, `base_url` what relative links are resolved against. `is_vast`
    tells a page that is far too large for an article (MAX_ELEMENTS, MAX_SHOWN).
    The tree is not to be changed: who must prune works on a deep copy.
    """

    root: HtmlElement
    url: str
    base_url: str
    is_vast: bool = False

    @cached_property
    def language_stated(self) -> str | None:
        stated = self.root.get("lang") or self.root.get("xml:lang")
        return stated.strip() or None if stated else None

    def linked_data(self) -> list[str]:
        """The texts of the JSON-LD scripts, in document order."""
        return [script.text for script in _LINKED_DATA(self.root) if script.text]

    def whole(self) -> BeautifulSoup:
        """The whole page for BeautifulSoup, scripts with it. Dear: see the module's note."""
        return soup(serialise(self.root))

    def absolute(self, address: str | None) -> str | None:
        """Return `address` resolved and http or https, else None."""
        return absolute(self.base_url, address)


def read(body: bytes, url: str, content_type: str | None) -> PageTree | None:
    """Parse a page; None if there is nothing in it that a parser takes for HTML."""
    text = decode(body[:MAX_BYTES], content_type)
    if not _TAG.search(text) or _is_binary(body):
        return None
    # `huge_tree`, because libxml2 would else throw away all that is nested deeper than 256 levels.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = document_fromstring(_source_of(text), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    for element in _TOO_DEEP(root):
        words = " ".join(piece for piece in element.itertext() if piece.strip())
        tail = element.tail
        element.clear()
        element.text, element.tail = words, tail
    return PageTree(root, url, _base_of(root, url), _is_vast(root))


def count_elements(root: HtmlElement) -> int:
    """Count the elements of a tree, in C."""
    return int(_COUNT(root))


def soup(html: str) -> BeautifulSoup:
    """Return `html` for BeautifulSoup, with lxml as its parser."""
    return BeautifulSoup(html, "lxml")


def selected(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return what a site rule's CSS selector matches; nothing if it cannot be read."""
    try:
        return list(CSSSelector(selector, translator="html")(root))
    except (ValueError, SyntaxError, etree.XPathError):
        return []  # a rule that cannot be read matches nothing; `doctor` counts it


def serialise(element: etree._Element) -> str:
    """Return `element` as HTML, without the text behind it."""
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def letters(text: str) -> str:
    """Return the letters and digits of `text` in small letters: what two spellings of a line share."""
    return _NO_LETTER.sub("", text).casefold()


def absolute(base_url: str, address: str | None) -> str | None:
    """Return `address` resolved against `base_url`, only if http or https with a host; else None."""
    address = (address or "").strip()
    if not address or len(address) > 4_000:
        return None
    try:
        joined = urljoin(base_url, address)
        parts = urlsplit(joined)
        return joined if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def squeezed(text: str | None) -> str:
    """Return `text` on one line, single spaces."""
    return " ".join((text or "").split())


def _source_of(text: str) -> bytes:
    """Return `text` for the parser, without what XML forbids, written out or as a reference.

    libxml2 lets such characters into its tree and stops at a NUL; lxml then refuses to move them, so
    one of them would cost the whole page. Bytes, because a str with an XML declaration is refused.
    """
    text = _LONG_TAG.sub(_bounded_tag, text)
    if _DOUBTFUL_REFERENCE.search(text):
        text = _REFERENCE.sub(_legal_reference, text)
    source = text.encode("utf-8", "replace").translate(_FORM_FEED, delete=_FORBIDDEN)
    return source.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def _bounded_tag(match: re.Match[str]) -> str:
    n_attributes = len(_QUOTED.sub("", match[2]).split())
    return f"<{match[1]} " if n_attributes > _MAX_ATTRIBUTES else match[0]


def _is_vast(root: HtmlElement) -> bool:
    if count_elements(root) > MAX_ELEMENTS:
        return True
    if len(root.text_content()) <= MAX_SHOWN:
        return False
    scripts = sum(len(element.text or "") for element in root.iter("script", "style"))
    return len(root.text_content()) - scripts > MAX_SHOWN


def _legal_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code < 0x110000 and legal(chr(code)) else ""


def _is_binary(body: bytes) -> bool:
    """Tell pictures, archives and PDFs (MIME Sniffing Standard, section 3, "binary data byte")."""
    if body.startswith((b"%PDF-", b"\xff\xfe", b"\xfe\xff")):
        return body.startswith(b"%")
    start = body[:_SNIFFED_BYTES]
    return bool(_BINARY.search(start)) and b"<html" not in start.lower()


def _base_of(root: HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    stated = absolute(url, base.get("href")) if base is not None else None
    return stated or url
