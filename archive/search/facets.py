"""What the matches of a query are made of: how many of each feed, language, section, year, author, ...

Counts articles, each once, over the newest 10,000 that match; the answer says when there were more. Called by
`archive.front`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from urllib.parse import urlsplit

from archive.search import find
from archive.store import matches, reading
from archive.store.instants import to_at
from archive.store.sqlite import found_rows

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
    n_rows = 0
    rows = found_rows(search.reader, search.selection, limit=find.MAX_COUNTED + 1)
    for _, revision, article, effective_us in rows:
        n_rows += 1
        if n_rows <= find.MAX_COUNTED:
            first.setdefault(article, (revision, effective_us))
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    spelled: dict[str, str] = {}
    for name, value in _values(search, first, names, timezone):
        # One author in two cases is one author, shown as the newest article has it.
        counted[name][spelled.setdefault(f"{name}:{value.casefold()}", value)] += 1
    return Facets(
        counts={
            name: tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
            for name, found in counted.items()
        },
        n_articles=len(first),
        is_bounded=n_rows > find.MAX_COUNTED,
    )


def _values(
    search: "find.Search",
    first: Mapping[int, tuple[int, int]],
    names: Sequence[str],
    timezone: tzinfo,
) -> Iterator[tuple[str, str]]:
    """Yield (facet, value) of every article, each value of an article once."""
    if "year" in names or "month" in names:
        for _, effective_us in first.values():
            there = to_at(effective_us).astimezone(timezone)
            if "year" in names:
                yield "year", f"{there.year:04}"
            if "month" in names:
                yield "month", f"{there.year:04}-{there.month:02}"
    if "feed" in names:
        known = {feed_id: name for feed_id, name, _ in reading.feed_names(search.reader)}
        for _, feed_id in matches.feeds_showing(search.reader, list(first)):
            yield "feed", known[feed_id]
    if not {"lang", "section", "author", "domain"}.isdisjoint(names):
        wanted = [revision for revision, _ in first.values()]
        for facts in matches.revision_facts(search.reader, wanted, with_authors="author" in names):
            yield from (pair for pair in _of_revision(facts) if pair[0] in names)


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
