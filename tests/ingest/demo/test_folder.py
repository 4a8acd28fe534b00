"""The demo makes its own folder anew, and touches nothing that it did not make."""

import fcntl
from pathlib import Path

import pytest

from archive.config import load
from archive.errors import Busy, UsageError
from ingest.demo.folder import prepare

FEEDS = [("duinpost", "http://127.0.0.1:4001/feed"), ("ushio", "http://127.0.0.1:4002/rss/all.xml")]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_config_is_one_that_the_program_takes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "demo"
    prepare(folder, FEEDS)
    config = load(folder / "config.toml", {})
    assert [(feed.name, feed.url) for feed in config.feeds] == FEEDS
    assert config.fetch.allow_networks == ("127.0.0.0/8",)
    assert config.fetch.min_host_gap_s == 0
    assert config.publish.dir == folder
    assert Path(config.archive.url) == folder / "archive.db"


def test_an_earlier_demo_is_cleared_away(tmp_path: Path) -> None:
    prepare(tmp_path, FEEDS[:1])
    for name in (
        "archive.db",
        "archive.db-wal",
        "archive-bodies.db",
        "feed.xml",
        "feed-1.xml.gz",
        "index.html",
    ):
        (tmp_path / name).write_bytes(b"old")
    prepare(tmp_path, FEEDS)
    assert list(contents(tmp_path)) == ["config.toml"]
    assert b"ushio" in contents(tmp_path)["config.toml"]


@pytest.mark.parametrize("name", ["notes.txt", "archive.db.backup", "config.toml.orig", ".git"])
def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    prepare(tmp_path, FEEDS)
    (tmp_path / name).write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match="--dir"):
        prepare(tmp_path, FEEDS[:1])
    assert contents(tmp_path) == before


def test_somebody_s_own_archive_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\n')
    (tmp_path / "archive.db").write_bytes(b"years of news")
    with pytest.raises(UsageError, match="no demo made"):
        prepare(tmp_path, FEEDS)
    assert (tmp_path / "archive.db").read_bytes() == b"years of news"


def test_an_archive_without_a_config_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"years of news")
    with pytest.raises(UsageError, match=r"archive\.db"):
        prepare(tmp_path, FEEDS)
    assert contents(tmp_path) == {"archive.db": b"years of news"}


def test_folders_and_links_under_our_names_are_not_ours(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    folder = tmp_path / "demo"
    prepare(folder, FEEDS)
    (folder / "feed.xml").symlink_to(elsewhere)
    with pytest.raises(UsageError, match=r"feed\.xml"):
        prepare(folder, FEEDS)
    (folder / "feed.xml").unlink()
    (folder / "feed.xml").mkdir()
    with pytest.raises(UsageError, match=r"feed\.xml"):
        prepare(folder, FEEDS)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file"):
        prepare(tmp_path / "demo", FEEDS)


def test_an_archive_that_a_service_holds_is_left_alone(tmp_path: Path) -> None:
    prepare(tmp_path, FEEDS)
    with (tmp_path / "archive.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="stop it first"):
            prepare(tmp_path, FEEDS[:1])
    assert b"ushio" in contents(tmp_path)["config.toml"]
