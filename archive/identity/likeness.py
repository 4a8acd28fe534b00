"""A telling, and the traits of it that are compared: made once, asked many times.

A telling is what one source stated of an article at one time (a feed's entry, a page). Traits are
computed when first asked for and kept, so that a telling that an address decides costs 30 us and
one that only its words decide some hundreds. Called by `archive.store.deposit`, which stores
`candidate_keys` and asks them again to find whom to compare with.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from hashlib import blake2b
from heapq import nsmallest
from typing import Final, NamedTuple
from zlib import crc32

from archive.identity.address import is_home, url_key
from archive.identity.folding import fold, n_words_of, numbers_of, words_in

HEAD_WORDS: Final = (
    80  # a summary is the head of its text: keys of the head meet those of a summary
)
HEAD_SHINGLES: Final = 6
WHOLE_SHINGLES: Final = 12
"""6 of the head and 12 of the whole: recall 1.00 of the pairs that the rules join (IDENTITY)."""

MIN_HASHED_WORDS: Final = 6  # "Read more", "Staff Reports": equal, and say nothing
MIN_TITLE_WORDS: Final = 3

Shingle = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one source stated of an article.

    `text` is the fullest plain text, `summary` a separate shorter one ("" if there is none, or if
    it is all there is: then it is `text`). `site` is `address.site_of` the link. `at` is when it
    was first seen so, aware; `published_at` as stated and believed.
    """

    feed_id: int
    site: str
    at: datetime
    title: str = ""
    text: str = ""
    summary: str = ""
    url: str | None = None
    origin_url: str | None = None
    canonical_url: str | None = None
    guid: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    is_page: bool = False


class KeyKind(IntEnum):
    """What a candidate key is made of; stored, so never renumbered."""

    ID = 1
    TEXT = 2
    TITLE = 3
    SHINGLE = 4


class Key(NamedTuple):
    """A row of the candidate index: tellings that share one are compared. `value` is signed 64-bit."""

    kind: KeyKind
    value: int


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is compared of a telling.

    Not slotted, since the lazy properties keep their value in the instance. `url_keys` are those of
    canonical, origin and link, in that order, without bare home pages.
    """

    telling: Telling
    url_keys: tuple[str, ...]

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        return tuple(words_in(self.telling.title[:MAX_TITLE_CHARS]))

    @cached_property
    def title_key(self) -> str:
        return " ".join(self.title_words)

    @cached_property
    def title_numbers(self) -> frozenset[str]:
        return numbers_of(fold(self.telling.title[:MAX_TITLE_CHARS]))

    @cached_property
    def folded(self) -> str:
        """The text, or the summary where there is none, folded."""
        return fold(self.telling.text or self.telling.summary)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(words_in(self.telling.text or self.telling.summary))

    @cached_property
    def n_words(self) -> int:
        """How long the text is, in words as scripts with spaces have them."""
        return n_words_of(self.words, self.telling.text or self.telling.summary)

    @cached_property
    def brief(self) -> tuple[str, ...]:
        """The words of a separate summary, or of a text short enough to be one."""
        if self.telling.text and self.telling.summary:
            return tuple(words_in(self.telling.summary))
        return self.words if len(self.words) <= MAX_SUMMARY_WORDS else ()

    @cached_property
    def shingles(self) -> frozenset[Shingle]:
        return frozenset(shingles_of(self.words, 3))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return numbers_of(self.folded)

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that stand capitalised inside a sentence; of scripts without case, nothing."""
        return frozenset(names_in(self.telling.text or self.telling.summary))

    @cached_property
    def grams(self) -> frozenset[str]:
        """Five-letter runs, for text with misread letters. Cut: a head tells as much as the whole."""
        run = "".join(self.words)[:MAX_GRAM_CHARS]
        return frozenset(run[i : i + 5] for i in range(len(run) - 4))

    @cached_property
    def ids(self) -> "Ids":
        return _ids_of(self.url_keys)

    @cached_property
    def keys(self) -> tuple["Key", ...]:
        """What it is stored under and sought by in the candidate index: see `candidate_keys`."""
        return _keys_of(self)


