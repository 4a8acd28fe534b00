"""The marks of a mould: parts, days, subjects and names, and what is none."""

import pytest

from archive.identity.likeness import Traits
from archive.identity.mould import (
    Mark,
    are_misread,
    day_mark,
    name_mark,
    part_mark,
    slot_mark,
    subject_mark,
    title_mark,
)
from archive.identity.pair import Pair
from tests.archive.identity.tellings import BRIDGE, ORCHARD, council, telling, vacancy


def subjects(a: Traits, b: Traits) -> Mark | None:
    pair = Pair(a, b)
    return subject_mark(pair.long, pair.short, pair.frame)


def slots(one: str, other: str) -> Mark | None:
    pair = Pair(telling("Notices of the day", one), telling("Notices of the day", other))
    return slot_mark(pair.long, pair.short, pair.frame)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("De verdwijning (1/2)", "De verdwijning (2/2)"),
        ("De verdwijning, deel 1", "De verdwijning, deel 2"),
        ("Die Erben, Teil III", "Die Erben, Teil IV"),
        ("Le procès, épisode 4", "Le procès, épisode 5"),
        ("The Desk #118", "The Desk #119"),
        ("Matchday 3: who plays where", "Matchday 4: who plays where"),
    ],
)
def test_other_part_numbers_are_a_mark(one: str, other: str) -> None:
    assert part_mark(telling(one), telling(other)) is not None
    assert part_mark(telling(one), telling(one)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 dead in crash", "7 dead in crash"),
        ("Part of the roof falls", "Part 2 of the roof falls"),
        ("24/7 in the harbour", "Open 24/7"),
        ("Wet 12/2 aangenomen", "Wet 13/2 aangenomen"),
    ],
)
def test_other_figures_are_no_parts(one: str, other: str) -> None:
    assert part_mark(telling(one), telling(other)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Liveblog: het nieuws van dinsdag", "Liveblog: het nieuws van woensdag"),
        ("Horoscope for 3 May", "Horoscope for 4 May"),
        ("Die besten Bücher 2024", "Die besten Bücher 2025"),
        ("Le journal du 3 février", "Le journal du 4 février"),
    ],
)
def test_other_days_in_titles_are_a_mark(one: str, other: str) -> None:
    assert day_mark(telling(one), telling(other)) is not None


def test_the_same_day_in_two_languages_is_none() -> None:
    assert day_mark(telling("Nieuws van 3 mei"), telling("News of 3 May")) is None
    assert day_mark(telling("Nieuws van dinsdag"), telling("News of Tuesday")) is None


def test_a_day_told_further_down_is_the_same_day() -> None:
    head = "The mayor resigned on Monday. "
    moved = "What a week in the town hall. " * 12 + head + "The council met on Tuesday."
    assert day_mark(telling("", "On Tuesday it rained. " + head), telling("", moved)) is None


def test_subjects_of_title_and_text_are_a_mark_in_any_case() -> None:
    mark = subjects(vacancy("data analyst", "Delft"), vacancy("project manager", "Delft"))
    assert mark is not None
    assert "analyst" in mark.why
    assert "manager" in mark.why


def test_a_rewritten_headline_over_the_same_text_is_no_mark() -> None:
    one = telling("Swing bridge closes for eleven months", BRIDGE)
    other = telling("Shopkeepers on the quay fear for their trade", BRIDGE)
    assert subjects(one, other) is None
    assert name_mark(one, other) is None


def test_a_headline_from_a_papers_own_lead_is_no_subject() -> None:
    leads = ORCHARD.split()[:35], ORCHARD.split()[35:70]
    one, other = (
        telling(title, f"{' '.join(lead)} {BRIDGE}")
        for title, lead in zip(("Fires in the night", "The worst spring"), leads, strict=True)
    )
    assert subjects(one, other) is None


FORECAST = (
    "The morning begins wet in {}, and by the afternoon it will be dry in most places. Along the coast "
    "it stays cool with a fresh wind from the west. Tonight the clouds part and it cools down quickly."
)
BERICHT = (
    "Am Morgen regnet es in {}, am Nachmittag bleibt es in den meisten Orten trocken. An der Küste bleibt "
    "es kühl bei frischem Wind aus Westen. In der Nacht lockern die Wolken auf, und es wird schnell kalt."
)
YOHO = (
    "朝の{}では雨が降りますが、午後にはほとんどの場所で晴れるでしょう。海沿いでは西よりの風が吹き、涼しく"
    "なります。夜には雲が切れて、気温がすぐに下がる見込みです。"
)


@pytest.mark.parametrize(
    ("mould", "one", "other"),
    [
        (FORECAST, "Oldmere", "Newfield"),
        (BERICHT, "Kaltenfurt", "Steinau"),
        (YOHO, "白浜町", "北沢市"),
    ],
)
def test_one_name_for_another_in_a_short_mould_is_a_mark(mould: str, one: str, other: str) -> None:
    mark = slots(mould.format(one), mould.format(other))
    assert mark is not None
    assert mark.rule == "slots"


def test_a_name_spelt_right_is_no_mark() -> None:
    assert slots(FORECAST.format("Oldmere"), FORECAST.format("Oldmeer")) is None


def test_a_copyeditor_exchanges_words_not_names() -> None:
    text = FORECAST.format("Oldmere")
    edited = text.replace("begins", "opens").replace("fresh", "stiff").replace("quickly", "fast")
    assert slots(text, edited) is None


def test_a_german_noun_for_another_further_on_is_no_mark() -> None:
    text = (
        BERICHT.format("Kaltenfurt")
        + " Am Wochenende folgt dann eine Reihe milder und sonniger Tage."
    )
    assert slots(text, text.replace("eine Reihe milder", "eine Kette milder")) is None


def test_one_name_corrected_in_a_long_story_is_no_mark() -> None:
    assert (
        slots(BRIDGE + " " + ORCHARD, (BRIDGE + " " + ORCHARD).replace("Ilse", "Margriet")) is None
    )


def test_a_corrected_name_is_no_mark() -> None:
    one = telling("Kamphuis promises rents", BRIDGE)
    other = telling("Kamphuys promises rents", BRIDGE.replace("Kamphuis", "Kamphuys"))
    assert subjects(one, other) is None
    assert name_mark(one, other) is None


def test_names_that_differ_on_both_sides_are_a_mark() -> None:
    one, other = (
        telling("Uitslag van de raad", council(town, party, mayor).telling.text)
        for town, party, mayor in (("Tiel", "Lokaal", "Visser"), ("Ede", "Samen", "Bakker"))
    )
    mark = name_mark(one, other)
    assert mark is not None
    assert mark.rule == "names"


def test_new_names_on_one_side_only_are_a_story_that_grew() -> None:
    longer = BRIDGE + " Later that day Harbour Master Niels Oord and Captain Rosa Lind protested."
    assert name_mark(telling("", BRIDGE), telling("", longer)) is None


def test_titles_alone_mark_other_subjects_over_one_line() -> None:
    line = "All results of the night in one place."
    assert title_mark(telling("Results in Tiel", line), telling("Results in Ede", line)) is not None
    assert title_mark(telling("Price now 3 euro", line), telling("Price now 4 euro", line))
    assert (
        title_mark(telling("She keeps her seat", line), telling("She holds her seat", line)) is None
    )


def test_misread_words_are_told_from_other_words() -> None:
    clean = telling("", "the harbour council decided to close the bridge for repairs")
    misread = telling("", "the harbuor council decidde to close the brigde for repairs")
    other = telling("", "the village school decided to close the kitchen for repairs")
    assert are_misread(clean, misread)
    assert not are_misread(clean, other)
