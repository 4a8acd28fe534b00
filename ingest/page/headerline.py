"""The visible line around a headline: "Opinion • Today • reading time 2 minutes • read 334 times • save".

Only the blocks between the headline and the first paragraph of the text are read, and nothing else of
the page. Each atom of them is a button, a reading time, a counter, a date, a byline, or else, if it is
short, without digits and beside one of the others, the section.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from lxml import etree
from lxml.html import HtmlElement

from archive.model.stated import Counter, CounterKind, HeaderPiece, Precision
from ingest.dates import Read, read_date, read_relative
from ingest.page.atoms import NOT_READ, Atom, atoms_of, split
from ingest.page.counters import read_counter, read_minutes
from ingest.page.people import names_of
from ingest.page.phrases import Lexicon, lexicon
from ingest.page.tree import PageTree, letters, selected, serialise

_MAX_HTML = 20_000
_MAX_STEPS = 60
_MAX_BLOCK = 1_500  # characters: a longer one between headline and text is no line
_SECTION_WORDS = 4
_SECTION_CHARACTERS = 40
_MAX_PIECE = 60  # characters of a date; of what was not read, too, if it is no sentence
_DATE_WORDS = 5  # of a date without a year: "Day of the press on 3 May" is a subject
_PARAGRAPH_KEY = 60
# "Article mis à jour le 7 janvier": the piece itself, before what was done to it.
_SUBJECT = re.compile(
    r"^(?:this |cet |dit |dieser )?(?:articles?|artikel|bericht|beitrag|story|artículo|articolo|artigo|artykuł)"
    r" +(?=\w+ )",
    re.IGNORECASE,
)
_OPENING = 200  # characters, blanks among them, that surely hold the first letters of a paragraph
_PARAGRAPHS_BEHIND = etree.XPath("following::p")
_DRAWING = re.compile(r"<svg\b(?:(?!</svg>).)*+(?:</svg>|\Z)", re.DOTALL)  # half of a line's bytes
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class DateAtom:
    """A date as shown: what it was read as and the text it was read from."""

    read: Read
    stated: str


@dataclass(frozen=True, kw_only=True)
class HeaderLine:
    """What the header line says; empty where it says nothing.

    `known` are its atoms, letters only; `pieces` all of it in order, without sentences.
    """

    section: str | None = None
    published: DateAtom | None = None
    updated: DateAtom | None = None
    minutes: tuple[int, str] | None = None
    counters: tuple[Counter, ...] = ()
    authors: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    pieces: tuple[HeaderPiece, ...] = ()

    def is_made_of(self, text: str) -> bool:
        """Tell whether `text`, a block of the body, is nothing but atoms of this line.

        A line of two atoms or more may hold pieces that were not read: a credit, a place.
        """
        whole = letters(text)
        if whole in self.known:
            return True
        rest, n_known = _without("".join(letters(piece) for piece in split(text)), self.known)
        if n_known > 1:
            rest, _ = _without(rest, {letters(p.text) for p in self.pieces if not p.read_as})
        return n_known > 0 and len(rest) <= 3


def _without(rest: str, atoms: Iterable[str]) -> tuple[str, int]:
    """Return `rest` without the first of each of `atoms`, the longest first, and how many were in it."""
    n_found = 0
    for atom in sorted(atoms, key=len, reverse=True):
        if atom and atom in rest:
            rest, n_found = rest.replace(atom, "", 1), n_found + 1
    return rest, n_found


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a relative date is relative to, and the language it is written in."""

    language: str | None
    now: datetime
    zone: tzinfo


def read_header_line(
    page: PageTree,
    headline: HtmlElement | None,
    first_paragraph: str | None,
    moment: Moment,
    *,
    selector: str | None = None,
) -> HeaderLine:
    """Read the line around `headline`.

    `first_paragraph` is where the text begins; `selector` is a site's own place for the line.
    """
    html = _by_rule(page, selector) if selector else ""
    html = html or _around(headline, first_paragraph)
    if not html:
        return HeaderLine()
    words = lexicon(moment.language)
    return _Reading(words, moment).of(atoms_of(html, words))


