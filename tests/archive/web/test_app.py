import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from archive.config.settings import Config, PublishSettings, WebSettings
from archive.output.merged import publish_merged
from archive.store.subscriptions import Subscription
from archive.web.app import create
from tests.archive.store.depositing import Paper, at, open_store

LONG = "De raad stemde dinsdag in met het plan voor de haven.\n" * 8
EDITED = LONG.replace("stemde dinsdag in met", "verwierp na een lange nacht alsnog")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with an edited article, a foreign one, a private one, and a published feed."""
    folder = tmp_path_factory.mktemp("archive")
    with open_store(folder / "archive.db") as store:
        krant, asahi = Paper(store, "krant"), Paper(store, "asahi", language="ja")
        secret = Paper(store, "geheim", is_private=True)
        store.change_feed(secret.feed.id, Subscription(url=secret.url, publishes=False))
        haven = {
            "guid": "1",
            "title": "Raad stemt <i>voor</i> havenplan",
            "text": LONG,
            "author": "Marit Vos",
        }
        krant.poll(haven, now=at(0))
        secret.poll({"guid": "7", "title": "CANARY geheim havenplan", "text": "CANARY"}, now=at(1))
        asahi.poll(
            {"guid": "2", "title": "東京都知事選、投票始まる", "text": "有権者は投票を始めた。"},
            now=at(2),
        )
        krant.poll(haven | {"title": "Raad stemt tegen havenplan", "text": EDITED}, now=at(30))
        publish_merged(store, config_of(folder), now=at(60))
    return folder


def config_of(folder: Path) -> Config:
    return Config(
        publish=PublishSettings(dir=folder / "public", title="Alle kranten"),
        web=WebSettings(public_url="https://news.example/"),
    )


def client_of(folder: Path, config: Config | None = None) -> TestClient:
    app = create(
        str(folder / "archive.db"),
        config or config_of(folder),
        zone=ZoneInfo("Europe/Amsterdam"),
        clock=lambda: at(90),
    )
    return TestClient(app, base_url="https://news.example", raise_server_exceptions=False)


@pytest.fixture
def web(folder: Path) -> Iterator[TestClient]:
    with client_of(folder) as client:
        yield client


def id_of(web: TestClient, words: str) -> str:
    found = re.search(r'<h2><a href="/article/([a-z2-7]+)">[^<]*' + words, web.get("/").text)
    assert found is not None
    return found[1]


class Outline(HTMLParser):
    """Elements that are open at the wrong place, ids that stand twice, addresses of other hosts that are loaded."""

    VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "wbr"])

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.h1 = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.h1 += tag == "h1"
        if tag not in self.VOID:
            self.open.append(tag)
        if (name := held.get("id")) is not None:
            self.faults += [f"id {name} twice"] if name in self.ids else []
            self.ids.add(name)
        for attribute in held:
            if attribute.startswith("on") or attribute == "style":
                self.faults.append(f"{attribute} on {tag}")
        loads = held.get("src") or (
            held.get("href") if tag == "link" and held.get("rel") == "stylesheet" else None
        )
        if loads and not loads.startswith("/"):
            self.faults.append(f"{tag} loads {loads}")
        if tag in ("script", "iframe", "img"):
            self.faults.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


PAGES = (
    "/",
    "/search",
    "/search?q=haven",
    "/search?q=nergensgenoemd",
    "/search?q=fed:krant",
    "/search?q=%22%22",
    "/search?page=kapot",
    "/feeds",
    "/subscribe",
    "/nope",
    "/article/zzzz",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_html_that_loads_nothing_from_elsewhere(
    web: TestClient, path: str
) -> None:
    answer = web.get(path)
    assert answer.status_code in (200, 400, 404)
    outline = Outline()
    outline.feed(answer.text)
    assert outline.faults == []
    assert outline.open == []
    assert outline.h1 == 1
    assert len(answer.content) < 30_000
    assert "set-cookie" not in answer.headers
    assert "Traceback" not in answer.text


def test_the_newest_are_grouped_by_day_in_the_readers_zone(web: TestClient) -> None:
    text = web.get("/").text
    assert "Today" in text
    assert '<time datetime="2026-11-24T08:02:00Z">09:02</time>' in text
    assert text.index("東京都知事選") < text.index("tegen havenplan")


def test_each_hit_has_its_language_and_direction(web: TestClient) -> None:
    assert re.search(r'<article class="hit" lang="ja" dir="ltr">', web.get("/").text)


def test_an_article_shows_text_places_and_revisions(web: TestClient) -> None:
    text = web.get(f"/article/{id_of(web, 'Raad')}").text
    assert '<h1 lang="nl" dir="ltr">Raad stemt tegen havenplan</h1>' in text
    assert "Marit Vos" in text
    assert "verwierp na een lange nacht" in text
    assert "Edited once since we first saw it." in text
    assert 'href="https://krant.example/artikel/1"' in text
    assert "what changed" in text


def test_a_title_is_text_wherever_it_stands(web: TestClient) -> None:
    assert "<i>" not in web.get(f"/article/{id_of(web, 'Raad')}").text


def test_a_diff_shows_words_that_went_and_came(web: TestClient) -> None:
    text = web.get(f"/article/{id_of(web, 'Raad')}/diff").text
    assert "<del>stemde dinsdag in met</del>" in text
    assert "<ins>verwierp na een lange nacht alsnog</ins>" in text
    assert "words changed, and the headline." in text
    same = web.get(f"/article/{id_of(web, 'Raad')}/diff?a=2&b=2").text
    assert "No word changed." in same
    assert web.get(f"/article/{id_of(web, 'Raad')}/diff?a=9").status_code == 404


def test_search_marks_what_it_found_and_says_how_much(web: TestClient) -> None:
    text = web.get("/search", params={"q": "havenplan"}).text
    assert "<mark>havenplan</mark>" in text
    assert re.search(r"1 found.*, in \d+ ms\.", text)
    assert "newsarchive search havenplan" in text


def test_a_query_that_is_none_is_told_with_a_caret(web: TestClient) -> None:
    answer = web.get("/search", params={"q": "fed:krant haven"})
    assert answer.status_code == 200
    assert "<strong>fed</strong>" in answer.text
    assert "^^^" in answer.text


def test_what_a_query_holds_is_escaped(web: TestClient) -> None:
    for q in ('"><script>alert(1)</script>', "'; rm -rf /", "{{ 7 * 7 }}"):
        text = web.get("/search", params={"q": q}).text
        assert "<script>" not in text
        assert "49" not in text


def test_nothing_of_a_private_feed_is_on_any_page(web: TestClient) -> None:
    for path in (*PAGES, "/feed.xml", "/search?q=havenplan"):
        text = web.get(path).text
        assert "CANARY" not in text
        assert "geheim" not in text.lower()
    for path in ("/search?q=canary", "/search?q=feed:geheim"):
        assert "/article/" not in web.get(path).text


def test_a_reader_with_the_token_sees_private_feeds(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc")
    config = config_of(folder)
    config = replace(config, web=replace(config.web, token_file=tmp_path / "token"))
    with client_of(folder, config) as web:
        assert web.get("/").status_code == 401
        assert "CANARY" in web.get("/", headers={"authorization": "Bearer abc"}).text


def test_the_feed_is_the_published_file(web: TestClient, folder: Path) -> None:
    answer = web.get("/feed.xml")
    assert answer.content == (folder / "public" / "feed.xml").read_bytes()
    assert answer.headers["content-type"].startswith("application/atom+xml")
    known = web.get("/feed.xml", headers={"if-none-match": answer.headers["etag"]})
    assert known.status_code == 304
    assert web.get("/feed.css").headers["content-type"].startswith("text/css")


def test_a_page_that_is_still_open_leads_to_the_document(web: TestClient) -> None:
    answer = web.get("/feed-1.xml", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/feed.xml")
    assert web.get("/feed-7.xml").status_code == 404
    assert web.get("/feed-01.xml").status_code == 404


def test_health_is_told_in_a_word(web: TestClient) -> None:
    assert web.get("/livez").text == "alive\n"
    assert web.get("/readyz").text == "ready\n"


def test_without_an_archive_pages_say_so_and_the_process_lives(tmp_path: Path) -> None:
    with client_of(tmp_path) as web:
        answer = web.get("/")
        assert answer.status_code == 503
        assert "newsarchive init" in answer.text
        assert web.get("/readyz").status_code == 503
        assert web.get("/livez").status_code == 200
        assert web.get("/feed.xml").status_code == 404


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    with open_store(tmp_path / "archive.db"):
        pass
    with client_of(tmp_path) as web:
        assert "newsarchive feeds add" in web.get("/").text
        assert "newsarchive feeds add" in web.get("/feeds").text


def test_pages_are_answered_by_get_alone(web: TestClient) -> None:
    assert web.post("/search").status_code == 405
    head, get = web.head("/"), web.get("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_a_failure_that_nobody_foresaw_is_a_page_without_its_cause(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archive.web.pages import Pages

    def broken(*_: object) -> str:
        raise RuntimeError("SECRET")

    monkeypatch.setattr(Pages, "feeds", broken)
    with client_of(folder) as web:
        answer = web.get("/feeds")
        assert answer.status_code == 500
        assert "SECRET" not in answer.text
        assert answer.headers["content-security-policy"]


def test_an_archive_that_is_held_is_not_the_readers_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.sqlite.BUSY_S", 0.01)
    open_store(tmp_path / "archive.db").close()
    db = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("BEGIN EXCLUSIVE")
    with client_of(tmp_path) as web:
        answer = web.get("/")
        assert answer.status_code == 503
        assert "try again in a moment" in answer.text
        db.close()
        assert web.get("/").status_code == 200


def test_a_day_without_an_hour_is_shown_as_a_day(tmp_path: Path) -> None:
    items = "".join(
        f"<item><guid>{n}</guid><title>Brug {n}</title><dc:date>{date}</dc:date></item>"
        for n, date in enumerate(("2026-11-20", "2026-11-20T12:00:00Z"))
    )
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        Paper(store).poll_body(
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>K</title>'
            f"{items}</channel></rss>".encode(),
            now=at(0),
        )
    with client_of(tmp_path) as web:
        shown = web.get("/").text
    times = re.findall(r'<time datetime="(2026-11-20[^"]*)">([^<]+)</time>', shown)
    # The first names the day that both stand under.
    assert sorted(iso for iso, _ in times[1:]) == ["2026-11-20", "2026-11-20T12:00:00Z"]
    assert dict(times[1:])["2026-11-20"] == "20 November 2026"
