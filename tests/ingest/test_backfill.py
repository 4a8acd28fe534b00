"""A feed's history is read page by page as backlog: whole, once, resumable, and nothing of the feed is disturbed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.store import Store
from archive.store.backfilling import BackfillMark
from archive.store.instants import to_us
from archive.store.subscriptions import Subscription
from ingest.backfill import Backfill, Backfilled, End, PageRead
from ingest.wire.result import Request
from tests.archive.store.depositing import Paper, open_store
from tests.archive.store.looking import ask, count, one, troubles
from tests.fakes import NOON, Clock, FakeWeb, HereParser

SITE = "https://krant.example"
FEED = f"{SITE}/feed"
WORDPRESS = "<generator>https://wordpress.org/?v=6.5</generator>"
TEXT = "Schippers bij Oudewater wachten al dagen voor de dichte draaibrug in de Hollandse IJssel."


def entry(name: str, text: str = TEXT, *, updated: str = "", guid: str | None = None) -> str:
    changed = f"<updated>{updated}</updated>" if updated else ""
    return (
        f"<entry><id>{guid or name}</id><title>Over {name}</title><link href='{SITE}/{name}'/>"
        f"<published>2026-0{1 + len(name) % 3}-03T10:00:00Z</published>{changed}"
        f"<content type='text'>{text} Dit gaat over {name}.</content></entry>"
    )


def atom(
    *entries: str, older: str | None = None, rel: str = "prev-archive", head: str = ""
) -> bytes:
    link = f"<link rel='{rel}' href='{older}'/>" if older else ""
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Krant</title>"
        f"{head}{link}{''.join(entries)}</feed>"
    ).encode()


OTHER = entry("x", "De raad neemt de begroting voor het zwembad aan met dertien stemmen tegen zes.")


class Scene:
    """A subscribed feed, polled once; its history on a web; and what a backfill told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock(NOON)
        self.web = FakeWeb(self.clock)
        self.paper = Paper(store, "krant", url=FEED, now=self.clock())
        self.told: list[PageRead] = []
        self.waited_s = 0.0
        self.on_page: Callable[[PageRead], None] = self.told.append

    def shows(self, document: bytes, *, is_polled: bool = True) -> None:
        """Let the feed's address answer with a document, and poll it."""
        self.web.on(FEED, self.web.found(document))
        if is_polled:
            self.paper.poll_body(document, now=self.clock())

    def holds(self, path: str, document: bytes) -> None:
        self.web.on(f"{SITE}/{path}", self.web.found(document))

    def backfill(self, *, max_pages: int = 50, since: datetime | None = None) -> Backfilled:
        self.clock.advance(minutes=5)

        async def sleep(seconds: float) -> None:
            self.waited_s += seconds
            self.clock.advance(seconds=seconds)

        run = Backfill(
            self.store,
            self.store.find_feed("krant"),
            fetcher=self.web,
            parser=HereParser(),
            clock=self.clock,
            sleep=sleep,
            owner="backfill",
            on_page=self.on_page,
        )
        return asyncio.run(run.run(max_pages=max_pages, since=since))

    @property
    def asked(self) -> list[str]:
        return [request.url.removeprefix(f"{SITE}/") for request in self.web.asked]

    def feed(self) -> list[tuple[Any, ...]]:
        """Return all that stands of the feed and its window, and of its polls."""
        return [
            *ask(self.store, "SELECT * FROM feeds"),
            *ask(self.store, "SELECT id, in_window, last_seen_at, item_digest FROM sightings WHERE in_window"),
            *ask(self.store, "SELECT count(*), 0, 0, 0 FROM polls"),
        ]  # fmt: skip

    def mark(self) -> BackfillMark | None:
        mark: BackfillMark | None = self.store.backfill_mark(self.paper.feed.id)
        return mark

    def titles(self) -> list[str]:
        """Return the current headlines, and how often each was revised."""
        return [
            f"{title} {n}"
            for title, n in ask(
                self.store,
                "SELECT r.title, r.number FROM variants v JOIN revisions r ON r.id = v.revision_id"
                " ORDER BY r.title",
            )
        ]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with open_store(tmp_path / "archive.db") as store:
        yield Scene(store)
        assert troubles(store) == []


