"""The settings: config.toml and the environment, read whole and checked whole; all mistakes are told at once.

Public names: `load`, `origins` (reader.py), `find` (places.py), `zone_of` (zone.py), `is_private_url` (rules.py),
`Config` and a value a section (settings.py). Inside, from top to bottom: reader -> rules -> lines, places, zone,
settings. Nothing here opens an archive or asks the network.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for the type checker, which cannot see through `__getattr__`
    from archive.config.places import find
    from archive.config.reader import load, origins
    from archive.config.rules import is_private_url
    from archive.config.settings import (
        ArchiveSettings,
        BackupSettings,
        Config,
        FeedSettings,
        FetchSettings,
        LogSettings,
        PaceSettings,
        PageSettings,
        PublishSettings,
        ServiceSettings,
        WebSettings,
    )
    from archive.config.zone import zone_of

__all__ = [
    "ArchiveSettings",
    "BackupSettings",
    "Config",
    "FeedSettings",
    "FetchSettings",
    "LogSettings",
    "PaceSettings",
    "PageSettings",
    "PublishSettings",
    "ServiceSettings",
    "WebSettings",
    "find",
    "is_private_url",
    "load",
    "origins",
    "zone_of",
]

_HOMES = {
    "find": "places",
    "is_private_url": "rules",
    "load": "reader",
    "origins": "reader",
    "zone_of": "zone",
}
"""Where the names lie that are not in settings.py."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"archive.config.{_HOMES.get(name, 'settings')}"), name)
    raise AttributeError(f"module 'archive.config' has no attribute {name!r}")
