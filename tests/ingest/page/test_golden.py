# ruff: noqa: E501 -- what a page says is as long as it is
"""The whole record of a dozen written pages, as it is today: what changes in any field of it is seen, and decided on.

A change that is meant is written down by `make test TESTS="tests/ingest/page/test_golden.py --inline-snapshot=fix"
WORKERS=0`, and read before it is committed.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.ingest.page.pages import read
from tests.ingest.page.written import WRITTEN

NAMES = (
    "language nl", "language de", "language fr", "language pl", "line with dots", "line great numbers",
    "line a byline", "line a written day", "wall paywall: nl", "wall consent: gate by path", "furniture embed",
    "furniture comments",
)  # fmt: skip

PAGES = {written.name: written for written in WRITTEN}


def plain(value: Any) -> Any:
    """Return a value as JSON has it, without what is empty."""
    if is_dataclass(value):
        pairs = {each.name: plain(getattr(value, each.name)) for each in fields(value)}
        return {name: held for name, held in pairs.items() if held not in (None, "", [], {})}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(held) for name, held in sorted(value.items())}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def record_of(name: str) -> dict[str, Any]:
    """Return what a page gives, each claim on one line."""
    found: dict[str, Any] = plain(read(PAGES[name].html, PAGES[name].url))
    found["claims"] = [
        f"{claim['field']} by {claim['source']}: {claim['stated']}"
        for claim in found.get("claims", ())
    ]
    found["provenance"] = [
        f"{field}: {source}" for field, source in found.get("provenance", {}).items()
    ]
    if "html" in found:
        found["html"] = found["html"].replace("><", ">\n<").split("\n")
    found.pop("header_line", None)  # what a rule's writer sees; it is not kept
    return found


RECORDS = snapshot(
    {
        "language nl": {
            "title": "Orgel van de Dorpskerk speelt weer",
            "published_at": "2026-05-19T16:45:00+00:00",
            "published_precision": "minute",
            "section": "Cultuur",
            "language": "nl",
            "text": """\
Na zeven jaar herstel klonk dinsdag het orgel van de Dorpskerk voor het eerst weer door het hele schip.
Organist Femke de Wit koos voor een lied dat haar grootvader er speelde op de dag van de bevrijding.\
""",
            "html": [
                "<p>Na zeven jaar herstel klonk dinsdag het orgel van de Dorpskerk voor het eerst weer door het hele schip.</p>",
                "<p>Organist Femke de Wit koos voor een lied dat haar grootvader er speelde op de dag van de bevrijding.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 38,
            "reading_minutes": 4,
            "counters": [
                {
                    "kind": "views",
                    "value": 1045,
                    "stated": "1.045 keer bekeken",
                    "source": "visible",
                }
            ],
            "view_count": 1045,
            "claims": [
                "title by visible: Orgel van de Dorpskerk speelt weer",
                "title by meta: Orgel van de Dorpskerk speelt weer",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by visible: Cultuur",
                "section by inferred: binnenland",
                "published_at by visible: Gisteren, 18:45",
                "reading_minutes by visible: leestijd 4 minuten",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: visible",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "language de": {
            "title": "Orgel der Dorfkirche spielt wieder",
            "published_at": "2026-05-19T16:45:00+00:00",
            "published_precision": "minute",
            "section": "Kultur",
            "language": "de",
            "text": """\
