"""Drafts the next migration from what schema.py says now. For us who write the program; the program never calls it.

    python -m archive.store.drafting "what the step does"

compares an archive brought up by the steps there are with `schema.py`, and writes `migrations/versions/NNNN_*.py`.
Read it, mend it, raise `schema.SCHEMA_VERSION` and `sqlite.READ_SCHEMA`. While nothing has been released, delete
`0001_first.py` and draft "first" again instead: the first step gets the search tables too, as they are now.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from archive.store.migrating import STEPS, config_of, upgrade
from archive.store.sqlite import SEARCH_DDL
from archive.words.tokens import WORDS_VERSION

_ID: Final = "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')"

_FIRST: Final = """
    for statement in SEARCH_DDL:
        op.execute(statement)
    meta = sa.table("meta", sa.column("key"), sa.column("value"))
    op.bulk_insert(
        meta,
        [
            {{"key": "archive_id", "value": secrets.token_hex(16)}},
            {{"key": "schema", "value": "0"}},
            {{"key": "words_version", "value": "{words_version}"}},
            {{"key": "change", "value": "0"}},
        ],
    )


# The search tables as they were at this step; archive.store.sqlite has today's.
SEARCH_DDL = (
{statements},
)
"""


def draft(what: str, steps: Path = STEPS) -> Path:
    """Write the step that makes today's schema of the newest step's; returns its file."""
    versions = steps / "versions"
    number = 1 + len(list(versions.glob("[0-9]*.py")))
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(sa.URL.create("sqlite", database=f"{folder}/draft.db"))
        with engine.connect() as connection:
            if number > 1:
                upgrade(connection, steps=steps)
            written = command.revision(
                config_of(connection, steps),
                message=what,
                autogenerate=True,
                rev_id=f"{number:04d}",
                process_revision_directives=_upgrades_only,
            )
        engine.dispose()
    assert isinstance(written, Script), "one message, one step"
    path = versions / f"{number:04d}_{re.sub('[^a-z0-9]+', '_', what.lower()).strip('_')}.py"
    Path(written.path).rename(path)
    path.write_text(_tidy(path.read_text(encoding="utf-8"), is_first=number == 1), encoding="utf-8")
    return path


def _upgrades_only(
    _context: MigrationContext, _revision: object, directives: list[ops.MigrationScript]
) -> None:
    """An archive goes forward, or is restored from its backup: there are no steps down."""
    for directive in directives:
        directive.downgrade_ops = ops.DowngradeOps([])


def _tidy(text: str, *, is_first: bool) -> str:
    """Return a drafted step without what Alembic says of itself, its id columns in one word."""
    text = re.sub(r"\n *# ### .*", "", text)
    text = re.sub(r",\n *info=\{.*\}", "", text)
    if _ID in text:
        text = text.replace(_ID, "ID").replace("\n\n\ndef", f"\n\nID = {_ID}\n\n\ndef", 1)
    if is_first:
        statements = ",\n".join(f'    """{statement}"""' for statement in SEARCH_DDL)
        text = text.replace("import sqlalchemy", "import secrets\n\nimport sqlalchemy", 1).rstrip()
        text += _FIRST.format(statements=statements, words_version=WORDS_VERSION)
    return text


if __name__ == "__main__":
    sys.stdout.write(f"{draft(' '.join(sys.argv[1:]) or 'unnamed')}\n")
