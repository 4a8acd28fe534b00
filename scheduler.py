"""The root of the `newsarchive` command, which joins the commands of both packages.

A command's module is imported when that command is run: the names and their one line stand in `FAMILIES`, so that
`--help` and completion import none of them. Errors end here: `main` turns each into a line on stderr and an exit code
(archive/errors.py).
"""

import errno
import os
import sys
from collections.abc import Sequence
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from archive import __version__
from archive.commands.place import Place
from archive.errors import ConfigError, NewsArchiveError, QueryError, UsageError
from archive.terminal import Colour, printable, say, text_width

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

NAME = "newsarchive"
COMPLETE_VARIABLE = "_NEWSARCHIVE_COMPLETE"

UNEXPECTED = 70  # EX_SOFTWARE of sysexits(3)
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BROKEN_PIPE = 141  # 128 + SIGPIPE

CARET_CONTEXT = 50
"""How much of a query is shown on each side of its fault."""


class Listed(NamedTuple):
    """A command: where it lies ("module:attribute"), and its line in the list."""

    home: str
    line: str


FAMILIES: dict[str, dict[str, Listed]] = {
    "Read": {
        "search": Listed("archive.commands.search:search", "find articles by words, feed, date"),
        "show": Listed("archive.commands.show:show", "one article: text, sightings, revisions"),
        "diff": Listed("archive.commands.show:diff", "what an edit changed, word by word"),
        "why": Listed("ingest.commands.why:why", "why an article or a feed is as it is"),
        "stats": Listed("archive.commands.stats:stats", "counts of articles, edits, duplicates"),
        "export": Listed("archive.commands.stats:export", "articles as JSON lines, for reading"),
    },
    "Feeds": {
        "feeds": Listed("ingest.commands.feeds:feeds", "list, add, import, change, pause feeds"),
        "poll": Listed("ingest.commands.poll:poll", "poll feeds now, once"),
        "fetch": Listed("ingest.commands.pages:fetch", "fetch an article's page again"),
        "page": Listed("ingest.commands.pages:page", "try how a page is read, keep nothing"),
    },
    "Service": {
        "run": Listed("scheduler:run", "the service: polls, keeps, publishes, serves"),
        "serve": Listed("archive.commands.publish:serve", "the pages and feeds over HTTP, alone"),
        "publish": Listed("archive.commands.publish:publish", "write the merged feed now"),
    },
    "Upkeep": {
        "init": Listed("archive.commands.setup:init", "make a config file and an archive"),
        "config": Listed("archive.commands.setup:config", "check the settings, show their origin"),
        "check": Listed("archive.commands.upkeep:check", "look for damage in the archive"),
        "dump": Listed("archive.commands.upkeep:dump", "write every table, to load elsewhere"),
        "load": Listed("archive.commands.upkeep:load", "fill an empty archive from a dump"),
        "migrate": Listed("archive.commands.upkeep:migrate", "bring an older archive up to date"),
        "set": Listed("archive.commands.edit:set_", "correct a field of an article by hand"),
        "duplicates": Listed("archive.commands.edit:duplicates", "what was joined, by which rule"),
        "erase": Listed("archive.commands.upkeep:erase", "remove an article for good"),
    },
    "Learn": {
        "demo": Listed("ingest.commands.demo:demo", "see it work on sample news, no network"),
        "help": Listed("archive.commands.topics:help_", "help on a command or a topic"),
    },
}


def listed(name: str) -> Listed | None:
    """Return the command of that name."""
    return next((family[name] for family in FAMILIES.values() if name in family), None)


