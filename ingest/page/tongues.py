"""Blocks of an article that the page says are in another language, or run the other way.

HTML's `lang` and `dir` (HTML Living Standard, 3.2.6.2 and 3.2.6.4) are inherited, and an extraction
loses them: so they are noted before it by the words they hold for, and set again behind it.
"""

from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from ingest.page.metadata import language_tag
from ingest.page.phrases import language_key
from ingest.page.tree import letters

_STATED = etree.XPath("//body//*[@lang or @dir]")
_MAX_STATED = 300
_BLOCKS = ("p", "li", "blockquote", "h2", "h3", "h4", "td", "pre")
_DIRECTIONS = frozenset(("ltr", "rtl"))


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a block states; `language` is a BCP 47 tag."""

    language: str | None
    direction: str | None


def tongues_of(root: HtmlElement, page_language: str | None) -> dict[str, Tongue]:
    """Return the blocks that state a language other than the page's, or a direction, by their letters.

    Takes the statements off `root`: trafilatura reads a quote with `lang` as program code.
    """
    found: dict[str, Tongue] = {}
    home = language_key(page_language)
    for element in _STATED(root)[:_MAX_STATED]:
        language = language_tag(element.get("lang"))
        direction = (element.get("dir") or "").lower()
        other = language if language and language_key(language) != home else None
        stated = Tongue(other, direction if direction in _DIRECTIONS else None)
        for block in element.iter(*_BLOCKS):
            inherited = found.get(key := letters(block.text_content()))
            if key and (stated.language or stated.direction):
                found[key] = Tongue(
                    stated.language or (inherited.language if inherited else None),
                    stated.direction or (inherited.direction if inherited else None),
                )
    etree.strip_attributes(root, "lang")
    return found


def set_tongues(body: etree._Element, tongues: dict[str, Tongue]) -> tuple[tuple[str, str], ...]:
    """Set what was noted on the blocks of `body`; return (language, words) of those in another language."""
    parts: list[tuple[str, str]] = []
    for block in body if tongues else ():
        words = " ".join("".join(block.itertext()).split())
        tongue = tongues.get(letters(words))
        if tongue is None:
            continue
        if tongue.direction:
            block.set("dir", tongue.direction)
        if tongue.language:
            block.set("lang", tongue.language)
            parts.append((tongue.language, words))
    return tuple(parts)
