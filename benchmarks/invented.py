"""An invented archive of any size, for measuring what a search takes: seeded, so one size is one archive.

Dutch, English and German in invented words: stems with their endings by Zipf's law, compounds that stand once, a few
true function words. Each article is on one of 400 topics, so some pairs of words meet and others hardly ever do. Rows
are written as deposit leaves them (feed, sighting, statement, variant, revisions, article); the index is written by the
store's own path, `indexing.indexed` and `Indexer.add`.
"""

import json
import random
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate, count
from typing import Any, Final

from sqlalchemy import Connection, Table

from archive.store import Store, indexing, schema
from archive.store.index import Indexer
from archive.store.instants import NEVER, to_us
from archive.store.prepared import driver_of

SEED: Final = "newsarchive"
FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2026, 11, 24, tzinfo=UTC)

N_FEEDS: Final = 40
N_TOPICS: Final = 400
N_STEMS: Final = 12_000
A_COMMIT: Final = 500

COMPOUND: Final = 0.007
"""Of all words; two million distinct words in a million articles come of it, as in the newspapers SEARCH measured."""

_LANGUAGES: Final = {"nl": 0.55, "en": 0.25, "de": 0.20}
_FUNCTION: Final = {
    "nl": "de het een en van in op voor met aan bij uit naar over door om maar ook nog niet wel dat die is zijn was",
    "en": "the a of and to in on for with at by from about through but also still not that who is are was were have",
    "de": "der die das und von in auf für mit an bei aus nach über durch um aber auch noch nicht dass ist sind war",
}
_ENDINGS: Final = {
    "nl": ("", "en", "s", "je"),
    "en": ("", "s", "ed", "ing"),
    "de": ("", "en", "er", "es"),
}
_ONSETS: Final = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "pr",
    "r",
    "s",
    "sl",
    "sp",
    "st",
    "str",
    "t",
    "tr",
    "v",
    "vl",
    "w",
    "z",
]
_VOWELS: Final = {
    "nl": ["a", "aa", "e", "ee", "i", "ie", "o", "oo", "oe", "u", "ui", "ij", "eu"],
    "en": ["a", "ai", "e", "ea", "i", "o", "oa", "oo", "u", "ou", "y"],
    "de": ["a", "ä", "e", "ei", "i", "ie", "o", "ö", "u", "ü", "au"],
}
_CODAS: Final = [
    "d",
    "f",
    "g",
    "k",
    "l",
    "ld",
    "lk",
    "m",
    "n",
    "nd",
    "ng",
    "nk",
    "p",
    "r",
    "rd",
    "rk",
    "rm",
    "s",
    "st",
    "t",
]
_SECTIONS: Final = [
    "Binnenland",
    "Buitenland",
    "Economie",
    "Sport",
    "Cultuur",
    "Wetenschap",
    "Opinie",
    "Klimaat",
]
_MOULDS: Final = (
    "{} {} over {}",
    "{}: {} {} {}",
    "Waarom {} {} de {} {}",
    "{} {} {} na {}",
    "‘{} {} {}’, zegt {}",
)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its words, the most frequent first, and for each rank the sum of frequencies up to it."""

    words: tuple[str, ...]
    sums: tuple[float, ...]
    topics: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Built:
    """What building took: CPU seconds in all, and of the index alone (reading the rows, words, FTS5)."""

    n_articles: int = 0
    n_revisions: int = 0
    total_s: float = 0.0
    index_s: float = 0.0


def tongues() -> Mapping[str, Tongue]:
    """Return the languages of the archive; the same ones whenever they are made."""
    return {lang: _tongue(lang, random.Random(f"{SEED}/{lang}")) for lang in _LANGUAGES}


def _tongue(lang: str, chance: random.Random) -> Tongue:
    stems: dict[str, None] = {}
    while len(stems) < N_STEMS:
        n_syllables = chance.choice((1, 2, 2, 2, 3, 3))
        stems["".join(_syllable(lang, chance) for _ in range(n_syllables))] = None
    own = [stem + ending for stem in stems for ending in _ENDINGS[lang]]
    chance.shuffle(own)
    words = tuple(dict.fromkeys((*_FUNCTION[lang].split(), *own)))
    sums = tuple(accumulate(1 / (rank + 2.7) ** 1.15 for rank in range(len(words))))
    topics = tuple(
        tuple(words[int(60 * 100 ** chance.random())] for _ in range(60)) for _ in range(N_TOPICS)
    )
    return Tongue(words, sums, topics)


def _syllable(lang: str, chance: random.Random) -> str:
    return chance.choice(_ONSETS) + chance.choice(_VOWELS[lang]) + chance.choice(_CODAS)


def build(store: Store, n_articles: int) -> Built:
    """Fill a new archive with articles in the order of time; 0.4 CPU ms an article, half of it the index."""
    built = Built(n_articles=n_articles)
    began = time.process_time()
    with store.writing() as connection:
        _write(connection, {"hosts": list(_hosts()), "feeds": list(_feeds())})
    made = _Maker(n_articles)
    indexer = Indexer()
    for start in range(0, n_articles, A_COMMIT):
        rows = made.rows(range(start, min(start + A_COMMIT, n_articles)))
        with store.writing() as connection:
            _write(connection, rows)
            before = time.process_time()
            ids = [row["id"] for row in rows["revisions"]]
            indexer.add(driver_of(connection), indexing.indexed(connection, ids))
            built.index_s += time.process_time() - before
            built.n_revisions += len(ids)
        indexer.commit()
    built.total_s = time.process_time() - began
    return built


def go_on(store: Store, a_commit: int) -> None:
    """Commit articles that are newer than all others, so many at a time, until the process is ended."""
    with store.reading() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one()
            for table in ("articles", "revisions", "sightings")
        ]
    made = _Maker(counts[0], n_revisions=counts[1], n_sightings=counts[2])
    indexer = Indexer()
    for start in count(counts[0], a_commit):
        rows = made.rows(range(start, start + a_commit))
        with store.writing() as connection:
            _write(connection, rows)
            ids = [row["id"] for row in rows["revisions"]]
            indexer.add(driver_of(connection), indexing.indexed(connection, ids))
        indexer.commit()


def _write(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for name, values in rows.items():
        if values:
            table: Table = schema.tables.tables[name]
            connection.execute(table.insert(), values)


def feed_name(n: int) -> str:
    return f"krant{n}"


def _hosts() -> Iterator[Mapping[str, Any]]:
    for n in range(1, N_FEEDS + 1):
        times = dict.fromkeys(("next_at", "hold_until", "lease_until", "robots_at"), NEVER)
        yield {
            "id": n, "digest": _digest("host", n), "name": f"{feed_name(n)}.example:443", "owner": "", **times,
        }  # fmt: skip


def _feeds() -> Iterator[Mapping[str, Any]]:
    for n in range(1, N_FEEDS + 1):
        url = f"https://{feed_name(n)}.example/feed"
        yield {
            "id": n, "name": feed_name(n), "host_id": n, "url": url, "birth_url": url, "title": f"Krant {n}",
            "origin": "cli", "state": "active", "body_digest": b"\0" * 16, "unconditional_at": NEVER,
            "window_confirmed_at": 0, "next_poll_at": NEVER, "created_at": to_us(FIRST),
        }  # fmt: skip


@dataclass(slots=True)
class _Maker:
    """Makes the rows of articles, numbered by time."""

    n_articles: int
    tongues: Mapping[str, Tongue] = field(default_factory=tongues)
    n_revisions: int = 0
    n_sightings: int = 0

    def rows(self, numbers: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of some articles by table, in an order their references allow."""
        names = ("contents", "articles", "variants", "sightings", "statements", "revisions")
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for number in numbers:
            self._article(rows, number)
        return rows

    def _article(self, rows: dict[str, list[dict[str, Any]]], number: int) -> None:
        chance = random.Random(f"{SEED}/{number}")
        lang = chance.choices(tuple(_LANGUAGES), tuple(_LANGUAGES.values()))[0]
        tongue = self.tongues[lang]
        topic = tongue.topics[int(N_TOPICS * chance.random() ** 2)]
        title, text = _title(tongue, topic, chance), _text(tongue, topic, chance)
        span = (to_us(LAST) - to_us(FIRST)) // self.n_articles
        seen = to_us(FIRST) + span * number + chance.randrange(span)
        # One in fifty is a late arrival: dated up to a year before it was seen.
        age = chance.randrange(365 * 86_400) if chance.random() < 0.02 else 60
        dated = max(to_us(FIRST), seen - age * 1_000_000)
        feed = 1 + int(N_FEEDS * chance.random() ** 2)
        variant = number + 1
        url = f"https://{feed_name(feed)}.example/artikel/{number}"
        stated = {
            "authors": [{"name": f"{chance.choice(_SECTIONS)[:3]} {tongue.words[400 + chance.randrange(200)]}"}],
            "tags": [chance.choice(topic)],
        }  # fmt: skip
        fields = {
            "variant_id": variant, "url": url, "canonical_url": url, "language": lang, "published_at": dated,
            "published_precision": "second", "section": chance.choice(_SECTIONS), "word_count": text.count(" "),
            "reading_minutes": 1 + text.count(" ") // 250, "stated": json.dumps(stated),
        }  # fmt: skip
        kinds = ["new", *self._later(chance)]
        rows["articles"].append(
            {
                "id": variant, "public_id": _public_id(number), "first_seen_at": seen, "effective_at": dated,
                "settle_at": seen, "settled_at": seen, "primary_variant_id": variant, "is_dirty": False,
            }
        )  # fmt: skip
        for n, kind in enumerate(kinds):
            content = _digest("content", number, n)
            rows["contents"].append({"digest": content, "html": None, "text": text})
            self.n_revisions += 1
            rows["revisions"].append(
                {
                    "id": self.n_revisions, "number": n + 1, "kind": kind, "digest": _digest("revision", number, n),
                    "content_digest": content, "title": title, "first_seen_at": seen + n * 3_600_000_000, **fields,
                }
            )  # fmt: skip
            text = _edited(text, tongue, chance)
        rows["variants"].append(
            {
                "id": variant, "article_id": variant, "site": f"{feed_name(feed)}.example", "audience": "public",
                "revision_id": self.n_revisions, "page_state": "none", "first_seen_at": seen,
            }
        )  # fmt: skip
        # One in ten stands in a second feed too, most often its neighbour.
        for where in (feed, 1 + feed % N_FEEDS)[: 1 + (chance.random() < 0.1)]:
            self._sighting(rows, where, variant, number, title, seen)

    def _later(self, chance: random.Random) -> tuple[str, ...]:
        roll = chance.random()
        if roll < 0.06:
            return ("substantial",)
        return ("reparse",) if roll < 0.08 else ()

    def _sighting(
        self, rows: dict[str, list[dict[str, Any]]], feed: int, variant: int, number: int, title: str, seen: int
    ) -> None:  # fmt: skip
        self.n_sightings += 1
        names = (_digest(what, feed, number) for what in ("sighting", "entry", "guid", "item"))
        rows["sightings"].append(
            {
                **dict(zip(("digest", "entry_digest", "guid_digest", "item_digest"), names, strict=True)),
                "id": self.n_sightings, "feed_id": feed, "variant_id": variant, "guid": f"{feed}-{number}",
                "url": f"https://{feed_name(feed)}.example/artikel/{number}", "first_seen_at": seen,
                "last_seen_at": seen, "position": 0, "statement_id": self.n_sightings, "rule": "new",
            }
        )  # fmt: skip
        rows["statements"].append(
            {
                "id": self.n_sightings, "variant_id": variant, "sighting_id": self.n_sightings, "source": "feed",
                "digest": _digest("statement", feed, number), "content_digest": _digest("content", number, 0),
                "title": title, "first_stated_at": seen, "last_stated_at": seen, "body_digest": b"\0" * 16,
                "parser_version": 1,
            }
        )  # fmt: skip


