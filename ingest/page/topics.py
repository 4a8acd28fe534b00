"""The topics that a page lists under or over its text, each a link: "More on: bridges, harbours".

Asked where nothing else states tags. A list is known by its name (class "tags", "topics") or by where
its links lead: an address like /topics/bridges says what it is. Only behind the headline, and never
in a menu: the topics there are the site's, not the article's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree
from lxml.html import HtmlElement

from ingest.clean import one_line
from ingest.page.tree import letters

_MAX_BLOCKS = 16
_MAX_LINKS = 200
_MAX_TOPICS = 24
_MAX_WORDS = 6
_MAX_OTHER_CHARACTERS = 60  # the label of a list, the commas in it
_NAMED = etree.XPath(
    "//*[self::ul or self::div or self::p or self::section or self::span][contains(@class, 'tags')"
    " or contains(@class, 'topics') or contains(@class, 'keywords') or contains(@class, 'themen')"
    " or contains(@class, 'tag-list') or contains(@class, 'topic-list') or contains(@class, 'tag-links')]"
)
_LINKS = etree.XPath("//a[@href][contains(@href, '/')]")
_LINKS_BEHIND = etree.XPath("following::a[@href][contains(@href, '/')]")
# The word before the topic in an address, in the eleven languages: /thema/kernkraft.
_TOPIC_ADDRESS = re.compile(
    r"/(?:tags?|topics?|themen?|themas?|temas?|temat|tematy|tematica|etiquetas?|mots?-cles?|sujets?"
    r"|stichwort|schlagwort(?:e)?|schlagwoerter|trefwoord(?:en)?|onderwerp(?:en)?|emner?|amne|amnen"
    r"|tema|keywords?|argoment[oi]|assuntos?|hashtags?|tagi?)/[^/?#]+/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_LIST = ("ul", "ol", "dl", "div", "p", "section", "span", "li")
_NOT_WITHIN = frozenset(("nav", "footer", "aside", "header", "form"))
# What a program calls a topic, which says nothing to a reader: a UUID, a record's number.
_RECORD = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{5,}", re.IGNORECASE)
_CODE = re.compile(r"(?=.*[A-Z])[A-Z0-9][A-Z0-9:._-]*", re.ASCII)  # AER, AIRS08, RSBI:HUMAN-RIGHTS
_FEWEST_CODES, _MOST_ARE_CODES = 5, 0.6  # "EU, NATO, UN" are names, and few
_KIND = re.compile(r"[^\W\d_][\w ]{2,30}: +(?=\S)")  # "Category: Travel"
_MOST_ARE_LABELLED = 0.5
_COUNT_BEFORE = re.compile(r"^\(\d[\d.,]*\)\s+(?=\S)")
_COUNT = re.compile(r"\s*\(\d[\d.,]*(?: \w+)?\)$")


def topics_shown(root: HtmlElement, headline: HtmlElement | None) -> list[str]:
    """Return the words of the article's list of topics, none if there is none."""
    for block in _blocks(root, headline):
        links = list(block.iter("a"))
        words = [topic_of(a.text_content()) for a in links]
        words = [w for w in words if w]
        others = len(one_line(block.text_content())) - sum(
            len(one_line(a.text_content())) for a in links
        )
        if not 0 < len(words) <= _MAX_TOPICS or others > _MAX_OTHER_CHARACTERS:
            continue
        if all(len(w.split()) <= _MAX_WORDS for w in words):
            return list(dict.fromkeys(words))
    return []


def topic_of(stated: str) -> str:
    """Return a topic on one line, without the hash sign before it and the number of posts behind it."""
    return _COUNT_BEFORE.sub("", _COUNT.sub("", one_line(stated)).strip(" #,;"))


def readers_topics(labels: Iterable[str], *, names: Iterable[str | None]) -> list[str]:
    """Return a stated list of topics without what is none to a reader; empty where most of it are a program's codes.

    Left out are ids of records, and `names`: the paper and its authors, whom some programs put among the topics. Where
    half of a list say their kind ("Category: Travel"), that goes.
    """
    found = [label for label in labels if not _RECORD.fullmatch(label)]
    if len(found) >= _FEWEST_CODES and _share(found, _CODE.fullmatch) >= _MOST_ARE_CODES:
        return []
    if _share(found, _KIND.match) >= _MOST_ARE_LABELLED:
        found = [_KIND.sub("", label, count=1) for label in found]
    others = {letters(name) for name in names if name} - {""}
    return list(dict.fromkeys(label for label in found if letters(label) not in others))


def _share(labels: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(fits(label) is not None for label in labels) / max(1, len(labels))


def _blocks(root: HtmlElement, headline: HtmlElement | None) -> Iterator[HtmlElement]:
    seen: set[HtmlElement] = set()
    links = _LINKS(root) if headline is None else _LINKS_BEHIND(headline)
    led = (
        block
        for a in links[:_MAX_LINKS]
        if _TOPIC_ADDRESS.search(a.get("href") or "") and (block := _list_of(a)) is not None
    )
    behind = frozenset(links)
    named = (block for block in _NAMED(root) if any(a in behind for a in block.iter("a")))
    for block in (*named, *led):
        if block in seen or _is_the_site_s(block):
            continue
        seen.add(block)
        yield block
        if len(seen) == _MAX_BLOCKS:
            return


def _list_of(link: HtmlElement) -> HtmlElement | None:
    """Return the block that holds this link and others like it, all of them links to topics."""
    block: HtmlElement | None = link.getparent()
    while block is not None and block.tag in _LIST:
        links = list(block.iter("a"))
        if len(links) > 1:
            led = sum(bool(_TOPIC_ADDRESS.search(a.get("href") or "")) for a in links)
            return block if led == len(links) else None
        block = block.getparent()
    return None


def _is_the_site_s(block: HtmlElement) -> bool:
    """Tell a menu's list from the article's: an article may have a header and a footer of its own."""
    for outer in block.iterancestors():
        if outer.tag in ("article", "main"):
            return False
        if outer.tag in _NOT_WITHIN:
            return True
    return False
