"""The article's text and HTML out of a page: trafilatura's choice, then line rules.

Three steps. `prune` drops what is never text, on a copy of the page. trafilatura chooses the blocks.
The line rules take out the lines between them that are about the site: they gain on news what a vote
of three extractors gains, at a twentieth of its time, and lose no paragraph (RECORD, Text).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from ingest.clean import clean_html, one_line, text_of
from ingest.page import furniture
from ingest.page.figures import MARK, put_back, take_out
from ingest.page.jsonld import Node
from ingest.page.measure import count_words
from ingest.page.second import fuller
from ingest.page.tongues import set_tongues, tongues_of
from ingest.page.tree import PageTree, count_elements, letters, selected, serialise, squeezed

_MANY_ELEMENTS = 5_000  # the largest of 408 pages has 4,100
_CONTAINERS = ("div", "section", "article", "main", "body")
_NEVER_TEXT = (
    "script",
    "style",
    "template",
    "svg",
    "button",
    "select",
    "textarea",
    "dialog",
)
# Blocks with a name, found in C: a loop over all blocks of a page took a millisecond.
_NAMED_BLOCKS = etree.XPath(
    "//*[(@class or @id) and (self::div or self::section or self::aside or self::ul or self::ol"
    " or self::footer or self::form or self::article or self::header or self::p or self::ins)]"
)
_PLAIN_BLOCKS = ("p", "li", "pre", "blockquote", "tr", "dd", "h2", "h3", "h4")
_OUTER_BLOCKS = etree.XPath(
    "//*[{0}][not(ancestor::*[{0}])]".format(" or ".join(f"self::{tag}" for tag in _PLAIN_BLOCKS))
)
_OWN_BLOCKS = frozenset({"html", "body", "main"})
# A block of a furniture name that holds more of the page's paragraphs than this is no furniture:
# "has-newsletter" stands on whole articles.
_MAX_PRUNED_SHARE = 0.4
# A page's frame (nav, footer) is half of its elements and none of its text: without it the extraction
# takes a fifth less time and gives the same text. An article set in a footer keeps it.
_MAX_FRAME_SHARE = 0.2
_MAX_OFFER_WORDS = 80
_MAX_OFFER = 400  # characters of one block
_OFFERING = ("p", "div", "section", "aside", "li", "h1", "h2", "h3", "h4", "h5", "body")
# Stems of the words in `furniture.OFFER`, without their first letter for its case: a look at each
# text node in C costs nothing, the expression on each block costs as much as the extraction.
_STEMS = (
    "bonn", "ubscri", "uscri", "erder lezen", "eiterlesen", "og in to", "ign in to", "egister to",
    "bbonat", "ssinante", "renumer", "ilaajil", "l vous reste", "éservée",
)  # fmt: skip
_MAY_OFFER = etree.XPath(
    "//text()[" + " or ".join(f"contains(., '{stem}')" for stem in _STEMS) + "]/parent::*"
)
_NOSCRIPT_WORDS = 150
# No rule may take more than this share of a text: then it is the rules that are wrong.
_MAX_DROPPED_SHARE = 0.6
_LINK_SHARE = 0.85
# Linked lines are teasers as long as they are few; where they are more, they are the article.
_MAX_LINKED_SHARE = 0.2
_RELATED_WORDS, _SITE_WORDS, _EMBED_WORDS = 25, 40, 80
_HEADING_WORDS, _TITLE_LETTERS = 30, 20  # a kicker and a headline; a headline that is not one word
_TITLE_WORDS = 4  # a link of fewer is no headline: the names in a list may be linked
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_RENDERINGS = {"#b": "strong", "#i": "em", "#u": "em", "#t": "code", "#sub": "sub", "#sup": "sup"}
_ONE_LINE = 1_000
_REPARTED_SHARE = 0.6
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Body:
    """The blocks of an article in order: p, h2-h6, lists, blockquote, pre, table, figure, div.

    `parts` are (language, words) of the blocks that state a language other than the page's.
    """

    root: etree._Element
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def blocks(self) -> list[etree._Element]:
        return list(self.root)

    def first_paragraph(self) -> str | None:
        """Return the text of the first block of 20 words or more, else the longest one."""
        texts = [block_text(b) for b in self.root if b.tag not in ("figure", *_HEADINGS)]
        long = (t for t in texts if count_words(t) >= 20)
        return next(long, max(texts, key=len, default="") or None)

    def drop_line(self, is_line: Callable[[str], bool]) -> None:
        """Drop the blocks before the first paragraph that are nothing but the header line."""
        for block in list(self.root)[:6]:
            words = block_text(block)
            if count_words(words) >= 40:
                return
            if words and block.tag != "figure" and is_line(words):
                self.root.remove(block)

    def rendered(self, base_url: str) -> tuple[str, str]:
        """Return (html, text) of these blocks: both from this tree, captions left out of the text."""
        html = clean_html(_inner_html(self.root), base_url)
        if self.root.find("figure") is None:
            return html, text_of(html)
        words = "".join(serialise(b) for b in self.root if b.tag != "figure")
        return html, text_of(clean_html(words, base_url))


def extract(
    page: PageTree,
    titles: Sequence[str],
    *,
    article: Node | None = None,
    text: str | None = None,
    remove: Iterable[str] = (),
    language: str | None = None,
) -> Body:
    """Choose the article's blocks.

    `article` is the page's linked data, asked where the text comes out short. `text` and `remove`
    are a site's selectors; what they match is taken as it stands, and bad ones match nothing.
    """
    if page.is_vast:
        return Body(_every_block(page.root))
    root = deepcopy(page.root)
    for selector in remove:
        for element in selected(root, selector):
            _drop(element)
    prune(root)
    tongues = tongues_of(root, language)
    chosen = selected(root, text) if text else []
    figures = take_out(root, page)
    if chosen:
        body = _as_written(chosen)
    else:
        body = _chosen_by_trafilatura(root)
        other = fuller(root, _words(body), article)
        if other is not None:
            marks = [m for block in body for m in _marks_in(block)]
            body = _flattened(other)
            _keep_marks(body, marks)
        apply_line_rules(body, titles, urlsplit(page.url).hostname or "")
    put_back(body, figures)
    return Body(body, set_tongues(body, tongues))


def prune(root: HtmlElement) -> None:
    """Drop, in place, what is never an article's text: scripts, comments, newsletters, consent, offers."""
    etree.strip_elements(root, *_NEVER_TEXT, with_tail=False)
    for element in list(root.iter("noscript")):
        if len(element.text_content().split()) >= _NOSCRIPT_WORDS:
            element.drop_tag()  # pages that draw themselves by script keep the whole article here
        elif element.find(".//img") is None:
            _drop(element)
    n_words = _paragraph_words(root)
    for element in list(root.iter("head", "nav", "footer")):
        if _paragraph_words(element) <= _MAX_FRAME_SHARE * n_words:
            _drop(element)
    for element in _NAMED_BLOCKS(root):
        kind = furniture.kind_of_block(f"{element.get('class') or ''} {element.get('id') or ''}")
        if kind == "never":
            if _paragraph_words(element) <= _MAX_PRUNED_SHARE * n_words:
                _drop(element)
        elif kind == "offer":
            words = squeezed(element.text_content())
            if len(words.split()) <= _MAX_OFFER_WORDS and furniture.OFFER.search(words):
                _drop(element)
    for element, _ in offers(root):
        _drop(element)
    for heading in list(root.iter("h2", "h3", "h4")):
        words = squeezed(heading.text_content())
        if len(words) < 60 and furniture.COMMENTS_HEADING.match(words):
            _drop_comments(heading, n_words)


