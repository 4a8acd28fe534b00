"""An article page in the archive: what it adds to its variant, what it counts, whether it is an older article.

A wall never overwrites: nothing of it becomes text, title or revision. Called by `archive.store.deposit` inside an
outcome's savepoint.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from archive import record
from archive.identity.alias import amp_key
from archive.identity.decide import Candidate, Hand, Joined, New, decide_entry
from archive.identity.likeness import Telling, Traits, traits_of
from archive.model.kept import EDITS
from archive.model.outcome import Deposited, PageFailed, PageJob, PageOutcome, PageRead
from archive.model.stated import ArticlePage, Enclosure, WallKind
from archive.store import frontier
from archive.store.drafts import Drafts
from archive.store.faces import Faces
from archive.store.handlinks import set_apart_from
from archive.store.index import Indexer
from archive.store.instants import NEVER, to_at, to_us
from archive.store.known import Known, KnownVariant, url_digest
from archive.store.merging import merge
from archive.store.pagetasks import LOOKS_APART, has_counters
from archive.store.policy import DepositPolicy
from archive.store.schema import (
    articles,
    dedup_events,
    observations,
    page_tasks,
    relations,
    sightings,
    statements,
    url_keys,
    variants,
)
from archive.store.stating import draft_statement

RETRY_AFTER: Final = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=16),
    timedelta(days=7),
)
"""Five tries in 24 h, then once a week later, then given up (RECORD, Walls)."""


class PageDeposit:
    """Writes one page's outcome. Made for one outcome, used once."""

    def __init__(
        self,
        connection: Connection,
        job: PageJob,
        *,
        indexer: Indexer,
        now: datetime,
        policy: DepositPolicy,
    ) -> None:
        self._connection = connection
        self._job = _of_today(connection, job)
        self._now = now
        self._now_us = to_us(now)
        self._policy = policy
        self._drafts = Drafts(connection)
        self._faces = Faces(connection, indexer, now=now)
        self._known = Known(connection)
        self._task = _task_of(connection, job) or _Task(
            state="given_up", created_at=self._now_us, was_read=False, counts=False
        )
        self._counts = self._task.counts

    def write(self, outcome: PageOutcome, read: PageRead) -> Deposited:
        """Write a page that was read: an article's, a teaser's, or a wall."""
        page = read.page
        self._observe(page)
        self._hold(read.retry_after_s)
        if page.wall is not None and page.wall.kind is not WallKind.PAYWALL:
            self._drafts.flush()
            self._try_later(
                "wall", str(page.wall.kind), f"{page.wall.kind} wall: {page.wall.marker}"
            )
            return Deposited(outcome=outcome)
        variant = self._variant()
        statement = record.from_page(page, outcome.exchange.url)
        is_new = self._state(variant, statement, body_digest=read.body_digest)
        self._drafts.flush()
        made = self._faces.derive([variant.id]) if is_new else ()
        self._finish(
            "done",
            "read",
            page_detail=_paywall_note(page) or read.missing,
            due_at=self._next_look_at(),
        )
        if is_new:
            self._reexamine(variant, statement)
        return Deposited(
            outcome=outcome,
            n_revised=sum(change.kind in EDITS for change in made),
            article_ids=(variant.article_public_id,),
        )

    def write_failure(self, outcome: PageOutcome, failed: PageFailed) -> Deposited:
        """Write that a page did not come, and when it is tried again."""
        reason = str(failed.reason)
        if failed.enclosure is not None and not self._task.was_read:
            self._state_file(failed.enclosure)
        if failed.final:
            self._finish("given_up", "given_up", reason=reason, detail=failed.detail)
        else:
            self._try_later("failed", reason, failed.detail)
        self._hold(failed.retry_after_s)
        return Deposited(outcome=outcome)

    def _hold(self, retry_after_s: int | None) -> None:
        """Leave the host alone for as long as its server asked."""
        if retry_after_s:
            hold_until = to_us(self._now + timedelta(seconds=retry_after_s))
            frontier.hold(self._connection, self._job.host_id, until_us=hold_until)

    # ---- what the page states --------------------------------------------------------------------

    def _variant(self) -> KnownVariant:
        self._known.load_variants([self._job.variant_id])
        return self._known.variants[self._job.variant_id]

    def _state_file(self, file: Enclosure) -> None:
        """Keep what the address holds in place of a page as an enclosure: its type and size, not its content."""
        statement = record.Statement(source=record.Source.PAGE, url=file.url, enclosures=(file,))
        if self._state(self._variant(), statement, body_digest=b""):
            self._drafts.flush()
            self._faces.derive([self._job.variant_id])

    def _state(
        self, variant: KnownVariant, statement: record.Statement, *, body_digest: bytes
    ) -> bool:
        """Draft the page's statement; false where it says what it said last time, and nothing is to be done.

        Without a body it is a file's, and no candidate for anything.
        """
        digest = record.statement_digest(statement)
        last = None
        if variant.page_statement_id is not None:
            last = self._connection.execute(
                sa.select(statements.c.id, statements.c.digest).where(
                    statements.c.id == variant.page_statement_id
                )
            ).one()
        if last is not None and last.digest == digest:
            self._drafts.update(statements, last.id, last_stated_at=self._now_us)
            return False
        # A page about something else is kept, and proposes nothing.
        is_silent = not body_digest or record.is_unrelated(variant.title, statement)
        statement_id = draft_statement(
            self._drafts,
            statement,
            digest=digest,
            traits=None if is_silent else self._traits(variant, statement),
            variant_id=variant.id,
            sighting_id=max(sighting.id for sighting in variant.seen),
            at_us=self._now_us,
            body_digest=body_digest,
            parser_version=self._policy.parser_version,
        )
        self._drafts.update(variants, variant.id, page_statement_id=statement_id)
        return True

    def _traits(self, variant: KnownVariant, statement: record.Statement) -> Traits:
        sighting = max(variant.seen, key=lambda one: one.id)
        traits = traits_of(
            Telling(
                feed_id=sighting.feed_id,
                site=variant.site,
                at=to_at(variant.first_seen_us),
                title=variant.title or statement.title,
                text=statement.text,
                summary=variant.summary,
                url=sighting.url,
                canonical_url=statement.canonical_url,
                language=statement.language or variant.language,
                published_at=statement.published_at,
                is_page=True,
            )
        )
        alias = self._amp_key(statement)
        if alias is None or alias in traits.url_keys:
            return traits
        return replace(traits, url_keys=(*traits.url_keys, alias))

    def _amp_key(self, statement: record.Statement) -> str | None:
        """Return the key of the page's AMP address, if it is no other article's."""
        stated = next((c.stated for c in statement.claims if c.field == "amp_url"), None)
        key = amp_key(statement.url, statement.canonical_url, stated)
        if key is None:
            return None
        others = (
            sa.select(url_keys.c.digest)
            .join(sightings, sightings.c.id == url_keys.c.sighting_id)
            .where(
                url_keys.c.digest == url_digest(key),
                sightings.c.variant_id != self._job.variant_id,
            )
        )
        return None if self._connection.execute(others.limit(1)).first() is not None else key

    def _observe(self, page: ArticlePage) -> None:
        self._counts = self._counts or bool(page.counters)
        for counter in page.counters:
            self._drafts.insert(
                observations,
                variant_id=self._job.variant_id,
                kind=str(counter.kind),
                value=min(counter.value, NEVER),
                stated=counter.stated,
                source=counter.source,
                observed_at=self._now_us,
            )

    # ---- identity, once more ---------------------------------------------------------------------

    def _reexamine(self, variant: KnownVariant, statement: record.Statement) -> None:
        """Look whether the page shows an older article: one not yet published joins it, a published one is related."""
        if record.is_unrelated(variant.title, statement):
            return
        traits = self._traits(variant, statement)
        self._known.load_candidates([traits], [b""])
        found = [
            self._known.variants[variant_id]
            for variant_id in self._known.candidate_ids(traits, guid_digest=b"")
        ]
        others = [other for other in found if other.article_id != variant.article_id]
        if not others:
            return
        decision = decide_entry(
            traits,
            b"",
            None,
            [
                Candidate(
                    article_id=other.article_id,
                    variant_id=other.id,
                    traits=self._known.traits_of(other, feed_id=traits.telling.feed_id),
                    is_private=other.audience == "private",
                )
                for other in others
            ],
            hand=Hand(must_not=set_apart_from(self._connection, variant.article_id)),
            is_private=self._job.is_private,
        )
        match decision:
            case Joined(article_id=into, verdict=verdict):
                self._log(variant, others, decision)
                if variant.is_published:
                    self._relate(variant.article_id, into, verdict.rule, verdict.why)
                else:
                    older, newer = self._by_age(variant.article_id, into)
                    merge(
                        self._connection,
                        self._faces,
                        article_id=newer,
                        into=older,
                        now_us=self._now_us,
                    )
            case New(relations=related):
                for event in related:
                    self._relate(
                        variant.article_id, event.article_id, event.verdict.rule, event.verdict.why
                    )
            case _:
                pass

    def _by_age(self, one: int, other: int) -> tuple[int, int]:
        """Return two articles, the one that keeps its id first: the published one, else the first seen."""
        rows = self._connection.execute(
            sa.select(articles.c.id, articles.c.first_seen_at, articles.c.settled_at)
            .where(articles.c.id.in_((one, other)))
            .order_by(articles.c.settled_at, articles.c.first_seen_at, articles.c.id)
        ).all()
        return rows[0].id, rows[1].id

    def _log(self, variant: KnownVariant, others: Sequence[KnownVariant], joined: Joined) -> None:
        of_article = next(other for other in others if other.article_id == joined.article_id)
        self._connection.execute(
            dedup_events.insert().values(
                sighting_id=max(sighting.id for sighting in variant.seen),
                candidate_variant_id=of_article.id,
                verdict=str(joined.verdict.kind),
                rule=joined.verdict.rule,
                scores=json.dumps(dict(joined.verdict.scores)),
                why=joined.verdict.why,
                source="page",
                at=self._now_us,
            )
        )

    def _relate(self, article_id: int, other_id: int, rule: str, why: str) -> None:
        first, second = sorted((article_id, other_id))
        self._connection.execute(
            relations.insert()
            .prefix_with("OR IGNORE")
            .values(
                article_id=first,
                other_id=second,
                kind="related",
                rule=rule,
                why=why,
                at=self._now_us,
            )
        )

    # ---- the task --------------------------------------------------------------------------------

    def _finish(
        self,
        task_state: str,
        page_state: str,
        *,
        reason: str | None = None,
        detail: str | None = None,
        page_detail: str | None = None,
        due_at: int = NEVER,
    ) -> None:
        """End the task, or put it off until the page is looked at again, and let the article go out."""
        self._update_task(state=task_state, due_at=due_at, reason=reason, detail=detail)
        self._note(page_state, page_detail or detail)
        of_variant = sa.select(variants.c.article_id).where(variants.c.id == self._job.variant_id)
        self._connection.execute(
            sa.update(articles)
            .where(articles.c.id == of_variant.scalar_subquery())
            .values(settle_at=sa.func.min(articles.c.settle_at, self._now_us))
        )

    def _try_later(self, page_state: str, reason: str, detail: str) -> None:
        """Put the task off, or give it up after its last try. The article waits no longer than `settle_s`.

        A look at a page that was read is not tried again: the next one is.
        """
        if self._task.state == "done":
            next_at = self._next_look_at()
            self._finish("done", page_state, reason=reason, detail=detail, due_at=next_at)
            return
        if self._job.attempts >= len(RETRY_AFTER):
            self._finish("given_up", page_state, reason=reason, detail=detail)
            return
        due_at = to_us(self._now + RETRY_AFTER[self._job.attempts])
        self._update_task(state="due", due_at=due_at, reason=reason, detail=detail)
        self._note(page_state, detail)

    def _next_look_at(self) -> int:
        """Return when a page that was read is looked at again ([pages] recheck, recount), NEVER if it is not.

        An age that comes about while a late look is made is left out.
        """
        next_at = self._policy.next_look_at(
            to_at(self._task.created_at),
            counts=self._counts,
            earliest=self._now + LOOKS_APART,
        )
        return NEVER if next_at is None else to_us(next_at)

    def _update_task(self, **values: object) -> None:
        self._connection.execute(
            sa.update(page_tasks)
            .where(page_tasks.c.id == self._job.task_id)
            .values(attempts=self._job.attempts + 1, claims=0, **values)
        )

    def _note(self, page_state: str, detail: str | None) -> None:
        """Say of the telling what became of its page; what was read once stays so, whatever comes later."""
        if self._task.was_read and page_state != "read":
            page_state, detail = "read", f"read before; asked again: {detail}"
        self._connection.execute(
            sa.update(variants)
            .where(variants.c.id == self._job.variant_id)
            .values(page_state=page_state, page_detail=detail)
        )