def archived(scene: Scene, n_pages: int, *, per_page: int = 2) -> None:
    """A feed with two entries and an archive of so many pages, the newest first."""
    scene.shows(atom(entry("n1"), entry("n2"), older=f"{SITE}/p1"))
    for page in range(1, n_pages + 1):
        entries = [entry(f"p{page}e{n}") for n in range(per_page)]
        older = f"{SITE}/p{page + 1}" if page < n_pages else None
        scene.holds(f"p{page}", atom(*entries, older=older))


# -- the whole way -------------------------------------------------------------------------------


def test_an_archived_feed_is_read_to_its_end(scene: Scene) -> None:
    archived(scene, 3)
    done = scene.backfill()
    assert done == Backfilled(end=End.BOTTOM, n_pages=3, n_new=6)
    assert scene.asked == ["feed", "p1", "p2", "p3"]
    assert count(scene.store, "articles") == 8
    assert scene.mark() == BackfillMark(next_url=None)
    assert [(page.number, page.n_entries) for page in scene.told] == [(1, 2), (2, 2), (3, 2)]


def test_what_it_brings_is_backlog_and_stands_in_no_window(scene: Scene) -> None:
    archived(scene, 1)
    scene.backfill()
    assert one(scene.store, "SELECT count(*) FROM sightings WHERE in_window") == 2
    scene.store.settle(now=scene.clock() + timedelta(hours=1))
    assert {row[0] for row in ask(scene.store, "SELECT kind FROM publications")} == {"backlog"}


def test_fresh_entries_of_a_page_are_backlog_all_the_same(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), older=f"{SITE}/p1"))
    today = entry("vers").replace("2026-02-03T10:00:00Z", NOON.isoformat())
    scene.holds("p1", atom(today))
    scene.backfill()
    assert one(scene.store, "SELECT is_backlog FROM articles ORDER BY id DESC LIMIT 1") == 1


def test_nothing_of_the_feed_is_changed(scene: Scene) -> None:
    archived(scene, 2)
    before = scene.feed()
    scene.backfill()
    assert scene.feed() == before
    again = scene.paper.poll_unchanged(now=scene.clock() + timedelta(hours=1))
    assert not again.rolled_over


def test_a_poll_after_it_counts_what_stayed_in_the_window_and_no_more(scene: Scene) -> None:
    archived(scene, 2)
    scene.backfill()
    later = scene.clock() + timedelta(hours=1)
    done = scene.paper.poll_body(atom(entry("n0"), entry("n1")), now=later)
    assert (done.n_new, done.n_seen, done.rolled_over) == (1, 1, False)
    everything_new = scene.paper.poll_body(atom(entry("m1"), entry("m2")), now=later)
    assert everything_new.rolled_over


def test_json_feeds_and_paged_feeds_are_followed(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), older=f"{SITE}/p1", rel="next"))
    scene.holds("p1", atom(entry("a"), older=f"{SITE}/p2", rel="next"))
    item = '{"id": "j", "url": "https://krant.example/j", "content_text": "Over j"}'
    scene.holds(
        "p2",
        f'{{"version": "https://jsonfeed.org/version/1.1", "title": "K", "items": [{item}],'
        f' "next_url": "{SITE}/p3"}}'.encode(),
    )
    scene.holds("p3", atom(entry("b")))
    assert scene.backfill().n_new == 3


def test_links_of_an_answers_head_are_followed(scene: Scene) -> None:
    scene.shows(atom(entry("n1")))
    found = scene.web.found(atom(entry("n1")))
    exchange = replace(found.exchange, headers={"link": f'<{SITE}/p1>; rel="next"'})
    scene.web.on(FEED, replace(found, exchange=exchange))
    scene.holds("p1", atom(entry("a")))
    assert scene.backfill().n_new == 1