def offers(root: HtmlElement) -> list[tuple[HtmlElement, str]]:
    """Return the blocks that offer the rest of an article, and what they say."""
    found: list[tuple[HtmlElement, str]] = []
    if not furniture.may_offer(root.text_content()):
        return found
    for element in _MAY_OFFER(root):
        while element.tag not in _OFFERING and element.getparent() is not None:
            element = element.getparent()
        words = squeezed(element.text_content())
        if len(words) <= _MAX_OFFER and furniture.is_offer(words):
            found.append((element, words))
    return found


def apply_line_rules(body: etree._Element, titles: Sequence[str], host: str = "") -> None:
    """Drop, in place, the blocks that are about the site; none if they were most of the text.

    `host` is the site's: a list of links to it is one of other articles, a list to others one of sources.
    """
    blocks = list(body)
    texts = [MARK.sub("", block_text(block)) for block in blocks]
    n_characters = sum(map(len, texts))
    names = {letters(title) for title in titles} - {""}
    doomed, linked = set[int](), set[int]()
    after_related = False
    for n, (block, words) in enumerate(zip(blocks, texts, strict=True)):
        n_words = len(words.split())
        share = _link_share(block, words) if words else 0.0
        is_related = n_words < _RELATED_WORDS and furniture.leads_elsewhere(words, share)
        is_site = n_words < _SITE_WORDS and furniture.is_about_the_site(words)
        is_site |= n_words < _EMBED_WORDS and furniture.asks_for_an_embed(words)
        is_title = n < 3 and _is_title(block, words, names)
        if is_related or is_site or is_title or _says_nothing(block, words):
            doomed.add(n)
        elif share >= _LINK_SHARE and (
            _may_be_a_teaser(block, words, after_related) or _leads_within(block, host)
        ):
            linked.add(n)
        after_related = is_related or (after_related and n in linked)
    if sum(len(texts[n]) for n in linked) <= _MAX_LINKED_SHARE * n_characters:
        doomed |= linked
    if sum(len(texts[n]) for n in doomed) > _MAX_DROPPED_SHARE * n_characters:
        doomed = {n for n in doomed if furniture.is_offer(texts[n])}
    for n in doomed:
        _drop_block(body, blocks[n])
    while len(body) and body[-1].tag in _HEADINGS and not _marks_in(body[-1]):
        body.remove(body[-1])