Nach sieben Jahren Arbeit erklang die Orgel der Dorfkirche am Dienstag wieder im ganzen Schiff.
Organistin Frieda Weiß wählte ein Lied, das ihr Großvater hier am Tag der Befreiung gespielt hatte.\
""",
            "html": [
                "<p>Nach sieben Jahren Arbeit erklang die Orgel der Dorfkirche am Dienstag wieder im ganzen Schiff.</p>",
                "<p>Organistin Frieda Weiß wählte ein Lied, das ihr Großvater hier am Tag der Befreiung gespielt hatte.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 31,
            "reading_minutes": 4,
            "counters": [
                {"kind": "views", "value": 1045, "stated": "1.045 Mal gelesen", "source": "visible"}
            ],
            "view_count": 1045,
            "claims": [
                "title by visible: Orgel der Dorfkirche spielt wieder",
                "title by meta: Orgel der Dorfkirche spielt wieder",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: de",
                "section by visible: Kultur",
                "section by inferred: binnenland",
                "published_at by visible: Gestern, 18:45 Uhr",
                "reading_minutes by visible: Lesezeit: 4 Min.",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: visible",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "language fr": {
            "title": "L’orgue du village joue de nouveau",
            "published_at": "2026-05-19T16:45:00+00:00",
            "published_precision": "minute",
            "section": "Culture",
            "language": "fr",
            "text": """\
Après sept ans de travaux, l’orgue de l’église du village a de nouveau rempli toute la nef mardi soir.
L’organiste Flore Leblanc a choisi un air que son grand-père y avait joué le jour de la libération.\
""",
            "html": [
                "<p>Après sept ans de travaux, l’orgue de l’église du village a de nouveau rempli toute la nef mardi soir.</p>",
                "<p>L’organiste Flore Leblanc a choisi un air que son grand-père y avait joué le jour de la libération.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 41,
            "reading_minutes": 4,
            "counters": [
                {"kind": "views", "value": 1045, "stated": "1 045 vues", "source": "visible"}
            ],
            "view_count": 1045,
            "claims": [
                "title by visible: L’orgue du village joue de nouveau",
                "title by meta: L’orgue du village joue de nouveau",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: fr",
                "section by visible: Culture",
                "section by inferred: binnenland",
                "published_at by visible: Publié hier à 18h45",
                "reading_minutes by visible: Temps de lecture : 4 min",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: visible",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "language pl": {
            "title": "Organy we wsi znów grają",
            "published_at": "2026-05-19T16:45:00+00:00",
            "published_precision": "minute",
            "section": "Kultura",
            "language": "pl",
            "text": """\
