"""Looking after an archive: check, dump, load, backup, migrate, reindex, erase. Called by the root command alone."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.store import Store
    from archive.store.erasing import Erased

STANDARD = "-"

# -- check -----------------------------------------------------------------------------------


@click.command(epilog="\b\nEXAMPLES\n  newsarchive check\n  newsarchive check --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def check(place: Place, as_json: bool) -> int | None:
    """Look for damage in the archive: the file, its search index, and every promise it makes.

    Reads all of it, and keeps writers waiting meanwhile. Exit 1 when anything is wrong.
    """
    from archive import terminal
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        troubles = store.check()
        path = store.path
    if as_json:
        found = [
            {"what": one.what, "n_found": one.n_found, "examples": list(one.examples)}
            for one in troubles
        ]
        terminal.echo_json({"schema": 1, "ok": not troubles, "troubles": found})
    elif not troubles:
        terminal.echo("ok")
    for trouble in () if as_json else troubles:
        terminal.echo_row((trouble.what, trouble.n_found, ", ".join(trouble.examples)))
    if troubles:
        terminal.say(
            f"{terminal.path(path)} is not sound: restore a backup, or dump and load what can be read"
        )
        return 1
    return None


# -- dump, load ------------------------------------------------------------------------------


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive dump archive.jsonl\n"
    "  newsarchive dump --no-bodies - | zstd > archive.jsonl.zst"
)
@click.argument("file", default=STANDARD)
@click.option("--no-bodies", is_flag=True, help="Leave out the raw documents and pages.")
@pass_place
def dump(place: Place, file: str, no_bodies: bool) -> None:
    """Write every table as JSON lines, to FILE or to a pipe (-).

    The same archive gives the same bytes, and load gives the same archive. A running service
    is not disturbed.
    """
    from archive import terminal
    from archive.store import Store

    if file == STANDARD and place.is_terminal:
        raise UsageError("a dump is for a file or a pipe: newsarchive dump FILE")
    with Store.open(place.archive_url) as store, _written(file, store.path) as out:
        counts = store.dump(out, with_bodies=not no_bodies)
    terminal.say(f"{_told(counts)} written" + ("" if file == STANDARD else f" to {file}"))


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive -C new load archive.jsonl\n"
    "  zstd -dc archive.jsonl.zst | newsarchive -C new load -"
)
@click.argument("file")
@pass_place
def load(place: Place, file: str) -> None:
    """Fill a new archive from a dump, from FILE or a pipe (-), and index it.

    The archive is made where none is; one that holds feeds is refused. Of a dump that is cut or
    damaged nothing is kept.
    """
    from archive import terminal
    from archive.store import Store
    from archive.store.opening import path_of

    path = path_of(place.archive_url)
    is_new = not path.exists()
    try:
        with _read(file) as lines, Store.open(place.archive_url, create=True) as store:
            counts = store.load(lines)
    except BaseException:
        if is_new:
            _remove(path)
        raise
    terminal.say(f"{_told(counts)} loaded into {terminal.path(path)}")


@contextlib.contextmanager
def _written(file: str, archive: Path) -> Iterator[IO[str]]:
    """Open FILE for a dump; it gets its name once it is whole."""
    if file == STANDARD:
        out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
        yield out
        out.detach()  # flushed; stdout stays open
        return
    path = Path(file)
    if path.exists() and path.samefile(archive):
        raise UsageError(f"{file} is the archive itself; name another file")
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as out:
            yield out
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextlib.contextmanager
def _read(file: str) -> Iterator[IO[str]]:
    if file == STANDARD:
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
        return
    with Path(file).open(encoding="utf-8") as lines:
        yield lines


def _remove(path: Path) -> None:
    """Take away an archive that this command began."""
    from archive.store.opening import bodies_path_of

    for file in (path, bodies_path_of(path)):
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)


def _told(counts: dict[str, int]) -> str:
    from archive import terminal

    told = ("feeds", "articles", "sightings", "revisions", "bodies")
    return ", ".join(f"{terminal.number(counts.get(name, 0))} {name}" for name in told)


# -- backup, migrate, reindex ----------------------------------------------------------------


@click.command(epilog="\b\nEXAMPLES\n  newsarchive backup\n  newsarchive backup copy.db")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_place
def backup(place: Place, file: Path | None) -> None:
    """Copy the archive to FILE, or into the folder of [backup] dir, and check the copy.

    Works beside a running service. The copy is an archive; raw bodies are not in it.
    """
    from archive import terminal
    from archive.store import Store

    settings = place.load_config().backup
    if file is None and settings.dir is None:
        raise UsageError("no folder for backups: set [backup] dir, or name a file")
    if file is not None and file.exists():
        raise UsageError(f"{file} is there already; name another file")
    with Store.open(place.archive_url) as store:
        if file is not None:
            store.copy_to(file)
        elif settings.dir is not None:
            file = store.back_up(settings.dir, now=place.now(), keep=settings.keep)
    assert file is not None, "one of the two made it"
    terminal.echo(f"{terminal.path(file)}    {terminal.size(file.stat().st_size)}, checked")


@click.command(epilog="\b\nEXAMPLES\n  newsarchive migrate")
@pass_place
def migrate(place: Place) -> None:
    """Bring an older archive up to date, after a copy of it was made beside it.

    An archive that is up to date is left alone; one is made where none is.
    """
    from archive import terminal
    from archive.store import Store
    from archive.store.opening import path_of

    path = path_of(place.archive_url)
    if not path.exists():
        Store.open(place.archive_url, create=True).close()
        terminal.echo(f"made   {terminal.path(path)}")
        return
    from archive.store.migrating import migrate_at

    before, after, copy = migrate_at(place.archive_url, now=place.now())
    if copy is None:
        terminal.echo(f"schema {after}: already up to date, nothing changed")
        return
    terminal.echo(f"schema {before} -> {after}    the archive as it was: {terminal.path(copy)}")


@click.command(epilog="\b\nEXAMPLES\n  newsarchive reindex")
@pass_place
def reindex(place: Place) -> None:
    """Make the search index anew from the stored texts; searching and polling go on meanwhile."""
    from archive import terminal
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        n_rows = store.reindex()
    terminal.echo(f"{terminal.number(n_rows)} revisions indexed")


# -- erase -----------------------------------------------------------------------------------


@click.command(
    epilog='\b\nEXAMPLES\n  newsarchive erase k7q2\n  newsarchive erase k7q2 --yes --why "order of 3 May"'
)
@click.argument("article_id", metavar="ID", required=False)
@click.option("--why", help="Kept with the erasure.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--wipe", is_flag=True, help="Only clean the files of what was erased before.")
@pass_place
def erase(
    place: Place, article_id: str | None, why: str | None, yes: bool, wipe: bool
) -> int | None:
    """Remove an article for good: texts, revisions, sightings, index, raw documents, closed pages.

    Its addresses and guids are refused from then on, and subscribers are told that it was
    removed. There is no undo. Backups and copies keep it; they are named.
    """
    from archive import terminal
    from archive.store import Store

    if (article_id is None) != wipe:
        raise UsageError("name the article to erase: newsarchive erase ID")
    with Store.open(place.archive_url) as store:
        left = [] if article_id is None else _erase(place, store, article_id, why=why, yes=yes)
        is_wiped = store.wipe()
        left += _copies(place, store.path)
    for name in left:
        terminal.say(f"still holds what was erased: {name}")
    if not is_wiped:
        terminal.say(
            "another process reads the archive, so its files keep traces; once that has ended: "
            "newsarchive erase --wipe"
        )
        return 1
    return None


def _erase(
    place: Place, store: "Store", article_id: str, *, why: str | None, yes: bool
) -> list[str]:
    """Erase an article in the archive and in what was published; returns the closed pages that still hold it."""
    from archive import terminal
    from archive.front import Archive

    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
    if not yes:
        _must_be_meant(article.id, article.face.title)
    erased = store.erase(article.id, who=who_runs(), why=why, now=place.now())
    terminal.echo(
        f"erased {erased.article_id}: {erased.n_sightings} sightings, {erased.n_revisions} revisions, "
        f"{erased.n_contents} texts, {erased.n_bodies} raw documents"
    )
    if erased.n_shared_keys:
        terminal.say(
            f"{erased.n_shared_keys} of its addresses or guids belong to other articles too and are not refused"
        )
    return _take_back(place, store, erased)


def _must_be_meant(public_id: str, title: str) -> None:
    from archive import terminal

    terminal.say(f"{public_id}  {terminal.printable(title)}")
    if not sys.stdin.isatty():
        raise UsageError(f"erasing cannot be undone: newsarchive erase {public_id} --yes")
    typed = click.prompt("type its whole id to erase it for good", err=True)
    if typed.strip() != public_id:
        raise UsageError("that is another id; nothing was erased")


def who_runs() -> str:
    """Return who is at the keyboard, for what is done by hand and kept."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a process without a user's name: some containers
        return "cli"


def _take_back(place: Place, store: "Store", erased: "Erased") -> list[str]:
    """Rewrite what was published of it, as far as it can be; returns the closed pages that still hold it."""
    from archive.output.erased import rewrite_pages
    from archive.output.merged import publish_merged

    config = place.load_config()
    left = rewrite_pages(store, config, erased.pages) if erased.pages else ()
    if erased.is_published:
        publish_merged(store, config, now=place.now())
    return [f"page {number} of {name}" for name, number in left]


def _copies(place: Place, path: Path) -> list[str]:
    """Return the copies that were made before: of migrations, and in the folder of [backup] dir."""
    from archive import terminal

    found = list(path.parent.glob(f"{path.stem}-schema*{path.suffix}"))
    folder = place.load_config().backup.dir
    if folder is not None:
        found += folder.glob(f"{path.stem}-*{path.suffix}")
    return [terminal.path(copy) for copy in sorted(found)]
