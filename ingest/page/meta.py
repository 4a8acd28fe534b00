"""What stands in a page's head and in the attributes of its body: meta, link, rel, microdata.

Sources: OpenGraph protocol (ogp.me), its article properties, Dublin Core in HTML, the meta names of
Parse.ly and Sailthru, HTML microdata with schema.org names, link relations (RFC 8288).
"""

from collections.abc import Iterator

from bs4 import Tag
from lxml import etree

from ingest.clean import one_line
from ingest.page.tree import PageTree

_MAX_MARKED = 400
_MARKED = etree.XPath("//*[@itemprop]")
_REL = etree.XPath("//a[contains(concat(' ', normalize-space(@rel), ' '), concat(' ', $rel, ' '))]")


class MetaTags:
    """The meta elements of a page by lower-case name, property or itemprop, in document order."""

    def __init__(self, page: PageTree) -> None:
        self._values: dict[str, list[str]] = {}
        for tag in page.head.find_all("meta"):
            content = one_line(str(tag.get("content") or ""))
            if content:
                for attribute in ("property", "name", "itemprop", "http-equiv"):
                    name = str(tag.get(attribute) or "").strip().lower()
                    if name:
                        self._values.setdefault(name, []).append(content)
        self._page = page

    def all(self, *names: str) -> Iterator[str]:
        """Yield the contents of these names, the first name's first."""
        for name in names:
            yield from self._values.get(name, ())

    def first(self, *names: str) -> str | None:
        return next(self.all(*names), None)

    def links(self, rel: str) -> Iterator[str]:
        """Yield the absolute addresses of the head's links with this relation."""
        for tag in self._page.head.find_all("link", href=True):
            rels: object = tag.get("rel") or []
            stated = rels if isinstance(rels, list) else str(rels).split()
            if rel in [str(r).lower() for r in stated]:
                address = self._page.absolute(str(tag["href"]))
                if address:
                    yield address

    @property
    def page_title(self) -> str | None:
        """The title element on one line."""
        title = self._page.head.find("title")
        return (one_line(title.get_text()) or None) if isinstance(title, Tag) else None


class Microdata:
    """The itemprop values of the body: content or datetime attribute, else text."""

    def __init__(self, page: PageTree) -> None:
        self._values: dict[str, list[str]] = {}
        for element in _MARKED(page.root)[:_MAX_MARKED]:
            if (
                element.tag == "meta"
                and element.getparent() is not None
                and element.getparent().tag == "head"
            ):
                continue  # MetaTags has it
            stated = element.get("content") or element.get("datetime")
            if stated is None:
                stated = _name_within(element) or element.text_content()
            words = one_line(stated)
            if words and len(words) < 1_000:
                for name in (element.get("itemprop") or "").split():
                    self._values.setdefault(name, []).append(words)

    def all(self, name: str) -> Iterator[str]:
        yield from self._values.get(name, ())


def related_links(page: PageTree, rel: str) -> list[str]:
    """Return the words of the body's links with relation `rel` (author, tag, category), without duplicates."""
    words = (one_line(a.text_content()) for a in _REL(page.root, rel=rel))
    return list(dict.fromkeys(w for w in words if 0 < len(w) < 100))


def _name_within(element: etree._Element) -> str | None:
    """Return the name of an item (`itemscope`) such as an author."""
    if element.get("itemscope") is None:
        return None
    for inner in element.iterdescendants():
        if inner.get("itemprop") == "name":
            return inner.get("content") or "".join(inner.itertext())
    return None
