"""set: a field of an article corrected by hand. Called by the root alone."""

from collections.abc import Mapping, Sequence

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

NEVER_EMPTY = frozenset({"title", "text", "url", "published_at"})

# -- set -------------------------------------------------------------------------------------


@click.command(
    "set",
    epilog='\b\nEXAMPLES\n  newsarchive set k7q2 title="NAVO eens over vijf procent"\n'
    "  newsarchive set k7q2 authors='Marit Vos, Jan de Wit' published_at=2026-11-24T08:12+01:00",
)
@click.argument("article_id", metavar="ID")
@click.argument("fields", metavar="FIELD=VALUE...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@pass_place
def set_(place: Place, article_id: str, fields: tuple[str, ...], dry_run: bool) -> None:
    """Correct fields of an article by hand; what feeds and pages say of them later counts no more.

    FIELD is title, text, url, authors, section, tags, language, published_at, image_url or
    description; commas part authors and tags (newsarchive tag adds to the tags there are). Shown
    as a revision of yours, never as an edit of the publisher; what was stated stays.
    """
    from archive import terminal
    from archive.commands.upkeep import who_runs
    from archive.front import Archive
    from archive.store import Store

    values = _values(fields)
    with Store.open(place.archive_url) as store:
        undo = store.set_fields(
            article_id, values, who=who_runs(), now=place.now(), dry_run=dry_run
        )
    if undo is None:
        terminal.echo("already so, nothing changed")
        return
    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
        short = archive.short_id(article.id)
    said = "would set" if dry_run else "set"
    title = str(values.get("title", article.face.title))
    terminal.echo(f"{said} {', '.join(values)} of {short}    {terminal.printable(title)}")
    if not dry_run:
        terminal.say(f" undo: newsarchive undo {undo}")


def _values(fields: Sequence[str]) -> Mapping[str, object]:
    """Return what FIELD=VALUE words put, by field; UsageError for a word that is none."""
    from archive.record import hand_value
    from archive.terminal import printable

    values: dict[str, object] = {}
    for word in fields:
        name, is_given, text = word.partition("=")
        if not is_given:
            raise UsageError(f"{word!r} sets nothing; write it as FIELD=VALUE")
        if name in values:
            raise UsageError(f"{name} is set twice")
        text = "\n".join(printable(line) for line in text.splitlines())
        if name in NEVER_EMPTY and not text.strip():
            raise UsageError(f"{name} cannot be empty")
        values[name] = hand_value(name, text)
    return values
