"""A deposit is whole or not at all: fences, failures beside it, validators, states, and what it never does twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from archive.errors import ArchiveUnusable
from archive.model.outcome import (
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    FeedUnchanged,
    Reason,
    Schedule,
    Validators,
)
from archive.store import Store
from archive.store.instants import NEVER, to_us
from archive.store.schema import feeds
from ingest.feed.parse import PARSER_VERSION
from tests.archive.store.depositing import STEADY_PLAN, Paper, at, open_store
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    LIBRARY,
    ask,
    count,
    one,
    story,
    tables_without_polls,
    troubles,
)

BRIDGE_ITEM = {"guid": "b1", "title": "Draaibrug negen weken dicht", "text": story(BRIDGE)}
FROST_ITEM = {"guid": "v1", "title": "Nachtvorst in de boomgaard", "text": story(FROST)}
LIBRARY_ITEM = {"guid": "s1", "title": "Scholieren nemen podcasts op", "text": story(LIBRARY)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


@pytest.fixture
def paper(store: Store) -> Paper:
    return Paper(store, "krant")


def with_validators(outcome: FeedOutcome, etag: str | None, modified: str | None) -> FeedOutcome:
    validators = Validators(url=outcome.job.url, etag=etag, last_modified=modified)
    assert isinstance(outcome.result, (FeedParsed, FeedUnchanged))
    return replace(outcome, result=replace(outcome.result, validators=validators))


def held_validators(store: Store) -> tuple[str | None, str | None]:
    ((etag, modified),) = ask(store, "SELECT etag, last_modified FROM feeds")
    return etag, modified


def answer(paper: Paper, result: FeedUnchanged | FeedFailed, *, now: datetime) -> FeedOutcome:
    """Claim the feed and let its server answer with this."""
    parsed = paper.outcome(paper.rss(), now=now)
    return replace(parsed, result=result)


def fail(paper: Paper, *, now: datetime, **failure: Any) -> None:
    failed = FeedFailed(**{"reason": Reason.STATUS, "detail": "500"} | failure)
    paper.deposit(answer(paper, failed, now=now), now=now)


# ---- validators ---------------------------------------------------------------------------------


def test_a_good_answer_overwrites_both_validators_also_with_nothing(
    store: Store, paper: Paper
) -> None:
    first = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    paper.deposit(with_validators(first, '"1"', "gisteren"), now=at(0))
    assert held_validators(store) == ('"1"', "gisteren")
    second = paper.outcome(paper.rss(FROST_ITEM), now=at(60))
    paper.deposit(with_validators(second, None, "vandaag"), now=at(60))
    assert held_validators(store) == (None, "vandaag")
    third = paper.outcome(paper.rss(FROST_ITEM), now=at(120))
    paper.deposit(with_validators(third, None, None), now=at(120))
    assert held_validators(store) == (None, None)


@pytest.mark.parametrize("not_modified", [True, False])
def test_an_unchanged_answer_replaces_validators_only_if_it_carries_some(
    store: Store, paper: Paper, not_modified: bool
) -> None:
    first = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    paper.deposit(with_validators(first, '"1"', None), now=at(0))
    silent = FeedUnchanged(not_modified=not_modified, validators=None)
    paper.deposit(answer(paper, silent, now=at(60)), now=at(60))
    assert held_validators(store) == ('"1"', None)
    telling = with_validators(answer(paper, silent, now=at(120)), '"2"', "nu")
    paper.deposit(telling, now=at(120))
    assert held_validators(store) == ('"2"', "nu")


def test_a_failure_leaves_the_validators_and_the_digest(store: Store, paper: Paper) -> None:
    first = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    paper.deposit(with_validators(first, '"1"', None), now=at(0))
    digest = one(store, "SELECT body_digest FROM feeds")
    fail(paper, now=at(60))
    assert held_validators(store) == ('"1"', None)
    assert one(store, "SELECT body_digest FROM feeds") == digest
    job = paper.claim(now=at(120))
    assert (job.validators, job.body_digest) == (
        Validators(url=paper.url, etag='"1"', last_modified=None),
        digest,
    )


def test_every_eighth_day_at_the_latest_a_feed_is_asked_for_all(store: Store, paper: Paper) -> None:
    first = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    paper.deposit(with_validators(first, '"1"', None), now=at(0))
    unchanged = FeedUnchanged(not_modified=True, validators=None)
    paper.deposit(answer(paper, unchanged, now=at(60)), now=at(60))
    assert paper.claim(now=at(120)).validators is not None
    assert paper.claim(now=at(8 * 24 * 60)).validators is None


# ---- fences and failures ------------------------------------------------------------------------


def test_an_outcome_under_an_old_epoch_is_not_written(store: Store, paper: Paper) -> None:
    late = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    paper.poll(FROST_ITEM, now=at(10))  # another process has claimed the host meanwhile
    before = tables_without_polls(store)
    n_polls = count(store, "polls")
    (deposited,) = store.deposit([late], now=at(11), plan=STEADY_PLAN)
    assert deposited.is_fenced
    assert deposited.schedule is None
    assert tables_without_polls(store) == before
    assert count(store, "polls") == n_polls


def test_a_repeated_deposit_changes_nothing_but_logs_and_when_things_were_seen(
    store: Store, paper: Paper
) -> None:
    outcome = paper.outcome(paper.rss(BRIDGE_ITEM, FROST_ITEM), now=at(0))
    store.deposit([outcome], now=at(0), plan=STEADY_PLAN)
    before = tables_without_polls(store)
    (again,) = store.deposit([outcome], now=at(5), plan=STEADY_PLAN)
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 2)
    assert tables_without_polls(store) == before


def breaking_plan(name: str) -> Any:
    """Return a pace that cannot plan what feed `name` brought: a fault of ours, after its entries were written."""

    def plan(job: FeedJob, exchange: object, result: object, **facts: Any) -> Schedule:
        if job.name == name and isinstance(result, FeedParsed):
            raise RuntimeError("no such hour")
        return STEADY_PLAN(job, exchange, result, **facts)  # type: ignore[arg-type]  # as it came

    return plan


def test_one_outcome_that_fails_is_recorded_and_leaves_its_neighbours(store: Store) -> None:
    first, broken, last = (Paper(store, name) for name in ("eerste", "stuk", "laatste"))
    outcomes = [
        first.outcome(first.rss(BRIDGE_ITEM), now=at(0)),
        broken.outcome(broken.rss(FROST_ITEM), now=at(0)),
        last.outcome(last.rss(LIBRARY_ITEM), now=at(0)),
    ]
    deposited = store.deposit(outcomes, now=at(0), plan=breaking_plan("stuk"))
    assert [d.n_new for d in deposited] == [1, 0, 1]
    assert "no such hour" in deposited[1].notes[0]
    assert ask(store, "SELECT title FROM revisions ORDER BY id") == [
        (BRIDGE_ITEM["title"],),
        (LIBRARY_ITEM["title"],),
    ]
    query = "SELECT last_reason, last_detail, body_digest FROM feeds WHERE name = 'stuk'"
    ((reason, detail, digest),) = ask(store, query)
    assert (reason, digest) == ("deposit", b"")
    assert "no such hour" in detail
    assert one(store, "SELECT count(*) FROM polls WHERE result = 'deposit'") == 1


def test_words_of_an_outcome_that_failed_are_written_when_they_come_again(store: Store) -> None:
    paper, other = Paper(store, "stuk"), Paper(store, "heel")
    outcomes = [
        paper.outcome(paper.rss(FROST_ITEM), now=at(0)),
        other.outcome(other.rss(BRIDGE_ITEM), now=at(0)),
    ]
    store.deposit(outcomes, now=at(0), plan=breaking_plan("stuk"))
    assert one(store, "SELECT count(*) FROM word WHERE word = 'boomgaarden'") == 0
    paper.poll(FROST_ITEM, now=at(60))
    for word in ("boomgaarden", "draaibrug"):
        assert one(store, f"SELECT count(*) FROM word WHERE word = '{word}'") > 0


def test_a_transaction_that_fails_leaves_nothing_and_the_words_come_again(
    store: Store, paper: Paper
) -> None:
    outcome = paper.outcome(paper.rss(FROST_ITEM), now=at(0))
    before = tables_without_polls(store)

    def stopped(*_: object, **__: object) -> Schedule:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.deposit([outcome], now=at(0), plan=stopped)
    assert tables_without_polls(store) == before
    store.deposit([outcome], now=at(1), plan=STEADY_PLAN)
    assert one(store, "SELECT count(*) FROM word WHERE word = 'boomgaarden'") > 0


def test_a_disk_that_fills_at_any_point_is_said_and_loses_nothing(
    store: Store, paper: Paper
) -> None:
    paper.poll(BRIDGE_ITEM, now=at(0))
    long = " ".join(f"woord{n}" for n in range(4_000))
    outcome = paper.outcome(paper.rss(FROST_ITEM | {"text": long}), now=at(60))
    before = tables_without_polls(store)
    n_refused = 0
    for n_free in range(0, 400, 7):
        limit_pages(store, n_free=n_free)
        try:
            (deposited,) = store.deposit([outcome], now=at(60), plan=STEADY_PLAN)
        except ArchiveUnusable as error:
            assert "full" in str(error)
            assert tables_without_polls(store) == before
            n_refused += 1
        else:
            break
    assert n_refused > 5
    assert deposited.n_new == 1
    assert one(store, "SELECT count(*) FROM word WHERE word = 'woord3999'") > 0


def limit_pages(store: Store, *, n_free: int) -> None:
    """Let the archive's file grow by so many pages, as a disk would that is nearly full."""
    with store.writing() as connection:
        n_pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {n_pages + n_free}")


