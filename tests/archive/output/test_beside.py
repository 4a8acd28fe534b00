"""What stands beside a text, from the statements behind it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from archive.model.kept import Revision, RevisionKind
from archive.model.stated import Claim, Enclosure
from archive.output.beside import beside_of
from archive.record import Source, Statement
from archive.store.told import StatedBy, Told

SEEN = datetime(2026, 11, 24, 8, tzinfo=UTC)
TEXT = "De raad stemt vandaag over de haven. Het plan kost elf miljoen. Niemand weet wie betaalt."


def revision(**more: Any) -> Revision:
    return Revision(
        id=1, variant_id=1, number=1, kind=RevisionKind.NEW, first_seen_at=SEEN, title="Kop", html=None,
        **{"text": TEXT, "url": "https://krant.example/1", **more},
    )  # fmt: skip


def told(page: Statement, *, is_used: bool = True, notes: tuple[str, ...] = ()) -> Told:
    stated = StatedBy(
        statement=page, feed=None, first_stated_at=SEEN, last_stated_at=SEEN, is_used=is_used
    )
    return Told(notes=notes, page_state="read", page_detail=None, statements=(stated,), tasks=())


CORRECTED = Statement(
    source=Source.PAGE,
    claims=(Claim(field="correction", source="visible", stated="Correctie: elf.", value=""),),
)


def test_of_a_page_about_something_else_nothing_is_told() -> None:
    assert beside_of(revision(), told(CORRECTED)).owned
    assert beside_of(revision(), told(CORRECTED, is_used=False)).owned
    refused = told(CORRECTED, is_used=False, notes=("page: unrelated (it has under half)",))
    assert beside_of(revision(), refused).owned == ()


@pytest.mark.parametrize(
    ("text", "is_in_text"),
    [
        ("Het plan kost elf miljoen. Niemand weet wie betaalt.", True),
        ("Niemand weet.", True),  # too short for a run of four words, and there to the letter
        ("De burgemeester is om tien uur weggelopen, zegt een klerk.", False),
        ("", False),
    ],
)
def test_an_update_that_the_text_has_is_known(text: str, is_in_text: bool) -> None:
    page = Statement(
        source=Source.PAGE, extra={"updates": [{"at": None, "title": "Kop", "text": text}]}
    )
    shown = revision(text=TEXT.replace("weet wie", "weet. Wie") if len(text) == 13 else TEXT)
    (update,) = beside_of(shown, told(page)).updates
    assert update.is_in_text is is_in_text


def test_an_update_kept_without_html_or_with_a_broken_instant_still_shows() -> None:
    page = Statement(
        source=Source.PAGE,
        extra={"updates": [{"at": "gisteren", "text": "Een & twee.\nDrie."}, "kapot", {"at": "2026-11-24T09:00:00"}]},
    )  # fmt: skip
    first, second = beside_of(revision(), told(page)).updates
    assert (first.at, first.html) == (None, "<p>Een &amp; twee.</p><p>Drie.</p>")
    assert (second.at, second.html) == (None, "")


def test_an_updates_html_passes_the_allow_list() -> None:
    held = {"text": "Een.", "html": '<p onclick="x()">Een.<script>y()</script></p>'}
    page = Statement(source=Source.PAGE, extra={"updates": [held]})
    (update,) = beside_of(revision(), told(page)).updates
    assert update.html == "<p>Een.</p>"


def test_a_description_that_the_text_says_is_not_told_twice() -> None:
    page = Statement(source=Source.PAGE)
    said = {description: beside_of(revision(description=description), told(page)).description for description in (
        "De raad stemt vandaag over de haven.", "De raad stemt vandaag over de haven ...", "Wie betaalt de haven?", "",
    )}  # fmt: skip
    assert [one for one in said.values() if one] == ["Wie betaalt de haven?"]


def test_a_file_at_the_articles_own_address_is_a_stub() -> None:
    pdf = Enclosure(url="https://krant.example/1", type="application/pdf", length_bytes=9)
    sound = Enclosure(url="https://krant.example/a.M4A?x=1")
    found = beside_of(revision(enclosures=(pdf, sound)), told(Statement(source=Source.PAGE)))
    assert found.stub is not None and found.stub.kind == "PDF"
    assert [(file.kind, file.format) for file in found.files] == [("audio", "M4A")]


def test_parts_and_languages_are_those_of_the_page() -> None:
    page = Statement(
        source=Source.PAGE,
        claims=(
            Claim(field="parts", source="computed", stated="3 pages; part 4 is missing", value=3),
        ),
        extra={"language_parts": [["fr", "Oui."], ["fr", "Non."], ["ar", "لا"]]},
    )
    found = beside_of(revision(), told(page))
    assert (found.n_parts, found.missing, found.languages) == (3, "part 4 is missing", ("fr", "ar"))
