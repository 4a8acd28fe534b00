from datetime import UTC, datetime

import pytest

from archive.model.site import SiteRules
from archive.model.stated import CounterKind, Precision
from tests.ingest.page.pages import ADDRESS, PARAGRAPHS, TEXT, page, read

YESTERDAY = datetime(2026, 5, 19, 16, 45, tzinfo=UTC)  # 18:45 where the page was fetched
LINES = [
    ("nl", "Door Aafke Bos · Gisteren, 18:45 · leestijd 4 minuten · 1.045 keer bekeken · delen"),
    ("en", "By Aafke Bos · Yesterday, 18:45 · 4 min read · 1,045 views · Share"),
    ("de", "Von Aafke Bos · Gestern, 18:45 Uhr · Lesezeit: 4 Min. · 1.045 Mal gelesen · merken"),
    (
        "fr",
        "Par Aafke Bos · Publié hier à 18h45 · Temps de lecture : 4 min · 1 045 vues · partager",
    ),
    ("es", "Por Aafke Bos · Ayer, 18:45 · Tiempo de lectura: 4 minutos · 1.045 visitas · guardar"),
    ("it", "di Aafke Bos · ieri alle 18:45 · 4 min di lettura · 1.045 letture · condividi"),
    ("pt", "Por Aafke Bos · ontem às 18:45 · Tempo de leitura: 4 min · 1.045 acessos · partilhar"),
    ("sv", "Av Aafke Bos · I går 18:45 · Lästid: 4 min · 1 045 visningar · spara"),
    ("da", "Af Aafke Bos · I går kl. 18.45 · Læsetid: 4 min. · Vist 1.045 gange · gem"),
    ("nb", "Av Aafke Bos · I går 18:45 · Lesetid: 4 min · Vist 1 045 ganger · lagre"),
    ("pl", "Autor: Aafke Bos · wczoraj, 18:45 · Czas czytania: 4 min · 1 045 odsłon · zapisz"),
]


@pytest.mark.parametrize(("language", "line"), LINES, ids=[lang for lang, _ in LINES])
def test_a_line_is_read_in_each_language(language: str, line: str) -> None:
    found = read(page(line, lang=language))
    assert found.authors == ("Aafke Bos",)
    assert (found.published_at, found.published_precision) == (YESTERDAY, Precision.MINUTE)
    assert (found.reading_minutes, found.provenance["reading_minutes"]) == (4, "visible")
    assert found.view_count == 1045
    assert found.text == TEXT


def test_atoms_may_be_parted_by_elements_alone() -> None:
    line = (
        "<span>Sport</span><time>18 mei 2026</time><span>3 min. leestijd</span><b>12 reacties</b>"
    )
    found = read(page(line))
    assert found.section == "Sport"
    assert found.published_at == datetime(2026, 5, 18, tzinfo=UTC)
    assert found.reading_minutes == 3
    assert [(c.kind, c.value) for c in found.counters] == [(CounterKind.COMMENTS, 12)]


def test_a_byline_that_markup_tears_apart_is_one_byline() -> None:
    found = read(page("<span>Door</span> <a>Aafke Bos</a> <span>en</span> <a>Sil van Dam</a>"))
    assert found.authors == ("Aafke Bos", "Sil van Dam")


def test_a_clock_in_its_own_element_belongs_to_the_date_before_it() -> None:
    found = read(page("<span>18 mei 2026</span><span>09:30</span>"))
    assert found.published_at == datetime(2026, 5, 18, 7, 30, tzinfo=UTC)


def test_a_time_element_is_read_by_its_attribute() -> None:
    found = read(page('<time datetime="2026-05-18T09:30:00Z">afgelopen maandag</time>'))
    assert found.published_at == datetime(2026, 5, 18, 9, 30, tzinfo=UTC)


