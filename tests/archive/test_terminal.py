"""What commands write: clean text, even columns, honest figures, progress that is told in time."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import terminal as t

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


# -- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain", "plain"),
        ("two\nlines\r\n\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m\x07", "[31mred[0m"),
        ("\x9b31mred", "31mred"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2067isolated\u2069", "isolated"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\ud800b", "ab"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("line\u2028end", "line end"),
        ("café 東京 שלום 👩\u200d💻 می\u200cخواهم", "café 東京 שלום 👩\u200d💻 می\u200cخواهم"),
    ],
)
def test_text_prints_as_what_it_is(text: str, printed: str) -> None:
    assert t.printable(text) == printed


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text())
def test_printable_text_is_one_line_that_utf8_can_write_and_stays_as_it_is(text: str) -> None:
    printed = t.printable(text)
    assert len(printed.splitlines()) <= 1
    printed.encode("utf-8")
    assert "\x1b" not in printed
    assert t.printable(printed) == printed


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("東京", 4), ("ＡＢ", 4), ("e\u0301", 1), ("é", 1), ("", 0), ("한글", 4)],
)
def test_wide_characters_count_two_and_combining_ones_none(text: str, width: int) -> None:
    assert t.text_width(text) == width


def test_cut_text_ends_in_an_ellipsis_and_never_in_half_a_character() -> None:
    assert t.cut("stikstof", 8) == "stikstof"
    assert t.cut("stikstof", 5) == "stik…"
    assert t.cut("東京都", 5) == "東京…"
    assert t.cut("東京都", 4) == "東…"
    assert t.cut("een twee", 5) == "een…"
    assert t.cut("x", 0) == ""


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(), st.integers(1, 12), st.sampled_from(["left", "right"]))
def test_padded_text_has_exactly_its_width(text: str, width: int, align: Any) -> None:
    assert t.text_width(t.pad(t.printable(text), width, align)) == width


def test_right_aligned_text_has_its_spaces_in_front() -> None:
    assert t.pad("12", 4, "right") == "  12"


# -- streams ---------------------------------------------------------------------------------


def test_rows_are_tab_separated_fields_without_tabs_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    t.echo_row(["a\tb\nc", None, 3, True, NOW, "\x1b[31mx"])
    assert capsys.readouterr().out == "a b c\t\t3\tyes\t2026-11-24T12:00:00Z\t[31mx\n"


def test_json_is_one_line_of_utf8_with_instants_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    t.echo_json({"schema": 1, "title": "café\n", "at": NOW})
    assert (
        capsys.readouterr().out
        == '{"schema": 1, "title": "café\\n", "at": "2026-11-24T12:00:00Z"}\n'
    )
    with pytest.raises(TypeError, match="set has no form in JSON"):
        t.echo_json({"x": {1}})


def test_what_is_said_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    t.say("3 of 3")
    assert capsys.readouterr() == ("", "3 of 3\n")


@pytest.mark.parametrize(
    ("stream", "choice", "environ", "is_coloured"),
    [
        (Screen(), "auto", {}, True),
        (io.StringIO(), "auto", {}, False),
        (Screen(), "auto", {"NO_COLOR": "1"}, False),
        (Screen(), "auto", {"NO_COLOR": ""}, True),
        (Screen(), "auto", {"TERM": "dumb"}, False),
        (io.StringIO(), "auto", {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (io.StringIO(), "always", {"NO_COLOR": "1"}, True),
        (Screen(), "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_option_then_the_environment_then_the_stream(
    stream: io.StringIO, choice: t.Colour, environ: dict[str, str], is_coloured: bool
) -> None:
    assert t.use_colour(stream, choice, environ) is is_coloured


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Screen()
    stream.close()
    stream.isatty = lambda: io.StringIO.isatty(stream)  # type: ignore[method-assign]  # as a real one does
    assert t.is_terminal(stream) is False


def test_columns_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert t.columns() == 100
    monkeypatch.setenv("COLUMNS", "3")
    assert t.columns() == 20


# -- emphasis --------------------------------------------------------------------------------


def test_marked_parts_are_bold_or_in_brackets() -> None:
    parts = [("NAVO-", False), ("bond\x07genoten", True), (" eens", False)]
    assert t.mark(parts, colour=False) == "NAVO-[bondgenoten] eens"
    assert t.mark(parts, colour=True) == "NAVO-\x1b[1mbondgenoten\x1b[0m eens"


def test_paint_without_colour_changes_nothing() -> None:
    assert t.paint("x", "red", colour=False) == "x"
    assert t.paint("x", "red", colour=True) == "\x1b[31mx\x1b[0m"
    assert t.paint("x", "dim", colour=True) == "\x1b[2mx\x1b[0m"


@pytest.mark.parametrize(
    ("values", "line"),
    [([0, 7], "▁█"), ([1, 2, 4, 8], "▂▃▅█"), ([0, 0], "▁▁"), ([3, None, 3], "█ █"), ([], "")],
)
def test_a_sparkline_shows_the_greatest_as_the_highest(
    values: list[float | None], line: str
) -> None:
    assert t.sparkline(values) == line


# -- figures ---------------------------------------------------------------------------------


def test_instants_are_told_in_the_readers_zone() -> None:
    instant = datetime(2026, 11, 24, 7, 12, tzinfo=UTC)
    assert t.when(instant, AMSTERDAM, now=NOW) == "24 nov 08:12"
    assert t.when(instant.replace(year=2025), AMSTERDAM, now=NOW) == "24 nov 2025"
    new_year = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert t.when(new_year, AMSTERDAM, now=NOW) == "1 jan 00:30"


def test_instants_for_programs_are_utc() -> None:
    assert t.rfc3339(datetime(2026, 11, 24, 8, 12, tzinfo=AMSTERDAM)) == "2026-11-24T07:12:00Z"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.004, "4 ms"),
        (0.41, "0.41 s"),
        (9.96, "10 s"),
        (12, "12 s"),
        (119, "119 s"),
        (180, "3 min"),
        (3599, "1 h"),
        (7500, "2 h 5 min"),
        (7200, "2 h"),
        (4 * 86_400, "4 d"),
    ],
)
def test_spans_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert t.duration(seconds) == words


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (180_000, "180 kB"),
        (999_900, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (5 * 10**12, "5.0 TB"),
    ],
)
def test_sizes_have_decimal_units(n: int, words: str) -> None:
    assert t.size(n) == words


def test_counts_part_their_thousands() -> None:
    assert t.number(61_090) == "61,090"


def test_paths_are_told_from_here_or_from_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert t.path(tmp_path / "work" / "a.db") == "a.db"
    assert t.path(tmp_path / "b.db") == "~/b.db"
    assert t.path(Path("/srv/c.db")) == "/srv/c.db"
    assert t.path(Path("d.toml")) == "d.toml"


# -- progress --------------------------------------------------------------------------------


def test_progress_is_silent_for_two_seconds_then_tells_every_ten() -> None:
    clock, stream = Clock(), io.StringIO()
    with t.Progress("import", total=40, unit="feeds", stream=stream, clock=clock) as progress:
        for _ in range(30):
            clock.at += 0.9
            progress.step()
    lines = stream.getvalue().splitlines()
    assert lines == [
        "import: 3/40 feeds, 1.11/s, 33 s left",
        "import: 15/40 feeds, 1.11/s, 23 s left",
        "import: 27/40 feeds, 1.11/s, 12 s left",
    ]


def test_progress_of_unknown_length_tells_no_time_left() -> None:
    clock, stream = Clock(), io.StringIO()
    with t.Progress("load", stream=stream, clock=clock) as progress:
        clock.at += 4
        progress.step(2000)
    assert stream.getvalue() == "load: 2,000, 500/s\n"


def test_short_work_says_nothing() -> None:
    clock, stream = Clock(), io.StringIO()
    with t.Progress("poll", total=2, stream=stream, clock=clock) as progress:
        progress.step(2)
    assert stream.getvalue() == ""


def test_an_interrupt_says_what_is_done_and_goes_on() -> None:
    stream = io.StringIO()
    with (
        pytest.raises(KeyboardInterrupt),
        t.Progress("poll", total=9, unit="feeds", stream=stream, clock=Clock()) as progress,
    ):
        progress.step(4)
        raise KeyboardInterrupt
    assert stream.getvalue() == "poll: stopped; 4/9 feeds done\n"


def test_on_a_terminal_there_is_a_bar() -> None:
    clock, stream = Clock(), Screen()
    with t.Progress("import", total=4, unit="feeds", stream=stream, clock=clock) as progress:
        clock.at += 3
        progress.step(2)
        progress.step()
    assert "import" in stream.getvalue()
    assert "/4" in stream.getvalue()
