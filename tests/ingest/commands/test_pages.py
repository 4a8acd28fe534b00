"""`newsarchive pages` and `fetch`: what is due, what failed and why, walls by site; asking again, now or later."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from archive.model.outcome import PageFailed, Reason
from archive.model.stated import ArticlePage, Counter, CounterKind, Wall, WallKind
from archive.store import Store
from archive.store.instants import to_us
from archive.store.locks import service_lock
from tests.archive.store.depositing import Paper, at, deposit_page, fail_page, open_store
from tests.archive.store.looking import BRIDGE, FROST, LIBRARY, ask, one, story
from tests.e2e.test_poll import ITEM, PAGE, Desk, at_a_site, rss
from tests.ingest.commands.here import Here
from tests.loopback import Loopback, reply

B1, B2, B3 = (f"https://krant.example/artikel/b{n}" for n in (1, 2, 3))
TIMEOUT = PageFailed(reason=Reason.TIMEOUT, detail="no answer in 60 s")
CONSENT = Wall(kind=WallKind.CONSENT, marker="privacy-gate")


class Desk3:
    """A paper with three articles whose pages are wanted, and commands at a clock."""

    def __init__(self, here: Here, store: Store) -> None:
        self.here, self.store = here, store
        here.clock.now = at(10)
        self.paper = Paper(store, "krant", page="auto")
        topics = (BRIDGE, FROST, LIBRARY)
        items = [
            {
                "guid": f"b{n}",
                "title": f"Kop nummer {n}",
                "text": " ".join(story(topic).split()[:30]),
            }
            for n, topic in enumerate(topics, start=1)
        ]
        self.paper.poll(*items, now=at(0))

    def run(self, *words: str) -> int:
        return self.here.run(*words)

    def id_of(self, url: str) -> str:
        return str(
            one(
                self.store,
                "SELECT public_id FROM articles a JOIN variants v ON v.article_id = a.id"
                f" JOIN sightings s ON s.variant_id = v.id WHERE s.url = '{url}'",
            )
        )

    def tasks(self) -> dict[str, tuple[str, int, int]]:
        """Return state, due time and attempts by address."""
        rows = ask(self.store, "SELECT url, state, due_at, attempts FROM page_tasks")
        return {url: (state, due_at, attempts) for url, state, due_at, attempts in rows}

    def page_of(self, url: str) -> tuple[str, str | None]:
        """Return what is noted of a page: its state, and in words."""
        query = (
            "SELECT page_state, page_detail FROM variants v JOIN page_tasks t ON t.variant_id = v.id"
            f" WHERE t.url = '{url}'"
        )
        ((state, detail),) = ask(self.store, query)
        return state, detail

    @property
    def words(self) -> str:
        return " ".join((self.here.out + self.here.err).split())


@pytest.fixture
def desk(here: Here) -> Iterator[Desk3]:
    with open_store(here.folder / "archive.db") as store:
        yield Desk3(here, store)


# ---- pages ---------------------------------------------------------------------------------------


def test_pages_counts_states_lists_what_is_due_and_names_failures_and_walls(desk: Desk3) -> None:
    fail_page(desk.store, B1, TIMEOUT, at(1))
    deposit_page(desk.store, B2, ArticlePage(wall=CONSENT), at(1))
    assert desk.run("pages") == 0
    rows = [line.split("\t") for line in desk.here.out.splitlines()]
    assert ["count", "due", "1"] in rows
    assert ["count", "waiting", "2"] in rows
    assert ["count", "wall", "1"] in rows
    assert ["count", "failed", "1"] in rows
    due = [row for row in rows if row[0] == "due"]
    assert [row[5] for row in due] == [B3, B2, B1]
    assert due[0][1:4] == ["2026-11-24T08:00:00Z", "krant.example", "krant"]
    assert due[2][6:] == ["page", "1", "timeout", "no answer in 60 s"]
    assert ["failed", "krant.example", "timeout", "1", "0", "no answer in 60 s"] in rows
    wall = ["wall", "krant.example", "consent", "1", "0", "consent wall: privacy-gate"]
    assert wall in rows


def test_each_http_status_of_a_site_is_a_failure_of_its_own(desk: Desk3) -> None:
    for url, status in ((B1, 404), (B2, 404), (B3, 503)):
        failed = PageFailed(reason=Reason.STATUS, detail=f"HTTP {status}", final=status == 404)
        fail_page(desk.store, url, failed, at(1))
    assert desk.run("pages", "--json") == 0
    failures = json.loads(desk.here.out)["failures"]
    assert [(one["detail"], one["pages"], one["given_up"]) for one in failures] == [
        ("HTTP 404", 2, 2),
        ("HTTP 503", 1, 0),
    ]


def test_a_teaser_before_a_paywall_is_read_and_counted_among_the_walls(desk: Desk3) -> None:
    paywall = Wall(kind=WallKind.PAYWALL, marker="locked")
    deposit_page(
        desk.store, B1, ArticlePage(title="Kop nummer 1", text=story(BRIDGE), wall=paywall), at(1)
    )
    assert desk.run("pages", "krant", "--json") == 0
    said = json.loads(desk.here.out)
    assert said["counts"]["read"] == 1
    assert said["counts"]["due"] == 2
    (wall,) = said["walls"]
    assert (wall["reason"], wall["pages"], wall["detail"]) == ("paywall", 1, "paywall: locked")
    assert said["failures"] == []


def test_pages_of_another_feed_are_left_out_and_a_wrong_name_is_told_the_nearest(
    desk: Desk3,
) -> None:
    Paper(desk.store, "regio")
    assert desk.run("pages", "regio", "--json") == 1
    assert json.loads(desk.here.out)["due"] == []
    assert desk.run("pages", "krnt") == 1
    assert "no feed 'krnt'; did you mean 'krant'?" in desk.here.err


def test_pages_on_a_terminal_fit_its_width(desk: Desk3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda stream: True)
    monkeypatch.setenv("NO_COLOR", "1")
    fail_page(desk.store, B1, PageFailed(reason=Reason.TLS, detail="een certificaat " * 9), at(1))
    assert desk.run("pages") == 0
    assert max(map(len, desk.here.out.splitlines())) <= 80
    due = desk.here.out.partition("Due\n")[2].splitlines()
    assert [line.find("Kop nummer") for line in due[:3]] == [due[0].index("Kop nummer")] * 3
    assert due[2].endswith("tried 1 x: tls")
    assert "Failed" in desk.here.out


# ---- fetch ---------------------------------------------------------------------------------------


def test_an_articles_page_is_due_again_whatever_came_of_it(desk: Desk3) -> None:
    deposit_page(desk.store, B1, ArticlePage(title="Kop nummer 1", text=story(BRIDGE)), at(1))
    assert desk.run("fetch", desk.id_of(B1)) == 0
    assert desk.tasks()[B1] == ("due", to_us(at(10)), 0)
    assert "1 page due" in desk.here.err
    assert "once it runs (newsarchive run), or now: add --now" in desk.words
    assert desk.page_of(B1) == ("read", None)


def test_a_page_that_was_given_up_is_tried_as_often_as_a_new_one(desk: Desk3) -> None:
    fail_page(
        desk.store, B1, PageFailed(reason=Reason.STATUS, detail="HTTP 404", final=True), at(1)
    )
    assert desk.run("fetch", desk.id_of(B1)) == 0
    fail_page(desk.store, B1, TIMEOUT, at(11))
    assert desk.tasks()[B1] == ("due", to_us(at(21)), 1)


def test_a_page_that_no_policy_asked_for_is_asked_for_at_its_address(desk: Desk3) -> None:
    quiet = Paper(desk.store, "stil", page="never")
    quiet.poll({"guid": "s1", "title": "Stil", "text": story(BRIDGE)}, now=at(2))
    url = "https://stil.example/artikel/s1"
    assert url not in desk.tasks()
    assert desk.run("fetch", desk.id_of(url)) == 0
    assert desk.tasks()[url] == ("due", to_us(at(10)), 0)
    assert "1 page due, 1 of them for the first time" in desk.words


def test_a_feeds_unread_pages_are_due_and_with_all_the_others_too(desk: Desk3) -> None:
    deposit_page(desk.store, B1, ArticlePage(title="Kop nummer 1", text=story(BRIDGE)), at(1))
    fail_page(desk.store, B2, TIMEOUT, at(1))
    assert desk.run("fetch", "krant") == 0
    assert "2 pages due" in desk.here.err
    assert desk.tasks()[B1][0] == "done"
    assert desk.tasks()[B2] == ("due", to_us(at(10)), 0)
    assert desk.run("fetch", "krant", "--all", "--json") == 0
    said = json.loads(desk.here.out)
    assert (said["pages"], said["new"]) == (3, 0)
    assert desk.tasks()[B1][0] == "due"


def test_a_dry_run_counts_the_same_and_changes_nothing(desk: Desk3) -> None:
    fail_page(desk.store, B2, TIMEOUT, at(1))
    before = desk.tasks()
    assert desk.run("fetch", "krant", "--dry-run") == 0
    assert "3 pages would be due" in desk.here.err
    assert desk.tasks() == before
    assert desk.run("fetch", "krant", "--dry-run", "--now") == 2


def test_a_server_that_asked_to_be_left_alone_is_and_that_is_said(desk: Desk3) -> None:
    asked = PageFailed(reason=Reason.STATUS, detail="HTTP 429", retry_after_s=3600)
    fail_page(desk.store, B1, asked, at(1))
    assert desk.run("fetch", desk.id_of(B1)) == 0
    held = "krant.example:443: not before 24 nov 09:01, its server asked to be left alone"
    assert held in desk.words
    assert desk.store.claim_hosts(now=at(11), owner="t", limit=9) == ()
    assert len(desk.store.claim_hosts(now=at(61), owner="t", limit=9)) == 1


def test_with_a_service_on_the_archive_its_next_tick_is_named(desk: Desk3) -> None:
    with service_lock(desk.here.folder / "archive.db"):
        assert desk.run("fetch", "krant") == 0
    assert "the service asks within seconds" in desk.words


def test_what_is_neither_an_article_nor_a_feed_is_said_as_both(desk: Desk3) -> None:
    assert desk.run("fetch", "zzzz") == 1
    assert "no article has an id that begins with 'zzzz'" in desk.words
    assert "krant" in desk.words or "feeds" in desk.words
    assert desk.run("fetch", desk.id_of(B1), "--all") == 2


def test_now_asks_through_the_engine_and_says_what_came(tmp_path: Any) -> None:
    async def act(site: Loopback) -> None:
        desk = Desk(tmp_path)
        url = site.url("/artikel/b1")
        title = "Draaibrug negen weken dicht"
        site.on("/feed", reply(body=rss(ITEM.format(guid="b1", title=title, url=url))))
        html = PAGE.format(title=title).encode()
        site.on(
            "/artikel/b1",
            reply(503),
            reply(body=html, headers={"Content-Type": "text/html"}),
        )
        desk.configure(site, krant="/feed")
        assert (await desk.run("poll")).code == 0
        listed = await desk.run("pages", "--json")
        assert json.loads(listed.out)["failures"][0]["reason"] == "status"
        found = json.loads((await desk.run("search", "draaibrug", "--json")).out)
        fetched = await desk.run("fetch", found["hits"][0]["id"], "--now")
        assert fetched.code == 0
        assert f"page  {url}  read, " in fetched.out
        assert json.loads((await desk.run("pages", "--json")).out)["counts"]["read"] == 1

    at_a_site(act)


def test_a_page_that_was_read_stays_read_when_asking_again_fails(desk: Desk3) -> None:
    deposit_page(desk.store, B1, ArticlePage(title="Kop nummer 1", text=story(BRIDGE)), at(1))
    assert desk.run("fetch", desk.id_of(B1)) == 0
    fail_page(desk.store, B1, TIMEOUT, at(11))
    assert desk.page_of(B1) == ("read", "read before; asked again: no answer in 60 s")
    deposit_page(desk.store, B1, ArticlePage(title="Kop nummer 1", text=story(BRIDGE)), at(22))
    assert desk.page_of(B1) == ("read", None)


def test_the_looks_at_a_page_are_drawn_as_a_curve_of_its_counter(desk: Desk3) -> None:
    for minutes, views in enumerate((0, 602, 1204), start=1):
        counter = Counter(
            kind=CounterKind.VIEWS, value=views, stated=f"{views} x", source="visible"
        )
        read = ArticlePage(title="Kop nummer 1", text=story(BRIDGE), counters=(counter,))
        deposit_page(desk.store, B1, read, at(minutes))
    assert desk.run("show", desk.id_of(B1)) == 0
    assert "0→1,204 views ▁▅█" in desk.words
