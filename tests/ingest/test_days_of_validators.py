"""ETag and Last-Modified over days: what is kept, what is sent, and what must never be remembered."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from archive.model.outcome import Reason, Validators
from archive.store import entries
from ingest.workers import WorkerKilled
from tests.archive.store.looking import ask, count
from tests.ingest.days import FEED, Days, Reply, days_in, rss

DATED = "Tue, 24 Nov 2026 08:00:00 GMT"
GOOD = Reply(body=rss("een"), headers={"ETag": '"1"', "Last-Modified": DATED})
HELD = Validators(url=FEED, etag='"1"', last_modified=DATED)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with days_in(tmp_path) as made:
        made.subscribe()
        yield made


def after(days: Days, *replies: Reply) -> Validators | None:
    """Poll once for each reply, and once more; returns what that last request carried."""
    for reply in replies:
        days.poll(reply)
    days.poll(GOOD)
    return days.sent


def test_both_are_sent_back_as_they_came(days: Days) -> None:
    assert after(days, GOOD) == HELD


@pytest.mark.parametrize(
    ("etag", "last_modified"),
    [
        ('W/"zwak"', None),
        ("kaal", None),
        ('""', None),
        (None, "Tuesday, 24-Nov-26 08:00:00 GMT"),
        (None, "not a date"),
        ('"' + "x" * 8_000 + '"', "0"),
    ],
)
def test_odd_forms_go_back_unchanged(
    days: Days, etag: str | None, last_modified: str | None
) -> None:
    stated = {"ETag": etag, "Last-Modified": last_modified}
    headers = {name: value for name, value in stated.items() if value is not None}
    sent = after(days, Reply(body=rss("een"), headers=headers))
    assert sent == Validators(url=FEED, etag=etag, last_modified=last_modified)


def test_a_good_answer_without_them_clears_both(days: Days) -> None:
    assert after(days, GOOD, Reply(body=rss("een", "twee"))) is None


def test_a_good_answer_with_one_of_them_clears_the_other(days: Days) -> None:
    sent = after(days, GOOD, Reply(body=rss("twee"), headers={"ETag": '"2"'}))
    assert sent == Validators(url=FEED, etag='"2"', last_modified=None)


def test_unchanged_bytes_still_overwrite_them(days: Days) -> None:
    again = Reply(body=GOOD.body, headers={"ETag": '"anders"'})
    assert after(days, GOOD, again) == Validators(url=FEED, etag='"anders"')


def test_a_304_that_carries_them_replaces_them(days: Days) -> None:
    sent = after(days, GOOD, Reply(status=304, headers={"ETag": '"2"', "Last-Modified": "later"}))
    assert sent == Validators(url=FEED, etag='"2"', last_modified="later")


def test_a_304_that_carries_none_leaves_them(days: Days) -> None:
    assert after(days, GOOD, Reply(status=304)) == HELD


def test_a_304_without_having_been_asked_is_a_failure(days: Days) -> None:
    days.poll(Reply(body=rss("een")))
    days.poll(Reply(status=304))
    assert days.row().last_reason == "protocol"
    assert days.row().n_failures == 1


@pytest.mark.parametrize(
    "error",
    [
        Reply(status=500, headers={"ETag": '"fout"'}),
        Reply(status=404, headers={"ETag": '"fout"'}),
        Reply(status=429, headers={"ETag": '"fout"', "Retry-After": "60"}),
        Reply(reason=Reason.TIMEOUT),
        Reply(reason=Reason.CUT),
        Reply(reason=Reason.EMPTY),
    ],
)
def test_errors_leave_them(days: Days, error: Reply) -> None:
    assert after(days, GOOD, error) == HELD


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body>Een ogenblik geduld</body></html>",
        b'{"error": "limit"}',
        b"<rss version='2.0'><channel><title>Krant</title>",
    ],
)
def test_those_of_what_is_no_whole_feed_are_never_remembered(days: Days, body: bytes) -> None:
    sent = after(days, Reply(body=body, headers={"ETag": '"wacht"'}))
    assert sent is None


def test_a_page_in_place_of_the_feed_leaves_those_of_the_feed(days: Days) -> None:
    page = Reply(body=b"<html><body>Onderhoud</body></html>", headers={"ETag": '"wacht"'})
    assert after(days, GOOD, page) == HELD


def test_those_of_a_body_that_may_have_been_cut_are_never_remembered(days: Days) -> None:
    unproven = Reply(body=rss("een"), headers={"ETag": '"1"'}, end_is_proven=False)
    assert after(days, unproven) is None
    assert count(days.store, "articles") == 1


def test_those_of_a_document_that_killed_its_parser_are_never_remembered(days: Days) -> None:
    days.parser.dies_of[b"dodelijk"] = WorkerKilled("took more than 10 s of CPU")
    deadly = Reply(body=rss("dodelijk"), headers={"ETag": '"dodelijk"'})
    assert after(days, deadly) is None


def test_those_of_a_well_formed_empty_feed_are_remembered(days: Days) -> None:
    sent = after(days, Reply(body=rss(), headers={"ETag": '"leeg"'}))
    assert sent == Validators(url=FEED, etag='"leeg"')


def test_an_entry_that_came_with_a_failed_deposit_is_asked_for_again(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Validators are written with the entries, or not at all: else a 304 would hide what was never kept."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("half way")

    with monkeypatch.context() as broken:
        broken.setattr(entries, "note_rejected", fail)
        days.poll(GOOD)
    assert days.row().last_reason == "deposit"
    days.poll(GOOD)
    assert days.sent is None
    assert count(days.store, "articles") == 1


def test_about_once_a_week_the_whole_document_is_asked_for(days: Days) -> None:
    days.on(FEED, GOOD, Reply(status=304))
    days.poll()
    days.sites._reply_of = lambda url: (  # type: ignore[method-assign]  # a server that answers as asked
        Reply(status=304) if days.sent else GOOD
    )
    days.polls_for(days=30)
    whole = [at for at, _, sent in days.sites.asked if sent is None]
    assert len(whole) in (4, 5)
    gaps = [(later - sooner) / timedelta(days=1) for sooner, later in pairwise(whole)]
    assert all(7 <= gap <= 9.5 for gap in gaps)


def test_a_server_that_says_304_for_ever_is_caught_within_eight_days(days: Days) -> None:
    days.poll(GOOD)
    days.sites._reply_of = lambda url: (  # type: ignore[method-assign]  # it never looks at what it is asked
        Reply(status=304) if days.sent else Reply(body=rss("een", "twee"), headers=GOOD.headers)
    )
    days.polls_for(days=9)
    assert count(days.store, "articles") == 2


def test_the_weekly_whole_documents_of_many_feeds_are_spread_over_half_a_day(days: Days) -> None:
    for n in range(30):
        url = f"https://krant{n}.example/feed"
        days.subscribe(url, name=f"krant{n}")
        days.on(url, Reply(body=rss(str(n)), headers={"ETag": '"1"'}))
    days.on(FEED, GOOD)
    for _ in range(31):
        days.poll()
    due_h = sorted(us / 3.6e9 for (us,) in ask(days.store, "SELECT unconditional_at FROM feeds"))
    assert 8 < due_h[-1] - due_h[0] <= 12
    hours = [int(hour - due_h[0]) for hour in due_h]
    assert max(hours.count(hour) for hour in hours) <= 6


def test_a_newer_parser_asks_for_the_whole_document(days: Days) -> None:
    days.poll(GOOD)
    with days.store.writing() as connection:
        connection.exec_driver_sql("UPDATE feeds SET parser_version = parser_version - 1")
    days.poll(GOOD)
    assert days.sent is None
