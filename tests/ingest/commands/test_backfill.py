"""`feeds backfill`: says each page, what it came to and how to go on."""

from typing import Any

import pytest

from archive.store import Store
from tests.ingest.commands.here import Here, rss

SITE = "https://krant.example"
FEED = f"{SITE}/feed"
WORDPRESS = "<generator>https://wordpress.org/?v=6.5</generator>"
DATED = "<pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate></item>"


def blog(here: Here, n_pages: int) -> None:
    """Subscribe to a blog with so many pages of two entries each."""
    for page in range(1, n_pages + 1):
        url = FEED if page == 1 else f"{FEED}?paged={page}"
        body = rss("Blog", f"p{page}a", f"p{page}b", head=WORDPRESS)
        here.web.on(url, here.web.found(body.replace(b"</item>", DATED.encode())))
    assert here.run("feeds", "add", FEED) == 0
    here.clock.advance(hours=1)
    here.web.asked.clear()


def test_it_says_each_page_and_that_the_end_was_reached(here: Here) -> None:
    blog(here, 3)
    assert here.run("feeds", "backfill", "blog") == 0
    assert here.out == "blog: 4 new, 0 known, in 2 pages; its history is read to the end\n"
    assert here.err.splitlines() == [
        "page 1: 2 new, 0 known, back to 2026-02-03",
        "page 2: 2 new, 0 known, back to 2026-02-03",
    ]


def test_it_stops_where_it_is_told_and_says_how_to_go_on(here: Here) -> None:
    blog(here, 5)
    assert here.run("feeds", "backfill", "blog", "--pages", "1") == 0
    go_on = "to go on: newsarchive feeds backfill blog"
    assert here.out == f"blog: 2 new, 0 known, in 1 pages; there is more, {go_on}\n"
    assert here.run("feeds", "backfill", "blog", "--since", "2026-02-04") == 0
    assert here.out == f"blog: 0 new, 2 known, in 1 pages; what is older was left, {go_on}\n"
    here.web.on(f"{FEED}?paged=4", here.web.status(500))
    assert here.run("feeds", "backfill", "blog") == 0
    assert here.out == (
        f"blog: 2 new, 2 known, in 2 pages; stopped: {FEED}?paged=4: HTTP 500; {go_on}\n"
    )


def test_a_feed_without_older_pages_is_told_from_one_that_fails(here: Here) -> None:
    here.web.on(FEED, here.web.found(rss("Blog", "a")))
    here.run("feeds", "add", FEED)
    assert here.run("feeds", "backfill", "blog") == 1
    assert here.out == "blog tells of no older pages; what it shows is all there is to have\n"
    here.web.on(FEED, here.web.status(500))
    assert here.run("feeds", "backfill", "blog") == 1
    assert "stopped: HTTP 500" in here.out


def test_a_feed_never_polled_is_polled_first(here: Here) -> None:
    here.run("feeds", "add", "--no-fetch", FEED, "--name", "blog")
    assert here.run("feeds", "backfill", "blog") == 2
    assert "newsarchive poll blog" in here.err
    assert here.run("feeds", "backfill", "blok") == 1
    assert "blog" in here.err


def test_an_interrupt_says_what_is_kept_and_how_to_go_on(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog(here, 5)
    write = Store.deposit_backfill
    n_written = 0

    def interrupted(*args: Any, **options: Any) -> Any:
        nonlocal n_written
        n_written += 1
        if n_written == 3:
            raise KeyboardInterrupt
        return write(*args, **options)

    monkeypatch.setattr(Store, "deposit_backfill", interrupted)
    assert here.run("feeds", "backfill", "blog") == 130
    assert (
        "stopped; 4 new articles of 2 pages are kept; go on: newsarchive feeds backfill blog"
        in here.err
    )
    assert here.run("feeds", "backfill", "blog") == 0
    assert here.out.startswith("blog: 4 new, 4 known, in 4 pages; its history is read to the end")


def test_a_private_feeds_pages_are_said_without_their_secrets(here: Here) -> None:
    secret = f"{FEED}?token=geheim"
    here.web.on(secret, here.web.found(rss("Blog", "a", head=WORDPRESS)))
    here.web.on(f"{secret}&paged=2", here.web.status(500))
    here.run("feeds", "add", secret)
    assert here.run("feeds", "backfill", "blog") == 1
    assert "HTTP 500" in here.out
    assert "geheim" not in here.out + here.err
