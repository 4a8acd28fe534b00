"""Lays kept html out for a terminal: headings, lists, quotes with their links, tables, code, pictures. For `show`.

The words are those of the article's text. Where they are not (html of another program, a cut import), the text itself
is laid out: no layout is worth a lost line.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import groupby, zip_longest
from typing import Final
from urllib.parse import urlsplit

from archive import terminal as t
from archive.html import attributes_of, tags_of

OWNED_SIGN: Final = "▌"
"""Before a line by which a paper owns to a change."""

_HOLDS: Final = 0.95
"""Of the text's words that must stand in the html: captions and pictures only add to it, nothing may lack."""

_BREAKS: Final = frozenset(
    {"p", "div", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "figure", "figcaption",
     "table", "caption", "tr", "thead", "tbody", "tfoot", "pre", "hr", "br"}
)  # fmt: skip
_HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
CELL: Final = "\x1f"
"""Between the cells of a row; no kept text holds it (XML forbids it)."""

_TIGHT: Final = frozenset({"item", "row", "table", "code", "caption", "address"})
"""Kinds of line between which no empty line stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line before it is wrapped. `kind`: text, heading, item, row, code, caption, picture, address, owned.

    `first` stands before its first row, `rest` before the others. An address and code are never broken. A row's cells
    are parted by `CELL`. `quote` counts the quotes begun so far; 0 outside one.
    """

    kind: str
    text: str
    first: str = ""
    rest: str = ""
    quote: int = 0


def laid_out(
    html: str | None, text: str, *, width: int, colour: bool, owned: Collection[str] = ()
) -> Iterator[str]:
    """Yield the rows of an article, printable, at most `width` columns each but for addresses and code.

    `owned` are the lines by which the article owns to a change.
    """
    marked = {_letters(line) for line in owned}
    before: Line | None = None
    for line in _aligned(_lines(html, text), width):
        if before is not None and not (line.kind in _TIGHT and _is_one_group(before, line)):
            yield "│" if line.quote and line.quote == before.quote else ""
        if line.text and _letters(line.text) in marked:
            line = Line(kind="owned", text=line.text, first=f"{OWNED_SIGN} ", rest=f"{OWNED_SIGN} ")
        yield from _rows(line, width, colour=colour)
        before = line


def _is_one_group(before: Line, line: Line) -> bool:
    if line.kind in ("caption", "address"):
        return True
    return before.kind == line.kind and bool(before.first.strip("│ ")) == bool(
        line.first.strip("│ ")
    )


def _aligned(lines: list[Line], width: int) -> Iterator[Line]:
    """Yield lines, the cells of each table under one another where its columns have the room."""
    for kind, group in groupby(lines, key=lambda line: line.kind):
        rows = list(group)
        if kind != "row":
            yield from rows
            continue
        cells = [[cell.strip() for cell in row.text.split(CELL)] for row in rows]
        widths = [max(map(t.text_width, column)) for column in zip_longest(*cells, fillvalue="")]
        is_roomy = sum(widths) + 3 * (len(widths) - 1) <= width
        for row, named in zip(rows, cells, strict=True):
            shown = map(t.pad, named, widths) if is_roomy else named
            yield replace(row, kind="table" if is_roomy else "row", text=" │ ".join(shown))


def _rows(line: Line, width: int, *, colour: bool) -> Iterator[str]:
    from archive.commands.show import wrapped_line

    look = {
        "heading": "bold",
        "caption": "dim",
        "picture": "dim",
        "address": "dim",
        "owned": "yellow",
    }
    if line.kind in ("code", "address", "table"):
        words = [t.printable(line.text)]
    else:
        words = list(wrapped_line(line.text, max(10, width - t.text_width(line.first))))
    for n, row in enumerate(words):
        shown = t.paint(row, look[line.kind], colour=colour) if line.kind in look else row
        yield f"{line.rest if n else line.first}{shown}".rstrip()


def _lines(html: str | None, text: str) -> list[Line]:
    if html:
        made = list(_Reading(html).lines())
        if _holds(" ".join(line.text.replace(CELL, " ") for line in made), text):
            return made
    return [Line(kind="text", text=line) for line in text.splitlines() if line.strip()]


