"""The lines by which a paper says that it changed an article: "Correction: ...", "Update 14:30: ...".

They stay in the text, where readers saw them; each is a claim as well, so that the record shows that
a change was owned to.
"""

import re
from collections.abc import Iterator

_MAX_WORDS = 150
_MAX_LINE = 2_000  # characters: as many as 150 words take in any script
_MAX_BETWEEN = 40  # characters between the word and its colon: a day, a clock, an editor
_CORRECTION = (
    "correctie", "rectificatie", "verbetering", "correction", "clarification", "corrections",
    "korrektur", "berichtigung", "richtigstellung", "rectificatif", "erratum", "corrección",
    "rectificación", "fe de errores", "correzione", "rettifica", "errata corrige", "correção",
    "errata", "retificação", "rättelse", "korrigering", "rettelse", "presisering", "præcisering",
    "sprostowanie", "korekta",
)  # fmt: skip
_UPDATE = (
    "update", "updated", "editor's note", "editors' note", "aktualisierung", "anmerkung der redaktion",
    "mise à jour", "note de la rédaction", "actualización", "nota de la redacción", "aggiornamento",
    "nota della redazione", "atualização", "nota da redação", "uppdatering", "opdatering", "oppdatering",
    "aktualizacja", "noot van de redactie",
)  # fmt: skip


def _opening(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(
        rf"[\W_]*(?:{either})\b(?:[^:.!?]|(?<=\d)\.){{0,{_MAX_BETWEEN}}}:", re.IGNORECASE
    )


_OPENINGS = (("correction", _opening(_CORRECTION)), ("update", _opening(_UPDATE)))


def corrections_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, line) for each line of `text` that owns to a change; kind is correction or update."""
    for line in text.split("\n"):
        if len(line) > _MAX_LINE:
            continue
        folded = line.replace("’", "'")
        kind = next((kind for kind, opening in _OPENINGS if opening.match(folded)), None)
        if kind is not None and len(line.split()) <= _MAX_WORDS:
            yield kind, line
