"""`feeds add|import|remove|pause|resume|rename|edit`: a trial tells what the real run does, and undo takes it back."""

import pytest

from archive.store.subscriptions import Subscription
from tests.archive.store.looking import ask
from tests.ingest.commands.here import Here, page, rss

SITE = "https://krant.example"
FEED = f"{SITE}/feed"


def dump(here: Here) -> list[tuple[object, ...]]:
    with here.store() as store:
        return [
            row
            for table in ("feeds", "feed_urls", "hosts", "undo_log", "sightings")
            for row in ask(store, f"SELECT * FROM {table} ORDER BY 1")
        ]


@pytest.fixture
def two(here: Here) -> Here:
    with here.store() as store:
        for name in ("krant", "nos"):
            wanted = Subscription(url=f"https://{name}.example/feed", name=name)
            store.add_feed(wanted, now=here.clock())
    return here


@pytest.mark.parametrize(
    ("words", "would", "did"),
    [
        ("remove krant nos", "would retire", "retired"),
        ("pause krant nos", "would pause", "paused"),
        ("resume krant", "would be polled", "is polled"),
        ("rename krant dagblad", "would rename", "renamed"),
        ("edit krant --title X --tag a --private", "would change", "changed"),
    ],
)
def test_a_dry_run_says_what_the_real_one_does_and_undo_takes_it_back(
    two: Here, words: str, would: str, did: str
) -> None:
    two.clock.advance(minutes=1)
    before = dump(two)
    assert two.run("feeds", *words.split(), "--dry-run") == 0
    tried = two.out
    assert would in tried and two.err == "" and dump(two) == before
    assert two.run("feeds", *words.split()) == 0
    assert two.out == tried.replace(would, did)
    assert two.err == " undo: newsarchive undo 1\n"
    assert two.run("undo", "--dry-run") == 0
    assert two.out.startswith(f"would undo 1: feeds {words.split()[0]} krant")
    assert two.run("undo") == 0
    now = dump(two)
    assert [row for row in now if row in before] == before


def test_an_edit_says_what_it_changed(two: Here) -> None:
    assert two.run("feeds", "edit", "nos", "--title", "X", "--no-publish") == 0
    assert two.out == "nos: changed publish, title\n"
    assert two.run("feeds", "edit", "nos", "--title", "X") == 0
    assert (two.out, two.err) == ("nos: nothing changed\n", "")


def test_adding_can_be_tried_where_there_is_no_archive_yet(here: Here) -> None:
    here.web.on(FEED, here.web.found(rss("De Krant", "a", "b")))
    assert here.run("feeds", "add", FEED, "--dry-run") == 0
    assert here.out == f"would add de-krant  {FEED}\n"
    assert not (here.folder / "archive.db").exists()
    assert here.run("feeds", "add", FEED) == 0
    assert here.out.startswith(f"added de-krant  {FEED}  polled now: 2 new")


def test_all_feeds_of_a_page_are_one_command_and_their_articles_stay(here: Here) -> None:
    other = f"{SITE}/sport"
    here.web.on(SITE, here.web.found(page(FEED, other).encode(), content_type="text/html"))
    here.web.on(FEED, here.web.found(rss("Krant", "a")))
    here.web.on(other, here.web.found(rss("Krant", "b")))
    assert here.run("feeds", "add", SITE, "--all", "--dry-run") == 0
    assert here.out == f"would add krant  {FEED}\nwould add krant-2  {other}\n"
    assert here.run("feeds", "add", SITE, "--all") == 0
    names = [line.split()[1] for line in here.out.splitlines()]
    assert names == ["krant", "krant-2"] and here.out.count("undo: newsarchive undo 1") == 2
    assert here.run("undo") == 0
    assert (
        here.out
        == "undo 1: feeds add krant krant-2    2 feeds\n  krant  retired\n  krant-2  retired\n"
    )
    with here.store() as store:
        assert ask(store, "SELECT count(*) FROM sightings") == [(2,)]
    assert here.run("feeds", "add", FEED, "--dry-run") == 0
    assert here.out == f"krant would be polled again  {FEED}\n"
    assert here.run("feeds", "add", FEED) == 0
    assert here.out == f"krant is polled again  {FEED}  undo: newsarchive undo 2\n"


def test_an_import_is_taken_back_by_one_undo(here: Here) -> None:
    (here.folder / "list.txt").write_text("\n".join(f"https://p{n}.example/f" for n in range(4)))
    assert here.run("feeds", "import", "list.txt") == 0
    assert here.err == " undo: newsarchive undo 1\n"
    assert here.run("undo", "--list") == 0
    assert "feeds import p0-example p1-example p2-example and 1 more" in here.out
    assert here.run("undo") == 0
    assert "4 feeds" in here.out
    with here.store() as store:
        assert {row.state for row in store.feeds()} == {"retired"}
