"""The tables, for both engines. `docs/data.md` says why each exists; this file says what stands in it.

Rules that hold for every table:
- Instants are BIGINT microseconds since 1970, UTC. `NEVER` (not NULL) stands for "not yet" where a column is indexed.
- No indexed or unique column holds stated text or NULL: each has a 16-byte digest over the length-prefixed parts
  (`archive.identity.ids.digest16`), with the stated text beside it, unindexed. NULLs would pass a UNIQUE on SQLite,
  and PostgreSQL refuses index rows over 2.7 kB.
- Statements, revisions, publications, dedup events and erasures are append-only.
- The search tables (`search`, `search_row`, `word_sorted`, `word_ending`, `word_new`) are made by the engine files,
  which own all that differs.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from archive.store.instants import NEVER

SCHEMA_VERSION: Final = 1
"""Number of the newest migration; `meta.schema` holds the archive's own."""

tables = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite gives INTEGER PRIMARY KEY the rowid itself; BIGINT would be a second index.
Id = BigInteger().with_variant(Integer(), "sqlite")
Digest = LargeBinary(16)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(target), nullable=nullable, index=index)


def _at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _flag(name: str, default: str = "0") -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=default)


def _json(name: str, empty: str = "{}") -> Column[str]:
    """JSON as text: read and written by us alone, never queried inside."""
    return Column(name, Text, nullable=False, server_default=empty)


meta = Table(
    "meta",
    tables,
    Column("key", String(40), primary_key=True),
    _text("value", nullable=False),
)

# ---- feeds, hosts and what is due ---------------------------------------------------------------

hosts = Table(
    "hosts",
    tables,
    _id(),
    Column("digest", Digest, nullable=False, unique=True),
    _text("name", nullable=False),  # lower-case A-label and port: "www.joop.nl:443"
    _at("next_at"),  # earliest instant anything of it may be asked; NEVER when nothing is due
    _at("hold_until"),  # Retry-After: nothing before
    _at("lease_until"),
    _text("owner", nullable=False),
    _count("epoch"),  # the fence: raised with every claim
    _flag("is_slow"),  # it timed out when it was last asked: it shares a few slots with its like
    _at("robots_at"),
    _text("robots"),
    # Two lines, each in its order: many slow hosts that wait for their few slots are never read past.
    Index("ix_hosts_due", "is_slow", "next_at"),
)

feeds = Table(
    "feeds",
    tables,
    _id(),
    Column("name", String(64), nullable=False, unique=True),  # our own slug, bounded
    _ref("host_id", "hosts.id", index=True),
    _text("url", nullable=False),
    _text("birth_url", nullable=False),  # first stored form without secrets, never updated
    _text("title"),  # the operator's
    _text("stated_title"),
    _text("site_url"),
    _text("self_url"),
    _text("icon_url"),
    _text("language"),
    _json("hub_urls", "[]"),
    _json("tags", "[]"),
    Column("origin", String(8), nullable=False),  # config | cli
    Column("state", String(12), nullable=False),  # active paused held dead parked retired
    Column("page", String(8), nullable=False, server_default="auto"),
    Column("interval_s", Integer),
    _flag("is_private"),
    _flag("publishes", "1"),
    _text("auth_file"),
    _flag("verify_tls", "1"),
    # validators, written in the transaction of the entries they belong to
    _text("etag"),
    _text("last_modified"),
    _text("validators_url"),
    Column("body_digest", Digest, nullable=False),
    Column("parser_version", Integer, nullable=False, server_default="0"),
    _at("unconditional_at"),  # when the next unconditional poll is due
    _at("window_confirmed_at"),  # last_seen of every sighting of the current window
    # pace
    _json("rhythm"),
    _json("pacing"),  # ttl_s, skip_hours, skip_days as the feed states them
    _json("reasons", "[]"),
    _at("next_poll_at"),
    _at("last_poll_at", nullable=True),
    _at("last_good_at", nullable=True),
    _count("n_failures"),
    _text("last_reason"),
    _text("last_detail"),
    _count("attempts"),  # claims since the last outcome
    _count("n_worker_deaths"),
    _json("move"),  # a permanent redirect seen: url, times, since
    Column("guid_policy", String(12), nullable=False, server_default="unique"),
    _count("n_polls"),
    _at("created_at"),
    Index("ix_feeds_due", "host_id", "next_poll_at"),
)