# ---- states and holds ---------------------------------------------------------------------------


def planned(state: str | None, *, hold_s: int | None = None) -> Any:
    """Return a pace that brings about this state, and holds the host so long."""

    def plan(
        job: FeedJob, exchange: object, result: object, *, now: datetime, **_: Any
    ) -> Schedule:
        return Schedule(
            next_poll_at=now + timedelta(hours=1),
            rhythm=job.rhythm,
            reasons=("as the test says",),
            state=state,
            host_hold_s=hold_s,
        )

    return plan


def set_state(store: Store, state: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.update(feeds).values(state=state))


def state_of(store: Store) -> tuple[str, bool]:
    """Return the feed's state, and whether it will ever be polled."""
    ((state, next_us),) = ask(store, "SELECT state, next_poll_at FROM feeds")
    return state, next_us < NEVER


@pytest.mark.parametrize("state", ["dead", "held"])
def test_a_good_answer_ends_being_dead_or_held(store: Store, paper: Paper, state: str) -> None:
    outcome = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    set_state(store, state)
    store.deposit([outcome], now=at(0), plan=planned("active"))
    assert state_of(store) == ("active", True)


@pytest.mark.parametrize(
    ("state", "is_polled"), [("dead", True), ("held", False), ("retired", False)]
)
def test_a_failure_may_end_a_feeds_being_active(
    store: Store, paper: Paper, state: str, is_polled: bool
) -> None:
    failed = FeedFailed(reason=Reason.GONE, detail="410")
    outcome = answer(paper, failed, now=at(0))
    store.deposit([outcome], now=at(0), plan=planned(state))
    assert state_of(store) == (state, is_polled)


