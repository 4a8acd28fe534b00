"""Brings an older archive to today's schema, one transaction a step, after a copy of it was made.

The steps lie in `migrations/versions`, append-only; an applied step is never edited. Step NNNN leads to schema N, and
the number in `meta` is written in the step's own transaction (migrations/env.py). `drafting.py` drafts a new step.
Alembic costs 350 ms to import, so only this module loads it, and only `newsarchive migrate` comes here: a new
archive is built whole (opening.py) and says itself which step it stands at.
"""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from archive.errors import ArchiveUnusable, NewerSchema
from archive.store.opening import open_engine, path_of
from archive.store.schema import SCHEMA_VERSION, meta
from archive.store.upkeep import back_up

STEPS = Path(__file__).with_name("migrations")


def config_of(connection: Connection, steps: Path = STEPS) -> Config:
    """Return Alembic's settings for the steps in a folder, to run on a connection."""
    config = Config()
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, *, steps: Path = STEPS) -> None:
    """Run the steps that are missing; each is committed by itself. The connection must have no transaction open."""
    command.upgrade(config_of(connection, steps), "head")


def migrate(
    engine: sa.Engine,
    path: Path,
    *,
    now: datetime,
    steps: Path = STEPS,
    target: int = SCHEMA_VERSION,
) -> tuple[int, int, Path | None]:
    """Upgrade an archive, with a backup beside it first; returns (schema before, schema after, the backup).

    Nothing is done, and no backup made, when the schema is `target`, today's. Raises NewerSchema, ArchiveUnusable.
    """
    with engine.connect() as connection:
        before = int(
            connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema")).scalar_one()
        )
    if before > target:
        raise NewerSchema(
            f"{path} has schema {before}, this program knows {target}: install the newer newsarchive",
            subject=str(path),
        )
    if before == target:
        return before, before, None
    copy = path.with_name(f"{path.stem}-schema{before}-{now:%Y%m%dT%H%M%S}{path.suffix}")
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None, "an open connection has its driver's"
            back_up(driver, copy)
    except (OSError, ArchiveUnusable) as error:
        raise ArchiveUnusable(
            f"no backup could be made at {copy} ({error}); nothing was changed", subject=str(path)
        ) from error
    with engine.connect() as connection:
        upgrade(connection, steps=steps)
    return before, target, copy


def migrate_at(url: str, *, now: datetime) -> tuple[int, int, Path | None]:
    """Upgrade the archive at an address; see `migrate`."""
    engine = open_engine(url, accepts_older=True)
    try:
        return migrate(engine, path_of(url), now=now)
    finally:
        engine.dispose()
