"""The docs say what there is, and nothing else: commands, settings, tables, targets, links and examples are compared.

A command, setting or table that nobody wrote about fails here, and so does an example that no longer parses.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click
import pytest

from archive.commands.topics import EXIT_CODES
from archive.config.reader import SECTIONS
from archive.config.settings import FeedSettings
from archive.front import Archive
from archive.model.outcome import Reason
from archive.model.site import SiteRules
from archive.search.narrowing import HAS
from archive.search.query import FIELDS, parse
from archive.store.schema import tables
from archive.store.sqlite import SEARCH_DDL
from scheduler import FAMILIES, NAME, main, root

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
USER_PAGES = [page for page in PAGES if page.parent.name != "decisions"]

# Written in parts, so that this file does not hold what it looks for.
MACHINE_PATHS = tuple("/" + rest for rest in ("work/", "root/", "home/", "tmp/bash_jobs"))
REGISTRIES = tuple(
    name + "." + rest
    for name, rest in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("golang", "org"),
        ("crates", "io"),
        ("anaconda", "org"),
    )
)


def text_of(pages: list[Path]) -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# -- all there is, is written about ----------------------------------------------------------


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every command's words, groups included: ("feeds", "add")."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        yield (*words, name)
        found = group.get_command(ctx, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*words, name))


@cache
def all_commands() -> tuple[tuple[str, ...], ...]:
    return tuple(commands(root))


def test_every_listed_command_is_there_and_has_help() -> None:
    assert {words[0] for words in all_commands()} == {name for f in FAMILIES.values() for name in f}


def test_every_command_is_mentioned() -> None:
    text = text_of(USER_PAGES)
    missing = [
        " ".join(words)
        for words in all_commands()
        if re.search(rf"{NAME} {re.escape(' '.join(words))}\b", text) is None
    ]
    assert missing == []


def settings() -> Iterator[tuple[str, str]]:
    for section, kind in SECTIONS.items():
        yield from ((section, field.name) for field in fields(kind))
    yield from (("feeds", field.name) for field in fields(FeedSettings))
    yield from (("sites", field.name) for field in fields(SiteRules))


def test_every_setting_stands_in_the_sample_under_its_section() -> None:
    held: set[tuple[str, str]] = set()
    section = ""
    for line in (ROOT / "config.toml").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"\[+([a-z]+)", line):
            section = head[1]
        elif key := re.match(r"([a-z_]+) = ", line):
            held.add((section, key[1]))
    assert [key for key in settings() if key not in held] == []


def test_every_table_is_explained() -> None:
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    made = re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", "\n".join(SEARCH_DDL))
    assert len(made) == 5
    assert [name for name in [*tables.tables, *made, "bodies"] if f"**`{name}`**" not in text] == [
        "meta"  # whose paragraph begins with it, unmarked
    ]
    assert "`meta` holds" in text


def test_every_event_of_the_log_and_every_reason_of_a_failure_is_explained() -> None:
    text = text_of([ROOT / "docs/operate.md", ROOT / "docs/feeds.md"])
    code = text_of([ROOT / "scheduler.py", *ROOT.glob("ingest/**/*.py")])
    logged = set(re.findall(r"log\.(?:info|warning|error|exception)\(\s*\"(\w+)\"", code))
    assert {"poll_done", "poll_failed", "page_done"} <= logged
    assert [name for name in sorted(logged | set(Reason)) if f"`{name}`" not in text] == []
    told = text.partition("| event | means |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in told.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", "".join(rows))) - logged == set()


def test_every_exit_code_is_explained() -> None:
    text = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
    codes = re.findall(r"^  (\d+) ", EXIT_CODES, re.MULTILINE)
    assert len(codes) > 5
    assert [code for code in codes if f"| {code} |" not in text] == []


def test_every_field_of_a_query_is_explained_and_every_example_is_one() -> None:
    text = (ROOT / "docs/search.md").read_text(encoding="utf-8")
    examples = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    named_so = " ".join(examples)
    assert [field for field in FIELDS if f"{field}:" not in named_so] == []
    assert [thing for thing in HAS if f"`has:{thing}`" not in text] == []
    for example in examples:
        parse(
            example,
            now=datetime(2026, 11, 24, tzinfo=UTC),
            timezone=UTC,
            saved=lambda: {"stikstof": "stikstof"},
        )


def test_every_make_target_is_mentioned() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)
    assert {"demo", "run", "test", "check"} <= set(targets)
    text = text_of(USER_PAGES)
    assert [target for target in targets if f"make {target}" not in text] == []


def test_the_public_names_are_explained() -> None:
    text = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
    names = [name for name in vars(Archive) if not name.startswith("_")]
    assert {"open", "search", "article", "revisions", "sightings", "latest"} <= set(names)
    names += ["parse_feed", "parse_article"]
    assert [name for name in names if re.search(rf"`[\w.]*{name}[(`]", text) is None] == []


def test_the_decisions_are_numbered_once_and_ask_a_question() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert len(pages) >= 7 and len(set(numbers)) == len(numbers)
    titles = {named(page): page.read_text(encoding="utf-8").splitlines()[0] for page in pages}
    assert {name: t for name, t in titles.items() if not re.match(r"# [A-Z].*\?$", t)} == {}


# -- what is written, is so ------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def example_lines() -> Iterator[tuple[str, str]]:
    """Yield (page, line) of every `newsarchive ...` in a block of the docs, without prompt, path and comment."""
    for page in PAGES:
        for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.M):
            for line in block.splitlines():
                if found := re.match(rf"(?:\$ )?(?:\.venv/bin/)?{NAME}( .*)?$", line):
                    yield named(page), (found[1] or "").split("  #")[0]


def resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words name, and what is left of them; the root's own options are passed by."""
    command: click.Command = root
    ctx = click.Context(root, info_name=NAME)
    while words:
        if words[0] in ("-C", "--config", "--color"):
            words = words[2:]
            continue
        group = command if isinstance(command, click.Group) else None
        below = group.get_command(ctx, words[0]) if group is not None else None
        if below is None:
            break
        command, words = below, words[1:]
        ctx = click.Context(command, info_name=command.name, parent=ctx)
    return command, words


