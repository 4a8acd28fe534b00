"""An author shown on the page and told by nothing but the name of the element around it.

The last rung of the ladder of authors: blogs and small papers state theirs nowhere else. hAtom's
`author vcard` is such a name (microformats.org, hAtom 0.1), and so is every theme's own `byline`.
trafilatura's search of the same kind took 8 ms a page where it ran, and gave commenters and dates.
"""

import re
from collections.abc import Callable

from lxml import etree
from lxml.html import HtmlElement

from ingest.clean import one_line
from ingest.page.people import names_of

_MAX_CANDIDATES = 24
_MAX_BYLINE = 140
_NAMED = etree.XPath(
    "//*[self::a or self::span or self::div or self::p or self::address or self::b or self::strong"
    " or self::cite or self::li or self::em or self::small or self::h3 or self::h4][@class]"
    "[contains(@class, 'uthor') or contains(@class, 'yline') or contains(@class, 'utor')"
    " or contains(@class, 'vcard')]"
)
# Whole words of a class name, cut at hyphens, underscores and capitals: "authority" is none of them.
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_WORDS = frozenset((
    "author", "authors", "byline", "bylines", "vcard", "autor", "autoren", "autorenzeile",
    "autores", "autore", "auteur", "auteurs", "autoryarticle",
))  # fmt: skip
# Pieces of a byline that are about an author, or about somebody else.
_ASIDE = frozenset((
    "prep", "avatar", "image", "img", "photo", "icon", "bio", "description", "info", "about", "social",
    "socmed", "contact", "title", "job", "role", "date", "box", "form",
    "meta", "note", "more", "related", "teaser", "media", "copyright", "quote", "credit",
))  # fmt: skip
_KEPT_META = frozenset(("post", "entry", "article"))
_NOT_WITHIN = frozenset(("aside", "footer", "nav", "figure", "form", "blockquote"))
_OTHERS_BLOCK = re.compile(
    r"comment|kommentar|reacti|sidebar|widget|related|teaser|recommend", re.I
)
# "Interview: Ann Bo"; but "Photo: Ann Bo" is a credit, and its colon keeps it from being a name.
_LABEL = re.compile(
    r"^(?!foto|bild|photo|image|quelle|source|bron|fuente|fonte|stand)[^\W\d_]{3,12}: +",
    re.IGNORECASE,
)
# A day or a clock: then the line says when, and the name in it is found by the header line or not at all.
_TELLS_TIME = re.compile(r"\d{1,2}[.:h]\d{2}|(?:19|20)\d{2}|\d+ ?(?:min|sec|std)")


def byline_by_name(root: HtmlElement, *, site_name: str | None) -> tuple[str, ...]:
    """Return the names in the first element that is named for its author and holds names alone."""
    for element in _NAMED(root)[:_MAX_CANDIDATES]:
        if not _is_named_for_author(element.get("class") or "") or _is_others(element):
            continue
        words = _LABEL.sub("", one_line(" ".join(_shown(element))))
        if not 1 < len(words) <= _MAX_BYLINE or _TELLS_TIME.search(words):
            continue
        if names := _names_in(element, words, lambda text: names_of(text, site_name=site_name)):
            return names
    return ()


def _names_in(
    element: HtmlElement, words: str, read: Callable[[str], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the names one by one where each is a link of its own, else those of the whole line."""
    links = [one_line(a.text_content()) for a in element.iter("a")]
    links = [link for link in dict.fromkeys(links) if link]
    if len(links) > 1 and sum(map(len, links)) >= 0.7 * len(words):
        return tuple(dict.fromkeys(name for link in links for name in read(link)))
    pieces = _shown(element)
    if len(pieces) > 1 and all(_is_full_name(piece) for piece in pieces):
        return tuple(dict.fromkeys(name for piece in pieces for name in read(piece)))
    return read(words)


def _is_full_name(piece: str) -> bool:
    words = piece.split()
    return 2 <= len(words) <= 4 and words[0][0].isupper() and words[-1][0].isupper()


def _shown(element: HtmlElement) -> list[str]:
    return [piece.strip() for piece in element.itertext() if piece.strip()]


def _is_named_for_author(names: str) -> bool:
    if "comment" in names.lower():
        return False
    for name in names.split():
        parts = {part.lower() for part in _PARTS.findall(name)}
        if parts & _WORDS and not parts & (_ASIDE - {"meta"} if parts & _KEPT_META else _ASIDE):
            return True
    return False


def _is_others(element: HtmlElement) -> bool:
    for outer in element.iterancestors():
        if outer.tag in ("body", "article", "main"):
            return False
        if outer.tag in _NOT_WITHIN:
            return True
        if _OTHERS_BLOCK.search(f"{outer.get('class') or ''} {outer.get('id') or ''}"):
            return True
    return False
