"""What a paper's feed address sends: RSS 2.0, RSS 1.0, Atom 1.0 or JSON Feed 1.1, and the two broken ones.

Pure: a paper, a round and its own address give bytes. Called by `ingest.demo.server`.
"""

import json
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from ingest.demo.papers import Item, Paper

MEDIA_TYPES = {
    "rss20": "application/rss+xml; charset=utf-8",
    "rss10": "application/rdf+xml; charset=utf-8",
    "atom10": "application/atom+xml; charset=utf-8",
    "json11": "application/feed+json",
}

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def feed_document(paper: Paper, round_: int, home: str) -> bytes:
    """Return the feed as it stands in `round_`; `home` is the paper's address without a slash at its end."""
    write = {"rss20": _rss20, "rss10": _rss10, "atom10": _atom10, "json11": _json11}[paper.format]
    document = write(paper, paper.items(round_), home)
    if paper.fault == "broken":
        document = _cut(document) if round_ == 1 else _crossed(document)
    return document.encode()


def key_of(item: Item, home: str) -> str:
    """Return what names the item in its feed: the guid it states, else its link."""
    return item.guid or home + item.path


def _html(item: Item) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)


def _rss20(paper: Paper, items: tuple[Item, ...], home: str) -> str:
    blocks = [_rss20_item(paper, item, home) for item in items]
    return (
        f'{_DECLARATION}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        f"<title>{escape(paper.name)}</title>\n<link>{home}/</link>\n"
        f"<description>{escape(paper.tagline)}</description>\n<language>{paper.language}</language>\n"
        + "".join(blocks)
        + "</channel>\n</rss>\n"
    )


def _rss20_item(paper: Paper, item: Item, home: str) -> str:
    lines = [
        f"<title>{escape(item.title)}</title>",
        f"<link>{home}{item.path}</link>",
        f'<guid isPermaLink="false">{escape(item.guid)}</guid>' if item.guid else "",
        f"<dc:creator>{escape(item.author)}</dc:creator>",
        f"<description>{escape(item.paragraphs[0])}</description>",
        f"<content:encoded><![CDATA[{_html(item)}]]></content:encoded>"
        if paper.gives == "text"
        else "",
        f"<pubDate>{format_datetime(item.published_at.astimezone(paper.zone))}</pubDate>",
        f"<category>{escape(item.section)}</category>",
    ]
    return "<item>\n" + "".join(f"{line}\n" for line in lines if line) + "</item>\n"


def _rss10(paper: Paper, items: tuple[Item, ...], home: str) -> str:
    links = [home + item.path for item in items]
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(link)}/>" for link in links)
    blocks = "".join(
        f"<item rdf:about={quoteattr(link)}>\n<title>{escape(item.title)}</title>\n<link>{link}</link>\n"
        f"<description>{escape(item.paragraphs[0])}</description>\n<dc:creator>{escape(item.author)}</dc:creator>\n"
        f"<dc:subject>{escape(item.section)}</dc:subject>\n<dc:date>{_local(paper, item.published_at)}</dc:date>\n"
        "</item>\n"
        for link, item in zip(links, items, strict=True)
    )
    return (
        f'{_DECLARATION}<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"<channel rdf:about={quoteattr(home + paper.feed_path)}>\n<title>{escape(paper.name)}</title>\n"
        f"<link>{home}/</link>\n<description>{escape(paper.tagline)}</description>\n"
        f"<dc:language>{paper.language}</dc:language>\n<items><rdf:Seq>{listed}</rdf:Seq></items>\n</channel>\n"
        f"{blocks}</rdf:RDF>\n"
    )


def _atom10(paper: Paper, items: tuple[Item, ...], home: str) -> str:
    own = quoteattr(home + paper.feed_path)
    newest = max(item.updated_at for item in items)
    entries = "".join(
        f"<entry>\n<id>{escape(key_of(item, home))}</id>\n<title>{escape(item.title)}</title>\n"
        f"<link rel={quoteattr('alternate')} href={quoteattr(home + item.path)}/>\n"
        f"<author><name>{escape(item.author)}</name></author>\n<category term={quoteattr(item.section)}/>\n"
        f"<published>{_local(paper, item.published_at)}</published>\n"
        f"<updated>{_local(paper, item.updated_at)}</updated>\n"
        f'<content type="html">{escape(_html(item))}</content>\n</entry>\n'
        for item in items
    )
    return (
        f'{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{paper.language}">\n'
        f"<id>{home}/</id>\n<title>{escape(paper.name)}</title>\n<subtitle>{escape(paper.tagline)}</subtitle>\n"
        f'<link rel="self" href={own}/>\n<link rel="alternate" href="{home}/"/>\n'
        f"<updated>{_local(paper, newest)}</updated>\n{entries}</feed>\n"
    )


def _json11(paper: Paper, items: tuple[Item, ...], home: str) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": paper.name,
        "description": paper.tagline,
        "home_page_url": f"{home}/",
        "feed_url": home + paper.feed_path,
        "language": paper.language,
        "items": [
            {
                "id": key_of(item, home),
                "url": home + item.path,
                "title": item.title,
                "content_html": _html(item),
                "date_published": _local(paper, item.published_at),
                "authors": [{"name": item.author}],
                "tags": [item.section],
            }
            for item in items
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _local(paper: Paper, instant: datetime) -> str:
    return instant.astimezone(paper.zone).isoformat()


# ---- faults -------------------------------------------------------------------------------------


def _cut(document: str) -> str:
    """Return the document as a connection that breaks leaves it: in the middle of its last item's last element."""
    start = "<category>"
    return document[: document.rindex(start) + len(start) + 2]


def _crossed(document: str) -> str:
    """Return the document as a careless program writes it: two tags closed crosswise, and a bare ampersand."""
    end = "</category>"
    head, _, rest = document.partition(end)
    return f"{head}{end}\n<source>Kanaal & <b>kade</source></b>{rest}"
