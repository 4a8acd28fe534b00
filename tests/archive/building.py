"""Builds small archives row by row, for tests of what reads them: publications, pages, output.

Not a second deposit: it writes just what such a test states. Instants count minutes from `START`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.identity.ids import digest16
from archive.store.instants import NEVER, to_us
from archive.store.schema import (
    articles,
    contents,
    feeds,
    hosts,
    revisions,
    sightings,
    tables,
    variants,
)

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after START."""
    return START + timedelta(minutes=minutes)


def in_memory() -> sa.Engine:
    """Return an engine on an empty archive in memory."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    tables.create_all(engine)
    return engine


class Building:
    """Adds feeds, articles and revisions to the archive of a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._n_sightings = 0

    def feed(self, name: str, *, publishes: bool = True, is_private: bool = False) -> int:
        """Add a feed; returns its id."""
        url = f"https://{name}.example/feed"
        host = self._insert(
            hosts,
            digest=digest16("host", name),
            name=f"{name}.example",
            next_at=0,
            hold_until=0,
            robots_at=0,
            lease_until=0,
            owner="",
        )
        return self._insert(
            feeds,
            name=name,
            host_id=host,
            url=url,
            birth_url=url,
            title=f"De {name.title()}",
            site_url=f"https://{name}.example/",
            origin="cli",
            state="active",
            is_private=is_private,
            publishes=publishes,
            body_digest=b"",
            unconditional_at=0,
            window_confirmed_at=0,
            next_poll_at=0,
            created_at=0,
        )

    def article(
        self,
        feed: int,
        *,
        title: str = "Kop",
        text: str = "Een tekst.",
        minute: float = 0,
        settle_s: int = 0,
        is_backlog: bool = False,
        audience: str = "public",
        **stated: Any,
    ) -> int:
        """Add an article seen in `feed` at `minute`, due `settle_s` later; returns its id."""
        n = self.connection.scalar(sa.select(sa.func.count()).select_from(articles)) or 0
        article = self._insert(
            articles,
            public_id=f"{n + 1:a>16}",
            first_seen_at=to_us(at(minute)),
            effective_at=to_us(at(minute)),
            settle_at=to_us(at(minute)) + settle_s * 1_000_000,
            settled_at=NEVER,
            is_backlog=is_backlog,
        )
        variant = self.telling(
            article, feed, title=title, text=text, minute=minute, audience=audience, **stated
        )
        self._set(articles, article, primary_variant_id=variant)
        return article

    def telling(
        self,
        article: int,
        feed: int,
        *,
        title: str = "Kop",
        text: str = "Een tekst.",
        minute: float = 0,
        audience: str = "public",
        **stated: Any,
    ) -> int:
        """Add another paper's telling of an article; returns the variant's id."""
        variant = self._insert(
            variants,
            article_id=article,
            site=f"site{feed}.example",
            audience=audience,
            page_state="none",
            first_seen_at=to_us(at(minute)),
        )
        url = stated.setdefault("url", f"https://site{feed}.example/{article}")
        self.sighting(variant, feed, url=url, minute=minute)
        self.revision(variant, kind="new", title=title, text=text, minute=minute, **stated)
        return variant

    def sighting(self, variant: int, feed: int, *, url: str | None, minute: float = 0) -> int:
        """Add a place where a variant was seen."""
        self._n_sightings += 1
        n = self._n_sightings
        return self._insert(
            sightings,
            digest=digest16("sighting", str(n)),
            entry_digest=digest16("entry", str(n)),
            guid_digest=digest16("guid", str(n)),
            feed_id=feed,
            variant_id=variant,
            guid=f"guid-{n}",
            url=url,
            first_seen_at=to_us(at(minute)),
            last_seen_at=to_us(at(minute)),
            position=0,
            item_digest=b"",
            rule="new",
        )

    def revision(
        self,
        variant: int,
        *,
        kind: str,
        title: str = "Kop",
        text: str = "Een tekst.",
        html: str | None = None,
        minute: float = 0,
        published_at: datetime | None = None,
        authors: Sequence[Mapping[str, str]] = (),
        tags: Sequence[str] = (),
        enclosures: Sequence[Mapping[str, object]] = (),
        description: str | None = None,
        **columns: Any,
    ) -> int:
        """Add a revision, make it the variant's current one, and its article dirty."""
        digest = digest16("content", html or "", text)
        if not self.connection.scalar(
            sa.select(sa.func.count()).where(contents.c.digest == digest)
        ):
            self.connection.execute(contents.insert().values(digest=digest, html=html, text=text))
        number = 1 + (
            self.connection.scalar(
                sa.select(sa.func.count()).where(revisions.c.variant_id == variant)
            )
            or 0
        )
        stated = {
            "authors": [dict(author) for author in authors],
            "tags": list(tags),
            "enclosures": [dict(enclosure) for enclosure in enclosures],
            "description": description,
        }
        revision = self._insert(
            revisions,
            variant_id=variant,
            number=number,
            kind=kind,
            first_seen_at=to_us(at(minute)),
            digest=digest16(title, text),
            content_digest=digest,
            title=title,
            published_at=None if published_at is None else to_us(published_at),
            word_count=len(text.split()),
            stated=json.dumps(stated),
            **columns,
        )
        self._set(variants, variant, revision_id=revision)
        self.touch(self._article_of(variant))
        return revision

    def revise(self, article: int, *, kind: str, minute: float, **stated: Any) -> int:
        """Add a revision to an article's primary variant, with the address it had."""
        variant = self.connection.scalar(
            sa.select(articles.c.primary_variant_id).where(articles.c.id == article)
        )
        assert variant is not None
        url = self.connection.scalar(
            sa.select(revisions.c.url).where(revisions.c.variant_id == variant)
        )
        return self.revision(variant, kind=kind, minute=minute, **{"url": url} | stated)

    def merge(self, article: int, into: int) -> None:
        """Let an article end in another one, its variants with it."""
        self._set(articles, article, merged_into=into, is_dirty=True)
        self.connection.execute(
            sa.update(variants).where(variants.c.article_id == article).values(article_id=into)
        )
        self.touch(into)

    def unmerge(self, article: int) -> None:
        """Take a merge back."""
        self._set(articles, article, merged_into=None, is_dirty=True)
        primary = sa.select(articles.c.primary_variant_id).where(articles.c.id == article)
        self.connection.execute(
            sa.update(variants)
            .where(variants.c.id == primary.scalar_subquery())
            .values(article_id=article)
        )

    def touch(self, article: int) -> None:
        """Mark an article as something that settle must look at."""
        self._set(articles, article, is_dirty=True)

    def _article_of(self, variant: int) -> int:
        found = self.connection.scalar(
            sa.select(variants.c.article_id).where(variants.c.id == variant)
        )
        assert found is not None
        return found

    def _insert(self, table: sa.Table, **values: Any) -> int:
        key = self.connection.execute(table.insert().values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _set(self, table: sa.Table, row_id: int, **values: Any) -> None:
        self.connection.execute(sa.update(table).where(table.c.id == row_id).values(**values))
