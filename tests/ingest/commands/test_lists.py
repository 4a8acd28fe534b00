"""`feeds import` and `feeds export`: counts that are true, faults by their line, and nothing lost on the way."""

import io
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model.outcome import Reason
from archive.store.subscriptions import Subscription
from ingest.wire.result import FetchResult
from tests.archive.store.looking import count
from tests.ingest.commands.here import Here, page, rss

LIST = """<opml version="2.0"><body>
<outline text="Nieuws"><outline text="A" xmlUrl="https://a.example/f"/></outline>
<outline text="B" xmlUrl="https://b.example/f" category="/Sport"/>
<outline text="A" xmlUrl="HTTPS://A.example:443/f#x" category="/Zee"/>
<outline text="B" xmlUrl="http://b.example/f"/>
<outline text="C" type="rss"/>
<outline text="D" xmlUrl="https://d.example:0/f"/>
</body></opml>"""


def told(here: Here) -> list[str]:
    """Return what was said of the list, without how it is taken back."""
    lines = [line.strip() for line in here.err.splitlines()]
    return [line for line in lines if not line.startswith("undo: ")]


def test_folders_and_categories_become_tags_and_what_is_wrong_is_told_by_line(here: Here) -> None:
    (here.folder / "list.opml").write_text(LIST, encoding="utf-8")
    assert here.run("feeds", "import", "list.opml") == 0
    assert here.out == (
        "added 2 feeds; 0 were subscribed already, 2 stood twice in the list, 2 could not be used\n"
    )
    assert told(here) == [
        "line 5: http://b.example/f: the same feed as https://b.example/f",
        "line 6: C: a feed without xmlUrl",
        "line 7: https://d.example:0/f: port 0 cannot be asked",
    ]
    with here.store() as store:
        assert [(row.url, row.title, row.tags) for row in store.feeds()] == [
            ("https://a.example/f", "A", ("Nieuws", "Zee")),
            ("https://b.example/f", "B", ("Sport",)),
        ]
    assert here.asked == []


def test_a_dry_run_counts_what_the_real_one_does_and_makes_nothing(here: Here) -> None:
    (here.folder / "list.opml").write_text(LIST, encoding="utf-8")
    assert here.run("feeds", "import", "list.opml", "--dry-run") == 0
    assert not (here.folder / "archive.db").exists()
    dry = here.out
    here.run("feeds", "import", "list.opml")
    assert here.out == dry.replace("would add", "added")
    here.run("feeds", "import", "list.opml", "--dry-run")
    dry = here.out
    here.run("feeds", "import", "list.opml")
    assert here.out == dry.replace("would add", "added")
    assert "added 0 feeds; 2 were subscribed already" in here.out


def test_what_is_subscribed_in_another_spelling_is_known_and_left_as_it_is(here: Here) -> None:
    with here.store() as store:
        wanted = Subscription(url="https://a.example/f", name="a", title="Mijn A", tags=("t",))
        store.add_feed(wanted, now=here.clock())
    (here.folder / "list.txt").write_bytes(
        b"\xef\xbb\xbf# mine\r\nhttp://A.example/f#x\r\n\r\nnot one\r\n"
    )
    assert here.run("feeds", "import", "list.txt") == 0
    assert "added 0 feeds; 1 were subscribed already" in here.out
    assert told(here) == [
        "line 2: http://A.example/f: subscribed as a, by https",
        "line 4: not one: no address that begins with http:// or https://",
    ]
    with here.store() as store:
        (row,) = store.feeds()
        assert (row.title, row.tags) == ("Mijn A", ("t",))


def test_a_retired_feed_that_a_list_names_comes_back(here: Here) -> None:
    here.run("feeds", "add", "--no-fetch", "https://a.example/f")
    here.run("feeds", "remove", "a-example")
    (here.folder / "list.txt").write_text("https://A.example/f\n", encoding="utf-8")
    here.run("feeds", "import", "list.txt", "--dry-run")
    assert "would add 1 feeds" in here.out
    here.run("feeds", "import", "list.txt")
    with here.store() as store:
        assert [(row.name, row.state) for row in store.feeds()] == [("a-example", "active")]


