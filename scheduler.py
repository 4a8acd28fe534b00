"""The service (`newsarchive run`), and the root of the `newsarchive` command, which joins both packages' commands.

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
from archive.commands.place import Place, pass_place
from archive.errors import Busy, ConfigError, NewsArchiveError, QueryError, UsageError
from archive.terminal import Colour, echo, printable, say, text_width

if TYPE_CHECKING:
    import asyncio
    import subprocess

    from apscheduler.schedulers.asyncio import AsyncIOScheduler
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
        "diff": Listed("archive.commands.diff:diff", "what an edit changed, word by word"),
        "count": Listed("archive.commands.count:count", "how many match; of many queries at once"),
        "timeline": Listed("archive.commands.count:timeline", "matches per day, month or year"),
        "authors": Listed("archive.commands.count:authors", "who wrote what a query finds"),
        "domains": Listed("archive.commands.count:domains", "which sites a query finds"),
        "save": Listed("archive.commands.saved:save", "keep a query under a name"),
        "saved": Listed("archive.commands.saved:saved", "list the saved searches"),
        "unsave": Listed("archive.commands.saved:unsave", "forget a saved search"),
        "tag": Listed("archive.commands.tag:tag", "put tags on articles, or take them off"),
        "tags": Listed("archive.commands.tag:tags", "list the tags, with counts"),
        "follow": Listed("archive.commands.follow:follow", "print new matches as they arrive"),
        "related": Listed("archive.commands.digest:related", "articles on the same matter"),
        "digest": Listed("archive.commands.digest:digest", "the last days, as Markdown or HTML"),
        "stats": Listed("archive.commands.stats:stats", "counts of articles, edits, duplicates"),
        "export": Listed("archive.commands.stats:export", "articles as JSON lines, for reading"),
    },
    "Feeds": {
        "feeds": Listed("ingest.commands.feeds:feeds", "list, add, import, change, pause feeds"),
        "poll": Listed("ingest.commands.poll:poll", "poll feeds now, once"),
        "why": Listed("ingest.commands.why:why", "when a feed is polled next, and why then"),
        "page": Listed("ingest.commands.page:page", "what would be kept of a page; a dry run"),
        "pages": Listed("ingest.commands.pages:pages", "article pages: due, failed, walls by site"),
        "fetch": Listed("ingest.commands.pages:fetch", "ask for an article's page again"),
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
        "backup": Listed("archive.commands.upkeep:backup", "copy the archive, and check the copy"),
        "migrate": Listed("archive.commands.upkeep:migrate", "bring an older archive up to date"),
        "reindex": Listed("archive.commands.upkeep:reindex", "make the search index anew"),
        "set": Listed("archive.commands.edit:set_", "correct a field of an article by hand"),
        "duplicates": Listed(
            "archive.commands.duplicates:duplicates", "what was joined or kept apart, by which rule"
        ),
        "identity": Listed(
            "archive.commands.identity:identity",
            "decide anew what is one article, by today's rules",
        ),
        "merge": Listed("archive.commands.hand:merge", "make two articles one, for good"),
        "split": Listed("archive.commands.hand:split", "give what a feed showed its own article"),
        "relate": Listed("archive.commands.hand:relate", "say that two are on one story"),
        "unrelate": Listed("archive.commands.hand:unrelate", "say that two are not on one story"),
        "undo": Listed("archive.commands.hand:undo", "take back a decision by hand"),
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
        if ctx.resilient_parsing:
            from archive.commands.completion import prepare

            prepare(command)
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
    epilog=f"\b\nOne command:  {NAME} COMMAND -h\nA topic:      {NAME} help query | json | exit-codes | completion",
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
    help="This config file, not the one it would find.",
)
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    help="Colour on stdout.",
)
@click.option(
    "--schema-version", type=int, metavar="N", help="Of --json, that must be N: exit code 2 if not."
)
@click.option("--debug", is_flag=True, help="Show where an error arose.")
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
@click.pass_context
def root(
    ctx: click.Context,
    folder: Path | None,
    config_path: Path | None,
    colour: Colour | None,
    schema_version: int | None,
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
    if schema_version is not None:
        _must_have_schema(schema_version)
    if ctx.invoked_subcommand is None:
        from archive.commands.setup import welcome

        welcome(place)


def _must_have_schema(wanted: int) -> None:
    """Raise UsageError where a program was written for documents of another schema than ours."""
    from archive.search.document import SCHEMA

    if wanted != SCHEMA:
        raise UsageError(
            f"--json has schema {SCHEMA} here, not {wanted}: install the newsarchive that has it, or read schema"
            f" {SCHEMA} ({NAME} help json)"
        )


def main(argv: Sequence[str] | None = None, *, place: Place | None = None) -> int:
    """Run the command line and return its exit code; never raises for what a user or a file did wrong.

    `argv` are the words after the program's name, sys.argv's by default. `place` may bring another clock.
    """
    place = Place() if place is None else place
    if COMPLETE_VARIABLE in os.environ:
        from archive.commands.completion import set_up

        set_up()
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


# ---- the service --------------------------------------------------------------------------------

TICK_S = 2
"""How often due hosts are looked for: one index range, 0.1 ms on SQLite."""

WEB_STOP_S = 5
"""How long the pages get to end their answers."""

FIRST_PUBLISH_S = 15
FIRST_HOUSEKEEPING_S = 300

CLOCK_CHECK_S = 5
CLOCK_STEP_S = 30
"""A wall clock that moved this much against the monotonic one has been set: APScheduler would wait it out (SERVICE)."""

FIRST_DAYS_OF_POLLS = 90
"""Polls older than so many days become daily sums."""


@click.command(epilog="EXAMPLES\n\n  newsarchive run\n\n  newsarchive -C /srv/news run")
@pass_place
def run(place: Place) -> int | None:
    """Poll, archive, publish and serve, until SIGTERM or Ctrl-C.

    A second signal ends it at once; SIGHUP reads the configuration again. Only one service runs on an archive.
    """
    import asyncio

    from archive.store.locks import service_lock

    path = place.archive_path
    assert path is not None, "config.toml allows only SQLite archives in this version"
    with service_lock(path):
        asyncio.run(Service(place).run())
    return None


class Service:
    """The clock: a handful of APScheduler jobs, never one a feed. Due times live in the archive; jobs only look."""

    def __init__(self, place: Place) -> None:
        import structlog

        self._place = place
        self._config = place.load_config()
        self._log = structlog.get_logger("newsarchive")
        self._web: subprocess.Popen[bytes] | None = None

    async def run(self) -> None:
        """Start everything, say `ready`, wait for the end, and leave nothing half done."""
        import asyncio
        import random

        from archive.store import Store
        from archive.store.spreading import spread_overdue
        from ingest.commands.poll import policy_of, subscriptions_of
        from ingest.engine import running
        from ingest.logs import set_up_logs
        from ingest.pace import phase

        config = self._config
        set_up_logs(config.log.format, config.log.level)
        self._stopping = asyncio.Event()
        self._catch_signals(asyncio.get_running_loop())
        with Store.open(
            self._place.archive_url,
            create=True,
            keep_bodies=config.archive.keep_bodies,
            policy=policy_of(config),
        ) as store:
            self._store = store
            synced = store.sync_feeds(subscriptions_of(config), now=self._place.now())
            self._log.info("feeds_synced", added=len(synced.added), retired=len(synced.retired))
            if n_looks := store.plan_looks(now=self._place.now()):
                self._log.info("looks_planned", pages=n_looks)
            if n_overdue := spread_overdue(store, now=self._place.now(), phase=phase):
                self._log.info("catch_up", feeds=n_overdue)
            if not config.fetch.contact:
                self._log.warning(
                    "no_contact",
                    cure="set [fetch] contact to an address where a site's operator can reach you",
                )
            async with running(
                store,
                config,
                clock=self._place.now,
                rand=random.random,
                on_deposit=lambda deposited: self._subscriber.notice(deposited),
            ) as engine:
                self._engine = engine
                self._meet_hubs()
                clock = self._clock()
                clock.start()
                await self._tick()
                self._start_web()
                self._say_ready()
                reindexing = asyncio.create_task(self._reindex())
                await self._stopping.wait()
                self._log.info("stopping", hosts_in_flight=engine.n_running)
                clock.shutdown(wait=False)
                await self._subscriber.finish()
                await self._publisher.finish()
                await reindexing
                self._stop_web()
            self._log.info("stopped")

    def _meet_hubs(self) -> None:
        """Make those who speak to hubs: as subscriber for feeds that name one, as publisher to our own."""
        import random
        import secrets
        from urllib.parse import urljoin

        from archive.output.document import hub_urls, public_url
        from archive.output.publish import FEED_FILE
        from ingest.websub import Publisher, Subscriber

        config, engine, now = self._config, self._engine, self._place.now
        self._subscriber = Subscriber(
            self._store,
            write=engine.write,
            fetcher=engine.fetcher,
            parser=engine.parser,
            public_url=config.web.public_url,
            clock=now,
            rand=random.random,
            random_bytes=secrets.token_bytes,
        )
        self._publisher = Publisher(
            hubs=hub_urls(config),
            feed_url=urljoin(public_url(config), FEED_FILE),
            fetcher=engine.fetcher,
            clock=now,
        )

    def _clock(self) -> "AsyncIOScheduler":
        """Return the jobs: looking for due hosts, publishing, housekeeping, backup, and a watch on the wall clock."""
        from datetime import UTC, timedelta

        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        clock = AsyncIOScheduler(
            timezone=UTC,
            # Never skip a run that came late, never run one twice for that (SERVICE: the defaults do both).
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        clock.add_job(self._tick, "interval", seconds=TICK_S, id="tick")
        now = self._place.now()
        clock.add_job(
            self._publish,
            "interval",
            seconds=self._config.publish.interval_s,
            id="publish",
            next_run_time=now + timedelta(seconds=FIRST_PUBLISH_S),
        )
        # Soon after the start too: a service that is restarted every day must not skip either for ever.
        soon = now + timedelta(seconds=FIRST_HOUSEKEEPING_S)
        clock.add_job(self._keep_house, "interval", hours=24, id="housekeeping", next_run_time=soon)
        if self._config.backup.dir is not None:
            every_s = self._config.backup.every.total_seconds()
            clock.add_job(
                self._back_up, "interval", seconds=every_s, id="backup", next_run_time=soon
            )
        from ingest.wallclock import ClockStep

        self._step = ClockStep()
        clock.add_job(
            self._watch_clock, "interval", seconds=CLOCK_CHECK_S, id="clock", args=[clock]
        )
        return clock

    # ---- jobs ------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Start the turns of due hosts, hear and ask hubs, and say that the service lives."""
        self._engine.failure = None
        await self._engine.tick()
        await self._engine.write(
            lambda: self._store.beat(
                "engine",
                now=self._place.now(),
                state="running",
                facts={"hosts_in_flight": self._engine.n_running},
            )
        )
        if self._web is not None and self._web.poll() is not None and not self._stopping.is_set():
            self._log.error("web_ended", exit_code=self._web.returncode)
            self._web = None
        await self._subscriber.tick()
        self._publisher.tick()

    async def _publish(self) -> None:
        """Write what is settled into the publications, and the feed's files."""
        from archive.output.merged import publish_merged

        result = await self._engine.write(
            lambda: publish_merged(self._store, self._config, now=self._place.now())
        )
        if result.changed:
            self._publisher.note_change()
            self._log.info("published", n_entries=result.n_entries, n_bytes=result.n_bytes)

    async def _keep_house(self) -> None:
        """Fold old polls into daily sums and truncate the write-ahead log."""
        n_folded = await self._engine.write(
            lambda: self._store.keep_house(now=self._place.now(), poll_days=FIRST_DAYS_OF_POLLS)
        )
        self._log.info("housekeeping", polls_folded=n_folded)

    async def _back_up(self) -> None:
        """Copy the archive, check the copy, and remove the copies beyond `keep`."""
        import asyncio

        backup = self._config.backup
        assert backup.dir is not None, "the job exists only with a folder"
        made = await asyncio.to_thread(
            self._store.back_up, backup.dir, now=self._place.now(), keep=backup.keep
        )
        self._log.info("backed_up", file=made.name)

    async def _reindex(self) -> None:
        """Make a search index of an older version's words anew, beside everything else."""
        import asyncio

        if not self._store.has_old_words():
            return
        try:
            n_rows = await asyncio.to_thread(self._store.reindex, pause=self._pause_while_running)
        except Busy as error:
            self._log.warning("reindex_put_off", reason=str(error))
        else:
            self._log.info("reindexed", rows=n_rows)

    def _pause_while_running(self, seconds: float) -> None:
        import time

        if self._stopping.is_set():
            raise Busy("the service stops; the index is made anew at its next start")
        time.sleep(seconds)

    async def _watch_clock(self, clock: "AsyncIOScheduler") -> None:
        """Re-plan every job when the wall clock was set: APScheduler would sleep an hour set back."""
        from datetime import UTC, datetime

        step_s = self._step.measure()
        if abs(step_s) < CLOCK_STEP_S:
            return
        self._log.warning("clock_step", step_s=round(step_s))
        for job in clock.get_jobs():
            if job.id != "clock":
                job.modify(next_run_time=datetime.now(UTC))

    # ---- the web, and signals --------------------------------------------------------------------

    def _start_web(self) -> None:
        """Start the pages in a process of their own: what they do can never hold up a poll."""
        import subprocess

        if not self._config.web.enabled:
            return
        command = [sys.executable, "-m", "scheduler"]
        if self._place.config_path is not None:
            command += ["--config", str(self._place.config_path)]
        self._web = subprocess.Popen(
            [*command, "serve"], stdin=subprocess.DEVNULL, env=dict(self._place.environ)
        )

    def _stop_web(self) -> None:
        import subprocess

        web, self._web = self._web, None
        if web is None:
            return
        web.terminate()
        try:
            web.wait(timeout=WEB_STOP_S)
        except subprocess.TimeoutExpired:
            web.kill()

    def _say_ready(self) -> None:
        """Print the one line that begins `ready`, and tell systemd."""
        parts = [f"ready archive {self._store.path}"]
        web = self._config.web
        if web.enabled:
            address = web.public_url.rstrip("/") or f"http://{web.host}:{web.port}"
            parts.append(f"pages {address}/  feed {address}/feed.xml")
        parts.append(f"files {self._config.publish.dir}")
        echo("  ".join(parts))
        sys.stdout.flush()
        tell_systemd("READY=1")

    def _catch_signals(self, loop: "asyncio.AbstractEventLoop") -> None:
        import signal

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _stop(self) -> None:
        """The first signal ends the service in order, the second at once."""
        if self._stopping.is_set():
            os._exit(1)
        tell_systemd("STOPPING=1")
        self._stopping.set()

    def _reload(self) -> None:
        """Read the configuration again; feeds change at once, a bad file changes nothing."""
        import asyncio

        from archive.config.reader import load
        from ingest.commands.poll import subscriptions_of

        try:
            config = load(self._place.config_path, self._place.environ)
        except ConfigError as error:
            self._log.error("reload_refused", problems=list(error.problems))
            return
        wanted = subscriptions_of(config)
        task = asyncio.get_running_loop().create_task(
            self._engine.write(lambda: self._store.sync_feeds(wanted, now=self._place.now()))
        )
        task.add_done_callback(lambda done: self._log.info("reloaded", feeds=len(wanted)))


def tell_systemd(state: str) -> None:
    """Send a state to systemd's notify socket (sd_notify(3)), where there is one."""
    import socket

    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.sendto(state.encode(), address.replace("@", "\0", 1))


if __name__ == "__main__":
    sys.exit(main())
