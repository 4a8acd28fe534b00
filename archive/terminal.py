"""How commands write: rows in a pipe, columns and colour on a terminal, words for people on stderr.

Every stored string that is printed passes `printable` first, on a terminal and in a pipe: a headline may hold control
characters that move the cursor, or bidi overrides that make one address look like another. Nothing here knows what an
article is. Called by the command files alone.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Literal, Self

from click import echo as click_echo
from click import style

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

DEFAULT_COLUMNS = 80
ELLIPSIS = "…"

_SPACES = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0, DEL, C1: a terminal obeys them
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides, isolates (UAX 9, section 2); marks may stay
    "\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"  # invisible, and no letter needs them
    "\ud800-\udfff"  # a lone surrogate cannot be written as UTF-8
    "\U000e0000-\U000e007f"  # tags: whole hidden sentences
    "]"
)
_BARS = "▁▂▃▄▅▆▇█"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Colour = Literal["auto", "always", "never"]


def printable(text: str) -> str:
    """Return text that prints as what it is: one line, no control characters, no bidi overrides, nothing hidden.

    Line breaks and tabs become one space; letters of every script, their joiners (ZWJ, ZWNJ) and emoji stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub("", _SPACES.sub(" ", text))


# -- where it goes ---------------------------------------------------------------------------


def is_terminal(stream: IO[str]) -> bool:
    """Tell whether a person watches `stream`; a closed stream is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def use_colour(stream: IO[str], choice: Colour, environ: Mapping[str, str]) -> bool:
    """Decide on colour: --color, then NO_COLOR (no-color.org), FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def columns() -> int:
    """Return the width to lay out for: COLUMNS, else the terminal's, else 80; at least 20."""
    import shutil

    return max(20, shutil.get_terminal_size((DEFAULT_COLUMNS, 24)).columns)


def echo(text: str = "") -> None:
    """Write one line, composed already, to stdout. Colour codes pass: whoever composed it has decided."""
    click_echo(text, color=True)


def echo_row(fields: Iterable[object]) -> None:
    """Write one line of tab-separated fields: what a program reads from a pipe. None is an empty field."""
    echo("\t".join(_cell(value) for value in fields))


def echo_json(document: object) -> None:
    """Write a document as one line of JSON, in UTF-8, with instants as `rfc3339` has them."""
    import json

    echo(json.dumps(document, ensure_ascii=False, default=_json_value))


def say(text: str) -> None:
    """Tell people something, on stderr: counts, hints, what comes next."""
    click_echo(text, err=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value))


