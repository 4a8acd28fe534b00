import pytest

from ingest.page.corrections import corrections_in
from tests.ingest.page.pages import page, read


@pytest.mark.parametrize(
    "line",
    [
        "Correctie: in een eerdere versie stond een ander jaar.",
        "Correction, 12 May: an earlier version gave another year.",
        "*Korrektur (12. Mai): Zunächst stand hier ein anderes Jahr.",
        "Rectificatif : une première version donnait une autre année.",
        "Fe de errores: en una versión anterior figuraba otro año.",
        "Errata corrige: in una prima versione l'anno era un altro.",
        "Correção: uma versão anterior dava outro ano.",
        "Rättelse: i en tidigare version stod ett annat år.",
        "Rettelse: i en tidligere version stod et andet år.",
        "Presisering: i en tidligere versjon sto et annet år.",
        "Sprostowanie: we wcześniejszej wersji podano inny rok.",
    ],
)
def test_a_correction_is_told_in_each_language(line: str) -> None:
    assert list(corrections_in(f"Nieuws.\n{line}")) == [("correction", line)]


@pytest.mark.parametrize(
    "line", ["Update 14:30: de brug is open.", "Editor’s note: the bridge is open."]
)
def test_an_update_is_told_apart_from_a_correction(line: str) -> None:
    assert [kind for kind, _ in corrections_in(line)] == ["update"]


@pytest.mark.parametrize(
    "line",
    [
        "De correctie van de loop van de vaart kostte drie jaar.",
        "Correction officers walked out on Tuesday over pay, their union said in a statement: no pay.",
        "Updates volgen.",
        "Correctie: " + "woord " * 200,
    ],
)
def test_news_about_corrections_is_none(line: str) -> None:
    assert list(corrections_in(line)) == []


def test_a_correction_stays_in_the_text_and_is_a_claim() -> None:
    line = "Correctie: in een eerdere versie stond dat de brug in 2025 openging."
    found = read(page(inside=f"<p><em>{line}</em></p>"))
    assert found.text is not None
    assert found.text.endswith(line)
    assert [(c.field, c.value) for c in found.claims if c.field == "correction"] == [
        ("correction", line)
    ]
