"""A published series as its renderer meets it: its publications, which are still open, and its closed pages.

A closed page (RFC 5005, section 4) is stored as bytes and never rendered again, so it stays as it is whatever happens
to its articles. What a page says is made by `archive.output`; this file only keeps it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
import zstandard
from sqlalchemy import Connection

from archive.identity.ids import digest16
from archive.model.kept import PublishedEntry
from archive.store import published
from archive.store.instants import to_us
from archive.store.schema import archive_pages, publications

LEVEL = 9
"""zstd's: a page is written once and kept for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """The publications that stand in no closed page yet, lowest seq first, and the number their page will have.

    `lasting` are those of them that are the last instance of their article.
    """

    number: int
    seqs: tuple[int, ...]
    lasting: frozenset[int]


class Series:
    """One published feed of an archive ("feed", or a saved search), within the caller's transaction."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self.name = name

    def entries(self) -> tuple[PublishedEntry, ...]:
        """Return what its subscription document is made of: the last instances, highest seq first."""
        return published.entries(self._connection)

    def run(self, first_seq: int, last_seq: int) -> tuple[PublishedEntry, ...]:
        """Return every publication of a run, bounds included, lowest seq first."""
        return published.run_of_entries(self._connection, first_seq=first_seq, last_seq=last_seq)

    def open_run(self) -> OpenRun:
        """Return what has not been closed yet."""
        last = self._connection.execute(
            sa.select(archive_pages.c.number, archive_pages.c.last_seq)
            .where(archive_pages.c.series == self.name)
            .order_by(archive_pages.c.number.desc())
            .limit(1)
        ).one_or_none()
        rows = self._connection.execute(
            sa.select(publications.c.seq, publications.c.article_id)
            .where(publications.c.seq > (0 if last is None else last.last_seq))
            .order_by(publications.c.seq)
        ).all()
        lasting = {row.article_id: row.seq for row in rows}
        return OpenRun(
            number=1 if last is None else last.number + 1,
            seqs=tuple(row.seq for row in rows),
            lasting=frozenset(lasting.values()),
        )

    def close_page(
        self, number: int, *, first_seq: int, last_seq: int, document: bytes, now: datetime
    ) -> None:
        """Keep a page's bytes for ever."""
        self._connection.execute(
            archive_pages.insert().values(
                series=self.name,
                number=number,
                closed_at=to_us(now),
                first_seq=first_seq,
                last_seq=last_seq,
                digest=digest16(document),
                bytes=zstandard.compress(document, LEVEL),
            )
        )

    def page(self, number: int) -> bytes:
        """Return the bytes of a closed page; its number is below that of the open run."""
        packed = self._connection.scalar(
            sa.select(archive_pages.c.bytes).where(
                archive_pages.c.series == self.name, archive_pages.c.number == number
            )
        )
        assert packed is not None, f"no closed page {number} in series {self.name!r}"
        return zstandard.decompress(packed)
