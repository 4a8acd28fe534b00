"""A live blog: its dated sections, out of linked data (schema.org LiveBlogPosting).

A page shows the newest of them and loads the others by script; linked data has more. All are kept as
updates. Where the page shows hardly more than its introduction, those that its text lacks are set
behind it as sections under their time; a full text is left as readers see it, or every poll of a
running blog would give another one.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from html import escape

from lxml import etree
from lxml.html import fragments_fromstring

from archive.model.stated import Update
from ingest.clean import clean_html, text_of
from ingest.dates import read_date
from ingest.page.jsonld import Node
from ingest.page.measure import count_words
from ingest.page.second import shared

MAX_UPDATES = 500
_INTRODUCTION = 250  # words: as RECORD's limit under which a feed's text is taken for a teaser
_SHOWN = 0.5  # of an update's four-word runs: then the page's text has it


def updates_of(article: Node | None, base_url: str, zone: tzinfo) -> Iterator[Update]:
    """Yield the updates of a live blog in the order stated, at most MAX_UPDATES."""
    if article is None or "LiveBlogPosting" not in article.types:
        return
    for n, node in enumerate(article.nodes("liveBlogUpdate")):
        if n >= MAX_UPDATES:
            return
        read_at = read_date(node.text("datePublished") or "", zone=zone)
        stated = node.body("articleBody") or ""
        html = clean_html(
            stated
            if "<" in stated
            else "".join(f"<p>{escape(line)}</p>" for line in stated.split("\n") if line.strip()),
            base_url,
        )
        yield Update(
            at=read_at.at if read_at else None,
            title=node.text("headline"),
            html=html,
            text=text_of(html),
        )


def add_sections(body: etree._Element, text: str, updates: Iterable[Update]) -> bool:
    """Set the updates that a short `text` lacks behind the blocks of `body`; tell whether there were any."""
    added = False
    if count_words(text) >= _INTRODUCTION:
        return added
    for update in updates:
        if not update.text or shared(update.text, text) >= _SHOWN:
            continue
        added = True
        heading = etree.SubElement(body, "h3")
        if update.at is not None:
            time = etree.SubElement(heading, "time", datetime=update.at.isoformat())
            time.text, time.tail = f"{update.at:%Y-%m-%d %H:%M}", " "
        title = update.title or ""
        if len(heading):
            heading[-1].tail = f" {title}"
        else:
            heading.text = title
        if not title and update.at is None:
            body.remove(heading)
        for block in fragments_fromstring(update.html):
            if isinstance(block, str):
                etree.SubElement(body, "p").text = block
            else:
                body.append(block)
    return added
