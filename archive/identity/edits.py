"""How much changed between two statements of one article: noise, a touch, or what readers must know.

Noise (a clock, a counter, white space, an address's tracker) makes no revision and moves no date.
Called by `archive.identity.decide` and, for chosen revisions, by `archive.store.deposit`.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from archive.identity.folding import fold, words_in, words_of
from archive.identity.mould import DAY_WORDS


class EditKind(StrEnum):
    """`SUBSTANTIAL` and `MINOR` are spelt as `archive.model.kept.RevisionKind` spells them."""

    SUBSTANTIAL = "substantial"
    MINOR = "minor"
    NOISE = "noise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an edit is, and why in a few words. `n_changed` counts words that came or went."""

    kind: EditKind
    why: str
    n_changed: int = 0


MINOR_SHARE: Final = 0.05
MINOR_WORDS: Final = 12
"""Up to a sentence, and no more than a twentieth of the text: a correction of style."""

SPELT_ALIKE: Final = 0.55  # "Jansen" and "Janssen" .92, "brigde" .57; "rises" and "climbs" .15

# What a page or a feed says of the moment, of itself or of its readers. Each takes its numbers with
# it. The words are those of RECORD's header line, in eleven languages.
_AGO: Final = (
    r"\b\d{1,3}\s*(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)\s+ago\b"
    r"|\b\d{1,3}\s*(?:seconden|minuten|minuut|min|uur|uren|dagen|dag|weken)\s+geleden\b"
    r"|\bvor\s+\d{1,3}\s+(?:sekunden|minuten|minute|min|stunden|stunde|tagen|tag|std)\b"
    r"|\bil y a\s+\d{1,3}\s+(?:secondes?|minutes?|min|heures?|jours?|h)\b"
    r"|\bhace\s+\d{1,3}\s+(?:segundos?|minutos?|min|horas?|dias?)\b"
    r"|\b\d{1,3}\s+(?:secondi|minut[oi]|min|or[ae]|giorn[oi])\s+fa\b"
    r"|\bha\s+\d{1,3}\s+(?:segundos?|minutos?|min|horas?|dias?)\b"
    r"|\bfor\s+\d{1,3}\s+(?:sekunder|minutter|minuter|min|timer|timmar|time|dager|dage|dagar)\s+"
    r"(?:sedan|siden)\b"
    r"|\b\d{1,3}\s+(?:sekund|minut[ey]?|min|godzin[ey]?|dni)\s+temu\b"
)
_CLOCK: Final = r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s*(?:uur|uhr|[ap]\.?m\.?|h|cet|cest|gmt|utc))?"
_STAMP: Final = (
    r"\b(?:last\s+updated?|updated?|laatst\s+(?:bijgewerkt|gewijzigd)|bijgewerkt|update|aktualisiert"
    r"|zuletzt\s+aktualisiert|mis\s+a\s+jour|actualizado|aggiornato|atualizado|uppdaterad|opdateret"
    r"|oppdatert|zaktualizowano|stand)\b[^.\n]{0,30}?" + _CLOCK
)
_COUNTER: Final = (
    r"\b\d[\d.,\u00a0 ]{0,12}\s?(?:k|mln|mio\.?|m)?\s*(?:x\s+gelezen|keer\s+(?:bekeken|gelezen)"
    r"|weergaven|views?|reads|comments?|reacties|shares?|likes?|aufrufe|mal\s+gelesen|kommentare|vues"
    r"|lectures|commentaires|visitas|lecturas|comentarios|visualizzazioni|letture|visite|commenti"
    r"|visualizacoes|leituras|acessos|visningar|lasningar|visninger|kommentarer|wyswietlen|odslon"
    r"|komentarzy)\b"
)
_READING_TIME: Final = (
    r"\b(?:leestijd|reading time|lesezeit|lesedauer|temps de lecture|tiempo de lectura"
    r"|tempo di lettura|tempo de leitura|lastid|laesetid|lesetid|czas czytania)\W{0,3}\d{1,3}\s*\w*"
    r"|\b\d{1,3}[\s-]*min(?:ute)?s?\s+read\b"
)
_NOISE: Final = re.compile("|".join((_AGO, _STAMP, _COUNTER, _READING_TIME)))
# One of these that comes or goes turns a sentence round, however short the edit.
_FACTS: Final = DAY_WORDS.union(
    ("not", "never", "no", "niet", "geen", "nooit", "nicht", "kein", "keine", "keinen", "nie"),
    ("pas", "jamais", "aucun", "nunca", "non", "mai", "nao", "inte", "ikke", "aldri"),
)
_DIGIT: Final = re.compile(r"\d")


