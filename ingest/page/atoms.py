"""The atoms of a header line: what stands between its separators and its element borders.

BeautifulSoup walks the markup here, because an atom is told by its surroundings: the time element
around a date, the bylines that markup tears apart, the line that a section's name shares.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from ingest.clean import one_line
from ingest.page.phrases import Lexicon
from ingest.page.tree import soup

MAX_ATOMS = 60
_MAX_ATOM = 140
_MAX_LINE = 300
_SEPARATOR = re.compile(r"\s*[•·|∙●▪‧]\s*|\s+[–—/-]\s+|\s*\n\s*")
_CLOCK = re.compile(
    r"(?:(?:om|at|um|à|kl\.?|alle|a las|às|ore|o|klo) )?\d{1,2}[:.h]\d{2}"
    r"(?: ?(?:uur|uhr|h|[ap]\.?m\.?))?(?: ?[A-Z]{2,4})?",
    re.IGNORECASE,
)
_SECTION_NAME = re.compile(
    r"categor|section|rubri|kicker|topic|dossier|channel|ressort|eyebrow", re.I
)
NOT_READ = (
    "nav", "figure", "figcaption", "picture", "script", "style", "noscript", "form", "svg", "aside",
    "video", "audio", "iframe", "h1", "h2", "h3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of the line. `instant` is the machine-readable date of a time element around it.

    `line` is the text of the smallest element that holds more than this atom; `is_named_section`
    when an element around the atom is named for a section or topic.
    """

    text: str
    instant: str | None = None
    line: str = ""
    is_named_section: bool = False


def atoms_of(html: str, lexicon: Lexicon) -> list[Atom]:
    """Return the atoms of a piece of HTML in order, at most MAX_ATOMS."""
    document = soup(html)
    for tag in document(NOT_READ):
        tag.decompose()
    pieces: list[Atom] = []
    for node in document.find_all(string=True):
        if type(node) is NavigableString:  # a comment is a subclass
            pieces += _atoms_in(node, lexicon)
        if len(pieces) > 2 * MAX_ATOMS:
            break
    return list(_mended(pieces, lexicon))[:MAX_ATOMS]


def split(text: str) -> list[str]:
    """Split a line's text at its separators."""
    pieces = (one_line(piece).strip(" ,;") for piece in _SEPARATOR.split(text.strip()))
    return [piece for piece in pieces if piece]


def _atoms_in(node: NavigableString, lexicon: Lexicon) -> Iterator[Atom]:
    words = [piece for piece in split(lexicon.parted(str(node))) if len(piece) <= _MAX_ATOM]
    if not words:
        return
    time = node.find_parent("time")
    instant = str(time.get("datetime") or "") if isinstance(time, Tag) else ""
    line, is_named = _around(node)
    if len(words) > 1:
        line = one_line(str(node))
    for piece in words:
        yield Atom(piece, instant or None, line, is_named)


def _around(node: PageElement) -> tuple[str, bool]:
    """Return the text of the smallest element with more in it than `node`, and whether a name says section."""
    own = len(node.get_text(strip=True))
    is_named = False
    for parent in node.parents:
        if isinstance(parent, BeautifulSoup) or parent.name in ("body", "html"):
            break
        text = parent.get_text(" ", strip=True)
        if len(text) > own + 2:
            return (one_line(text) if len(text) <= _MAX_LINE else ""), is_named
        named: object = parent.get("class") or ""
        names = " ".join(map(str, named)) if isinstance(named, list) else str(named)
        is_named = is_named or bool(_SECTION_NAME.search(f"{names} {parent.get('href') or ''}"))
    return "", is_named


def _mended(pieces: list[Atom], lexicon: Lexicon) -> Iterator[Atom]:
    """Join what belongs together: "By" + name + "and" + name, a date + its clock."""
    leads = lexicon.leads
    at = 0
    while at < len(pieces):
        atom = pieces[at]
        at += 1
        if atom.text.casefold().rstrip(": ") in leads and at < len(pieces):
            atom = replace(pieces[at], text=f"{atom.text} {pieces[at].text}")
            at += 1
        while at < len(pieces):
            following = pieces[at].text
            first, _, rest = following.partition(" ")
            if first.casefold() in lexicon.joins and not rest and at + 1 < len(pieces):
                atom = replace(atom, text=f"{atom.text} {following} {pieces[at + 1].text}")
                at += 2
            elif first.casefold() in lexicon.joins and rest and not rest[0].islower():
                atom = replace(atom, text=f"{atom.text} {following}")
                at += 1
            elif _CLOCK.fullmatch(following) and _lacks_clock(atom.text):
                atom = replace(atom, text=f"{atom.text}, {following}")
                at += 1
            else:
                break
        yield atom


def _lacks_clock(text: str) -> bool:
    return any(c.isdigit() for c in text) and not _CLOCK.search(text)