def find_headline(root: HtmlElement, titles: Iterable[str]) -> HtmlElement | None:
    """Return the h1 that says one of `titles`, else an h2 or h3 that does, else an h1 of three words."""
    names = {letters(t) for t in titles} - {""}
    h1s = [(h, letters(h.text_content())) for h in root.iter("h1")]
    h1s = [(h, said) for h, said in h1s if said]
    for headline, said in [*h1s, *((h, letters(h.text_content())) for h in root.iter("h2", "h3"))]:
        if said in names:
            return headline
    for headline, said in h1s:
        if any(said in name or name in said for name in names):
            return headline
    return next((h for h, _ in h1s if len(h.text_content().split()) >= 3), None)


@dataclass
class _Reading:
    """One pass over the atoms: each is the first thing that it can be."""

    lexicon: Lexicon
    moment: Moment
    published: DateAtom | None = None
    updated: DateAtom | None = None
    minutes: tuple[int, str] | None = None
    authors: tuple[str, ...] = ()
    counters: dict[CounterKind, Counter] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)

    def of(self, atoms: list[Atom]) -> HeaderLine:
        pieces = [self._piece(atom) for atom in atoms]
        for n, atom in enumerate(atoms):
            if not pieces[n].read_as and _may_be_section(atom.text) and self._is_section(atom):
                pieces[n] = HeaderPiece(text=atom.text, read_as="section", value=atom.text)
                break
        self.known |= {letters(piece.text) for piece in pieces if piece.read_as}
        return HeaderLine(
            section=next((p.text for p in pieces if p.read_as == "section"), None),
            published=self.published,
            updated=self.updated,
            minutes=self.minutes,
            counters=tuple(self.counters.values()),
            authors=self.authors,
            known=frozenset(self.known - {""}),
            pieces=tuple(p for p in pieces if p.read_as or not _is_sentence(p.text)),
        )

    def _piece(self, atom: Atom) -> HeaderPiece:
        """Return the first thing that an atom can be; of two of a kind the first is the line's."""
        text = atom.text
        if text.casefold().strip(" .:…") in self.lexicon.buttons:
            return HeaderPiece(text=text, read_as="button")
        if (minutes := read_minutes(text)) is not None:
            self.minutes = self.minutes or (minutes, text)
            piece = HeaderPiece(text=text, read_as="reading_minutes", value=minutes)
        elif (counter := read_counter(text)) is not None:
            self.counters.setdefault(counter.kind, counter)
            piece = HeaderPiece(text=text, read_as=str(counter.kind), value=counter.value)
        elif (below_none := read_counter(text.lstrip("-−"))) is not None:
            # Fewer than none: the line's, but nothing to keep.
            return HeaderPiece(text=text, read_as=str(below_none.kind))
        elif (date := self._date(atom)) is not None:
            is_update, read = date
            if is_update:
                self.updated = self.updated or read
            else:
                self.published = self.published or read
            named = "modified_at" if is_update else "published_at"
            piece = HeaderPiece(text=text, read_as=named, value=_written(read.read))
        elif names := self._byline(text):
            self.authors = self.authors or names
            return HeaderPiece(text=text, read_as="authors", value=list(names))
        else:
            return HeaderPiece(text=text)
        self.found.add(text)
        return piece

    def _is_section(self, atom: Atom) -> bool:
        """Tell a section from a name, a kicker or a credit: by its name, or by what shares its line."""
        if not self.found or any(name in atom.text for name in self.authors):
            return False
        return atom.is_named_section or any(text in atom.line for text in self.found)

    def _date(self, atom: Atom) -> tuple[bool, DateAtom] | None:
        """Return (is an update, date) for an atom that is a date, with or without "published" before it."""
        text, is_update = _SUBJECT.sub("", atom.text), False
        folded = text.casefold()
        for words, means_update in self.lexicon.date_leads:
            if folded.startswith(words) and not text[len(words) : len(words) + 1].isalpha():
                text, is_update = text[len(words) :].strip(" :-–,"), means_update
                # An extraction drops the time element behind these words, and leaves them.
                self.known.add(letters(words))
                break
        language, zone = self.moment.language, self.moment.zone
        if atom.instant and (read := read_date(atom.instant, language=language, zone=zone)):
            return is_update, DateAtom(read, atom.instant)
        if (
            not text
            or len(text) > _MAX_PIECE
            or (not _YEAR.search(text) and len(text.split()) > _DATE_WORDS)
        ):
            return None
        relative = read_relative(text, language=language, now=self.moment.now, zone=zone)
        if relative is None and any(c.isdigit() for c in text):
            relative = read_date(text, language=language, zone=zone)
        return (is_update, DateAtom(relative, atom.text)) if relative is not None else None

    def _byline(self, text: str) -> tuple[str, ...]:
        folded = text.casefold()
        for words in self.lexicon.by:
            rest = text[len(words) :]
            opens = folded.startswith(words) and rest[:1] in (" ", ":")
            if opens and not rest.strip(" :")[:1].islower():
                return names_of(text)
        return ()


