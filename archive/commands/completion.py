"""What a shell completes: fields and their values in queries, feeds, saved searches, tags, ids of the newest articles.

Called by the root while a shell asks, and then alone. Whatever goes wrong completes to nothing: the command itself will
say what it is.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from archive.commands.place import Place
from archive.errors import NewsArchiveError

if TYPE_CHECKING:
    from archive.store.sqlite import Reader

N_IDS: Final = 20
"""Newest articles whose ids are offered: about what a terminal shows of them."""

N_TAGGED: Final = 1_000
"""Newest articles whose tags are offered: 15 ms, where 10,000 would take a tenth of a second more."""

AGES: Final = ("1d", "7d", "30d", "1y")
SIGNS: Final = ("+", "-")


class Bash(BashComplete):
    """Bash as Click has it, without the space behind `feed:` and in such values as have one within."""

    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)",
        'COMPREPLY+=("$value"); [[ $value == *: ]] && compopt -o nospace 2>/dev/null',
    )


class Completed(click.ParamType[str]):
    """The type that an argument has while a shell asks; `kind` says what it stands for."""

    name = "text"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        typed = ctx.params.get(param.name or "") or ()
        before = (typed,) if isinstance(typed, str) else tuple(map(str, typed))
        with suppress(NewsArchiveError, OSError, sqlite3.Error):
            return list(Asked(ctx, before).items(self.kind, incomplete))
        return []


def set_up() -> None:
    """Let this process complete for bash in the way above."""
    add_completion_class(Bash, "bash")


def prepare(command: click.Command) -> None:
    """Give the arguments of a command, and of those below it, what they are completed from."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            prepare(below)
    for param in command.params:
        if (kind := kind_of(command, param)) is not None:
            param.type = Completed(kind)


def kind_of(command: click.Command, param: click.Parameter) -> str | None:
    """Return what an argument or option is completed from, None for nothing of ours."""
    if isinstance(param, click.Option):
        return "fields" if "--fields" in param.opts else None
    shown, name = param.metavar or "", param.name or ""
    if command.name in ("save", "unsave") and name == "name":
        return "saved"
    if "+TAG" in shown:
        return "tagging"
    if "QUERY" in shown or (name == "words" and command.name == "search"):
        return "query"
    if "FEED" in shown and "ID" in shown:
        return "ids and feeds"
    if "ID" in shown or shown in ("OTHER", "[OTHER]"):
        return "ids"
    return "feeds" if name in ("feed", "feeds", "names", "name") else None


class Found(NamedTuple):
    """A value that is offered, with a word of what it is."""

    value: str
    help: str | None = None