def _holds(shown: str, text: str) -> bool:
    """Tell whether what is shown has the words of the text, each as often."""
    wanted = Counter(re.findall(r"\w+", text.casefold()))
    lacking = wanted - Counter(re.findall(r"\w+", shown.casefold()))
    return lacking.total() <= wanted.total() * (1 - _HOLDS)


@dataclass(slots=True)
class _Reading:
    """Cleaned html while it is read: the words since the last break, and what is open around them."""

    html: str
    words: list[str] = field(default_factory=list)
    block: str = "p"
    lists: list[int | None] = field(default_factory=list)
    item: str = ""
    n_quotes: int = 0
    n_begun: int = 0
    n_figures: int = 0
    link: str = ""

    def lines(self) -> Iterator[Line]:
        end = 0
        for tag in tags_of(self.html):
            self._say(self.html[end : tag.start()])
            end = tag.end()
            name = tag[2].lower()
            if name in _BREAKS:
                yield from self._flush()
            yield from (self._closed(name) if tag[1] else self._opened(name, tag[3]))
        self._say(self.html[end:])
        yield from self._flush()

    def _say(self, stated: str) -> None:
        words = unescape(stated)
        self.words.append(words if self.block == "pre" else re.sub(r"\s+", " ", words))

    def _opened(self, name: str, attributes: str) -> Iterator[Line]:
        match name:
            case "ul":
                self.lists.append(None)
            case "ol":
                start = attributes_of(attributes).get("start", "")
                self.lists.append(int(start) - 1 if start.isdecimal() and len(start) < 7 else 0)
            case "li":
                self.item = self._bullet()
            case "blockquote":
                self.n_quotes += 1
                self.n_begun += 1
            case "figure":
                self.n_figures += 1
            case "td" | "th" if "".join(self.words).strip():
                self.words.append(CELL)
            case "a":
                self.link = attributes_of(attributes).get("href", "")
            case "img":
                yield from self._flush()
                yield from self._picture(attributes_of(attributes))
            case _:
                pass
        if name in _BREAKS and name != "br":
            self.block = name

    def _closed(self, name: str) -> Iterator[Line]:
        match name:
            case "ul" | "ol" if self.lists:
                self.lists.pop()
            case "blockquote" if self.n_quotes:
                self.n_quotes -= 1
            case "figure" if self.n_figures:
                self.n_figures -= 1
            case "a":
                if self.link and (self.n_quotes or self.n_figures) and "".join(self.words).strip():
                    address = self.link
                    yield from self._flush()
                    yield self._line("address", address)
                self.link = ""
            case _:
                pass
        if name in _BREAKS:
            self.block = "p"

    def _flush(self) -> Iterator[Line]:
        """Yield what was said since the last break, as a line of the block that it stands in."""
        said, self.words = "".join(self.words), []
        if not said.strip():
            return
        if self.block == "pre":
            for row in said.strip("\n").splitlines():
                yield self._line("code", row, indent="  ")
            return
        kind = "text"
        if self.block in _HEADINGS:
            kind = "heading"
        elif self.block == "tr":
            kind = "row"
        elif self.block in ("figcaption", "caption"):
            kind = "caption"
        elif self.lists:
            kind = "item"
        bullet, self.item = self.item, ""
        yield self._line(kind, said.strip(), bullet=bullet)

    def _line(self, kind: str, text: str, *, bullet: str = "", indent: str = "") -> Line:
        quote = "│ " * min(self.n_quotes, 4)
        number = self.n_begun if quote else 0
        if kind == "item":
            indent = "  " * min(len(self.lists), 6)
            return Line(
                kind=kind,
                text=text,
                first=f"{quote}{indent[2:]}{bullet or '  '}",
                rest=f"{quote}{indent[2:]}{' ' * max(2, len(bullet))}",
                quote=number,
            )
        before = quote + indent
        return Line(kind=kind, text=text, first=before, rest=before, quote=number)

    def _bullet(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "• "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def _picture(self, attributes: dict[str, str]) -> Iterator[Line]:
        address = attributes.get("src", "")
        words = attributes.get("alt", "").strip() or _file_name(address)
        yield self._line("picture", f"[picture: {words}]")
        if address:
            yield self._line("address", address)


def _file_name(url: str) -> str:
    try:
        return urlsplit(url).path.rsplit("/", 1)[-1] or "picture"
    except ValueError:
        return "picture"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
