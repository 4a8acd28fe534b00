"""A period's articles for reading, as Markdown or as one page of HTML. Pure: values in, lines out.

Every stored text is escaped, so that it marks nothing up, and only web addresses become links. Called by `digest`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Final

from archive.terminal import printable

if TYPE_CHECKING:
    from archive.model.found import Hit, Snippet

_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

NO_HEADLINE: Final = "(no headline)"

Told = Callable[[datetime], str]
"""Puts an instant in people's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Articles under one heading: a feed's, or those of a saved search."""

    title: str
    hits: "tuple[Hit, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What is read: the articles of a period, in sections; `query` is what narrowed them, "" for nothing."""

    since: datetime
    until: datetime
    query: str
    n_articles: int
    sections: tuple[Section, ...]


def by_feed(hits: "Sequence[Hit]") -> tuple[Section, ...]:
    """Return hits by the feed that showed them first, the fullest section first."""
    held: dict[str, list[Hit]] = {}
    for hit in hits:
        held.setdefault(hit.feed_title or hit.feed, []).append(hit)
    ordered = sorted(held.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(Section(title=title, hits=tuple(some)) for title, some in ordered)


def _heading(digest: Digest, told: Told) -> str:
    return f"News, {told(digest.since)} to {told(digest.until)}"


def _facts(hit: "Hit", told: Told) -> list[str]:
    facts = [told(hit.effective_at)]
    facts += [f"{hit.reading_minutes} min"] if hit.reading_minutes else []
    facts += [f"seen {hit.n_sightings} times"] if hit.n_sightings > 1 else []
    facts += ["edited"] if hit.n_revisions > 1 else []
    return facts


def _plain(snippet: "Snippet") -> str:
    return printable("".join(text for text, _ in snippet.parts)).strip()


# -- Markdown --------------------------------------------------------------------------------


def markdown(digest: Digest, *, told: Told, leads: bool) -> Iterator[str]:
    """Yield the lines of a digest as CommonMark; without `leads` headlines only."""
    yield f"# {_heading(digest, told)}"
    yield ""
    if digest.query:
        yield f"{digest.n_articles} articles that match {escaped(digest.query)}"
        yield ""
    for section in digest.sections:
        yield f"## {escaped(section.title)} ({len(section.hits)})"
        yield ""
        for hit in section.hits:
            title, url = escaped(_plain(hit.title)) or NO_HEADLINE, address(hit.url)
            link = f"[{title}](<{url}>)" if url else title
            yield f"- {link} · {' · '.join(_facts(hit, told))} · `{hit.id}`"
            if leads and (lead := escaped(_plain(hit.snippet))):
                yield f"  {lead}"
        yield ""


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _MARKS.sub(r"\\\1", printable(text).strip())


def address(url: str | None) -> str:
    """Return a web address that may stand between < and > in a link; "" for what is none."""
    shown = printable(url or "").strip()
    if not shown.lower().startswith(("http://", "https://")):
        return ""
    return shown.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C").replace(" ", "%20")


# -- HTML ------------------------------------------------------------------------------------

STYLE: Final = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:66ch;margin:2rem auto;"
    "padding:0 1rem}article{margin:0 0 1.25rem}h3{font-size:1.05rem;margin:0}p{margin:.15rem 0}"
    ".facts{opacity:.75;font-size:.875rem}mark{background:none;color:inherit;font-weight:700}"
)
"""No file, font or script is asked for from anywhere: the page reads the same in a mail and without a network."""


def html(digest: Digest, *, told: Told, leads: bool) -> Iterator[str]:
    """Yield the lines of a digest as an HTML document of its own; headlines in their language, either direction."""
    heading = escape(_heading(digest, told))
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{heading}</title><style>{STYLE}</style></head>"
    yield f"<body><main><h1>{heading}</h1>"
    if digest.query:
        yield f"<p>{digest.n_articles} articles that match <q>{escape(printable(digest.query))}</q></p>"
    for section in digest.sections:
        title = escape(printable(section.title))
        yield f'<section><h2 dir="auto">{title} ({len(section.hits)})</h2>'
        for hit in section.hits:
            yield from _article(hit, told, leads=leads)
        yield "</section>"
    yield "</main></body></html>"


def _article(hit: "Hit", told: Told, *, leads: bool) -> Iterator[str]:
    language = hit.language or ""
    lang = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    title, url = _marked(hit.title) or NO_HEADLINE, address(hit.url)
    head = f'<a href="{escape(url)}" rel="noreferrer">{title}</a>' if url else title
    yield f'<article{lang}><h3 dir="auto">{head}</h3>'
    facts = escape(" · ".join((*_facts(hit, told), hit.id)))
    yield f'<p class="facts" lang="en">{facts}</p>'
    if leads and (lead := _marked(hit.snippet)):
        yield f'<p dir="auto">{lead}</p>'
    yield "</article>"


def _marked(snippet: "Snippet") -> str:
    parts = ((escape(printable(text)), is_marked) for text, is_marked in snippet.parts)
    return "".join(
        f"<mark>{text}</mark>" if is_marked else text for text, is_marked in parts
    ).strip()
