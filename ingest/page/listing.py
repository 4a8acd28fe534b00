"""A list of articles in the place of one: a section's page, a blog's front, the results of a search.

Told for `ingest.page.walls` (an article's address that shows a list) and kept as a claim, for who
knows what was asked for (`ingest.poll`). A page that was asked for at an address of such a list is
left as it is: a feed may mean it.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.page.jsonld import LinkedData
from ingest.page.meta import MetaTags
from ingest.page.tree import PageTree, letters

_FRAME = ("nav", "aside", "footer")
_LIST_TYPES = ("CollectionPage", "SearchResultsPage", "ItemList", "Blog")
_LIST_NAMES = frozenset(("home", "archive", "category", "tag", "search", "search-results", "blog"))
_MIN_TEASERS = 5
_MAX_TEASERS, _MAX_TEXT = 200, 20_000  # more of either says nothing new, and costs their product
_MIN_LISTED = 0.8  # of a text's letters: a post with a list under it has its own


def list_marker(n: int) -> str:
    """Return how a list of `n` articles is named."""
    return f"a list of {n} articles"


def n_listed(page: PageTree, meta: MetaTags, data: LinkedData, text: str) -> int:
    """Count the articles that a page without an article of its own lists; 0 for one with a list beside its text.

    `text` is what came out of it. Asked only where no linked data tells of an article.

    What tells: the page calls itself one, and headlines that lead to other pages of the site have most of the text
    in their blocks.
    """
    if page.is_vast or not _is_called_a_list(page, meta, data):
        return 0
    here = urlsplit(page.url)
    teasers: dict[HtmlElement, str] = {}
    for heading in page.root.iter("h2", "h3", "h4"):
        link = _link_of(heading)
        url = urlsplit(page.absolute(link.get("href")) or "") if link is not None else here
        if url.hostname != here.hostname or url.path.rstrip("/") in ("", here.path.rstrip("/")):
            continue
        block = _block_around(heading)
        if block is not None:
            teasers[block] = url.path
        if len(teasers) == _MAX_TEASERS:
            break
    if len(set(teasers.values())) < _MIN_TEASERS:
        return 0
    told = letters(" ".join(block.text_content() for block in teasers))
    lines = [letters(line) for line in text[:_MAX_TEXT].split("\n")]
    n_told = sum(len(line) for line in lines if line in told)
    return len(teasers) if n_told >= _MIN_LISTED * sum(map(len, lines)) else 0


def _is_called_a_list(page: PageTree, meta: MetaTags, data: LinkedData) -> bool:
    """Tell by og:type, linked data, the class that programs give to such a page's body, or the front page's address."""
    stated = (meta.first("og:type") or "").casefold()
    if stated == "article" or meta.first("article:published_time"):
        return False
    body = page.root.find("body")
    names = (body.get("class") or "").casefold().split() if body is not None else []
    return (
        stated in ("website", "blog")
        or any(any(data.of_type(kind)) for kind in _LIST_TYPES)
        or not _LIST_NAMES.isdisjoint(names)
        or urlsplit(page.url).path in ("", "/")
    )


def _link_of(heading: HtmlElement) -> HtmlElement | None:
    """Return the link that a headline is: in it or around it."""
    parent = heading.getparent()
    if parent is not None and parent.tag == "a" and parent.get("href"):
        return parent
    return next((a for a in heading.iter("a") if a.get("href")), None)


def _block_around(heading: HtmlElement) -> HtmlElement | None:
    """Return the largest element around a headline that has no other headline; None in a page's frame."""
    block = heading
    for outer in heading.iterancestors():
        if outer.tag in _FRAME:
            return None
        if outer.tag in ("body", "main") or next(_other_headings(outer, heading), None) is not None:
            continue
        block = outer
    return block


def _other_headings(outer: HtmlElement, heading: HtmlElement) -> Iterator[HtmlElement]:
    return (h for h in outer.iter("h1", "h2", "h3", "h4") if h is not heading)
