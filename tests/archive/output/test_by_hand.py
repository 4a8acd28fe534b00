"""What subscribers see of decisions by hand: never two entries of what is one, and closed pages as they were."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archive.config.settings import Config, PublishSettings
from archive.output.atom import ATOM, TOMBSTONE
from archive.output.merged import publish_merged
from archive.output.series import PAGE_PUBLICATIONS
from archive.store import Store
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import BRIDGE, FROST, story


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        yield store


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(publish=PublishSettings(dir=tmp_path / "public", domain="news.example"))


def shown(path: Path, *ids: str) -> list[tuple[str, str]]:
    """Return which of these articles a document shows, and as what: "entry" or "deleted-entry"."""
    found = []
    for element in ElementTree.parse(path).getroot():
        name = element.findtext(f"{{{ATOM}}}id") or element.get("ref") or ""
        if element.tag in (f"{{{ATOM}}}entry", f"{{{TOMBSTONE}}}deleted-entry"):
            found += [(one, element.tag.rpartition("}")[2]) for one in ids if one in name]
    return found


def test_a_merge_takes_one_entry_back_and_an_undo_brings_it_again(
    store: Store, config: Config
) -> None:
    Paper(store).poll({"guid": "brug", "title": "Brug", "text": story(BRIDGE)}, now=at(0))
    Paper(store, "omroep").poll(
        {"guid": "vorst", "title": "Vorst", "text": story(FROST)}, now=at(5)
    )
    a, b = ids_of(store, "brug", "vorst")
    path = publish_merged(store, config, now=at(6)).path
    assert shown(path, a, b) == [(b, "entry"), (a, "entry")]
    store.merge(a, b, who="marit", why=None, now=at(7))
    publish_merged(store, config, now=at(8))
    assert shown(path, a, b) == [(b, "deleted-entry"), (a, "entry")]
    store.undo(now=at(9))
    publish_merged(store, config, now=at(10))
    assert shown(path, a, b) == [(b, "entry"), (a, "entry")]


def test_a_closed_page_stays_as_it_is(store: Store, config: Config) -> None:
    paper = Paper(store)
    old = at(0) - timedelta(days=30)
    paper.poll(
        *(
            {"guid": f"{n}", "title": f"Kop {n}", "text": f"woord{n} " * 9, "date": old}
            for n in range(PAGE_PUBLICATIONS + 2)
        ),
        now=at(0),
    )
    publish_merged(store, config, now=at(1))
    page = config.publish.dir / "feed-1.xml"
    closed = page.read_bytes()
    a, b = ids_of(store, f"{PAGE_PUBLICATIONS}", f"{PAGE_PUBLICATIONS + 1}")  # the first to go out
    assert a.encode() in closed and b.encode() in closed
    store.merge(a, b, who="marit", why=None, now=at(2))
    path = publish_merged(store, config, now=at(3)).path
    assert page.read_bytes() == closed
    (tombstone,) = [one for one in shown(path, a, b) if one[1] == "deleted-entry"]
    assert tombstone[0] in (a, b)
    assert publish_merged(store, config, now=at(4)).changed is False
