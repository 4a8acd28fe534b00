"""The hubs of our own feed: named in it and in the answer's head, once others can reach it."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archive.config import Config
from archive.config.reader import load
from archive.config.settings import PublishSettings, WebSettings
from archive.errors import ConfigError
from archive.output.atom import render
from archive.output.document import facts_of, hub_urls
from archive.output.merged import publish_merged
from archive.output.series import page_facts
from archive.web.app import create
from ingest.wire.links import links
from tests.archive.store.depositing import Paper, at, open_store

HUBS = ("https://hub.example/", "https://tweede.example/?a=1&b=2")


def config_of(folder: Path) -> Config:
    return Config(
        publish=PublishSettings(dir=folder / "public", hubs=HUBS),
        web=WebSettings(public_url="https://news.example"),
    )


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    config = config_of(tmp_path)
    with open_store(tmp_path / "archive.db") as store:
        Paper(store).poll({"guid": "1", "title": "Kop", "text": "Een tekst."}, now=at(0))
        publish_merged(store, config, now=at(60))
    app = create(str(tmp_path / "archive.db"), config, clock=lambda: at(90))
    return TestClient(app, base_url="https://news.example")


def test_the_feed_names_its_hubs_and_the_address_they_know_it_by(client: TestClient) -> None:
    answer = client.get("/feed.xml")
    assert links(answer.headers, "hub", base="https://news.example/feed.xml") == HUBS
    assert links(answer.headers, "self", base="https://x.example/") == (
        "https://news.example/feed.xml",
    )
    assert '<link rel="hub" href="https://hub.example/"/>' in answer.text
    assert 'rel="hub" href="https://tweede.example/?a=1&amp;b=2"/>' in answer.text
    assert '<link rel="self" href="https://news.example/feed.xml"' in answer.text


def test_an_unchanged_feed_names_them_too(client: TestClient) -> None:
    tag = client.get("/feed.xml").headers["etag"]
    answer = client.get("/feed.xml", headers={"if-none-match": tag})
    assert answer.status_code == 304
    assert "hub" in answer.headers["link"]


def test_a_closed_page_names_none(tmp_path: Path) -> None:
    facts = facts_of(config_of(tmp_path), archive_id="0" * 32)
    assert facts.hub_urls == HUBS
    assert b"hub" in render([], feed=facts)
    assert b"hub" not in render([], feed=page_facts(facts, 1))


def test_a_feed_that_others_cannot_reach_names_none(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert hub_urls(replace(config, web=WebSettings())) == ()


def test_hubs_without_a_public_address_are_a_mistake_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[publish]\nhubs = ["https://hub.example/"]\n')
    with pytest.raises(ConfigError) as raised:
        load(path, {})
    (problem,) = raised.value.problems
    assert problem.startswith(f"{path}:2: 'hubs' in [publish] needs public_url in [web]")
    public = {"NEWSARCHIVE_WEB__PUBLIC_URL": "https://news.example/"}
    assert load(path, public).publish.hubs == ("https://hub.example/",)


def test_a_hub_that_is_no_address_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[publish]\nhubs = ["hub.example"]\n[web]\npublic_url = "https://n.example"\n')
    with pytest.raises(ConfigError):
        load(path, {})