def _is_title(block: etree._Element, words: str, names: set[str]) -> bool:
    """Tell a block that repeats the title; a heading may have the kicker before it."""
    said = letters(words)
    if said in names:
        return True
    if block.tag not in ("h1", *_HEADINGS) or len(words.split()) > _HEADING_WORDS:
        return False
    return any(len(name) >= _TITLE_LETTERS and said.endswith(name) for name in names)


def _leads_within(block: etree._Element, host: str) -> bool:
    """Tell a list of at least two links in whole titles, all of them to the site itself."""
    if block.tag not in ("ul", "ol"):
        return False
    links = [(a.get("href") or "", block_text(a)) for a in block.iter("a")]
    if len(links) < 2 or sum(len(w.split()) for _, w in links) < _TITLE_WORDS * len(links):
        return False
    return all((urlsplit(_legal(href)).hostname or host) == host for href, _ in links)


def _legal(href: str) -> str:
    return "" if "[" in href or "]" in href else href  # urlsplit raises on these


def _says_nothing(block: etree._Element, words: str) -> bool:
    return block.tag in ("p", "div", *_HEADINGS) and words != "" and not _LETTER.search(words)


def _may_be_a_teaser(block: etree._Element, words: str, after_related: bool) -> bool:
    """Tell a linked line from a source: an address in full, a numbered note; a list only after "read also"."""
    if words.startswith(("http", "www.", "[")) or words[0].isdigit():
        return False
    return block.tag in ("p", "div") or (block.tag in ("ul", "ol") and after_related)


def _drop_block(body: etree._Element, block: etree._Element) -> None:
    """Drop the words of a block; its figures stay."""
    marks = _marks_in(block)
    if marks:
        block.clear()
        block.tag, block.text = "p", "".join(marks)
    else:
        body.remove(block)


def _keep_marks(body: etree._Element, marks: list[str]) -> None:
    """Set the figures that another telling of the text has lost before it."""
    lost = [m for m in marks if m not in _marks_in(body)]
    if lost:
        lead = etree.Element("p")
        lead.text = "".join(lost)
        body.insert(0, lead)


def _marks_in(block: etree._Element) -> list[str]:
    return MARK.findall("".join(block.itertext()))


def block_text(block: etree._Element) -> str:
    """Return the words of one block on one line; spaces stand at the borders of its elements."""
    if len(block) == 0:
        return one_line(block.text or "")
    return one_line(" ".join(block.itertext()))


def _chosen_by_trafilatura(root: HtmlElement) -> etree._Element:
    # No url: with one trafilatura resolves `../plan` against the host alone; `clean_html` does it right.
    options = Extractor(comments=False, formatting=True, links=True, images=False, tables=True)
    # Its last resort, jusText, takes the square of a page's blocks: 9,000 of them took 10 s.
    options.fast = count_elements(root) > _MANY_ELEMENTS
    options.min_output_size = 1  # a short report is one; whether it is a wall is asked elsewhere
    document = bare_extraction(root, options=options)
    if document is None or isinstance(document, dict) or document.body is None:
        return etree.Element("div")
    return _reparted(_from_tei(document.body), root)


def _reparted(body: etree._Element, root: HtmlElement) -> etree._Element:
    """Give a short text its paragraphs back: under 250 characters trafilatura makes one line of a page."""
    said = letters(block_text(body[0])) if len(body) == 1 else ""
    if not said or len(said) > _ONE_LINE:
        return body
    paragraphs = [
        p for p in root.iter("p") if (words := letters(p.text_content())) and words in said
    ]
    if sum(len(letters(p.text_content())) for p in paragraphs) < _REPARTED_SHARE * len(said):
        return body
    parted = etree.Element("div")
    parted.extend(deepcopy(p) for p in paragraphs)
    return parted


