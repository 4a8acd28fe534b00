"""What a person is shown of feeds, and how they get one going again: list, show, log, check, retry, why."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.commands.place import Place
from archive.model.outcome import Reason
from archive.store.subscriptions import Subscription
from scheduler import main
from tests.ingest.days import FEED, Days, Reply, days_in, moved, rss

SPORT = "https://krant.example/sport"


class Desk:
    """Feeds over days, and the command line beside them."""

    def __init__(self, days: Days, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.days = days
        self._folder = folder
        self._capsys = capsys
        self.err = ""

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command at the days' instant; returns its stdout, `err` has its stderr."""
        place = Place(clock=self.days.clock)
        assert main(["-C", str(self._folder), *words], place=place) == code
        out, self.err = self._capsys.readouterr()
        return out

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))

    def feed(self, name: str = "krant") -> Any:
        (found,) = [f for f in self.json("feeds", "list")["feeds"] if f["feed"] == name]
        return found


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    (tmp_path / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\ntimezone = "Europe/Amsterdam"\n', encoding="utf-8"
    )
    with days_in(tmp_path) as days:
        days.subscribe()
        days.on(FEED, Reply(body=rss("een", "twee"), headers={"ETag": '"1"'}))
        yield Desk(days, tmp_path, capsys)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let a person watch, at so many columns."""

    def watch(columns: int) -> None:
        monkeypatch.setattr(Place, "is_terminal", property(lambda place: True))
        monkeypatch.setenv("COLUMNS", str(columns))

    return watch


# ---- the list -----------------------------------------------------------------------------------


def test_where_nothing_polls_each_feed_is_shown_as_it_was_and_the_service_is_missed(
    desk: Desk,
) -> None:
    desk.days.poll()
    desk.days.clock.advance(days=9)
    assert desk.feed()["health"] == "good"
    assert desk.feed()["new_24h"] == 2
    desk.run("feeds")
    assert "nothing was polled since 2026-11-24T12:00:00Z" in desk.err
    assert "newsarchive run" in desk.err
    desk.run("feeds", "check")
    assert "nothing was polled since" in desk.err
    assert desk.json("feeds", "list")["at_rest_since"] == "2026-11-24T12:00:00Z"


def test_a_line_in_a_pipe_has_the_documented_columns(desk: Desk) -> None:
    desk.days.poll()
    (line,) = desk.run("feeds").splitlines()
    name, state, last, due, n_articles, url, note, n_day, copies, days = line.split("\t")
    assert (name, state, n_articles, url, note) == ("krant", "good", "2", FEED, "")
    assert last == "2026-11-24T12:00:00Z"
    assert due > last
    assert (n_day, copies) == ("2", "0.0")
    assert days.split(",") == [*[""] * 29, "2"]
    assert desk.err == "1 feed: 1 good\n"


def test_the_present_keys_of_the_document_keep_their_meaning_and_others_are_added(
    desk: Desk,
) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=500))
    found = desk.feed()
    assert (found["state"], found["failures"]) == ("failing", 1)
    assert (found["health"], found["needs_look"]) == ("failing", True)
    assert found["note"].startswith("once since 2026-11-24T")
    assert found["note"].endswith("the server answered 500")
    assert found["failing_since"] is not None
    assert found["new_24h"] == 2


def test_copies_are_a_share_of_what_a_feed_showed(desk: Desk) -> None:
    elsewhere = "https://bode.example/feed"
    desk.days.subscribe(elsewhere, name="bode")
    item = (
        "<item><guid>x</guid><title>Over een</title><link>https://krant.example/een</link></item>"
    )
    other = item.replace(">x<", ">y<")
    for url, body in ((FEED, item), (elsewhere, other)):
        document = f"<rss version='2.0'><channel><title>K</title>{body}</channel></rss>".encode()
        desk.days.on(url, Reply(body=document))
    desk.days.polls_for(hours=5)
    assert {desk.feed()["copies"], desk.feed("bode")["copies"]} == {0.0, 1.0}


def test_sick_shows_only_those_that_need_a_look(desk: Desk) -> None:
    desk.days.subscribe(SPORT, name="sport")
    desk.days.on(SPORT, Reply(status=500))
    desk.days.polls_for(minutes=1)
    for words in (("feeds", "--sick"), ("feeds", "list", "--sick")):
        (line,) = desk.run(*words).splitlines()
        assert line.startswith("sport\tfailing\t")
    assert desk.err.startswith("2 feeds: 1 good, 1 needs a look\nwhy: newsarchive why sport")


def test_no_sick_feed_is_said_and_no_failure(desk: Desk) -> None:
    desk.days.poll()
    assert desk.run("feeds", "--sick") == ""
    assert desk.err == "no feed is sick\n"


@pytest.mark.parametrize("columns", [80, 120])
def test_a_person_sees_a_table_that_fits_and_every_reason_whole_or_cut_with_a_sign(
    desk: Desk, watched: Callable[[int], None], columns: int
) -> None:
    elsewhere = "https://sport.example/feed"
    desk.days.subscribe(elsewhere, name="sport-uit-de-hele-provincie")
    desk.days.on(elsewhere, Reply(status=429, headers={"Retry-After": "7200"}))
    desk.days.polls_for(minutes=1)
    watched(columns)
    lines = desk.run("feeds").splitlines()
    assert all(len(line) <= columns for line in lines)
    assert lines[0].split()[:4] == ["feed", "state", "last", "next"]
    assert ("note" in lines[0]) == (columns == 120)
    assert any("its server asked to wait until 24 nov 15:0" in line for line in lines)
    assert any(line.split()[:3] == ["krant", "good", "13:00"] for line in lines)


def test_an_empty_list_says_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\n', encoding="utf-8")
    with days_in(tmp_path):
        assert main(["-C", str(tmp_path), "feeds"]) == 1
    assert "feeds add URL" in capsys.readouterr().err


def test_an_option_of_the_list_before_another_command_is_refused_with_the_cure(desk: Desk) -> None:
    desk.run("feeds", "--sick", "check", code=2)
    assert "belong behind the command" in desk.err


# ---- why ----------------------------------------------------------------------------------------


def test_why_begins_with_the_next_poll_and_what_decided_it(desk: Desk) -> None:
    desk.days.poll(Reply(body=rss("een"), headers={"Cache-Control": "max-age=18000"}))
    first, *rest = desk.run("why", "krant").splitlines()
    assert first == "Next poll 18:15 (in 5 h 15 min), not 14:00: the answer is fresh for 5 h."
    assert "  the answer is fresh for 5 h" in rest
    assert any(line.startswith("  next = last poll + the longest of") for line in rest)
    assert rest[-1] == "Poll it now: newsarchive poll krant"


def test_why_names_the_usual_rhythm_and_what_the_window_covers(desk: Desk) -> None:
    desk.days.sites._reply_of = lambda url: Reply(  # type: ignore[method-assign]  # a document of the moment
        body=rss(*(str(int(desk.days.clock().timestamp() // 7_200) - n) for n in range(12)))
    )
    desk.days.polls_for(days=3)
    said = desk.run("why", "krant")
    assert "Its usual rhythm is every 1 h" in said
    assert "(12 new in 24 h)" in said
    assert "Its document holds 12 entries, about 2" in said
    assert "it never rolled over between two polls, so nothing was missed" in said


def test_why_of_a_server_that_asked_to_wait_says_how_to_break_its_wish(desk: Desk) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=429, headers={"Retry-After": "7200"}))
    first, *rest = desk.run("why", "krant").splitlines()
    assert "the server asked to wait: Retry-After 7200" in first
    assert rest[-1] == "Poll it now: newsarchive feeds retry krant --now (breaks its server's wish)"


def test_why_of_a_feed_whose_neighbour_made_the_host_wait_names_the_host(desk: Desk) -> None:
    desk.days.subscribe(SPORT, name="sport")
    desk.days.on(SPORT, Reply(status=429, headers={"Retry-After": "36000"}))
    desk.days.polls_for(hours=2)
    first = desk.run("why", "krant").splitlines()[0]
    assert "krant.example asked us to wait until 23:0" in first


def test_why_says_that_a_feed_is_redirected_and_when_it_will_move(desk: Desk) -> None:
    desk.days.on("https://nieuw.example/feed", Reply(body=rss("een")))
    desk.days.poll(moved("https://nieuw.example/feed"))
    said = desk.run("why", "krant")
    assert (
        "It is redirected for good to https://nieuw.example/feed, seen 1 time since 13:00" in said
    )


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        ("paused", "feeds resume krant"),
        ("retired", "feeds resume krant"),
        ("held", "feeds retry krant"),
        ("parked", "feeds retry krant"),
    ],
)
def test_why_of_a_feed_that_is_not_polled_says_what_ends_that(
    desk: Desk, state: str, ends: str
) -> None:
    desk.days.poll()
    desk.days.store.set_feed_state(1, state, now=desk.days.clock())
    first = desk.run("why", "krant").splitlines()[0]
    assert first.startswith("Not polled: ")
    assert ends in first


def test_why_says_when_a_failing_feed_has_been_away_for_longer_than_its_window(desk: Desk) -> None:
    desk.days.sites._reply_of = lambda url: Reply(  # type: ignore[method-assign]  # a document of the moment
        body=rss(*(str(int(desk.days.clock().timestamp() // 7_200) - n) for n in range(12)))
    )
    desk.days.polls_for(days=2)
    desk.days.sites._reply_of = lambda url: Reply(status=500)  # type: ignore[method-assign]
    desk.days.polls_for(days=2)
    assert "longer than that: articles are probably being missed" in desk.run("why", "krant")


def test_why_has_a_document_with_every_input(desk: Desk) -> None:
    desk.days.poll(Reply(body=rss("een", head="<ttl>300</ttl>")))
    found = desk.json("why", "krant")
    assert found["schema"] == 1
    assert found["ttl_s"] == 18_000
    assert found["said"].startswith("Next poll ")
    assert found["reasons"][0] == "the feed asks for polls 5 h apart"
    assert len(found["formula"]) == 3
    assert {"interval_s", "gap_s", "hold_until", "skip_hours", "rollovers", "redirect"} <= set(
        found
    )


def test_why_of_what_is_neither_names_the_nearest_feed(desk: Desk) -> None:
    desk.run("why", "kraant", code=1)
    assert desk.err == "newsarchive: no feed 'kraant'; did you mean 'krant'?\n"


def test_a_feed_is_found_by_any_address_it_ever_had(desk: Desk) -> None:
    desk.days.on("https://nieuw.example/feed", Reply(body=rss("een")))
    desk.days.on(FEED, moved("https://nieuw.example/feed"))
    desk.days.polls_for(days=2)
    for address in (FEED, "https://nieuw.example/feed#top"):
        assert desk.json("why", address)["feed"] == "krant"


# ---- show and log -------------------------------------------------------------------------------


def test_show_says_how_a_feed_stands_at_its_hub(desk: Desk) -> None:
    links = "".join(
        f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="{rel}" href="{url}"/>'
        for rel, url in (("hub", "https://hub.example/"), ("self", FEED))
    )
    desk.days.poll(Reply(body=rss("een", head=links)))
    said = desk.run("feeds", "show", "krant")
    assert "hub         https://hub.example/" in said
    assert "push        " in said
    assert "public_url" in said  # what is missing for it


def test_show_tells_validators_addresses_settings_and_the_last_polls(desk: Desk) -> None:
    desk.days.on("https://nieuw.example/feed", Reply(body=rss("een"), headers={"ETag": '"n"'}))
    desk.days.poll()
    desk.days.on(FEED, moved("https://nieuw.example/feed"))
    desk.days.poll()
    desk.days.poll()
    said = desk.run("feeds", "show", "krant")
    assert said.startswith("krant  good  Krant\n")
    for part in (
        "address     https://krant.example/feed",
        'validators  ETag "n"',
        "of https://nieuw.example/feed",
        "redirect    for good to https://nieuw.example/feed, seen 2 of 3 times",
        "page never, interval as observed, public, published",
        "from the command line (newsarchive feeds edit krant)",
        "parsed        200",
    ):
        assert part in said


def test_show_says_when_a_feeds_guids_turned_out_to_be_of_no_use(desk: Desk) -> None:
    desk.days.poll()
    assert "guids" not in desk.run("feeds", "show", "krant")
    items = "".join(
        f"<item><guid>0</guid><link>https://krant.example/{n}</link><title>{title}</title></item>"
        for n, title in enumerate(("Brug dicht", "Vorst in de boomgaard"))
    )
    body = f'<rss version="2.0"><channel><title>Krant</title>{items}</channel></rss>'
    desk.days.poll(Reply(body=body.encode()))
    said = desk.run("feeds", "show", "krant")
    assert "guids       it gave one guid to two articles" in said
    assert desk.json("feeds", "show", "krant")["settings"]["guids"] == "shared"


def test_show_has_a_document_with_the_history(desk: Desk) -> None:
    desk.days.poll()
    desk.days.poll(Reply(reason=Reason.DNS))
    found = desk.json("feeds", "show", "krant")
    assert [poll["result"] for poll in found["polls"]] == ["dns", "parsed"]
    assert (found["etag"], found["window"], found["articles"]) == ('"1"', 2, 2)
    assert found["settings"]["origin"] == "cli"
    assert len(found["days"]) == 30


def test_a_private_feeds_addresses_stand_nowhere_unless_asked_for(desk: Desk) -> None:
    desk.days.subscribe("https://u:geheim@paper.example/x?token=abc", name="paper", is_private=True)
    for words in (("feeds", "show", "paper"), ("why", "paper"), ("feeds",)):
        for more in ((), ("--json",)):
            said = desk.run(*words, *more)
            assert "geheim" not in said
            assert "abc" not in said
    assert "token=abc" in desk.run("feeds", "show", "paper", "--secrets")


def test_the_log_has_a_line_a_poll_newest_first(desk: Desk) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=500))
    desk.days.poll(Reply(body=rss("twee", "drie")))
    rows = [line.split("\t") for line in desk.run("feeds", "log", "krant").splitlines()]
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("parsed", "200", "1"),
        ("status", "500", "0"),
        ("parsed", "200", "2"),
    ]
    assert rows[1][-1] == "the server answered 500"


def test_the_log_narrows_to_failures_and_to_a_time(desk: Desk) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=500))
    desk.days.clock.advance(hours=3)
    assert len(desk.run("feeds", "log", "krant", "--failed").splitlines()) == 1
    assert desk.json("feeds", "log", "krant", "--failed")["polls"][0]["status"] == 500
    assert len(desk.run("feeds", "log", "krant", "--since", "1d").splitlines()) == 2
    assert desk.run("feeds", "log", "krant", "--since", "30min", code=1) == ""
    since = (desk.days.polls[1][0] - timedelta(seconds=1)).isoformat()
    assert len(desk.run("feeds", "log", "krant", "--since", since).splitlines()) == 1
    desk.run("feeds", "log", "krant", "--since", "gisteren", code=2)
    assert "is no instant" in desk.err


@pytest.mark.parametrize("columns", [80, 120])
def test_the_log_and_the_sheet_of_a_feed_fit_the_terminal(
    desk: Desk, watched: Callable[[int], None], columns: int
) -> None:
    desk.days.poll()
    desk.days.poll(Reply(body=b"<!doctype html><html><body>" + b"Onderhoud. " * 40))
    watched(columns)
    for words in (("feeds", "log", "krant"), ("feeds", "show", "krant"), ("why", "krant")):
        lines = desk.run(*words).splitlines()
        assert len(lines) > 2
        assert max(map(len, lines)) <= columns


# ---- check and retry ----------------------------------------------------------------------------


def test_check_says_what_mends_each_and_ends_with_1(desk: Desk) -> None:
    desk.days.poll()
    desk.run("feeds", "check")
    assert desk.err == "1 feeds, 0 need a look\n"
    desk.days.poll(Reply(status=401))
    (line,) = desk.run("feeds", "check", code=1).splitlines()
    name, health, n_failures, reason, note, cure = line.split("\t")
    assert (name, health, n_failures, reason, note) == ("krant", "held", "1", "unauthorised", "401")
    assert "auth_file" in cure


@pytest.mark.parametrize("state", ["active", "held", "parked", "dead"])
def test_a_retry_makes_a_feed_due_and_keeps_its_count(desk: Desk, state: str) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=500))
    desk.days.store.set_feed_state(1, state, now=desk.days.clock() + timedelta(hours=9))
    said = desk.run("feeds", "retry", "krant")
    assert "krant is due now (1 failure so far)" in said
    row = desk.days.row()
    assert (row.state, row.n_failures, row.next_poll_at) == ("active", 1, desk.days.clock())
    desk.days.poll(Reply(body=rss("een")))
    assert desk.days.row().n_failures == 0


def test_a_retry_that_would_break_a_servers_wish_says_so_and_wants_to_be_told(desk: Desk) -> None:
    desk.days.poll()
    desk.days.poll(Reply(status=429, headers={"Retry-After": "7200"}))
    asked_at = desk.days.clock()
    said = desk.run("feeds", "retry", "krant")
    assert "its server asked to wait. Break that wish: newsarchive feeds retry krant --now" in said
    assert desk.days.store.next_due_at() == asked_at + timedelta(hours=2)
    said = desk.run("feeds", "retry", "krant", "--now")
    assert "against its server's wish to wait until" in said
    assert desk.days.store.next_due_at() == asked_at


@pytest.mark.parametrize("state", ["paused", "retired"])
def test_what_somebody_stopped_is_not_retried_but_resumed(desk: Desk, state: str) -> None:
    desk.days.store.set_feed_state(1, state, now=desk.days.clock())
    desk.run("feeds", "retry", "krant", code=2)
    assert f"krant is {state}" in desk.err
    assert "newsarchive feeds resume krant" in desk.err


def test_a_retry_of_several_with_one_unknown_changes_none(desk: Desk) -> None:
    desk.days.poll()
    due_at = desk.days.row().next_poll_at
    desk.run("feeds", "retry", "krant", "post", code=1)
    assert desk.days.row().next_poll_at == due_at


def test_a_feed_that_is_gone_is_no_longer_reported_once_it_was_removed(desk: Desk) -> None:
    desk.days.on(FEED, Reply(status=410))
    desk.days.poll()
    desk.days.poll()
    assert desk.feed()["needs_look"]
    desk.run("feeds", "remove", "krant")
    assert not desk.feed()["needs_look"]
    known, _ = desk.days.store.add_feed(Subscription(url=FEED), now=desk.days.clock())
    assert known.state == "active"
