"""The sample news world behind `newsarchive demo`: its papers, its loopback server, and the run that shows them.

Downwards: `show` (the run) > `atomcheck` (is the feed valid), `server` (`Newsroom`) > `documents`, `pages` (what a
paper sends) > `papers` (what it has to tell; the texts lie in `world/`, a file a paper). Holds no part of the
pipeline: the archive meets these papers as it meets any other, over HTTP.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.demo.papers import ROUNDS, Paper, load_papers
    from ingest.demo.server import Newsroom

_HOMES = {
    "ROUNDS": "papers",
    "Paper": "papers",
    "load_papers": "papers",
    "Newsroom": "server",
}

__all__ = ["ROUNDS", "Newsroom", "Paper", "load_papers"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
