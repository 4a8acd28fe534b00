"""docs/errors.md is what the program says: every error there is made, what mends it is run, and the error is gone.

The page is read as a table. A message is compared with what stands on stderr, `…` for anything; one marked ° that no
test can make on every machine must at least stand so in the code.
"""

import ast
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import archive.errors
from archive.commands.place import Place
from archive.commands.topics import EXIT_CODES
from archive.errors import NewsArchiveError, NotAFeed
from archive.model.health import CURES
from archive.model.outcome import Reason
from archive.store.locks import service_lock
from archive.store.saved import save_search
from archive.store.subscriptions import Subscription
from scheduler import main
from tests.archive.store.depositing import Paper, at, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import story
from tests.test_docs import fault_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
UNTRIED = " °"


class Row(NamedTuple):
    message: str
    mends: str
    code: int
    is_tried: bool


def rows() -> Iterator[Row]:
    for line in PAGE.splitlines():
        if found := re.fullmatch(r"\| `(.+?)`( °)? \| [^|]+ \| ([^|]+) \| (\d+) \|", line):
            yield Row(found[1], found[3], int(found[4]), found[2] is None)


def table_of(heading: str) -> dict[str, list[str]]:
    """Return a table of the page by its first column, without marks."""
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip("`"): rest for first, *rest in cells}


def matches(message: str, said: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in message.split("…"))
    return re.search(pattern, said) is not None


# ---- what is tried ---------------------------------------------------------------------------------


@dataclass
class Scene:
    """A folder with an archive and its config, in which commands are run."""

    folder: Path
    id: str
    said: str = ""
    stack: ExitStack = field(default_factory=ExitStack)

    def run(self, line: str) -> int:
        """Run a command line: @ stands for the id of an article, ~ within a word for a space."""
        words = [self.id if word == "@" else word.replace("~", " ") for word in line.split()]
        return main(["-C", str(self.folder), *words], place=Place(clock=lambda: at(60)))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def sql(self, statement: str) -> None:
        with sqlite3.connect(self.folder / "archive.db") as db:
            db.execute(statement)
        db.close()

    def forget_archive(self) -> None:
        for path in self.folder.glob("archive.db*"):
            path.unlink()


CONFIG = '[archive]\nurl = "archive.db"\ntimezone = "UTC"\n'

Step = str | Callable[[Scene], object]
"""A command, or what a person does beside it."""


def nothing(scene: Scene) -> None:
    """Do nothing: the command is wrong, not the place."""


class Case(NamedTuple):
    message: str
    fails: str
    cures: tuple[Step, ...]
    """The last step is the command that then runs without that error; the wrong one again where it is ""."""
    before: Callable[[Scene], object] = nothing


def another_file(scene: Scene) -> None:
    scene.write("config.toml", CONFIG.replace("archive.db", "other.db"))


def not_a_database(scene: Scene) -> None:
    scene.forget_archive()
    scene.write("archive.db", "no database " * 400)


def another_database(scene: Scene) -> None:
    scene.forget_archive()
    scene.sql("CREATE TABLE boodschappen (wat TEXT)")


def half_copied(scene: Scene) -> None:
    assert scene.run("backup copy.db") == 0
    whole = (scene.folder / "archive.db").read_bytes()
    scene.forget_archive()
    (scene.folder / "archive.db").write_bytes(whole[:20_480] + b"\0" * (len(whole) - 20_480))


def copied_back(scene: Scene) -> None:
    scene.forget_archive()
    (scene.folder / "copy.db").rename(scene.folder / "archive.db")


def newer(scene: Scene) -> None:
    scene.sql("UPDATE meta SET value = '9999' WHERE key = 'schema'")


def with_the_newer_program(scene: Scene) -> None:
    scene.sql("UPDATE meta SET value = '1' WHERE key = 'schema'")


def a_service(scene: Scene) -> None:
    scene.stack.enter_context(service_lock(scene.folder / "archive.db"))


def stopped(scene: Scene) -> None:
    scene.stack.close()


def held(scene: Scene) -> None:
    db = sqlite3.connect(scene.folder / "archive.db", isolation_level=None)
    scene.stack.callback(db.close)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("BEGIN EXCLUSIVE")