def test_an_update_is_the_modification_and_not_the_publication() -> None:
    found = read(page("18 mei 2026, 09:30 · Bijgewerkt: 19 mei 2026, 10:00"))
    assert found.published_at == datetime(2026, 5, 18, 7, 30, tzinfo=UTC)
    assert found.modified_at == datetime(2026, 5, 19, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["Bewaren · Delen · 20 mei 2026", "Foto: Kees Vonk", "Sil van Dam"]
)
def test_buttons_credits_and_bare_names_are_no_section(line: str) -> None:
    assert read(page(line), "https://kustkrant.example/a/5142").section is None


def test_a_section_needs_a_date_or_counter_on_its_line_or_a_name_that_says_so() -> None:
    apart = '<div><p>Kees Vonk schreef</p></div><div><span class="rubriek">Sport</span></div>'
    found = read(page(f"</p>{apart}<p>18 mei 2026"))
    assert found.section == "Sport"


def test_the_author_is_not_taken_for_the_section() -> None:
    head = '<meta name="author" content="Aafke Bos">'
    found = read(page("Aafke Bos · 18 mei 2026 · leestijd 2 minuten", head=head))
    assert found.authors == ("Aafke Bos",)
    assert found.section == "binnenland"
    assert found.provenance["section"] == "inferred"


def test_numbers_in_the_text_are_no_counters() -> None:
    more = (*PARAGRAPHS, "Het filmpje van de opening is 12.000 keer bekeken, leestijd 3 minuten.")
    found = read(page("Vandaag", paragraphs=more))
    assert found.counters == ()
    assert found.provenance["reading_minutes"] == "computed"
    assert found.text is not None
    assert found.text.endswith("leestijd 3 minuten.")


def test_a_line_without_a_headline_is_not_searched_for() -> None:
    html = "<html><body><p>Vandaag · 40 keer bekeken</p>" + "".join(
        f"<p>{p}</p>" for p in PARAGRAPHS
    )
    assert read(html + "</body></html>").view_count is None


def test_a_short_quote_is_not_taken_for_the_line() -> None:
    quote = "„Nou.“"
    found = read(page("Vandaag · 40 keer bekeken", paragraphs=(quote, *PARAGRAPHS)))
    assert found.text is not None
    assert quote in found.text


def test_a_site_may_say_where_its_line_is() -> None:
    html = page(after='<div id="onder">18 mei 2026 · 77 keer gelezen</div>')
    found = read(html, ADDRESS, SiteRules(header_line="#onder"))
    assert found.view_count == 77
    assert found.published_at == datetime(2026, 5, 18, tzinfo=UTC)


def test_the_place_that_opens_a_report_is_no_section() -> None:
    place = "<b>OOSTERHAVEN</b> "
    html = page("18 mei 2026", paragraphs=(place + PARAGRAPHS[0], *PARAGRAPHS[1:]))
    assert read(html, "https://kustkrant.example/a/5142").section is None


def test_a_byline_whose_day_stands_in_a_time_element_is_no_text() -> None:
    line = 'Par Aafke Bos, publié le <time datetime="2026-05-18T10:00:00+02:00">18 mai 2026</time>'
    found = read(page(line, lang="fr"))
    assert found.text == TEXT
    assert found.authors == ("Aafke Bos",)
    assert found.published_at == datetime(2026, 5, 18, 8, 0, tzinfo=UTC)


def test_a_line_with_a_credit_in_it_is_no_text() -> None:
    found = read(page("Regio • Vandaag • leestijd 2 minuten • Foto: Ada Vos • bewaren"))
    assert found.text == TEXT
    assert [p.text for p in found.header_line if not p.read_as] == ["Foto: Ada Vos"]


def test_a_sentence_behind_one_date_stays_text() -> None:
    found = read(page("18 mei 2026 • Wethouder Smit reed als eerste naar de overkant."))
    assert found.text is not None
    assert found.text.startswith("18 mei 2026 • Wethouder Smit")


def test_a_bare_name_of_the_author_is_shown_as_no_section() -> None:
    head = '<meta name="author" content="Sil van Dam">'
    found = read(page("Sil van Dam • 18 mei 2026", head=head))
    assert found.section == "binnenland"
    assert [(p.text, p.read_as) for p in found.header_line] == [
        ("Sil van Dam", ""),
        ("18 mei 2026", "published_at"),
    ]
