"""Names of authors, out of what a page states them with."""

import re
from functools import cache

from ingest.clean import one_line
from ingest.page.phrases import LANGUAGES

MAX_NAME = 80
MAX_NAMES = 20
_MAX_NAME_WORDS = 6
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_DEGREE = re.compile(r"(?:ph\.?d|m\.?d|m\.?sc|m\.?a|b\.?a|dr|r\.?d|j\.?d)\.?", re.IGNORECASE)
_NO_NAME = re.compile(
    r"@|[→»©]|^\(|: |\bimages?:|https?:|www\.|\.(?:com|org|net|nl|de|fr)\b|\d{3}|[<>{}]",
    re.IGNORECASE,
)
_NOBODY = frozenset((
    "admin", "administrator", "redactie", "de redactie", "redaktion", "die redaktion", "redacción",
    "la redacción", "redaccion", "redazione", "la redazione", "redação", "redakcja", "redaktionen",
    "la rédaction", "rédaction", "toimitus", "editor", "editors", "editorial", "editorial team",
    "webmaster", "user", "super user", "superuser", "root", "author", "autor", "unknown", "name",
    "anonymous", "none", "null", "staff", "posted", "wordpressadmin", "von der redaktion",
    "no author", "guest author", "stand", "online", "nachrichten", "news", "nieuws",
))  # fmt: skip
# The words of a link to an author's other pieces: "View all posts by Ann Bo", "Archiv anzeigen".
_LEADS_TO = re.compile(
    r"^(?:show|view|see|read|more|all|zeige|zeig|alle|mehr|weitere[rs]?|weiter|archiv|bekijk|meer|voir"
    r"|tous|toutes|ver|todos|todas|vedi|tutti|visa|vis|se|zobacz|wszystkie)\b"
    r"(?:.*\b(?:by|of|von|door|van|de|par|por|di|af|av|autora)\s+(?P<name>.+))?",
    re.IGNORECASE,
)
_SURE_JOINS = re.compile(r"(?i: +(?:and|en|und|et|og|och) +)|[;|•·&]|\s/\s|\s\+\s")
# A comma before one of these parts a person from a job or a place, not two persons.
_JOBS = re.compile(
    r"\b(?:editor|correspondent|reporter|journalist[ae]?|columnist|redact(?:eur|rice|or)|"
    r"redakteur(?:in)?|verslaggever|autor(?:in)?|"
    r"writer|producer|chief|head|director|professor|lecturer|fellow|analyst|staff|freelance|"
    r"contributor|political|senior|"
    r"bbc|nos|reuters|afp|dpa|anp|ap|the|in|aus|uit|à|en|from)\b",
    re.IGNORECASE,
)


def names_of(stated: str, *, site_name: str | None = None) -> tuple[str, ...]:
    """Return the names in a byline ("By Ann Bo and Cy Do, senior editor"), duplicates left out."""
    text = one_line(stated)
    return _names(_lead_in().sub("", text), _joins(), site_name)


def stated_names(stated: str, *, site_name: str | None = None) -> tuple[str, ...]:
    """Return the names in a field that is for names, where "Di Maria" and "Ortega y Gasset" are whole."""
    text = one_line(stated)
    rest = _lead_in().sub("", text)
    if rest != text and (":" in text[: len(text) - len(rest)] or _looks_whole(rest)):
        text = rest
    return _names(text, _SURE_JOINS, site_name)


def _looks_whole(rest: str) -> bool:
    words = rest.split()
    return len(words) >= 2 and not words[0][0].islower()


def _names(text: str, joins: re.Pattern[str], site_name: str | None) -> tuple[str, ...]:
    if len(text) > MAX_NAME * MAX_NAMES:
        return ()
    found: list[str] = []
    for part in joins.split(text):
        for n, piece in enumerate(part.split(",")):
            name = _without_link_words(_trimmed(piece))
            if not name or _DEGREE.fullmatch(name):
                continue
            # What follows the paper's own name or address is its place; what is a job is no name.
            if not _is_name(name, site_name) or (n and _JOBS.search(name)):
                break
            if name not in found:
                found.append(name)
    return tuple(found[:MAX_NAMES])


def _trimmed(piece: str) -> str:
    name = piece.strip(" ,;:|•·-–—/*\"'“”")
    # A full stop belongs to "Jr." and "S.", not to a last name of a sentence.
    return name.rstrip(".") if re.search(r"\w{4,}\.$", name) else name


def _without_link_words(name: str) -> str:
    leads = _LEADS_TO.match(name)
    return (leads["name"] or "").strip() if leads else name


def _is_name(name: str, site_name: str | None) -> bool:
    if not 2 <= len(name) <= MAX_NAME or len(name.split()) > _MAX_NAME_WORDS:
        return False
    if _NO_NAME.search(name) or _SLUG.fullmatch(name):
        return False
    folded = name.casefold()
    return folded not in _NOBODY and folded != (site_name or "").casefold()


@cache
def _lead_in() -> re.Pattern[str]:
    words = {w for phrases in LANGUAGES.values() for w in phrases.by}
    forms = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
    return re.compile(rf"^(?:{forms})(?: ?: *| +)(?=\S)", re.IGNORECASE)


@cache
def _joins() -> re.Pattern[str]:
    words = "|".join(sorted({w for phrases in LANGUAGES.values() for w in phrases.joins}))
    return re.compile(rf"(?i: +(?:{words}) +)|[;|•·&]|\s/\s|\s\+\s")
