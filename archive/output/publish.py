"""Writes the published documents into a folder: whole or not at all, and only what changed.

Fit for any web server: `feed.xml` with `feed.xml.gz` beside it, `feed.css` for who opens it in a browser, and
`index.html`, a page that says what the folder is. Called by the publish command and the service, after the
publications it renders are durable. Every byte goes through `write_whole`, so a kill at any point leaves the old file
or the new one, and the next call mends what is missing.
"""

import contextlib
import fcntl
import gzip
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from archive.errors import UsageError
from archive.model.kept import PublishedEntry
from archive.output.atom import render_filled
from archive.output.document import FeedFacts, updated_at
from archive.output.plain import address_of, language_tag, rfc3339, title_of
from archive.output.series import page_file

FEED_FILE: Final = "feed.xml"
STYLE_FILE: Final = "feed.css"
INDEX_FILE: Final = "index.html"

INDEX_ENTRIES: Final = 100
"""So many headlines on the folder's page: what a person scrolls through."""

_FEED_ID: Final = re.compile(rb"<id>(tag:[^<]{1,500}:feed)</id>")

_GZIP_LEVEL: Final = 6
"""512 kB of feed: level 6 takes 11 ms and leaves 25 %, level 9 takes 22 ms and leaves 0.2 points less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """The feed's file, how many entries and bytes are in it, and whether it differs from what stood there."""

    path: Path
    n_entries: int
    n_bytes: int
    changed: bool


def publish(
    entries: Iterable[PublishedEntry],
    feed: FeedFacts,
    folder: Path,
    *,
    renews_ids: bool = False,
    dry_run: bool = False,
) -> PublishResult:
    """Render `entries` and bring `folder` up to date with it; files that are right already are not touched.

    The feed's file is written last, so that what it names is there. With `dry_run` nothing is written; the result
    says what would be. Raises UsageError where the folder cannot be written, and where the feed in it has ids of
    another domain or start date: all subscribers would be given all articles again (`renews_ids` allows it).
    """
    document, shown = render_filled(entries, feed=feed)
    newest_at = updated_at(shown, feed)
    path = folder / FEED_FILE
    if not renews_ids:
        _keep_ids(path, feed)
    if dry_run:
        return _result(path, document, shown, changed=_held(path) != document)
    with _cured(folder), _alone_in(folder):
        write_changed(folder / STYLE_FILE, style())
        write_changed(folder / INDEX_FILE, _index(shown, feed, newest_at), stamp=newest_at)
        packed = gzip.compress(document, compresslevel=_GZIP_LEVEL, mtime=0)
        write_changed(folder / f"{FEED_FILE}.gz", packed, stamp=newest_at)
        changed = write_changed(path, document, stamp=newest_at)
    return _result(path, document, shown, changed=changed)


def write_pages(folder: Path, name: str, n_closed: int, read: Callable[[int], bytes]) -> int:
    """Write the closed pages 1 to `n_closed` that are not in `folder` yet; returns how many.

    A page that is there is never touched: its bytes were final when it was closed. `read` gives a page's bytes.
    """
    n_written = 0
    with _cured(folder), _alone_in(folder):
        for number in range(1, n_closed + 1):
            path = folder / page_file(name, number)
            if not path.exists():
                write_whole(path, read(number))
                n_written += 1
    return n_written


def _result(
    path: Path, document: bytes, shown: Iterable[PublishedEntry], *, changed: bool
) -> PublishResult:
    n_entries = sum(entry.tombstone is None for entry in shown)
    return PublishResult(path=path, n_entries=n_entries, n_bytes=len(document), changed=changed)


def _keep_ids(path: Path, feed: FeedFacts) -> None:
    """Refuse to replace a feed of ours whose ids were minted elsewhere."""
    held = _FEED_ID.search((_held(path) or b"")[:4_000])
    if held is None or held[1].decode("utf-8", "replace") == feed.id:
        return
    raise UsageError(
        f"the feed in {path.parent} has ids of {held[1].decode('utf-8', 'replace')}, the settings give {feed.id}: "
        "a changed [publish] domain or since re-delivers every article to every subscriber. "
        "Set them back, or allow it with --yes"
    )


def _held(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def style() -> bytes:
    """Return the style of the document in a browser."""
    return files("archive.output").joinpath(STYLE_FILE).read_bytes()


def write_changed(path: Path, content: bytes, *, stamp: datetime | None = None) -> bool:
    """Write `content` if the file does not hold it already; returns whether it was written.

    `stamp` becomes the file's time, which servers send as Last-Modified; a file never gets an older time than the
    one it replaces, since clients compare it.
    """
    held = _held(path)
    if held == content:
        return False
    seconds = None
    if stamp is not None:
        seconds = int(stamp.timestamp())
        if held is not None:
            seconds = max(seconds, int(path.stat().st_mtime) + 1)
    write_whole(path, content, mtime_s=seconds)
    return True


def write_whole(path: Path, content: bytes, *, mtime_s: int | None = None) -> None:
    """Put `content` at `path` durably, so that whoever reads sees the old file or the new one, never a part."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if mtime_s is not None:
        os.utime(draft, (mtime_s, mtime_s))
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make the folder and hold it: the service and a command may publish at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _cured(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"cannot write the feed into {folder}: {error.strerror or error}; "
            "make the folder writable, make room, or set another [publish] dir"
        ) from error


def _index(entries: Iterable[PublishedEntry], feed: FeedFacts, newest_at: datetime) -> bytes:
    """Return the folder's page: what this is, how to subscribe, the newest headlines."""
    items = [_item(entry) for entry in entries if entry.tombstone is None][:INDEX_ENTRIES]
    title = escape(feed.title)
    return _INDEX.format(
        title=title,
        feed=FEED_FILE,
        feed_url=escape(feed.self_url),
        page_url=escape(feed.page_url),
        newest=rfc3339(newest_at),
        items="\n".join(items) or "<li>Nothing yet.</li>",
    ).encode("utf-8")


def _item(entry: PublishedEntry) -> str:
    url = address_of(entry.revision)
    language = language_tag(entry.revision.language)
    title = escape(title_of(entry.revision))
    lang = "" if language is None else f' lang="{language}"'
    linked = title if url is None else f'<a href="{escape(url)}">{title}</a>'
    at = rfc3339(entry.revision.published_at or entry.first_seen_at)
    place = escape(entry.origin_title)
    return (
        f'<li><span dir="auto"{lang}>{linked}</span> <small>{place}, <time>{at}</time></small></li>'
    )


_INDEX: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="alternate" type="application/atom+xml" title="{title}" href="{feed}">
<style>
body {{ max-width: 66ch; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }}
li {{ margin-block: .75rem; }}
small {{ display: block; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>A web feed: paste <a href="{feed}">{feed_url}</a> into a feed reader, and new articles come to you.
Search and older articles: <a href="{page_url}">{page_url}</a>. Newest: <time>{newest}</time>.</p>
<ol reversed>
{items}
</ol>
</body>
</html>
"""
