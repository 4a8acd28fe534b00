"""A pushed document in one transaction: its entries, the hub's counts, and that its letter is answered.

It is deposited as a poll's is, but only adds: the feed's window, validators and body digest are those of the document
that was polled, and stay. It needs no lease, as nobody is asked; it never falls into a poll of its feed, since claims
and deposits are serial and it waits while one is under way. Called by `Store.deposit_push` alone.
"""

import sqlite3
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from archive.model.outcome import (
    Deposited,
    Exchange,
    FeedFailed,
    FeedOutcome,
    FeedParsed,
    Reason,
    Rhythm,
)
from archive.model.push import PushOutcome
from archive.store import frontier, websub
from archive.store.deposit import name_body
from archive.store.entries import EntryDeposit
from archive.store.index import Indexer
from archive.store.instants import to_us
from archive.store.policy import DepositPolicy
from archive.store.schema import feeds

NewsRhythm = Callable[..., Rhythm]
"""`after_news(rhythm, *, now, n_new) -> Rhythm`: what news between polls says of a feed's rhythm (`ingest.pace`)."""


class PushDeposit:
    """Writes one pushed document. Used once."""

    def __init__(
        self,
        connection: Connection,
        push: PushOutcome,
        *,
        indexer: Indexer,
        now: datetime,
        policy: DepositPolicy,
        after_news: NewsRhythm,
        names_body: bool,
    ) -> None:
        self._connection = connection
        self._push = push
        self._indexer = indexer
        self._now = now
        self._policy = policy
        self._after_news = after_news
        self._names_body = names_body

    def write(self) -> Deposited | None:
        """Write it, and return what changed; None while a poll of its feed is under way: it is for the next tick.

        One that somebody else answered meanwhile, or whose feed wants no news, comes back fenced, with nothing written
        of it. A fault of ours is recorded as the letter's answer, and the feed is polled instead.
        """
        connection, push = self._connection, self._push
        if not websub.is_waiting(connection, push.letter.id):
            return replace(self._nothing(), is_fenced=True)
        if not websub.takes_pushes(connection, push.job.feed_id):
            self._answer("not taken: the feed is not polled either")
            return replace(self._nothing(), is_fenced=True)
        if websub.is_being_polled(connection, push.job.feed_id, now=self._now):
            return None
        try:
            with connection.begin_nested():
                return self._write()
        except (sa.exc.OperationalError, sqlite3.OperationalError):
            raise  # the disk or the lock: it waits in the inbox
        except Exception as error:  # noqa: BLE001  # as in a poll's deposit: recorded, and no other's trouble
            self._indexer.rollback()
            detail = f"the archive could not take it: {type(error).__name__}: {error}"
            failed = FeedFailed(reason=Reason.DEPOSIT, detail=detail)
            self._push = replace(push, result=failed)
            return replace(self._write(), notes=(traceback.format_exc(),))

    def _write(self) -> Deposited:
        match self._push.result:
            case FeedParsed() as parsed:
                return self._write_parsed(parsed)
            case FeedFailed() as failed:
                self._answer(failed.detail)
                websub.poll_soon(self._connection, self._push.job.feed_id, now=self._now)
                return self._nothing()

    def _write_parsed(self, parsed: FeedParsed) -> Deposited:
        connection, job = self._connection, self._push.job
        if parsed.parsed.entries and self._names_body:
            name_body(connection, parsed.body_digest, "feed", job.feed_id, at_us=to_us(self._now))
        entries = EntryDeposit(
            connection,
            job,
            parsed,
            indexer=self._indexer,
            now=self._now,
            policy=self._policy,
            only_adds=True,
        )
        deposited = entries.write(self._outcome())
        if n_new := deposited.n_new + deposited.n_joined:
            self._note_rhythm(n_new)
        websub.count_push(connection, self._push.letter.about, now=self._now)
        self._answer(
            f"{deposited.n_new} new, {deposited.n_joined} also elsewhere, {deposited.n_revised} edited"
        )
        return deposited

    def _note_rhythm(self, n_new: int) -> None:
        """Keep the feed's rhythm true, so that it is polled as it should be once pushes end."""
        of_feed = feeds.c.id == self._push.job.feed_id
        held = self._connection.execute(sa.select(feeds.c.rhythm).where(of_feed)).scalar_one()
        rhythm = self._after_news(frontier.rhythm_of(held), now=self._now, n_new=n_new)
        self._connection.execute(
            sa.update(feeds).where(of_feed).values(rhythm=frontier.rhythm_json(rhythm))
        )

    def _answer(self, words: str) -> None:
        websub.answer(self._connection, self._push.letter.id, words, now=self._now)

    def _nothing(self) -> Deposited:
        return Deposited(outcome=self._outcome())

    def _outcome(self) -> FeedOutcome:
        """Return the push as the log of a deposit knows it: nothing was asked, so nothing took time."""
        job = self._push.job
        exchange = Exchange(requested_url=job.url, url=job.url, started_at=self._push.letter.at)
        return FeedOutcome(job=job, exchange=exchange, result=self._push.result)
