"""One request, from an address to a `FetchResult`: bounded, guarded, polite, and never raising for a site's fault.

Public names: `Client`, `WireSettings` (fetch.py), `Request`, `Fetched`, `NotModified`, `Failed`,
`FetchResult` (result.py), `HostTurns` (turns.py), `RobotsCache`, `Robots`, `parse_robots` (robots.py),
`host_of` (address.py). Inside, from top to bottom: robots | fetch | trip, faults | connection, body, caching,
turns, resolve | result, guard, address.
"""

from typing import Any

__all__ = [
    "Client",
    "Failed",
    "FetchResult",
    "Fetched",
    "HostTurns",
    "NotModified",
    "Request",
    "Robots",
    "RobotsCache",
    "WireSettings",
    "host_of",
    "parse_robots",
]

_HOMES = {
    "Client": "ingest.wire.fetch",
    "WireSettings": "ingest.wire.fetch",
    "Request": "ingest.wire.result",
    "Fetched": "ingest.wire.result",
    "NotModified": "ingest.wire.result",
    "Failed": "ingest.wire.result",
    "FetchResult": "ingest.wire.result",
    "HostTurns": "ingest.wire.turns",
    "Robots": "ingest.wire.robots",
    "RobotsCache": "ingest.wire.robots",
    "parse_robots": "ingest.wire.robots",
    "host_of": "ingest.wire.address",
}


def __getattr__(name: str) -> Any:
    if home := _HOMES.get(name):
        from importlib import import_module

        return getattr(import_module(home), name)
    raise AttributeError(f"module 'ingest.wire' has no attribute {name!r}")
