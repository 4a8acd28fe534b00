"""Pictures and players of an article: taken out before extraction, put back after it.

trafilatura keeps images at a price: with them on it spares every container that holds one, and other
articles' teasers come along (F1 -.011 on 120 news pages); captions, code's line breaks and players it
loses anyway. So each figure leaves one rare character in its place,
extraction runs on text alone, and
the character is exchanged for the figure afterwards. What is cut away takes its characters with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import Element, HtmlElement, fragment_fromstring

from ingest.clean import clean_html
from ingest.page.tree import PageTree, serialise, squeezed

# Egyptian hieroglyphs: letters to every library, and of no news page that was measured. A page that
# does carry them keeps its words and goes without figures.
_FIRST, _LAST = 0x13000, 0x1342F
MARK = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")
# Anatolian hieroglyphs stand for what a line of code must not lose.
_CODE_START, _CODE_LINE, _CODE_SPACE, _CODE_TAB = (chr(0x14400 + n) for n in range(4))
_CODE = re.compile(f"[{chr(0x14400)}-{chr(0x14646)}]")

_MIN_PIXELS = 48  # below it: icons, flags, portraits of authors, counting pixels
_MAX_FIGURE_WORDS = 120  # a figure with more is a box of text, and its text stays
_PLAYERS = re.compile(
    r"(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion\.com|soundcloud\.com"
    r"|spotify\.com|twitter\.com|x\.com|instagram\.com|facebook\.com|tiktok\.com|bsky\.app"
    r"|datawrapper\.de|dwcdn\.net|flourish\.studio|infogram\.com|omny\.fm|acast\.com)$"
)
_EMBEDDED = re.compile(
    r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|fb-(?:post|video)"
    r"|reddit-(?:embed|card)|text-post-media|telegram-post"
)
_MAX_MEDIA = 60
_MEDIA = ("picture", "img", "iframe", "video", "audio")


@dataclass(frozen=True)
class Figures:
    """What was taken out: for each mark the figure to put back, its picture as the page wrote it."""

    by_mark: dict[str, HtmlElement]
    base_url: str


def take_out(root: HtmlElement, page: PageTree) -> Figures:
    """Exchange the pictures, players and code blocks of `root` for characters."""
    figures = Figures({}, page.base_url)
    if MARK.search(root.text_content()):
        return figures
    for element in list(root.iter("figure", "blockquote", *_MEDIA)):
        if next(element.iterancestors("html"), None) is not root:
            continue  # went with a figure around it
        if element.tag == "blockquote" and not _EMBEDDED.search(element.get("class") or ""):
            continue
        if element.tag == "figure" and _is_gallery(element):
            continue
        if len(figures.by_mark) >= _LAST - _FIRST:
            made = None
        elif element.tag == "blockquote":
            made = _post_of(element, page)
        else:
            made = _figure_of(element, page)
        if made is not None:
            mark = chr(_FIRST + len(figures.by_mark))
            figures.by_mark[mark] = made
            _replace(element, mark)
        elif element.tag in _MEDIA:
            _replace(element, "")
    _guard_code(root)
    return figures


def put_back(body: etree._Element, figures: Figures) -> None:
    """Set the figures into `body`, an element whose children are blocks.

    A figure stands for a block that was nothing but its mark, else before the block it was in.
    """
    for block in list(body) if figures.by_mark else ():
        marks = MARK.findall("".join(block.itertext()))
        for mark in marks:
            figure = _finished(figures.by_mark.get(mark), figures.base_url)
            if figure is not None:
                block.addprevious(figure)
        if marks:
            _rewrite(block, MARK, "")
            if not "".join(block.itertext()).strip():
                body.remove(block)
    for block in list(body.iter("p", "li", "td", "blockquote")):
        if _CODE_START in (block.text or ""):
            _restore_code(block)
    if _CODE.search("".join(body.itertext())):
        _rewrite(body, _CODE, " ")


def _figure_of(element: HtmlElement, page: PageTree) -> HtmlElement | None:
    """Return the figure to keep for `element`; None for what is no picture or player."""
    if element.tag == "figure":
        if element.find(".//table") is not None:
            return None
        if len(element.text_content().split()) > _MAX_FIGURE_WORDS:
            return None
    figure = Element("figure")
    if element.tag == "figure":
        figure.extend(_media_in(element, page))
    elif (medium := _medium(element, page)) is not None:
        figure.append(medium)
    if not len(figure):
        return None
    caption = element.find(".//figcaption") if element.tag == "figure" else None
    if caption is not None and (words := squeezed(caption.text_content())):
        etree.SubElement(figure, "figcaption").text = words
    return figure


def _is_gallery(figure: HtmlElement) -> bool:
    """Tell a figure of figures; each is kept by itself, the last with the caption of them all."""
    inner = list(figure.iterdescendants("figure"))
    if not inner:
        return False
    caption = next(figure.iterchildren("figcaption"), None)
    if caption is not None and inner[-1].find(".//figcaption") is None:
        inner[-1].append(caption)
    figure.tag = "div"  # extraction drops what is left of a figure
    return True


def _media_in(figure: HtmlElement, page: PageTree) -> list[HtmlElement]:
    """Return the distinct pictures and players of one figure: several, where it is a pair or a slide show."""
    found: dict[str, HtmlElement] = {}
    for each in figure.iter(*_MEDIA):
        if each.tag == "img" and next(each.iterancestors("picture", "figure")).tag == "picture":
            continue
        made = _medium(each, page)
        if made is not None and len(found) < _MAX_MEDIA:
            found.setdefault(serialise(made), made)
    return list(found.values())


def _post_of(quote: HtmlElement, page: PageTree) -> HtmlElement | None:
    """Return an embedded post as a quote: its paragraphs, and a link to it with who wrote it and when."""
    links = [quote.get(name) for name in ("cite", "data-instgrm-permalink", "data-href")]
    links += [a.get("href") for a in reversed(list(quote.iter("a")))]
    address = next((url for link in links if (url := page.absolute(link)) is not None), None)
    kept = Element("blockquote")
    for paragraph in quote.iter("p"):
        if words := squeezed(" ".join(paragraph.itertext())):
            etree.SubElement(kept, "p").text = words
    said = "".join(squeezed(" ".join(p.itertext())) for p in quote.iter("p"))
    rest = squeezed(" ".join(quote.itertext()))
    if len(kept) and rest.startswith(squeezed(" ".join(p.text or "" for p in kept))):
        rest = rest[len(squeezed(" ".join(p.text or "" for p in kept))) :].strip()
    if address is None:
        return kept if said else None
    link = etree.SubElement(etree.SubElement(kept, "p"), "a", href=address)
    link.text = (rest if said else None) or urlsplit(address).hostname
    return kept


def _medium(element: HtmlElement, page: PageTree) -> HtmlElement | None:
    if element.tag in ("img", "picture"):
        return _picture(element)
    inner = element.find(".//source")
    stated = element.get("src") or element.get("data-src")
    src = page.absolute(stated or (inner.get("src") if inner is not None else None))
    if src is None:
        return None
    host = urlsplit(src).hostname or ""
    if element.tag == "iframe" and not _PLAYERS.search(host):
        return None  # adverts, forms, counters
    link = Element("a", href=src)
    link.text = squeezed(element.get("title")) or host
    return link


def _picture(element: HtmlElement) -> HtmlElement | None:
    """Return an img with all that `clean_html` needs to find its address."""
    img = element if element.tag == "img" else element.find(".//img")
    if img is None:
        return None
    sizes = (_pixels(img.get("width")), _pixels(img.get("height")))
    if any(size is not None and size < _MIN_PIXELS for size in sizes):
        return None
    kept = Element("img", dict(img.attrib))
    for source in element.iter("source"):
        for name in ("data-srcset", "srcset"):
            if source.get(name) and not kept.get(name):
                kept.set(name, source.get(name, ""))
    following = img.getnext()
    if following is not None and following.tag == "noscript":
        spare = following.find(".//img")
        if spare is not None and spare.get("src") and not kept.get("data-src"):
            kept.set("data-src", spare.get("src", ""))
    return kept


def _finished(figure: HtmlElement | None, base_url: str) -> HtmlElement | None:
    """Return the figure as it is kept; None where no usable address is left in it."""
    if figure is None:
        return None
    html = clean_html(serialise(figure), base_url)
    if "<img" not in html and "<a href" not in html and "<blockquote" not in html:
        return None
    finished = fragment_fromstring(html, create_parent="div")
    return finished[0] if len(finished) else None


def _pixels(stated: str | None) -> int | None:
    found = re.match(r"\s*(\d{1,5})(?:px)?\s*$", stated or "")
    return int(found[1]) if found else None


def _replace(element: HtmlElement, mark: str) -> None:
    """Put a paragraph with `mark` where a figure stood, the bare mark where something in a line did."""
    parent = element.getparent()
    if parent is None:
        return
    if mark and element.tag in ("figure", "blockquote"):
        line = Element("p")
        line.text, line.tail = mark, element.tail
        parent.replace(element, line)
        return
    following = mark + (element.tail or "")
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + following
    else:
        parent.text = (parent.text or "") + following
    parent.remove(element)


def _guard_code(root: HtmlElement) -> None:
    """Write each pre as one paragraph whose line breaks and indents are letters."""
    for pre in list(root.iter("pre")):
        code = "".join(_code_of(pre)).strip("\n")
        if not code.strip():
            continue
        tail = pre.tail
        pre.clear()
        pre.tag, pre.tail = "p", tail
        code = code.replace("\n", _CODE_LINE).replace("\t", _CODE_TAB)
        pre.text = _CODE_START + code.replace("  ", _CODE_SPACE * 2)


def _code_of(pre: HtmlElement) -> Iterator[str]:
    for event, element in etree.iterwalk(pre, events=("start", "end")):
        if event == "start":
            if element.tag == "br":
                yield "\n"
            if element.text:
                yield element.text
        elif element is not pre and element.tail:
            yield element.tail


def _restore_code(block: etree._Element) -> None:
    code = "".join(block.itertext())
    for mark, text in (
        (_CODE_START, ""),
        (_CODE_LINE, "\n"),
        (_CODE_SPACE, " "),
        (_CODE_TAB, "\t"),
    ):
        code = code.replace(mark, text)
    tail = block.tail
    block.clear()
    block.tail = tail
    holder = block
    if block.tag == "p":
        block.tag = "pre"
    else:
        holder = etree.SubElement(block, "pre")
    etree.SubElement(holder, "code").text = code


def _rewrite(element: etree._Element, pattern: re.Pattern[str], by: str) -> None:
    for each in element.iter():
        if each.text:
            each.text = pattern.sub(by, each.text)
        if each is not element and each.tail:
            each.tail = pattern.sub(by, each.tail)
