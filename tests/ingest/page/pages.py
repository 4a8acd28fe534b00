"""The pages that the tests of `ingest.page` read: files with their twins, and a small page to vary."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.model.site import SiteRules
from archive.model.stated import ArticlePage
from ingest.page import parse_article

FOLDER = Path(__file__).resolve().parents[2] / "data" / "pages"
FETCHED_AT = datetime.fromisoformat("2026-05-20T16:40:00+02:00")  # a Wednesday
ADDRESS = "https://kustkrant.example/binnenland/2026/brug-over-de-vaart"
TITLE = "Nieuwe brug over de vaart geopend"
PARAGRAPHS = (
    "De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste"
    " met een bakfiets vol kinderen naar de overkant reed.",
    "Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat"
    " de oever door de natte winter was weggezakt.",
    "Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat"
    " het verkeer door hun smalle straat toeneemt.",
)
TEXT = "\n".join(PARAGRAPHS)


@dataclass(frozen=True)
class Sample:
    """A page of the folder, and what its twin says of it."""

    name: str
    body: bytes
    twin: Mapping[str, Any]

    def parse(self) -> ArticlePage:
        return parse_article(
            self.body,
            self.twin["url"],
            fetched_at=FETCHED_AT,
            content_type=self.twin.get("content_type"),
        )


def samples() -> list[Sample]:
    return [
        Sample(path.stem, path.read_bytes(), json.loads(path.with_suffix(".json").read_text()))
        for path in sorted(FOLDER.glob("*.html"))
    ]


def page(
    line: str = "",
    *,
    head: str = "",
    lang: str = "nl",
    title: str = TITLE,
    paragraphs: tuple[str, ...] = PARAGRAPHS,
    before: str = "",
    inside: str = "",
    after: str = "",
) -> str:
    """A whole article page with `line` between headline and text."""
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{title} | Kustkrant</title>{head}</head><body>"
        f'<header><a href="/">Kustkrant</a></header>{before}<main><article><h1>{title}</h1>'
        f'<p class="info">{line}</p>{text}{inside}</article>{after}</main>'
        "<footer>© 2026 Kustkrant</footer></body></html>"
    )


def read(html: str | bytes, url: str = ADDRESS, rules: SiteRules | None = None) -> ArticlePage:
    body = html if isinstance(html, bytes) else html.encode()
    return parse_article(body, url, fetched_at=FETCHED_AT, rules=rules)


def runs(text: str) -> Counter[tuple[str, ...]]:
    """Return how often each run of four words stands in `text`."""
    words = re.findall(r"\w+", text)
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
