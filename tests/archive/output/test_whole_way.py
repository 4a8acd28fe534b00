"""From a feed's bytes to the published document: real polls, one archive, the file as readers get it."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archive.config.settings import Config, PublishSettings
from archive.errors import QueryError
from archive.output.atom import ATOM
from archive.output.merged import publish_merged
from archive.output.publish import PublishResult
from archive.store import Store
from archive.store.saved import save_search
from archive.store.subscriptions import Subscription
from ingest.demo.atomcheck import faults_of
from tests.archive.store.depositing import Paper, at, open_store

A = f"{{{ATOM}}}"
LONG = "De raad stemde dinsdag in met het plan voor de haven. " * 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(publish=PublishSettings(dir=tmp_path / "public", domain="news.example"))


def published(
    store: Store, config: Config, minute: float
) -> tuple[PublishResult, list[ElementTree.Element]]:
    result = publish_merged(store, config, now=at(minute))
    assert faults_of(result.path.read_bytes()) == ()
    return result, ElementTree.parse(result.path).getroot().findall(f"{A}entry")


def test_articles_of_two_papers_come_out_in_one_valid_feed(tmp_path: Path, config: Config) -> None:
    with open_store(tmp_path / "archive.db") as store:
        krant, blad = Paper(store, "krant"), Paper(store, "blad")
        krant.poll({"guid": "1", "title": "Haven & <b>raad</b>", "text": LONG}, now=at(0))
        blad.poll({"guid": "9", "title": "Het weer", "text": "Regen in het westen."}, now=at(1))
        _, entries = published(store, config, 2)
        assert [entry.findtext(f"{A}title") for entry in entries] == [
            "Het weer",
            "Haven &amp; raad",
        ]


def test_a_poll_that_brings_nothing_new_leaves_the_file_alone(
    tmp_path: Path, config: Config
) -> None:
    item = {"guid": "1", "title": "Haven", "text": LONG}
    with open_store(tmp_path / "archive.db") as store:
        krant = Paper(store)
        krant.poll(item, now=at(0))
        assert published(store, config, 1)[0].changed
        krant.poll(item, now=at(30))
        krant.poll_unchanged(now=at(60))
        assert not published(store, config, 61)[0].changed


def test_an_edit_comes_out_under_the_same_id_with_a_later_updated(
    tmp_path: Path, config: Config
) -> None:
    with open_store(tmp_path / "archive.db") as store:
        krant = Paper(store)
        krant.poll({"guid": "1", "title": "Raad voor plan", "text": LONG}, now=at(0))
        (before,) = published(store, config, 1)[1]
        edited = LONG.replace("stemde dinsdag in met", "verwierp na een lange nacht alsnog")
        krant.poll({"guid": "1", "title": "Raad tegen plan", "text": edited}, now=at(30))
        (after,) = published(store, config, 31)[1]
        assert before.findtext(f"{A}id") == after.findtext(f"{A}id")
        assert before.findtext(f"{A}updated") == "2026-11-24T08:01:00Z"
        assert after.findtext(f"{A}updated") == "2026-11-24T08:31:00Z"
        assert "verwierp" in (after.findtext(f"{A}content") or "")


def test_nasty_feeds_make_no_bad_document(tmp_path: Path, config: Config) -> None:
    with open_store(tmp_path / "archive.db") as store:
        Paper(store).poll(
            {
                "guid": "1",
                "title": "<script>alert(1)</script>",
                "html": "<script>kwaad()</script>tekst",
            },
            {"guid": "2", "title": "", "text": "]]> & <p>", "url": None},
            {"guid": "3", "title": "A" * 5_000, "html": '<a href="javascript:x" onclick="y">a</a>'},
            {
                "guid": "4",
                "title": "&#0;&amp;lt;i&amp;gt;",
                "html": "<svg><a href=x><style>*{}</style>",
            },
            {
                "guid": "5",
                "title": "\u202eomgekeerd\u202c",
                "enclosure": "javascript:x",
                "tags": ("<", ""),
            },
            {
                "guid": "6",
                "title": "beeld",
                "html": '<img src="/b.jpg" width="9"><iframe src="//v.example/">',
            },
            now=at(0),
        )
        result, entries = published(store, config, 1)
        assert len(entries) == 6
        text = result.path.read_text(encoding="utf-8")
        for bad in ("kwaad()", "javascript:", "onclick", "iframe", "&lt;style"):
            assert bad not in text


def test_a_private_feed_is_in_no_file(tmp_path: Path, config: Config) -> None:
    with open_store(tmp_path / "archive.db") as store:
        Paper(store, "open").poll({"guid": "1", "title": "Open", "text": LONG}, now=at(0))
        secret = Paper(
            store, "geheim", url="https://geheim.example/feed?token=CANARY", is_private=True
        )
        store.change_feed(secret.feed.id, Subscription(url=secret.url, publishes=False))
        secret.poll(
            {"guid": "CANARY", "title": "CANARY", "text": "CANARY tekst"},
            {
                "guid": "2",
                "title": "Open",
                "text": LONG,
                "url": "https://open.example/artikel/1?k=CANARY",
            },
            now=at(1),
        )
        published(store, config, 2)
        for path in config.publish.dir.iterdir():
            assert b"CANARY" not in path.read_bytes()
            assert b"geheim" not in path.read_bytes()


def test_the_policy_of_the_settings_is_the_feeds(tmp_path: Path, config: Config) -> None:
    config = replace(config, publish=replace(config.publish, updated="new"))
    with open_store(tmp_path / "archive.db") as store:
        krant = Paper(store)
        krant.poll({"guid": "1", "title": "Raad voor plan", "text": LONG}, now=at(0))
        published(store, config, 1)
        krant.poll({"guid": "1", "title": "Anders", "text": "Iets heel anders. " * 30}, now=at(30))
        (entry,) = published(store, config, 31)[1]
        assert entry.findtext(f"{A}updated") == "2026-11-24T08:01:00Z"


def test_a_query_says_which_articles_the_feed_carries(tmp_path: Path, config: Config) -> None:
    config = replace(config, publish=replace(config.publish, query="haven -feed:blad"))
    with open_store(tmp_path / "archive.db") as store:
        krant, blad = Paper(store, "krant"), Paper(store, "blad")
        krant.poll(
            {"guid": "1", "title": "De haven", "text": LONG},
            {"guid": "2", "title": "Het weer", "text": "Regen in het westen.", "date": at(-9_000)},
            now=at(0),
        )
        blad.poll({"guid": "3", "title": "Haven", "text": "Iets anders."}, now=at(1))
        (entry,) = published(store, config, 2)[1]
        assert entry.findtext(f"{A}title") == "De haven"


def test_the_feed_may_carry_what_a_saved_search_finds(tmp_path: Path, config: Config) -> None:
    config = replace(config, publish=replace(config.publish, query="saved:haven"))
    with open_store(tmp_path / "archive.db") as store:
        save_search(store, "haven", "title:haven", now=at(0))
        Paper(store).poll(
            {"guid": "1", "title": "De haven", "text": LONG},
            {"guid": "2", "title": "Het weer", "text": "Regen in het westen.", "date": at(-9_000)},
            now=at(0),
        )
        (entry,) = published(store, config, 2)[1]
        assert entry.findtext(f"{A}title") == "De haven"


def test_a_query_that_is_none_is_told(tmp_path: Path, config: Config) -> None:
    config = replace(config, publish=replace(config.publish, query="fed:krant"))
    with open_store(tmp_path / "archive.db") as store, pytest.raises(QueryError):
        publish_merged(store, config, now=at(0))
