"""tag and tags: names that people put on articles, one or many at once, and how often each is used.

Called by the root command alone.
"""

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from archive.commands.place import Place, pass_place
from archive.commands.search import QueryCommand
from archive.errors import NotFound, UsageError

if TYPE_CHECKING:
    from archive.front import Archive

MOST_COUNTED: Final = 10_000
"""Articles whose tags are counted, the newest that match: as with every facet."""

SHOWN: Final = 5
"""Headlines named before many articles are tagged."""

_OPTIONS: Final = frozenset({"-h", "-n", "-y"})
_ID: Final = re.compile(r"[a-z2-7]{4,16}")
WHOLE_ID: Final = 16


class TagCommand(click.Command):
    """A command in whose arguments `-oud` is a tag to take off, not a bundle of options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hide such words from the option parser behind a space."""
        return super().parse_args(
            ctx,
            [f" {arg}" if re.match(r"-[^-]", arg) and arg not in _OPTIONS else arg for arg in args],
        )


class Words(NamedTuple):
    """What was typed: what to tag, the tags to put on, and those to take off."""

    targets: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def words_of(typed: Sequence[str]) -> Words:
    """Part the words of a command: one that begins with + or - and has no space is a tag.

    So a query that excludes a word stands in quotes, as one argument: 'stikstof -voetbal'.
    """
    from archive.identity.folding import fold
    from archive.store.labelling import tag_of

    targets: list[str] = []
    signed: dict[str, list[str]] = {"+": [], "-": []}
    for word in (one.strip() for one in typed):
        if word[:1] in signed and len(word) > 1 and not re.search(r"\s", word):
            signed[word[0]].append(tag_of(word[1:]))
        elif word:
            targets.append(word)
    if not (signed["+"] or signed["-"]):
        raise UsageError("no tag: write +dossier to put one on, -dossier to take one off")
    if not targets:
        raise UsageError("which articles? name ids, or a query: newsarchive tag stikstof +dossier")
    removed = set(map(fold, signed["-"]))
    if both := [tag for tag in signed["+"] if fold(tag) in removed]:
        raise UsageError(f"{', '.join(both)} cannot be put on and taken off at once")
    return Words(tuple(targets), tuple(signed["+"]), tuple(signed["-"]))


@click.command(
    cls=TagCommand,
    epilog="""\b
EXAMPLES
  newsarchive tag k7q2 +dossier
  newsarchive tag stikstof since:7d +dossier --dry-run
  newsarchive tag 'stikstof -voetbal' +dossier -todo --yes
  newsarchive search tag:dossier""",
)
@click.argument("words", metavar="ID...|QUERY +TAG... -TAG...", nargs=-1, required=True)
@click.option("-n", "--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before many articles are tagged.")
@click.option("--query", "is_query", is_flag=True, help="The words are a query, not ids.")
@pass_place
def tag(
    place: Place, words: tuple[str, ...], dry_run: bool, yes: bool, is_query: bool
) -> int | None:
    """Put tags on articles (+dossier) and take tags off them (-dossier): of some ids, or of all a query finds.

    Every word that begins with + or - is a tag; a query that excludes a word stands in quotes. What
    feeds and pages state stays as it was, and undo takes the whole command back.
    """
    from archive import terminal as t
    from archive.commands.upkeep import who_runs
    from archive.store import Store, labelling

    typed = words_of(words)
    ids, heads, is_named = _articles(place, typed.targets, is_query=is_query)
    if not ids:
        t.say("nothing found; newsarchive search says why")
        return 1
    signs = " ".join([*(f"+{one}" for one in typed.added), *(f"-{one}" for one in typed.removed)])
    command = f"tag {' '.join(typed.targets)} {signs}"
    with Store.open(place.archive_url) as store:

        def run(part: Sequence[str], number: int | None, *, is_trial: bool) -> labelling.Tagged:
            return labelling.tag(
                store, part, added=typed.added, removed=typed.removed, who=who_runs(),
                command=command, now=place.now(), dry_run=is_trial, number=number,
            )  # fmt: skip

        parts = [ids[at : at + labelling.AT_ONCE] for at in range(0, len(ids), labelling.AT_ONCE)]
        n_changed = sum(run(part, None, is_trial=True).n_changed for part in parts)
        told = f"{t.number(n_changed)} of {t.number(len(ids))} articles: {t.printable(signs)}"
        if not n_changed:
            t.echo(f"already so, nothing changed    {told}")
            return None
        if dry_run:
            t.echo(f"would tag {told}")
            _show_heads(heads, len(ids))
            return None
        if len(ids) > 1 and not is_named and not yes:
            _must_be_meant(told, heads, len(ids))
        number = None
        with t.Progress("tag", total=len(ids), unit="articles") as progress:
            for part in parts:
                number = run(part, number, is_trial=False).undo
                progress.step(len(part))
    t.echo(f"tagged {told}")
    t.say(f" undo: newsarchive undo {number}")
    return None