def _from_tei(tei: etree._Element) -> etree._Element:
    """Return trafilatura's body (TEI names) as blocks of HTML; what is no block is set in a paragraph."""
    for element in tei.iter("*"):
        match element.tag:
            case "head":
                level = (element.get("rend") or "h2")[1:2]
                element.tag = f"h{max(2, int(level))}" if level.isdigit() else "h2"
            case "list":
                rend = element.get("rend")
                element.tag = rend if rend in ("ul", "ol", "dl") else "ul"
            case "item":
                rend = element.get("rend") or ""
                element.tag = rend[:2] if rend[:2] in ("dt", "dd") else "li"
            case "quote":
                element.tag = "blockquote"
            case "code":
                element.tag = "code" if _is_inline(element) else "pre"
            case "hi":
                element.tag = _RENDERINGS.get(element.get("rend") or "", "em")
            case "ref":
                target = element.get("target")
                element.tag = "a"
                if target:
                    element.set("href", target)
            case "lb":
                element.tag = "br"
            case "del":
                element.tag = "s"
            case "row":
                element.tag = "tr"
            case "cell":
                element.tag = "th" if element.get("role") == "head" else "td"
    for element in tei.iter("*"):
        for name in list(element.attrib):
            if name not in ("href", "colspan", "rowspan"):
                del element.attrib[name]
    return _blocks_of(tei)


def _is_inline(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("p", "li", "item", "td", "cell")


def _blocks_of(source: etree._Element) -> etree._Element:
    body = etree.Element("div")
    if (source.text or "").strip():
        etree.SubElement(body, "p").text = source.text
    for child in list(source):
        tail, child.tail = child.tail, None
        if child.tag in (
            "p",
            "ul",
            "ol",
            "dl",
            "blockquote",
            "pre",
            "table",
            "h1",
            *_CONTAINERS,
            *_HEADINGS,
        ):
            body.append(child)
        elif child.tag != "br" or len(child) or child.text:
            etree.SubElement(body, "p").append(child)
        if (tail or "").strip():
            etree.SubElement(body, "p").text = tail
    return body


def _words(body: etree._Element) -> str:
    return "\n".join(block_text(block) for block in body)


def _flattened(source: etree._Element) -> etree._Element:
    """Return the blocks inside the divs and sections of `source`, in order."""
    body = etree.Element("div")
    for block in _blocks_of(source):
        if block.tag in _CONTAINERS and block.find(".//p") is not None:
            body.extend(list(_flattened(block)))
        else:
            body.append(block)
    return body


def _every_block(page: HtmlElement) -> etree._Element:
    """Return the paragraphs of a vast page outside its frame, in order, words alone; all words where there is none."""
    root = deepcopy(page)
    etree.strip_elements(
        root, *_NEVER_TEXT, "noscript", "head", "nav", "footer", "aside", with_tail=False
    )
    body = etree.Element("div")
    for block in _OUTER_BLOCKS(root):
        words = squeezed("".join(block.itertext()))
        if words:
            etree.SubElement(body, "h2" if block.tag in _HEADINGS else "p").text = words
    if not len(body):
        etree.SubElement(body, "p").text = squeezed(root.text_content())
    return body


def _as_written(chosen: list[HtmlElement]) -> etree._Element:
    """Return the blocks that a site's rule names, unchanged."""
    body = etree.Element("div")
    for element in chosen:
        inner = element if element.tag in ("div", "section", "article", "main") else None
        if inner is not None:
            for block in list(_blocks_of(inner)):
                body.append(block)
        else:
            element.tail = None
            body.append(element)
    return body


def _drop_comments(heading: HtmlElement, n_words: int) -> None:
    """Drop the comments that `heading` opens: its block, or what follows it where the block is the article."""
    block = heading
    parent = block.getparent()
    while (
        parent is not None
        and parent.tag not in _OWN_BLOCKS
        and _paragraph_words(parent) <= _MAX_PRUNED_SHARE * n_words
    ):
        if any(True for _ in parent.itersiblings("p", preceding=True)):
            block = parent
            break
        block, parent = parent, parent.getparent()
        if block.tag in ("section", "aside"):
            break
    if block is heading:
        following = list(heading.itersiblings())
        if sum(_paragraph_words(e) for e in following) <= _MAX_PRUNED_SHARE * n_words:
            for element in following:
                _drop(element)
    _drop(block)


def _paragraph_words(element: HtmlElement) -> int:
    paragraphs = element.iter("p")
    return sum(len((p.text_content() or "").split()) for p in paragraphs)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None and element.tag not in _OWN_BLOCKS:
        element.drop_tree()


def _link_share(block: etree._Element, words: str) -> float:
    links = [block_text(a) for a in block.iter("a")]
    return sum(map(len, links)) / max(1, len(words))


def _inner_html(root: etree._Element) -> str:
    return "".join(serialise(block) for block in root)
