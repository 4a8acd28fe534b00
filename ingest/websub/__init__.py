"""Push instead of polling (WebSub): being a hub's subscriber for feeds that name one, and telling our own hubs.

Public names: `Subscriber` (subscriber.py), `Publisher` (publisher.py). `rules` is the pure core: which hub and topic,
and what each answer makes of a subscription. Inside, from top to bottom: subscriber, publisher | rules.
"""

from typing import Any

__all__ = ["Publisher", "Subscriber"]


def __getattr__(name: str) -> Any:
    if name == "Publisher":
        from ingest.websub.publisher import Publisher

        return Publisher
    if name == "Subscriber":
        from ingest.websub.subscriber import Subscriber

        return Subscriber
    raise AttributeError(f"module 'ingest.websub' has no attribute {name!r}")
