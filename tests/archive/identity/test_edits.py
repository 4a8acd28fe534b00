"""What is an edit, and what only the hour, a counter or a space."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.edits import EditKind, edit_kind, quiet
from tests.archive.identity.tellings import BRIDGE

TITLE = "Swing bridge closes"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The bridge  closes.", "The bridge closes."),
        ("The “bridge” closes", 'The "bridge" closes'),
        ("Updated 14:32. It closes.", "Updated 16:05. It closes."),
        (
            "Laatst bijgewerkt: vandaag 9:15 uur. Brug dicht.",
            "Laatst bijgewerkt: 11:40 uur. Brug dicht.",
        ),
        ("Brug dicht. 334 keer bekeken", "Brug dicht. 1.334 keer bekeken"),
        ("Closed. 12 comments", "Closed. 113 comments"),
        ("5 minutes ago. Closed.", "2 hours ago. Closed."),
        ("vor 3 Minuten: Gesperrt.", "vor 2 Stunden: Gesperrt."),
        ("il y a 5 minutes. Fermé.", "il y a 2 heures. Fermé."),
        ("Brug dicht. Leestijd 2 minuten", "Brug dicht. Leestijd 3 minuten"),
    ],
)
def test_noise_is_no_edit(old: str, new: str) -> None:
    assert edit_kind(TITLE, old, TITLE, new).kind is EditKind.NOISE


def test_a_spelling_is_minor() -> None:
    typo = BRIDGE.replace("engineers", "engeneers").replace("province", "provinse")
    edit = edit_kind(TITLE, typo, TITLE, BRIDGE)
    assert edit.kind is EditKind.MINOR
    assert edit.why == "spelling"


def test_a_touch_of_style_is_minor() -> None:
    edit = edit_kind(TITLE, BRIDGE, TITLE, BRIDGE.replace("half of her", "most of her"))
    assert edit.kind is EditKind.MINOR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("five million euros, 31 people", "five million euros, 34 people"),
        ("Updated 14:32. 31 people hurt.", "Updated 16:05. 34 people hurt."),
        ("The mayor will resign", "The mayor will not resign"),
        (BRIDGE, BRIDGE.replace("Tuesday", "Thursday")),
        (BRIDGE, BRIDGE.replace("it can carry", "it can not carry")),
        (BRIDGE, BRIDGE + " " + BRIDGE[:200]),
        (BRIDGE, BRIDGE[:300]),
        ("", BRIDGE),
    ],
)
def test_what_readers_must_know_is_substantial(old: str, new: str) -> None:
    assert edit_kind(TITLE, old, TITLE, new).kind is EditKind.SUBSTANTIAL


def test_another_headline_is_substantial_and_a_typo_in_it_is_not() -> None:
    assert edit_kind(TITLE, BRIDGE, "Quay fears for trade", BRIDGE).kind is EditKind.SUBSTANTIAL
    assert edit_kind(TITLE, BRIDGE, "Swing brigde closes", BRIDGE).kind is EditKind.MINOR
    assert edit_kind(TITLE, BRIDGE, TITLE.upper(), BRIDGE).kind is EditKind.NOISE


def test_a_quiet_text_is_exact_where_nothing_ticks() -> None:
    assert quiet(" A  “b” \n c.") == "A “b” c."
    assert quiet("Closed. 12 comments") == quiet("Closed.  113 comments")


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_equal_statements_are_noise_and_kinds_have_no_direction(a: str, b: str) -> None:
    assert edit_kind(a, b, a, b).kind is EditKind.NOISE
    assert edit_kind(a, a, b, b).kind is edit_kind(b, b, a, a).kind
