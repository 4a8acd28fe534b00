"""A page's own AMP address leads to its article; an address that is another article's never does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.model.stated import ArticlePage, Claim
from archive.store import Store
from tests.archive.store.depositing import Paper, at, deposit_page, open_store
from tests.archive.store.looking import BRIDGE, FROST, count, one, story, troubles

OWN = "https://krant.example/regio/draaibrug-negen-weken-dicht"
AMP = "https://krant.example/snel-amp/4711208"
TITLE = "Draaibrug negen weken dicht"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


def page() -> ArticlePage:
    claim = Claim(field="amp_url", source="meta", stated=AMP, value=AMP)
    return ArticlePage(title=TITLE, text=story(BRIDGE), canonical_url=OWN, claims=(claim,))


def test_another_feed_that_links_to_the_amp_version_shows_the_same_article(store: Store) -> None:
    paper = Paper(store, "krant", page="always")
    paper.poll({"guid": "b1", "url": OWN, "title": TITLE, "text": "Negen weken."}, now=at(0))
    deposit_page(store, OWN, page(), at(1))
    other = Paper(store, "mobiel", url="https://krant.example/mobiel.xml")
    other.poll({"guid": "m1", "url": AMP, "title": "Brug dicht", "text": "Omrijden."}, now=at(5))
    assert count(store, "articles") == 1
    assert count(store, "sightings") == 2


def test_an_address_that_is_another_articles_joins_nothing(store: Store) -> None:
    other = Paper(store, "mobiel", url="https://krant.example/mobiel.xml")
    other.poll({"guid": "m1", "url": AMP, "title": "Vorst", "text": story(FROST)}, now=at(0))
    paper = Paper(store, "krant", page="always")
    paper.poll({"guid": "b1", "url": OWN, "title": TITLE, "text": "Negen weken."}, now=at(2))
    deposit_page(store, OWN, page(), at(3))
    assert count(store, "articles") == 2
    assert count(store, "relations") == 0
    held = "SELECT count(*) FROM url_keys WHERE key = 'krant.example/snel-amp/4711208'"
    assert one(store, held) == 1
