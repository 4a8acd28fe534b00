"""Commands run in this very process against a web that a test wrote."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archive.commands.place import Place
from archive.store import Store
from ingest.commands import asking
from ingest.wire.robots import RobotsCache
from scheduler import main
from tests.fakes import NOON, Clock, FakeWeb, HereParser


class Here:
    """A folder with a configuration, a web, a clock, and what the last command said."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.clock = Clock(NOON)
        self.web = FakeWeb(self.clock)
        self.out = self.err = ""
        self._capsys = capsys
        (folder / "config.toml").write_text('[archive]\ntimezone = "UTC"\n', encoding="utf-8")
        patch.setattr(asking, "asking", self._asking)
        patch.setattr(asking, "asking_pages", self._asking_pages)

    @contextlib.asynccontextmanager
    async def _asking(self, place: Place) -> AsyncIterator[tuple[Any, Any]]:
        yield self.web, HereParser()

    @contextlib.asynccontextmanager
    async def _asking_pages(self, place: Place) -> AsyncIterator[tuple[Any, Any, Any]]:
        yield self.web, HereParser(), RobotsCache(self.web, clock=self.clock)

    def run(self, *words: str) -> int:
        """Run a command; returns its exit code and keeps what it said."""
        code = main(["-C", str(self.folder), *words], place=Place(clock=self._now))
        said = self._capsys.readouterr()
        self.out, self.err = said.out, said.err
        return code

    def _now(self) -> datetime:
        return self.clock()

    def store(self) -> Store:
        return Store.open(str(self.folder / "archive.db"), create=True)

    @property
    def asked(self) -> list[str]:
        return [request.url for request in self.web.asked]


def rss(title: str, *guids: str, head: str = "", site: str = "https://krant.example") -> bytes:
    """Return a small RSS document; the entries are called as their guids are."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>Over {guid}</title>"
        f"<link>{site}/{guid}</link></item>"
        for guid in guids
    )
    return (
        f"<rss version='2.0'><channel><title>{title}</title>{head}{items}</channel></rss>".encode()
    )


def page(*links: str) -> str:
    """Return a page that declares these feeds."""
    heads = "".join(
        f"<link rel=alternate type=application/rss+xml href='{each}'>" for each in links
    )
    return f"<!doctype html><html><head>{heads}</head></html>"
