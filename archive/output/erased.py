"""Renders closed pages anew after an erasure: one of the two exceptions to their being final (OUTPUT).

What was erased stands in them as a tombstone then; everything else is as it was published.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive.config.settings import Config
from archive.output.atom import render
from archive.output.document import facts_of
from archive.output.series import page_facts, page_file

if TYPE_CHECKING:
    from archive.store import Store


def rewrite_pages(
    store: "Store", config: Config, pages: Sequence[tuple[str, int]]
) -> tuple[tuple[str, int], ...]:
    """Render these (series, number) pages anew and take their old files from `[publish] dir`.

    The next publish writes the files again. Returns the pages of series that the configuration does not describe:
    they hold what was erased still.
    """
    from archive.store.closed import Series
    from archive.store.erasing import page_bounds, replace_page

    facts = facts_of(config, archive_id=store.archive_id())
    ours = [(name, number) for name, number in pages if name == facts.name]
    with store.writing() as connection:
        series = Series(connection, facts.name)
        for name, number in ours:
            run = series.run(*page_bounds(connection, name, number))
            replace_page(connection, name, number, render(run, feed=page_facts(facts, number)))
    for name, number in ours:
        (config.publish.dir / page_file(name, number)).unlink(missing_ok=True)
    return tuple(page for page in pages if page not in ours)
