"""Measures CPU, and writes measured tables into docs/performance.md, each with machine and date."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class CpuUsed:
    """CPU seconds of this process, and of all that descend from it and still live (the parsing processes)."""

    main_s: float
    others_s: float

    def __sub__(self, before: "CpuUsed") -> "CpuUsed":
        return CpuUsed(self.main_s - before.main_s, self.others_s - before.others_s)


def cpu_used() -> CpuUsed:
    """Read the CPU used so far. A descendant that has ended is not counted any more."""
    own = os.getpid()
    return CpuUsed(_cpu_s(own), sum(_cpu_s(pid) for pid in _descendants(own)))


def peak_mb(pid: int | None = None) -> int:
    """Return the peak resident memory of a process, this one's by default, in MB.

    Not ru_maxrss: that counts what the process was before it became this program.
    """
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text(encoding="ascii")
    return (
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        // 1024
    )


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            if not _is_server(int(child)):
                yield int(child)
                yield from _descendants(int(child))


def _is_server(pid: int) -> bool:
    """Tell the benchmark's own document server, which is not newsarchive's CPU."""
    return b"bench-server" in Path(f"/proc/{pid}/comm").read_bytes()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
