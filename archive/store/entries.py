"""A parsed feed's entries in the archive: what each comes to, and the rows that say so.

    items seen before (by digest) ─────────────────────────────────────> still in the window
    entries ─> known sightings and candidates ─> decide_entry (pure) ─> drafts ─> revisions ─> index

Entries are taken oldest first (documents begin with the newest), so that what has no date keeps the feed's own order
and the newest ends with the highest publication. Called by `archive.store.deposit` inside an outcome's savepoint.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.address import url_key
from archive.identity.decide import (
    Candidate,
    Event,
    Joined,
    KnownSighting,
    New,
    Revised,
    Seen,
    decide_entry,
)
from archive.identity.ids import public_id
from archive.identity.likeness import Traits, traits_of
from archive.identity.migration import MIN_ITEMS, Standing, migrated
from archive.identity.rules import NO_FACTS, SiteFacts
from archive.model.kept import EDITS, RevisionKind
from archive.model.outcome import Deposited, FeedJob, FeedOutcome, FeedParsed
from archive.model.stated import Entry, RejectedEntry
from archive.store import guids
from archive.store.decided import draft_events, draft_relations
from archive.store.drafts import Drafts
from archive.store.erasing import REASON, refused
from archive.store.faces import Begun, Faces
from archive.store.guids import GuidPolicy
from archive.store.handlinks import HandLinks
from archive.store.index import Indexer
from archive.store.instants import NEVER, to_us
from archive.store.known import Known, KnownVariant
from archive.store.known import KnownSighting as StoredSighting
from archive.store.pagetasks import WantedPage, settle_later, want_pages
from archive.store.policy import DepositPolicy
from archive.store.prepared import Prepared
from archive.store.rejecting import note_rejected
from archive.store.schema import (
    articles,
    contents,
    feeds,
    meta,
    sightings,
    statements,
    variants,
)
from archive.store.statedentry import StatedEntry, state_entry
from archive.store.stating import (
    BACKFILL,
    draft_statement,
    facts_digest,
    sighting_digest,
    telling_of,
)
from archive.store.window import Window

BACKLOG_AFTER: Final = timedelta(hours=48)
"""What a feed's first poll shows and is older is backlog: a new subscription floods nobody (OUTPUT)."""

BACKFILL_PAGE_S: Final = 10
"""How far apart the article pages of a backfill are due, so that those of the news go between them."""

TOLD_OF_NEW: Final = 3
"""Comparisons logged of an article that joined nothing: the likest, for `why` it did not."""