CASES = (
    Case("no command '…'. Did you mean '…'?", "serach brug", ("search brug",)),
    Case("no such command '…'. Did you mean '…'?", "feeds ad https://x.example/", ("feeds -h",)),
    Case(
        "no such option '…'. (Did you mean one of: …)",
        "search brug --sorted newest",
        ("search brug --sort newest",),
    ),
    Case("missing argument '…'.", "show", ("show @",)),
    Case(
        "invalid value for '…': … is not one of …",
        "search brug --sort beste",
        ("search brug --sort relevance",),
    ),
    Case(
        "invalid value for '…': … is not in the range …",
        "search brug --limit 0",
        ("search brug --limit 1",),
    ),
    Case(
        "invalid value for '…': '…' is no instant; write it as …",
        "feeds log krant --since gisteren",
        ("feeds log krant --since 7d", "feeds log krant --since 2026-11-24T08:00:00Z"),
    ),
    Case(
        "invalid value for '-C': Directory '…' does not exist.",
        "-C weg search brug",
        ("search brug",),
    ),
    Case(
        "--output, --urls, --ids and --count exclude each other: give one",
        "search brug --ids --urls",
        ("search brug --ids",),
    ),
    Case(
        "--json has schema … here, not …: install the newsarchive that has it, or read schema …",
        "--schema-version 9 search brug --json",
        ("help json", "--schema-version 1 search brug --json"),
    ),
    Case(
        "--all-kinds says which revisions: give --revisions with it",
        "search brug --all-kinds",
        ("search brug --revisions --all-kinds",),
    ),
    Case(
        "--text, --html and --json exclude each other: give one",
        "show @ --text --html",
        ("show @ --text",),
    ),
    Case(
        "--json and --sick belong behind the command: feeds … ...",
        "feeds --sick list",
        ("feeds list --sick", "feeds --sick"),
    ),
    Case("no help on '…'; topics: …", "help kleur", ("help query",)),
    Case(
        "'…' has no --json document; newsarchive help json lists them",
        "help json kleur",
        ("help json",),
    ),
    Case("… is there already; name another file", "backup archive.db", ("backup copy.db",)),
    Case("… is the archive itself; name another file", "dump archive.db", ("dump archive.jsonl",)),
    # queries
    Case(
        "no field '…'. Did you mean '…'? To search for the words themselves, quote them",
        "search fed:krant",
        ("help query", "search feed:krant"),
    ),
    Case("this quote is not closed", 'search "brug', ('search "brug"',)),
    Case("this bracket is not closed", "search (brug", ("search (brug)",)),
    Case("this bracket closes nothing", "search brug)", ("search brug",)),
    Case(
        "no date: '…'. Write …",
        "search since:nooit",
        ("search since:7d", "search since:2026-11-24"),
    ),
    Case("no range: '…'. Write … or … or …", "search minutes:veel", ("search minutes:..5",)),
    Case(
        "no saved search '…'. newsarchive saved lists them",
        "search saved:weg",
        ("saved", "save weg brug", ""),
    ),
    Case("no feed '…'. Did you mean '…'?", "search feed:kraant", ("search feed:krant", "feeds")),
    Case("'…' is none of …", "search has:kleur", ("search has:author",)),
    Case(
        "only exclusions: add a word that shall be there",
        "search -- -brug",
        ("search -- dijk~-brug",),
    ),
    Case(
        "… needs a word on both sides", "search brug~AND", ("search brug~AND~dicht", "search and")
    ),
    Case("…: needs a word right behind it, such as …", "search title:", ("search title:brug",)),
    Case("a * stands at one end of a word: …", "search *", ("search bru*",)),
    Case(
        "in the saved search '…': this saved search finds itself: …",
        "save zelf saved:zelf",
        ("save zelf brug",),
    ),
    Case("nothing found: …", "search olifant", ("search brug",)),
    # articles, searches, tags
    Case(
        "no article has an id that begins with '…'; find it with: newsarchive search WORDS",
        "show zzzz",
        ("search brug --ids", "show @"),
    ),
    Case(
        "'…' is no article's id: type at least its first … characters …",
        "show ab",
        ("show @",),
    ),
    Case("… has no revision …; it has …", "diff @ 1 9", ("show @",)),
    Case(
        "no saved search '…'; newsarchive saved lists them", "unsave weg", ("saved", "unsave nog")
    ),
    Case(
        "there is no number … to take back: newsarchive undo --list shows what there is",
        "undo 99",
        ("undo --list",),
    ),
    Case(
        "nothing was done by hand that can be taken back",
        "undo",
        ("tag brug +x --yes", ""),
        lambda scene: scene.sql("DELETE FROM undo_log"),
    ),
    Case(
        "… cannot be taken back: …",
        "undo 3",
        ("undo 4", ""),
        lambda scene: [scene.run(line) for line in ("feeds pause nos", "feeds resume nos")],
    ),
    Case(
        "'…' is no name: write it in a-z, 0-9 and -, at most … of them",
        "save Mijn brug",
        ("save mijn brug",),
    ),
    Case(
        "'…' is saved already, as: …; add --replace to put this in its place",
        "save brug dijk",
        ("save brug dijk --replace",),
    ),
    Case("'…' is used by …: unsave or change those first", "unsave brug", ("unsave nog", "")),
    Case(
        "no tag: write +dossier to put one on, -dossier to take one off",
        "tag brug",
        ("tag brug +dossier --yes",),
    ),
    Case(
        "'…' is no tag: letters or digits, no comma, at most … characters",
        "tag brug +,",
        ("tag brug +x --yes",),
    ),
    Case("… cannot be put on and taken off at once", "tag brug +x -x", ("tag brug +x --yes",)),
    Case("'…' cannot be set; one of: …", "set @ kleur=rood", ("set @ section=Brug",)),
    Case(
        "…='…' is no instant with a zone; write it as …",
        "set @ published_at=morgen",
        ("set @ published_at=2024-05-31T14:30+02:00",),
    ),
    Case(
        "all of … was shown by '…': there is nothing to split it from",
        "split @ krant",
        ("duplicates @",),
    ),
    Case("'…' has not shown …; it is one of: …", "split @ s99", ("duplicates @",)),
    Case("erasing cannot be undone: newsarchive erase … --yes", "erase @", ("erase @ --yes",)),
    # feeds
    Case("no feed '…'; did you mean '…'?", "feeds show kraant", ("feeds", "feeds show krant")),
    Case(
        "not an http address but …:; a feed's address begins with http:// or https://",
        "feeds add --no-fetch ftp://x.example/",
        ("feeds add --no-fetch https://x.example/",),
    ),
    Case(
        "an address without a host; a feed's address begins with http:// or https://",
        "feeds add --no-fetch https:///x",
        ("feeds add --no-fetch https://x.example/x",),
    ),
    Case(
        "there is a feed named '…' already; choose another name",
        "feeds rename krant nos",
        ("feeds rename krant dagblad",),
    ),
    Case(
        "'…' is no feed name: lower-case letters, digits and dashes; try '…'",
        "feeds rename krant Dag.Blad",
        ("feeds rename krant dag-blad",),
    ),
    Case(
        "… is declared in config.toml (…); take it out there, or stop it for now:"
        " newsarchive feeds pause …",
        "feeds remove vast",
        ("feeds pause vast",),
    ),
    Case(
        "… is declared in config.toml (…); change it there",
        "feeds edit vast --title Van~mij",
        (lambda scene: scene.write("config.toml", CONFIG), "config check"),
    ),
    Case(
        "… cannot be read: …",
        "feeds import weg.opml",
        (lambda scene: scene.write("weg.opml", "https://x.example/feed\n"), ""),
    ),
    Case(
        "no feed in this list: give OPML with xmlUrl attributes, or addresses …, one a line;"
        " the first bad one is line …",
        "feeds import config.toml",
        (
            lambda scene: scene.write("list.txt", "https://x.example/feed\n"),
            "feeds import list.txt",
        ),
    ),
    Case(
        "… is …; poll it again with: newsarchive feeds resume …",
        "feeds retry stil",
        ("feeds resume stil", ""),
    ),
    Case("why takes a feed, or two articles: …", "why krant nos stil", ("why krant",)),
    # settings
    Case(
        "…: no such file; make one with: newsarchive --config … init",
        "--config nieuw.toml feeds",
        ("--config nieuw.toml init", ""),
    ),
    Case(
        "…: unknown key '…' in …; did you mean '…'?",
        "config check",
        (lambda scene: scene.write("config.toml", CONFIG), ""),
        lambda scene: scene.write("config.toml", f"{CONFIG}timezon = 'UTC'\n"),
    ),
    Case(
        "…: unknown section …; did you mean …?",
        "config check",
        (lambda scene: scene.write("config.toml", CONFIG), ""),
        lambda scene: scene.write("config.toml", f"{CONFIG}[pubish]\n"),
    ),
    Case(
        "…:…: not UTF-8 text; save the file in that encoding",
        "config check",
        (lambda scene: scene.write("config.toml", CONFIG), ""),
        lambda scene: (scene.folder / "config.toml").write_bytes(b"# caf\xe9\n"),
    ),
    # the archive
    Case(
        "no archive at …; make one with: newsarchive init",
        "search brug",
        ("init", ""),
        Scene.forget_archive,
    ),
    Case(
        "… is no newsarchive archive; name another file in [archive] url",
        "search brug",
        (another_file, "init", ""),
        not_a_database,
    ),
    Case(
        "… is a database, but not a newsarchive archive; name another file in [archive] url",
        "search brug",
        (another_file, "init", ""),
        another_database,
    ),
    Case(
        "… is damaged or only half copied; restore it from a backup (newsarchive check says more)",
        "search brug",
        (copied_back, ""),
        half_copied,
    ),
    Case(
        "… has schema …, this program knows …: install the newer newsarchive",
        "search brug",
        (with_the_newer_program, ""),
        newer,
    ),
    Case(
        "… has schema …, this program needs …: run newsarchive migrate",
        "search brug",
        (with_the_newer_program, ""),
        lambda scene: scene.sql("UPDATE meta SET value = '0' WHERE key = 'schema'"),
    ),
    Case(
        "no copy was made at …: …; newsarchive check says more",
        "backup weg/copy.db",
        ("check", "backup copy.db"),
    ),
    # held
    Case(
        "a service already runs on … (…); stop it first, or use another archive",
        "run",
        (stopped,),
        a_service,
    ),
    Case(
        "… is held by another process (a migration or repair?); try again in a moment",
        "search brug",
        (stopped, ""),
        held,
    ),
)

