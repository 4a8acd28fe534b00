"""`feeds add`: an address becomes a feed that is polled, a page becomes one of its feeds."""

import io
import sys

import pytest

from archive.model.outcome import Reason
from tests.archive.store.looking import ask, count, one
from tests.ingest.commands.here import Here, page, rss

SITE = "https://krant.example"
FEED = f"{SITE}/feed"


def test_a_feed_is_subscribed_to_and_polled_with_one_request(here: Here) -> None:
    here.web.on(FEED, here.web.found(rss("De Krant", "a", "b"), etag='"1"'))
    assert here.run("feeds", "add", FEED, "--tag", "nieuws") == 0
    assert here.out == (
        f"added de-krant  {FEED}  polled now: 2 new in 0.0 s  undo: newsarchive undo 1\n"
    )
    assert here.asked == [FEED]
    with here.store() as store:
        assert count(store, "articles") == 2
        assert ask(store, "SELECT etag, tags, n_polls FROM feeds") == [('"1"', '["nieuws"]', 1)]
        assert ask(store, "SELECT owner, lease_until FROM hosts") == [("", 0)]
        assert one(store, "SELECT next_poll_at > last_poll_at FROM feeds") == 1


def test_a_feed_looked_at_only_is_due_at_once(here: Here) -> None:
    here.web.on(FEED, here.web.found(rss("Krant", "a")))
    assert here.run("feeds", "add", FEED, "--no-poll") == 0
    assert "poll it now: newsarchive poll krant" in here.out
    with here.store() as store:
        assert count(store, "articles") == 0
        assert store.next_due_at() == here.clock()


def test_without_fetching_nothing_is_asked(here: Here) -> None:
    assert here.run("feeds", "add", "--no-fetch", FEED) == 0
    assert here.asked == []
    assert here.out.startswith(f"added krant-example  {FEED}  poll it now:")


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.TLS])
def test_a_feed_that_cannot_be_reached_is_added_and_the_reason_said(
    here: Here, reason: Reason
) -> None:
    here.web.on(FEED, here.web.failed(reason))
    assert here.run("feeds", "add", FEED) == 0
    assert f"not polled yet: no answer: {reason}" in here.out
    with here.store() as store:
        assert store.next_due_at() == here.clock()
        assert count(store, "polls") == 0


@pytest.mark.parametrize("status", [500, 503, 429, 403])
def test_a_server_in_trouble_is_no_reason_to_refuse_its_feed(here: Here, status: int) -> None:
    here.web.on(FEED, here.web.status(status))
    assert here.run("feeds", "add", FEED) == 0
    assert str(status) in here.out


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (
            b"<urlset><url><loc>/a</loc></url></urlset>",
            "text/xml",
            "a sitemap without news entries",
        ),
        (b'{"a": 1}', "application/json", "JSON of another kind"),
        (b"", "", "404"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_way_round(
    here: Here, body: bytes, kind: str, says: str
) -> None:
    if body:
        here.web.on(FEED, here.web.found(body, content_type=kind))
    assert here.run("feeds", "add", FEED) == 1
    assert says in here.err
    assert f"newsarchive feeds add --no-fetch {FEED}" in here.err
    with here.store() as store:
        assert count(store, "feeds") == 0


def test_the_only_feed_of_a_page_is_taken(here: Here) -> None:
    here.web.on(SITE, here.web.page(page("/feed", "/kapot")))
    here.web.on(FEED, here.web.found(rss("Krant", "a", "b", "c")))
    assert here.run("feeds", "add", SITE) == 0
    assert here.err == f"found 1 feed on that page\n  1  Krant (RSS, 3 entries)  {FEED}\n"
    assert "polled now: 3 new" in here.out
    assert here.asked == [SITE, FEED, f"{SITE}/kapot"]


def two_feeds(here: Here) -> None:
    here.web.on(SITE, here.web.page(page("/feed", "/sport")))
    here.web.on(FEED, here.web.found(rss("Krant", "a")))
    here.web.on(f"{SITE}/sport", here.web.found(rss("Sport", "b")))


def test_of_several_feeds_a_pipe_must_say_which(here: Here) -> None:
    two_feeds(here)
    assert here.run("feeds", "add", SITE) == 2
    assert (
        f"  1  Krant (RSS, 1 entry)  {FEED}\n  2  Sport (RSS, 1 entry)  {SITE}/sport\n" in here.err
    )
    assert "--pick N" in here.err and "--all" in here.err
    with here.store() as store:
        assert count(store, "feeds") == 0


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--pick", "2"), ["sport"]),
        (("--pick", "2", "--pick", "1"), ["krant", "sport"]),
        (("--all",), ["krant", "sport"]),
        (("--pick", "2", "--name", "s"), ["s"]),
    ],
)
def test_what_was_picked_is_subscribed_to(
    here: Here, words: tuple[str, ...], names: list[str]
) -> None:
    two_feeds(here)
    assert here.run("feeds", "add", SITE, *words) == 0
    assert here.out.count("polled now: 1 new") == len(names)
    with here.store() as store:
        assert [row.name for row in store.feeds()] == names


@pytest.mark.parametrize("words", [("--pick", "3"), ("--all", "--name", "x"), ("--pick", "0")])
def test_what_cannot_be_picked_adds_nothing(here: Here, words: tuple[str, ...]) -> None:
    two_feeds(here)
    assert here.run("feeds", "add", SITE, *words) == 2
    with here.store() as store:
        assert count(store, "feeds") == 0