def test_wordpress_is_asked_for_its_pages_until_one_is_missing(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), head=WORDPRESS))
    for page in (2, 3):
        scene.holds(f"feed?paged={page}", atom(entry(f"w{page}"), head=WORDPRESS))
    done = scene.backfill()
    assert (done.end, done.n_new) == (End.BOTTOM, 2)
    assert scene.asked == ["feed", "feed?paged=2", "feed?paged=3", "feed?paged=4"]


def test_a_feed_that_tells_of_no_older_page_is_asked_nothing_more(scene: Scene) -> None:
    scene.shows(atom(entry("n1")))
    assert scene.backfill() == Backfilled(end=End.NONE)
    assert scene.asked == ["feed"]
    assert scene.mark() is None


# -- where it ends -------------------------------------------------------------------------------


def test_a_circle_of_pages_ends(scene: Scene) -> None:
    archived(scene, 2)
    scene.holds("p2", atom(entry("p2e0"), older=f"{SITE}/p1"))
    assert scene.backfill().end is End.REPEATS
    assert scene.asked == ["feed", "p1", "p2"]


def test_a_server_that_shows_the_same_again_is_asked_twice_and_no_more(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), head=WORDPRESS))
    for page in range(2, 9):
        scene.holds(f"feed?paged={page}", atom(entry("n1"), head=WORDPRESS))
    assert scene.backfill().end is End.REPEATS
    assert scene.asked == ["feed", "feed?paged=2", "feed?paged=3"]


def test_one_page_that_repeats_is_passed(scene: Scene) -> None:
    archived(scene, 3)
    scene.holds("p2", atom(entry("p1e0"), older=f"{SITE}/p3"))
    assert scene.backfill() == Backfilled(end=End.BOTTOM, n_pages=3, n_new=4, n_known=1)


def test_a_limit_is_kept_and_the_next_run_goes_on_from_it(scene: Scene) -> None:
    archived(scene, 5)
    first = scene.backfill(max_pages=2)
    assert (first.end, first.n_pages, scene.mark()) == (
        End.LIMIT,
        2,
        BackfillMark(next_url=f"{SITE}/p3"),
    )
    scene.web.asked.clear()
    second = scene.backfill()
    assert (second.end, second.n_new) == (End.BOTTOM, 6)
    assert scene.asked == ["feed", "p1", "p2", "p3", "p4", "p5"]
    assert count(scene.store, "articles") == 12


def test_a_later_run_asks_no_more_of_what_was_read_than_two_pages(scene: Scene) -> None:
    archived(scene, 9)
    scene.backfill(max_pages=6)
    scene.web.asked.clear()
    scene.backfill()
    assert scene.asked == ["feed", "p1", "p2", "p7", "p8", "p9"]
    scene.web.asked.clear()
    assert scene.backfill().end is End.KNOWN
    assert scene.asked == ["feed", "p1", "p2"]
    assert scene.mark() == BackfillMark(next_url=None)


def test_what_left_the_window_since_is_found_before_the_mark_is_taken_up(scene: Scene) -> None:
    archived(scene, 6)
    scene.backfill(max_pages=4)
    scene.shows(atom(entry("m1"), older=f"{SITE}/q1"))
    scene.holds("q1", atom(entry("q1e0"), older=f"{SITE}/p1"))
    scene.web.asked.clear()
    assert scene.backfill().n_new == 1 + 4
    assert scene.asked == ["feed", "q1", "p1", "p2", "p5", "p6"]


def test_what_was_polled_long_before_is_no_end_on_the_first_run(scene: Scene) -> None:
    archived(scene, 5)
    for page in (1, 2, 3):  # the feed showed these while it was subscribed to
        polled = atom(*(entry(f"p{page}e{n}") for n in range(2)))
        scene.paper.poll_body(polled, now=scene.clock())
    done = scene.backfill()
    assert (done.end, done.n_new, done.n_known) == (End.BOTTOM, 4, 6)


