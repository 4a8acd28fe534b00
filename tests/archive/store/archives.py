"""Small archives for the tests of reading and searching, made without the store: rows as deposit would leave them."""

import sqlite3
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from archive.store.index import IndexedRevision, Indexer
from archive.store.instants import NEVER, to_us
from archive.store.schema import SCHEMA_VERSION, tables
from archive.store.sqlite import SEARCH_DDL
from archive.words.tokens import WORDS_VERSION


@cache
def _schema() -> tuple[str, ...]:
    """The tables and indexes as SQL: compiled once, executed without a sync each (1.6 s a test otherwise)."""
    dialect = sqlite.dialect()
    statements = [
        str(CreateTable(table).compile(dialect=dialect)) for table in tables.sorted_tables
    ]
    indexes = [index for table in tables.sorted_tables for index in table.indexes]
    return (*statements, *(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes))


def digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Newsroom:
    """An archive file under construction; every article belongs to one feed unless `also` adds sightings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("BEGIN")
        for statement in (*_schema(), *SEARCH_DDL):
            self.db.execute(statement)
        self.db.execute("COMMIT")
        for key, value in (
            ("archive_id", "0" * 32), ("schema", SCHEMA_VERSION), ("words_version", WORDS_VERSION), ("change", 0),
        ):  # fmt: skip
            self.insert("meta", key=key, value=str(value))
        self.indexer = Indexer()
        self.feeds: dict[str, int] = {}
        self.feed("joop", title="Joop", language="nl")

    def close(self) -> None:
        self.indexer.commit()
        self.db.close()

    def insert(self, table: str, **values: object) -> int:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        cursor = self.db.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values())
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def feed(
        self,
        name: str,
        *,
        title: str | None = None,
        language: str | None = None,
        is_private: bool = False,
    ) -> int:
        host = self.insert(
            "hosts", digest=digest("host", name), name=f"{name}.example:443", next_at=0, hold_until=0,
            lease_until=0, owner="", robots_at=0,
        )  # fmt: skip
        self.feeds[name] = self.insert(
            "feeds", name=name, host_id=host, url=f"https://{name}.example/feed",
            birth_url=f"https://{name}.example/feed", title=title, language=language, origin="cli",
            state="active", body_digest=b"\0" * 16, unconditional_at=0, window_confirmed_at=0, next_poll_at=0,
            created_at=0, is_private=is_private,
        )  # fmt: skip
        return self.feeds[name]

    def article(
        self,
        title: str,
        text: str = "",
        *,
        when: str = "2026-11-24T08:12",
        feed: str = "joop",
        language: str | None = "nl",
        public_id: str | None = None,
        section: str | None = None,
        authors: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        html: str | None = None,
        is_private: bool = False,
        guid: str | None = "",
    ) -> str:
        """Add an article with one variant, revision, statement and sighting; return its public id."""
        n = self.db.execute("SELECT count(*) FROM articles").fetchone()[0] + 1
        public_id = public_id or f"k{n:015d}".replace("0", "a").replace("1", "b")
        us = to_us(at(when))
        article = self.insert(
            "articles", public_id=public_id, first_seen_at=us, effective_at=us, settle_at=us, settled_at=us
        )  # fmt: skip
        variant = self.variant(article, us, is_private=is_private)
        self.db.execute(
            "UPDATE articles SET primary_variant_id = ? WHERE id = ?", (variant, article)
        )
        self.see(variant, title, text, when=when, feed=feed, html=html, guid=guid)
        self.revise(
            variant, title, text, when=when, language=language, section=section, authors=authors,
            tags=tags, html=html, kind="new",
        )  # fmt: skip
        return public_id

    def variant(self, article: int, us: int, *, is_private: bool = False) -> int:
        return self.insert(
            "variants", article_id=article, site="joop.example", page_state="none", first_seen_at=us,
            audience="private" if is_private else "public",
        )  # fmt: skip

    def variant_of(self, public_id: str) -> int:
        row = self.db.execute(
            "SELECT primary_variant_id FROM articles WHERE public_id = ?", (public_id,)
        )
        found: int = row.fetchone()[0]
        return found

    def content(self, html: str | None, text: str) -> bytes:
        key = digest("content", html, text)
        self.db.execute("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", (key, html, text))
        return key

    def see(
        self, variant: int, title: str, text: str, *, when: str, feed: str = "joop", html: str | None = None,
        guid: str | None = "", url: str | None = None,
    ) -> int:  # fmt: skip
        """Add a sighting of a variant with its statement."""
        us = to_us(at(when))
        url = url or f"https://{feed}.example/{len(title)}/{variant}"
        guid = f"{feed}-{variant}" if guid == "" else guid
        sighting = self.insert(
            "sightings", digest=digest(feed, guid, url, variant), entry_digest=digest(feed, guid, url),
            guid_digest=digest(feed, guid), feed_id=self.feeds[feed], variant_id=variant, guid=guid, url=url,
            first_seen_at=us, last_seen_at=us, position=0, item_digest=digest(title, text), rule="new",
        )  # fmt: skip
        self.state(variant, sighting, title, text, when=when, html=html)
        return sighting

    def state(
        self,
        variant: int,
        sighting: int,
        title: str,
        text: str,
        *,
        when: str,
        html: str | None = None,
    ) -> int:
        us = to_us(at(when))
        statement = self.insert(
            "statements", variant_id=variant, sighting_id=sighting, source="feed",
            digest=digest(sighting, title, text, us), content_digest=self.content(html, text), title=title,
            first_stated_at=us, last_stated_at=us, body_digest=b"\0" * 16, parser_version=1,
        )  # fmt: skip
        self.db.execute("UPDATE sightings SET statement_id = ? WHERE id = ?", (statement, sighting))
        return statement

    def revise(
        self,
        variant: int,
        title: str,
        text: str,
        *,
        when: str,
        kind: str = "substantial",
        language: str | None = "nl",
        section: str | None = None,
        authors: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        html: str | None = None,
    ) -> int:
        """Add the variant's next revision, current from `when`, and index it."""
        import json

        us = to_us(at(when))
        article, is_private, old = self.db.execute(
            "SELECT article_id, audience = 'private', revision_id FROM variants WHERE id = ?",
            (variant,),
        ).fetchone()
        effective = self.db.execute(
            "SELECT effective_at FROM articles WHERE id = ?", (article,)
        ).fetchone()[0]
        number = 1 + self.db.execute(
            "SELECT count(*) FROM revisions WHERE variant_id = ?", (variant,)
        ).fetchone()[0]  # fmt: skip
        stated = {
            "authors": [{"name": a, "email": None, "url": None} for a in authors],
            "tags": list(tags),
        }
        revision = self.insert(
            "revisions", variant_id=variant, number=number, kind=kind, first_seen_at=us,
            digest=digest(variant, number), content_digest=self.content(html, text), title=title,
            url=f"https://joop.example/{variant}", language=language, section=section, published_at=us,
            published_precision="minute", reading_minutes=2, word_count=len(text.split()),
            stated=json.dumps(stated),
        )  # fmt: skip
        self.db.execute("UPDATE variants SET revision_id = ? WHERE id = ?", (revision, variant))
        if old is not None:
            self.indexer.close(self.db, [old], us)
        feeds = self.db.execute(
            "SELECT DISTINCT feed_id FROM sightings WHERE variant_id = ?", (variant,)
        )
        labels = [("feed", str(feed)) for (feed,) in feeds.fetchall()]
        labels += [("section", section)] if section else []
        labels += [("author", author) for author in authors] + [("tag", tag) for tag in tags]
        self.indexer.add(
            self.db,
            [
                IndexedRevision(
                    revision_id=revision, variant_id=variant, article_id=article, is_primary=True,
                    is_private=bool(is_private), kind=kind, title=title, text=text, language=language,
                    effective_at_us=effective, valid_from_us=us, valid_to_us=NEVER, labels=tuple(labels),
                )
            ],
        )  # fmt: skip
        return revision
