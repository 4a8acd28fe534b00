"""Fits `archive.identity` to a scorer of pairs and collections (documents as dicts of strings).

    decide(a, b)    the verdict on two documents
    cluster(docs)   {document id: article id}, one document after the other, as the deposit does

A document has feed, site, guid, url, title, summary, text, t (seconds, when seen) and perhaps
orig_link, canonical, published, lang.
"""

from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from zlib import crc32

from archive.identity.address import site_of
from archive.identity.decide import Candidate, Joined, decide_entry
from archive.identity.likeness import Telling, Traits, candidate_keys, traits_of
from archive.identity.rules import Verdict, compare

Document = dict[str, object]

MAX_BUCKET = 400  # a key that so many share tells nothing, as in the store


def traits_from(doc: Document) -> Traits:
    return _traits(tuple(sorted((k, v) for k, v in doc.items())))


@lru_cache(maxsize=20_000)
def _traits(fields: tuple[tuple[str, object], ...]) -> Traits:
    doc = dict(fields)
    text, summary = str(doc["text"]), str(doc["summary"])
    host = str(doc["site"])
    url = str(doc["url"]) or None
    at = datetime.fromtimestamp(float(str(doc["t"])), UTC)
    return traits_of(
        Telling(
            feed_id=crc32(str(doc["feed"]).encode()),
            site=site_of(url, f"https://{host}/"),
            at=at,
            title=str(doc["title"]),
            text=text or summary,
            summary=summary if text else "",
            url=url,
            origin_url=_text(doc, "orig_link"),
            canonical_url=_text(doc, "canonical"),
            guid=_text(doc, "guid"),
            language=_text(doc, "lang"),
            published_at=_instant(_text(doc, "published")),
        )
    )


def _text(doc: Document, field: str) -> str | None:
    return str(doc[field]) if doc.get(field) else None


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC)


def decide(a: Document, b: Document) -> Verdict:
    return compare(traits_from(a), traits_from(b))


def cluster(docs: list[Document]) -> dict[str, int]:
    articles: dict[str, int] = {}
    members: list[Candidate] = []
    index: defaultdict[object, list[int]] = defaultdict(list)
    for doc in docs:
        traits = traits_from(doc)
        telling = traits.telling
        keys: list[object] = [*traits.url_keys, *candidate_keys(traits)]
        if telling.guid:
            keys.append((telling.feed_id, telling.guid))
        near = {n for key in keys if len(index[key]) <= MAX_BUCKET for n in index[key]}
        decision = decide_entry(traits, b"", None, [members[n] for n in sorted(near)])
        n = len(members)
        article = decision.article_id if isinstance(decision, Joined) else n
        members.append(Candidate(article_id=article, variant_id=n, traits=traits))
        articles[str(doc["id"])] = article
        for key in keys:
            index[key].append(n)
    return articles
