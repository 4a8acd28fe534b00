"""What is one article: addresses, likeness, the rules that compare two tellings, and the decision.

All of it is pure and says why. Downwards: `decide` (what a sighting comes to), `migration` (a feed
that renames all its items) and `edits` (how much changed) > `rules` (the cascade) > `mould` (what
keeps likenesses apart) > `pair` (what is measured of two) > `slots`, `likeness` (what is compared),
`limits` (every threshold) > `address` > `wrappers`, `trackers`; `folding` (text to words).
`ids` mints names and stands apart. Import from the submodules; the names below load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.identity.address import is_durable, site_of, url_key
    from archive.identity.decide import decide_entry
    from archive.identity.edits import edit_kind
    from archive.identity.ids import digest16, public_id, strip_secrets
    from archive.identity.likeness import Telling, Traits, candidate_keys, traits_of
    from archive.identity.rules import Verdict, compare
    from archive.identity.wrappers import unwrap

_HOMES = {
    "is_durable": "address",
    "site_of": "address",
    "unwrap": "wrappers",
    "url_key": "address",
    "decide_entry": "decide",
    "edit_kind": "edits",
    "digest16": "ids",
    "public_id": "ids",
    "strip_secrets": "ids",
    "Telling": "likeness",
    "Traits": "likeness",
    "candidate_keys": "likeness",
    "traits_of": "likeness",
    "Verdict": "rules",
    "compare": "rules",
}

__all__ = [
    "Telling",
    "Traits",
    "Verdict",
    "candidate_keys",
    "compare",
    "decide_entry",
    "digest16",
    "edit_kind",
    "is_durable",
    "public_id",
    "site_of",
    "strip_secrets",
    "traits_of",
    "unwrap",
    "url_key",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
