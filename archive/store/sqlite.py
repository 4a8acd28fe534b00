"""What SQLite does in its own way: the search tables, and (below them) opening for reading and rendering queries."""

from typing import Final

SEARCH_DDL: Final[tuple[str, ...]] = (
    # Tokens come finished from archive.words; the tokenizer only cuts at spaces. `:` parts a label from its field.
    "CREATE VIRTUAL TABLE search USING"
    " fts5(title, body, label, content='', tokenize=\"ascii tokenchars ':'\")",
    # A row a revision; `key` is the row's place in `search`: the article's effective second, next free upwards.
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
    "CREATE INDEX ix_search_row_article ON search_row (article, valid_to)",
    "CREATE INDEX ix_search_row_variant ON search_row (variant)",
    # Every word ever indexed, with its keys in its article's language: forms, prefixes and suggestions read it.
    """CREATE TABLE word (
    lang TEXT NOT NULL,
    stem TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (lang, stem, word)
) WITHOUT ROWID""",
    "CREATE INDEX ix_word_word ON word (word, lang, stem)",
)
