"""Every --json document is what `help json` says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from archive.commands.documents import DOCUMENTS, faults, json_schema
from scheduler import main, root
from tests.archive.commands.edited import edited_archive
from tests.archive.commands.twice import DIJK, the_id, two_papers
from tests.archive.store.depositing import Paper, at, open_store


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story in two papers, edited, tagged; a saved search."""
    folder = two_papers(tmp_path_factory.mktemp("documents"))
    with open_store(folder / "archive.db", settle_s=0) as store:
        Paper(store, "krant").poll(DIJK | {"title": "Dijk bij Tiel bezwijkt toch"}, now=at(90))
    assert main(["-C", str(folder), "save", "dijken", "dijk"]) == 0
    assert main(["-C", str(folder), "tag", the_id(folder), "+dossier"]) == 0
    return folder


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edited_archive(tmp_path_factory.mktemp("edited"))


def documents(
    place: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["-C", str(place), *words]) in (0, 1)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def with_json(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[str]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from with_json(command, (*words, name))
        if any("--json" in param.opts for param in command.params):
            yield " ".join((*words, name))


def test_every_command_with_a_document_is_in_the_table() -> None:
    assert set(with_json(root)) == set(DOCUMENTS)


@pytest.mark.parametrize(
    "words",
    [
        ("search", "dijk"), ("search", "dijk", "--facets"), ("search", "dijk", "--urls"),
        ("search", "dijk", "--ids"), ("search", "dijk", "--count"), ("search", "dijk water", "--explain"),
        ("search", "dijk", "--revisions"), ("search", "dijk", "--sort", "relevance"), ("search", "nergens"),
        ("show", "ID"), ("diff", "ID"), ("count", "dijk"), ("count", "--lastmod"), ("timeline", "dijk"),
        ("authors",), ("domains",), ("tags",), ("saved",), ("related", "ID"), ("stats",), ("feeds",),
        ("feeds", "list"), ("feeds", "check"), ("feeds", "show", "krant"), ("feeds", "log", "krant"),
        ("why", "krant"), ("pages",), ("check",), ("duplicates", "ID"), ("fetch", "ID", "--dry-run"),
        ("publish", "--dry-run"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_document_is_as_the_table_says(
    place: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    named = tuple(the_id(place) if word == "ID" else word for word in words)
    (document,) = documents(place, (*named, "--json"), capsys)
    assert document.pop("schema") == 1
    command = " ".join(words[:2]) if " ".join(words[:2]) in DOCUMENTS else words[0]
    assert list(faults(document, DOCUMENTS[command])) == []


@pytest.mark.parametrize(
    "words", [("show", "k7q2"), ("diff", "k7q2"), ("related", "k7q2"), ("stats",)]
)
def test_an_article_with_everything_is_as_the_table_says(
    edited: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = documents(edited, (*words, "--json"), capsys)
    assert document.pop("schema") == 1
    assert list(faults(document, DOCUMENTS[words[0]])) == []


def test_lines_of_hits_are_as_the_table_says(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = documents(place, ("search", "dijk", "--jsonl"), capsys)
    assert len(hits) == 1
    for hit in hits:
        assert hit.pop("schema") == 1
        assert list(faults({**hit, "lastmod": 1}, DOCUMENTS["follow"])) == []


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        ({"a": 1}, {"a": "whole"}, []),
        ({"a": None}, {"a": "whole"}, [".a: None is no whole"]),
        ({"a": True}, {"a": "whole"}, [".a: True is no whole"]),
        ({"a": None}, {"a": "whole?"}, []),
        ({}, {"a": "text"}, [".a: missing"]),
        ({}, {"a?": "text"}, []),
        ({"b": 1}, {}, [".b: not in the table"]),
        ({"b": 1}, {"*": "any"}, []),
        ({"a": ["x", 1]}, {"a": ["text"]}, [".a[1]: 1 is no text"]),
        ({"a": "2026-11-24"}, {"a": "instant"}, [".a: '2026-11-24' is no instant"]),
        ({"a": "2026-11-24T08:00:00Z"}, {"a": "instant"}, []),
        ({"a": {}}, {"a": ["text"]}, [".a: dict where list stands"]),
    ],
)
def test_what_is_not_so_is_found(value: object, shape: Any, said: list[str]) -> None:
    assert list(faults(value, shape)) == said


@pytest.mark.parametrize("command", list(DOCUMENTS))
def test_the_help_and_the_schema_of_each_can_be_read(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", "json", *command.split()]) == 0
    told = capsys.readouterr().out
    assert all(name.rstrip("?") in told for name in DOCUMENTS[command] if name != "*")
    assert main(["help", "json", *command.split(), "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema(command)


def test_the_list_of_documents_names_all_and_a_wrong_one_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["help", "json"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {command}" in told for command in DOCUMENTS)
    assert max(map(len, told.splitlines())) <= 100
    assert main(["help", "json", "serach"]) == 2
    assert "did you mean 'search'?" in capsys.readouterr().err
    assert main(["help", "--schema"]) == 2
