"""Whatever is typed: rows, a nothing that says which word kills it, or an error with its place. Never anything else.

500 seeded strings here; 10,000 by `python -m tests.archive.search.test_any_string 10000`.
"""

import contextlib
import io
import random
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from archive.search.query import FIELDS, MAX_CHARACTERS
from scheduler import main
from tests.archive.store.archives import Newsroom

PLACE_OF_FAULT = re.compile(r"^newsarchive: .+\n  .*\n *\^+\n", re.DOTALL)
SQL = re.compile(
    r"SELECT|FROM search|sqlite|fts5|MATCH|syntax error|no such|Traceback", re.IGNORECASE
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

WORDS = (
    "kabinet", "stikstof", "stikstofuitkop", "Café", "東京", "東京都", "นายก", "الوزير", "navo*", "*minister", "*en",
    "=minister", "480.000", "o'neil", "vice-premier", '"vijf procent"', '"een"', "ß", "ǆ", "İ", "2026", "½", "a", "z*",
    "e\u0301", "١٢", "🎉", "ﬁ",
)  # fmt: skip
SIGNS = (
    *"()\"“”„-−=*:;,.^~+|&<>%$#@!?´`/\\", "--", "**", "{}", "[]", "OR", "AND", "NOT", "NEAR", "or", "\x00", "\x1b[31m",
    "\u202e", "\u2066", "\ufeff", "\u00a0", "\n", "\t", "\r\n", "\udc80", "'; DROP TABLE search; --", "NEAR(a b)",
    "a AND title : b", "^a",
)  # fmt: skip
VALUES = (
    "joop",
    "fed",
    "2025",
    "2025-13",
    "7d",
    "..",
    "3..",
    "..5",
    "x..y",
    "nl",
    "-",
    '"a b"',
    "http://a.b",
)


def any_string(chance: random.Random) -> str:
    """Return words, signs and fields in any order, or any characters at all."""
    if chance.random() < 0.15:
        return "".join(
            chr(chance.choice((chance.randrange(0x250), chance.randrange(0x110000))))
            for _ in range(20)
        )
    parts = []
    for _ in range(chance.randrange(8)):
        kind = chance.random()
        if kind < 0.5:
            parts.append(chance.choice(WORDS))
        elif kind < 0.75:
            parts.append(chance.choice(SIGNS))
        else:
            parts.append(
                f"{chance.choice((*FIELDS, 'fed', 'titel', 'x'))}:{chance.choice((*VALUES, *WORDS))}"
            )
    return chance.choice(("", " ")).join(parts)


def fault_of(folder: Path, query: str, *options: str) -> tuple[int, str]:
    """Search; return the exit code, and what is wrong with the answer or ""."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["-C", str(folder), "search", *options, "--", query])
    said = err.getvalue()
    if SQL.search(said.replace(query, "")) and not SQL.search(query):
        return code, "it shows SQL or a traceback"
    if CONTROL.search(said) or CONTROL.search(out.getvalue()):
        return code, "a control character comes out"
    match code:
        case 0:
            return code, "" if out.getvalue() else "no rows"
        case 1:
            is_told = said.startswith("nothing found: ") and "archive is empty" not in said
            return code, "" if is_told and not out.getvalue() else "a nothing without a reason"
        case 2:
            return code, "" if PLACE_OF_FAULT.search(said) else "an error without its place"
    return code, f"exit code {code}"


def make(folder: Path) -> None:
    room = Newsroom(folder / "archive.db")
    room.article(
        "Kabinet eens over stikstofuitkoop", "De minister van Landbouw, vijf procent, 480.000 euro."
    )
    room.article("Café dicht", "Landbouwminister en premier in de navo-zaal", when="2025-03-01")
    room.article("東京都の予算", "新しい予算", language="ja", when="2025-02-01")
    room.article("أخبار", "أعلن الوزير", language="ar", when="2024-02-01")
    room.close()
    (folder / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\ntimezone = "UTC"\n', encoding="utf-8"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("any")
    make(made)
    return made


def tried(folder: Path, n: int) -> tuple[Counter[int], list[tuple[str, int, str]]]:
    """Search for n strings; return how many gave which exit code, and what was wrong."""
    chance = random.Random("any string")
    codes: Counter[int] = Counter()
    wrong = []
    for _ in range(n):
        query = any_string(chance)
        code, fault = fault_of(folder, query)
        codes[code] += 1
        if fault:
            wrong.append((query, code, fault))
    return codes, wrong


def test_any_string_gives_rows_a_reason_or_a_place(folder: Path) -> None:
    codes, wrong = tried(folder, 500)
    assert wrong == []
    assert min(codes[code] for code in (0, 1, 2)) >= 20  # the strings are of all kinds


@pytest.mark.parametrize("text", ["x", "x ", "(", '"', "-", "東", "\u202e", "x OR ", "title:", "*"])
def test_a_query_of_a_million_characters_is_refused_in_one_line(folder: Path, text: str) -> None:
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        code = main(["-C", str(folder), "search", "--", (text * 1_000_000)[:1_000_000]])
    assert code == 2
    first, *rest = err.getvalue().splitlines()
    assert f"at most {MAX_CHARACTERS} characters, this one" in first
    assert len(rest) == 2 and max(map(len, (first, *rest))) < 250


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "stikstofuitkop",
            "no article has 'stikstofuitkop' or a form of it; did you mean 'stikstofuitkoop' (1)?",
        ),
        ("kabinet cafe", "nothing has all of these together: kabinet (1), cafe (1)"),
        ("kabinet -minister", "1 found without -minister, none with it"),
        ("kabinet before:2020", "1 found, none of them with such a date"),
        ("kabinet *zeeuw", "nothing in the archive has *zeeuw"),
    ],
)
def test_a_nothing_names_what_kills_the_query(folder: Path, query: str, told: str) -> None:
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        assert main(["-C", str(folder), "search", "--", query]) == 1
    assert err.getvalue() == f"nothing found: {told}\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch))
        told_codes, told_wrong = tried(Path(scratch), int(sys.argv[1]))
    print(dict(told_codes), *told_wrong[:20], sep="\n")
