"""Brings an older archive to today's schema, one transaction a step, after a copy of it was made.

The steps lie in `migrations/versions`, append-only; an applied step is never edited. Alembic costs 350 ms to import,
so only this module loads it, and only `newsarchive migrate` and the making of a first archive come here.
"""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from archive.errors import ArchiveUnusable, NewerSchema
from archive.store.schema import SCHEMA_VERSION, meta
from archive.store.upkeep import back_up

STEPS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the steps that are missing; the connection commits each."""
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def stamp(connection: Connection) -> None:
    """Say that this schema is today's, for one that was built whole."""
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.attributes["connection"] = connection
    command.stamp(config, "head")


def migrate(engine: sa.Engine, path: Path, *, now: datetime) -> tuple[int, int, Path | None]:
    """Upgrade an archive, with a backup beside it first; returns (schema before, schema after, the backup).

    Nothing is done, and no backup made, when the schema is today's.
    """
    with engine.connect() as connection:
        before = int(
            connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema")).scalar_one()
        )
    if before > SCHEMA_VERSION:
        raise NewerSchema(
            f"{path} has schema {before}, this program knows {SCHEMA_VERSION}: install the newer newsarchive",
            subject=str(path),
        )
    if before == SCHEMA_VERSION:
        return before, before, None
    copy = path.with_name(f"{path.stem}-schema{before}-{now:%Y%m%dT%H%M%S}{path.suffix}")
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None, "an open connection has its driver's"
            back_up(driver, copy)
    except OSError as error:
        raise ArchiveUnusable(
            f"no backup could be made at {copy} ({error}); nothing was changed", subject=str(path)
        ) from error
    with engine.connect() as connection:
        upgrade(connection)
    return before, SCHEMA_VERSION, copy
