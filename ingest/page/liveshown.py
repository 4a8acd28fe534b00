"""A live blog's updates as the page shows them: blocks one after another, each under its own clock.

Asked where linked data lists none. Comments and lists of other articles are such blocks too: they are
told by their names, by the heading over them, by where their headings lead, and by what an update of
a live blog has besides a clock: microdata that says so, a name that does, or a headline of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import timedelta, tzinfo
from html import escape
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from archive.model.stated import Update
from ingest.clean import clean_html, one_line, text_of
from ingest.page import furniture
from ingest.page.dating import instant_of
from ingest.page.measure import count_words
from ingest.page.tree import PageTree

MAX_UPDATES = 500
_FEWEST = 3
_MAX_TIMES = 2_000
_MAX_LEVELS = 8  # from a clock up to the block that it dates
_MAX_RUNS = 20  # the longest are looked at: a page of a thousand short ones is no live blog
_MAX_CLOCKS = 3  # of one update: made, changed, and one in a quote
_FEW_WORDS = 8
_SPAN = timedelta(days=14)  # of one event; posts of a month are a blog
_TITLE_WORDS = 40
_TAGS = ("article", "section", "li", "div")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset((*_TAGS, *_HEADINGS, "p", "ul", "ol", "blockquote", "figure", "table"))
_CLOCKS = etree.XPath("//time[@datetime]")
_MARKED = etree.XPath("//*[contains(@itemprop, 'liveBlogUpdate')]")
_CLOCK = re.compile(r"[T ]\d{2}:\d{2}")
_NOT_WITHIN = frozenset(("nav", "footer", "aside", "form", "header", "blockquote", "figure"))
_NEVER = ("script", "style", "noscript", "template", "svg", "button", "form", "nav")
_OTHERS = re.compile(
    r"comment|kommentar|coment|reacti|reageer|respon[ds]|disqus|discuss|forum|sidebar|widget|"
    r"relat|gerelateerd|recommend|teaser|promo|most-?read|meest|latest|archive|more-?(?:news|from)|"
    r"newsletter|timeline-?nav",
    re.IGNORECASE,
)
_LIVE = re.compile(
    r"live-?(?:blog|ticker|update|post|report|entry|feed)|(?:news|event)-?ticker|liveblog|"
    r"minute-?by-?minute|minuto-?a-?minuto|direct-?(?:post|live)|key-?event",
    re.IGNORECASE,
)


def updates_shown(
    page: PageTree, headline: HtmlElement | None, zone: tzinfo, *, is_live: bool
) -> tuple[Update, ...]:
    """Return the updates in the order shown; () where the page shows none, or what may be something else.

    `is_live`: the page's linked data calls it a live blog. `zone` reads a clock without one.
    """
    if page.is_vast:
        return ()
    marked = [e for e in _MARKED(page.root) if not _is_others(e)]
    if marked:
        return tuple(_read(marked, page, zone))[:MAX_UPDATES]
    best: tuple[Update, ...] = ()
    for blocks in _candidates(page.root):
        if not _may_be_updates(blocks, page, headline, is_live=is_live):
            continue
        updates = tuple(_read(blocks, page, zone))
        if _is_one_event(updates) and _n_words(updates) > _n_words(best):
            best = updates
    return best[:MAX_UPDATES]


def _n_words(updates: Sequence[Update]) -> int:
    return sum(count_words(update.text) for update in updates)


def _candidates(root: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Yield the runs of like blocks with a clock in each: at least _FEWEST children of one element."""
    clocks = [t for t in _CLOCKS(root)[:_MAX_TIMES] if _CLOCK.search(t.get("datetime") or "")]
    if len(clocks) < _FEWEST:
        return
    n_clocks: dict[HtmlElement, int] = defaultdict(int)
    for clock in clocks:
        for outer in _outer(clock):
            n_clocks[outer] += 1
    runs: dict[tuple[HtmlElement, str], list[HtmlElement]] = defaultdict(list)
    for block, n in n_clocks.items():
        parent = block.getparent()
        if block.tag in _TAGS and n <= _MAX_CLOCKS and parent is not None:
            runs[parent, str(block.tag)].append(block)
    longest = sorted(runs.values(), key=len, reverse=True)[:_MAX_RUNS]
    yield from (blocks for blocks in longest if len(blocks) >= _FEWEST)


def _outer(clock: HtmlElement) -> Iterator[HtmlElement]:
    for n, outer in enumerate(clock.iterancestors()):
        if n == _MAX_LEVELS or outer.tag in ("body", "html"):
            return
        yield outer


# -- what is no live blog --------------------------------------------------------------------------


def _may_be_updates(
    blocks: Sequence[HtmlElement], page: PageTree, headline: HtmlElement | None, *, is_live: bool
) -> bool:
    if any(_is_others(block) for block in blocks) or _is_under_comments(blocks[0]):
        return False
    if headline is not None and not _stands_behind(blocks[0], headline):
        return False
    leading = sum(_leads_away(block, page) for block in blocks)
    if 2 * leading >= len(blocks):
        return False
    named = sum(_heading_of(block) is not None for block in blocks)
    return (
        is_live or _is_named_live(blocks[0]) or (headline is not None and 2 * named > len(blocks))
    )


