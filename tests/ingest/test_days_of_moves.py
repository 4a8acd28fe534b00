"""Redirects over days: what moves a feed, what never does, and that it is polled on all the way."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.archive.store.looking import ask, count
from tests.ingest.days import FEED, Days, Reply, days_in, moved, rss

NEW = "https://nieuw.example/feed"
THIRD = "https://derde.example/feed"


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    with days_in(tmp_path) as made:
        made.on(NEW, Reply(body=rss("een")))
        yield made


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_that_lasts_a_day_moves_the_feed(days: Days, status: int) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW, status))
    days.polls_for(hours=23)
    assert days.feed("url") == FEED
    days.polls_for(hours=20)
    assert days.feed("url") == NEW


def test_a_moved_feed_is_polled_on_at_its_new_host_and_the_old_one_is_left_alone(
    days: Days,
) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.polls_for(hours=48)
    days.sites.asked.clear()
    assert len(days.polls_for(days=2)) > 2
    assert {url for _, url, _ in days.sites.asked} == {NEW}
    assert days.row().state == "active"


def test_a_moved_feed_is_vouched_for_by_the_address_its_operator_wrote(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.polls_for(hours=48)
    days.poll()
    last = days.sites.requests[-1]
    assert (last.url, last.operator_url) == (NEW, FEED)


def test_the_old_address_still_names_the_feed_and_its_articles_are_the_same(days: Days) -> None:
    feed_id = days.subscribe()
    days.on(FEED, moved(NEW))
    days.polls_for(hours=48)
    assert days.store.find_feed(FEED).id == days.store.find_feed(NEW).id == feed_id
    assert count(days.store, "articles") == count(days.store, "sightings") == 1


def test_the_move_is_written_with_the_poll_that_made_it_sure(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.polls_for(hours=48)
    assert [detail for detail in days.details() if detail] == [f"moved for good to {NEW}"]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_never_moves_it(days: Days, status: int) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW, status))
    days.polls_for(days=9)
    assert days.feed("url", "move") == (FEED, "{}")
    assert count(days.store, "articles") == 1


def test_a_mixed_chain_moves_along_its_leading_permanent_run_alone(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.on(NEW, moved(THIRD, 302))
    days.on(THIRD, Reply(body=rss("een")))
    days.polls_for(hours=48)
    assert days.feed("url") == NEW


def test_a_permanent_redirect_behind_a_temporary_one_moves_nothing(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW, 302))
    days.on(NEW, moved(THIRD, 301))
    days.on(THIRD, Reply(body=rss("een")))
    days.polls_for(days=4)
    assert days.feed("url", "move") == (FEED, "{}")


def test_a_chain_of_permanent_redirects_moves_to_its_end(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW, 308))
    days.on(NEW, moved(THIRD, 301))
    days.on(THIRD, Reply(body=rss("een")))
    days.polls_for(hours=48)
    assert days.feed("url") == THIRD


@pytest.mark.parametrize(
    "end",
    [
        Reply(body=b"<!doctype html><html><body>Welkom</body></html>"),
        Reply(status=500),
        Reply(status=404),
    ],
)
def test_a_redirect_to_what_is_no_feed_moves_nothing(days: Days, end: Reply) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.on(NEW, end)
    days.polls_for(days=5)
    assert days.feed("url", "move") == (FEED, "{}")


def test_a_redirect_of_an_hour_is_forgotten_once_the_old_address_answers_itself(
    days: Days,
) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW), moved(NEW), Reply(body=rss("een")))
    for _ in range(3):
        days.poll()
    assert days.feed("move") == "{}"
    days.on(FEED, moved(NEW))
    days.polls_for(hours=23)
    assert days.feed("url") == FEED


def test_a_304_behind_the_redirect_confirms_it_as_well(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.on(NEW, Reply(body=rss("een"), headers={"ETag": '"1"'}), Reply(status=304))
    days.polls_for(hours=60)
    assert days.feed("url") == NEW


def test_failures_between_confirmations_take_none_away(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW), moved(NEW), Reply(status=500), moved(NEW))
    days.polls_for(hours=40)
    assert days.feed("url") == NEW


def test_http_to_https_is_taken_at_once(days: Days) -> None:
    days.subscribe("http://krant.example/feed")
    days.on("http://krant.example/feed", moved(FEED))
    days.on(FEED, Reply(body=rss("een")))
    days.poll()
    assert days.feed("url") == FEED
    days.poll()
    assert days.sites.asked[-1][1] == FEED


@pytest.mark.parametrize("status", [404, 410])
def test_an_old_address_that_goes_after_one_good_redirect_moves_the_feed_at_once(
    days: Days, status: int
) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW), Reply(status=status))
    days.poll()
    days.poll()
    assert days.feed("url", "state") == (NEW, "active")
    assert days.wait_h == 0
    days.poll()
    assert days.row().n_failures == 0
    assert days.sites.asked[-1][1] == NEW


def test_an_old_address_that_goes_without_a_redirect_seen_before_stays(days: Days) -> None:
    days.subscribe()
    days.on(FEED, Reply(body=rss("een")), Reply(status=404))
    days.polls_for(days=3)
    assert days.feed("url") == FEED


def test_a_500_at_the_old_address_is_no_reason_to_move(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW), Reply(status=500))
    days.polls_for(days=3)
    assert days.feed("url") == FEED


def test_a_feed_that_moves_where_another_subscription_is_becomes_one_with_it(days: Days) -> None:
    days.subscribe(name="oud")
    days.subscribe(NEW, name="nieuw")
    days.on(FEED, moved(NEW))
    days.polls_for(hours=48)
    assert days.row("oud").state == "retired"
    days.sites.asked.clear()
    days.polls_for(days=2)
    assert {url for _, url, _ in days.sites.asked} == {NEW}
    assert count(days.store, "articles") == 1
    assert f"moved for good to {NEW}, which nieuw reads" in days.details()


def test_a_loop_is_a_failure_that_says_so_and_moves_nothing(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW))
    days.on(NEW, moved(FEED))
    days.polls_for(days=2)
    assert days.feed("url", "last_reason", "move") == (FEED, "redirect", "{}")


@pytest.mark.parametrize("location", ["", "file:///etc/passwd", "javascript:alert(1)", "http://"])
def test_a_redirect_that_leads_nowhere_is_a_failure(days: Days, location: str) -> None:
    days.subscribe()
    days.poll(moved(location))
    assert days.feed("url", "last_reason") == (FEED, "redirect")
    assert "redirect" in str(days.feed("last_detail"))


def test_six_hops_are_one_too_many_and_five_are_not(days: Days) -> None:
    for n_hops, reason in ((5, None), (6, "redirect")):
        name = f"keten{n_hops}"
        urls = [f"https://{name}.example/{n}" for n in range(n_hops + 1)]
        days.subscribe(urls[0], name=name)
        for here, there in pairwise(urls):
            days.on(here, moved(there, 302))
        days.on(urls[-1], Reply(body=rss(name)))
        days.poll()
        assert days.row(name).last_reason == reason


def test_validators_are_kept_for_the_address_that_gave_them(days: Days) -> None:
    days.subscribe()
    days.on(FEED, moved(NEW, 302), Reply(body=rss("een")))
    days.on(NEW, Reply(body=rss("een"), headers={"ETag": '"nieuw"'}))
    days.poll()
    assert days.feed("validators_url", "etag") == (NEW, '"nieuw"')
    days.poll()  # the old address answers itself, and is not told another's ETag
    assert days.sites.asked[-1][1:] == (FEED, None)


def test_a_busy_answer_at_the_end_of_a_redirect_holds_the_host_it_came_from(days: Days) -> None:
    days.subscribe()
    days.subscribe("https://krant.example/sport", name="sport")
    days.on("https://krant.example/sport", Reply(body=rss("sport")))
    days.on(FEED, moved(NEW, 302))
    days.on(NEW, Reply(status=429, headers={"Retry-After": "36000"}))
    days.poll()
    held = dict(ask(days.store, "SELECT name, hold_until > 0 FROM hosts"))
    assert held == {"krant.example:443": 0, "nieuw.example:443": 1}
    days.poll()
    assert days.polls[-1][1] == "sport"
