"""What the selectors of a site rule match on a page, for whoever writes the rule (`newsarchive page`). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from archive.model.site import SiteRules
from ingest.page.tree import read, squeezed

_SELECTORS = ("title", "text", "section", "authors", "published", "header_line")
_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """One selector: how many elements it matches (None: it cannot be read), and the words of the first."""

    name: str
    selector: str
    n: int | None
    first: str = ""


def rule_matches(
    body: bytes, url: str, rules: SiteRules, *, content_type: str | None = None
) -> tuple[RuleMatch, ...]:
    """Count what each selector of `rules` matches, on the page as it came; nothing for what is no HTML."""
    page = read(body, url, content_type)
    if page is None:
        return ()
    return tuple(_matched(page.root, name, selector) for name, selector in _selectors(rules))


def _selectors(rules: SiteRules) -> Iterator[tuple[str, str]]:
    for name in _SELECTORS:
        if selector := getattr(rules, name):
            yield name, selector
    yield from (("remove", selector) for selector in rules.remove)


def _matched(root: HtmlElement, name: str, selector: str) -> RuleMatch:
    try:
        found = list(CSSSelector(selector, translator="html")(root))
    except (ValueError, SyntaxError, etree.XPathError):
        return RuleMatch(name=name, selector=selector, n=None)
    first = squeezed(found[0].text_content())[:_SHOWN] if found else ""
    return RuleMatch(name=name, selector=selector, n=len(found), first=first)
