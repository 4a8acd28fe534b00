"""Alembic's environment: runs migrations on the connection that `archive.store.migrating` hands over."""

from alembic import context

from archive.store.schema import tables

SEARCH_TABLES = ("search", "search_row", "word")


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what the engine files own: the search tables and FTS5's shadow tables."""
    return not (kind == "table" and name is not None and name.startswith(SEARCH_TABLES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables,
    include_name=is_ours,
    transaction_per_migration=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