def test_a_check_asks_each_feed_and_leaves_out_what_is_gone(here: Here) -> None:
    answers: dict[str, FetchResult] = {
        "https://a.example/f": here.web.found(rss("A", "a")),
        "https://b.example/f": here.web.status(410),
        "https://c.example/f": here.web.page(page("/feed")),
        "https://d.example/f": here.web.failed(Reason.DNS),
    }
    for url, answer in answers.items():
        here.web.on(url, answer)
    (here.folder / "list.txt").write_text("\n".join(answers), encoding="utf-8")
    here.run("feeds", "import", "list.txt", "--check", "--dry-run")
    dry = here.out
    assert not (here.folder / "archive.db").exists()
    assert here.run("feeds", "import", "list.txt", "--check") == 0
    assert here.out == dry.replace("would add", "added")
    assert here.out.startswith("added 2 feeds;")
    assert here.out.endswith("2 are no feeds any more\n")
    assert told(here) == [
        "line 2: https://b.example/f: left out: HTTP 410",
        "line 3: https://c.example/f: left out: not a feed: an HTML page;"
        " its feeds: newsarchive feeds add https://c.example/f",
        "line 4: https://d.example/f: stays, though it does not answer just now: no answer: dns",
    ]
    with here.store() as store:
        assert [row.url for row in store.feeds()] == ["https://a.example/f", "https://d.example/f"]


def test_a_list_is_read_from_standard_input(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"https://a.example/f\n")))
    assert here.run("feeds", "import", "-") == 0
    assert here.out.startswith("added 1 feeds;")


@pytest.mark.parametrize(("body", "says"), [(b"nothing", "one a line"), (None, "cannot be read")])
def test_a_list_without_feeds_is_wrong_usage(here: Here, body: bytes | None, says: str) -> None:
    if body is not None:
        (here.folder / "list").write_bytes(body)
    assert here.run("feeds", "import", "list") == 2
    assert says in here.err


def test_private_and_retired_feeds_are_not_exported_unasked(here: Here) -> None:
    for words in (
        ("https://a.example/f",),
        ("https://b.example/f?token=x",),
        ("https://c.example/f",),
    ):
        here.run("feeds", "add", "--no-fetch", *words)
    here.run("feeds", "remove", "c-example")
    here.run("feeds", "export")
    assert ("a.example" in here.out, "token" in here.out, "c.example" in here.out) == (
        True,
        False,
        False,
    )
    here.run("feeds", "export", "--secrets")
    assert "https://b.example/f?token=x" in here.out


WORD = st.text("abcé<&\" '", min_size=1, max_size=6).map(lambda word: f"x{word}x")
FEEDS = st.dictionaries(
    st.integers(0, 10_000), st.tuples(st.none() | WORD, st.lists(WORD, max_size=3, unique=True)), min_size=1, max_size=5
)  # fmt: skip


@settings(
    derandomize=True,
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(FEEDS)
def test_what_is_exported_is_imported_as_it_was(
    here: Here, feeds: dict[int, tuple[str | None, list[str]]]
) -> None:
    for path in here.folder.glob("archive*"):
        path.unlink()
    with here.store() as store:
        for number, (title, tags) in feeds.items():
            url = f"https://a.example/{number}?x=1&y=<2>"
            wanted = Subscription(url=url, title=title, tags=tuple(tags) or None)
            store.add_feed(wanted, now=here.clock())
        before = {row.url: (row.title, row.tags) for row in store.feeds() if row.title != row.name}
        n_feeds = count(store, "feeds")
    assert here.run("feeds", "export") == 0
    exported = here.out
    (here.folder / "out.opml").write_text(exported, encoding="utf-8")
    assert here.run("feeds", "import", "out.opml", "--dry-run") == 0
    assert here.out.startswith(
        f"would add 0 feeds; {n_feeds} were subscribed already, 0 stood twice"
    )
    for path in here.folder.glob("archive*"):
        path.unlink()
    assert here.run("feeds", "import", "out.opml") == 0
    with here.store() as store:
        assert count(store, "feeds") == n_feeds
        after = {row.url: (row.title, row.tags) for row in store.feeds()}
    assert {url: after[url] for url in before} == before
    assert here.run("feeds", "export") == 0
    assert sorted(here.out.splitlines()) == sorted(exported.splitlines())
