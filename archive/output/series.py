"""The archive pages of a published feed (RFC 5005, section 4): what each holds, and when it is closed.

Page k holds a run of publications. It is closed at PAGE_PUBLICATIONS, or as soon as an article whose last word is in
it stands no longer in the subscription document, whichever is first: so that nothing stands nowhere. A closed page
names page k+1 before there is one, and is never rendered again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from archive.model.kept import PublishedEntry
from archive.output.atom import render, render_filled
from archive.output.document import FeedFacts

if TYPE_CHECKING:
    from archive.store.closed import Series

PAGE_PUBLICATIONS: Final = 100
"""So many publications on a page: about 500 kB, as large as the subscription document."""


def page_file(name: str, number: int) -> str:
    """Return the file of a closed page: feed-1.xml."""
    return f"{name}-{number}.xml"


def with_last_page(feed: FeedFacts, n_closed: int) -> FeedFacts:
    """Return the subscription document's facts with a link to the last closed page, if there is one."""
    return replace(feed, previous_url=_page_url(feed, n_closed)) if n_closed else feed


def page_facts(feed: FeedFacts, number: int) -> FeedFacts:
    """Return what page `number` says of itself and its neighbours."""
    return replace(
        feed,
        self_url=_page_url(feed, number),
        current_url=feed.self_url,
        previous_url=_page_url(feed, number - 1) if number > 1 else None,
        next_url=_page_url(feed, number + 1),
        is_archive_page=True,
    )


def runs_to_close(
    seqs: Sequence[int],
    lasting: Collection[int],
    shown: Collection[int],
    *,
    n_at_once: int = PAGE_PUBLICATIONS,
) -> Iterator[tuple[int, int]]:
    """Yield the (first, last) seq of each page that is due, of open `seqs` in order.

    `lasting` are the last instances of their articles, `shown` what stands in the subscription document.
    """
    left = list(seqs)
    while len(left) >= n_at_once:
        yield left[0], left[n_at_once - 1]
        del left[:n_at_once]
    if any(seq in lasting and seq not in shown for seq in left):
        yield left[0], left[-1]


def close_due_pages(
    series: "Series", entries: Sequence[PublishedEntry], feed: FeedFacts, *, now: datetime
) -> int:
    """Close the pages that are due, in the caller's transaction; returns how many are closed by now."""
    run = series.open_run()
    # The link to a page that this call closes takes room in the document: count with it.
    shown = {entry.seq for entry in render_filled(entries, feed=with_last_page(feed, 10**6))[1]}
    number = run.number
    for first_seq, last_seq in runs_to_close(run.seqs, run.lasting, shown):
        held = series.run(first_seq, last_seq)
        series.close_page(
            number,
            first_seq=first_seq,
            last_seq=last_seq,
            document=render(held, feed=page_facts(feed, number)),
            now=now,
        )
        number += 1
    return number - 1


def _page_url(feed: FeedFacts, number: int) -> str:
    return urljoin(feed.current_url or feed.self_url, page_file(feed.name, number))
