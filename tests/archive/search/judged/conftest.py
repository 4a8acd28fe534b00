"""Opens the archive that queries are judged on, on each engine there is.

Another engine is one more entry of ENGINES: a function that takes a folder and the news, and yields what `Judged`
asks of it. The lists and the tests know nothing of engines.
"""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import sqlalchemy as sa

from archive.front import Archive
from archive.model.found import Found
from archive.store import Store
from archive.store.schema import articles, sightings, variants
from tests.archive.store.depositing import Paper, at, open_store

HERE: Final = Path(__file__).parent
NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""What ages such as since:24h count from."""

Sort = Literal["newest", "oldest", "relevance"]
SORTS: Final[tuple[Sort, ...]] = ("newest", "oldest", "relevance")


@dataclass(frozen=True)
class Judged:
    """The judged archive; articles go by their names in news.toml."""

    archive: Archive
    names: dict[str, str]

    def search(
        self, query: str, *, sort: Sort = "newest", limit: int = 100, page: str | None = None
    ) -> Found:
        return self.archive.search(query, sort=sort, limit=limit, page=page, now=NOW)

    def found(self, query: str, *, sort: Sort = "newest") -> list[str]:
        """Return the names of the articles a query finds, in their order."""
        return self.named(self.search(query, sort=sort))

    def named(self, found: Found) -> list[str]:
        return [self.names[hit.id] for hit in found.hits]


def news() -> dict[str, Any]:
    """Return the papers' languages under "papers", and each paper's articles under its name."""
    return tomllib.loads((HERE / "news.toml").read_text(encoding="utf-8"))


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Judged]:
    with open_store(folder / "archive.db") as store:
        printed = news()
        for name, language in printed.pop("papers").items():
            items = [
                {
                    **item,
                    "guid": item["name"],
                    "tags": tuple(item.get("tags", ())),
                }
                for item in printed[name]
            ]
            Paper(store, name, language=language).poll(*items, now=at(200))
        names = names_of(store)
    with Archive.open(str(folder / "archive.db")) as archive:
        yield Judged(archive, names)


def names_of(store: Store) -> dict[str, str]:
    """Return the name of each article by its public id."""
    with store.writing() as connection:
        rows = connection.execute(
            sa.select(articles.c.public_id, sightings.c.guid)
            .join(variants, variants.c.article_id == articles.c.id)
            .join(sightings, sightings.c.variant_id == variants.c.id)
        ).all()
    return {row.public_id: row.guid for row in rows}


ENGINES: Final[dict[str, Callable[[Path], AbstractContextManager[Judged]]]] = {"sqlite": on_sqlite}


@pytest.fixture(scope="package", params=sorted(ENGINES))
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Judged]:
    with ENGINES[request.param](tmp_path_factory.mktemp("judged")) as judged:
        yield judged
