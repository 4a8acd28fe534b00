"""What the archive's own words make of a query's: forms, words that begin so, the nearest word. Read-only.

Called by `archive.search.expand`. The table `word` holds every word ever indexed with its keys in its language.
"""

from collections.abc import Iterable
from typing import Final

from archive.store.sqlite import Reader
from archive.words.forms import UNKNOWN, keys

MAX_FORMS: Final = 64
"""Forms of a word in one language; what is cut is said."""

MAX_PREFIX_WORDS: Final = 1_000
"""Words a prefix may stand for: at 1M articles 71 ms for those of three letters (SEARCH)."""

_MAX_NEIGHBOURS: Final = 20_000


def languages(reader: Reader) -> tuple[str, ...]:
    """Return the languages of the vocabulary, by steps over the key rather than a scan."""
    return tuple(
        lang
        for (lang,) in reader.rows(
            "WITH RECURSIVE step(lang) AS (SELECT min(lang) FROM word UNION ALL"
            " SELECT (SELECT min(lang) FROM word WHERE lang > step.lang) FROM step WHERE step.lang IS NOT NULL)"
            " SELECT lang FROM step WHERE lang IS NOT NULL"
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
    found, cut = [], []
    for lang in langs:
        stems = sorted({*keys(spelling, lang), *stored.get(lang, ())})
        words = {
            word
            for stem in stems
            for (word,) in reader.rows(
                "SELECT word FROM word WHERE lang = ? AND stem = ? LIMIT ?",
                (lang, stem, MAX_FORMS + 2),
            )
        } - {token}
        if len(words) > MAX_FORMS:
            cut.append(lang)
        if words:
            found.append(
                (lang, tuple(sorted(words, key=lambda word: (len(word), word))[:MAX_FORMS]))
            )
    return tuple(found), tuple(cut)


def words_beginning(reader: Reader, prefix: str, limit: int = MAX_PREFIX_WORDS) -> tuple[str, ...]:
    """Return the distinct words that begin so, in their order, at most `limit` and one."""
    rows = reader.rows(
        "SELECT DISTINCT word FROM word WHERE word >= ? AND word < ? ORDER BY word LIMIT ?",
        (prefix, prefix + "\U0010ffff", limit + 1),
    )
    return tuple(word for (word,) in rows)


def count_beginning(reader: Reader, prefix: str) -> int:
    """Return how many distinct words begin so."""
    row = reader.row(
        "SELECT count(DISTINCT word) FROM word WHERE word >= ? AND word < ?",
        (prefix, prefix + "\U0010ffff"),
    )
    return int(row[0]) if row else 0


def near(reader: Reader, token: str) -> tuple[str, ...]:
    """Return words that are one or two edits from `token`, nearest first; they share its first two letters."""
    if len(token) < 4:
        return ()
    rows = reader.rows(
        "SELECT DISTINCT word FROM word WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ? LIMIT ?",
        (token[:2], token[:2] + "\U0010ffff", len(token) - 2, len(token) + 2, _MAX_NEIGHBOURS),
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
