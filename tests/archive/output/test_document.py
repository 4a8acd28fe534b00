import pytest

from archive.config.settings import Config, PublishSettings, WebSettings
from archive.model.kept import PublicationKind, PublishedEntry
from archive.output.document import (
    BACKLOG_ENTRIES,
    DOCUMENT_BYTES,
    DOCUMENT_ENTRIES,
    LARGEST_WHOLE_BYTES,
    WHOLE_BYTES,
    Filled,
    facts_of,
    fill,
    public_url,
    standing,
)
from tests.archive.building import at
from tests.archive.output.entries import entry

DAY = 24 * 60


def filled(entries: list[PublishedEntry], *, n_whole: int, n_short: int = 500) -> Filled:
    """Fill a document from entries that take so many bytes whole or short."""
    return fill(
        standing(entries),
        n_head_bytes=1_000,
        whole=lambda _: b"w" * n_whole,
        short=lambda _: b"s" * n_short,
    )


def n_bytes(found: Filled) -> int:
    return 1_000 + sum(map(len, found.parts))


def test_the_newest_stand_whole_until_the_first_limit() -> None:
    found = filled([entry(n) for n in range(1, 101)], n_whole=10_000)
    assert found.n_whole == (WHOLE_BYTES - 1_000) // 10_000
    assert found.entries[0].seq == 100
    assert all(part.startswith(b"w") for part in found.parts[: found.n_whole])


def test_the_rest_of_the_last_day_follows_with_summaries() -> None:
    old = [entry(n, updated_at=at(-DAY - n)) for n in range(1, 30)]
    fresh = [entry(n, updated_at=at(0)) for n in range(30, 131)]
    found = filled(old + fresh, n_whole=10_000)
    assert len(found.entries) == 101
    assert {entry.seq for entry in found.entries} == set(range(30, 131))
    assert found.parts[-1].startswith(b"s")


def test_what_fits_whole_stands_however_old() -> None:
    old = [entry(n, updated_at=at(-n * DAY)) for n in range(1, 30)]
    assert filled(old, n_whole=10_000).n_whole == 29


def test_a_flood_ends_at_the_second_limit_and_at_the_number_of_entries() -> None:
    many = [entry(n, updated_at=at(0)) for n in range(1, 3_001)]
    by_size = filled(many, n_whole=10_000, n_short=900)
    assert DOCUMENT_BYTES - 900 <= n_bytes(by_size) <= DOCUMENT_BYTES
    by_number = filled(many, n_whole=10_000, n_short=100)
    assert len(by_number.entries) == DOCUMENT_ENTRIES


def test_one_enormous_article_does_not_push_the_others_out() -> None:
    entries = standing([entry(n) for n in range(1, 21)])
    found = fill(
        entries,
        n_head_bytes=0,
        whole=lambda e: b"w" * (LARGEST_WHOLE_BYTES + 1 if e.seq == 20 else 1_000),
        short=lambda _: b"s",
    )
    assert found.parts[0] == b"s"
    assert found.n_whole == 19


def test_of_a_feeds_backlog_the_newest_few_stand_among_the_news() -> None:
    backlog = [
        entry(n, kind=PublicationKind.BACKLOG, published_at=at(n % 7), origin_name=name)
        for n, name in zip(range(1, 61), ["joop", "nos"] * 30, strict=True)
    ]
    news = entry(99)
    shown = standing([*backlog, news])
    assert shown[0] is news
    for name in ("joop", "nos"):
        of_feed = [e for e in shown[1:] if e.origin_name == name]
        left = [e for e in backlog if e.origin_name == name and e not in of_feed]
        assert len(of_feed) == BACKLOG_ENTRIES
        assert min(e.revision.published_at for e in of_feed) >= max(
            e.revision.published_at for e in left
        )


def test_an_edit_of_a_backlog_article_is_news() -> None:
    backlog = [entry(n, kind=PublicationKind.BACKLOG, published_at=at(n)) for n in range(1, 31)]
    edited = entry(50, kind=PublicationKind.EDITED, article_id=backlog[0].article_id)
    shown = standing([*backlog, edited])
    assert shown[0] is edited
    assert len(shown) == BACKLOG_ENTRIES + 1


def test_the_feeds_ids_are_the_configured_ones_else_the_archives_own() -> None:
    assert facts_of(Config(), archive_id="0123456789abcdef" * 2).id == (
        "tag:0123456789abcdef.newsarchive.invalid,2026-01-01:feed"
    )
    publish = PublishSettings(domain="news.example", since=at(0).date(), title="Alle kranten")
    facts = facts_of(Config(publish=publish), archive_id="x")
    assert facts.id == "tag:news.example,2026-11-24:feed"
    assert facts.title == "Alle kranten"


@pytest.mark.parametrize(
    ("web", "url"),
    [
        (WebSettings(), "http://127.0.0.1:8420/"),
        (WebSettings(host="0.0.0.0", port=80), "http://127.0.0.1:80/"),
        (WebSettings(host="::1"), "http://[::1]:8420/"),
        (WebSettings(public_url="https://news.example/papers"), "https://news.example/papers/"),
    ],
)
def test_the_pages_stand_at_the_public_address_else_where_they_are_bound(
    web: WebSettings, url: str
) -> None:
    assert public_url(Config(web=web)) == url