def _json_value(value: object) -> str:
    if isinstance(value, datetime):
        return rfc3339(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


# -- widths ----------------------------------------------------------------------------------


def text_width(text: str) -> int:
    """Return how many columns text takes: wide and full-width characters two, combining ones none (UAX 11)."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def cut(text: str, width: int) -> str:
    """Return text in at most `width` columns, with … where something was left out."""
    if text_width(text) <= width:
        return text
    if width < 1:
        return ""
    room = width - 1
    kept: list[str] = []
    for character in text:
        room -= _character_width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS


def pad(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """Return text in exactly `width` columns: cut or filled with spaces."""
    text = cut(text, width)
    spaces = " " * (width - text_width(text))
    return spaces + text if align == "right" else text + spaces


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


# -- emphasis --------------------------------------------------------------------------------


def paint(text: str, look: str, *, colour: bool) -> str:
    """Return text as "bold", "dim" or in a colour ("red", ...) where `colour` allows; never the only sign."""
    if not colour or not text:
        return text
    if look in ("bold", "dim"):
        return style(text, bold=look == "bold" or None, dim=look == "dim" or None)
    return style(text, fg=look)


def mark(parts: Iterable[tuple[str, bool]], *, colour: bool) -> str:
    """Join (text, is_marked) parts: the marked ones bold, or [in brackets] where there is no colour."""
    return "".join(
        _marked(text, colour) if is_marked else printable(text) for text, is_marked in parts
    )


def _marked(text: str, colour: bool) -> str:
    return paint(printable(text), "bold", colour=True) if colour else f"[{printable(text)}]"


def sparkline(values: Sequence[float | None]) -> str:
    """Return one bar a value, the greatest the highest; a gap (None) is a space, zero the lowest bar."""
    top = max((value for value in values if value is not None), default=0)
    return "".join(
        " " if value is None else _BARS[round(max(value, 0) / top * 7) if top > 0 else 0]
        for value in values
    )


# -- figures ---------------------------------------------------------------------------------


def rfc3339(instant: datetime) -> str:
    """Return an instant as programs take it: 2026-11-24T08:12:00Z, with a fraction only if there is one."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def when(instant: datetime, zone: tzinfo, *, now: datetime) -> str:
    """Return an instant as people take it, in their zone: "24 nov 08:12", of another year "24 nov 2025"."""
    there = instant.astimezone(zone)
    day = f"{there.day} {_MONTHS[there.month - 1]}"
    return (
        f"{day} {there:%H:%M}" if there.year == now.astimezone(zone).year else f"{day} {there.year}"
    )


def duration(seconds: float) -> str:
    """Return a span as people say it: "0.41 s", "12 s", "3 min", "2 h 5 min", "4 d"."""
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds >= 0.01 else f"{seconds * 1000:.0f} ms"
    total = round(seconds)
    if total < 120:
        return f"{total} s"
    minutes = round(total / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(minutes / 60 / 24)} d"


def size(n_bytes: int) -> str:
    """Return a number of bytes for people, in decimal units: "180 kB", "1.2 MB"."""
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return (
                f"{amount:.0f} {unit}" if unit == "B" or amount >= 9.95 else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:.1f} TB"


def path(where: Path) -> str:
    """Return a path for people: ./x in the working folder, ~/x in the home folder, else whole."""
    for folder, sign in ((Path.cwd(), "."), (Path.home(), "~")):
        if where.is_relative_to(folder):
            return printable(str(Path(sign) / where.relative_to(folder)))
    return printable(str(where))


def number(n: int) -> str:
    """Return a count for people: 61,090 (a comma, because decimals have a point)."""
    return f"{n:,}"


# -- long work -------------------------------------------------------------------------------


class Progress:
    """Tells how far long work is: nothing for 2 s, then a bar on a terminal, elsewhere a line each 10 s (stderr).

        with Progress("import", total=1_000, unit="feeds") as progress:
            for feed in feeds:
                ...
                progress.step()

    `total` None: the end is not known, so there is no time left to tell. On Ctrl-C it says how much was done and lets
    the interrupt go on.
    """

    SILENT_S = 2.0
    LINE_EVERY_S = 10.0

    def __init__(
        self,
        what: str,
        *,
        total: int | None = None,
        unit: str = "",
        stream: IO[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.what = what
        self.total = total
        self.unit = unit
        self.done = 0
        self._stream = stream or sys.stderr
        self._clock = clock
        self._began_at = clock()
        self._next_at = self._began_at + self.SILENT_S
        self._bar: RichProgress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is KeyboardInterrupt:
            print(f"{self.what}: stopped; {self._so_far()} done", file=self._stream)

    def step(self, n: int = 1) -> None:
        """Count `n` more as done."""
        self.done += n
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self.done)
        elif self._clock() >= self._next_at:
            self._show()

    def line(self) -> str:
        """Return how far the work is, in a sentence: done/total, rate, time left."""
        elapsed = max(self._clock() - self._began_at, 1e-9)
        rate = self.done / elapsed
        words = f"{self.what}: {self._so_far()}, {rate:.3g}/s"
        if self.total and rate:
            words += f", {duration(max(self.total - self.done, 0) / rate)} left"
        return words

    def _so_far(self) -> str:
        of = f"/{number(self.total)}" if self.total is not None else ""
        return f"{number(self.done)}{of} {self.unit}".rstrip()

    def _show(self) -> None:
        if is_terminal(self._stream):
            self._bar = self._start_bar()
        else:
            print(self.line(), file=self._stream, flush=True)
            self._next_at = self._clock() + self.LINE_EVERY_S

    def _start_bar(self) -> "RichProgress":
        from rich.console import Console  # 45 ms: only for a person, and only once it takes long
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as RichProgress

        bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(self.unit),
            TimeRemainingColumn(),
            console=Console(file=self._stream),
            transient=True,
        )
        bar.add_task(self.what, total=self.total, completed=self.done)
        bar.start()
        return bar
