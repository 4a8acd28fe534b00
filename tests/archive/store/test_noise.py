"""What a feed or page shows besides its words never makes a revision, nor tells subscribers anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.store.store import Store
from ingest.page.parse import parse_article
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.looking import BRIDGE, FROST, LIBRARY, count, revisions, story, troubles

URL = "https://krant.example/artikel/b1"
WORDS = story(BRIDGE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as opened:
        yield opened
        assert troubles(opened) == []


IN_FEEDS = {
    "a clock": (
        "<p>Bijgewerkt om 9:15 uur</p><p>{}</p>",
        "<p>Bijgewerkt om 11:40 uur</p><p>{}</p>",
    ),
    "how long ago": ("<p>5 minuten geleden</p><p>{}</p>", "<p>3 uur geleden</p><p>{}</p>"),
    "a counter": ("<p>{}</p><p>334 keer bekeken</p>", "<p>{}</p><p>1.334 keer bekeken</p>"),
    "comments": ("<p>{}</p><p>12 reacties</p>", "<p>{}</p><p>15 reacties</p>"),
    "white space": ("<p>{}</p>", "<div>\n  <p>\t{}&nbsp; </p>\n</div>"),
    "a banner": (
        '<p>{}</p><a href="https://ads.example/1"><img src="https://ads.example/1.gif" alt=""></a>',
        '<p>{}</p><a href="https://ads.example/2"><img src="https://ads.example/2.gif" alt=""></a>',
    ),
    "an advertisement's slot": (
        '<p>{}</p><div class="ad-slot" id="slot-1"></div>',
        '<p>{}</p><div class="ad-slot" id="slot-9"><script>show(9)</script></div>',
    ),
    "a pixel that counts": (
        '<p>{}</p><img src="https://pixel.example/p?n=1" width="1" height="1">',
        '<p>{}</p><img src="https://pixel.example/p?n=2" width="1" height="1">',
    ),
    "a tracking parameter": (
        '<p>{} <a href="https://krant.example/x?utm_source=rss">meer</a></p>',
        '<p>{} <a href="https://krant.example/x?utm_source=app&amp;fbclid=3">meer</a></p>',
    ),
}


@pytest.mark.parametrize("noise", IN_FEEDS.values(), ids=IN_FEEDS)
def test_noise_in_a_feed_makes_no_revision_and_tells_nobody(
    store: Store, noise: tuple[str, str]
) -> None:
    paper = Paper(store, "krant")
    for n_poll in range(4):
        html = noise[n_poll % 2].format(WORDS)
        poll = paper.poll({"guid": "b1", "title": "Brug dicht", "html": html}, now=at(60 * n_poll))
        assert poll.n_revised == 0
        assert len(store.settle(now=at(60 * n_poll + 30))) == (n_poll == 0)
    assert [kind for kind, _ in revisions(store)] == ["new"]
    assert count(store, "publications") == 1


PAGE = """<html><head><title>Brug dicht</title></head><body><article><h1>Brug dicht</h1>
{before}<p>{words}</p>{within}<p>{more}</p><p>{end}</p>{after}</article></body></html>"""

ON_PAGES = {
    "a clock": (
        "before",
        "<p>Laatst bijgewerkt: 9:15 uur</p>",
        "<p>Laatst bijgewerkt: 12:05 uur</p>",
    ),
    "a counter": ("after", "<p>334 keer bekeken</p>", "<p>1.334 keer bekeken</p>"),
    "an advertisement": (
        "within",
        '<div class="advertisement">Kaas in de aanbieding</div>',
        '<div class="advertisement">Win een fiets</div>',
    ),
    "white space": ("before", "", "\n\n   \n"),
}


@pytest.mark.parametrize("noise", ON_PAGES.values(), ids=ON_PAGES)
def test_noise_on_a_page_makes_no_revision_and_tells_nobody(
    store: Store, noise: tuple[str, str, str]
) -> None:
    paper = Paper(store, "krant", page="always")
    paper.poll({"guid": "b1", "title": "Brug dicht", "text": WORDS[:90]}, now=at(0))
    where, *shown = noise
    for n_look in range(4):
        parts = {"before": "", "within": "", "after": ""} | {where: shown[n_look % 2]}
        html = PAGE.format(words=WORDS, more=story(FROST), end=story(LIBRARY), **parts)
        page = parse_article(html.encode(), URL, fetched_at=at(60 * n_look))
        deposit_page(store, URL, page, at(60 * n_look + 1), body=html.encode())
        store.settle(now=at(60 * n_look + 30))
    assert [kind for kind, _ in revisions(store)] == ["new", "page"]
    assert count(store, "publications") == 1