@pytest.mark.parametrize("n_read", [1, 2])
def test_known_pages_beyond_the_mark_are_no_end_either(scene: Scene, n_read: int) -> None:
    archived(scene, 6)
    scene.backfill(max_pages=n_read)
    for page in (n_read + 1, n_read + 2):
        polled = atom(*(entry(f"p{page}e{n}") for n in range(2)))
        scene.paper.poll_body(polled, now=scene.clock())
    done = scene.backfill()
    assert (done.end, done.n_new) == (End.BOTTOM, 2 * (4 - n_read))


def test_nothing_older_than_asked_for_is_asked(scene: Scene) -> None:
    archived(scene, 3)
    old = entry("p2e0").replace("2026-02-", "2024-02-")
    scene.holds("p2", atom(old, older=f"{SITE}/p3"))
    done = scene.backfill(since=datetime(2025, 1, 1, tzinfo=UTC))
    assert (done.end, done.n_new) == (End.SINCE, 3)
    assert scene.asked == ["feed", "p1", "p2"]
    assert scene.mark() == BackfillMark(next_url=f"{SITE}/p3")


def test_a_page_that_fails_keeps_what_came_and_is_where_the_next_run_begins(scene: Scene) -> None:
    archived(scene, 3)
    good = scene.web.found(atom(entry("p2e0"), older=f"{SITE}/p3"))
    scene.web.on(f"{SITE}/p2", scene.web.status(500), good)
    first = scene.backfill()
    assert (first.end, first.n_new) == (End.FAILED, 2)
    assert first.detail == f"{SITE}/p2: HTTP 500"
    assert scene.mark() == BackfillMark(next_url=f"{SITE}/p2")
    assert scene.backfill().end is End.BOTTOM
    assert count(scene.store, "articles") == 2 + 2 + 1 + 2


def test_a_page_that_is_linked_and_missing_is_a_failure_and_no_end(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), older=f"{SITE}/weg"))
    assert scene.backfill().end is End.FAILED
    assert scene.mark() == BackfillMark(next_url=f"{SITE}/weg")


def test_a_feed_that_does_not_come_says_why(scene: Scene) -> None:
    archived(scene, 1)
    scene.web.on(FEED, scene.web.status(503))
    assert scene.backfill() == Backfilled(end=End.FAILED, detail="HTTP 503")


def test_a_run_that_is_stopped_keeps_every_page_it_told_of(scene: Scene) -> None:
    archived(scene, 4)

    def stop(page: PageRead) -> None:
        if page.number == 2:
            raise KeyboardInterrupt

    scene.on_page = stop
    with pytest.raises(KeyboardInterrupt):
        scene.backfill()
    assert count(scene.store, "articles") == 2 + 4
    assert scene.mark() == BackfillMark(next_url=f"{SITE}/p3")
    assert one(scene.store, "SELECT max(lease_until) FROM hosts") == 0


# -- the same entry twice ------------------------------------------------------------------------


def statements_of(scene: Scene, name: str) -> list[tuple[Any, ...]]:
    return ask(
        scene.store,
        "SELECT c.text, s.note FROM statements s JOIN contents c ON c.digest = s.content_digest"
        f" WHERE s.title = 'Over {name}' ORDER BY s.id",
    )


def test_an_entry_in_the_window_and_on_a_page_is_one(scene: Scene) -> None:
    scene.shows(atom(entry("n1"), entry("n2"), older=f"{SITE}/p1"))
    scene.holds("p1", atom(entry("n2"), entry("a")))
    before = scene.feed()
    assert scene.backfill() == Backfilled(end=End.BOTTOM, n_pages=1, n_new=1, n_known=1)
    assert scene.feed() == before
    assert count(scene.store, "sightings") == 3


@pytest.mark.parametrize("updated", ["", "2026-01-01T00:00:00Z", "2026-11-24T11:00:00Z"])
def test_an_older_wording_is_kept_beside_and_is_no_revision(scene: Scene, updated: str) -> None:
    """Also one that says it is later, while the feed's own window holds another."""
    now_says = entry("n1", "De brug gaat maandag open. " + TEXT, updated="2026-11-24T10:00:00Z")
    scene.shows(atom(now_says, older=f"{SITE}/p1"))
    scene.holds("p1", atom(entry("n1", "De brug blijft zeker dicht. " + TEXT, updated=updated)))
    for _ in range(2):
        scene.backfill()
        assert scene.titles() == ["Over n1 1"]
        texts = statements_of(scene, "n1")
        assert [(text[:11], note) for text, note in texts] == [
            ("De brug gaa", None),
            ("De brug bli", "backfill"),
        ]
    later = scene.clock() + timedelta(hours=1)
    assert scene.paper.poll_body(atom(now_says, OTHER), now=later).n_revised == 0
    assert scene.titles() == ["Over n1 1", "Over x 1"]


