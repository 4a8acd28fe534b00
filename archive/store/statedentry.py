"""An entry of a feed with all that is made of it once: its statement, its digests, what it is compared by.

Pure. Called by `archive.store.entries` for every entry that is new or changed by its bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from archive import record
from archive.identity.address import site_of
from archive.identity.ids import digest16, public_id
from archive.identity.likeness import Telling, Traits, traits_of
from archive.model.outcome import FeedJob
from archive.model.stated import Entry
from archive.store.known import url_digest
from archive.store.policy import DepositPolicy
from archive.store.stating import entry_digest, guid_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedEntry:
    """An entry as stated. `public_id` is what its article is called, should it begin one and the id be free.

    `guid` is what it is known by within its feed; `has_guid` tells that this is the one stated, and means something.
    """

    entry: Entry
    guid: str
    has_guid: bool
    entry_digest: bytes
    guid_digest: bytes
    statement: record.Statement
    digest: bytes
    traits: Traits
    public_id: str

    @property
    def erasable_keys(self) -> set[bytes]:
        """What an erasure would know it by."""
        return {self.guid_digest, *map(url_digest, self.traits.url_keys)}


def state_entry(
    entry: Entry,
    job: FeedJob,
    *,
    archive_id: str,
    birth_url: str,
    policy: DepositPolicy,
    now: datetime,
    is_guid_passing: bool = False,
) -> StatedEntry:
    """Return what a feed's entry states; `birth_url` is the feed's.

    `is_guid_passing`: its guids are others at every poll; the address stands in their place, or what it says.
    """
    guid = _lasting_guid(entry) if is_guid_passing else entry.guid
    statement = record.from_entry(entry)
    believed = record.is_believed(entry.published_at, now)
    telling = Telling(
        feed_id=job.feed_id,
        site=policy.publisher(site_of(entry.origin_url or entry.url, job.url)),
        at=now,
        title=entry.title,
        text=entry.text,
        summary=statement.description or "",
        url=entry.url,
        origin_url=entry.origin_url,
        guid=None if is_guid_passing else entry.guid_stated,
        language=entry.language,
        published_at=entry.published_at if believed else None,
    )
    return StatedEntry(
        entry=entry,
        guid=guid,
        has_guid=entry.guid_stated is not None and not is_guid_passing,
        entry_digest=entry_digest(job.feed_id, guid, entry.url),
        guid_digest=guid_digest(job.feed_id, guid),
        statement=statement,
        digest=record.statement_digest(statement),
        traits=traits_of(telling),
        public_id=public_id(archive_id, birth_url, entry.url, entry.guid_stated),
    )


def _lasting_guid(entry: Entry) -> str:
    return entry.url or digest16("said", entry.title, entry.text).hex()