@pytest.mark.parametrize("state", ["paused", "retired", "parked"])
@pytest.mark.parametrize("planned_state", [None, "active", "dead", "held"])
def test_what_a_person_stopped_stays_stopped_though_an_answer_was_on_its_way(
    store: Store, paper: Paper, state: str, planned_state: str | None
) -> None:
    outcome = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    store.set_feed_state(paper.feed.id, state, now=at(0))
    (deposited,) = store.deposit([outcome], now=at(1), plan=planned(planned_state))
    assert deposited.n_new == 1
    assert state_of(store) == (state, False)


def test_a_feed_that_kills_three_workers_is_parked_and_one_good_answer_forgets_two(
    store: Store, paper: Paper
) -> None:
    deadly = {"reason": Reason.PARSE_LIMIT, "detail": "10 s of CPU", "worker_died": True}
    for n_minutes in (0, 60):
        fail(paper, now=at(n_minutes), **deadly)
    paper.poll(BRIDGE_ITEM, now=at(120))
    for n_minutes in (180, 240):
        fail(paper, now=at(n_minutes), **deadly)
    assert state_of(store) == ("active", True)
    fail(paper, now=at(300), **deadly)
    assert state_of(store) == ("parked", False)
    assert one(store, "SELECT last_reason FROM feeds") == "parse_limit"


def test_a_hold_of_the_server_outlives_the_process_that_was_told(
    store: Store, paper: Paper
) -> None:
    failed = FeedFailed(reason=Reason.STATUS, detail="429", retry_after_s=7_200)
    outcome = answer(paper, failed, now=at(0))
    store.deposit([outcome], now=at(0), plan=planned(None, hold_s=7_200))
    # No release: the process dies here. Its lease ends long before the hold.
    assert store.claim_hosts(now=at(60), owner="other", limit=1) == ()
    assert len(store.claim_hosts(now=at(121), owner="other", limit=1)) == 1


