"""The worker processes that parse: bounded in CPU and memory, killed and never waited for.

feedparser is quadratic in the attributes of an element and trafilatura in odd pages: a document that stops a parser
must not stop the poller. Limits are set so that healthy parses live: memory is growth over the warmed worker, CPU
counts this task alone, wall clock is only a backstop (FEED). Called by `ingest.poll`; no other module starts one.
"""

import asyncio
import gc
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeout
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from archive.model.site import SiteRules
from archive.model.stated import ArticlePage, ParsedFeed, RejectedEntry

Parsed = TypeVar("Parsed")

SLICE_ITEMS = 2_000
"""Items a task parses at most; further ones go to further tasks (FEED)."""

MAX_ITEMS = 20_000
"""Items of one document that are parsed at all; the rest are counted as rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What one task may use: CPU seconds, growth in bytes, and seconds of wall clock as a backstop."""

    cpu_s: int = 10
    memory_bytes: int = 512 * 1024 * 1024
    wall_s: float = 60.0
    tasks_a_worker: int = 500


class WorkerKilled(Exception):
    """The worker died or was killed by this document. The text says by which limit."""


class Workers:
    """A pool of parsing processes. Use as an async context manager; nothing starts before the first task."""

    def __init__(self, n_workers: int = 2, limits: WorkerLimits | None = None) -> None:
        self._limits = limits or WorkerLimits()
        self._n_workers = n_workers
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates it not
            await asyncio.to_thread(pool.join)

    async def parse_feed(
        self, body: bytes, url: str, content_type: str | None, known: frozenset[bytes]
    ) -> ParsedFeed:
        """Parse a feed document, however long, in tasks of SLICE_ITEMS.

        Raises NotAFeed, and WorkerKilled when a limit ended it.
        """
        whole = await self._run(_parse_feed, body, url, content_type, known, 0)
        while whole.more_from is not None and whole.more_from < MAX_ITEMS:
            part = await self._run(_parse_feed, body, url, content_type, known, whole.more_from)
            whole = replace(
                whole,
                entries=whole.entries + part.entries,
                seen=whole.seen + part.seen,
                rejected=whole.rejected + part.rejected,
                more_from=part.more_from,
            )
        if whole.more_from is not None:
            beyond = RejectedEntry(
                position=-1,
                n_entries=whole.n_items - whole.more_from,
                reason=f"beyond the first {MAX_ITEMS:,} items of the document",
            )
            whole = replace(whole, rejected=(*whole.rejected, beyond), more_from=None)
        return whole

    async def parse_page(
        self,
        body: bytes,
        url: str,
        fetched_at: datetime,
        content_type: str | None,
        rules: SiteRules | None,
    ) -> ArticlePage:
        """Parse an article page. Raises WorkerKilled when a limit ended it."""
        return await self._run(_parse_page, body, url, fetched_at, content_type, rules)

    async def _run(self, task: Callable[..., Parsed], *args: object) -> Parsed:
        pool = self._pool or self._start()
        future = pool.schedule(
            _limited, args=(self._limits, task, args), timeout=self._limits.wall_s
        )
        try:
            return await asyncio.wrap_future(future)
        except ProcessExpired as error:
            raise WorkerKilled(self._cause_of(error)) from error
        except TaskTimeout as error:
            raise WorkerKilled(f"took more than {self._limits.wall_s:.0f} s") from error
        except MemoryError as error:
            limit_mb = self._limits.memory_bytes // 1_000_000
            raise WorkerKilled(f"needed more than {limit_mb} MB of memory") from error

    def _start(self) -> ProcessPool:
        # A fork of this process would copy its threads' locks; the fork server is a clean one, and what it has
        # imported is shared by all workers.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["ingest.feed.parse"])
        self._pool = ProcessPool(
            max_workers=self._n_workers,
            max_tasks=self._limits.tasks_a_worker,
            initializer=_begin,
            context=context,
        )
        return self._pool

    def _cause_of(self, error: ProcessExpired) -> str:
        if error.exitcode == -signal.SIGXCPU:
            return f"took more than {self._limits.cpu_s} s of CPU"
        return f"the parser's process died (exit {error.exitcode})"


def collect_rarely() -> None:
    """Have this process look for cycles after 20,000 new objects, not 700: entries and rows come by the thousand.

    A cold poll of 48 real feeds then takes 1.62 times what feedparser does, 1.74 before (medians of 10 and 4 runs).
    """
    gc.set_threshold(20_000, 20, 50)


# ---- inside a worker ----------------------------------------------------------------------------


def _begin() -> None:
    """Ready a worker: Ctrl-C is the parent's to answer, and a core dump helps nobody."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    collect_rarely()


def _limited(limits: WorkerLimits, task: Callable[..., Parsed], args: tuple[object, ...]) -> Parsed:
    """Run one task under limits that count from here: CPU used so far and memory held so far are not its own."""
    _warm(task)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = int(used.ru_utime + used.ru_stime) + limits.cpu_s
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, hard))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_held_bytes() + limits.memory_bytes, hard))
    try:
        return task(*args)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _held_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _warm(task: Callable[..., object]) -> None:
    """Import what a task needs before its memory is counted."""
    if task is _parse_page:
        import ingest.page.parse
    else:
        import ingest.feed.parse  # noqa: F401  # imported for its weight, used by the task


def _parse_feed(
    body: bytes, url: str, content_type: str | None, known: frozenset[bytes], first: int
) -> ParsedFeed:
    from ingest.feed.parse import parse_feed

    return parse_feed(body, url, content_type, known=known, first=first, limit=SLICE_ITEMS)


def _parse_page(
    body: bytes,
    url: str,
    fetched_at: datetime,
    content_type: str | None,
    rules: SiteRules | None,
) -> ArticlePage:
    from ingest.page.parse import parse_article

    return parse_article(body, url, fetched_at=fetched_at, content_type=content_type, rules=rules)
