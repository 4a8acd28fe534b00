"""What a paper's article addresses send: the text among menu, related links, newsletter box, comments and footer.

Each paper states its facts in its own way: a visible line around the headline, JSON-LD, OpenGraph, microdata, or a
date in words. What stands around the article must not get into the archive's text; tests hold that. Pure.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape

from ingest.demo.papers import Item, Paper

WORDS_A_MINUTE = 200  # how papers count; the model page calls two minutes what has 200 to 400 words

_MICRODATA_OPENING = (
    '<article itemscope itemtype="https://schema.org/NewsArticle">\n<h1 itemprop="headline">'
)


def article_page(
    paper: Paper, item: Item, others: Sequence[Item], home: str, now: datetime
) -> bytes:
    """Return the page of `item` as it looks at `now`; `others` are what its related links lead to."""
    if item.has_wall:
        return _consent_page(paper)
    before, after = _ABOUT[paper.page](paper, item, home, now)
    paragraphs = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)
    opening = _MICRODATA_OPENING if paper.page == "microdata" else "<article>\n<h1>"
    return _whole(
        paper,
        item.title,
        f'<link rel="canonical" href="{home}{item.path}">\n{before}',
        f"{opening}{escape(item.title)}</h1>\n{after}\n"
        f'<div class="text">\n{paragraphs}\n</div>\n</article>\n{_around(paper, others, home)}',
    )


def maintenance_page(paper: Paper) -> bytes:
    """Return the page that is sent, with status 200, while the paper's feed is away."""
    return _whole(
        paper, paper.name, "", f"<h1>{escape(paper.name)}</h1><p>{escape(paper.tagline)}.</p>"
    )


def _whole(paper: Paper, title: str, head: str, body: str) -> bytes:
    menu = "".join(
        f'<li><a href="/{escape(word.lower())}">{escape(word)}</a></li>'
        for word in paper.furniture.menu
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{paper.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)} - {escape(paper.name)}</title>\n{head}\n</head>\n<body>\n"
        f"<nav><ul>{menu}</ul></nav>\n<main>\n{body}\n</main>\n"
        f"<footer><p>{escape(paper.furniture.footer)}</p></footer>\n</body>\n</html>\n"
    ).encode()


def _around(paper: Paper, others: Sequence[Item], home: str) -> str:
    """Return what follows the article: comments, related links, the newsletter box."""
    furniture = paper.furniture
    comments = "".join(
        f'<li class="comment"><b>{escape(who)}</b> <p>{escape(said)}</p></li>'
        for who, said in furniture.comments
    )
    links = "".join(f'<li><a href="{home}{o.path}">{escape(o.title)}</a></li>' for o in others)
    return (
        (
            f'<section id="reacties" class="comments"><h2>Reacties</h2><ol>{comments}</ol></section>\n'
            if comments
            else ""
        )
        + f'<aside class="related"><h2>{escape(furniture.related)}</h2><ul>{links}</ul></aside>\n'
        + f'<section class="newsletter"><p>{escape(furniture.newsletter)}</p>'
        '<form action="/newsletter" method="post"><input type="email" name="address"></form></section>'
    )


def _consent_page(paper: Paper) -> bytes:
    return _whole(
        paper,
        paper.name,
        "",
        f'<div class="consent-wall"><h2>{escape(paper.name)}</h2><p>{escape(paper.furniture.consent)}</p>'
        "<button>OK</button></div>",
    )


# ---- how a paper states its facts: (in the head, under the headline) ----------------------------


def _header_line(paper: Paper, item: Item, home: str, now: datetime) -> tuple[str, str]:
    n_words = sum(len(paragraph.split()) for paragraph in item.paragraphs)
    minutes = -(-n_words // WORDS_A_MINUTE)
    n_days = (paper.day(now) - paper.day(item.published_at)).days
    views = f"{item.views or 0:,}".replace(",", ".")
    line = [
        item.section,
        ("Vandaag", "Gisteren", "Eergisteren")[n_days],
        f"leestijd {minutes} {'minuut' if minutes == 1 else 'minuten'}",
        f"{views} keer bekeken",
        "bewaren",
    ]
    parts = " • ".join(f"<span>{escape(part)}</span>" for part in line)
    return (
        "",
        f'<p class="article-meta">{parts}</p>\n<p class="byline">Door {escape(item.author)}</p>',
    )


def _json_ld(paper: Paper, item: Item, home: str, now: datetime) -> tuple[str, str]:
    node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.title,
        "url": home + item.path,
        "datePublished": item.published_at.astimezone(paper.zone).isoformat(),
        "dateModified": item.updated_at.astimezone(paper.zone).isoformat(),
        "author": [{"@type": "Person", "name": item.author}],
        "articleSection": item.section,
        "inLanguage": paper.language,
        "publisher": {"@type": "Organization", "name": paper.name},
    }
    text = json.dumps(node, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>', ""


def _opengraph(paper: Paper, item: Item, home: str, now: datetime) -> tuple[str, str]:
    stated = {
        "og:type": "article",
        "og:title": item.title,
        "og:site_name": paper.name,
        "og:url": home + item.path,
        "article:published_time": item.published_at.astimezone(paper.zone).isoformat(),
        "article:section": item.section,
    }
    head = [f'<meta property="{name}" content="{escape(value)}">' for name, value in stated.items()]
    head.append(f'<meta name="author" content="{escape(item.author)}">')
    return "\n".join(head), ""


def _microdata(paper: Paper, item: Item, home: str, now: datetime) -> tuple[str, str]:
    instant = item.published_at.astimezone(paper.zone)
    return "", (
        f'<div class="infos"><span>{escape(item.section)}</span> · '
        f'<span>Par <span itemprop="author">{escape(item.author)}</span></span> · '
        f'<time itemprop="datePublished" datetime="{instant.isoformat()}">{instant:%d/%m/%Y %Hh%M}</time></div>'
    )


def _plain(paper: Paper, item: Item, home: str, now: datetime) -> tuple[str, str]:
    instant = item.published_at.astimezone(paper.zone)
    if paper.language == "ja":
        said = f"{instant.year}年{instant.month}月{instant.day}日 {instant:%H:%M} {item.author}"
    else:
        said = f"{item.author}, {instant:%d-%m-%Y %H:%M}"
    return "", f'<p class="date">{escape(said)}</p>'


_ABOUT = {
    "header-line": _header_line,
    "json-ld": _json_ld,
    "opengraph": _opengraph,
    "microdata": _microdata,
    "plain": _plain,
}
