"""Writes measured tables into docs/performance.md, each between its own markers, with machine and date."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def machine() -> str:
    """Return what was measured on, and when."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores {_processor()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def write_section(file: Path, name: str, rows: Sequence[tuple[str, str]]) -> None:
    """Replace the table between `<!-- NAME -->` and `<!-- /NAME -->`, or add it at the end."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    table = "\n".join(
        [begin, "", f"Measured {rows[0][1]}.", "", "| what | figure |", "|---|---|"]
        + [f"| {left.strip()} | {right.replace('|', chr(92) + '|')} |" for left, right in rows[1:]]
        + ["", end]
    )
    text = file.read_text(encoding="utf-8") if file.exists() else "# Performance\n"
    head, found, rest = text.partition(begin)
    if found:
        text = head + table + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n## {name.capitalize()}\n\n{table}\n"
    file.write_text(text, encoding="utf-8")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