ELSEWHERE = (
    "… is being written by another process; try again in a moment",
    "port … on … is in use; stop what holds it, or choose another: newsarchive serve --port …",
)
"""Messages with a test of their own below."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three papers, one of them paused, and one that the file declares; two articles, two saved searches."""
    folder = tmp_path_factory.mktemp("errors")
    vast = "https://vast.example/feed"
    config = f'{CONFIG}\n[[feeds]]\nurl = "{vast}"\nname = "vast"\n'
    (folder / "config.toml").write_text(config, encoding="utf-8")
    text = story("De brug bij Tiel is dicht.")
    brug = {"guid": "1", "title": "Brug dicht", "text": text, "author": "Jan Bos"}
    dijk = {"guid": "2", "title": "Dijk houdt", "text": story("De dijk houdt het.")}
    with open_store(folder / "archive.db", settle_s=0) as store:
        Paper(store, "krant").poll(brug, dijk, now=at(0))
        Paper(store, "nos")
        store.set_feed_state(Paper(store, "stil").feed.id, "paused", now=at(1))
        store.sync_feeds([Subscription(url=vast, name="vast")], now=at(1))
        save_search(store, "brug", "brug", now=at(2))
        save_search(store, "nog", "saved:brug", now=at(2))
    return folder


@pytest.fixture
def scene(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for module in (
        "opening",
        "sqlite",
    ):  # for so many seconds a command waits for another one to end
        monkeypatch.setattr(f"archive.store.{module}.BUSY_S", 0.01)
    for path in made.iterdir():
        shutil.copy(path, tmp_path)
    (the_id,) = ids_of(tmp_path / "archive.db", "1")
    scene = Scene(tmp_path, the_id)
    yield scene
    scene.stack.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fails} -> {case.message[:30]}")