def quiet(text: str) -> str:
    """Return a text in which noise makes no difference.

    White space is evened; a text that shows a clock or a counter loses it (and then also case and
    points), any other stays exact to the letter.
    """
    # All noise has a figure in it.
    if _DIGIT.search(text) is None or _NOISE.search(folded := fold(text)) is None:
        return " ".join(text.split())
    return " ".join(words_of(_NOISE.sub(" ", folded)))


def edit_kind(old_title: str, old_text: str, new_title: str, new_text: str) -> Edit:
    """Return what changed between two statements of one article, and how much it matters.

    Substantial: the headline says something else, a number or a name moved, or more than a touch
    of the text. Minor: spelling, typing, style. Noise: nothing that a reader was told.
    """
    titles = _words(old_title), _words(new_title)
    texts = _words(old_text), _words(new_text)
    if titles[0] == titles[1] and texts[0] == texts[1]:
        return Edit(kind=EditKind.NOISE, why="the same words")
    calm = (
        tuple(_words(_NOISE.sub(" ", fold(text))) for text in (old_title, new_title)),
        tuple(_words(_NOISE.sub(" ", fold(text))) for text in (old_text, new_text)),
    )
    if calm[0][0] == calm[0][1] and calm[1][0] == calm[1][1]:
        return Edit(kind=EditKind.NOISE, why="only a clock or a counter")
    return _weighed(*calm[0], *calm[1])


def _weighed(
    old_title: list[str], new_title: list[str], old_text: list[str], new_text: list[str]
) -> Edit:
    gone, come = _difference(old_title, new_title)
    in_title = max(sum(gone.values()), sum(come.values()))
    if in_title and not _is_spelling(gone, come):
        return Edit(kind=EditKind.SUBSTANTIAL, why="another headline", n_changed=in_title)
    gone, come = _difference(old_text, new_text)
    in_text = max(sum(gone.values()), sum(come.values()))
    n_changed = in_title + in_text
    if any(_DIGIT.search(word) for word in (*gone, *come)):
        return Edit(kind=EditKind.SUBSTANTIAL, why="a number changed", n_changed=n_changed)
    if any(word in _FACTS for word in (*gone, *come)):
        return Edit(kind=EditKind.SUBSTANTIAL, why="a day or a denial changed", n_changed=n_changed)
    if not in_text and not in_title:
        return Edit(kind=EditKind.MINOR, why="the same words in another order")
    if _is_spelling(gone, come):
        return Edit(kind=EditKind.MINOR, why="spelling", n_changed=n_changed)
    limit = min(MINOR_WORDS, MINOR_SHARE * max(len(old_text), len(new_text)))
    if in_text <= limit:
        return Edit(kind=EditKind.MINOR, why=f"{in_text} words changed", n_changed=n_changed)
    if not gone:
        why = f"{in_text} words added"
    elif not come:
        why = f"{in_text} words taken away"
    else:
        why = f"{in_text} words changed"
    return Edit(kind=EditKind.SUBSTANTIAL, why=why, n_changed=n_changed)


def _words(text: str) -> list[str]:
    return words_in(text)


def _difference(old: list[str], new: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Return the words that went and those that came, with their numbers."""
    before, after = Counter(old), Counter(new)
    return before - after, after - before


def _is_spelling(gone: Counter[str], come: Counter[str]) -> bool:
    """Tell whether as many words came as went, each spelt much as one that went."""
    if sum(gone.values()) != sum(come.values()) or sum(gone.values()) > MINOR_WORDS:
        return False
    left = list(gone.elements())
    for word in come.elements():
        match = next((w for w in left if _spelt_alike(w, word)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _spelt_alike(a: str, b: str) -> bool:
    if _DIGIT.search(a + b) or a in DAY_WORDS or b in DAY_WORDS:  # Tuesday, Thursday: a fact
        return False
    pairs_a, pairs_b = ({w[i : i + 2] for i in range(len(w) - 1)} for w in (f" {a} ", f" {b} "))
    return 2 * len(pairs_a & pairs_b) / (len(pairs_a) + len(pairs_b)) >= SPELT_ALIKE
