"""The service's lock: `archive.lock` beside the archive, held by `newsarchive run` for its life.

It keeps a second service away; commands write beside a service through BEGIN IMMEDIATE and leases.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import Busy


def lock_path_of(archive: Path) -> Path:
    """Return the lock file of an archive: archive.db -> archive.lock."""
    return archive.with_suffix(".lock")


@contextmanager
def service_lock(archive: Path) -> Iterator[None]:
    """Hold the service's lock; raises Busy, naming the holder's pid and host."""
    path = lock_path_of(archive)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(path)
            raise Busy(
                f"a service already runs on {archive} ({holder}); stop it first, or use another archive",
                holder=holder,
            ) from None
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "host": socket.gethostname()}, file)
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def service_holder(archive: Path) -> str | None:
    """Return who runs a service on this archive ("pid 12 on host"), or None."""
    path = lock_path_of(archive)
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
    return None


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return f"pid {held['pid']} on {held['host']}"
    except (OSError, ValueError, KeyError):
        return "holder unknown"