def test_a_shorter_hold_never_ends_a_longer_one(store: Store, paper: Paper) -> None:
    outcome = answer(paper, FeedFailed(reason=Reason.STATUS, detail="429"), now=at(0))
    for now, hold_s in ((at(0), 7_200), (at(1), 60)):
        store.deposit([outcome], now=now, plan=planned(None, hold_s=hold_s))
    assert one(store, "SELECT hold_until FROM hosts") == to_us(at(120))


def test_any_outcome_clears_the_claims_before_it(store: Store, paper: Paper) -> None:
    paper.claim(now=at(0))
    assert one(store, "SELECT attempts FROM feeds") == 1
    fail(paper, now=at(20))
    assert one(store, "SELECT attempts FROM feeds") == 0


# ---- the log ------------------------------------------------------------------------------------


def test_every_poll_has_a_line_that_says_what_it_came_to(store: Store, paper: Paper) -> None:
    paper.poll(BRIDGE_ITEM, now=at(0))
    paper.poll_unchanged(now=at(60))
    same = FeedUnchanged(not_modified=False, validators=None)
    paper.deposit(answer(paper, same, now=at(120)), now=at(120))
    fail(paper, now=at(180))
    rows = ask(store, "SELECT result, n_new, n_seen, detail FROM polls ORDER BY id")
    assert rows == [
        ("parsed", 1, 0, None),
        ("not_modified", 0, 0, None),
        ("unchanged", 0, 0, None),
        ("status", 0, 0, "500"),
    ]


def test_rejected_items_are_recorded_with_their_reason(store: Store, paper: Paper) -> None:
    outcome = paper.outcome(paper.rss(BRIDGE_ITEM), now=at(0))
    from archive.model.stated import RejectedEntry

    assert isinstance(outcome.result, FeedParsed)
    rejected = (
        RejectedEntry(position=4, reason="no title, text or link", guid="x"),
        RejectedEntry(position=-1, reason="beyond the first 20,000 items", n_entries=7),
    )
    parsed = replace(outcome.result.parsed, rejected=rejected)
    deposited = paper.deposit(
        replace(outcome, result=replace(outcome.result, parsed=parsed)), now=at(0)
    )
    assert deposited.n_rejected == 8
    rows = ask(store, "SELECT position, n_entries, reason, guid FROM rejections ORDER BY id")
    assert rows == [
        (4, 1, "no title, text or link", "x"),
        (-1, 7, "beyond the first 20,000 items", None),
    ]


def test_the_raw_document_is_kept_when_it_gave_something_new_and_only_then(
    store: Store, paper: Paper
) -> None:
    def n_bodies() -> int:
        return int(one(store.path.with_name("archive-bodies.db"), "SELECT count(*) FROM bodies"))

    paper.poll(BRIDGE_ITEM, now=at(0))
    assert n_bodies() == 1
    body = paper.rss(BRIDGE_ITEM).replace(b"<channel>", b"<channel><ttl>60</ttl>")
    paper.poll_body(body, now=at(60))
    assert n_bodies() == 1


def test_what_another_parsers_version_reads_otherwise_is_no_edit_and_goes_nowhere(
    store: Store, paper: Paper
) -> None:
    paper.poll(BRIDGE_ITEM, FROST_ITEM, now=at(0))
    assert len(store.settle(now=at(1))) == 2
    with store.writing() as connection:
        connection.execute(sa.update(feeds).values(parser_version=PARSER_VERSION - 1))
    misread = FROST_ITEM | {"text": " ".join(story(FROST).split()[:-12])}
    again = paper.poll(BRIDGE_ITEM, misread, now=at(60))
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 2)
    assert ask(store, "SELECT kind FROM revisions ORDER BY id") == [
        ("new",),
        ("new",),
        ("reparse",),
    ]
    assert store.settle(now=at(61)) == ()
    # The next change is the publisher's again.
    edited = paper.poll(BRIDGE_ITEM, misread | {"title": "Telers bang voor vorst"}, now=at(120))
    assert edited.n_revised == 1
    assert len(store.settle(now=at(121))) == 1


def test_another_parsers_version_reads_all_again_and_states_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with open_store(path) as store:
        paper = Paper(store, "krant")
        paper.poll(BRIDGE_ITEM, now=at(0))
        with store.writing() as connection:
            connection.execute(sa.update(feeds).values(parser_version=PARSER_VERSION - 1))
        before = tables_without_polls(store)
        again = paper.poll(BRIDGE_ITEM, now=at(60))
        assert (again.n_seen, again.n_new) == (1, 0)
        after = tables_without_polls(store)
        assert before.pop("feeds") != after.pop("feeds")
        assert after == before