def test_an_error_is_told_as_written_and_its_cure_mends_it(
    scene: Scene, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = [row for row in rows() if row.message == case.message]
    case.before(scene)
    capsys.readouterr()
    assert scene.run(case.fails) == row.code, capsys.readouterr().err
    said = capsys.readouterr().err
    assert any(matches(case.message, line) for line in said.splitlines()), said
    for step in case.cures:
        if callable(step):
            step(scene)
            continue
        code = scene.run(step or case.fails)
        told = capsys.readouterr()
        # That a search finds nothing is an answer, but for where that was the complaint.
        assert code == 0 or (code == 1 and row.code != 1), (step, told.err)
        assert not any(matches(case.message, line) for line in told.err.splitlines()), step


def test_every_command_that_is_named_is_there() -> None:
    named = re.findall(r"`newsarchive( [^`…]+)`", PAGE)
    assert len(named) > 30
    assert [(line, fault) for line in named if (fault := fault_of(line))] == []


def test_a_port_that_is_taken_is_told_with_another_to_take(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert scene.run(f"serve --port {taken.getsockname()[1]}") == 75
    assert matches(ELSEWHERE[1], capsys.readouterr().err)


def test_an_archive_that_another_process_writes_is_busy_for_writers(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    db = sqlite3.connect(scene.folder / "archive.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    assert scene.run("feeds pause nos") == 75
    assert matches(ELSEWHERE[0], capsys.readouterr().err)
    db.close()
    assert scene.run("feeds pause nos") == 0


# ---- the page and the code -------------------------------------------------------------------------


@cache
def texts() -> tuple[str, ...]:
    """Return every text of the code, … for what is put in."""
    found = []
    for path in (
        *ROOT.glob("archive/**/*.py"),
        *ROOT.glob("ingest/**/*.py"),
        ROOT / "scheduler.py",
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (text := text_of(node)) is not None:
                found.append(text)
    return tuple(found)


def text_of(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(text_of(value) or "…" for value in values)
    return None


def test_every_message_is_tried_or_stands_so_in_the_code() -> None:
    listed = list(rows())
    assert len(listed) == len({row.message for row in listed}) >= 40
    tried = {row.message for row in listed if row.is_tried}
    assert tried == {case.message for case in CASES} | set(ELSEWHERE)
    for row in listed:
        if not row.is_tried:
            parts = [part.strip(" ;:") for part in row.message.split("…")]
            words = [part for part in parts if len(part) > 2]
            assert all(any(part in text for text in texts()) for part in words), row.message


def test_all_that_ends_with_3_or_75_is_on_the_page() -> None:
    written = {row.message for row in rows()}
    raised = set()
    for path in (
        *ROOT.glob("archive/**/*.py"),
        *ROOT.glob("ingest/**/*.py"),
        ROOT / "scheduler.py",
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("ArchiveUnusable", "NewerSchema", "Busy")
                and node.args
            ):
                raised.add(text_of(node.args[0]))
    assert len(raised) > 15
    assert sorted(str(text) for text in raised - written) == []


def test_every_exit_code_error_class_and_reason_is_on_the_page() -> None:
    codes = re.findall(r"^  (\d+) ", EXIT_CODES, re.MULTILINE)
    assert list(table_of("Exit codes")) == codes
    classes = {
        name: kind
        for name, kind in vars(archive.errors).items()
        if isinstance(kind, type)
        and issubclass(kind, NewsArchiveError)
        and kind is not NewsArchiveError
    }
    told = table_of("In Python")
    assert set(told) == set(classes) and NotAFeed.__name__ in told
    assert {name: int(cells[-1]) for name, cells in told.items()} == {
        name: kind.exit_code for name, kind in classes.items()
    }
    reasons = table_of("When a feed or a page fails")
    assert list(reasons) and set(reasons) == {str(reason) for reason in Reason}
    assert {reason: reasons[reason][-1] for reason in CURES} == CURES


def test_a_message_that_is_not_so_is_found() -> None:
    assert matches("no feed '…'; did you mean '…'?", "newsarchive: no feed 'a'; did you mean 'b'?")
    assert not matches("no feed '…'; did you mean '…'?", "newsarchive: no feed 'a'")
