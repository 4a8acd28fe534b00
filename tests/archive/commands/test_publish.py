import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.commands.place import Place
from archive.commands.publish import publish
from archive.web.serving import listen
from tests.archive.store.depositing import Paper, at, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config and an archive that holds one article."""
    (tmp_path / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\n[publish]\ndir = "public"\n[web]\nport = 0\n'
    )
    with open_store(tmp_path / "archive.db") as store:
        Paper(store).poll({"guid": "1", "title": "De haven", "text": "Een tekst."}, now=at(0))
    return tmp_path


def run(folder: Path, *words: str) -> str:
    place = Place.at(folder, clock=lambda: at(5))
    result = CliRunner().invoke(publish, words, obj=place, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_publish_prints_path_entries_bytes_and_whether_it_was_written(folder: Path) -> None:
    path = folder / "public" / "feed.xml"
    told = run(folder).rstrip("\n").split("\t")
    assert told == [str(path), "1", str(path.stat().st_size), "written"]
    assert run(folder).rstrip("\n").split("\t")[-1] == "unchanged"


def test_a_dry_run_prints_the_real_ones_figures_and_writes_nothing(folder: Path) -> None:
    told = run(folder, "--dry-run").split("\t")
    assert told[-1] == "would change\n"
    assert not (folder / "public").exists()
    assert run(folder).split("\t")[:-1] == told[:-1]


def test_publish_as_json(folder: Path) -> None:
    told = json.loads(run(folder, "--json"))
    assert (told["schema"], told["n_entries"], told["changed"]) == (1, 1, True)


def test_publish_as_if_it_were_another_instant(folder: Path) -> None:
    run(folder, "--at", "2026-11-24T10:00:00+01:00")
    assert "<updated>2026-11-24T09:00:00Z</updated>" in (folder / "public/feed.xml").read_text()


@pytest.mark.parametrize("words", [["--at", "gisteren"], ["--at", "2026-11-24T10:00:00"]])
def test_an_instant_that_is_none_is_told(folder: Path, words: list[str]) -> None:
    from scheduler import main

    assert main(["-C", str(folder), "publish", *words]) == 2


def test_without_an_archive_publish_exits_3(tmp_path: Path) -> None:
    from scheduler import main

    (tmp_path / "config.toml").write_text("")
    assert main(["-C", str(tmp_path), "publish"]) == 3


def command(folder: Path, *words: str) -> list[str]:
    code = "import sys, scheduler; sys.exit(scheduler.main())"
    return [sys.executable, "-c", code, "-C", str(folder), *words]


def test_serve_answers_until_it_is_told_to_stop(folder: Path) -> None:
    run(folder)
    process = subprocess.Popen(command(folder, "serve"), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.split()[1]
        assert line.startswith("pages http://127.0.0.1:")
        with urllib.request.urlopen(url + "feed.xml", timeout=20) as answer:
            assert answer.read() == (folder / "public" / "feed.xml").read_bytes()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_a_port_in_use_is_one_clear_line_with_the_cure(folder: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(folder, "serve", "--port", str(port)),
            capture_output=True,
            text=True,
            timeout=40,
        )
    assert done.returncode == 75
    assert done.stderr.count("\n") == 1
    assert f"port {port} on 127.0.0.1 is in use" in done.stderr
    assert f"newsarchive serve --port {port + 1}" in done.stderr


def test_an_address_that_is_not_here_is_told() -> None:
    from archive.errors import UsageError

    with pytest.raises(
        UsageError, match=r"cannot listen on 192\.0\.2\.1 port 0: .*set \[web\] host"
    ):
        listen("192.0.2.1", 0)


def test_a_free_port_is_taken_where_none_is_named() -> None:
    with listen("localhost", 0) as listener:
        assert listener.family in (socket.AF_INET, socket.AF_INET6)
        assert listener.getsockname()[1] > 0
