"""What stands in a page's head and in the attributes of its body: meta, link, rel, microdata.

Sources: OpenGraph protocol (ogp.me), its article properties, Dublin Core in HTML, the meta names of
Parse.ly and Sailthru, HTML microdata with schema.org names, link relations (RFC 8288). Read off the
one lxml tree: BeautifulSoup took 2.4 ms a page to say the same, a tenth of trafilatura's whole time.
"""

import re
from collections.abc import Iterator

from lxml import etree

from ingest.clean import one_line
from ingest.page.tree import PageTree

_MAX_HEAD_ELEMENTS = 2_000
_MAX_MARKED = 400
_MAX_RELATED = 600
_READ_RELATIONS = frozenset({"canonical", "next", "amphtml"})
_MARKED = etree.XPath("//*[@itemprop]")
_RELATED = etree.XPath(
    "//a[contains(@rel, 'tag') or contains(@rel, 'author') or contains(@rel, 'category')]"
)
# Items whose properties are not the article's: a comment has an author and a date too, a picture a day.
_OTHERS_ITEM = re.compile(
    r"(?:Comments?|Answer|ImageObject|VideoObject|AudioObject|ListItem|BreadcrumbList"
    r"|SiteNavigationElement|WPHeader|WPFooter|WPSideBar|Organization|Rating|Offer)/?$"
)


class MetaTags:
    """The meta elements of a page by lower-case name, property or itemprop, in document order.

    All of them, wherever the parser left them: a stray tag in a head makes a parser end it there.
    """

    def __init__(self, page: PageTree) -> None:
        self._page = page
        self._values: dict[str, list[str]] = {}
        self._links: dict[str, list[str]] = {}
        self._title: str | None = None
        for n, element in enumerate(page.root.iter("meta", "link", "title")):
            if n == _MAX_HEAD_ELEMENTS:
                break
            if element.tag == "meta":
                self._take_meta(element)
            elif element.tag == "link":
                self._take_link(element)
            elif self._title is None and not _is_drawing(element.getparent()):
                self._title = one_line(element.text or "") or None

    def all(self, *names: str) -> Iterator[str]:
        """Yield the contents of these names, the first name's first."""
        for name in names:
            yield from self._values.get(name, ())

    def first(self, *names: str) -> str | None:
        return next(self.all(*names), None)

    def links(self, rel: str) -> Iterator[str]:
        """Yield the absolute addresses of the links with this relation: canonical, next or amphtml."""
        for stated in self._links.get(rel, ()):
            address = self._page.absolute(stated)
            if address:
                yield address

    @property
    def page_title(self) -> str | None:
        """The title element on one line."""
        return self._title

    def _take_meta(self, element: etree._Element) -> None:
        content = one_line(element.get("content") or "")
        if not content:
            return
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name:
                self._values.setdefault(name, []).append(content)

    def _take_link(self, element: etree._Element) -> None:
        for rel in _READ_RELATIONS.intersection((element.get("rel") or "").lower().split()):
            if element.get("href"):
                self._links.setdefault(rel, []).append(element.get("href") or "")


class Microdata:
    """The article's itemprop values in the body, not its comments': content or datetime, else text."""

    def __init__(self, page: PageTree) -> None:
        self._values: dict[str, list[str]] = {}
        for element in _MARKED(page.root)[:_MAX_MARKED]:
            parent = element.getparent()
            if element.tag == "meta" and parent is not None and parent.tag == "head":
                continue  # MetaTags has it
            if not _is_of_the_article(element):
                continue
            stated = element.get("content") or element.get("datetime")
            if stated is None:
                stated = _name_within(element) or "".join(element.itertext())
            words = one_line(stated)
            if words and len(words) < 1_000:
                for name in (element.get("itemprop") or "").split():
                    self._values.setdefault(name, []).append(words)

    def all(self, name: str) -> Iterator[str]:
        yield from self._values.get(name, ())


class Relations:
    """The words of the body's links by their relation: author, tag, category."""

    def __init__(self, page: PageTree) -> None:
        self._links = [
            (frozenset((a.get("rel") or "").lower().split()), a)
            for a in _RELATED(page.root)[:_MAX_RELATED]
        ]

    def words(self, rel: str, *, but_not: str | None = None) -> list[str]:
        """Return the words of the links with relation `rel`, and without `but_not`; no duplicates."""
        links = (a for rels, a in self._links if rel in rels and but_not not in rels)
        words = (one_line("".join(a.itertext())) for a in links)
        return list(dict.fromkeys(w for w in words if 0 < len(w) < 100))


def _is_drawing(parent: etree._Element | None) -> bool:
    return parent is not None and parent.tag == "svg"


def _is_of_the_article(element: etree._Element) -> bool:
    """Tell a property of the article, or of no stated item, from one of a comment or a picture."""
    for outer in element.iterancestors():
        if outer.get("itemscope") is None:
            continue
        return _OTHERS_ITEM.search((outer.get("itemtype") or "").strip()) is None
    return True


def _name_within(element: etree._Element) -> str | None:
    """Return the name of an item (`itemscope`) such as an author."""
    if element.get("itemscope") is None:
        return None
    for inner in element.iterdescendants():
        if inner.get("itemprop") == "name":
            return inner.get("content") or "".join(inner.itertext())
    return None