class Asked:
    """One question of a shell: `before` are the words of the argument that stand already."""

    def __init__(self, ctx: click.Context, before: Sequence[str]) -> None:
        self._root = ctx.find_root().params
        self._before = before

    def items(self, kind: str, incomplete: str) -> Iterator[CompletionItem]:
        """Yield what `incomplete` may become."""
        match kind:
            case "query":
                yield from self._query(incomplete)
            case "tagging" if incomplete[:1] in SIGNS:
                sign, rest = incomplete[0], incomplete[1:]
                yield from _begun(self._tags(), rest, sign)
            case "tagging":
                yield from self._query(incomplete)
            case "fields":
                done, comma, rest = incomplete.rpartition(",")
                yield from _begun(_row_fields(), rest, done + comma)
            case "ids and feeds":
                yield from _begun(self._feeds(), incomplete)
                yield from _begun(self._ids(), incomplete)
            case "ids":
                yield from _begun(self._ids(), incomplete)
            case "saved":
                yield from _begun(self._saved(), incomplete)
            case _:
                yield from _begun(self._feeds(), incomplete)

    def _query(self, incomplete: str) -> Iterator[CompletionItem]:
        """Complete a field, or the value of one. Bash parts words at `:`, so the field may stand before."""
        sign = "-" if incomplete.startswith("-") else ""
        field, colon, value = incomplete.removeprefix("-").rpartition(":")
        if colon and field:
            yield from _begun(self._values(field), value, f"{sign}{field}:")
        elif colon and self._before:
            yield from _begun(self._values(self._before[-1].strip(" -")), value)
        elif self._before[-1:] == (":",) and len(self._before) > 1:
            yield from _begun(self._values(self._before[-2].strip(" -")), incomplete)
        else:
            yield from _begun(_query_fields(), incomplete.removeprefix("-"), sign)

    def _values(self, field: str) -> Iterator[Found]:
        match field:
            case "feed":
                yield from self._feeds()
            case "saved":
                yield from self._saved()
            case "tag":
                yield from self._tags()
            case "lang":
                yield from self._languages()
            case "has":
                from archive.search.narrowing import HAS

                yield from map(Found, HAS)
            case "since" | "after" | "before":
                yield from map(Found, AGES)

    # -- out of the archive ----------------------------------------------------------------------

    def _reader(self) -> "Reader":
        """Open the archive of the place that the words before the command name."""
        from archive.store.sqlite import open_reader

        if (folder := self._root.get("folder")) is not None:
            os.chdir(folder)
            self._root["folder"] = None
        return open_reader(Place(stated_config=self._root.get("config_path")).archive_url)

    def _rows(self, sql: str, *values: object) -> list[tuple[str, str | None]]:
        reader = self._reader()
        try:
            return [(str(row[0]), row[1]) for row in reader.rows(sql, values)]
        finally:
            reader.close()

    def _feeds(self) -> Iterator[Found]:
        rows = self._rows("SELECT name, coalesce(title, stated_title) FROM feeds ORDER BY name")
        yield from (Found(*row) for row in rows)

    def _saved(self) -> Iterator[Found]:
        rows = self._rows("SELECT name, query FROM saved_searches ORDER BY name")
        yield from (Found(*row) for row in rows)

    def _languages(self) -> Iterator[Found]:
        rows = self._rows("SELECT DISTINCT lang, NULL FROM word ORDER BY lang")
        yield from (Found(*row) for row in rows if row[0])

    def _ids(self) -> Iterator[Found]:
        rows = self._rows(
            "SELECT a.public_id, r.title FROM articles AS a JOIN variants AS v"
            " ON v.id = a.primary_variant_id JOIN revisions AS r ON r.id = v.revision_id"
            " WHERE a.merged_into IS NULL ORDER BY a.effective_at DESC LIMIT ?",
            N_IDS,
        )
        yield from (Found(*row) for row in rows)

    def _tags(self) -> Iterator[Found]:
        from archive.store.instants import NEVER
        from archive.store.tagcounts import count_tags

        reader = self._reader()
        try:
            newest = reader.rows(
                "SELECT revision FROM search_row WHERE is_primary AND valid_to = ? ORDER BY key DESC LIMIT ?",
                (NEVER, N_TAGGED),
            )
            counts = count_tags(reader, [revision for (revision,) in newest])
        finally:
            reader.close()
        for one in counts:
            # Between two words of a value a shell, and a query, would see an end.
            if " " not in one.tag:
                yield Found(one.tag, f"{one.n_articles} articles")


def _begun(values: Iterator[Found], incomplete: str, before: str = "") -> Iterator[CompletionItem]:
    """Yield the values that begin so, on one line each."""
    from archive.terminal import cut, printable

    for found in values:
        if found.value.lower().startswith(incomplete.lower()):
            told = cut(printable(found.help), 60) if found.help else None
            yield CompletionItem(before + printable(found.value), help=told)


def _query_fields() -> Iterator[Found]:
    from archive.search.query import FIELDS

    yield from (Found(f"{field}:") for field in FIELDS)


def _row_fields() -> Iterator[Found]:
    from archive.commands.hits import FIELDS, MORE_FIELDS

    yield from map(Found, (*FIELDS, *MORE_FIELDS))
