"""Push instead of polling (WebSub): being a hub's subscriber for feeds that name one, and telling our own hubs.

Public names: `Subscriber` (subscriber.py), `Publisher` (publisher.py), `push_lines` (status.py). `rules` is the pure
core: which hub and topic, and what each answer makes of a subscription. Inside, from top to bottom: subscriber,
publisher, status | rules.
"""

from typing import Any

__all__ = ["Publisher", "Subscriber", "push_lines"]


def __getattr__(name: str) -> Any:
    if name == "Publisher":
        from ingest.websub.publisher import Publisher

        return Publisher
    if name == "Subscriber":
        from ingest.websub.subscriber import Subscriber

        return Subscriber
    if name == "push_lines":
        from ingest.websub.status import push_lines

        return push_lines
    raise AttributeError(f"module 'ingest.websub' has no attribute {name!r}")