def _is_others(block: HtmlElement) -> bool:
    for outer in (block, *block.iterancestors()):
        if outer.tag in ("body", "html"):
            return False
        if outer is not block and outer.tag in _NOT_WITHIN:
            return True
        names = _names(outer)
        if furniture.kind_of_block(names) == "never":
            return True
        if _OTHERS.search(names) and not _LIVE.search(names):
            return True
    return False


def _is_named_live(block: HtmlElement) -> bool:
    return any(_LIVE.search(_names(outer)) for outer in (block, *block.iterancestors()))


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _is_under_comments(block: HtmlElement) -> bool:
    """Tell blocks with "Comments (3)" over them, be it beside their own list or further out."""
    node: HtmlElement | None = block
    while node is not None and node.tag not in ("body", "html"):
        for before in node.itersiblings(preceding=True):
            words = one_line(before.text_content()[:200])
            if furniture.COMMENTS_HEADING.match(words):
                return True
            last = next(before.iter(*_HEADINGS), None)
            if last is not None and furniture.COMMENTS_HEADING.match(
                one_line(last.text_content()[:200])
            ):
                return True
        node = node.getparent()
    return False


def _stands_behind(block: HtmlElement, headline: HtmlElement) -> bool:
    """Tell whether a block begins after the headline, in the order of the document."""
    tree = block.getroottree().getroot()
    return next((e is headline for e in tree.iter() if e is headline or e is block), False)


def _leads_away(block: HtmlElement, page: PageTree) -> bool:
    """Tell a teaser: its heading, or half of its words, are a link to another page."""
    here = urlsplit(page.url)
    links = [
        a
        for a in block.iter("a")
        if (url := page.absolute(a.get("href"))) is not None
        and (urlsplit(url).hostname, urlsplit(url).path) != (here.hostname, here.path)
    ]
    heading = _heading_of(block)
    if heading is not None and any(
        a is heading.getparent() or heading in a.iterancestors() for a in links
    ):
        return True
    n_linked = sum(len(one_line(a.text_content())) for a in links)
    return 2 * n_linked > len(one_line(block.text_content()))


def _is_one_event(updates: Sequence[Update]) -> bool:
    instants = [update.at for update in updates if update.at is not None]
    return len(instants) >= _FEWEST and max(instants) - min(instants) <= _SPAN


# -- what an update says ---------------------------------------------------------------------------


def _heading_of(block: HtmlElement) -> HtmlElement | None:
    return next(block.iter(*_HEADINGS), None)


def _read(blocks: Sequence[HtmlElement], page: PageTree, zone: tzinfo) -> Iterator[Update]:
    for block in blocks[:MAX_UPDATES]:
        inner = deepcopy(block)
        inner.tail = None
        etree.strip_elements(inner, *_NEVER, with_tail=False)
        stated = [raw for raw in _instants(inner) if _CLOCK.search(raw)]
        at = next((at for raw in stated if (at := instant_of(raw, zone)) is not None), None)
        title = _taken_title(inner)
        for clock in list(inner.iter("time")):
            if clock.getparent() is not None:
                _drop_line_of(clock, inner)
        html = clean_html(_inner_html(inner), page.base_url)
        text = text_of(html)
        if count_words(text) >= _FEW_WORDS or (title and text):
            yield Update(at=at, title=title, html=html, text=text)


def _instants(inner: HtmlElement) -> Iterator[str]:
    """Yield the instants that an update states: the one that is marked, then its clocks."""
    for element in inner.iter():
        if isinstance(element.tag, str) and "datePublished" in (element.get("itemprop") or ""):
            yield element.get("content") or element.get("datetime") or ""
    for clock in inner.iter("time"):
        yield clock.get("datetime") or ""


def _taken_title(inner: HtmlElement) -> str | None:
    """Take the first heading out of an update that it opens, and return its words."""
    heading = _heading_of(inner)
    if heading is None:
        return None
    for clock in list(heading.iter("time")):
        clock.drop_tree()
    words = one_line(heading.text_content())
    before = "".join(heading.xpath("preceding::p//text()"))
    if not words or len(words.split()) > _TITLE_WORDS or before.strip():
        return None
    heading.drop_tree()
    return words


def _drop_line_of(clock: HtmlElement, inner: HtmlElement) -> None:
    """Drop a clock with the elements that hold nothing else."""
    node, words = clock, one_line(clock.text_content())
    parent = node.getparent()
    while parent is not None and parent is not inner:
        if one_line(parent.text_content()) != words:
            break
        node, parent = parent, parent.getparent()
    node.drop_tree()


def _inner_html(inner: HtmlElement) -> str:
    """Return what is in an update; words without a block of their own are a paragraph."""
    html = escape(inner.text or "") + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in inner
    )
    return html if any(child.tag in _BLOCKS for child in inner) else f"<p>{html}</p>"
