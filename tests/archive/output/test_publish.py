import gzip
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.errors import UsageError
from archive.model.kept import PublishedEntry
from archive.output import publish as publishing
from archive.output.publish import publish
from tests.archive.building import at
from tests.archive.output.entries import FACTS, entry


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_folder_holds_the_feed_its_packed_twin_a_style_and_a_page(tmp_path: Path) -> None:
    result = publish([entry(1), entry(2)], FACTS, tmp_path / "public")
    assert sorted(files(result.path.parent)) == [
        "feed.css",
        "feed.xml",
        "feed.xml.gz",
        "index.html",
    ]
    assert result.n_entries == 2
    assert result.changed
    assert result.n_bytes == len(result.path.read_bytes())
    packed = result.path.with_name("feed.xml.gz").read_bytes()
    assert gzip.decompress(packed) == result.path.read_bytes()


def test_no_change_is_no_rewrite(tmp_path: Path) -> None:
    publish([entry(1)], FACTS, tmp_path)
    before = {path: path.stat() for path in tmp_path.iterdir()}
    result = publish([entry(1)], FACTS, tmp_path)
    assert not result.changed
    after = {path: path.stat() for path in tmp_path.iterdir()}
    assert [s.st_ino for s in before.values()] == [s.st_ino for s in after.values()]
    assert [s.st_mtime_ns for s in before.values()] == [s.st_mtime_ns for s in after.values()]


def test_the_files_time_is_the_newest_entrys_and_never_goes_back(tmp_path: Path) -> None:
    first = publish([entry(1, updated_at=at(5))], FACTS, tmp_path)
    assert first.path.stat().st_mtime == at(5).timestamp()
    quiet = publish([entry(1, updated_at=at(5), title="Zonder tikfout")], FACTS, tmp_path)
    assert quiet.path.stat().st_mtime == (at(5) + timedelta(seconds=1)).timestamp()


def test_the_page_names_headlines_safely(tmp_path: Path) -> None:
    publish([entry(1, title="<script>x</script>", url="javascript:x")], FACTS, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "javascript:" not in page
    assert 'href="feed.xml"' in page


def test_a_folder_that_cannot_be_written_is_told_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=r"cannot write the feed into .*\[publish\] dir"):
        publish([entry(1)], FACTS, tmp_path / "file")


def test_ids_of_another_domain_or_day_are_not_replaced_unasked(tmp_path: Path) -> None:
    publish([entry(1)], FACTS, tmp_path)
    moved = replace(FACTS, domain="other.example")
    with pytest.raises(UsageError, match="re-delivers every article to every subscriber"):
        publish([entry(1)], moved, tmp_path)
    assert b"tag:news.example" in (tmp_path / "feed.xml").read_bytes()
    publish([entry(1)], moved, tmp_path, renews_ids=True)
    assert b"tag:other.example" in (tmp_path / "feed.xml").read_bytes()


def test_a_dry_run_says_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    told = publish([entry(1)], FACTS, tmp_path / "public", dry_run=True)
    assert not (tmp_path / "public").exists()
    assert told == publish([entry(1)], FACTS, tmp_path / "public")
    assert not publish([entry(1)], FACTS, tmp_path / "public", dry_run=True).changed


class Killed(BaseException):
    """Stands for the process ending here."""


OLD = [entry(1, title="Oud")]
NEW = [entry(1, title="Oud"), entry(2, title="Nieuw")]


def steps_of(monkeypatch: pytest.MonkeyPatch, run: Callable[[], object], *, until: int) -> int:
    """Run with every write, sync and rename counted, ending at the `until`-th; returns how many there were."""
    n_steps = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object) -> object:
            nonlocal n_steps
            n_steps += 1
            if n_steps == until:
                raise Killed
            return real(*args)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", counted(os.fsync))
        patch.setattr(os, "utime", counted(os.utime))
        patch.setattr(Path, "replace", counted(Path.replace))
        try:
            run()
        except Killed:
            pass
    return n_steps


def test_a_kill_at_any_step_leaves_whole_files_and_the_next_run_mends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contents(entries: list[PublishedEntry]) -> dict[str, bytes]:
        folder = tmp_path / f"whole-{len(entries)}"
        publish(entries, FACTS, folder)
        return files(folder)

    old, new = contents(OLD), contents(NEW)
    n_steps = steps_of(monkeypatch, lambda: publish(NEW, FACTS, tmp_path / "count"), until=-1)
    assert n_steps > 12
    for step in range(1, n_steps + 1):
        folder = tmp_path / f"killed-{step}"
        publish(OLD, FACTS, folder)
        steps_of(monkeypatch, lambda folder=folder: publish(NEW, FACTS, folder), until=step)
        for name, content in files(folder).items():
            assert name.endswith(".new") or content in (old[name], new[name])
        publish(NEW, FACTS, folder)
        left = {name: held for name, held in files(folder).items() if not name.endswith(".new")}
        assert left == new


def test_every_file_goes_through_one_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "write_whole", lambda *_, **__: None)
    publish([entry(1)], FACTS, tmp_path)
    assert files(tmp_path) == {}


def test_the_old_file_stands_until_the_new_one_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(OLD, FACTS, tmp_path)
    before = files(tmp_path)

    def killed(_handle: int) -> None:
        # What a reader sees while the bytes are on their way.
        seen.append({name: held for name, held in files(tmp_path).items() if name in before})
        raise Killed

    seen: list[dict[str, bytes]] = []
    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(Killed):
        publish(NEW, FACTS, tmp_path)
    assert seen == [before]
