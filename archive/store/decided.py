"""What was decided of a sighting, as rows: why it stands where it does, and which articles are related to its own.

Called by `archive.store.entries`.
"""

import json
from collections.abc import Sequence

from archive.identity.decide import Event
from archive.store.drafts import Drafts
from archive.store.schema import dedup_events, relations


def draft_events(drafts: Drafts, sighting_id: int, events: Sequence[Event], *, at_us: int) -> None:
    """Draft the comparisons that a poll's decision rests on."""
    for event in events:
        drafts.insert(
            dedup_events,
            sighting_id=sighting_id,
            candidate_variant_id=event.variant_id or None,
            verdict=str(event.verdict.kind),
            rule=event.verdict.rule,
            scores=json.dumps(dict(event.verdict.scores)),
            why=event.verdict.why,
            source="poll",
            at=at_us,
        )


def draft_relations(
    drafts: Drafts, article_id: int, events: Sequence[Event], *, at_us: int
) -> None:
    """Draft that an article is related to those that it was compared with and is not one with."""
    for event in events:
        if event.article_id != article_id:
            first, second = sorted((article_id, event.article_id))
            drafts.insert(
                relations,
                article_id=first,
                other_id=second,
                kind="related",
                rule=event.verdict.rule,
                why=event.verdict.why,
                at=at_us,
            )
