"""What the matches of a query are made of: how many of each feed, language, section, year, author, ...

Counts articles, each once, over the newest 10,000 that match; the answer says when there were more. Called by
`archive.front`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from urllib.parse import urlsplit

from archive.search import find
from archive.search.timeline import days_of
from archive.store import matches, reading
from archive.store.sqlite import LABELLED_COLUMNS, found_rows

FACETS: Final = ("feed", "lang", "section", "year", "month", "author", "domain")
"""What can be counted. An article counts for every feed that showed it and for each of its authors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """`counts` by facet: (value, articles), the most first. `n_articles` were looked at, more match if `is_bounded`."""

    counts: Mapping[str, tuple[tuple[str, int], ...]]
    n_articles: int
    is_bounded: bool


def facets(search: "find.Search", names: Sequence[str], *, timezone: tzinfo) -> Facets:
    """Return the counts of the facets `names` (of FACETS), in their order; months and years as in `timezone`."""
    first: dict[int, tuple[int, int]] = {}
    feeds: set[tuple[int, str]] = set()
    n_rows = 0
    rows = found_rows(
        search.reader, search.selection, limit=find.MAX_COUNTED + 1, columns=LABELLED_COLUMNS
    )
    for _, revision, article, effective_us, label in rows:
        n_rows += 1
        if n_rows <= find.MAX_COUNTED:
            first.setdefault(article, (revision, effective_us))
            feeds.update((article, feed) for feed in _FEED.findall(label))
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    if "feed" in names:
        known = {str(row_id): name for row_id, name, _ in reading.feed_names(search.reader)}
        counted["feed"].update(known.get(feed, feed) for _, feed in feeds)
    _count_times(counted, [effective_us for _, effective_us in first.values()], timezone)
    _count_revisions(search, counted, [revision for revision, _ in first.values()])
    return Facets(
        counts={
            name: tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
            for name, found in counted.items()
        },
        n_articles=len(first),
        is_bounded=n_rows > find.MAX_COUNTED,
    )


_FEED: Final = re.compile(r"(?:^| )feed:(\d+)")


def _count_times(
    counted: Mapping[str, Counter[str]], instants: Iterable[int], timezone: tzinfo
) -> None:
    """Count years and months, where they are asked for."""
    if counted.keys().isdisjoint(("year", "month")):
        return
    for day, n in days_of(instants, timezone).items():
        for name, value in (("year", f"{day.year:04}"), ("month", f"{day.year:04}-{day.month:02}")):
            if name in counted:
                counted[name][value] += n


def _count_revisions(
    search: "find.Search", counted: Mapping[str, Counter[str]], revisions: Sequence[int]
) -> None:
    """Count what stands in the revisions, where it is asked for."""
    if counted.keys().isdisjoint(("lang", "section", "author", "domain")):
        return
    spelled: dict[tuple[str, str], str] = {}
    is_asked = counted.keys()
    for facts in matches.revision_facts(
        search.reader, revisions, with_authors="author" in is_asked
    ):
        for name, value in _of_revision(facts):
            if name in is_asked:
                # One author in two cases is one author.
                counted[name][spelled.setdefault((name, value.casefold()), value)] += 1


def _of_revision(facts: matches.RevisionFacts) -> Iterator[tuple[str, str]]:
    if facts.language:
        yield "lang", facts.language.partition("-")[0].lower()
    if facts.section:
        yield "section", " ".join(facts.section.split())
    for author in _once(facts.authors):
        yield "author", author
    if domain := domain_of(facts.url):
        yield "domain", domain


def _once(values: Iterable[str]) -> Iterable[str]:
    return {
        value.casefold(): value for value in (" ".join(v.split()) for v in values) if value
    }.values()


def domain_of(url: str | None) -> str:
    """Return the host of an address without `www.`; "" for what has none."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""
