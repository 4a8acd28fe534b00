"""First."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead from schema 0 to 1."""
    op.create_table(
        "archive_pages",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seq", ID, nullable=False),
        sa.Column("last_seq", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series", "number", name=op.f("pk_archive_pages")),
    )
    op.create_table(
        "articles",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("settle_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=False),
        sa.Column("primary_variant_id", ID, nullable=True),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_dirty", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("is_backlog", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["articles.id"], name=op.f("fk_articles_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("public_id", name=op.f("uq_articles_public_id")),
    )
    op.create_index("ix_articles_dirty", "articles", ["is_dirty", "settle_at"], unique=False)
    op.create_index("ix_articles_effective", "articles", ["effective_at"], unique=False)
    op.create_table(
        "body_uses",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("used_by", sa.String(length=10), nullable=False),
        sa.Column("owner_id", ID, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "used_by", "owner_id", name=op.f("pk_body_uses")),
    )
    op.create_table(
        "contents",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_contents")),
    )
    op.create_table(
        "erasures",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest", "kind", name=op.f("pk_erasures")),
    )
    op.create_table(
        "hosts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("hold_until", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_slow", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("robots_at", sa.BigInteger(), nullable=False),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
        sa.UniqueConstraint("digest", name=op.f("uq_hosts_digest")),
    )
    op.create_index("ix_hosts_due", "hosts", ["is_slow", "next_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", ID, server_default="0", nullable=False),
        sa.Column("request", sa.Text(), server_default="{}", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_done", "inbox", ["done_at", "about"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "saved_searches",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_searches_name")),
    )
    op.create_table(
        "services",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("heartbeat_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_services")),
    )
    op.create_table(
        "undo_log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("inverse", sa.Text(), server_default="{}", nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo_log")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("birth_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("stated_title", sa.Text(), nullable=True),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("self_url", sa.Text(), nullable=True),
        sa.Column("icon_url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("hub_urls", sa.Text(), server_default="[]", nullable=False),
        sa.Column("tags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("page", sa.String(length=8), server_default="auto", nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=True),
        sa.Column("is_private", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("publishes", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("auth_file", sa.Text(), nullable=True),
        sa.Column("verify_tls", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("validators_url", sa.Text(), nullable=True),
        sa.Column("body_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("parser_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unconditional_at", sa.BigInteger(), nullable=False),
        sa.Column("window_confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("rhythm", sa.Text(), server_default="{}", nullable=False),
        sa.Column("pacing", sa.Text(), server_default="{}", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="[]", nullable=False),
        sa.Column("next_poll_at", sa.BigInteger(), nullable=False),
        sa.Column("last_poll_at", sa.BigInteger(), nullable=True),
        sa.Column("last_good_at", sa.BigInteger(), nullable=True),
        sa.Column("n_failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_reason", sa.Text(), nullable=True),
        sa.Column("last_detail", sa.Text(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_worker_deaths", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("move", sa.Text(), server_default="{}", nullable=False),
        sa.Column("guid_policy", sa.String(length=12), server_default="unique", nullable=False),
        sa.Column("n_polls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_feeds_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("name", name=op.f("uq_feeds_name")),
    )
    op.create_index("ix_feeds_due", "feeds", ["host_id", "next_poll_at"], unique=False)
    op.create_index(op.f("ix_feeds_host_id"), "feeds", ["host_id"], unique=False)
    op.create_table(
        "relations",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_relations_article_id")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["articles.id"], name=op.f("fk_relations_other_id")),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_relations")),
    )
    op.create_index("ix_relations_other", "relations", ["other_id"], unique=False)
    op.create_table(
        "variants",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("revision_id", ID, nullable=True),
        sa.Column("page_statement_id", ID, nullable=True),
        sa.Column("page_state", sa.String(length=12), nullable=False),
        sa.Column("page_detail", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_variants_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
    )
    op.create_index(op.f("ix_variants_article_id"), "variants", ["article_id"], unique=False)
    op.create_table(
        "feed_urls",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_urls_feed_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_feed_urls")),
    )
    op.create_index(op.f("ix_feed_urls_feed_id"), "feed_urls", ["feed_id"], unique=False)
    op.create_table(
        "observations",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_observations_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index(
        "ix_observations_variant",
        "observations",
        ["variant_id", "kind", "observed_at"],
        unique=False,
    )
    op.create_table(
        "page_tasks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("claims", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_page_tasks_feed_id")),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_page_tasks_host_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_page_tasks_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_tasks")),
        sa.UniqueConstraint("digest", name=op.f("uq_page_tasks_digest")),
    )
    op.create_index("ix_page_tasks_due", "page_tasks", ["host_id", "due_at"], unique=False)
    op.create_index("ix_page_tasks_feed", "page_tasks", ["feed_id", "due_at"], unique=False)
    op.create_index(op.f("ix_page_tasks_variant_id"), "page_tasks", ["variant_id"], unique=False)
    op.create_table(
        "poll_days",
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("n_polls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_failed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_new", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_revised", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_wire_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("elapsed_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_poll_days_feed_id")),
        sa.PrimaryKeyConstraint("feed_id", "day", name=op.f("pk_poll_days")),
    )
    op.create_table(
        "polls",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("elapsed_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_wire_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_new", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_revised", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_joined", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rolled_over", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_polls_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index("ix_polls_feed_started", "polls", ["feed_id", "started_at"], unique=False)
    op.create_table(
        "rejections",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("n_entries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_rejections_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
    )
    op.create_index(op.f("ix_rejections_feed_id"), "rejections", ["feed_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("is_void", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_precision", sa.String(length=8), nullable=True),
        sa.Column("modified_at", sa.BigInteger(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("word_count", sa.Integer(), nullable=True),
        sa.Column("reading_minutes", sa.Integer(), nullable=True),
        sa.Column("stated", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["content_digest"], ["contents.digest"], name=op.f("fk_revisions_content_digest")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_revisions_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("variant_id", "number", name=op.f("uq_revisions_variant_id")),
    )
    op.create_table(
        "sightings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("guid_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("in_window", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("statement_id", ID, nullable=True),
        sa.Column("raw_dates", sa.Text(), server_default="[]", nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_sightings_feed_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_sightings_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("digest", name=op.f("uq_sightings_digest")),
    )
    op.create_index(op.f("ix_sightings_entry_digest"), "sightings", ["entry_digest"], unique=False)
    op.create_index("ix_sightings_feed_window", "sightings", ["feed_id", "in_window"], unique=False)
    op.create_index(op.f("ix_sightings_guid_digest"), "sightings", ["guid_digest"], unique=False)
    op.create_index(op.f("ix_sightings_variant_id"), "sightings", ["variant_id"], unique=False)
    op.create_table(
        "websub",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("callback_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("hub_url", sa.Text(), nullable=False),
        sa.Column("topic_url", sa.Text(), nullable=False),
        sa.Column("callback_url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("renew_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("pushed_at", sa.BigInteger(), nullable=True),
        sa.Column("missed_at", sa.BigInteger(), nullable=True),
        sa.Column("n_failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_pushes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n_dropped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_websub_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_websub")),
        sa.UniqueConstraint("callback_digest", name=op.f("uq_websub_callback_digest")),
        sa.UniqueConstraint("digest", name=op.f("uq_websub_digest")),
    )
    op.create_index(op.f("ix_websub_feed_id"), "websub", ["feed_id"], unique=False)
    op.create_index("ix_websub_renew", "websub", ["renew_at"], unique=False)
    op.create_table(
        "dedup_events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("sighting_id", ID, nullable=False),
        sa.Column("candidate_variant_id", ID, nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("scores", sa.Text(), server_default="{}", nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sightings.id"], name=op.f("fk_dedup_events_sighting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dedup_events")),
    )
    op.create_index(
        op.f("ix_dedup_events_sighting_id"), "dedup_events", ["sighting_id"], unique=False
    )
    op.create_table(
        "hand_links",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("a_sighting_id", ID, nullable=False),
        sa.Column("b_sighting_id", ID, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["a_sighting_id"], ["sightings.id"], name=op.f("fk_hand_links_a_sighting_id")
        ),
        sa.ForeignKeyConstraint(
            ["b_sighting_id"], ["sightings.id"], name=op.f("fk_hand_links_b_sighting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_links")),
    )
    op.create_index(
        op.f("ix_hand_links_a_sighting_id"), "hand_links", ["a_sighting_id"], unique=False
    )
    op.create_index(
        op.f("ix_hand_links_b_sighting_id"), "hand_links", ["b_sighting_id"], unique=False
    )
    op.create_table(
        "publications",
        sa.Column("seq", ID, autoincrement=True, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("face", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entry", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_publications_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_publications_revision_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_publications")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_publications_article_id"), "publications", ["article_id"], unique=False
    )
    op.create_table(
        "statements",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("variant_id", ID, nullable=False),
        sa.Column("sighting_id", ID, nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("stated", sa.Text(), server_default="{}", nullable=False),
        sa.Column("first_stated_at", sa.BigInteger(), nullable=False),
        sa.Column("last_stated_at", sa.BigInteger(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_digest"], ["contents.digest"], name=op.f("fk_statements_content_digest")
        ),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sightings.id"], name=op.f("fk_statements_sighting_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_statements_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_variant_id"), "statements", ["variant_id"], unique=False)
    op.create_table(
        "url_keys",
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sighting_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sighting_id"], ["sightings.id"], name=op.f("fk_url_keys_sighting_id")
        ),
        sa.PrimaryKeyConstraint("digest", "sighting_id", name=op.f("pk_url_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_url_keys_sighting", "url_keys", ["sighting_id"], unique=False)
    op.create_table(
        "authors",
        sa.Column("statement_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_authors_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("pk_authors")),
    )
    op.create_index(op.f("ix_authors_digest"), "authors", ["digest"], unique=False)
    op.create_table(
        "enclosures",
        sa.Column("statement_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("length_bytes", sa.BigInteger(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_enclosures_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("pk_enclosures")),
    )
    op.create_table(
        "identity_keys",
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("statement_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_identity_keys_statement_id")
        ),
        sa.PrimaryKeyConstraint("value", "kind", "statement_id", name=op.f("pk_identity_keys")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision_statements",
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("statement_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_revision_statements_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_revision_statements_statement_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "statement_id", name=op.f("pk_revision_statements")),
    )
    op.create_table(
        "tags",
        sa.Column("statement_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_tags_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("pk_tags")),
    )
    op.create_index(op.f("ix_tags_digest"), "tags", ["digest"], unique=False)
    for statement in SEARCH_DDL:
        op.execute(statement)
    meta = sa.table("meta", sa.column("key"), sa.column("value"))
    op.bulk_insert(
        meta,
        [
            {"key": "archive_id", "value": secrets.token_hex(16)},
            {"key": "schema", "value": "0"},
            {"key": "words_version", "value": "2"},
            {"key": "change", "value": "0"},
        ],
    )


# The search tables as they were at this step; archive.store.sqlite has today's.
SEARCH_DDL = (
    """CREATE VIRTUAL TABLE search USING fts5(title, body, label, content='', tokenize="ascii tokenchars ':'")""",
    """CREATE TABLE search_row (
    key INTEGER NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL UNIQUE,
    variant INTEGER NOT NULL,
    article INTEGER NOT NULL,
    is_primary INTEGER NOT NULL,
    is_private INTEGER NOT NULL,
    kind TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    words_version INTEGER NOT NULL,
    label TEXT NOT NULL
)""",
    """CREATE INDEX ix_search_row_article ON search_row (article, valid_to)""",
    """CREATE INDEX ix_search_row_variant ON search_row (variant)""",
    """CREATE TABLE word_sorted (
    lang TEXT NOT NULL,
    stem TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (lang, stem, word)
) WITHOUT ROWID""",
    """CREATE INDEX ix_word_sorted_word ON word_sorted (word, lang, stem)""",
    """CREATE TABLE word_ending (reversed TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID""",
    """CREATE TABLE word_new (
    lang TEXT NOT NULL,
    stem TEXT NOT NULL,
    word TEXT NOT NULL
)""",
    """CREATE VIEW word AS SELECT lang, stem, word FROM word_sorted UNION ALL SELECT lang, stem, word FROM word_new""",
)
