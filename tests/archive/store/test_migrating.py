import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.errors import ArchiveUnusable, NewerSchema
from archive.store import Store
from archive.store.drafting import draft
from archive.store.migrating import STEPS, migrate, upgrade
from archive.store.opening import build_schema, open_engine
from archive.store.schema import SCHEMA_VERSION
from archive.store.sqlite import READ_SCHEMA, open_reader
from tests.archive.store.depositing import Paper, at, open_store

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

SECOND_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("shelves", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
"""


def schema_of(path: Path) -> dict[str, list[str]]:
    """Return the statements that made a file's tables and indexes, without what their order and spacing say."""
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: _parts(sql) for name, sql in rows}


def _parts(sql: str) -> list[str]:
    lines = (" ".join(line.split()).strip(" ,") for line in sql.splitlines())
    return sorted(line for line in lines if line)


def meta_of(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as db:
        return dict(db.execute("SELECT key, value FROM meta"))


def steps_with_one_more(folder: Path, more: str = "") -> Path:
    """Return a copy of the steps with a further one, which adds a table."""
    steps = folder / "steps"
    shutil.copytree(STEPS, steps)
    revision = f"{SCHEMA_VERSION + 1:04d}"
    text = SECOND_STEP.format(revision=revision, before=f"{SCHEMA_VERSION:04d}", more=more)
    (steps / "versions" / f"{revision}_shelves.py").write_text(text, encoding="utf-8")
    return steps


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An archive of today's schema with one article."""
    path = tmp_path / "archive.db"
    with open_store(path) as store:
        Paper(store).poll({"guid": "1", "title": "Dijk houdt stand", "text": "Tekst."}, now=at(0))
    return path


@pytest.fixture
def engine(path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(str(path))
    yield engine
    engine.dispose()


def test_a_schema_built_whole_is_the_one_the_steps_lead_to(tmp_path: Path) -> None:
    whole, stepped = tmp_path / "whole.db", tmp_path / "stepped.db"
    build_schema(whole)
    engine = sa.create_engine(f"sqlite:///{stepped}")
    with engine.connect() as connection:
        upgrade(connection)
    engine.dispose()
    assert schema_of(whole) == schema_of(stepped)
    assert meta_of(whole).keys() == meta_of(stepped).keys()
    assert meta_of(whole)["schema"] == meta_of(stepped)["schema"] == str(SCHEMA_VERSION)
    with sqlite3.connect(whole) as one, sqlite3.connect(stepped) as other:
        stamp = "SELECT version_num FROM alembic_version"
        assert one.execute(stamp).fetchall() == other.execute(stamp).fetchall()


def test_an_archive_that_the_steps_made_takes_articles(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        upgrade(connection)
    engine.dispose()
    with open_store(path) as store:
        assert Paper(store).poll({"guid": "1", "title": "Kop", "text": "Een."}, now=at(0)).n_new


def test_readers_and_writers_know_the_same_schema() -> None:
    assert READ_SCHEMA == SCHEMA_VERSION


def test_a_further_step_is_drafted_only_where_the_schema_differs(tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    shutil.copytree(STEPS, steps)
    drafted = draft("nothing at all", steps).read_text(encoding="utf-8")
    assert "op." not in drafted, "schema.py says what the steps do not: draft a step"


def test_an_older_archive_is_refused_until_it_is_migrated(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (SCHEMA_VERSION - 1,))
    with pytest.raises(ArchiveUnusable, match="run newsarchive migrate"):
        Store.open(str(path))
    with pytest.raises(ArchiveUnusable, match="run newsarchive migrate"):
        open_reader(str(path))
    open_engine(str(path), accepts_older=True).dispose()


def test_a_newer_archive_is_refused_by_everybody(path: Path, engine: sa.Engine) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (SCHEMA_VERSION + 1,))
    with pytest.raises(NewerSchema):
        Store.open(str(path))
    with pytest.raises(NewerSchema):
        open_reader(str(path))
    with pytest.raises(NewerSchema):
        open_engine(str(path), accepts_older=True)
    with pytest.raises(NewerSchema):
        migrate(engine, path, now=NOW)


def test_migrating_backs_up_first_and_then_takes_the_step(
    tmp_path: Path, path: Path, engine: sa.Engine
) -> None:
    steps, target = steps_with_one_more(tmp_path), SCHEMA_VERSION + 1
    before, after, copy = migrate(engine, path, now=NOW, steps=steps, target=target)
    assert (before, after) == (SCHEMA_VERSION, target)
    assert copy == tmp_path / f"archive-schema{SCHEMA_VERSION}-20261124T090000.db"
    assert "shelves" in schema_of(path)
    assert meta_of(path)["schema"] == str(target)
    assert "shelves" not in schema_of(copy)
    with Store.open(str(copy)) as store:  # the backup is an archive of the old schema, whole
        assert store.feeds()[0].n_articles == 1


def test_migrating_again_changes_nothing(tmp_path: Path, path: Path, engine: sa.Engine) -> None:
    steps, target = steps_with_one_more(tmp_path), SCHEMA_VERSION + 1
    migrate(engine, path, now=NOW, steps=steps, target=target)
    files, schema = sorted(tmp_path.iterdir()), schema_of(path)
    assert migrate(engine, path, now=NOW, steps=steps, target=target) == (target, target, None)
    assert sorted(tmp_path.iterdir()) == files
    assert schema_of(path) == schema


def test_a_step_that_fails_leaves_the_archive_as_it_was(
    tmp_path: Path, path: Path, engine: sa.Engine
) -> None:
    steps = steps_with_one_more(tmp_path, more='raise RuntimeError("half way")')
    schema = schema_of(path)
    with pytest.raises(RuntimeError, match="half way"):
        migrate(engine, path, now=NOW, steps=steps, target=SCHEMA_VERSION + 1)
    assert schema_of(path) == schema
    assert meta_of(path)["schema"] == str(SCHEMA_VERSION)
    with Store.open(str(path)) as store:
        assert store.feeds()[0].n_articles == 1


def test_nothing_is_changed_where_no_backup_can_be_made(
    tmp_path: Path, path: Path, engine: sa.Engine
) -> None:
    (tmp_path / f"archive-schema{SCHEMA_VERSION}-20261124T090000.db").mkdir()
    with pytest.raises(ArchiveUnusable, match="nothing was changed"):
        migrate(
            engine,
            path,
            now=NOW,
            steps=steps_with_one_more(tmp_path),
            target=SCHEMA_VERSION + 1,
        )
    assert meta_of(path)["schema"] == str(SCHEMA_VERSION)
