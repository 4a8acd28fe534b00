"""The pages for people, the feed over HTTP and what hubs call: a process of its own, which writes the inbox alone.

Public name: `create` (app.py), the Starlette application; `serve` (serving.py) runs it.
Downwards inside this folder: serving -> app -> documents, callbacks, pages -> sheet -> body, views; guards.
"""

from typing import Any

__all__ = ["create", "serve"]


def __getattr__(name: str) -> Any:
    if name == "create":
        from archive.web.app import create

        return create
    if name == "serve":
        from archive.web.serving import serve

        return serve
    raise AttributeError(f"module 'archive.web' has no attribute {name!r}")
