"""Where a command works: which configuration, which archive, which time, and whether a person is watching.

The root makes one `Place` and Click hands it on (`@pass_place`). Nothing is read from the disk until it is asked for,
so a command that cannot fail on a bad configuration does not.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.terminal import Colour, is_terminal, use_colour

if TYPE_CHECKING:
    from archive.config import Config


def utc_now() -> datetime:
    """Return the wall clock's instant."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Place:
    """What the root knows and every command may ask.

    `stated_config` is --config; `environ` gives NEWSARCHIVE_* and the colour variables; `clock` is the only clock.
    `folder` is what -C named: the working folder by the time a command runs.
    """

    stated_config: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Callable[[], datetime] = utc_now
    colour: Colour = "auto"
    folder: Path | None = None
    debug: bool = False

    @classmethod
    def at(cls, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> "Place":
        """Return the place of `folder`/config.toml, with no variables from outside."""
        return cls(stated_config=folder / "config.toml", environ={}, clock=clock)

    @cached_property
    def config_path(self) -> Path | None:
        """The file that is in force, None if there is none."""
        from archive.config.places import find

        return find(self.stated_config, self.environ)

    @cached_property
    def _config(self) -> "Config":
        from archive.config.reader import load

        return load(self.config_path, self.environ)

    def load_config(self) -> "Config":
        """Return the settings, read once. Raises ConfigError with all their mistakes."""
        return self._config

    @property
    def archive_url(self) -> str:
        """The archive's address: an absolute path, or a PostgreSQL address."""
        return self.load_config().archive.url

    @property
    def archive_path(self) -> Path | None:
        """The SQLite file, None for another engine."""
        return None if "://" in self.archive_url else Path(self.archive_url)

    @cached_property
    def zone(self) -> tzinfo:
        """The zone in which people see times."""
        from archive.config.zone import zone_of

        return zone_of(self.load_config().archive.timezone)

    def now(self) -> datetime:
        """Return the present instant (aware, UTC)."""
        return self.clock()

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches stdout."""
        return is_terminal(sys.stdout)

    @property
    def has_colour(self) -> bool:
        """Whether stdout takes colour."""
        return use_colour(sys.stdout, self.colour, self.environ)


class Instant(click.ParamType[datetime]):
    """An option's instant: RFC 3339, with its zone."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the aware instant; what cannot be one fails with the cure."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant; write it as 2026-11-24T08:00:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no zone; add Z for UTC", param, ctx)
        return instant


pass_place = click.make_pass_decorator(Place, ensure=True)
"""Hands the Place to a command as its first argument."""
