"""What is kept, and every way out of it: rows, hits, feeds, pages.

Public names: `Archive` (archive/front.py), the reading face of an archive file or database.
Nothing here imports `ingest`; the way in hands over values from `archive.model`.
"""

from typing import Any

__all__ = ["Archive", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Archive":
        from archive.front import Archive

        return Archive
    raise AttributeError(f"module 'archive' has no attribute {name!r}")