def fault_of(line: str) -> str | None:
    """Say what is wrong with an example, None if its command is there and takes its options and arguments."""
    words = shlex.split(re.split(r" [|>] ", line)[0])
    command, rest = resolved(words)
    if command is root and rest and rest[0] not in ("--help", "-h", "--version", "--debug"):
        return f"no command {rest[0]!r}"
    if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        return f"no command {' '.join(words)!r}"
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    known |= {"-h", "--help"}
    for word in rest:
        option = word.partition("=")[0]
        if re.match(r"--?[a-zA-Z]", option) and option not in known:
            return f"{command.name} has no option {option}"
    takes_words = any(isinstance(param, click.Argument) for param in command.params)
    if rest and not takes_words and not isinstance(command, click.Group):
        options = [word for word in rest if word.startswith("-")]
        if not options:
            return f"{command.name} takes no argument {rest[0]!r}"
    return None


def test_every_example_names_a_command_and_options_that_are_there() -> None:
    lines = list(example_lines())
    assert len(lines) > 20
    faults = [(page, line, fault_of(line)) for page, line in lines]
    assert [fault for fault in faults if fault[2] is not None] == []


def test_a_wrong_example_is_found() -> None:
    assert fault_of(" serach stikstof") == "no command 'serach'"
    assert fault_of(" search stikstof --newest") == "search has no option --newest"
    assert fault_of(" feeds ad https://example.org/feed") is not None
    assert fault_of(" serve here") == "serve takes no argument 'here'"
    assert fault_of(" -C demo search 'stikstof uitkoop' --json | jq .") is None


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in all_commands():
        assert main([*words, "--help"]) == 0, words
        assert f"Usage: {NAME} {' '.join(words)}" in capsys.readouterr().out


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.store import Store

    page = (ROOT / "docs/programs.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    Store.open("archive.db", create=True).close()
    exec(compile(example, "docs/programs.md", "exec"), {})


# -- nothing of the place where it was written -----------------------------------------------


def files() -> list[Path]:
    """Return the files of the repository, or of the folder where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = [
            p for top in ("archive", "ingest", "docs", "tests") for p in (ROOT / top).rglob("*")
        ]
        found += [p for p in ROOT.iterdir() if not p.name.startswith(".")]
    return [path for path in found if path.is_file()]


def test_no_file_names_a_machines_path_or_a_package_registry() -> None:
    unwanted = re.compile(
        "|".join(
            [rf"(?<![\w.~-]){re.escape(path)}" for path in MACHINE_PATHS]
            + [rf"\b{re.escape(host)}\b" for host in REGISTRIES]
        )
    )
    found = {
        named(path): match[0]
        for path in files()
        if (match := unwanted.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert len(files()) > 100
    assert found == {}
