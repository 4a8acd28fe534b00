"""Runs the commands a user has, each as a process of its own in the demo's folder, and reads what they say."""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from archive.errors import NewsArchiveError

PROGRAM = (sys.executable, "-P", "-c", "from scheduler import main; raise SystemExit(main())")
"""The `newsarchive` command, also where no script of it is on the path. `-P`: the working folder holds no modules."""

PATIENCE_S = 120
"""A command of the demo takes one to three seconds; on a machine that needs this long, something is wrong."""

NOTHING_FOUND = 1


class CommandFailed(NewsArchiveError):
    """A command of the demo did not do its work; `command` is its line, `exit_code` its own."""

    def __init__(self, command: str, exit_code: int, said: str) -> None:
        super().__init__(f"{command}: ended with {exit_code}\n{said.strip()}")
        self.command = command
        self.exit_code = exit_code


class Ran(NamedTuple):
    """What a command said on stdout, and how long it took."""

    command: str
    stdout: str
    elapsed_s: float

    def document(self) -> Any:
        """Return its one JSON document."""
        return json.loads(self.stdout)

    def rows(self) -> list[Any]:
        """Return its JSON lines."""
        return [json.loads(line) for line in self.stdout.splitlines()]


def run(folder: Path, *words: str) -> Ran:
    """Run `newsarchive WORDS` in `folder`. Raises CommandFailed if it ends with more than "nothing found"."""
    command = " ".join(("newsarchive", *words))
    began = perf_counter()
    try:
        done = subprocess.run(
            [*PROGRAM, "-C", str(folder), *words],
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise CommandFailed(command, 70, f"no answer in {PATIENCE_S} s") from fault
    if done.returncode > NOTHING_FOUND or done.returncode < 0:
        raise CommandFailed(command, abs(done.returncode), done.stderr)
    return Ran(command, done.stdout, perf_counter() - began)
