"""A live blog's updates in the record: listed by linked data, and set as dated sections in the text.

A page shows the newest of them and loads the others by script; linked data (schema.org
LiveBlogPosting) has more. All are kept as updates. Those that the text has begin with their time
there. Those that it lacks are set behind it where the page shows them, or shows hardly more than its
introduction; else a text is left as readers see it, or every poll of a running blog would give
another one.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, time, tzinfo
from html import escape

from lxml import etree
from lxml.html import fragments_fromstring

from archive.model.stated import Update
from ingest.clean import clean_html, text_of
from ingest.page.dating import instant_of
from ingest.page.jsonld import Node
from ingest.page.measure import count_words
from ingest.page.second import runs_of, shared_runs
from ingest.page.text import block_text
from ingest.page.tree import letters

MAX_UPDATES = 500
_INTRODUCTION = 250  # words: as RECORD's limit under which a feed's text is taken for a teaser
_SHOWN = 0.5  # of an update's four-word runs: then the page's text has it
_OPENING = 60  # letters that tell where an update begins
_CLOCK_WORDS = 8  # of a line before an update that is its time, and a name or place with it
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")


def updates_of(article: Node | None, base_url: str, zone: tzinfo) -> Iterator[Update]:
    """Yield the updates of a live blog in the order stated, at most MAX_UPDATES."""
    if article is None or "LiveBlogPosting" not in article.types:
        return
    for n, node in enumerate(article.nodes("liveBlogUpdate")):
        if n >= MAX_UPDATES:
            return
        stated = node.body("articleBody") or ""
        html = clean_html(
            stated
            if "<" in stated
            else "".join(f"<p>{escape(line)}</p>" for line in stated.split("\n") if line.strip()),
            base_url,
        )
        yield Update(
            at=instant_of(node.text("datePublished") or "", zone),
            title=node.text("headline"),
            html=html,
            text=text_of(html),
        )


def set_sections(
    body: etree._Element, text: str, updates: Sequence[Update], *, all_shown: bool
) -> bool:
    """Date the updates that `body` has, and add those it lacks; tell whether anything changed.

    `all_shown`: the page shows these updates to its readers, so that the text is to have them all.
    """
    runs = runs_of(text)
    lacking, has_changed = list[Update](), False
    blocks = [(block, letters(block_text(block))) for block in _within(body)]
    for update in updates:
        if update.text and shared_runs(update.text, runs) < _SHOWN:
            lacking.append(update)
        elif update.text and update.at is not None:
            has_changed |= _date_block(blocks, update)
    if all_shown or count_words(text) < _INTRODUCTION:
        for update in lacking:
            _append(body, update)
        has_changed |= bool(lacking)
    return has_changed


def _within(body: etree._Element) -> Iterator[etree._Element]:
    """Yield the blocks of a body, for a list its items and their headings."""
    for block in body:
        if block.tag in ("ul", "ol"):
            yield from block.iter(*_HEADINGS, "li")
        else:
            yield block


def _date_block(blocks: Sequence[tuple[etree._Element, str]], update: Update) -> bool:
    """Set an update's time before its headline, or before its first words; not where one stands.

    `blocks` are those of the body with their letters.
    """
    title, opening = letters(update.title or ""), letters(update.text)[:_OPENING]
    for block, said in blocks:
        is_headline = bool(title) and block.tag in _HEADINGS and said.endswith(title)
        if not is_headline and not said.startswith(opening):
            continue
        before = block.getprevious()
        if before is not None and _is_clock(block_text(before)):
            return False
        heading = block
        if not is_headline and block.tag == "li":
            heading.text = " ".join(filter(None, (update.title, block.text)))
        elif not is_headline:
            heading = etree.Element("h3")
            heading.text = update.title
            block.addprevious(heading)
        _stamp(heading, update)
        return True
    return False


def _is_clock(words: str) -> bool:
    return len(words.split()) <= _CLOCK_WORDS and bool(_CLOCK.search(words))


def _append(body: etree._Element, update: Update) -> None:
    """Set an update behind the blocks of `body`, under its time and headline."""
    if update.at is not None or update.title:
        heading = etree.SubElement(body, "h3")
        heading.text = update.title
        _stamp(heading, update)
    for block in fragments_fromstring(update.html):
        if isinstance(block, str):
            etree.SubElement(body, "p").text = block
        else:
            body.append(block)


def _stamp(heading: etree._Element, update: Update) -> None:
    """Set an update's time at the head of its heading; a date without a time stands alone."""
    if update.at is None:
        return
    is_day = update.at.timetz() == time(0, 0, tzinfo=UTC)
    clock = etree.Element("time", datetime=update.at.isoformat())
    clock.text = f"{update.at:%Y-%m-%d}" if is_day else f"{update.at:%Y-%m-%d %H:%M}"
    clock.tail, heading.text = f" {heading.text or ''}", None
    heading.insert(0, clock)