def _written(read: Read) -> str:
    """Return a date as ISO 8601, without a time where none was stated."""
    return read.at.date().isoformat() if read.precision is Precision.DAY else read.at.isoformat()


def _is_sentence(text: str) -> bool:
    """Tell a standfirst, or a paragraph too short to begin the text, from a piece of the line."""
    return len(text) > _MAX_PIECE or (text[-1] in ".?!" and len(text.split()) > _SECTION_WORDS)


def _may_be_section(text: str) -> bool:
    return (
        len(text.split()) <= _SECTION_WORDS
        and 2 < len(text) <= _SECTION_CHARACTERS
        and not text.endswith((":", ".", "?", "!"))
        and not any(c.isdigit() or c == ":" for c in text)
        and text[0].isalpha()
    )


def _by_rule(page: PageTree, selector: str) -> str:
    return "\n".join(serialise(e) for e in selected(page.root, selector))[:_MAX_HTML]


def _around(headline: HtmlElement | None, first_paragraph: str | None) -> str:
    if headline is None:
        return ""
    key = letters(first_paragraph or "")[:_PARAGRAPH_KEY]
    pieces = [*_above(headline), *_below(headline, key, _holders(headline, key))]
    return _DRAWING.sub("", "\n".join(pieces))[:_MAX_HTML]


def _holders(headline: HtmlElement, key: str) -> frozenset[HtmlElement]:
    """Return the paragraph behind `headline` whose letters begin with `key`, with all that it stands in.

    Empty where no p element has it: then the blocks are searched for it one by one, which takes long.
    """
    if not key:
        return frozenset()
    for paragraph in _PARAGRAPHS_BEHIND(headline):
        if letters(paragraph.text_content()).startswith(key):
            return frozenset((paragraph, *paragraph.iterancestors()))
    return frozenset()


def _above(headline: HtmlElement) -> Iterator[str]:
    """Yield what stands over the headline inside the same header, and a header right before it."""
    parent = headline.getparent()
    if parent is not None and parent.tag in ("header", "hgroup"):
        yield from (serialise(e) for e in reversed(list(headline.itersiblings(preceding=True))))
    before = headline.getprevious()
    if before is not None and before.tag == "header":
        yield serialise(before)


def _below(headline: HtmlElement, key: str, holders: frozenset[HtmlElement]) -> Iterator[str]:
    """Yield the blocks behind the headline, in order, until the paragraph whose letters begin with `key`."""
    node: HtmlElement | None = headline
    n_steps = 0
    while node is not None and node.tag not in ("body", "html"):
        for sibling in node.itersiblings():
            n_steps += 1
            if n_steps > _MAX_STEPS:
                return
            if _holds(sibling, key, holders):
                yield from _until(sibling, key, holders)
                return
            if _may_hold_atoms(sibling):
                yield serialise(sibling)
        node = node.getparent()


def _holds(element: HtmlElement, key: str, holders: frozenset[HtmlElement]) -> bool:
    if holders:
        return element in holders
    return bool(key) and key in letters(element.text_content())


def _until(element: HtmlElement, key: str, holders: frozenset[HtmlElement]) -> Iterator[str]:
    if element.tag == "p":
        return
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if key and letters(child.text_content()[:_OPENING]).startswith(key[:20]):
            return  # the paragraph, or a block that opens with it: its bold words are no atoms
        if _holds(child, key, holders):
            yield from _until(child, key, holders)
            return
        if _may_hold_atoms(child):
            yield serialise(child)


def _may_hold_atoms(element: HtmlElement) -> bool:
    """Spare BeautifulSoup what it would throw away: media, menus, and what is too long for a line."""
    if element.tag in NOT_READ:
        return False
    return 0 < len(element.text_content().strip()) < _MAX_BLOCK
