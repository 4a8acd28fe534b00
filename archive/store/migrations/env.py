"""Alembic's environment: runs migrations on the connection that `archive.store.migrating` hands over."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from archive.store.schema import meta, tables

SEARCH_TABLES = ("search", "word")


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what the engine files own: the search tables and FTS5's shadow tables."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLES))


def note_schema(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """Write the schema's number with the step that led to it, in the same transaction."""
    assert ctx.connection is not None, "steps run on a connection"
    number = str(int(str(step.up_revision_id)))
    ctx.connection.execute(sa.update(meta).where(meta.c.key == "schema").values(value=number))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables,
    include_name=is_ours,
    on_version_apply=note_schema,
    transaction_per_migration=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