class Ids(NamedTuple):
    """Numbers that a publisher gave its article, from its addresses.

    `opaque` are random enough to prove identity on one site, `numeric` need another agreement.
    """

    opaque: frozenset[str]
    numeric: frozenset[str]


MAX_TITLE_CHARS: Final = 2_000
MAX_SUMMARY_WORDS: Final = 120
MAX_GRAM_CHARS: Final = 4_000

_OPAQUE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9a-f-]*[0-9][0-9a-f-]*[0-9])(?=[0-9a-f-]*[a-f])"
    r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8,40})"
    r"(?![0-9A-Za-z])"
)
_NUMERIC: Final = re.compile(r"(?<!\d)\d{5,19}(?!\d)")
_DAY_NUMBER: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\d{4,6})?$")
_CODE: Final = re.compile(r"(?<![0-9A-Za-z])(?=\w*\d)(?=\w*[A-Z])[0-9A-Za-z]{6,24}(?![0-9A-Za-z])")
_PAPERS_NAME: Final = re.compile(r" [-–—|·] (?=[^-–—|·]*$)")
# A capital inside a sentence: after a lower-case word, a comma, a quote or an article; not after . ! ?
_NAME: Final = re.compile(r"(?<=[\w,;:)’'”] )(?=[^\W\d_])(\w[\w’'-]*)")


def traits_of(telling: Telling) -> Traits:
    """Return the traits of a telling; its words are looked at when a rule first asks."""
    keys = (
        url_key(url)
        for url in (telling.canonical_url, telling.origin_url, telling.url)
        if url is not None
    )
    known = dict.fromkeys(key for key in keys if key is not None and not is_home(key))
    return Traits(telling=telling, url_keys=tuple(known))


def candidate_keys(traits: Traits) -> tuple[Key, ...]:
    """Return what `traits` is stored under and sought by in the candidate index, without doubles.

    At most about 25. Addresses and guids are not among them: they have indexes of their own. Values
    are equal on every machine and for ever: blake2b, and CRC-32 for shingles, of which a text has
    hundreds (0.4 us each, where a mixed 64-bit hash in Python takes 2.5; at a million articles a
    32-bit value meets by chance once in 250).
    """
    return traits.keys


def _keys_of(traits: Traits) -> tuple[Key, ...]:
    site = traits.telling.site
    keys = [Key(KeyKind.ID, _hash64(f"{site} {i}")) for i in sorted(traits.ids.opaque)[:3]]
    keys += [Key(KeyKind.ID, _hash64(f"{site} {i}")) for i in sorted(traits.ids.numeric)[:3]]
    if len(traits.words) >= MIN_HASHED_WORDS:
        keys.append(Key(KeyKind.TEXT, _hash64(" ".join(traits.words))))
    keys += [Key(KeyKind.TITLE, _hash64(title)) for title in _title_forms(traits)]
    runs = _run_hashes(traits.words)
    whole = _smallest(WHOLE_SHINGLES, runs)
    is_all_head = len(runs) <= HEAD_WORDS - 3
    head = (
        whole[:HEAD_SHINGLES] if is_all_head else _smallest(HEAD_SHINGLES, runs[: HEAD_WORDS - 3])
    )
    summary: list[int] = []
    if traits.brief != traits.words:
        summary = _smallest(HEAD_SHINGLES, _run_hashes(traits.brief))
    keys += [Key(KeyKind.SHINGLE, value) for value in dict.fromkeys((*head, *whole, *summary))]
    return tuple(dict.fromkeys(keys))


def shingles_of(words: tuple[str, ...], n: int) -> Iterable[Shingle]:
    """Return the runs of `n` words; of fewer words, the one run there is; of none, nothing."""
    if len(words) < n:
        return (words,) if words else ()
    return zip(*(words[i:] for i in range(n)), strict=False)