class EntryDeposit:
    """Writes one parsed feed. Made for one outcome, used once.

    With `only_adds` the document was pushed and holds only what is new: nothing enters the feed's window or leaves
    it, and what the last poll remembers of an item stays as it is. With `is_backfill` it is a page of the feed's
    history, in no window either: its articles are backlog, and its wording of what is known stands beside, since it
    may be older than ours. It is an edit only where it says itself that it is later, and the window does not hold it.
    """

    def __init__(
        self,
        connection: Connection,
        job: FeedJob,
        result: FeedParsed,
        *,
        indexer: Indexer,
        now: datetime,
        policy: DepositPolicy,
        only_adds: bool = False,
        is_backfill: bool = False,
    ) -> None:
        self._connection = connection
        self._only_adds = only_adds or is_backfill
        self._is_backfill = is_backfill
        self._job = job
        self._result = result
        self._indexer = indexer
        self._now = now
        self._now_us = to_us(now)
        self._policy = policy
        self._known = Known(connection)
        self._drafts = Drafts(connection)
        self._last_stated: dict[int, Traits] = {}
        self._last_statements: dict[int, record.Statement] = {}
        self._taken_ids: set[str] = set()
        self._touched: dict[int, None] = {}
        self._begun: dict[int, Begun] = {}
        self._revised: set[int] = set()
        self._pages: list[WantedPage] = []
        self._window = Window(connection, self._drafts, job.feed_id, only_adds=self._only_adds)
        self._rejected = result.parsed.rejected
        self._twins: set[tuple[int, bytes]] = set()
        self._n: dict[str, int] = {"new": 0, "joined": 0, "seen": 0, "revised": 0}
        self._new_ids: list[str] = []
        self._policy_of_guids = GuidPolicy.UNIQUE
        self._stated_here: set[bytes] = set()
        self._shared_guids: frozenset[bytes] = frozenset()
        self._migrated: dict[bytes, int] = {}
        self._last_good_us = 0
        self._n_passing = 0
        self.n_overlap: int | None = None
        self.n_again = 0
        """Entries that joined what stood in the document before, under another guid: they are no news."""

    def write(self, outcome: FeedOutcome) -> Deposited:
        """Decide and write all entries; returns what changed."""
        feed_id = self._job.feed_id
        feed = _FEED.one(self._connection, feed_id=feed_id)
        self._archive_id = str(_ARCHIVE_ID.one(self._connection).value)
        self._birth_url = feed.birth_url
        self._is_first_poll = feed.last_good_at is None
        self._last_good_us = feed.last_good_at or 0
        self._policy_of_guids = GuidPolicy(feed.guid_policy)
        # What a newer parser reads otherwise is no edit of the publisher's (IDENTITY, statement).
        is_other_parser = feed.parser_version != self._policy.parser_version
        self._is_reparse = is_other_parser and not self._is_first_poll and not self._is_backfill
        stated = self._without_erased([self._state(entry) for entry in self._result.parsed.entries])
        self._load(stated)
        # What stands as it stood has its place first: a twin of it is then known for one.
        seen = self._result.parsed.seen
        self._window.keep(digest for digest, _ in seen)
        changed = [one for one in stated if not self._see_same(one)]
        self._stated_here = {one.entry_digest for one in changed}
        self._shared_guids = guids.shared_in(changed, self._known, self._window)
        self._migrated = self._find_migrated(changed, n_items=len(stated) + len(seen))
        for one in reversed(changed):
            self._write_entry(one)
        self._note_guids(changed, n_known=len(seen) + self._n["seen"] + self._n["revised"])
        n_gone = self._window.close(feed.window_confirmed_at)
        n_rejected = note_rejected(
            self._connection, self._drafts, self._rejected, feed_id=feed_id, at_us=self._now_us
        )
        faces = Faces(self._connection, self._indexer, now=self._now)
        title = feed.stated_title if feed.title is None else feed.title
        begun = faces.begin(
            self._drafts, tuple(self._begun.values()), feed_id=feed_id, feed_title=title
        )
        self._drafts.flush()
        cause = RevisionKind.REPARSE if self._is_reparse else None
        others = self._touched.keys() - {change.variant_id for change in begun}
        made = faces.derive(sorted(others), cause=cause)
        edited = {change.variant_id for change in made if change.kind in EDITS}
        spacing_s = BACKFILL_PAGE_S if self._is_backfill else 0
        want_pages(
            self._connection,
            self._pages,
            feed_id=self._job.feed_id,
            now=self._now,
            spacing_s=spacing_s,
        )
        settle_later(self._connection, self._pages, now=self._now, policy=self._policy)
        n_revised = len(edited & self._revised)
        n_seen = self._n["seen"] + self._n["revised"] - n_revised + len(seen)
        if not self._is_first_poll:
            self.n_overlap = n_seen + n_revised + self.n_again
        return Deposited(
            outcome=outcome,
            n_new=self._n["new"],
            n_joined=self._n["joined"],
            n_revised=n_revised,
            n_seen=n_seen,
            n_rejected=n_rejected,
            rolled_over=bool(n_gone and stated) and self.n_overlap == 0,
            article_ids=tuple(self._new_ids),
        )

    # ---- reading ---------------------------------------------------------------------------------

    def _state(self, entry: Entry) -> StatedEntry:
        return state_entry(
            entry,
            self._job,
            archive_id=self._archive_id,
            birth_url=self._birth_url,
            policy=self._policy,
            now=self._now,
            is_guid_passing=self._policy_of_guids is GuidPolicy.PASSING,
        )

    def _without_erased(self, stated: Sequence[StatedEntry]) -> list[StatedEntry]:
        """Reject entries that answer to an erasure; nothing of what they state is kept, the reason alone."""
        erased = refused(self._connection, {key for one in stated for key in one.erasable_keys})
        if not erased:
            return list(stated)
        out = [one for one in stated if not erased.isdisjoint(one.erasable_keys)]
        self._rejected += tuple(
            RejectedEntry(position=one.entry.position, reason=REASON) for one in out
        )
        positions = {one.entry.position for one in out}
        return [one for one in stated if one.entry.position not in positions]

    def _load(self, stated: Sequence[StatedEntry]) -> None:
        """Read what is known of the entries: most often nothing but their own sightings."""
        self._known.load_sightings(
            [one.entry_digest for one in stated], [one.guid_digest for one in stated]
        )
        unknown = [one for one in stated if self._same_as_before(one) is None]
        self._known.load_candidates(
            [one.traits for one in unknown], [one.guid_digest for one in unknown]
        )
        changed = [self._own_sighting(one) for one in unknown]
        self._load_last_stated([sighting for sighting in changed if sighting is not None])
        self._by_hand = HandLinks.of(self._connection, self._known.variants.values())
        rows = _TAKEN_IDS.rows(self._connection, ids=[one.public_id for one in unknown])
        self._taken_ids.update(row.public_id for row in rows)

    def _load_last_stated(self, known: Sequence[StoredSighting]) -> None:
        """Read what these sightings last stated, to compare like with like."""
        self._known.load_variants({sighting.variant_id for sighting in known})
        by_statement = {sighting.statement_id: sighting for sighting in known}
        for row in _STATEMENTS.rows(self._connection, ids=list(by_statement)):
            sighting = by_statement[row.id]
            site = self._known.variants[sighting.variant_id].site
            telling, held = telling_of(row, feed_id=sighting.feed_id, site=site, guid=sighting.guid)
            self._note_stated(sighting.id, traits_of(telling), held)

    def _note_stated(self, sighting_id: int, traits: Traits, statement: record.Statement) -> None:
        self._last_stated[sighting_id] = traits
        self._last_statements[sighting_id] = statement

    def _same_as_before(self, one: StatedEntry) -> StoredSighting | None:
        """Return the entry's own sighting if it last stated just this."""
        return next(
            (
                s
                for s in self._known.by_entry.get(one.entry_digest, ())
                if s.statement_digest == one.digest
            ),
            None,
        )

    def _own_sighting(self, one: StatedEntry) -> StoredSighting | None:
        """Return the sighting whose news this may be: same guid and address, else the only one of its guid."""
        same = self._known.by_entry.get(one.entry_digest)
        if same:
            return max(same, key=lambda sighting: sighting.id)
        if not one.has_guid:
            return None
        of_guid = self._known.by_guid.get(one.guid_digest, [])
        if len({sighting.variant_id for sighting in of_guid}) != 1:
            return None  # a guid that several articles have names none of them
        return max(of_guid, key=lambda sighting: sighting.id)

    # ---- a feed's guids --------------------------------------------------------------------------

    def _find_migrated(self, changed: Sequence[StatedEntry], *, n_items: int) -> dict[bytes, int]:
        """Return the variants of the entries that are old ones under new guids, if the whole document is so."""
        if self._is_first_poll or self._only_adds or len(changed) < MIN_ITEMS:
            return {}
        unknown = [one for one in changed if self._own_sighting(one) is None]
        found = migrated(
            [(one.traits, self._standing(one)) for one in unknown],
            n_items=n_items,
            site_facts=SiteFacts(guids_unique=self._policy_of_guids is GuidPolicy.UNIQUE),
        )
        return {unknown[place].entry_digest: variant_id for place, variant_id in found.items()}

    def _note_again(self, variant: KnownVariant) -> None:
        """Note that what stood in the document before has joined under another guid.

        If that one came with the last poll, and was no first guid either, guids seem to hold for a poll.
        """
        replaced = [s for s in variant.seen if self._window.is_gone(s.id)]
        if not replaced:
            return
        self.n_again += 1
        n_guids = len({s.guid_digest for s in variant.seen if s.feed_id == self._job.feed_id})
        if n_guids > 1 and any(self._window.came_since(s.id, self._last_good_us) for s in replaced):
            self._n_passing += 1

    def _note_guids(self, changed: Sequence[StatedEntry], *, n_known: int) -> None:
        """Remember what this document showed of the feed's guids."""
        policy = self._policy_of_guids
        if policy is GuidPolicy.UNIQUE and guids.has_shared(changed, self._known):
            policy = GuidPolicy.SHARED
        if n_known == 0 and self._n_passing >= MIN_ITEMS and 2 * self._n_passing > self.n_again:
            policy = GuidPolicy.PASSING
        if policy is not self._policy_of_guids:
            self._drafts.update(feeds, self._job.feed_id, guid_policy=policy.value)

    def _standing(self, one: StatedEntry) -> list[Standing]:
        """Return what stood in the document until now, and may be this entry."""
        ids = self._known.candidate_ids(one.traits, guid_digest=one.guid_digest)
        return [
            Standing(
                variant_id=variant.id,
                traits=self._known.traits_of(variant, feed_id=self._job.feed_id),
            )
            for variant in (self._known.variants[id_] for id_ in ids)
            if any(self._window.is_gone(sighting.id) for sighting in variant.seen)
        ]

    # ---- deciding --------------------------------------------------------------------------------

    def _see_same(self, one: StatedEntry) -> bool:
        """See an entry that states just what it last stated; false for any other."""
        same = self._same_as_before(one)
        if same is not None:
            self._see(same, one)
        return same is not None

    def _write_entry(self, one: StatedEntry) -> None:
        own = self._own_sighting(one)
        candidates = self._candidates(one)
        decision = decide_entry(
            one.traits,
            one.digest,
            None if own is None else self._as_known(own),
            candidates,
            hand=self._by_hand.of_entry(
                own, self._job.feed_id, [self._known.variants[c.variant_id] for c in candidates]
            ),
            is_private=self._job.is_private,
            site_facts=self._site_facts(one),
            migrated_from=self._migrated.get(one.entry_digest),
        )
        match decision:
            case Seen():
                assert own is not None, "only what is known can be seen again"
                if facts_digest(self._last_statements[own.id]) == facts_digest(one.statement):
                    self._see(own, one)
                else:
                    self._restate(own, one, is_edit=False)
            case Revised():
                assert own is not None, "only what is known can be revised"
                self._restate(own, one, is_edit=True)
            case Joined() as joined:
                place = self._place_of(one, joined.variant_id)
                if place is not None:
                    self._restate(place, one, is_edit=True)
                else:
                    self._join(one, joined)
            case New() as new:
                self._begin(one, new)

    def _site_facts(self, one: StatedEntry) -> SiteFacts:
        """Return what is known of the entry's site that takes the proof out of a guid or a blurb."""
        is_unique = self._is_guid_unique(one)
        blurbs = self._known.blurbs(one.traits)
        return (
            NO_FACTS
            if is_unique and not blurbs
            else SiteFacts(blurbs=blurbs, guids_unique=is_unique)
        )

    def _is_guid_unique(self, one: StatedEntry) -> bool:
        is_shared = one.guid_digest in self._shared_guids
        return self._policy_of_guids is not GuidPolicy.SHARED and not is_shared

    def _place_of(self, one: StatedEntry, variant_id: int | None) -> StoredSighting | None:
        """Return the sighting of this guid and address that the variant has already."""
        places = self._known.by_entry.get(one.entry_digest, ())
        return next((place for place in places if place.variant_id == variant_id), None)

    def _as_known(self, own: StoredSighting) -> KnownSighting:
        return KnownSighting(
            article_id=self._known.variants[own.variant_id].article_id,
            variant_id=own.variant_id,
            digest=own.statement_digest,
            traits=self._last_stated[own.id],
        )

    def _candidates(self, one: StatedEntry) -> list[Candidate]:
        found = self._known.candidate_ids(one.traits, guid_digest=one.guid_digest)
        return [
            Candidate(
                article_id=variant.article_id,
                variant_id=variant.id,
                traits=self._known.traits_of(variant, feed_id=self._job.feed_id),
                is_private=variant.audience == "private",
                is_listed=any(self._is_listed(sighting, one) for sighting in variant.seen),
            )
            for variant in (self._known.variants[variant_id] for variant_id in found)
        ]

    def _is_listed(self, sighting: StoredSighting, one: StatedEntry) -> bool:
        """Tell whether a sighting stands in this document beside the entry, as another item."""
        if sighting.feed_id != self._job.feed_id or sighting.entry_digest == one.entry_digest:
            return False
        if sighting.guid_digest == one.guid_digest and self._is_guid_unique(one):
            return False
        stands = sighting.in_window and sighting.entry_digest in self._stated_here
        return stands or self._window.has(sighting.id)

    # ---- writing ---------------------------------------------------------------------------------

    def _see(self, sighting: StoredSighting, one: StatedEntry) -> None:
        """The entry stands as it stood."""
        self._n["seen"] += 1
        self._window.stand(sighting.id)
        if self._is_backfill:
            return  # a page of the history stands for ever: it tells of no time at which it was seen
        self._drafts.update(
            sightings,
            sighting.id,
            last_seen_at=self._now_us,
            **self._window.entering(sighting, one.entry),
        )
        self._drafts.update(statements, sighting.statement_id, last_stated_at=self._now_us)

    def _restate(self, own: StoredSighting, one: StatedEntry, *, is_edit: bool) -> None:
        """The known sighting states something else of the same article: an edit, or the same words otherwise."""
        is_same_entry = own.entry_digest == one.entry_digest
        is_beside = self._is_backfill and not self._is_later(own, one)
        if is_same_entry and (is_beside or self._window.has(own.id)):
            self._keep_twin(own, one)
        elif is_beside:
            self._draft_sighting(one, self._known.variants[own.variant_id], rule="guid")
            self._n["seen"] += 1
        else:
            self._revise(own, one, self._known.variants[own.variant_id], is_edit=is_edit)

    def _is_later(self, own: StoredSighting, one: StatedEntry) -> bool:
        """Tell whether a page of the history words an entry later than we know it, by its own word."""
        known = self._last_statements.get(own.id)
        known_at = None if known is None else known.modified_at
        stated_at = one.statement.modified_at
        if known_at is None or stated_at is None or own.in_window:
            return False
        return stated_at > known_at

    def _revise(
        self, own: StoredSighting, one: StatedEntry, variant: KnownVariant, *, is_edit: bool
    ) -> None:
        self._n["revised"] += 1
        self._revised.add(variant.id)
        self._begun.pop(variant.article_id, None)
        if own.entry_digest == one.entry_digest:
            statement_id = self._draft_statement(one, variant.id, own.id, is_edit=True)
            self._window.stand(own.id)
            own.statement_id, own.statement_digest = statement_id, one.digest
            self._note_stated(own.id, one.traits, one.statement)
            self._drafts.update(
                sightings,
                own.id,
                statement_id=statement_id,
                last_seen_at=self._now_us,
                **self._window.entering(own, one.entry),
            )
            self._known.note_keys(variant, one.traits)
        else:
            self._draft_sighting(one, variant, rule="guid")
        self._touched[variant.id] = None
        if is_edit and not self._is_reparse:
            self._want_page(one, variant, again=True)

    def _keep_twin(self, sighting: StoredSighting, one: StatedEntry) -> None:
        """A document holds an entry twice, worded differently: both wordings are kept, none is an edit of the other."""
        self._n["seen"] += 1
        self._window.stand(sighting.id)
        known = self._connection.scalar(
            sa.select(statements.c.id).where(
                statements.c.variant_id == sighting.variant_id,
                statements.c.sighting_id == sighting.id,
                statements.c.digest == one.digest,
            )
        )
        if known is None and (sighting.id, one.digest) not in self._twins:
            self._twins.add((sighting.id, one.digest))
            self._draft_statement(one, sighting.variant_id, sighting.id)
            self._known.note_keys(self._known.variants[sighting.variant_id], one.traits)

    def _join(self, one: StatedEntry, joined: Joined) -> None:
        """A new sighting of a standing article: of one of its tellings, or a further paper's."""
        self._n["joined"] += 1
        if joined.variant_id is None:
            article = next(
                v for v in self._known.variants.values() if v.article_id == joined.article_id
            )
            variant = self._draft_variant(
                one,
                article.article_id,
                article.article_public_id,
                is_published=article.is_published,
            )
        else:
            variant = self._known.variants[joined.variant_id]
        is_new = joined.variant_id is None
        self._note_again(variant)
        sighting_id = self._draft_sighting(one, variant, rule=joined.verdict.rule)
        best = Event(
            article_id=joined.article_id,
            variant_id=joined.variant_id or variant.id,
            verdict=joined.verdict,
        )
        draft_events(self._drafts, sighting_id, (best, *joined.against), at_us=self._now_us)
        draft_relations(self._drafts, variant.article_id, joined.relations, at_us=self._now_us)
        self._touched[variant.id] = None
        if is_new or variant.page_state == "none":
            self._want_page(one, variant, again=False)

    def _begin(self, one: StatedEntry, new: New) -> None:
        """An article not seen before."""
        self._n["new"] += 1
        article_id = self._drafts.new_id(articles)
        public = self._mint(one)
        self._new_ids.append(public)
        effective = record.effective_at(
            one.statement.published_at, one.statement.published_precision, self._now
        )
        self._drafts.insert(
            articles,
            id=article_id,
            public_id=public,
            first_seen_at=self._now_us,
            effective_at=to_us(effective),
            settle_at=self._now_us,
            settled_at=NEVER,
            primary_variant_id=None,
            changed=0,
            is_dirty=True,
            is_backlog=self._is_backfill
            or (self._is_first_poll and effective < self._now - BACKLOG_AFTER),
        )
        variant = self._draft_variant(one, article_id, public)
        sighting_id = self._draft_sighting(one, variant, rule="recycled" if new.recycled else "new")
        draft_events(
            self._drafts,
            sighting_id,
            new.events[: max(TOLD_OF_NEW, len(new.against))],
            at_us=self._now_us,
        )
        draft_relations(self._drafts, article_id, new.relations, at_us=self._now_us)
        self._touched[variant.id] = None
        self._begun[article_id] = Begun(
            article_id=article_id,
            variant_id=variant.id,
            statement_id=variant.seen[-1].statement_id,
            statement=one.statement,
            n_words=one.traits.n_words if one.statement.text else None,
        )
        self._want_page(one, variant, again=False)

    def _mint(self, one: StatedEntry) -> str:
        """Return a public id that no article has: the same statements in the same order mint the same."""
        minted, ordinal = one.public_id, 1
        while minted in self._taken_ids or (ordinal > 1 and self._is_taken(minted)):
            ordinal += 1
            minted = public_id(
                self._archive_id, self._birth_url, one.entry.url, one.entry.guid_stated, ordinal
            )
        self._taken_ids.add(minted)
        return minted

    def _is_taken(self, minted: str) -> bool:
        found = self._connection.scalar(
            sa.select(articles.c.id).where(articles.c.public_id == minted)
        )
        return found is not None

    def _draft_variant(
        self,
        one: StatedEntry,
        article_id: int,
        article_public_id: str,
        *,
        is_published: bool = False,
    ) -> KnownVariant:
        variant_id = self._drafts.new_id(variants)
        audience = "private" if self._job.is_private else "public"
        self._drafts.insert(
            variants,
            id=variant_id,
            article_id=article_id,
            site=one.traits.telling.site,
            audience=audience,
            revision_id=None,
            page_state="none",
            first_seen_at=self._now_us,
        )
        telling = one.traits.telling
        return KnownVariant(
            id=variant_id,
            article_id=article_id,
            site=telling.site,
            audience=audience,
            first_seen_us=self._now_us,
            revision_id=None,
            page_statement_id=None,
            page_state="none",
            article_public_id=article_public_id,
            is_published=is_published,
            title=telling.title,
            text=telling.text,
            url=telling.url,
            language=telling.language,
            published_us=None if telling.published_at is None else to_us(telling.published_at),
        )

    def _draft_sighting(self, one: StatedEntry, variant: KnownVariant, *, rule: str) -> int:
        self._begun.pop(variant.article_id, None)  # no longer all there is of it
        sighting_id = self._drafts.new_id(sightings)
        statement_id = self._draft_statement(one, variant.id, sighting_id)
        feed_id, entry = self._job.feed_id, one.entry
        self._drafts.insert(
            sightings,
            id=sighting_id,
            digest=sighting_digest(feed_id, one.guid, entry.url, variant.id),
            entry_digest=one.entry_digest,
            guid_digest=one.guid_digest,
            feed_id=feed_id,
            variant_id=variant.id,
            guid=entry.guid_stated,
            url=entry.url,
            first_seen_at=self._now_us,
            last_seen_at=self._now_us,
            in_window=not self._only_adds,
            position=entry.position,
            item_digest=entry.digest,
            statement_id=statement_id,
            raw_dates=json.dumps(entry.raw_dates, ensure_ascii=False),
            rule=rule,
        )
        self._window.stand(sighting_id)
        sighting = StoredSighting(
            id=sighting_id,
            feed_id=feed_id,
            variant_id=variant.id,
            entry_digest=one.entry_digest,
            guid_digest=one.guid_digest,
            guid=entry.guid_stated,
            url=entry.url,
            statement_id=statement_id,
            statement_digest=one.digest,
            item_digest=entry.digest,
            in_window=not self._only_adds,
        )
        self._known.note(variant, sighting, one.traits)
        self._note_stated(sighting_id, one.traits, one.statement)
        return sighting_id

    def _draft_statement(
        self, one: StatedEntry, variant_id: int, sighting_id: int, *, is_edit: bool = False
    ) -> int:
        return draft_statement(
            self._drafts,
            one.statement,
            digest=one.digest,
            traits=one.traits,
            variant_id=variant_id,
            sighting_id=sighting_id,
            at_us=self._now_us,
            body_digest=self._result.body_digest,
            parser_version=self._policy.parser_version,
            note=BACKFILL if self._is_backfill and not is_edit else None,
        )

    def _want_page(self, one: StatedEntry, variant: KnownVariant, *, again: bool) -> None:
        url = one.entry.url
        if url and record.wants_page(one.entry, self._policy.page(url, self._job.page)):
            variant.page_state = "wanted"
            page = WantedPage(variant_id=variant.id, url=url, key=url_key(url) or url, again=again)
            self._pages.append(page)


# ---- statements ---------------------------------------------------------------------------------
# Run for every document: prepared.

_FEED_ID: sa.BindParameter[int] = sa.bindparam("feed_id")
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)

_FEED: Final = Prepared(sa.select(feeds).where(feeds.c.id == _FEED_ID))
_ARCHIVE_ID: Final = Prepared(sa.select(meta.c.value).where(meta.c.key == "archive_id"))
_TAKEN_IDS: Final = Prepared(sa.select(articles.c.public_id).where(articles.c.public_id.in_(_IDS)))
_STATEMENTS: Final = Prepared(
    sa.select(statements, contents.c.text)
    .join(contents, contents.c.digest == statements.c.content_digest)
    .where(statements.c.id.in_(_IDS))
)