Po siedmiu latach naprawy organy wiejskiego kościoła we wtorek wieczorem znów wypełniły dźwiękiem całą nawę.
Organistka Flora Biała wybrała pieśń, którą jej dziadek grał tam w dniu, w którym skończyła się wojna.\
""",
            "html": [
                "<p>Po siedmiu latach naprawy organy wiejskiego kościoła we wtorek wieczorem znów wypełniły dźwiękiem całą nawę.</p>",
                "<p>Organistka Flora Biała wybrała pieśń, którą jej dziadek grał tam w dniu, w którym skończyła się wojna.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 32,
            "reading_minutes": 4,
            "counters": [
                {"kind": "views", "value": 1045, "stated": "1 045 odsłon", "source": "visible"}
            ],
            "view_count": 1045,
            "claims": [
                "title by visible: Organy we wsi znów grają",
                "title by meta: Organy we wsi znów grają",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: pl",
                "section by visible: Kultura",
                "section by inferred: binnenland",
                "published_at by visible: wczoraj, 18:45",
                "reading_minutes by visible: Czas czytania: 4 min",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: visible",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "line with dots": {
            "title": "Nieuwe brug over de vaart geopend",
            "published_at": "2026-05-20T00:00:00+00:00",
            "published_precision": "day",
            "section": "Sport",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 2,
            "counters": [
                {"kind": "views", "value": 334, "stated": "334 keer bekeken", "source": "visible"}
            ],
            "view_count": 334,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by visible: Sport",
                "section by inferred: binnenland",
                "published_at by visible: Vandaag",
                "reading_minutes by visible: leestijd 2 minuten",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: visible",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "line great numbers": {
            "title": "Nieuwe brug over de vaart geopend",
            "published_at": "2026-05-20T00:00:00+00:00",
            "published_precision": "day",
            "section": "Sport",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 1,
            "counters": [
                {
                    "kind": "views",
                    "value": 2100000,
                    "stated": "2,1 mln keer bekeken",
                    "source": "visible",
                }
            ],
            "view_count": 2100000,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by visible: Sport",
                "section by inferred: binnenland",
                "published_at by visible: Vandaag",
                "reading_minutes by computed: 72 words",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: computed",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "line a byline": {
            "title": "Nieuwe brug over de vaart geopend",
            "authors": ["Aafke Bos", "Sil van Dam"],
            "published_at": "2026-05-20T00:00:00+00:00",
            "published_precision": "day",
            "section": "Sport",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 1,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "authors by visible: Aafke Bos, Sil van Dam",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by visible: Sport",
                "section by inferred: binnenland",
                "published_at by visible: Vandaag",
                "reading_minutes by computed: 72 words",
            ],
            "provenance": [
                "authors: visible",
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: computed",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "line a written day": {
            "title": "Nieuwe brug over de vaart geopend",
            "published_at": "2026-05-18T05:30:00+00:00",
            "published_precision": "minute",
            "section": "Sport",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 1,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by visible: Sport",
                "section by inferred: binnenland",
                "published_at by visible: maandag 18 mei 2026, 07:30 uur",
                "reading_minutes by computed: 72 words",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: computed",
                "section: visible",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "wall paywall: nl": {
            "title": "Nieuwe brug over de vaart geopend",
            "section": "binnenland",
            "language": "nl",
            "text": "De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>"
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 25,
            "reading_minutes": 1,
            "wall": {"kind": "paywall", "marker": "Dit artikel is alleen voor abonnees."},
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by inferred: binnenland",
                "reading_minutes by computed: 25 words",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "reading_minutes: computed",
                "section: inferred",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "furniture embed": {
            "title": "Nieuwe brug over de vaart geopend",
            "published_at": "2026-05-20T00:00:00+00:00",
            "published_precision": "day",
            "section": "binnenland",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 1,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by inferred: binnenland",
                "published_at by visible: Vandaag",
                "reading_minutes by computed: 72 words",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: computed",
                "section: inferred",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "furniture comments": {
            "title": "Nieuwe brug over de vaart geopend",
            "published_at": "2026-05-20T00:00:00+00:00",
            "published_precision": "day",
            "section": "binnenland",
            "language": "nl",
            "text": """\
De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.
Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.
Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.\
""",
            "html": [
                "<p>De nieuwe brug over de vaart is woensdag geopend door wethouder Teuntje Smit, die als eerste met een bakfiets vol kinderen naar de overkant reed.</p>",
                "<p>Aannemer Kees Vonk bouwde elf maanden aan de brug en moest twee keer opnieuw beginnen, omdat de oever door de natte winter was weggezakt.</p>",
                "<p>Bewoners aan de noordkant winnen er een kwartier mee naar het station, al vrezen sommigen dat het verkeer door hun smalle straat toeneemt.</p>",
            ],
            "site_name": "kustkrant.example",
            "canonical_url": "https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
            "word_count": 72,
            "reading_minutes": 1,
            "claims": [
                "title by visible: Nieuwe brug over de vaart geopend",
                "title by meta: Nieuwe brug over de vaart geopend",
                "site_name by inferred: kustkrant.example",
                "canonical_url by computed: https://kustkrant.example/binnenland/2026/brug-over-de-vaart",
                "language by visible: nl",
                "section by inferred: binnenland",
                "published_at by visible: Vandaag",
                "reading_minutes by computed: 72 words",
            ],
            "provenance": [
                "canonical_url: computed",
                "language: visible",
                "published_at: visible",
                "reading_minutes: computed",
                "section: inferred",
                "site_name: inferred",
                "text: inferred",
                "title: visible",
                "word_count: computed",
            ],
        },
        "wall consent: gate by path": {
            "wall": {"kind": "consent", "marker": "privacygate"},
            "claims": [],
            "provenance": [],
        },
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_gives_the_record_that_is_written_down(name: str) -> None:
    assert record_of(name) == RECORDS[name]


def test_every_record_that_is_written_down_is_of_a_page() -> None:
    assert set(NAMES) <= set(PAGES)
