"""What leaves the archive as documents: values in, bytes out, and files written whole or not at all.

Public names: `publish` (publish.py) writes the subscription document into a folder; `render` (atom.py) makes its bytes.
Downwards inside this folder: publish -> atom -> document -> plain.
"""

from typing import Any

__all__ = ["publish", "render"]


def __getattr__(name: str) -> Any:
    if name == "publish":
        from archive.output.publish import publish

        return publish
    if name == "render":
        from archive.output.atom import render

        return render
    raise AttributeError(f"module 'archive.output' has no attribute {name!r}")
