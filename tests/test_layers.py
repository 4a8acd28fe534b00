"""Holds the order of the house, and reads every module's imports against it.

A module imports only from rows below its own, or within its own entry of the list; and each
third-party name stays behind the places named for it. A new module enters `LAYERS` in the commit
that adds it. The reasons stand in docs/design.md.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From top to bottom. An entry stands for its module or, if it is a folder, for all that is in it;
# inside one entry the order is the folder's own affair. Entries of one row do not import each
# other. `archive` and `ingest` are the packages' own `__init__`, and nothing else.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("scheduler",),
    ("ingest.commands",),
    ("ingest.demo",),
    ("ingest.engine", "ingest.cluster"),
    ("ingest.turn", "ingest.scout", "ingest.backfill"),
    ("ingest.websub",),
    ("ingest.poll", "ingest.network"),
    ("ingest.workers", "ingest.pace", "ingest.children", "ingest.parts", "ingest.room"),
    ("ingest.feed", "ingest.page", "ingest.wire"),
    ("ingest.clean", "ingest.dates", "ingest.logs", "ingest.wallclock"),
    ("archive.commands",),
    ("archive.mcp", "archive.web"),
    ("archive.output",),
    ("archive.front",),
    ("archive.search",),
    ("archive.store",),
    ("archive.record", "archive.difference"),
    ("archive.identity",),
    ("archive.terminal", "archive.config"),
    ("archive.model",),
    ("archive.words", "archive.html", "archive.metrics", "archive.errors"),
)

# A package's `__init__` hands names on, so it may import from any entry of its own package; who
# imports the package itself imports what stands here.
FACES = {"archive": "archive.front", "ingest": "ingest.poll"}

# Third-party name -> the only modules (or folders) that may import it.
BEHIND: dict[str, tuple[str, ...]] = {
    "aiohttp": ("ingest.wire",),
    "alembic": ("archive.store",),
    "apscheduler": ("scheduler",),
    "bs4": ("ingest.clean", "ingest.page", "ingest.feed.discover"),
    "click": (
        "scheduler",
        "archive.commands",
        "archive.terminal",
        "ingest.commands",
    ),
    "feedparser": ("ingest.feed.feedparsing",),
    "htmldate": ("ingest.page",),
    "jinja2": ("archive.web",),
    "nh3": ("archive.html",),
    "py3langid": ("ingest.page",),
    "readability": ("ingest.page",),
    "sqlalchemy": ("archive.store",),
    "starlette": ("archive.web",),
    "trafilatura": ("ingest.page",),
    "uvicorn": ("archive.web",),
}


class Import(NamedTuple):
    """One imported name and the line it stands on; `name` is the longest dotted form written."""

    name: str
    line: int


def is_within(module: str, place: str) -> bool:
    return module == place or module.startswith(place + ".")


def row_of(module: str) -> tuple[int, str] | None:
    """Return the row (0 is the top) and the entry that `module` belongs to."""
    module = FACES.get(module, module)
    for row, entries in enumerate(LAYERS):
        for entry in entries:
            if is_within(module, entry):
                return row, entry
    return None


def modules_under(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (dotted name, file) of every module of the house, an `__init__` as its package."""
    files = [*sorted(root.glob("archive/**/*.py")), *sorted(root.glob("ingest/**/*.py"))]
    files += [path for path in [root / "scheduler.py"] if path.exists()]
    for path in files:
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(tree: ast.Module) -> Iterator[Import | int]:
    """Yield every import, wherever it stands in the file; a relative one as its bare line number.

    `from a import b` may name the module `a.b` or something inside `a`; both are `a.b` here,
    which belongs to the same entry unless `a` is a package's root.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                yield node.lineno
            else:
                yield from (Import(f"{node.module}.{a.name}", node.lineno) for a in node.names)


def fault_of(module: str, name: str, known: frozenset[str]) -> str | None:
    """Say what is wrong with `module` importing `name`; None if nothing is."""
    top = name.partition(".")[0]
    for library, places in BEHIND.items():
        if top == library and not any(is_within(module, place) for place in places):
            return f"{library} stays behind {', '.join(places)}"
    if top not in ("archive", "ingest", "scheduler") or name == "archive.__version__":
        return None
    if name.count(".") == 1 and top in FACES and name not in known and row_of(name) is None:
        name = top  # `from archive import Archive`: a public name of the package itself
    target = row_of(name)
    if target is None:
        return f"imports {name}, which is in no row"
    if module in FACES:
        return None if is_within(name, module) else f"a package's __init__ imports {name}"
    own = row_of(module)
    assert own is not None
    if target[1] == own[1] or target[0] > own[0]:
        return None
    way = "beside" if target[0] == own[0] else "above"
    return f"imports {name}, which stands {way} it ({target[1]} against {own[1]})"


def faults_under(root: Path) -> list[str]:
    """Return one line for each import that breaks the order, and each module that has no row."""
    found: list[str] = []
    modules = list(modules_under(root))
    known = frozenset(module for module, _ in modules)
    for module, path in modules:
        where = path.relative_to(root).as_posix()
        if row_of(module) is None:
            found.append(
                f"{where}: {module} is in no row; enter it in LAYERS ({Path(__file__).name})"
            )
            continue
        for item in imports_of(ast.parse(path.read_bytes(), filename=where)):
            if isinstance(item, int):
                found.append(f"{where}:{item}: relative import; write it absolute")
            elif fault := fault_of(module, item.name, known):
                found.append(f"{where}:{item.line}: {fault}")
    return found


def grow(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_every_import_of_the_house_goes_down() -> None:
    faults = faults_under(ROOT)
    assert not faults, "\n" + "\n".join(faults)


def test_no_entry_stands_in_the_list_twice() -> None:
    entries = [entry for row in LAYERS for entry in row]
    assert len(entries) == len(set(entries))
    assert not [(a, b) for a in entries for b in entries if a != b and is_within(a, b)]


def test_an_empty_tree_has_no_faults(tmp_path: Path) -> None:
    assert faults_under(tmp_path) == []


def test_downward_and_inner_imports_pass(tmp_path: Path) -> None:
    root = grow(
        tmp_path,
        {
            "scheduler.py": "import apscheduler.schedulers\nfrom ingest.engine import Engine\n",
            "archive/__init__.py": "from archive.front import Archive\n",
            "archive/commands/read.py": "import click\nfrom archive import Archive\n",
            "archive/front.py": "from archive.store.store import Store\n",
            "archive/output/atom.py": "from archive import __version__, html, model\n",
            "archive/html.py": "import nh3\n",
            "archive/store/__init__.py": "from archive.store import store, schema\n",
            "archive/store/store.py": "import sqlalchemy as sa\nfrom archive.model import Hit\n",
            "archive/store/schema.py": "import json\n",
            "archive/model/__init__.py": "from archive import errors\n",
            "archive/errors.py": "",
            "ingest/engine.py": "from ingest import poll\nfrom archive.front import Archive\n",
            "ingest/poll.py": "import ingest.wire.fetch\n",
            "ingest/wire/fetch.py": "import aiohttp\n",
        },
    )
    assert faults_under(root) == []


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("archive/model.py", "from archive.store import Store", "above"),
        ("archive/store/a.py", "def f():\n    from archive.front import Archive", "a.py:2"),
        ("archive/store/a.py", "from archive import Archive", "above"),
        ("archive/front.py", "import ingest.clean", "above"),
        ("archive/words/tokens.py", "from archive import html", "beside"),
        ("ingest/feed/parse.py", "from ingest.page.parse import parse_article", "beside"),
        (
            "archive/model.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import scheduler",
            "model.py:3",
        ),
        ("archive/store/a.py", "from . import schema", "relative"),
        ("archive/store/a.py", "from .schema import entries", "relative"),
        ("archive/__init__.py", "from ingest.poll import poll", "__init__"),
        ("archive/model.py", "from archive.misc.odd import thing", "no row"),
        ("archive/misc.py", "", "enter it in LAYERS"),
        ("ingest/feed/slices.py", "import feedparser", "feedparser stays behind"),
        ("ingest/feed/parse.py", "import bs4", "bs4 stays behind"),
        ("ingest/engine.py", "from apscheduler.schedulers import base", "apscheduler"),
        ("ingest/poll.py", "import aiohttp.client as c", "aiohttp stays behind"),
        ("archive/search/find.py", "from sqlalchemy import text", "sqlalchemy"),
        ("archive/front.py", "import click", "click stays behind"),
        ("ingest/clean.py", "import nh3", "nh3 stays behind"),
        ("archive/web_tools.py", "", "enter it in LAYERS"),
    ],
)
def test_a_fault_is_found_and_named(tmp_path: Path, path: str, text: str, words: str) -> None:
    faults = faults_under(grow(tmp_path, {path: text}))
    assert len(faults) == 1
    assert words in faults[0]


def test_several_faults_are_all_told(tmp_path: Path) -> None:
    files = {"archive/front.py": "import trafilatura, htmldate\nfrom ingest import clean\n"}
    assert len(faults_under(grow(tmp_path, files))) == 3


def names(places: Iterable[tuple[str, ...]]) -> set[str]:
    return {name for group in places for name in group}


def test_every_place_of_the_third_party_list_has_a_row() -> None:
    assert all(row_of(place) for place in names(BEHIND.values()))