def _articles(
    place: Place, targets: Sequence[str], *, is_query: bool
) -> tuple[list[str], list[str], bool]:
    """Return the whole ids of what is named or found, some headlines, and whether each was named by its id."""
    from archive.commands.matching import matching_ids, searching
    from archive.front import Archive
    from archive.store.sqlite import open_reader

    query = " ".join(targets)
    with Archive.open(place.archive_url) as archive:
        named = [] if is_query else _named(archive, targets)
        if named:
            _must_be_clear(place, archive, targets, query)
            ids = list(dict.fromkeys(named))
        else:
            reader = open_reader(place.archive_url)
            try:
                with searching(place, reader, query) as search:
                    ids = matching_ids(search)
            finally:
                reader.close()
        heads = [archive.article(one).face.title for one in ids[:SHOWN]]
    return ids, heads, bool(named)


def _named(archive: "Archive", targets: Sequence[str]) -> list[str]:
    """Return the whole ids of articles, if each word is one's id; else nothing."""
    if not all(_ID.fullmatch(word.lower()) for word in targets):
        return []
    try:
        return [archive.article(word).id for word in targets]
    except NotFound:
        return []


def _must_be_clear(place: Place, archive: "Archive", targets: Sequence[str], query: str) -> None:
    """Raise UsageError where a beginning of an id is a word that articles have, too."""
    if all(len(word) == WHOLE_ID for word in targets):
        return
    found = archive.search(query, limit=1, now=place.now(), timezone=place.zone)
    if found.n_total:
        raise UsageError(
            f"{query!r} begins an article's id, and {found.n_total} articles have it as a word:"
            " type the whole id, or add --query"
        )


def _show_heads(heads: Sequence[str], n: int) -> None:
    from archive import terminal as t

    for head in heads:
        t.say(f"  {t.cut(t.printable(head) or '(no headline)', t.columns() - 4)}")
    if n > len(heads):
        t.say(f"  and {t.number(n - len(heads))} more")


def _must_be_meant(told: str, heads: Sequence[str], n: int) -> None:
    """Ask before many articles change; UsageError where nobody is there to answer, Abort for no."""
    from archive import terminal as t

    if not (t.is_terminal(sys.stdin) and t.is_terminal(sys.stderr)):
        raise UsageError(f"would tag {told}\nadd --yes to do it, --dry-run to look first")
    _show_heads(heads, n)
    click.confirm(f"tag {told}?", abort=True, err=True)


# -- tags ------------------------------------------------------------------------------------


@click.command(
    cls=QueryCommand,
    epilog="\b\nEXAMPLES\n  newsarchive tags\n  newsarchive tags stikstof since:1y --top 5\n"
    "  newsarchive tags --by-hand --json",
)
@click.argument("words", metavar="QUERY...", nargs=-1)
@click.option("--by-hand", is_flag=True, help="Only tags that somebody put on by hand.")
@click.option(
    "--top", type=click.IntRange(1, 10_000), default=20, show_default=True, help="So many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def tags(
    place: Place, words: tuple[str, ...], by_hand: bool, top: int, as_json: bool
) -> int | None:
    """List the tags of the articles that a query finds (of all, without one), the most frequent first.

    Beside each: on how many articles, and on how many of those somebody put it by hand.
    """
    from contextlib import closing

    from archive import terminal as t
    from archive.commands.matching import matching_revisions, searching
    from archive.store.sqlite import open_reader
    from archive.store.tagcounts import count_tags

    query = " ".join(words).strip()
    with (
        closing(open_reader(place.archive_url)) as reader,
        searching(place, reader, query) as search,
    ):
        revisions = matching_revisions(search, limit=MOST_COUNTED)
        counts = count_tags(reader, revisions)
    if by_hand:
        counts = tuple(one for one in counts if one.n_by_hand)
    if as_json:
        held = [
            {"tag": one.tag, "articles": one.n_articles, "by_hand": one.n_by_hand}
            for one in counts[:top]
        ]
        is_bounded = len(revisions) == MOST_COUNTED
        t.echo_json(
            {
                "schema": 1,
                "query": query,
                "articles": len(revisions),
                "is_bounded": is_bounded,
                "tags": held,
            }
        )
    else:
        for one in counts[:top]:
            if place.is_terminal:
                hand = f"  {t.number(one.n_by_hand)} by hand" if one.n_by_hand else ""
                t.echo(
                    t.cut(
                        f" {t.number(one.n_articles):>7}  {t.printable(one.tag)}{hand}", t.columns()
                    )
                )
            else:
                t.echo_row([one.n_articles, one.tag, one.n_by_hand])
    if not counts:
        t.say("no tag; put one on with: newsarchive tag ID +dossier")
        return 1
    which = "the newest that match" if len(revisions) == MOST_COUNTED else "all that match"
    t.say(
        f" {t.number(min(top, len(counts)))} of {t.number(len(counts))} tags,"
        f" of {t.number(len(revisions))} articles, {which}"
    )
    return None
