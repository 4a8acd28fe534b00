"""The demo's own folder: emptied of an earlier demo's files and of nothing else, and given its config.toml."""

import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from archive.errors import Busy, UsageError
from archive.store.locks import service_holder

MARK = "# Written by `newsarchive demo`, which writes it anew each time. Yours to read and try things with."

CONFIG_FILE = "config.toml"
ARCHIVE_FILE = "archive.db"

MADE_BY_A_DEMO = (
    CONFIG_FILE,
    "archive*.db",
    "archive*.db-wal",
    "archive*.db-shm",
    "archive.lock",
    "feed*.xml",
    "feed*.xml.gz",
    "feed.css",
    "index.html",
    ".feed*.new",
    ".index*.new",
)
"""What a demo and the commands it runs leave; whatever else lies in the folder is somebody's."""


def prepare(folder: Path, feeds: Sequence[tuple[str, str]]) -> None:
    """Make `folder` anew, with a config.toml that subscribes to `feeds` (name, address).

    Raises UsageError, and touches nothing, if anything lies there that no demo made; Busy if a service runs on it.
    """
    _must_be_ours(folder)
    holder = service_holder(folder / ARCHIVE_FILE) if folder.exists() else None
    if holder is not None:
        raise Busy(
            f"a service runs on {folder / ARCHIVE_FILE} ({holder}): stop it first", holder=holder
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The marked file goes last and comes first: a demo that is killed leaves a folder that is known as one.
        for path in sorted(folder.iterdir(), key=lambda path: path.name == CONFIG_FILE):
            path.unlink()
        (folder / CONFIG_FILE).write_text(config_text(feeds), "utf-8")
    except OSError as fault:
        raise UsageError(
            f"{folder} cannot be written ({fault.strerror}): name another with --dir"
        ) from fault


def _must_be_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder for the demo with --dir")
    found = sorted(folder.iterdir())
    strange = [path.name for path in found if not _is_ours(path)]
    if found and not strange and not _is_marked(folder / CONFIG_FILE):
        strange = [path.name for path in found]
    if strange:
        raise UsageError(
            f"{folder} holds {strange[0]}, which no demo made, so nothing was touched: name another folder with --dir"
        )


def _is_ours(path: Path) -> bool:
    is_named_so = any(fnmatch(path.name, pattern) for pattern in MADE_BY_A_DEMO)
    return is_named_so and path.is_file() and not path.is_symlink()


def _is_marked(config: Path) -> bool:
    try:
        with config.open(encoding="utf-8") as file:
            return file.readline().rstrip("\n") == MARK
    except (OSError, UnicodeDecodeError):
        return False


def config_text(feeds: Sequence[tuple[str, str]]) -> str:
    """Return the demo's config.toml."""
    lines = [
        MARK,
        "",
        "[archive]",
        f'url = "{ARCHIVE_FILE}"',
        'timezone = "UTC"',
        "",
        "[fetch]",
        'contact = "the reader of this demo"',
        "# The papers are on this machine: the guard against private addresses lets them pass,",
        "# and they need no rest between two requests.",
        'allow_networks = ["127.0.0.0/8"]',
        "min_host_gap_s = 0",
        "",
        "[publish]",
        'dir = "."',
        'title = "The sample news of newsarchive"',
        "settle_s = 0",
    ]
    for name, url in feeds:
        # A JSON string is a TOML string.
        lines += ["", "[[feeds]]", f"url = {json.dumps(url)}", f"name = {json.dumps(name)}"]
    return "\n".join(lines) + "\n"
