"""`newsarchive page`: what would be kept of a page, and what a site rule's selectors match on it."""

import asyncio
import json
from pathlib import Path

import pytest

from archive.commands.place import Place
from archive.model.outcome import Reason
from ingest.commands import asking
from ingest.wire.result import Request
from tests.ingest.commands.here import Here
from tests.loopback import Loopback, reply

URL = "https://krant.example/regio/brug"
LINE = "Opinie • Vandaag • leestijd 2 minuten • 334 keer bekeken • bewaren"
PAGE = f"""<html lang=nl><head><title>Draaibrug negen weken dicht - Krant</title>
<meta property="og:title" content="Draaibrug dicht"><meta name=robots content=noarchive>
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Draaibrug negen weken dicht",
"datePublished":"2026-11-24T08:00:00+01:00","articleSection":"Regio"}}</script></head>
<body><article><h1>Draaibrug negen weken dicht</h1>
<p class=regel>{LINE}</p>
<p>De draaibrug over de Vliet gaat negen weken dicht voor onderhoud, zegt de provincie na lang aandringen.</p>
<p>Correctie: in een eerdere versie stond acht weken.</p>
<div class=puzzel><p>Speel nu de puzzel van vandaag en raad welk schip er op het plaatje hierboven staat.</p></div>
<p>De aannemer begint maandag met het lichten van het val en hoopt voor de kerst klaar te zijn met de lagers.</p>
</article></body></html>"""
CONSENT = """<html><head><title>Privacy gate</title></head><body>
<p>We value your privacy. We and our partners store cookies; choose what your privacy is worth to our partners.</p>
</body></html>"""


def rule(here: Here, *lines: str) -> None:
    config = here.folder / "config.toml"
    said = config.read_text(encoding="utf-8")
    whole = '\n[sites."krant.example"]\n' + "\n".join(lines) + "\n"
    config.write_text(said + whole, encoding="utf-8")


def shown(here: Here) -> dict[str, str]:
    """Return the lines of the fields by name, squeezed."""
    lines = [line.split(maxsplit=1) for line in here.out.splitlines() if line[1:2].strip()]
    return {words[0]: " ".join(words[1].split()) for words in lines if len(words) == 2}


def test_a_page_shows_each_field_with_its_source_and_what_others_say(here: Here) -> None:
    here.web.on(URL, here.web.page(PAGE))
    assert here.run("page", URL) == 0
    lines = shown(here)
    assert lines["title"] == "Draaibrug negen weken dicht (json-ld)"
    assert lines["section"] == "Opinie (visible)"
    assert lines["published_at"] == "2026-11-24T07:00:00Z (json-ld)"
    assert lines["views"] == "334 (visible: 334 keer bekeken)"
    assert lines["header"] == f"line {LINE}"
    assert lines["correction"].startswith("Correctie: in een")
    assert lines["robots"] == "noarchive"
    others = " ".join(here.out.split())
    assert "the same: visible, meta opengraph says: Draaibrug dicht" in others
    assert "json-ld says: Regio" in others
    assert "visible says: Vandaag (2026-11-24" in others
    assert "De draaibrug over de Vliet" in here.out
    assert "rule" not in lines


def test_each_piece_of_the_header_line_says_what_it_became(here: Here) -> None:
    line = "Regio • Vandaag • leestijd 2 minuten • -3 reacties • Foto: Ada Vos • bewaren"
    here.web.on(URL, here.web.page(PAGE.replace(LINE, line)))
    assert here.run("page", URL) == 0
    lines = [" ".join(said.split()) for said in here.out.splitlines()]
    at = lines.index(f"header line {line}")
    assert lines[at + 1 : at + 7] == [
        "Regio = section",
        "Vandaag = published_at 2026-11-24",
        "leestijd 2 minuten = reading_minutes 2",
        "-3 reacties = comments, nothing to keep",
        "Foto: Ada Vos = not read",
        "bewaren = button",
    ]


def test_a_page_without_a_header_line_says_so(here: Here) -> None:
    here.web.on(URL, here.web.page(PAGE.replace(f"<p class=regel>{LINE}</p>", "")))
    assert here.run("page", URL) == 0
    assert "there is none between the headline and the text" in here.out


def test_a_day_without_a_time_is_the_same_day_wherever_it_is_said(here: Here) -> None:
    bare = PAGE.replace('"datePublished":"2026-11-24T08:00:00+01:00",', "")
    here.web.on(URL, here.web.page(bare))
    assert here.run("page", URL) == 0
    assert shown(here)["published_at"] == "2026-11-24 (visible)"
    assert "Vandaag (" not in here.out


def test_it_works_without_an_archive_and_makes_none(here: Here) -> None:
    here.web.on(URL, here.web.page(PAGE))
    assert here.run("page", URL, "--json") == 0
    assert [path.name for path in here.folder.iterdir()] == ["config.toml"]


def test_the_selectors_of_a_site_rule_are_counted_and_one_that_matches_nothing_is_said(
    here: Here,
) -> None:
    rule(here, 'title = "h1"', 'section = ".rubriek"', 'remove = [".puzzel", "p >"]')
    here.web.on(URL, here.web.page(PAGE))
    assert here.run("page", URL) == 0
    lines = [" ".join(line.split()) for line in here.out.splitlines()]
    assert 'rule [sites."krant.example"]' in lines
    assert "title h1 1: Draaibrug negen weken dicht" in lines
    assert "section .rubriek 0: matches nothing" in lines
    assert "remove p > cannot be read as a CSS selector" in lines
    assert "title Draaibrug negen weken dicht (rule)" in lines
    assert any(line.startswith("remove .puzzel 1: Speel nu") for line in lines)
    assert here.run("page", URL, "--text") == 0
    assert "puzzel van vandaag" not in here.out


