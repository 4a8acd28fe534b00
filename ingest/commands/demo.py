"""`newsarchive demo`: the whole of it on a small sample of the news, with no network."""

from pathlib import Path

import click

from archive.commands.place import Place, pass_place


@click.command(epilog="EXAMPLES\n\n  newsarchive demo\n\n  newsarchive demo --dir /tmp/news")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="The folder for its archive and feed: made anew each time, refused if other things lie in it.",
)
@pass_place
def demo(place: Place, folder: Path) -> int:
    """Show the archive at work on sample news: ten papers on this machine, two days, no network.

    Runs the commands you have: poll, publish, search, diff. Afterwards the folder is yours to try things in.
    """
    from ingest.demo.show import show

    return show(place, folder)