def _text(tongue: Tongue, topic: Sequence[str], chance: random.Random) -> str:
    """Return paragraphs of about 280 words: most by frequency, a sixth of the topic, some compounds."""
    n_words = min(3_000, 20 + int(chance.lognormvariate(5.35, 0.65)))
    words = _drawn(tongue, n_words, chance)
    for at in range(chance.randrange(6), n_words, 6):
        words[at] = chance.choice(topic)
    for _ in range(round(n_words * COMPOUND + chance.random() - 0.5)):
        words[chance.randrange(n_words)] = chance.choice(topic) + chance.choice(
            _longer(tongue, chance)
        )
    for at in range(0, n_words, 15):
        words[at] = words[at].capitalize()
        words[at - 1] += "."
    return " ".join(words)


def _longer(tongue: Tongue, chance: random.Random) -> tuple[str, ...]:
    at = 60 + chance.randrange(6_000)
    return tongue.words[at : at + 1]


def _drawn(tongue: Tongue, n: int, chance: random.Random) -> list[str]:
    words, sums, total = tongue.words, tongue.sums, tongue.sums[-1]
    return [words[bisect_left(sums, chance.random() * total)] for _ in range(n)]


def _title(tongue: Tongue, topic: Sequence[str], chance: random.Random) -> str:
    mould = chance.choice(_MOULDS)
    return mould.format(*(chance.choice(topic) for _ in range(4))).capitalize()


def _edited(text: str, tongue: Tongue, chance: random.Random) -> str:
    """Return the text after an edit: some of its words are others."""
    words = text.split(" ")
    for at, word in enumerate(_drawn(tongue, len(words) // 12, chance)):
        words[at * 12] = word
    return " ".join(words)


def _public_id(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    value = int.from_bytes(_digest("article", number)[:10], "big")
    return "".join(letters[value >> shift & 31] for shift in range(0, 80, 5))


def _digest(what: str, *parts: int) -> bytes:
    return blake2b(f"{what}{parts}".encode(), digest_size=16).digest()
