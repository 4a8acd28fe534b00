"""A page that was read is looked at again at the ages of `[pages] recheck` and `recount`; what that brings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.front import Archive
from archive.model.outcome import Exchange, PageFailed, PageOutcome, PageRead, Reason
from archive.model.stated import ArticlePage, Counter, CounterKind, Enclosure, Wall, WallKind
from archive.store import Store
from archive.store.instants import NEVER, to_at
from archive.store.pagetasks import WantedPage, want_pages
from archive.store.policy import DepositPolicy
from tests.archive.store.depositing import (
    STEADY_PLAN,
    Paper,
    at,
    deposit_page,
    fail_page,
    page_job,
)
from tests.archive.store.looking import BRIDGE, FROST, ask, count, one, revisions, story, troubles

URL = "https://krant.example/artikel/b1"
TITLE = "Draaibrug negen weken dicht"
TEASER = " ".join(story(BRIDGE).split()[:20])
HOUR = 60
DAY = 24 * HOUR
AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
TIMEOUT = PageFailed(reason=Reason.TIMEOUT, detail="no answer in 60 s")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with looking(tmp_path, AGES) as opened:
        yield opened
        assert troubles(opened) == []


def looking(
    folder: Path, ages: tuple[timedelta, ...], *, recount: tuple[timedelta, ...] = ()
) -> Store:
    policy = DepositPolicy(recheck=ages, recount=recount)
    return Store.open(str(folder / "archive.db"), create=True, policy=policy)


@pytest.fixture
def paper(store: Store) -> Paper:
    paper = Paper(store, "krant", page="auto")
    paper.poll({"guid": "b1", "title": TITLE, "text": TEASER}, now=at(0))
    return paper


def page(views: int = 0, text: str | None = None) -> ArticlePage:
    counters = (
        Counter(kind=CounterKind.VIEWS, value=views, stated=f"{views} x", source="visible"),
    )
    return ArticlePage(title=TITLE, text=text or story(BRIDGE), counters=counters if views else ())


def due(store: Store) -> datetime | None:
    """Return when the only page is asked next, None for never."""
    due_us = one(store, "SELECT due_at FROM page_tasks")
    return None if due_us >= NEVER else to_at(due_us)


def noted(store: Store) -> tuple[str, str | None]:
    ((state, detail),) = ask(store, "SELECT page_state, page_detail FROM variants")
    return state, detail


def test_a_page_is_looked_at_at_each_age_and_then_no_more(store: Store, paper: Paper) -> None:
    looks = []
    now: datetime | None = at(1)
    while now is not None:
        looks.append(now)
        deposit_page(store, URL, page(), now)
        now = due(store)
    assert looks == [at(1), at(HOUR), at(6 * HOUR), at(DAY), at(7 * DAY)]
    assert count(store, "page_tasks") == 1


def test_a_host_with_nothing_but_a_look_ahead_is_due_then_and_not_before(
    store: Store, paper: Paper
) -> None:
    deposit_page(store, URL, page(), at(1))
    paper.poll_unchanged(now=at(2))
    leases = store.claim_hosts(now=at(3), owner="test", limit=9)
    assert [store.due_work(lease, now=at(3), parser_version=1)[1] for lease in leases] in ([], [()])
    store.set_feed_state(paper.feed.id, "paused", now=at(4))
    for lease in leases:
        store.release(lease)
    assert store.next_due_at() == at(HOUR)
    (lease,) = store.claim_hosts(now=at(HOUR), owner="test", limit=9)
    (job,) = store.due_work(lease, now=at(HOUR), parser_version=1)[1]
    assert job.url == URL


def test_a_page_that_is_read_late_leaves_out_the_ages_that_passed(
    store: Store, paper: Paper
) -> None:
    deposit_page(store, URL, page(), at(6 * HOUR - 5))
    assert due(store) == at(DAY)


def test_without_the_setting_no_page_is_looked_at_again(tmp_path: Path) -> None:
    with looking(tmp_path, ()) as store:
        Paper(store, "krant", page="auto").poll(
            {"guid": "b1", "title": TITLE, "text": TEASER}, now=at(0)
        )
        deposit_page(store, URL, page(), at(1))
        assert due(store) is None


def test_each_look_adds_to_the_series_of_counters_and_makes_no_revision(
    store: Store, paper: Paper, tmp_path: Path
) -> None:
    for views, minutes in ((334, 1), (690, HOUR), (1204, 6 * HOUR)):
        deposit_page(store, URL, page(views), at(minutes))
    assert len(revisions(store)) == 2
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        article = archive.article(one(store, "SELECT public_id FROM articles"))
    assert [(c.value, c.observed_at) for c in article.counters] == [
        (334, at(1)),
        (690, at(HOUR)),
        (1204, at(6 * HOUR)),
    ]


def test_a_look_finds_an_edit_that_no_feed_shows(store: Store, paper: Paper) -> None:
    deposit_page(store, URL, page(), at(1))
    changed = f"{story(BRIDGE)}\n{story(FROST)}"
    deposited = deposit_page(store, URL, page(text=changed), at(HOUR))
    assert deposited.n_revised == 1
    assert one(store, "SELECT kind FROM revisions ORDER BY id DESC LIMIT 1") == "substantial"


@pytest.mark.parametrize("what", ["failure", "wall"])
def test_a_look_that_fails_changes_nothing_and_the_next_age_comes(
    store: Store, paper: Paper, what: str
) -> None:
    deposit_page(store, URL, page(), at(1))
    before = revisions(store)
    if what == "failure":
        fail_page(store, URL, TIMEOUT, at(HOUR))
        detail = "no answer in 60 s"
    else:
        wall = Wall(kind=WallKind.CONSENT, marker="privacy-gate")
        deposit_page(store, URL, ArticlePage(wall=wall), at(HOUR))
        detail = "consent wall: privacy-gate"
    assert due(store) == at(6 * HOUR)
    assert noted(store) == ("read", f"read before; asked again: {detail}")
    assert revisions(store) == before
    deposit_page(store, URL, page(), at(6 * HOUR))
    assert noted(store) == ("read", None)


def test_a_page_that_is_gone_is_kept_and_looked_at_no_more(store: Store, paper: Paper) -> None:
    deposit_page(store, URL, page(), at(1))
    gone = PageFailed(reason=Reason.GONE, detail="HTTP 410", final=True)
    fail_page(store, URL, gone, at(HOUR))
    assert due(store) is None
    assert noted(store) == ("read", "read before; asked again: HTTP 410")


def test_an_edit_in_the_feed_asks_at_once_and_is_tried_again_as_ever(
    store: Store, paper: Paper
) -> None:
    deposit_page(store, URL, page(), at(1))
    paper.poll({"guid": "b1", "title": "Draaibrug twaalf weken dicht", "text": TEASER}, now=at(30))
    assert due(store) == at(30)
    fail_page(store, URL, TIMEOUT, at(31))
    assert due(store) == at(41)


def test_pages_of_a_backlog_do_not_wait_behind_looks(store: Store, paper: Paper) -> None:
    deposit_page(store, URL, page(), at(6 * HOUR))
    assert due(store) == at(DAY)
    wanted = WantedPage(variant_id=1, url=f"{URL}/oud", key="oud", again=False)
    with store.writing() as connection:
        want_pages(connection, [wanted], feed_id=paper.feed.id, now=at(7 * HOUR), spacing_s=60)
    assert one(store, "SELECT min(due_at) FROM page_tasks") == one(
        store, "SELECT due_at FROM page_tasks WHERE url LIKE '%oud'"
    )


# ---- pages that count, and settings that change --------------------------------------------------


def polled(store: Store) -> Paper:
    paper = Paper(store, "krant", page="auto")
    paper.poll({"guid": "b1", "title": TITLE, "text": TEASER}, now=at(0))
    return paper


def test_recount_looks_only_at_pages_that_ever_stated_a_counter(tmp_path: Path) -> None:
    with looking(tmp_path, AGES[2:3], recount=AGES[:2]) as store:
        polled(store)
        deposit_page(store, URL, page(), at(1))
        assert due(store) == at(DAY)
        deposit_page(store, URL, page(views=7), at(2))
        assert due(store) == at(HOUR)
        deposit_page(store, URL, page(), at(HOUR))
        assert due(store) == at(6 * HOUR)
        fail_page(store, URL, TIMEOUT, at(6 * HOUR))
        assert due(store) == at(DAY)


def test_an_age_that_both_keys_name_is_one_look(tmp_path: Path) -> None:
    with looking(tmp_path, AGES, recount=AGES) as store:
        polled(store)
        deposit_page(store, URL, page(views=7), at(1))
        deposit_page(store, URL, page(views=8), at(HOUR))
        assert due(store) == at(6 * HOUR)


def test_pages_read_before_a_key_was_set_get_the_looks_that_lie_ahead(tmp_path: Path) -> None:
    with looking(tmp_path, ()) as store:
        paper = polled(store)
        deposit_page(store, URL, page(views=7), at(1))
        paper.poll_unchanged(now=at(2))
        store.set_feed_state(paper.feed.id, "paused", now=at(3))
    with looking(tmp_path, (), recount=AGES) as store:
        assert store.plan_looks(now=at(2 * HOUR)) == 1
        assert due(store) == at(6 * HOUR)
        assert store.next_due_at() == at(6 * HOUR)
        assert store.plan_looks(now=at(3 * HOUR)) == 0
        deposit_page(store, URL, page(views=9), at(6 * HOUR))
        assert due(store) == at(DAY)


def test_a_page_that_counts_nothing_gets_no_look_from_recount(tmp_path: Path) -> None:
    with looking(tmp_path, ()) as store:
        polled(store)
        deposit_page(store, URL, page(), at(1))
    with looking(tmp_path, (), recount=AGES) as store:
        assert store.plan_looks(now=at(2)) == 0
        assert due(store) is None


def test_a_look_whose_age_was_taken_away_is_not_made(tmp_path: Path) -> None:
    with looking(tmp_path, AGES) as store:
        polled(store)
        deposit_page(store, URL, page(), at(1))
    with looking(tmp_path, AGES[2:]) as store:
        assert store.plan_looks(now=at(2)) == 1
        assert due(store) == at(DAY)
    with looking(tmp_path, ()) as store:
        assert store.plan_looks(now=at(3)) == 1
        assert due(store) is None


def test_a_look_that_is_late_at_the_start_is_still_made(store: Store, paper: Paper) -> None:
    deposit_page(store, URL, page(), at(1))
    assert store.plan_looks(now=at(3 * HOUR)) == 0
    assert due(store) == at(HOUR)


@pytest.mark.parametrize("what", ["gone", "wanted", "past"])
def test_what_is_gone_was_never_read_or_has_no_age_ahead_is_not_planned(
    tmp_path: Path, what: str
) -> None:
    now = at(2)
    with looking(tmp_path, ()) as store:
        polled(store)
        if what != "wanted":
            deposit_page(store, URL, page(), at(1))
        if what == "gone":
            gone = PageFailed(reason=Reason.GONE, detail="HTTP 410", final=True)
            fail_page(store, URL, gone, at(2))
        if what == "past":
            now = at(8 * DAY)
        before = due(store)
    with looking(tmp_path, AGES) as store:
        assert store.plan_looks(now=now) == 0
        assert due(store) == before


# ---- what is no page, or not all of one ----------------------------------------------------------


def file_failure() -> PageFailed:
    return PageFailed(
        reason=Reason.NOT_HTML,
        detail="the address holds application/pdf, 1,200 bytes",
        final=True,
        enclosure=Enclosure(url=URL, type="application/pdf", length_bytes=1200),
    )


def test_a_file_becomes_an_enclosure_of_its_article_and_is_no_edit(
    store: Store, paper: Paper, tmp_path: Path
) -> None:
    fail_page(store, URL, file_failure(), at(1))
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        article = archive.article(one(store, "SELECT public_id FROM articles"))
    assert [(e.url, e.type, e.length_bytes) for e in article.face.enclosures] == [
        (URL, "application/pdf", 1200)
    ]
    assert (article.face.title, article.face.text) == (TITLE, TEASER)
    assert str(article.face.kind) == "page"
    assert article.n_revisions == 1
    assert article.page_note == "not fetched: the address holds application/pdf, 1,200 bytes"
    assert due(store) is None


def test_a_file_in_place_of_a_page_that_was_read_takes_nothing_away(
    store: Store, paper: Paper
) -> None:
    deposit_page(store, URL, page(), at(1))
    fail_page(store, URL, file_failure(), at(HOUR))
    assert one(store, "SELECT count(*) FROM statements WHERE source = 'page'") == 1
    assert noted(store)[0] == "read"


def test_a_missing_part_is_noted_and_its_server_is_left_alone(store: Store, paper: Paper) -> None:
    read = PageRead(
        page=page(),
        body=b"x",
        body_digest=b"x" * 16,
        missing="part 2 of the article is missing: HTTP 429",
        retry_after_s=3600,
    )
    exchange = Exchange(requested_url=URL, url=URL, started_at=at(1), status=200)
    outcome = PageOutcome(job=page_job(store, URL), exchange=exchange, result=read)
    store.deposit([outcome], now=at(1), plan=STEADY_PLAN)
    assert noted(store) == ("read", "part 2 of the article is missing: HTTP 429")
    assert to_at(one(store, "SELECT hold_until FROM hosts")) == at(61)