feed_urls = Table(
    "feed_urls",
    tables,
    Column("digest", Digest, primary_key=True),
    _ref("feed_id", "feeds.id", index=True),
    _text("url", nullable=False),
    Column("kind", String(12), nullable=False),  # subscribed | moved
    _at("since"),
)

polls = Table(
    "polls",
    tables,
    _id(),
    _ref("feed_id", "feeds.id"),
    _at("started_at"),
    Column("result", String(16), nullable=False),  # parsed | unchanged | not_modified | a Reason
    Column("status", Integer),
    _text("detail"),
    _count("elapsed_us"),
    _count("n_wire_bytes"),
    _count("n_new"),
    _count("n_revised"),
    _count("n_joined"),
    _count("n_seen"),
    _count("n_rejected"),
    _flag("rolled_over"),
    Index("ix_polls_feed_started", "feed_id", "started_at"),
)

poll_days = Table(
    "poll_days",
    tables,
    Column("feed_id", Id, ForeignKey("feeds.id"), primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970, UTC
    _count("n_polls"),
    _count("n_failed"),
    _count("n_new"),
    _count("n_revised"),
    _count("n_rejected"),
    _count("n_wire_bytes"),
    _count("elapsed_us"),
)

rejections = Table(
    "rejections",
    tables,
    _id(),
    _ref("feed_id", "feeds.id", index=True),
    _at("at"),
    Column("position", Integer, nullable=False),
    _count("n_entries"),
    _text("reason", nullable=False),
    _text("guid"),
    _text("title"),
)

# ---- what was stated, and what is kept of it ----------------------------------------------------

contents = Table(
    "contents",
    tables,
    Column("digest", Digest, primary_key=True),
    _text("html"),
    _text("text", nullable=False),
    info={"insert": "or ignore"},  # a text is kept once, whoever states it
)

articles = Table(
    "articles",
    tables,
    _id(),
    Column("public_id", String(16), nullable=False, unique=True),  # minted once, base32
    Column("merged_into", Id, ForeignKey("articles.id")),
    _at("first_seen_at"),
    _at("effective_at"),
    _at("settle_at"),  # when it may be published at the latest; its page's arrival makes it earlier
    _at("settled_at"),  # NEVER until settled
    Column("primary_variant_id", Id),
    _count("changed"),  # meta.change of its last change
    _flag("is_dirty", "1"),  # something that settle must look at
    _flag("is_backlog"),
    Index("ix_articles_dirty", "is_dirty", "settle_at"),
    Index("ix_articles_effective", "effective_at"),
)

variants = Table(
    "variants",
    tables,
    _id(),
    _ref("article_id", "articles.id", index=True),
    _text("site", nullable=False),
    Column("audience", String(8), nullable=False),  # public | private
    Column("revision_id", Id),  # the current one
    Column("page_statement_id", Id),
    Column("page_state", String(12), nullable=False),  # none wanted read wall failed given_up
    _text("page_detail"),
    _at("first_seen_at"),
)

sightings = Table(
    "sightings",
    tables,
    _id(),
    Column("digest", Digest, nullable=False, unique=True),  # feed, guid, url, variant
    Column("entry_digest", Digest, nullable=False, index=True),  # feed, guid, url
    Column("guid_digest", Digest, nullable=False, index=True),  # feed, guid
    _ref("feed_id", "feeds.id"),
    _ref("variant_id", "variants.id", index=True),
    _text("guid"),
    _text("url"),
    _at("first_seen_at"),
    _at("last_seen_at"),
    _flag("in_window"),  # stood in the feed's newest document: see feeds.window_confirmed_at
    Column("position", Integer, nullable=False),
    Column("item_digest", Digest, nullable=False),  # of the item's bytes, for ingest.feed.slices
    Column("statement_id", Id),
    _json("raw_dates", "[]"),
    Column("rule", String(24), nullable=False),  # what made it part of its article
    Index("ix_sightings_feed_window", "feed_id", "in_window"),
)

statements = Table(
    "statements",
    tables,
    _id(),
    _ref("variant_id", "variants.id", index=True),
    Column("sighting_id", Id, ForeignKey("sightings.id")),
    Column("source", String(8), nullable=False),  # feed | page | hand
    Column("digest", Digest, nullable=False),
    Column("content_digest", Digest, ForeignKey("contents.digest"), nullable=False),
    _text("title", nullable=False),
    _json("stated"),  # archive.record.Statement without html and text
    _at("first_stated_at"),
    _at("last_stated_at"),
    Column("body_digest", Digest, nullable=False),
    Column("parser_version", Integer, nullable=False),
    _text("note"),
)

revisions = Table(
    "revisions",
    tables,
    _id(),
    _ref("variant_id", "variants.id"),
    Column("number", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    _flag("is_void"),
    _at("first_seen_at"),
    Column("digest", Digest, nullable=False),
    Column("content_digest", Digest, ForeignKey("contents.digest"), nullable=False),
    _text("title", nullable=False),
    _text("url"),
    _text("canonical_url"),
    _text("language"),
    _text("section"),
    _at("published_at", nullable=True),
    Column("published_precision", String(8)),
    _at("modified_at", nullable=True),
    _text("image_url"),
    Column("word_count", Integer),
    Column("reading_minutes", Integer),
    _json("stated"),  # the chosen fields whole: authors, tags, enclosures, provenance, ...
    UniqueConstraint("variant_id", "number"),
)

revision_statements = Table(
    "revision_statements",
    tables,
    Column("revision_id", Id, ForeignKey("revisions.id"), primary_key=True),
    Column("statement_id", Id, ForeignKey("statements.id"), primary_key=True),
)

observations = Table(
    "observations",
    tables,
    _id(),
    _ref("variant_id", "variants.id"),
    Column("kind", String(10), nullable=False),
    Column("value", BigInteger, nullable=False),
    _text("stated", nullable=False),
    Column("source", String(12), nullable=False),
    _at("observed_at"),
    Index("ix_observations_variant", "variant_id", "kind", "observed_at"),
)

authors = Table(
    "authors",
    tables,
    Column("statement_id", Id, ForeignKey("statements.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("digest", Digest, nullable=False, index=True),  # of the folded name
    _text("name", nullable=False),
    _text("email"),
    _text("url"),
)

tags = Table(
    "tags",
    tables,
    Column("statement_id", Id, ForeignKey("statements.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("digest", Digest, nullable=False, index=True),  # of the folded tag
    _text("tag", nullable=False),
)

enclosures = Table(
    "enclosures",
    tables,
    Column("statement_id", Id, ForeignKey("statements.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    _text("url", nullable=False),
    _text("type"),
    Column("length_bytes", BigInteger),
    Column("duration_s", Integer),
    _text("title"),
)

page_tasks = Table(
    "page_tasks",
    tables,
    _id(),
    Column("digest", Digest, nullable=False, unique=True),  # variant, url
    _ref("variant_id", "variants.id", index=True),
    _ref("feed_id", "feeds.id"),
    _ref("host_id", "hosts.id"),
    _text("url", nullable=False),
    _at("due_at"),  # NEVER once done or given up
    _count("attempts"),  # tries with an outcome
    _count("claims"),  # claims since the last outcome
    Column("state", String(10), nullable=False),  # due | done | given_up
    _text("reason"),
    _text("detail"),
    _at("created_at"),
    Index("ix_page_tasks_due", "host_id", "due_at"),
    Index("ix_page_tasks_feed", "feed_id", "due_at"),
)

body_uses = Table(
    "body_uses",
    tables,
    Column("digest", Digest, primary_key=True),  # in the bodies file
    Column("used_by", String(10), primary_key=True),  # feed | page
    Column("owner_id", Id, primary_key=True),  # feeds.id | variants.id
    _at("first_at"),
)

# ---- identity -----------------------------------------------------------------------------------

url_keys = Table(
    "url_keys",
    tables,
    Column("digest", Digest, primary_key=True),
    Column("sighting_id", Id, ForeignKey("sightings.id"), primary_key=True),
    _text("key", nullable=False),
    Index("ix_url_keys_sighting", "sighting_id"),
    sqlite_with_rowid=False,
    info={"insert": "or ignore"},
)

identity_keys = Table(
    "identity_keys",
    tables,
    Column("value", BigInteger, primary_key=True),  # first, so that one IN finds many
    Column("kind", SmallInteger, primary_key=True),
    Column("statement_id", Id, ForeignKey("statements.id"), primary_key=True),
    sqlite_with_rowid=False,
)

relations = Table(
    "relations",
    tables,
    Column("article_id", Id, ForeignKey("articles.id"), primary_key=True),
    Column("other_id", Id, ForeignKey("articles.id"), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("rule", String(24), nullable=False),
    _text("why"),
    _at("at"),
    Index("ix_relations_other", "other_id"),
    info={"insert": "or ignore"},  # the older article first: two are related once
)

dedup_events = Table(
    "dedup_events",
    tables,
    _id(),
    _ref("sighting_id", "sightings.id", index=True),
    Column("candidate_variant_id", Id),  # None: no candidate at all
    Column("verdict", String(10), nullable=False),
    Column("rule", String(24), nullable=False),
    _json("scores"),
    _text("why"),
    Column("source", String(8), nullable=False),  # poll | page | hand | replay
    _at("at"),
)

hand_links = Table(
    "hand_links",
    tables,
    _id(),
    _ref("a_sighting_id", "sightings.id", index=True),
    _ref("b_sighting_id", "sightings.id", index=True),
    Column("verdict", String(8), nullable=False),  # must | must_not | related | unlinked
    _text("who", nullable=False),
    _at("at"),
    _at("undone_at", nullable=True),
)

erasures = Table(
    "erasures",
    tables,
    Column("digest", Digest, primary_key=True),  # of a url key, a guid in its feed, or a text
    Column("kind", String(8), primary_key=True),  # url | guid | text | id
    _at("at"),
    _text("who", nullable=False),
    _text("why"),
)

# ---- the ways out -------------------------------------------------------------------------------

publications = Table(
    "publications",
    tables,
    Column("seq", Id, primary_key=True, autoincrement=True),
    _ref("article_id", "articles.id", index=True),
    _ref("revision_id", "revisions.id"),
    Column("kind", String(10), nullable=False),
    _at("updated_at"),  # as emitted: always later than the one before for that id
    Column(
        "face", Digest, nullable=False
    ),  # of what the entry shows; equal face, nothing new to say
    _json("entry"),  # the entry as it goes out, without its content: renderers read nothing else
    sqlite_autoincrement=True,
)

archive_pages = Table(
    "archive_pages",
    tables,
    Column("series", String(64), primary_key=True),  # "feed", or a saved search's name
    Column("number", Integer, primary_key=True),
    _at("closed_at"),
    Column("first_seq", Id, nullable=False),
    Column("last_seq", Id, nullable=False),
    Column("digest", Digest, nullable=False),
    Column("bytes", LargeBinary, nullable=False),  # zstd
)

saved_searches = Table(
    "saved_searches",
    tables,
    _id(),
    Column("name", String(64), nullable=False, unique=True),  # our own slug, bounded
    _text("title"),
    _text("query", nullable=False),
    _at("created_at"),
)

inbox = Table(
    "inbox",
    tables,
    _id(),
    Column("kind", String(16), nullable=False),
    Column("about", Id, nullable=False, server_default="0"),  # whom it is about: a row of `websub`
    _json("request"),
    Column("body", LargeBinary),  # zstd, of a pushed document; gone once it is answered
    _at("at"),
    _count("attempts"),  # how often the engine began with it
    _at("done_at"),  # NEVER until the engine's tick has answered it
    _text("answer"),
    Index("ix_inbox_done", "done_at", "about"),
)

services = Table(
    "services",
    tables,
    Column("name", String(24), primary_key=True),  # engine | web | publish | backup
    _text("owner", nullable=False),
    Column("state", String(12), nullable=False),
    _at("started_at"),
    _at("heartbeat_at"),
    _json("facts"),
)

websub = Table(
    "websub",
    tables,
    _id(),
    Column("digest", Digest, nullable=False, unique=True),  # feed, hub, topic, our public address
    Column("callback_digest", Digest, nullable=False, unique=True),
    _ref("feed_id", "feeds.id", index=True),
    _text("hub_url", nullable=False),
    _text("topic_url", nullable=False),
    _text("callback_url", nullable=False),
    Column("secret", LargeBinary(32), nullable=False),
    Column("state", String(10), nullable=False),  # wanted asked active renewing denied leaving
    _at("lease_until"),
    _at("renew_at"),  # when the hub is asked next
    _at("asked_at", nullable=True),
    _at("pushed_at", nullable=True),  # the last push that counted
    _at("missed_at", nullable=True),  # the last poll that found what no push had brought
    _count("n_failures"),  # in a row
    _count("n_pushes"),
    _count("n_dropped"),  # pushes without a good signature
    _text("detail"),  # why it is not active, in words
    Index("ix_websub_renew", "renew_at"),
)

undo_log = Table(
    "undo_log",
    tables,
    _id(),
    _at("at"),
    _text("who", nullable=False),
    _text("command", nullable=False),
    _json("inverse"),
    _at("undone_at", nullable=True),
)

__all__ = [name for name, value in globals().items() if isinstance(value, Table)] + [
    "NEVER",
    "SCHEMA_VERSION",
    "tables",
]
