"""`publish` and `serve`: the merged feed as a file, and the pages and feed over HTTP."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from archive.commands.place import Instant, Place, pass_place

if TYPE_CHECKING:
    from archive.output.publish import PublishResult


@click.command(
    epilog="EXAMPLES\n\n  newsarchive publish\n\n  newsarchive publish --dry-run\n\n"
    "  newsarchive publish --at 2026-11-24T09:00:00Z"
)
@click.option(
    "--at",
    type=Instant(),
    metavar="INSTANT",
    help="As if it were that instant (RFC 3339): replays, tests.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, change nothing.")
@click.option("--yes", is_flag=True, help="Allow new ids after a change of domain or since.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def publish(place: Place, at: datetime | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Write the merged feed into the folder of [publish] dir.

    Articles whose page is still awaited come with the next one. A feed that is right already is
    not written again.
    """
    from archive.output.merged import publish_merged
    from archive.store import Store

    config = place.load_config()
    now = at or place.now()
    with Store.open(place.archive_url) as store:
        result = publish_merged(store, config, now=now, renews_ids=yes, dry_run=dry_run)
    _say(place, result, dry_run=dry_run, as_json=as_json)


@click.command(epilog="EXAMPLES\n\n  newsarchive serve\n\n  newsarchive serve --port 8500")
@click.option("--host", help="Address to listen on; loopback unless set in [web].")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one."
)
@pass_place
def serve(place: Place, host: str | None, port: int | None) -> None:
    """Serve the pages and the feed over HTTP until Ctrl-C.

    Reads the archive and changes nothing; works beside a running service and without one.
    """
    from dataclasses import replace

    from archive.web.serving import serve as serve_web

    config = place.load_config()
    web = config.web
    web = replace(web, host=host or web.host, port=web.port if port is None else port)
    serve_web(place.archive_url, replace(config, web=web), zone=place.zone)


def _say(place: Place, result: "PublishResult", *, dry_run: bool, as_json: bool) -> None:
    from archive import terminal

    if as_json:
        terminal.echo_json(
            {
                "schema": 1,
                "path": str(result.path),
                "n_entries": result.n_entries,
                "n_bytes": result.n_bytes,
                "changed": result.changed,
                "dry_run": dry_run,
            }
        )
        return
    word = "unchanged" if not result.changed else "would change" if dry_run else "written"
    if place.is_terminal:
        entries = "entry" if result.n_entries == 1 else "entries"
        figures = f"{terminal.number(result.n_entries)} {entries}, {terminal.size(result.n_bytes)}"
        terminal.echo(f"{terminal.path(result.path)}    {figures}, {word}")
    else:
        terminal.echo_row((result.path, result.n_entries, result.n_bytes, word))
