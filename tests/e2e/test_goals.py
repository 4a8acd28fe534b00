"""The goals of the command line, each by what a user types; the number is that of the goal.

2 start-up, 3 no silent nothing, 5 settings, 6 JSON, 7 search beyond mail, 8 why, 9 nothing irreversible, 12 told, not
guessed. Goal 1, five minutes, is tests/ingest/demo/test_show.py; what else a goal asks stands in the tests of its room.
"""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

from archive.commands.documents import DOCUMENTS, faults
from archive.commands.place import Place
from archive.store import Store, labelling
from scheduler import main, root
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import face_of
from tests.archive.store.looking import story

ROOT = Path(__file__).resolve().parents[2]

NORM = (
    "De bondgenoten stemden dinsdag in Den Haag in met een uitgavennorm van vijf procent, zei de minister van"
    " Defensie na afloop. Nederland haalt in 2027 al de helft daarvan, en de rest volgt volgens hem in stappen."
)
STORIES = (
    ("krant", "a", "Bondgenoten eens over norm", NORM, ("Defensie",)),
    (
        "krant",
        "b",
        "Café blijft open",
        "Het café aan de haven blijft; de ministers kwamen niet.",
        (),
    ),
    (
        "nos",
        "c",
        "Mini gestolen",
        "Een mini werd teruggevonden bij de sluis van Tiel.",
        ("Verkeer",),
    ),
    ("nos", "d", "Stikstof: uitkoop loopt", "De uitkoop van boeren om stikstof loopt vast.", ()),
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two papers, four stories, one of them in both and edited."""
    (tmp_path / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\ntimezone = "UTC"\n\n[fetch]\ncontact = "me@example.org"\n'
    )
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        papers = {name: Paper(store, name) for name in ("krant", "nos")}
        for name, paper in papers.items():
            paper.poll(*(item(one) for one in STORIES if one[0] == name), now=at(0))
        papers["nos"].poll(
            *(item(one) for one in STORIES if one[0] == "nos"), item(STORIES[0]), now=at(5)
        )
        papers["krant"].poll(
            item(STORIES[0]) | {"title": "Bondgenoten oneens over norm"},
            item(STORIES[1]),
            now=at(60),
        )
    return tmp_path


def item(one: tuple[str, str, str, str, tuple[str, ...]]) -> dict[str, object]:
    _, guid, title, text, tags = one
    return {"guid": guid, "title": title, "text": story(text), "author": "Jan Bos", "tags": tags}


def run(place: Path, *words: str, minute: float = 120) -> int:
    return main(["-C", str(place), *words], place=Place(clock=lambda: at(minute)))


def out_of(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    capsys.readouterr()
    assert run(place, *words) == 0, capsys.readouterr().err
    return capsys.readouterr().out.splitlines()


def titles(place: Path, capsys: pytest.CaptureFixture[str], *query: str) -> set[str]:
    capsys.readouterr()
    assert run(place, "search", *query) in (0, 1)
    return {line.split("\t")[2].split()[0] for line in capsys.readouterr().out.splitlines()}


def an_id(place: Path, capsys: pytest.CaptureFixture[str], *query: str) -> str:
    return out_of(place, capsys, "search", *query, "--ids")[0]


# -- 2 ---------------------------------------------------------------------------------


def test_goal_2_starting_loads_nothing_heavy(place: Path) -> None:
    code = (
        "import sys, scheduler\n"
        f"assert scheduler.main(['-C', {str(place)!r}, *sys.argv[1:]]) in (0, 1)\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'bs4', 'lxml', 'pydantic', 'structlog', 'rich', 'feedparser'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    for words in (
        ("search", "x"),
        ("show", "zzzz"),
        ("count", "x"),
        ("tags",),
        ("saved",),
        ("--help",),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True
        )
        assert ran.stderr.splitlines()[-1] == "[]", (words, ran.stderr)


# -- 3 ---------------------------------------------------------------------------------------

PIECES = (
    "bondgenoot", "stikstof", "zzz", '"', "(", ")", "-", "OR", "NOT", "title:", "feed:krant", "feed:", "fed:x", "*",
    "na*", "=minister", "tag:defensie", "since:7d", "after:2026", "after:nooit", "minutes:..5", "has:image", "has:",
    "saved:x", "lang:nl", "東京", "\u202e", "\x00", "'", "a" * 300, "NEAR(", "x^2", ":", "..", "%", "--", "url:krant",
)  # fmt: skip


def test_goal_3_every_string_gives_rows_a_reason_or_a_caret(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    die = random.Random(3)
    for _ in range(400):
        query = die.choice(("", " ")).join(die.choices(PIECES, k=die.randint(1, 5)))
        code = run(place, "search", "--", query)
        told = capsys.readouterr()
        assert "Traceback" not in told.err and "fts5" not in told.err.lower(), query
        match code:
            case 0:
                assert told.out
            case 1:
                assert told.err.startswith("nothing found: ") and len(told.err) > 20, query
            case _:
                assert code == 2, query
                assert "^" in told.err.splitlines()[-1], (query, told.err)


def test_goal_3_an_unknown_field_names_the_nearest(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "search", "fed:joop stikstof") == 2
    said = capsys.readouterr().err
    assert "Did you mean 'feed'?" in said and said.splitlines()[-1].strip() == "^^^"


# -- 5 and 6 ---------------------------------------------------------------------------------

MISTAKES = """[publish]
intervall = "5m"

[pol]
x = 1

[web]
port = 99999999

[[feeds]]
name = "no address"

[archive]
timezone = "Mars/Olympus"
"""


def test_goal_5_all_mistakes_of_a_file_are_told_at_once_with_their_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(MISTAKES)
    assert run(tmp_path, "config", "check") == 2
    told = capsys.readouterr()
    lines = (told.out + told.err).splitlines()
    assert len([line for line in lines if "config.toml:" in line]) >= 6, lines
    assert any("config.toml:2" in line and "did you mean 'interval_s'" in line for line in lines), (
        lines
    )


def test_goal_5_every_setting_has_its_origin(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = out_of(place, capsys, "config", "show", "--origin")
    assert any("config.toml:3" in line and "timezone" in line for line in lines)


def test_goal_6_documents_are_as_help_json_says(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command's in tests/archive/commands/test_documents.py; here that one that is wrong is found."""
    (line,) = out_of(place, capsys, "search", "bondgenoot", "--json")
    document = json.loads(line)
    assert document.pop("schema") == 1
    assert list(faults(document, DOCUMENTS["search"])) == []
    document["hits"][0]["effective_at"] = 1
    assert list(faults(document, DOCUMENTS["search"])) == [".hits[0].effective_at: 1 is no instant"]


def test_goal_6_another_schema_than_was_asked_for_is_refused_in_a_line(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(place, "--schema-version", "9", "search", "mini", "--json") == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("newsarchive: --json has schema 1 here, not 9")
    assert len(told.err.splitlines()) == 1
    plain = out_of(place, capsys, "tags", "--json")
    assert out_of(place, capsys, "--schema-version", "1", "tags", "--json") == plain


# -- 7 and 8 ---------------------------------------------------------------------------------


def test_goal_7_words_find_their_forms_and_no_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert titles(place, capsys, "bondgenoot") == {"Bondgenoten"}
    assert titles(place, capsys, "cafe") == {"Café"}
    assert titles(place, capsys, "ministers") == {"Bondgenoten", "Café"}


def test_goal_7_what_mail_archives_have_is_there(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(place, "save", "alles", "stikstof OR mini") == 0
    assert titles(place, capsys, "saved:alles", "-feed:krant") == {"Stikstof:", "Mini"}
    assert run(place, "tag", "saved:alles", "+dossier", "--yes") == 0
    assert titles(place, capsys, "tag:dossier -mini") == {"Stikstof:"}
    (place / "queries").write_text("bondgenoot\ntag:dossier\n")
    assert out_of(place, capsys, "count", "--batch", str(place / "queries")) == [
        "1\tbondgenoot", "2\ttag:dossier",
    ]  # fmt: skip
    before = out_of(place, capsys, "count", "--lastmod")[0].split("\t")
    assert run(place, "tag", "mini", "+nieuw", "--yes") == 0
    after = out_of(place, capsys, "count", "--lastmod")[0].split("\t")
    assert before[:2] == after[:2] and int(before[2]) < int(after[2])
    assert out_of(place, capsys, "authors") == ["4\tJan Bos"]
    assert "feed\tnos\t3" in out_of(place, capsys, "search", "norm OR mini OR stikstof", "--facets")
    as_of = out_of(place, capsys, "search", "norm", "--as-of", "2026-11-24T08:30")
    assert "eens over norm" in as_of[0] and "oneens" not in as_of[0]


def test_goal_8_why_tells_rule_figure_and_cure(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (feed,) = ("\n".join(out_of(place, capsys, "why", "krant")),)
    assert "poll" in feed and len(feed.splitlines()) < 30
    joined = "\n".join(out_of(place, capsys, "duplicates", an_id(place, capsys, "norm")))
    assert "krant" in joined and "nos" in joined
    one, other = an_id(place, capsys, "mini"), an_id(place, capsys, "cafe")
    assert run(place, "why", one, other) in (0, 1)
    assert capsys.readouterr().out.strip()


# -- 9 ---------------------------------------------------------------------------------------


def dump_of(place: Path) -> dict[str, object]:
    held: dict[str, object] = dict(face_of(place / "archive.db"))
    with sqlite3.connect(place / "archive.db") as db:
        held["saved"] = db.execute("SELECT * FROM saved_searches ORDER BY id").fetchall()
        held["feeds"] = db.execute("SELECT * FROM feeds ORDER BY id").fetchall()
    return held


BARE_OF = {
    "saved": "save", "forgot": "forget", "tagged": "tag", "paused": "pause", "retired": "retire", "renamed": "rename",
    ": changed": ": would change",
}  # fmt: skip
"""What a trial says for what was done: it stands behind "would", or with it in the middle of a line."""

BARE = re.compile(r"^(?:saved|forgot|tagged|paused|retired|renamed)\b|: changed")


def test_goal_9_a_dry_run_changes_nothing_and_undo_puts_all_back(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    norm, mini, cafe = (an_id(place, capsys, word) for word in ("norm", "mini", "cafe"))
    assert run(place, "save", "oud", "mini") == 0
    for words in (
        ("merge", mini, cafe),
        ("split", norm, "nos"),
        ("relate", mini, cafe),
        ("unrelate", mini, norm),
        ("set", mini, "title=Van mij", "tags=a, b"),
        ("tag", "norm OR mini", "+dossier", "-verkeer", "--yes"),
        ("save", "nieuw", "norm"),
        ("save", "oud", "norm", "--replace"),
        ("unsave", "oud"),
        ("feeds", "edit", "nos", "--title", "Journaal", "--tag", "omroep"),
        ("feeds", "rename", "nos", "journaal"),
        ("feeds", "pause", "nos", "krant"),
        ("feeds", "remove", "nos"),
    ):
        before = dump_of(place)
        tried = out_of(place, capsys, *words, "--dry-run")
        assert dump_of(place) == before, words
        done = out_of(place, capsys, *words)
        assert [line.removeprefix("would ") for line in tried[:1]] == [
            BARE.sub(lambda word: BARE_OF[word[0]], line) for line in done[:1]
        ], words
        assert words[0] in ("relate", "unrelate") or dump_of(place) != before, words
        assert run(place, "undo") == 0, words
        assert dump_of(place) == before, words
    assert run(place, "check") == 0


CHANGING = {
    "save", "unsave", "tag", "set", "merge", "split", "relate", "unrelate", "undo", "publish", "fetch", "feeds add",
    "feeds import", "feeds remove", "feeds pause", "feeds resume", "feeds rename", "feeds edit",
}  # fmt: skip


def test_goal_9_a_feed_that_was_added_is_retired_and_loses_nothing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = dump_of(place)
    words = ("feeds", "add", "--no-fetch", "https://vara.example/feed")
    assert out_of(place, capsys, *words, "--dry-run") == [
        "would add vara-example  https://vara.example/feed"
    ]
    assert dump_of(place) == held
    out_of(place, capsys, *words)
    assert out_of(place, capsys, "undo")[1:] == ["  vara-example  retired"]
    after = dump_of(place)
    assert {name for name in held if after[name] != held[name]} == {"feeds"}
    assert run(place, "check") == 0


def test_goal_9_every_changing_command_has_a_dry_run() -> None:
    ctx = click.Context(root)
    for name in CHANGING:
        command: click.Command | None = root
        for word in name.split():
            assert isinstance(command, click.Group)
            command = command.get_command(ctx, word)
        assert command is not None
        assert any("--dry-run" in param.opts for param in command.params), name


# -- 12 --------------------------------------------------------------------------------------


def test_goal_12_what_was_done_before_ctrl_c_stays_and_can_be_taken_back(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump_of(place)
    parts: list[int] = []
    whole = labelling.tag

    def interrupted(store: Store, ids: list[str], **more: object) -> labelling.Tagged:
        if not more["dry_run"]:
            parts.append(len(ids))
            if len(parts) == 2:
                raise KeyboardInterrupt
        return whole(store, ids, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(labelling, "AT_ONCE", 2)
    monkeypatch.setattr(labelling, "tag", interrupted)
    assert run(place, "tag", "norm OR mini OR cafe OR stikstof", "+x", "--yes") == 130
    said = capsys.readouterr().err
    assert "tag: stopped; 2/4 articles done" in said, said and "What was written stays" in said
    assert run(place, "check") == 0
    assert len(titles(place, capsys, "tag:x")) == 2
    assert run(place, "undo") == 0
    assert dump_of(place) == before


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_goal_12_every_make_target_can_be_planned() -> None:
    targets = [
        line.split(":")[0]
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if ":" in line and "## " in line and line[:1].isalpha()
    ]
    assert "man" in targets
    told = subprocess.run(
        ["make", "-n", "-o", ".venv/.installed", *targets], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