def names_in(text: str) -> Iterator[str]:
    """Yield the folded words that stand capitalised inside a sentence of `text`."""
    for match in _NAME.finditer(text):
        word = match[1]
        if len(word) > 1 and word[0].isupper():
            yield from words_in(word)


def jaccard(a: Collection[object], b: Collection[object]) -> float:
    """Return the share that two sets have in common of all they have; 0 if either is empty."""
    a, b = frozenset(a), frozenset(b)
    if not a or not b:
        return 0.0
    n_common = len(a & b)
    return n_common / (len(a) + len(b) - n_common)


def containment(a: Collection[object], b: Collection[object]) -> float:
    """Return how much of the smaller set is in the larger; 0 if either is empty."""
    a, b = frozenset(a), frozenset(b)
    if not a or not b:
        return 0.0
    return len(a & b) / min(len(a), len(b))


def coverage(part: Collection[object], whole: Collection[object]) -> float:
    """Return how much of `part` is in `whole`; 0 if either is empty."""
    return len(frozenset(part) & frozenset(whole)) / len(part) if part and whole else 0.0


def agreement(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the containment of two sets of numbers; 1 if one has none: silence contradicts nothing."""
    return containment(a, b) if a and b else 1.0


def title_likeness(a: Traits, b: Traits) -> float:
    """Return how alike two titles are, 0 to 1; 0 if either is empty.

    The better of words and of letters (for misread and inflected ones). A title that was cut off is
    as good as the whole one.
    """
    if not a.title_words or not b.title_words:
        return 0.0
    if a.title_key == b.title_key:
        return 1.0
    if _is_cut_of(a, b) or _is_cut_of(b, a):
        return 0.95
    words = _dice(frozenset(a.title_words), frozenset(b.title_words))
    return max(words, _dice(_trigrams(a.title_key), _trigrams(b.title_key)))


def _is_cut_of(short: Traits, long: Traits) -> bool:
    n = len(short.title_words)
    is_cut = short.telling.title.rstrip().endswith(("…", "..."))
    return is_cut and n >= MIN_TITLE_WORDS and short.title_words == long.title_words[:n]


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _trigrams(text: str) -> frozenset[str]:
    text = f" {text[:400]} "
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def _title_forms(traits: Traits) -> Iterator[str]:
    """Yield the title as words, and what is left of it when a paper's name behind a dash goes."""
    if len(traits.title_words) < MIN_TITLE_WORDS:
        return
    yield traits.title_key
    title = traits.telling.title[:MAX_TITLE_CHARS]
    name = _PAPERS_NAME.search(title)
    if name is None:
        return
    words = words_in(title[: name.start()])
    if MIN_TITLE_WORDS <= len(words) < len(traits.title_words):
        yield " ".join(words)


def _ids_of(keys: tuple[str, ...]) -> Ids:
    opaque: set[str] = set()
    numeric: set[str] = set()
    for key in keys:
        place = key.partition("/")[2] or key.partition("?")[2]
        opaque.update(_OPAQUE.findall(place))
        numeric.update(n for n in _NUMERIC.findall(place) if not _DAY_NUMBER.match(n))
        numeric.update(_CODE.findall(place))
    return Ids(frozenset(opaque), frozenset(numeric - opaque))


def _run_hashes(words: tuple[str, ...]) -> list[int]:
    """Return a hash of each run of four words, in order."""
    parts = " ".join(words).encode("utf-8", "surrogatepass").split(b" ")
    runs = zip(parts, parts[1:], parts[2:], parts[3:], strict=False)
    return list(map(crc32, map(b" ".join, runs)))


def _smallest(n: int, values: Sequence[int]) -> list[int]:
    """Return the smallest distinct values, in order. A heap pays from some hundreds on (26 us for 500, sorting 42)."""
    distinct = set(values)
    return sorted(distinct)[:n] if len(distinct) < 200 else nsmallest(n, distinct)


def _hash64(text: str) -> int:
    return int.from_bytes(_digest8(text), "little", signed=True)


def _digest8(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