@pytest.mark.parametrize(
    ("updated", "is_edit"),
    [("2026-11-24T11:00:00Z", True), ("2026-11-24T09:00:00Z", False), ("", False)],
)
def test_a_page_that_is_later_by_its_own_word_is_an_edit_once_the_window_has_let_it_go(
    scene: Scene, updated: str, is_edit: bool
) -> None:
    scene.shows(atom(entry("n1", "Dicht. " + TEXT, updated="2026-11-24T10:00:00Z")))
    scene.shows(atom(entry("n2"), older=f"{SITE}/p1"))
    scene.holds("p1", atom(entry("n1", "Toch maandag open gegaan. " + TEXT, updated=updated)))
    scene.backfill()
    assert f"Over n1 {2 if is_edit else 1}" in scene.titles()
    assert one(scene.store, "SELECT count(*) FROM sightings WHERE in_window") == 1


def test_an_older_wording_under_another_guid_never_becomes_the_face(scene: Scene) -> None:
    scene.shows(atom(entry("n1", "De brug gaat maandag open. " + TEXT), older=f"{SITE}/p1"))
    scene.holds(
        "p1", atom(entry("n1", "De brug blijft dicht. " + TEXT, guid="old:n1"), older=f"{SITE}/p2")
    )
    scene.holds("p2", atom(entry("n1", "Over de brug. " + TEXT, guid="older:n1")))
    done = scene.backfill()
    assert (done.n_new, done.n_joined) == (0, 2)
    assert scene.titles() == ["Over n1 1"]
    later = scene.clock() + timedelta(hours=1)
    scene.paper.poll_body(atom(entry("n1", "De brug gaat maandag open. " + TEXT), OTHER), now=later)
    assert scene.titles() == ["Over n1 1", "Over x 1"]
    assert one(scene.store, "SELECT count(*) FROM articles WHERE merged_into IS NULL") == 2


def test_of_two_pages_wordings_the_newer_pages_is_the_face_and_a_polls_takes_its_place(
    scene: Scene,
) -> None:
    scene.shows(atom(entry("n1"), older=f"{SITE}/p1"))
    scene.holds("p1", atom(entry("a", "Nieuwer. " + TEXT), older=f"{SITE}/p2"))
    scene.holds("p2", atom(entry("a", "Oud. " + TEXT, guid="old:a")))
    scene.backfill()
    assert "Over a 1" in scene.titles()
    text = "SELECT c.text FROM variants v JOIN revisions r ON r.id = v.revision_id"
    text += " JOIN contents c ON c.digest = r.content_digest WHERE r.title = 'Over a'"
    assert str(one(scene.store, text)).startswith("Nieuwer.")
    later = scene.clock() + timedelta(hours=1)
    scene.paper.poll_body(atom(entry("a", "Weer anders nu. " + TEXT)), now=later)
    assert str(one(scene.store, text)).startswith("Weer anders nu.")


# -- manners -------------------------------------------------------------------------------------


def test_each_page_has_its_own_hosts_lease_and_gives_it_back(scene: Scene) -> None:
    held: list[tuple[Any, ...]] = []

    def look(request: Request) -> Any:
        held.extend(ask(scene.store, "SELECT name, owner FROM hosts WHERE lease_until > 0"))
        return scene.web.found(atom(entry("a")))

    scene.shows(atom(entry("n1"), older="https://ander.example/p1"))
    scene.web.on("https://ander.example/p1", look)
    scene.backfill()
    assert held == [("ander.example:443", "backfill")]
    assert ask(scene.store, "SELECT DISTINCT owner, lease_until FROM hosts") == [("", 0)]
    (operators,) = {request.operator_url for request in scene.web.asked}
    assert operators == FEED


