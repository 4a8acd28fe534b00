"""What the archive's own words make of a query's: forms, words that begin or end so, the nearest. Read-only.

Called by `archive.search.expand`. `word_sorted` holds every word ever indexed with its keys in its language,
`word_ending` the same words backwards, and `word_new` those that wait to be sorted in: each question asks both kinds.
`word` is `word_sorted` and `word_new` in one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from archive.store.sqlite import Reader
from archive.words.forms import UNKNOWN, keys

MAX_FORMS: Final = 64
"""Forms of a word in one language; what is cut is said."""

MAX_PREFIX_WORDS: Final = 1_000
"""Words a prefix or an ending may stand for: at 1M articles 71 ms for those of three letters (SEARCH)."""

_MAX_NEIGHBOURS: Final = 20_000

_LAST: Final = "\U0010ffff"
"""Stands behind every letter: what begins with x lies between x and x and this."""


def languages(reader: Reader) -> tuple[str, ...]:
    """Return the languages of the vocabulary, by steps over the key rather than a scan."""
    return tuple(
        lang
        for (lang,) in reader.rows(
            "WITH RECURSIVE step(lang) AS (SELECT min(lang) FROM word_sorted UNION ALL"
            " SELECT (SELECT min(lang) FROM word_sorted WHERE lang > step.lang) FROM step"
            " WHERE step.lang IS NOT NULL)"
            " SELECT lang FROM step WHERE lang IS NOT NULL UNION SELECT lang FROM word_new ORDER BY lang"
        )
        if lang != UNKNOWN
    )


def forms_of(
    reader: Reader, spelling: str, token: str, langs: Iterable[str]
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    """Return the other forms of a word in each language that has any, and the languages whose forms were cut.

    A word's keys are those of its spelling as typed, and those stored for its folded spelling: so `etudie` finds
    `étudié`.
    """
    stored: dict[str, set[str]] = {}
    for lang, stem in reader.rows("SELECT lang, stem FROM word WHERE word = ?", (token,)):
        stored.setdefault(lang, set()).add(stem)
    asked = [
        (lang, stem) for lang in langs for stem in {*keys(spelling, lang), *stored.get(lang, ())}
    ]
    words_of: dict[str, set[str]] = {lang: set() for lang, _ in asked}
    for lang, word in _sharing(reader, asked):
        words_of[lang].add(word)
    found, cut = [], []
    for lang, words in words_of.items():
        words.discard(token)
        if len(words) > MAX_FORMS:
            cut.append(lang)
        if words:
            found.append(
                (lang, tuple(sorted(words, key=lambda word: (len(word), word))[:MAX_FORMS]))
            )
    return tuple(found), tuple(cut)


def _sharing(reader: Reader, asked: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (language, word) of all words that have one of some keys, each (language, key)."""
    if not asked:
        return []
    values = [part for pair in asked for part in pair]
    return reader.rows(
        # CROSS JOIN keeps the order: each key is looked up. SQLite would read all words for an IN of pairs.
        f"WITH asked (lang, stem) AS (VALUES {', '.join(['(?, ?)'] * len(asked))})"
        " SELECT w.lang, w.word FROM asked AS a CROSS JOIN word_sorted AS w ON w.lang = a.lang AND w.stem = a.stem"
        " UNION ALL SELECT lang, word FROM word_new WHERE (lang, stem) IN (SELECT lang, stem FROM asked)",
        values,
    )


def words_beginning(reader: Reader, prefix: str, limit: int = MAX_PREFIX_WORDS) -> tuple[str, ...]:
    """Return the distinct words that begin so, in their order, at most `limit` and one."""
    rows = reader.rows(
        "SELECT word FROM (SELECT DISTINCT word FROM word_sorted WHERE word >= :first AND word < :end"
        " ORDER BY word LIMIT :limit)"
        " UNION SELECT word FROM word_new WHERE word >= :first AND word < :end ORDER BY word LIMIT :limit",
        {"first": prefix, "end": prefix + _LAST, "limit": limit + 1},
    )
    return tuple(word for (word,) in rows)


def count_beginning(reader: Reader, prefix: str) -> int:
    """Return how many distinct words begin so."""
    row = reader.row(
        "SELECT count(DISTINCT word) FROM word WHERE word >= ? AND word < ?",
        (prefix, prefix + _LAST),
    )
    return int(row[0]) if row else 0


def words_ending(reader: Reader, ending: str, limit: int = MAX_PREFIX_WORDS) -> tuple[str, ...]:
    """Return the words that end so, in their order, at most `limit` and one."""
    start = ending[::-1]
    rows = reader.rows(
        "SELECT reversed FROM word_ending WHERE reversed >= ? AND reversed < ? LIMIT ?",
        (start, start + _LAST, limit + 1),
    )
    words = {word[::-1] for (word,) in rows} | _new_ending(reader, ending)
    return tuple(sorted(words)[: limit + 1])


def count_ending(reader: Reader, ending: str) -> int:
    """Return how many words end so."""
    start = ending[::-1]
    sorted_in = reader.rows(
        "SELECT reversed FROM word_ending WHERE reversed >= ? AND reversed < ?",
        (start, start + _LAST),
    )
    return len({word[::-1] for (word,) in sorted_in} | _new_ending(reader, ending))


def _new_ending(reader: Reader, ending: str) -> set[str]:
    """Return the words that end so, of those that are not sorted in yet."""
    rows = reader.rows(
        "SELECT word FROM word_new WHERE substr(word, ?) = ?", (-len(ending), ending)
    )
    return {word for (word,) in rows}


def near(reader: Reader, token: str) -> tuple[str, ...]:
    """Return words that are one or two edits from `token`, nearest first; they share its first two letters."""
    if len(token) < 4:
        return ()
    rows = reader.rows(
        "SELECT DISTINCT word FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ? LIMIT ?",
        (token[:2], token[:2] + _LAST, len(token) - 2, len(token) + 2, _MAX_NEIGHBOURS),
    )
    allowed = 1 if len(token) < 6 else 2
    ranked = sorted((distance(token, word, allowed), word) for (word,) in rows if word != token)
    return tuple(word for edits, word in ranked if edits <= allowed)[:5]


def distance(one: str, other: str, limit: int) -> int:
    """Return the number of edits between two words (letters put in, left out, changed, swapped), or `limit` + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            edits = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                edits = min(edits, before_last[j - 2] + 1)
            row.append(edits)
        if min(row) > limit:
            return limit + 1
        before_last, last = last, row
    return min(last[-1], limit + 1)