class Root(click.Group):
    """The group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for family in FAMILIES.values() for name in family]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = listed(cmd_name)
        if found is None:
            return None
        module, _, attribute = found.home.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and not args[0].startswith("-") and listed(args[0]) is None:
            raise UsageError(unknown_command(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["newsarchive.is_short"] = args[:1] == ["-h"]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if ctx.meta.get("newsarchive.is_short"):
            with formatter.section("Commands"):
                formatter.write_dl([(name, " ".join(held)) for name, held in FAMILIES.items()])
            return
        for family, commands in FAMILIES.items():
            with formatter.section(family):
                formatter.write_dl([(name, found.line) for name, found in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list["CompletionItem"]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=found.line)
            for family in FAMILIES.values()
            for name, found in family.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def unknown_command(typed: str, known: Sequence[str]) -> str:
    """Return what to say to someone who typed a command that there is not."""
    if "://" in typed:
        return f"no command {typed!r}. To subscribe: {NAME} feeds add {typed}"
    import difflib

    near = difflib.get_close_matches(typed, known, n=1)
    cure = f"Did you mean '{near[0]}'?" if near else f"{NAME} -h lists them"
    return f"no command {typed!r}. {cure}"


@click.group(
    cls=Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"\b\nOne command:  {NAME} COMMAND -h\nA topic:      {NAME} help query | exit-codes | completion",
)
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work as if started in DIR.",
)
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The config file (else NEWSARCHIVE_CONFIG, ./config.toml, the user's, the machine's).",
)
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    help="Colour on stdout.",
)
@click.option("--debug", is_flag=True, help="Show where an error arose.")
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
@click.pass_context
def root(
    ctx: click.Context,
    folder: Path | None,
    config_path: Path | None,
    colour: Colour | None,
    debug: bool,
) -> None:
    """Keep every article your feeds ever show: once, with every edit."""
    place = ctx.ensure_object(Place)
    place.debug = debug
    place.folder = folder
    if folder is not None:
        ctx.with_resource(chdir(folder))
    if config_path is not None:
        place.stated_config = config_path
    if colour is not None:
        place.colour = colour
    if ctx.invoked_subcommand is None:
        from archive.commands.setup import welcome

        welcome(place)


def main(argv: Sequence[str] | None = None, *, place: Place | None = None) -> int:
    """Run the command line and return its exit code; never raises for what a user or a file did wrong.

    `argv` are the words after the program's name, sys.argv's by default. `place` may bring another clock.
    """
    place = Place() if place is None else place
    if COMPLETE_VARIABLE in os.environ:
        root.main(prog_name=NAME, complete_var=COMPLETE_VARIABLE)
    try:
        args = list(sys.argv[1:] if argv is None else argv)
        with root.make_context(NAME, args, obj=place) as ctx:
            result = root.invoke(ctx)
        sys.stdout.flush()
        return result if type(result) is int else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except BrokenPipeError:
        _drop_stdout()
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        say(f"\n{NAME}: stopped. What was written stays; the same command goes on from there.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last place that can say it in one line)
        if place.debug:
            import traceback  # 9 ms

            traceback.print_exc()
        return tell(error)


def tell(error: Exception) -> int:
    """Say on stderr what went wrong, and return the exit code for it."""
    match error:
        case NewsArchiveError():
            _tell_mistake(error)
            return error.exit_code
        case click.ClickException():
            _tell_usage(error)
            return error.exit_code
        case OSError(errno=errno.ENOSPC):
            _drop_stdout()  # should it be the full one
            say(f"{NAME}: the disk is full; what was written whole stays. Make room, then again")
            return 3
        case OSError() if error.strerror:
            where = f"{printable(str(error.filename))}: " if error.filename else ""
            say(f"{NAME}: {where}{error.strerror}")
            return 2
        case _:
            what = printable(f"{type(error).__name__}: {error}")
            say(f"{NAME}: a fault in this program, please report it: {what}")
            say(f"  where it arose:  {NAME} --debug ...")
            return UNEXPECTED


def _tell_mistake(error: NewsArchiveError) -> None:
    match error:
        case ConfigError():
            for problem in error.problems:
                say(printable(problem))
        case QueryError():
            say(f"{NAME}: {printable(str(error))}{_hint_of(error)}")
            for line in caret_lines(error):
                say(line)
        case _:
            for n, line in enumerate(str(error).splitlines()):
                say(f"  {printable(line)}" if n else f"{NAME}: {printable(line)}")


def _tell_usage(error: click.ClickException) -> None:
    """Say what was wrong with the words of a command, and where its help is."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = ctx.command_path if ctx is not None else NAME
    message = error.format_message()
    say(f"{path}: {printable(message[:1].lower() + message[1:])}")
    say(f"  how it is used:  {path} -h")


def caret_lines(error: QueryError) -> tuple[str, str]:
    """Return the part of the query around its fault, and the line of carets under it."""
    start = max(0, error.position - CARET_CONTEXT)
    end = error.position + error.length
    before = printable(error.query[start : error.position])
    fault = printable(error.query[error.position : end])
    after = printable(error.query[end : end + CARET_CONTEXT])
    before = f"…{before}" if start else before
    carets = "^" * max(1, text_width(fault))
    return f"  {before}{fault}{after}", f"  {' ' * text_width(before)}{carets}"


def _hint_of(error: QueryError) -> str:
    if error.hint is None or error.hint in str(error):
        return ""
    return f" Did you mean '{printable(error.hint)}'?"


def _drop_stdout() -> None:
    """Send what is still buffered nowhere, so that Python's own flush at exit does not fail once more."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
