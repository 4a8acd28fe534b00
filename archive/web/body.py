"""Makes stored html fit for our own pages: pictures as links, since a page loads nothing from other hosts (USE, Pages);
a direction for each block in another script; wide tables that scroll by themselves; corrections that show as such.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

from archive.html import attributes_of, tags_of
from archive.output.beside import Owned
from archive.output.plain import direction, language_tag

_TAG: Final = re.compile(r"<[^>]*>")
_LINES: Final = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6"})
_WIDE: Final = '<div class="wide" role="group" aria-label="Table" tabindex="0">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A text fit for a page. `placed` are the owned changes that its blocks state, in order, `unplaced` the others."""

    html: str
    placed: tuple[Owned, ...] = ()
    unplaced: tuple[Owned, ...] = ()
    n_pictures: int = 0


def body_of(html: str, owned: Iterable[Owned] = ()) -> Body:
    """Return cleaned `html` as a page shows it; it has passed the allow-list, so its tags are well-formed.

    In the place of each picture is a link to it; inside a link, where no other may stand, the picture's words alone.
    A block that states one of `owned` is marked, and is the target of #change-1, #change-2, ...
    """
    making = _Making(html, owned={_letters(one.text): one for one in owned})
    for tag in tags_of(html):
        making.take(tag)
    making.kept.append(html[making.end :])
    return Body(
        html="".join(making.kept),
        placed=tuple(making.placed),
        unplaced=tuple(making.owned.values()),
        n_pictures=making.n_pictures,
    )


@dataclass(slots=True)
class _Making:
    """The html read so far, and what is to be put out for it."""

    html: str
    owned: dict[str, Owned]
    kept: list[str] = field(default_factory=list)
    end: int = 0
    n_links: int = 0
    n_tables: int = 0
    n_pictures: int = 0
    placed: list[Owned] = field(default_factory=list)

    def take(self, tag: re.Match[str]) -> None:
        """Put out all before a tag, and the tag itself if it is to be another one."""
        name, is_end = tag[2].lower(), bool(tag[1])
        written = tag[0]
        match name:
            case "a":
                self.n_links += -1 if is_end else 1
            case "img":
                self.n_pictures += 1
                written = _picture(attributes_of(tag[3]), is_linked=self.n_links > 0)
            case "table":
                written = self._table(tag)
            case "pre" if not is_end:
                written = _with(tag, 'tabindex="0"')
            case _ if not is_end:
                written = self._block(tag, name)
        if written != tag[0]:
            self.kept += [self.html[self.end : tag.start()], written]
            self.end = tag.end()

    def _table(self, tag: re.Match[str]) -> str:
        """Return a table's tag with a box around it that scrolls, unless it stands in another table."""
        self.n_tables += -1 if tag[1] else 1
        if tag[1]:
            return f"{tag[0]}</div>" if self.n_tables == 0 else tag[0]
        return f"{_WIDE}{tag[0]}" if self.n_tables == 1 else tag[0]

    def _block(self, tag: re.Match[str], name: str) -> str:
        added = []
        if name in _LINES and self.owned and (one := self._owned_by(tag, name)) is not None:
            self.placed.append(one)
            added += [f'class="owned {one.kind}"', f'id="change-{len(self.placed)}"']
        if "lang=" in tag[3]:
            stated = attributes_of(tag[3])
            if "lang" in stated and "dir" not in stated:
                added.append(f'dir="{direction(language_tag(stated["lang"]))}"')
        return _with(tag, *added) if added else tag[0]

    def _owned_by(self, tag: re.Match[str], name: str) -> Owned | None:
        """Return the owned change that a block states, once; None for any other block."""
        end = self.html.find(f"</{name}>", tag.end())
        words = _letters(unescape(_TAG.sub("", self.html[tag.end() : end])))
        return self.owned.pop(words, None)


def _with(tag: re.Match[str], *attributes: str) -> str:
    return f"<{tag[2]}{tag[3]} {' '.join(attributes)}>"


def _letters(text: str) -> str:
    """Return what two spellings of a line share: its text is without soft hyphens and odd spaces, its html is not."""
    return "".join(filter(str.isalnum, text)).casefold()


def _picture(attributes: dict[str, str], *, is_linked: bool) -> str:
    url = attributes.get("src", "")
    words = attributes.get("alt", "").strip() or _file_name(url)
    shown = f'<span class="picture">{escape(words)}</span>'
    return shown if is_linked or not url else f'<a href="{escape(url)}">{shown}</a>'


def _file_name(url: str) -> str:
    try:
        return urlsplit(url).path.rsplit("/", 1)[-1] or "picture"
    except ValueError:
        return "picture"
