"""What leaves the archive as documents: values in, bytes out, and files written whole or not at all.

Public names: `publish_merged` (merged.py) settles an archive and brings its folder up to date; `publish` (publish.py)
writes the subscription document into a folder; `render` (atom.py) makes its bytes.
Downwards inside this folder: merged -> publish -> series -> atom -> document -> plain.
"""

from typing import Any

__all__ = ["publish", "publish_merged", "render"]


def __getattr__(name: str) -> Any:
    if name == "publish_merged":
        from archive.output.merged import publish_merged

        return publish_merged
    if name == "publish":
        from archive.output.publish import publish

        return publish
    if name == "render":
        from archive.output.atom import render

        return render
    raise AttributeError(f"module 'archive.output' has no attribute {name!r}")
