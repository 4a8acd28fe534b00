"""Statements of Core that run on the driver answer as Core itself does, inside its transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from archive.store.opening import open_engine
from archive.store.prepared import Prepared
from archive.store.schema import body_uses

OWNERS: sa.BindParameter[int] = sa.bindparam("owners", expanding=True)
OF_OWNERS = (
    sa.select(body_uses.c.owner_id, body_uses.c.first_at.label("since"), sa.literal(7).label("n"))
    .where(body_uses.c.owner_id.in_(OWNERS), body_uses.c.used_by == sa.bindparam("used_by"))
    .order_by(body_uses.c.owner_id)
)
INSERT = Prepared(
    sa.insert(body_uses).values({column.name: sa.bindparam(column.name) for column in body_uses.c})
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(str(tmp_path / "archive.db"), create=True)
    with engine.connect() as connection, connection.begin():
        INSERT.write_all(
            connection,
            [
                {"first_at": n * 10, "owner_id": n, "used_by": "feed", "digest": bytes([n])}
                for n in range(1, 6)
            ],
        )
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    "owners", [[], [3], [3, 1], [5, 4, 9], [9], [1, 2, 3, 4, 5], [*range(2, 515)], [*range(1200)]]
)
def test_a_list_of_any_length_finds_what_core_finds(
    connection: Connection, owners: list[int]
) -> None:
    found = Prepared(OF_OWNERS).rows(connection, owners=owners, used_by="feed")
    of_core = connection.execute(OF_OWNERS, {"owners": owners, "used_by": "feed"}).all()
    assert [tuple(row) for row in found] == [tuple(row) for row in of_core]


def test_a_row_has_the_names_of_its_columns(connection: Connection) -> None:
    row = Prepared(OF_OWNERS).one(connection, owners=[2], used_by="feed")
    assert (row.owner_id, row.since, row.n) == (2, 20, 7)


def test_lists_of_many_lengths_share_a_few_texts(connection: Connection) -> None:
    prepared = Prepared(OF_OWNERS)
    seen: list[str] = []
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_trace_callback(seen.append)
    for length in range(1, 513):
        prepared.rows(connection, owners=list(range(length)), used_by="feed")
    driver.set_trace_callback(None)
    assert len({text.count(",") for text in seen}) == 10


def test_what_is_written_goes_with_the_transaction(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "archive.db"), create=True)
    row = {"digest": b"x", "used_by": "page", "owner_id": 1, "first_at": 1}
    with engine.connect() as connection:
        with connection.begin() as transaction:
            with connection.begin_nested() as outcome:
                INSERT.write(connection, **row)
                outcome.rollback()
            assert not connection.scalar(sa.select(sa.func.count()).select_from(body_uses))
            INSERT.write_all(connection, [row])
            transaction.rollback()
        assert not connection.scalar(sa.select(sa.func.count()).select_from(body_uses))
    engine.dispose()


def test_many_rows_take_the_values_that_a_statement_has_of_its_own(connection: Connection) -> None:
    later = sa.update(body_uses).values(first_at=body_uses.c.first_at + 5)
    of_owner = Prepared(later.where(body_uses.c.owner_id == sa.bindparam("of_owner")))
    of_owner.write_all(connection, [{"of_owner": 1}, {"of_owner": 3}])
    since = [
        row.since for row in Prepared(OF_OWNERS).rows(connection, owners=[1, 2, 3], used_by="feed")
    ]
    assert since == [15, 20, 35]


def test_a_name_without_a_value_is_an_error(connection: Connection) -> None:
    with pytest.raises(KeyError, match="used_by"):
        Prepared(OF_OWNERS).rows(connection, owners=[1])
