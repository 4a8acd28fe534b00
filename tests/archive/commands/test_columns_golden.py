"""What the commands that list print at 80, 100 and 140 columns of a pseudo-terminal, and in a pipe, to the letter.

The program is a process of its own there, whose stdout is a terminal of that size: what it asks the system is what it
asks of a real one. A change that is meant is written down by `make test
TESTS="tests/archive/commands/test_columns_golden.py --inline-snapshot=fix" WORKERS=0`, and read before it is committed.
"""

# ruff: noqa: E501 (what is printed stands here as wide as it was printed)

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from inline_snapshot import snapshot

from archive.commands.place import Place
from archive.store.schema import meta
from archive.terminal import text_width
from scheduler import main
from tests.archive.store.depositing import Item, Paper, at, open_store

ROOT: Final = Path(__file__).parents[3]
NOW: Final = at(1500)
ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")

BRIDGE: Final = (
    "De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer om te rijden, en de bus naar Hasselt"
    " rijdt weer door de binnenstad. Het werk duurde elf maanden."
)
DUTCH: Final[tuple[Item, ...]] = (
    {"guid": "brug", "title": "Brug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen", "text": BRIDGE,
     "author": "Marit Vos", "tags": ("verkeer",), "date": at(-20)},
    {"guid": "café", "title": "Café De Zwaan sluit", "text": "De kastelein vond geen opvolger voor de zaak aan het water.",
     "author": "Bram de Boer", "tags": ("horeca", "water"), "date": at(-3000)},
)  # fmt: skip
ARABIC: Final[tuple[Item, ...]] = (
    {"guid": "water", "title": "الوزير يعلن خطة جديدة للمياه", "text": "قال وزير الري إن المشروع يشمل بناء ثلاثة سدود.",
     "tags": ("مياه",), "date": at(-90)},
)  # fmt: skip
CHINESE: Final[tuple[Item, ...]] = (
    {"guid": "trein", "title": "新高铁线路开通,上海到杭州只需三十分钟,每天往返六十趟,票价与原来相同", "text": "首班列车于早上六点从虹桥站出发。旅客说座位比以前宽敞。",
     "tags": ("交通",), "date": at(-45)},
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with three papers, of which one edits a headline and one copies another."""
    folder = tmp_path_factory.mktemp("columns")
    (folder / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    with open_store(folder / "archive.db") as store, store.writing() as connection:
        connection.execute(sa.update(meta).where(meta.c.key == "archive_id").values(value="0" * 32))
    with open_store(folder / "archive.db") as store:
        paper = Paper(store, "waterkrant")
        paper.poll(*DUTCH, now=at(0))
        Paper(store, "nahr", language="ar").poll(*ARABIC, now=at(1))
        Paper(store, "jiangbao", language="zh").poll(*CHINESE, now=at(2))
        Paper(store, "stadsblad").poll({**DUTCH[0], "guid": "kopie"}, now=at(3))
        paper.poll(DUTCH[0], {**DUTCH[1], "title": "Café De Zwaan sluit na een eeuw"}, now=at(60))
    yield folder


COMMANDS: Final = {
    "search": "search after:2020",
    "search-water": "search water OR 上海 OR الوزير",
    "feeds": "feeds",
    "show": "show tct6",
    "stats": "stats",
    "timeline": "timeline after:2020",
    "count": "count water",
    "tags": "tags",
}


def arguments(folder: Path, command: str) -> list[str]:
    name, _, query = COMMANDS[command].partition(" ")
    return ["-C", str(folder), name, *([query] if query else [])]


def on_terminal(folder: Path, command: str, columns: int, **environment: str) -> list[str]:
    """Return the lines a command writes to a pseudo-terminal of that width."""
    program = (
        "import sys; from datetime import datetime; from scheduler import main;"
        " from archive.commands.place import Place; now = datetime.fromisoformat(sys.argv[1]);"
        " sys.exit(main(sys.argv[2:], place=Place(clock=lambda: now)))"
    )
    inherited = {
        key: os.environ[key] for key in ("PATH", "HOME", "VIRTUAL_ENV") if key in os.environ
    }
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        with subprocess.Popen(
            [sys.executable, "-c", program, NOW.isoformat(), *arguments(folder, command)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE,
            env={**inherited, "PAGER": "cat", "LC_ALL": "C.UTF-8", "TERM": "xterm", **environment},
        ) as process:  # fmt: skip
            os.close(theirs)
            written = bytearray()
            while piece := _read(ours):
                written += piece
            assert process.wait() == 0, process.stderr and process.stderr.read()
    finally:
        os.close(ours)
    return steady(written.decode("utf-8"))


def steady(printed: str) -> list[str]:
    """Return the lines, without the sizes of files on this disk."""
    lines = printed.replace("\r\n", "\n").splitlines()
    return [re.sub(r"[\d.]+ [kM]B|(?<=^bytes.archive\t)\d+", "N", line) for line in lines]


def _read(terminal: int) -> bytes:
    """Read what stands there; nothing once the other end is closed, which Linux tells by an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def in_pipe(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(arguments(folder, command), place=Place(clock=lambda: NOW)) == 0
    return steady(capsys.readouterr().out)


class Screens:
    """What each command wrote at each width, asked once; without colours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[tuple[str, int], list[str]] = {}

    def __call__(self, command: str, columns: int) -> list[str]:
        if (command, columns) not in self._written:
            lines = on_terminal(self.folder, command, columns, NO_COLOR="1")
            self._written[command, columns] = lines
        return self._written[command, columns]


@pytest.fixture(scope="module")
def screen(folder: Path) -> Screens:
    return Screens(folder)


def test_search_at_three_widths(screen: Screens) -> None:
    assert screen("search", 80) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte Water g…           tct6  ≡2",
            "                           De brug over het Zwarte Water gaat maandag open. Fi…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,上海到杭州只…            ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽…",
            " 24 nov 06:30  nahr        الوزير يعلن خطة جديدة للمياه            osbj",
            "                           قال وزير الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een e…           xqjx  ✎1",
            "                           De kastelein vond geen opvolger voor de zaak aan he…",
        ]
    )
    assert screen("search", 100) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte Water gaat maandag na elf m…           tct6  ≡2",
            "                           De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet l…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,上海到杭州只需三十分钟,每天往返六…           ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽敞。",
            " 24 nov 06:30  nahr        الوزير يعلن خطة جديدة للمياه                                osbj",
            "                           قال وزير الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een eeuw                             xqjx  ✎1",
            "                           De kastelein vond geen opvolger voor de zaak aan het water.",
        ]
    )
    assert screen("search", 140) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen            tct6  ≡2",
            "                           De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer om te rijden, en de bus naar Hasse…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,上海到杭州只需三十分钟,每天往返六十趟,票价与原来相同                                 ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽敞。",
            " 24 nov 06:30  nahr        الوزير يعلن خطة جديدة للمياه                                                                        osbj",
            "                           قال وزير الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een eeuw                                                                     xqjx  ✎1",
            "                           De kastelein vond geen opvolger voor de zaak aan het water.",
        ]
    )


def test_search_marks_words_at_three_widths(screen: Screens) -> None:
    assert screen("search-water", 80) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte [Water]…           tct6  ≡2",
            "                           De brug over het Zwarte [Water] gaat maandag open.…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,[上海]到杭州…            ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽…",
            " 24 nov 06:30  nahr        [الوزير] يعلن خطة جديدة للمي…           osbj",
            "                           قال [وزير] الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een e…           xqjx  ✎1",
            "                           … voor de zaak aan het [water].",
        ]
    )
    assert screen("search-water", 100) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte [Water] gaat maandag na elf…           tct6  ≡2",
            "                           De brug over het Zwarte [Water] gaat maandag open. Fietsers hoeven niet…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,[上海]到杭州只需三十分钟,每天往返…           ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽敞。",
            " 24 nov 06:30  nahr        [الوزير] يعلن خطة جديدة للمياه                              osbj",
            "                           قال [وزير] الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een eeuw                             xqjx  ✎1",
            "                           … opvolger voor de zaak aan het [water].",
        ]
    )
    assert screen("search-water", 140) == snapshot(
        [
            " 24 nov 07:40  stadsblad   Brug over het Zwarte [Water] gaat maandag na elf maanden weer open voor fietsers en buss…           tct6  ≡2",
            "                           De brug over het Zwarte [Water] gaat maandag open. Fietsers hoeven niet langer om te rijden, en de bus naar Has…",
            " 24 nov 07:15  jiangbao    新高铁线路开通,[上海]到杭州只需三十分钟,每天往返六十趟,票价与原来相同                               ipre",
            "                           首班列车于早上六点从虹桥站出发。旅客说座位比以前宽敞。",
            " 24 nov 06:30  nahr        [الوزير] يعلن خطة جديدة للمياه                                                                      osbj",
            "                           قال [وزير] الري إن المشروع يشمل بناء ثلاثة سدود.",
            " 22 nov 06:00  waterkrant  Café De Zwaan sluit na een eeuw                                                                     xqjx  ✎1",
            "                           De kastelein vond geen opvolger voor de zaak aan het [water].",
        ]
    )


def test_feeds_at_three_widths(screen: Screens) -> None:
    assert screen("feeds", 80) == snapshot(
        [
            " feed        state    last    next    24 h  30 days       kept  copies",
            " jiangbao    late     24 nov  24 nov     0           █        1     0 %",
            "             due since 24 nov 08:44, and nothing polls it",
            " nahr        late     24 nov  24 nov     0           █        1     0 %",
            "             due since 24 nov 08:20, and nothing polls it",
            " stadsblad   late     24 nov  24 nov     0           █        1   100 %",
            "             due since 24 nov 08:37, and nothing polls it",
            " waterkrant  late     24 nov  24 nov     0           █        2     0 %",
            "             due since 24 nov 10:15, and nothing polls it",
        ]
    )
    assert screen("feeds", 100) == snapshot(
        [
            " feed        state    last    next    24 h  30 days       kept  copies  note",
            " jiangbao    late     24 nov  24 nov     0           █        1     0 %",
            "             due since 24 nov 08:44, and nothing polls it",
            " nahr        late     24 nov  24 nov     0           █        1     0 %",
            "             due since 24 nov 08:20, and nothing polls it",
            " stadsblad   late     24 nov  24 nov     0           █        1   100 %",
            "             due since 24 nov 08:37, and nothing polls it",
            " waterkrant  late     24 nov  24 nov     0           █        2     0 %",
            "             due since 24 nov 10:15, and nothing polls it",
        ]
    )
    assert screen("feeds", 140) == snapshot(
        [
            " feed        state    last    next    24 h  30 days       kept  copies  note",
            " jiangbao    late     24 nov  24 nov     0           █        1     0 %  due since 24 nov 08:44, and nothing polls it",
            " nahr        late     24 nov  24 nov     0           █        1     0 %  due since 24 nov 08:20, and nothing polls it",
            " stadsblad   late     24 nov  24 nov     0           █        1   100 %  due since 24 nov 08:37, and nothing polls it",
            " waterkrant  late     24 nov  24 nov     0           █        2     0 %  due since 24 nov 10:15, and nothing polls it",
        ]
    )


def test_show_at_three_widths(screen: Screens) -> None:
    assert screen("show", 80) == snapshot(
        [
            " Brug over het Zwarte Water gaat maandag na elf maanden weer open voor      tct6",
            " fietsers en bussen",
            " Waterkrant · by Marit Vos · 24 nov 07:40 · 31 words",
            " https://waterkrant.example/artikel/brug",
            "",
            " De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer",
            " om te rijden, en de bus naar Hasselt rijdt weer door de binnenstad. Het werk",
            " duurde elf maanden.",
            "",
            " Tags     verkeer",
            " Seen     waterkrant 24 nov 08:00 (guid brug) · stadsblad 24 nov 08:03 (guid",
            "          kopie)",
        ]
    )
    assert screen("show", 100) == snapshot(
        [
            " Brug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen       tct6",
            " Waterkrant · by Marit Vos · 24 nov 07:40 · 31 words",
            " https://waterkrant.example/artikel/brug",
            "",
            " De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer om te rijden, en de",
            " bus naar Hasselt rijdt weer door de binnenstad. Het werk duurde elf maanden.",
            "",
            " Tags     verkeer",
            " Seen     waterkrant 24 nov 08:00 (guid brug) · stadsblad 24 nov 08:03 (guid kopie)",
        ]
    )
    assert screen("show", 140) == snapshot(
        [
            " Brug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen       tct6",
            " Waterkrant · by Marit Vos · 24 nov 07:40 · 31 words",
            " https://waterkrant.example/artikel/brug",
            "",
            " De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer om te rijden, en de",
            " bus naar Hasselt rijdt weer door de binnenstad. Het werk duurde elf maanden.",
            "",
            " Tags     verkeer",
            " Seen     waterkrant 24 nov 08:00 (guid brug) · stadsblad 24 nov 08:03 (guid kopie)",
        ]
    )


def test_timeline_at_three_widths(screen: Screens) -> None:
    assert screen("timeline", 80) == snapshot(
        [
            " 2026-11-22        1  ███████████████████",
            " 2026-11-23        0",
            " 2026-11-24        3  █████████████████████████████████████████████████████████",
        ]
    )
    assert screen("timeline", 100) == snapshot(
        [
            " 2026-11-22        1  █████████████████████████▋",
            " 2026-11-23        0",
            " 2026-11-24        3  █████████████████████████████████████████████████████████████████████████████",
        ]
    )
    assert screen("timeline", 140) == snapshot(
        [
            " 2026-11-22        1  ████████████████████████████████▍",
            " 2026-11-23        0",
            " 2026-11-24        3  █████████████████████████████████████████████████████████████████████████████████████████████████",
        ]
    )


def test_stats_count_and_tags_are_the_same_at_every_width(screen: Screens) -> None:
    assert (
        screen("stats", 80)
        == screen("stats", 100)
        == screen("stats", 140)
        == snapshot(
            [
                " 4 articles of 4 feeds, 5 sightings, 1 duplicates folded, 1 edits, 5 polls",
                " Seen       24 nov 08:00 to 24 nov 08:02",
                " Revisions  5 new · 1 substantial",
                " Pages      5 none",
                " Files      N, raw documents N",
                "",
                " feed        last 30 days                     articles  sightings  joined",
                " jiangbao    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁          1          1      0%",
                " nahr        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁          1          1      0%",
                " stadsblad   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁          1          1    100%",
                " waterkrant  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁          2          2      0%",
            ]
        )
    )
    assert screen("count", 80) == screen("count", 100) == screen("count", 140) == snapshot(["2"])
    assert (
        screen("tags", 80)
        == screen("tags", 100)
        == screen("tags", 140)
        == snapshot(
            [
                "       1  horeca",
                "       1  verkeer",
                "       1  water",
                "       1  مياه",
                "       1  交通",
            ]
        )
    )


@pytest.mark.parametrize("columns", [80, 100, 140])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider_than_its_terminal(screen: Screens, command: str, columns: int) -> None:
    assert screen(command, columns)
    for line in screen(command, columns):
        assert text_width(line) <= columns, line


@pytest.mark.parametrize("columns", [80, 100, 140])
@pytest.mark.parametrize("command", ["search", "search-water"])
def test_dutch_arabic_and_chinese_headlines_stand_in_one_column(
    screen: Screens, command: str, columns: int
) -> None:
    rows = screen(command, columns)[::2]  # each hit has two lines: the row, and what its text says
    assert len(rows) == 4
    assert {"الوزير", "新高铁线路", "Brug"} <= {
        word for row in rows for word in re.findall(r"الوزير|新高铁线路|Brug", row)
    }
    places = set()
    for row in rows:
        match = re.fullmatch(r"( \S+ \S+ \S+ +\S+ +)(\S.*\S +)([a-z0-9]{4})(  \S+)?", row)
        assert match, row
        places.add((text_width(match[1]), text_width(match[1] + match[2])))
    assert len(places) == 1, rows


@pytest.mark.parametrize("command", COMMANDS)
def test_colour_is_all_that_no_color_takes_away(
    folder: Path, screen: Screens, command: str
) -> None:
    coloured = on_terminal(folder, command, 80)
    plain = screen(command, 80)
    assert not any("\x1b" in line for line in plain)
    # Words that are found stand in brackets where there is no colour to mark them.
    if command != "search-water":
        assert [ESCAPE.sub("", line) for line in coloured] == plain
    if command not in ("count", "tags"):
        assert any(ESCAPE.search(line) for line in coloured)


def test_a_pipe_gets_rows_parted_by_tabs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_pipe(folder, "search", capsys) == snapshot(
        [
            "2026-11-24T07:40:00Z\tstadsblad\tBrug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen\ttct6kdrrobtd5zby\thttps://stadsblad.example/artikel/kopie",
            "2026-11-24T07:15:00Z\tjiangbao\t新高铁线路开通,上海到杭州只需三十分钟,每天往返六十趟,票价与原来相同\tipre5m7pqdgforbk\thttps://jiangbao.example/artikel/trein",
            "2026-11-24T06:30:00Z\tnahr\tالوزير يعلن خطة جديدة للمياه\tosbjcr7vv4rlbu4k\thttps://nahr.example/artikel/water",
            "2026-11-22T06:00:00Z\twaterkrant\tCafé De Zwaan sluit na een eeuw\txqjxp6qgs6q3rcag\thttps://waterkrant.example/artikel/café",
        ]
    )
    assert in_pipe(folder, "feeds", capsys) == snapshot(
        [
            "jiangbao\tlate\t2026-11-24T08:02:00Z\t2026-11-24T08:44:47.934630Z\t1\thttps://jiangbao.example/feed\tdue since 2026-11-24T08:44:47Z, and nothing polls it\t0\t0.0\t,,,,,,,,,,,,,,,,,,,,,,,,,,,,1,0",
            "nahr\tlate\t2026-11-24T08:01:00Z\t2026-11-24T08:20:54.823098Z\t1\thttps://nahr.example/feed\tdue since 2026-11-24T08:20:54Z, and nothing polls it\t0\t0.0\t,,,,,,,,,,,,,,,,,,,,,,,,,,,,1,0",
            "stadsblad\tlate\t2026-11-24T08:03:00Z\t2026-11-24T08:37:53.011437Z\t1\thttps://stadsblad.example/feed\tdue since 2026-11-24T08:37:53Z, and nothing polls it\t0\t1.0\t,,,,,,,,,,,,,,,,,,,,,,,,,,,,1,0",
            "waterkrant\tlate\t2026-11-24T09:00:00Z\t2026-11-24T10:15:00Z\t2\thttps://waterkrant.example/feed\tdue since 2026-11-24T10:15:00Z, and nothing polls it\t0\t0.0\t,,,,,,,,,,,,,,,,,,,,,,,,,,,,2,0",
        ]
    )
    assert in_pipe(folder, "stats", capsys) == snapshot(
        [
            "feeds\t4",
            "articles\t4",
            "sightings\t5",
            "duplicates\t1",
            "edits\t1",
            "polls\t5",
            "order_dependent\t0",
            "first_seen_at\t2026-11-24T08:00:00Z",
            "last_seen_at\t2026-11-24T08:02:00Z",
            "revisions.new\t5",
            "revisions.substantial\t1",
            "pages.none\t5",
            "bytes.archive\tN",
            "bytes.bodies\t8192",
            "feed.jiangbao.articles\t1",
            "feed.jiangbao.sightings\t1",
            "feed.jiangbao.joined\t0",
            "feed.nahr.articles\t1",
            "feed.nahr.sightings\t1",
            "feed.nahr.joined\t0",
            "feed.stadsblad.articles\t1",
            "feed.stadsblad.sightings\t1",
            "feed.stadsblad.joined\t1",
            "feed.waterkrant.articles\t2",
            "feed.waterkrant.sightings\t2",
            "feed.waterkrant.joined\t0",
        ]
    )
    assert in_pipe(folder, "timeline", capsys) == snapshot(
        ["2026-11-22\t1", "2026-11-23\t0", "2026-11-24\t3"]
    )
    assert in_pipe(folder, "count", capsys) == snapshot(["2"])
    assert in_pipe(folder, "tags", capsys) == snapshot(
        ["1\thoreca\t0", "1\tverkeer\t0", "1\twater\t0", "1\tمياه\t0", "1\t交通\t0"]
    )


def test_a_pipe_gets_an_article_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert in_pipe(folder, "show", capsys) == snapshot(
        [
            " Brug over het Zwarte Water gaat maandag na elf maanden weer open voor fietsers en bussen       tct6",
            " Waterkrant · by Marit Vos · 24 nov 07:40 · 31 words",
            " https://waterkrant.example/artikel/brug",
            "",
            " De brug over het Zwarte Water gaat maandag open. Fietsers hoeven niet langer om te rijden, en de",
            " bus naar Hasselt rijdt weer door de binnenstad. Het werk duurde elf maanden.",
            "",
            " Tags     verkeer",
            " Seen     waterkrant 24 nov 08:00 (guid brug) · stadsblad 24 nov 08:03 (guid kopie)",
        ]
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_pipe_gets_depends_on_no_width_and_has_no_colour(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    narrow = in_pipe(folder, command, capsys)
    monkeypatch.setenv("COLUMNS", "140")
    assert in_pipe(folder, command, capsys) == narrow
    assert not any("\x1b" in line or "…" in line for line in narrow)
