import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archive.config.settings import Config, PublishSettings
from archive.output.atom import ATOM, TOMBSTONE
from archive.output.merged import publish_merged
from archive.output.series import PAGE_PUBLICATIONS
from archive.store import Store
from tests.archive.building import Building, at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "archive.db"), create=True) as store:
        yield store


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(publish=PublishSettings(dir=tmp_path / "public", domain="news.example"))


def fill(store: Store, n_articles: int, *, is_backlog: bool = False, size: int = 50) -> None:
    with store.writing() as connection:
        building = Building(connection)
        joop = building.feed("joop")
        for n in range(n_articles):
            building.article(
                joop,
                title=f"Kop {n}",
                text=f"woord{n} " * size,
                minute=n / 100,
                is_backlog=is_backlog,
                published_at=at(n - n_articles),
            )


def ids_of(path: Path) -> set[str]:
    root = ElementTree.parse(path).getroot()
    ids = {entry.findtext(f"{{{ATOM}}}id") or "" for entry in root.iter(f"{{{ATOM}}}entry")}
    return ids | {stone.get("ref", "") for stone in root.iter(f"{{{TOMBSTONE}}}deleted-entry")}


def link_of(path: Path, rel: str) -> str | None:
    found = re.search(rf'<link rel="{rel}" href="([^"]+)"', path.read_text(encoding="utf-8"))
    return found[1] if found else None


def walked(folder: Path) -> list[Path]:
    """Return the document and the pages that a subscriber reaches from it by prev-archive."""
    paths = [folder / "feed.xml"]
    while url := link_of(paths[-1], "prev-archive"):
        paths.append(folder / url.rsplit("/", 1)[-1])
    return paths


def test_what_is_due_is_settled_and_written(store: Store, config: Config) -> None:
    fill(store, 3)
    result = publish_merged(store, config, now=at(1))
    assert (result.n_entries, result.changed) == (3, True)
    assert len(ids_of(result.path)) == 3
    again = publish_merged(store, config, now=at(2))
    assert not again.changed


def test_a_dry_run_counts_what_the_real_one_writes_and_changes_nothing(
    store: Store, config: Config
) -> None:
    fill(store, 130, is_backlog=True)
    told = publish_merged(store, config, now=at(5), dry_run=True)
    assert not config.publish.dir.exists()
    assert publish_merged(store, config, now=at(5)) == told


def test_backlog_floods_nobody_and_yet_stands_in_the_pages(store: Store, config: Config) -> None:
    fill(store, 30, is_backlog=True)
    result = publish_merged(store, config, now=at(5))
    assert result.n_entries == 10
    paths = walked(config.publish.dir)
    assert [path.name for path in paths] == ["feed.xml", "feed-1.xml"]
    assert len(ids_of(paths[1])) == 30


def test_every_article_is_reached_from_the_document_by_following_the_pages(
    store: Store, config: Config
) -> None:
    n_articles = 2 * PAGE_PUBLICATIONS + 30
    fill(store, n_articles, size=600)
    publish_merged(store, config, now=at(60))
    paths = walked(config.publish.dir)
    assert len(paths) == 3
    assert len(set().union(*map(ids_of, paths))) == n_articles
    assert link_of(paths[1], "next-archive") == "http://127.0.0.1:8420/feed-3.xml"
    assert link_of(paths[1], "current") == "http://127.0.0.1:8420/feed.xml"


def test_a_closed_page_stays_as_it_is_when_its_articles_change(
    store: Store, config: Config
) -> None:
    fill(store, 130)
    publish_merged(store, config, now=at(5))
    page = config.publish.dir / "feed-1.xml"
    before = page.read_bytes()
    with store.writing() as connection:
        Building(connection).revise(1, kind="substantial", text="Heel anders.", minute=6)
    publish_merged(store, config, now=at(7))
    assert page.read_bytes() == before
    page.unlink()
    publish_merged(store, config, now=at(8))
    assert page.read_bytes() == before
    assert b"Heel anders." in (config.publish.dir / "feed.xml").read_bytes()


def test_the_same_archive_gives_the_same_files_in_another_folder(
    store: Store, config: Config, tmp_path: Path
) -> None:
    fill(store, 130)
    publish_merged(store, config, now=at(5))
    other = replace(config, publish=replace(config.publish, dir=tmp_path / "other"))
    publish_merged(store, other, now=at(500))
    first = {path.name: path.read_bytes() for path in config.publish.dir.iterdir()}
    assert first == {path.name: path.read_bytes() for path in other.publish.dir.iterdir()}
