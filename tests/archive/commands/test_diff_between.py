"""diff --between: how two papers told one story, as people and programs meet it."""

import json
from pathlib import Path

import pytest

from tests.archive.commands.twice import DIJK, run, the_id
from tests.archive.store.depositing import Paper, at, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One story in two papers, of which the second has its own headline, and corrected a figure later."""
    (tmp_path / "config.toml").write_text('[archive]\ntimezone = "UTC"\n')
    own = DIJK | {"guid": "dijk", "title": "Dijk bij Tiel hield het"}
    with open_store(tmp_path / "archive.db", settle_s=0) as store:
        ochtend = Paper(store, "ochtend")
        Paper(store).poll(DIJK, now=at(0))
        ochtend.poll(own, now=at(5))
        ochtend.poll(own | {"text": str(DIJK["text"]).replace("elf", "twaalf")}, now=at(90))
        Paper(store, "uitgaven", url="https://krant.example/alles").poll(
            DIJK | {"url": "https://krant.example/artikel/1"}, now=at(95)
        )
        store.settle(now=at(120))
    return tmp_path


def test_two_papers_are_set_beside_each_other_as_they_say_now(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "diff", the_id(folder), "--between", "krant,ochtend", minute=200) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        " krant -> ochtend, 24 nov 08:00 -> 24 nov 09:30, two papers, seen in krant, "
    )
    assert lines[1].startswith(" Title  Dijk bij Tiel {-houdt stand-} {+hield het+}")
    assert any("{-elf-} {+twaalf+}" in line for line in lines)


def test_turned_round_the_signs_turn_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "diff", the_id(folder), "--between", "ochtend, krant", "--side") == 0
    assert "ochtend, " in (out := capsys.readouterr().out)
    assert run(folder, "diff", the_id(folder), "--between", "ochtend,krant", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["between"] == ["ochtend", "krant"], out
    assert document["kind"] is None
    assert (document["from"]["number"], document["to"]["number"]) == (2, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--between", "krant"), 2, "--between takes two feeds"),
        (("--between", "krant,krant"), 2, "--between takes two feeds"),
        (("--between", "krant,ochtend,nos"), 2, "--between takes two feeds"),
        (("1", "2", "--between", "krant,ochtend"), 2, "leave the revision numbers out"),
        (("--between", "krant,nos"), 1, "nos did not show"),
        (("--between", "krant,uitgaven"), 2, "one and the same paper's text"),
    ],
)
def test_what_cannot_be_set_beside_is_said_with_the_cure(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    assert run(folder, "diff", the_id(folder), *words, minute=200) == code
    assert said in capsys.readouterr().err
