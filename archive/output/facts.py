"""The facts of an article in words, the same on its page and in a terminal. Pure."""

from collections.abc import Iterable
from typing import Final

from archive.model.kept import Revision, RevisionKind
from archive.output.beside import Beside, File, length_of

KIND_WORDS: Final = {
    RevisionKind.NEW: "first seen",
    RevisionKind.SUBSTANTIAL: "edited",
    RevisionKind.MINOR: "small edit",
    RevisionKind.PAGE: "its page was read",
    RevisionKind.REPARSE: "read anew by us",
    RevisionKind.MOVED: "its address changed",
    RevisionKind.HAND: "corrected by hand",
}
"""Why a revision exists, in words."""

WORDS_A_MINUTE: Final = 238
"""RECORD, counters and reading time: what a reading time is counted with where none is stated."""

_CHARACTERS_A_MINUTE: Final = (
    500  # of Chinese, Japanese, Korean; of Thai, which has no spaces either
)
_TEASER: Final = 80  # words; what is shorter is read at a glance, and often only a teaser
_WITHOUT_SPACES: Final = frozenset({"ja", "ko", "th", "zh"})

_LANGUAGES: Final = {
    "ar": "Arabic", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "fy": "Frisian", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "la": "Latin", "nb": "Norwegian",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


def facts_of(revision: Revision, beside: Beside, *, n_pictures: int = 0) -> tuple[str, ...]:
    """Return the facts of a text: how long it reads, and what it is made of."""
    facts = [reading_time(revision)]
    if beside.n_parts > 1:
        facts.append(f"in {beside.n_parts} parts")
    if beside.updates:
        facts.append(f"live, {plural(len(beside.updates), 'update')}")
    if n_pictures > 1:
        facts.append(f"{n_pictures} pictures")
    if beside.languages:
        facts.append(f"partly in {listed(map(language_name, beside.languages))}")
    return tuple(fact for fact in facts if fact)


def origin_of(revision: Revision, feed_title: str) -> tuple[str, ...]:
    """Return whose an article is: its feed, the site where it is another, the section.

    A site's name that was inferred is its host, which the address shows.
    """
    site = revision.site_name or ""
    is_told = site.casefold() == feed_title.casefold() or (
        revision.provenance.get("site_name", "").endswith("inferred")
    )
    return tuple(filter(None, (feed_title, "" if is_told else site, revision.section)))


def reading_time(revision: Revision) -> str:
    """Return how long an article reads: as stated, else as counted, which says so; "" without a text."""
    if revision.reading_minutes:
        return f"{revision.reading_minutes} min read"
    n_words = revision.word_count or 0
    if not n_words:
        return ""
    if (revision.language or "").split("-")[0].lower() in _WITHOUT_SPACES:
        minutes = -(-len(revision.text) // _CHARACTERS_A_MINUTE)
        return f"{plural(len(revision.text), 'character')}, about {minutes} min"
    words = plural(n_words, "word")
    return f"{words}, about {-(-n_words // WORDS_A_MINUTE)} min" if n_words >= _TEASER else words


def live_sentence(beside: Beside) -> str:
    """Say which of a live blog's updates the article's text has."""
    n_all, n_told = len(beside.updates), sum(update.is_in_text for update in beside.updates)
    if n_told == n_all:
        return "The text above has all of them." if n_all > 1 else "The text above has it."
    if not n_told:
        return "Its page told these beside the text above."
    shown = "one" if n_told == 1 else f"{n_told:,}"
    return f"The text above has {shown} of {n_all:,}; its page told these besides."


def file_facts(file: File) -> str:
    """Return a file's kind, format, length and size: "audio · MP3 · 12:34 · 8.4 MB"."""
    length = length_of(file.seconds) if file.seconds else ""
    size = file_size(file.n_bytes) if file.n_bytes else ""
    return " · ".join(fact for fact in (file.kind, file.format, length, size) if fact)


def file_size(n_bytes: int) -> str:
    """Return a size for people, in decimal units: 180 kB, 1.2 MB."""
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB"):
        if amount < 999.5:
            is_fine = unit == "MB" and amount < 9.95
            return f"{amount:.1f} {unit}" if is_fine else f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def language_name(tag: str) -> str:
    """Return a language's English name; its tag where we have none."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), tag)


def plural(n: int, word: str) -> str:
    """Return a count with its word: 1 picture, 1,200 pictures."""
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def listed(words: Iterable[str]) -> str:
    """Return different words as a list in a sentence: "French, Greek and Arabic"; of none, nothing."""
    *most, last = dict.fromkeys(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last
