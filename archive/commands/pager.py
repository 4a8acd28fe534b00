"""Long output in a pager, as readers of long texts know it; only for a person, and only where it does not fit.

PAGER names the pager (`less` by default; "" or "cat" for none). Less gets LESS=FRX unless the user set it: colours
pass, and what fits on the screen stays on it.
"""

import contextlib
import io
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping

import click

from archive.commands.place import Place

LESS = "FRX"


@contextlib.contextmanager
def paged(place: Place, *, is_wanted: bool = True) -> Iterator[None]:
    """Collect what is written to stdout inside, and show it in a pager if a person watches and it is too long.

    Ask `place.is_terminal` and `place.has_colour` before: inside, stdout is no terminal.
    """
    command = pager_of(place.environ)
    if not (is_wanted and place.is_terminal and command):
        yield
        return
    held = io.StringIO()
    try:
        with contextlib.redirect_stdout(held):
            yield
    finally:
        text = held.getvalue()
        if text.count("\n") < shutil.get_terminal_size().lines or not _show(
            text, command, place.environ
        ):
            click.echo(text, nl=False, color=True)


def pager_of(environ: Mapping[str, str]) -> list[str]:
    """Return the pager's command, nothing where none is wanted or there."""
    try:
        command = shlex.split(environ.get("PAGER", "less"))
    except ValueError:  # an unclosed quote
        return []
    if not command or command[0] == "cat" or shutil.which(command[0]) is None:
        return []
    return command


def _show(text: str, command: list[str], environ: Mapping[str, str]) -> bool:
    """Hand a text to the pager and wait for its end; False if it does not start."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": LESS, **environ})
    except OSError:
        return False
    with contextlib.suppress(OSError):  # it was left before it had read all
        process.communicate(text.encode("utf-8", "replace"))
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:  # the pager's own affair
            continue
        return True