def _of_today(connection: Connection, job: PageJob) -> PageJob:
    """Return a job with the telling its page belongs to now: a split may have moved its task while it was fetched."""
    variant_id = connection.scalar(
        sa.select(page_tasks.c.variant_id).where(page_tasks.c.id == job.task_id)
    )
    return job if variant_id is None else replace(job, variant_id=variant_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A page's task as it stands: `state` "done" is a look at a page that was read, `was_read` that there is one.

    `counts`: it stated a counter before.
    """

    state: str
    created_at: int
    was_read: bool
    counts: bool


def _task_of(connection: Connection, job: PageJob) -> _Task | None:
    """Return a job's task; None when its article was erased while the page was fetched."""
    row = connection.execute(
        sa.select(
            page_tasks.c.state,
            page_tasks.c.created_at,
            variants.c.page_state,
            has_counters().label("counts"),
        )
        .join(variants, variants.c.id == page_tasks.c.variant_id)
        .where(page_tasks.c.id == job.task_id)
    ).one_or_none()
    if row is None:
        return None
    was_read = row.page_state == "read"
    return _Task(
        state=row.state, created_at=row.created_at, was_read=was_read, counts=bool(row.counts)
    )


def _paywall_note(page: ArticlePage) -> str | None:
    return f"paywall: {page.wall.marker}" if page.wall is not None else None
