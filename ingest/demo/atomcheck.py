"""Whether an Atom document is valid: the rules of RFC 4287 that a machine can hold, and two that readers taught.

A second opinion on `archive.output.atom`, from the specification and not from that code; the demo says "feed valid" by
it. Not a validator for other people's feeds: what RFC 4287 only advises is not asked, HTML content is not looked into
(`archive.html` answers for it). Pure.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

ATOM = "{http://www.w3.org/2005/Atom}"
_XHTML_DIV = "{http://www.w3.org/1999/xhtml}div"

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
"""Section 3.3: RFC 3339, with capital T and Z."""

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")

# element -> how often its children may stand in it, section 4.1; "?" at most once, "1" once, "*" as often as it likes.
_CHILDREN = {
    "feed": {
        **dict.fromkeys(("id", "title", "updated"), "1"),
        **dict.fromkeys(("generator", "icon", "logo", "rights", "subtitle"), "?"),
        **dict.fromkeys(("author", "category", "contributor", "link", "entry"), "*"),
    },
    "entry": {
        **dict.fromkeys(("id", "title", "updated"), "1"),
        **dict.fromkeys(("content", "published", "rights", "source", "summary"), "?"),
        **dict.fromkeys(("author", "category", "contributor", "link"), "*"),
    },
    # Section 4.2.11 only advises id, title and updated; without them a reader cannot name the origin.
    "source": {
        **dict.fromkeys(("id", "title", "updated"), "1"),
        **dict.fromkeys(("generator", "icon", "logo", "rights", "subtitle"), "?"),
        **dict.fromkeys(("author", "category", "contributor", "link"), "*"),
    },
    "author": {"name": "1", "uri": "?", "email": "?"},
    "contributor": {"name": "1", "uri": "?", "email": "?"},
}

_NEEDED_ATTRIBUTE = {"link": "href", "category": "term"}
_TEXTS = ("title", "subtitle", "summary", "rights")


def faults_of(document: bytes) -> tuple[str, ...]:
    """Return a line for each rule that the document breaks, in its order; () if it is valid."""
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as fault:
        return (f"not well-formed: {fault}",)
    if root.tag != ATOM + "feed":
        return (f"the root is {root.tag}, not an Atom feed",)
    return tuple(_faults_of_feed(root))


def _faults_of_feed(feed: Element) -> Iterator[str]:
    yield from _faults_below(feed, "feed")
    if not any(link.get("rel") == "self" for link in _all(feed, "link")):
        yield "feed: no link rel=self"
    entries = _all(feed, "entry")
    n_after = (
        len(feed)
        - 1
        - max((n for n, child in enumerate(feed) if child.tag != ATOM + "entry"), default=-1)
    )
    if n_after != len(entries):
        yield "feed: something stands after the first entry (the grammar puts entries last)"
    for id_, n in Counter(_text(entry, "id") for entry in entries).items():
        if n > 1:
            yield f"feed: {n} entries have the id {id_}"
    has_author = feed.find(ATOM + "author") is not None
    for entry in entries:
        yield from _faults_of_entry(entry, has_author=has_author)


def _faults_of_entry(entry: Element, *, has_author: bool) -> Iterator[str]:
    where = f"entry {_text(entry, 'id') or '?'}"
    yield from _faults_below(entry, where)
    source = entry.find(ATOM + "source")
    if source is not None:
        yield from _faults_below(source, f"{where}, source")
        if entry[-1] is not source:
            yield f"{where}: source is not last"  # a large service took its title for the entry's
        has_author = has_author or source.find(ATOM + "author") is not None
    if not has_author and entry.find(ATOM + "author") is None:
        yield f"{where}: no author"
    alternates = [
        link for link in _all(entry, "link") if link.get("rel", "alternate") == "alternate"
    ]
    if not alternates and entry.find(ATOM + "content") is None:
        yield f"{where}: neither content nor a link rel=alternate"
    kinds = Counter((link.get("type"), link.get("hreflang")) for link in alternates)
    if any(n > 1 for n in kinds.values()):
        yield f"{where}: two links rel=alternate of one type and language"
    published, updated = _instant(entry, "published"), _instant(entry, "updated")
    if published and updated and updated < published:
        yield f"{where}: updated before it was published"


def _faults_below(element: Element, where: str) -> Iterator[str]:
    """Yield what is wrong with the Atom children of a feed, entry, source or person, entries left out."""
    allowed = _CHILDREN[element.tag.removeprefix(ATOM)]
    children = [child for child in element if child.tag.startswith(ATOM)]
    counts = Counter(child.tag.removeprefix(ATOM) for child in children)
    for name, n in counts.items():
        if name not in allowed:
            yield f"{where}: <{name}> may not stand here"
        elif n > 1 and allowed[name] != "*":
            yield f"{where}: {n} x <{name}>"
    for name, often in allowed.items():
        if often == "1" and not counts[name]:
            yield f"{where}: no <{name}>"
    for child in children:
        yield from _faults_of_child(child, where)


def _faults_of_child(child: Element, where: str) -> Iterator[str]:
    name = child.tag.removeprefix(ATOM)
    text = (child.text or "").strip()
    if name in ("updated", "published") and _instant_of(text) is None:
        yield f"{where}: <{name}> is no RFC 3339 instant: {text!r}"
    if name == "id" and not _IRI.fullmatch(text):
        yield f"{where}: <id> is no absolute IRI: {text!r}"
    if name in _NEEDED_ATTRIBUTE and not child.get(_NEEDED_ATTRIBUTE[name]):
        yield f"{where}: <{name}> without {_NEEDED_ATTRIBUTE[name]}"
    if name == "link" and child.get("href") and not _IRI.fullmatch(child.get("href", "")):
        yield f"{where}: a link to {child.get('href')!r}, which is not absolute"
    if name in ("author", "contributor"):
        yield from _faults_below(child, f"{where}, {name}")
    if name in _TEXTS or (name == "content" and child.get("src") is None):
        yield from _faults_of_text(child, f"{where}: <{name}>")


def _faults_of_text(child: Element, what: str) -> Iterator[str]:
    """Yield what is wrong with a text construct (section 3.1) or inline content (4.1.3) of the three text types."""
    type_ = child.get("type", "text")
    if type_ in ("text", "html"):
        if len(child):
            yield f"{what} of type {type_} has elements in it"
    elif type_ == "xhtml":
        if len(child) != 1 or child[0].tag != _XHTML_DIV:
            yield f"{what} of type xhtml holds no single div"
    else:
        yield f"{what} has type {type_!r}"


def _all(element: Element, name: str) -> list[Element]:
    return element.findall(ATOM + name)


def _text(element: Element, name: str) -> str:
    return (element.findtext(ATOM + name) or "").strip()


def _instant(element: Element, name: str) -> datetime | None:
    return _instant_of(_text(element, name))


def _instant_of(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