def test_json_holds_fields_claims_counters_and_the_rule(here: Here) -> None:
    rule(here, 'section = ".rubriek"')
    here.web.on(URL, here.web.page(PAGE))
    assert here.run("page", URL, "--json") == 0
    said = json.loads(here.out)
    assert said["schema"] == 1
    assert said["is_kept"] is True
    assert said["fields"]["title"]["source"] == "json-ld"
    assert {"source": "opengraph", "value": "Draaibrug dicht", "stated": "Draaibrug dicht"} in said[
        "fields"
    ]["title"]["claims"]
    assert said["counters"] == [
        {"kind": "views", "value": 334, "stated": "334 keer bekeken", "source": "visible"}
    ]
    assert said["header_line"]["stated"] == LINE
    assert said["header_line"]["pieces"][:2] == [
        {"text": "Opinie", "read_as": "section", "value": "Opinie"},
        {"text": "Vandaag", "read_as": "published_at", "value": "2026-11-24"},
    ]
    assert said["header_line"]["pieces"][4] == {
        "text": "bewaren",
        "read_as": "button",
        "value": None,
    }
    assert said["rule"] == [{"field": "section", "selector": ".rubriek", "n": 0, "first": ""}]
    assert said["site"] == "krant.example"
    assert said["text"].startswith("De draaibrug over de Vliet")
    assert said["corrections"] == ["Correctie: in een eerdere versie stond acht weken."]


def test_a_saved_page_is_read_under_the_address_it_came_from(here: Here) -> None:
    rule(here, 'title = ".regel"')
    (here.folder / "brug.html").write_text(PAGE, encoding="utf-8")
    assert here.run("page", "brug.html", "--url", URL) == 0
    assert shown(here)["canonical_url"] == f"{URL} (computed)"
    assert "334 keer bekeken" in here.out.splitlines()[3]
    assert here.asked == []
    assert here.run("page", "brug.html") == 0
    assert "rule" not in shown(here)
    assert "read as if from https://file.invalid/page" in here.err


def test_a_wall_shows_its_kind_and_keeps_nothing(here: Here) -> None:
    here.web.on(URL, here.web.page(CONSENT))
    assert here.run("page", URL) == 1
    assert "wall: consent (" in here.out
    assert "nothing would be kept: consent wall" in here.err
    assert "partners" not in here.out.replace("partners ... privacy", "")


def test_robots_txt_is_asked_first_and_its_no_is_taken(here: Here) -> None:
    robots = "https://krant.example/robots.txt"
    forbids = here.web.found(b"User-agent: *\nDisallow: /regio/", content_type="text/plain")
    here.web.on(robots, forbids)
    here.web.on(URL, here.web.page(PAGE))
    assert here.run("page", URL) == 1
    assert here.asked == [robots]
    assert "robots.txt asks us not to fetch it" in here.err


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_failure_says_why_and_exits_1(here: Here, options: tuple[str, ...]) -> None:
    here.web.on(URL, here.web.failed(Reason.TIMEOUT))
    assert here.run("page", URL, *options) == 1
    assert "nothing would be kept: no answer: timeout" in here.err


def test_a_file_of_another_type_is_named_with_its_size(here: Here) -> None:
    here.web.on(URL, here.web.found(b"%PDF-1.7 ...", content_type="application/pdf"))
    assert here.run("page", URL) == 1
    assert "the address holds application/pdf, 12 bytes; its article keeps that" in here.err


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("geen.html",), "cannot be read"),
        (("ftp://krant.example/",), "begins with http:// or https://"),
        ((URL, "--url", URL), "--url is for a FILE"),
        ((URL, "--text", "--json"), "exclude each other"),
    ],
)
def test_what_cannot_be_a_page_is_said_with_the_cure(
    here: Here, words: tuple[str, ...], cure: str
) -> None:
    assert here.run("page", *words) == 2
    assert cure in here.err


def test_what_a_page_states_reaches_the_terminal_without_its_controls(here: Here) -> None:
    here.web.on(URL, here.web.page(PAGE.replace("negen weken", "negen\u202e\x9b31m weken")))
    for options in ((), ("--text",)):
        assert here.run("page", URL, *options) == 0
        assert not {"\u202e", "\x9b", "\x1b"} & set(here.out)


def test_the_real_client_keeps_to_the_guard_and_reads_over_the_loopback(tmp_path: Path) -> None:
    async def fetch(allow: str) -> int | None:
        (tmp_path / "config.toml").write_text(
            f"[fetch]\nmin_host_gap_s = 0\nallow_networks = [{allow}]\n"
        )
        place = Place.at(tmp_path)
        async with Loopback() as site, asking.asking_pages(place) as (client, _, robots):
            site.on("/robots.txt", reply(body=b"User-agent: *\nDisallow: /no/"))
            site.on("/1", reply(body=PAGE.encode(), headers={"Content-Type": "text/html"}))
            url = site.url("/1")
            got = await client.fetch(Request(url=url, operator_url=url))
            assert not (await robots.of(url, operator_url=url)).allowed(site.url("/no/1"))
            return got.exchange.status

    assert asyncio.run(fetch('"127.0.0.0/8"')) == 200
    assert asyncio.run(fetch("")) is None
