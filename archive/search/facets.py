"""What the matches of a query are made of: how many of each feed, language, section, year, author, ...

Counts articles, each once, over the newest 10,000 that match; the answer says when there were more. Called by
`archive.front`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from archive.search import find
from archive.search.timeline import days_of
from archive.store import matches, reading
from archive.store.instants import to_at
from archive.store.sqlite import Row, found_rows
from archive.words.forms import UNKNOWN

FACETS: Final = ("feed", "lang", "section", "year", "month", "author", "domain")
"""What can be counted. An article counts for every feed that showed it and for each of its authors."""

_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """`counts` by facet: (value, articles), the most first. `n_articles` were looked at, more match if `is_bounded`."""

    counts: Mapping[str, tuple[tuple[str, int], ...]]
    n_articles: int
    is_bounded: bool


def facets(search: "find.Search", names: Sequence[str], *, timezone: tzinfo) -> Facets:
    """Return the counts of the facets `names` (of FACETS), in their order; months and years as in `timezone`.

    10,000 matches take 25 ms of CPU, half of it SQLite's: feeds, languages and sections are read off the labels of the
    index. Authors and domains are looked up in each revision, another 90 ms.
    """
    rows = list(
        found_rows(
            search.reader,
            search.selection,
            limit=find.MAX_COUNTED + 1,
            columns="r.article, r.revision, r.effective_at, r.label",
        )
    )
    is_bounded = len(rows) > find.MAX_COUNTED
    first: dict[int, Row] = {}
    again = [row for row in rows[: find.MAX_COUNTED] if first.setdefault(row[0], row) is not row]
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    _count_labels(search, counted, first, again)
    _count_times(counted, [effective_us for _, _, effective_us, _ in first.values()], timezone)
    _count_revisions(search, counted, [revision for _, revision, _, _ in first.values()])
    return Facets(
        counts={
            name: tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
            for name, found in counted.items()
        },
        n_articles=len(first),
        is_bounded=is_bounded,
    )


# -- what the labels say ---------------------------------------------------------------------


class _Head(NamedTuple):
    """What the beginning of a row's labels names: feeds by their ids, a language, a section by its words."""

    feeds: tuple[str, ...]
    language: str
    section: tuple[str, ...]


def _head_of(label: str) -> str:
    """Return the labels before authors and tags: thousands of rows share a few hundred of these."""
    return label.partition(" author:")[0].partition(" tag:")[0]


def _parsed(head: str) -> _Head:
    feeds, language, section = [], "", []
    for token in head.split(" "):
        field, _, value = token.partition(":")
        if field == "feed":
            feeds.append(value)
        elif field == "lang" and value != UNKNOWN:
            language = value
        elif field == "section":
            section.append(value)
    return _Head(tuple(feeds), language, tuple(section))


def _count_labels(
    search: "find.Search",
    counted: Mapping[str, Counter[str]],
    first: Mapping[int, Row],
    again: Sequence[Row],
) -> None:
    """Count feeds, languages and sections; `again` are further tellings of articles, which may add a feed."""
    heads = {article: _head_of(row[3]) for article, row in first.items()}
    parsed = {head: _parsed(head) for head in set(heads.values())}
    n_of = Counter(heads.values())
    if "feed" in counted:
        feeds: Counter[str] = Counter()
        for head, n in n_of.items():
            for feed in parsed[head].feeds:
                feeds[feed] += n
        shown: dict[int, set[str]] = {}
        for article, _, _, label in again:
            before = shown.setdefault(article, set(parsed[heads[article]].feeds))
            new = set(_parsed(_head_of(label)).feeds) - before
            feeds.update(new)
            before |= new
        known = {str(row_id): name for row_id, name, _ in reading.feed_names(search.reader)}
        counted["feed"].update({known.get(feed, feed): n for feed, n in feeds.items()})
    if "lang" in counted:
        for head, n in n_of.items():
            if parsed[head].language:
                counted["lang"][parsed[head].language] += n
    if "section" in counted:
        sections: Counter[tuple[str, ...]] = Counter()
        for head, n in n_of.items():
            sections[parsed[head].section] += n
        newest: dict[tuple[str, ...], int] = {}
        for article, row in first.items():
            newest.setdefault(parsed[heads[article]].section, row[1])
        newest.pop((), None)  # of no section
        spelled = matches.sections(search.reader, list(newest.values()))
        for section, revision in newest.items():
            name = " ".join(spelled.get(revision, " ".join(section)).split())
            counted["section"][name] += sections[section]


# -- when ------------------------------------------------------------------------------------


def _count_times(
    counted: Mapping[str, Counter[str]], instants: Sequence[int], timezone: tzinfo
) -> None:
    """Count years and months, where they are asked for."""
    if counted.keys().isdisjoint(("year", "month")):
        return
    days = {day: to_at(day * _DAY_US).date() for day in {us // _DAY_US for us in instants}}
    # Inside a month every zone is in the same one; at its ends the zone has to be asked.
    inside = {day for day, date in days.items() if 1 < date.day < 28}
    found = days_of([us for us in instants if us // _DAY_US not in inside], timezone)
    for day, n in Counter(us // _DAY_US for us in instants).items():
        if day in inside:
            found[days[day]] += n
    for date, n in found.items():
        if "year" in counted:
            counted["year"][f"{date.year:04}"] += n
        if "month" in counted:
            counted["month"][f"{date.year:04}-{date.month:02}"] += n


# -- what stands in the revisions ------------------------------------------------------------


def _count_revisions(
    search: "find.Search", counted: Mapping[str, Counter[str]], revisions: Sequence[int]
) -> None:
    """Count authors and domains, where they are asked for."""
    if counted.keys().isdisjoint(("author", "domain")):
        return
    spelled: dict[str, str] = {}
    for facts in matches.revision_facts(search.reader, revisions, with_authors="author" in counted):
        if "author" in counted:
            for author in _once(facts.authors):
                # One author in two cases is one author.
                counted["author"][spelled.setdefault(author.casefold(), author)] += 1
        if "domain" in counted and (domain := domain_of(facts.url)):
            counted["domain"][domain] += 1


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