@pytest.mark.parametrize(
    ("answer", "code", "names"),
    [
        ("2\n", 0, ["sport"]),
        ("\n", 0, ["krant"]),
        ("all\n", 0, ["krant", "sport"]),
        ("1, 2\n", 0, ["krant", "sport"]),
        ("neither\n", 2, []),
    ],
)
def test_at_a_terminal_a_person_is_asked(
    here: Here, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, names: list[str]
) -> None:
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    two_feeds(here)
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    monkeypatch.setattr("archive.commands.place.is_terminal", lambda stream: True)
    assert here.run("feeds", "add", SITE) == code
    assert "which" in here.err
    with here.store() as store:
        assert [row.name for row in store.feeds()] == names


def test_a_page_without_a_feed_says_where_it_was_sought(here: Here) -> None:
    here.web.on(SITE, here.web.page(page()))
    assert here.run("feeds", "add", SITE) == 1
    assert "no feed on that page, nor where sites often keep one" in here.err


def test_a_feed_that_was_guessed_is_told_as_one(here: Here) -> None:
    here.web.on(SITE, here.web.page(page()))
    here.web.on(f"{SITE}/rss", here.web.found(rss("Krant", "a")))
    assert here.run("feeds", "add", SITE) == 0
    assert "not on that page, but where its site may keep one" in here.err


@pytest.mark.parametrize(
    "again", [FEED, f"{FEED}#top", "HTTPS://Krant.Example:443/feed", "http://krant.example/feed"]
)
def test_a_feed_that_is_subscribed_is_not_asked_again_in_any_spelling(
    here: Here, again: str
) -> None:
    here.run("feeds", "add", "--no-fetch", FEED)
    assert here.run("feeds", "add", again) == 0
    assert here.out == f"krant-example is subscribed already (active), nothing added  {FEED}\n"
    assert here.asked == []


def test_by_http_alone_means_so_when_nothing_is_to_be_asked(here: Here) -> None:
    here.run("feeds", "add", "--no-fetch", FEED)
    assert here.run("feeds", "add", "--no-fetch", "http://KRANT.example/feed") == 0
    assert here.out.startswith("added krant-example-2  http://KRANT.example/feed ")
    here.run("feeds", "add", "--no-fetch", "HTTPS://KRANT.example/feed")
    assert here.out.startswith("krant-example is subscribed already")


def test_an_address_that_leads_to_a_subscribed_feed_adds_nothing(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.run("feeds", "add", "--no-fetch", FEED)
    here.web.on(f"{SITE}/old", here.web.found(rss("Krant", "a")))
    given = here.web._at
    monkeypatch.setattr(here.web, "_at", lambda answer, url: given(answer, FEED))  # where it led
    assert here.run("feeds", "add", f"{SITE}/old") == 0
    assert here.out.startswith("krant-example is subscribed already")


def test_a_private_feed_stays_private_when_it_is_added_again(here: Here) -> None:
    here.run("feeds", "add", "--no-fetch", "--private", FEED)
    here.run("feeds", "add", FEED)
    with here.store() as store:
        assert store.feeds()[0].is_private


def test_a_secret_in_an_address_is_not_said(here: Here) -> None:
    secret = f"{SITE}/feed?token=geheim"
    here.web.on(secret, here.web.status(404))
    assert here.run("feeds", "add", secret) == 1
    here.web.on(secret, here.web.found(rss("Krant", "a")))
    said = here.err
    assert here.run("feeds", "add", secret) == 0
    assert "geheim" not in said + here.out + here.err
    with here.store() as store:
        assert store.feeds()[0].is_private


def test_a_bare_host_means_https(here: Here) -> None:
    here.web.on(FEED, here.web.found(rss("Krant", "a")))
    assert here.run("feeds", "add", "krant.example/feed") == 0
    assert here.asked == [FEED]


@pytest.mark.parametrize("bad", ["nonsense", "ftp://krant.example/feed", "https://", "http://a:0/"])
@pytest.mark.parametrize("words", [(), ("--no-fetch",)])
def test_what_is_no_address_is_wrong_usage(here: Here, bad: str, words: tuple[str, ...]) -> None:
    assert here.run("feeds", "add", bad, *words) == 2
    assert "http://" in here.err


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Joop", "joop"),
        ("Een titel die veel te lang is om te tikken", "krant-example"),
        ("新聞", "krant-example"),
    ],
)
def test_a_name_comes_from_a_short_title_or_the_host(here: Here, title: str, name: str) -> None:
    here.web.on(FEED, here.web.found(rss(title, "a")))
    here.run("feeds", "add", FEED)
    with here.store() as store:
        assert [row.name for row in store.feeds()] == [name]


def test_a_name_that_is_taken_gets_a_number(here: Here) -> None:
    for path in ("feed", "feed2"):
        here.web.on(f"{SITE}/{path}", here.web.found(rss("Krant", path)))
        assert here.run("feeds", "add", f"{SITE}/{path}") == 0
    assert here.out.startswith("added krant-2 ")


def test_a_host_that_another_process_asks_is_left_to_it(here: Here) -> None:
    here.run("feeds", "add", "--no-fetch", f"{SITE}/other")
    with here.store() as store:
        store.claim_hosts(now=here.clock(), owner="service", limit=1)
    here.web.on(FEED, here.web.found(rss("Krant", "a")))
    assert here.run("feeds", "add", FEED) == 0
    assert "polled when its server's turn comes" in here.out
    with here.store() as store:
        assert count(store, "polls") == 0