def test_a_poll_may_go_between_two_pages(scene: Scene) -> None:
    archived(scene, 2)
    polled: list[int] = []

    def poll(page: PageRead) -> None:
        scene.store.make_due([scene.paper.feed.id], now=scene.clock())
        leases = scene.store.claim_hosts(now=scene.clock(), owner="service", limit=1)
        polled.append(len(leases))
        for lease in leases:
            scene.store.release(lease)

    scene.on_page = poll
    assert scene.backfill().n_pages == 2
    assert polled == [1, 1]


def test_a_host_that_another_process_asks_is_waited_for(scene: Scene) -> None:
    archived(scene, 1)
    scene.store.make_due([scene.paper.feed.id], now=scene.clock())
    (lease,) = scene.store.claim_hosts(
        now=scene.clock() + timedelta(minutes=5), owner="service", limit=1
    )
    assert scene.backfill().end is End.BOTTOM
    assert 170 <= scene.waited_s <= 181
    assert lease.owner == "service"


def test_a_server_that_asked_to_be_left_alone_is(scene: Scene) -> None:
    archived(scene, 3)
    scene.web.on(f"{SITE}/p2", scene.web.status(429))
    assert scene.backfill().end is End.FAILED
    held = one(scene.store, "SELECT max(hold_until) FROM hosts")
    assert held == to_us(scene.clock() + timedelta(hours=4))
    scene.web.asked.clear()
    done = scene.backfill()
    assert done.end is End.CLOSED and "left alone until" in done.detail
    assert scene.asked == []


def test_a_retry_after_holds_its_host_for_as_long(scene: Scene) -> None:
    archived(scene, 2)
    refusal = scene.web.status(503)
    refusal = replace(refusal, exchange=replace(refusal.exchange, retry_after_s=900))
    scene.web.on(f"{SITE}/p1", refusal)
    scene.backfill()
    held = one(scene.store, "SELECT max(hold_until) FROM hosts")
    assert held == to_us(scene.clock() + timedelta(seconds=900))


def test_a_lease_that_was_lost_writes_nothing(scene: Scene) -> None:
    archived(scene, 1)

    def steal(request: Request) -> Any:
        scene.clock.advance(minutes=4)
        scene.store.make_due([scene.paper.feed.id], now=scene.clock())
        assert scene.store.claim_hosts(now=scene.clock(), owner="other", limit=1)
        return scene.web.found(atom(entry("a")))

    scene.web.on(f"{SITE}/p1", steal)
    assert scene.backfill().end is End.CLOSED
    assert count(scene.store, "articles") == 2
    assert ask(scene.store, "SELECT owner FROM hosts") == [("other",)]


def test_a_feed_under_suspicion_stays_so(scene: Scene) -> None:
    archived(scene, 1)
    other = Subscription(url=f"{SITE}/verdacht.xml", name="verdacht")
    scene.store.add_feed(other, now=scene.clock())
    (lease,) = scene.store.claim_hosts(now=scene.clock(), owner="dies", limit=1)
    scene.store.due_work(lease, now=scene.clock(), parser_version=1)  # and never came back
    scene.clock.advance(minutes=5)
    before = one(scene.store, "SELECT max(attempts) FROM feeds")
    scene.backfill()
    assert before == one(scene.store, "SELECT max(attempts) FROM feeds") == 1


def test_article_pages_of_a_backfill_are_due_one_by_one_after_those_of_the_news(
    scene: Scene,
) -> None:
    with scene.store.writing() as connection:
        connection.exec_driver_sql("UPDATE feeds SET page = 'always'")
    archived(scene, 2)
    scene.backfill()
    due = [row[0] for row in ask(scene.store, "SELECT due_at FROM page_tasks ORDER BY id")]
    assert due[:2] == [to_us(NOON)] * 2
    start = to_us(scene.clock())
    assert due[2:] == [start + n * 10_000_000 for n in range(1, 5)]
