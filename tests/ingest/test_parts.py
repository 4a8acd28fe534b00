"""Articles in parts: further pages are read politely and joined; one that does not come leaves what was read."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from archive.model.outcome import PageFailed, PageOutcome, PageRead, Reason
from ingest.parts import MAX_PARTS
from ingest.poll import body_digest, directives_in, read_page
from ingest.wire.robots import RobotsCache
from tests.fakes import Clock, FakeWeb, HereParser
from tests.ingest.test_poll import PAGE, page_job

BASE = "https://krant.example/brug"
TOPICS = (
    "bruggen",
    "sluizen",
    "dijken",
    "kaden",
    "gemalen",
    "polders",
    "vaarten",
    "havens",
    "schuren",
)


def part(n: int, next_url: str | None = None, *, more: str = "") -> str:
    """Return a page whose words no other part has."""
    topic = TOPICS[n % len(TOPICS)]
    link = f"<link rel=next href='{next_url}'>" if next_url else ""
    lines = "".join(
        f"<p>Deel {n} gaat in regel {row} over {topic} en over alles wat bij {topic} hoort, ook na {n * 7 + row}"
        f" jaar onderhoud door mensen die {topic} van nabij kennen.</p>"
        for row in range(1, 5)
    )
    return (
        f"<html lang=nl><head><title>Alles over water</title>{link}</head><body><article>"
        f"<h1>Alles over water</h1>{lines}{more}</article></body></html>"
    )


@pytest.fixture
def web() -> FakeWeb:
    return FakeWeb()


def read(web: FakeWeb, url: str = BASE, *, robots: bool = False) -> PageOutcome:
    cache = RobotsCache(web, clock=Clock()) if robots else None
    return asyncio.run(
        read_page(
            page_job(url=url),
            web,
            HereParser(),
            rules_for=lambda at: None,
            clock=Clock(),
            robots=cache,
        )
    )


def joined(outcome: PageOutcome) -> PageRead:
    assert isinstance(outcome.result, PageRead)
    return outcome.result


def lay_out(web: FakeWeb, n_parts: int) -> None:
    """Let an article have so many pages: /brug, /brug/2, /brug/3, ..."""
    for n in range(1, n_parts + 1):
        url = BASE if n == 1 else f"{BASE}/{n}"
        web.on(url, web.page(part(n, f"{BASE}/{n + 1}" if n < n_parts else None)))


def test_all_parts_are_one_text_in_order_and_none_is_said_to_be_missing(web: FakeWeb) -> None:
    lay_out(web, 3)
    result = joined(read(web))
    text = result.page.text or ""
    places = [text.index(f"Deel {n} gaat") for n in (1, 2, 3)]
    assert places == sorted(places)
    assert result.page.html is not None
    assert result.page.html.count("<p>") == len(text.splitlines()) == 12
    assert result.page.word_count == 3 * (joined(read(web, f"{BASE}/3")).page.word_count or 0)
    assert (result.missing, result.page.next_page_url) == (None, None)
    assert result.body.count(b"<h1>") == 3
    assert result.body_digest == body_digest(result.body)
    (claim,) = [claim for claim in result.page.claims if claim.field == "parts"]
    assert (claim.value, claim.stated) == (3, "3 pages")


def test_a_page_without_a_next_one_is_as_it_was(web: FakeWeb) -> None:
    web.on(PAGE, web.page(part(1)))
    result = joined(read(web, PAGE))
    assert web.n_asked(PAGE) == len(web.asked) == 1
    assert "parts" not in {claim.field for claim in result.page.claims}


def test_a_part_that_does_not_come_leaves_what_was_read_and_is_flagged(web: FakeWeb) -> None:
    lay_out(web, 4)
    web.on(f"{BASE}/3", web.status(404))
    result = joined(read(web))
    assert "Deel 2 gaat" in (result.page.text or "")
    assert "Deel 4 gaat" not in (result.page.text or "")
    assert result.missing == "part 3 of the article is missing: HTTP 404"
    assert result.page.next_page_url == f"{BASE}/3"
    (claim,) = [claim for claim in result.page.claims if claim.field == "parts"]
    assert claim.stated == "2 pages; part 3 of the article is missing: HTTP 404"


def test_no_more_than_ten_are_read(web: FakeWeb) -> None:
    lay_out(web, MAX_PARTS + 2)
    result = joined(read(web))
    assert len(web.asked) == MAX_PARTS == 10
    assert result.missing == "part 11 of the article is missing: no more than 10 are read"


def test_a_part_on_another_port_of_its_host_is_not_asked_for(web: FakeWeb) -> None:
    web.on(BASE, web.page(part(1, "https://krant.example:8443/brug/2")))
    assert "it stands on another host" in (joined(read(web)).missing or "")
    assert len(web.asked) == 1


def test_a_part_named_with_the_scheme_of_old_is_asked_for_as_the_page_was(web: FakeWeb) -> None:
    web.on(BASE, web.page(part(1, "http://krant.example/brug/2")))
    web.on(f"{BASE}/2", web.page(part(2)))
    result = joined(read(web))
    assert [request.url for request in web.asked] == [BASE, f"{BASE}/2"]
    assert "Deel 2 gaat" in (result.page.text or "")
    assert result.missing is None


def test_a_part_that_leads_to_https_is_of_the_same_host(web: FakeWeb) -> None:
    plain = BASE.replace("https:", "http:")
    web.on(plain, web.page(part(1, f"{BASE}/2")))
    web.on(f"{BASE}/2", web.page(part(2)))
    result = joined(read(web, plain))
    assert [request.url for request in web.asked] == [plain, f"{BASE}/2"]
    assert "Deel 2 gaat" in (result.page.text or "")
    assert result.missing is None


def test_a_next_page_that_leads_back_ends_it(web: FakeWeb) -> None:
    web.on(BASE, web.page(part(1, f"{BASE}/2")))
    web.on(f"{BASE}/2", web.page(part(2, f"{BASE}/3")))
    web.on(f"{BASE}/3", web.page(part(3, f"{BASE}/2")))
    result = joined(read(web))
    assert len(web.asked) == 3
    assert result.missing == "part 4 of the article is missing: it leads back to one that was read"


def test_the_same_text_again_is_no_part(web: FakeWeb) -> None:
    web.on(BASE, web.page(part(1, f"{BASE}/2")))
    web.on(f"{BASE}/2", web.page(part(1, f"{BASE}/3")))
    result = joined(read(web))
    assert "it shows the text of another part" in (result.missing or "")
    assert (result.page.text or "").count("Deel 1 gaat in regel 1 ") == 1


def test_robots_txt_is_asked_about_each_part(web: FakeWeb) -> None:
    lay_out(web, 2)
    forbids = web.found(b"User-agent: *\nDisallow: /brug/2", content_type="text/plain")
    web.on("https://krant.example/robots.txt", forbids)
    result = joined(read(web, robots=True))
    assert web.n_asked(f"{BASE}/2") == 0
    assert "robots.txt asks us not to fetch it" in (result.missing or "")


def test_a_server_that_asks_to_be_left_alone_is_asked_no_more(web: FakeWeb) -> None:
    lay_out(web, 3)
    web.on(f"{BASE}/2", web.status(429, retry_after_s=1200))
    result = joined(read(web))
    assert result.retry_after_s == 1200
    assert web.n_asked(f"{BASE}/3") == 0


def test_corrections_of_later_parts_are_claims_and_other_fields_are_the_first_pages(
    web: FakeWeb,
) -> None:
    web.on(BASE, web.page(part(1, f"{BASE}/2")))
    note = "<p>Correctie: in een eerdere versie stond een andere sluis genoemd.</p>"
    web.on(f"{BASE}/2", web.page(part(2, more=note).replace("Alles over water", "Een andere kop")))
    page = joined(read(web)).page
    assert page.title == "Alles over water"
    assert [claim.field for claim in page.claims if claim.field == "correction"] == ["correction"]
    assert {claim.value for claim in page.claims if claim.field == "title"} == {"Alles over water"}


# ---- files ---------------------------------------------------------------------------------------


def failed(outcome: PageOutcome) -> PageFailed:
    assert isinstance(outcome.result, PageFailed)
    return outcome.result


@pytest.mark.parametrize("content_type", ["application/pdf", "text/html"])
def test_a_pdf_is_a_stub_with_type_and_size_whatever_its_server_calls_it(
    web: FakeWeb, content_type: str
) -> None:
    web.on(BASE, web.found(b"%PDF-1.7 \x00\x01", content_type=content_type))
    found = failed(read(web))
    assert found.reason is Reason.NOT_HTML
    assert found.final
    assert found.detail == "the address holds application/pdf, 11 bytes"
    assert found.enclosure is not None
    assert (found.enclosure.url, found.enclosure.type) == (BASE, "application/pdf")
    assert found.enclosure.length_bytes == 11


def test_a_file_that_is_too_large_to_read_is_one_too_and_a_page_is_not(web: FakeWeb) -> None:
    def too_large(content_type: str) -> Any:
        answer = web.failed(Reason.TOO_LARGE)
        headers = {"content-length": "90000000"}
        exchange = replace(answer.exchange, status=200, content_type=content_type, headers=headers)
        return replace(answer, exchange=exchange)

    web.on(BASE, too_large("video/mp4"))
    found = failed(read(web))
    assert found.final
    assert found.enclosure is not None
    assert found.enclosure.length_bytes == 90_000_000
    web.on(BASE, too_large("text/html; charset=utf-8"))
    found = failed(read(web))
    assert (found.reason, found.enclosure) == (Reason.TOO_LARGE, None)


# ---- robots in the answer's head -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("noarchive", ("noarchive",)),
        ("NoArchive, nosnippet", ("noarchive", "nosnippet")),
        ("otherbot: noindex, nofollow", ()),
        ("noarchive, otherbot: noindex", ("noarchive",)),
        ("newsarchive: noarchive, nofollow", ("noarchive", "nofollow")),
        ("max-snippet: 20, noarchive", ("max-snippet:20", "noarchive")),
        ("", ()),
        (":,,:", ()),
        ("x" * 100, ()),
    ],
)
def test_an_x_robots_tag_gives_the_directives_that_concern_us(
    header: str, found: tuple[str, ...]
) -> None:
    assert directives_in(header) == found


def test_directives_of_the_head_join_those_of_the_page(web: FakeWeb) -> None:
    page = part(1).replace("<head>", "<head><meta name=robots content='nosnippet,noarchive'>")
    answer = web.page(page)
    head = replace(answer.exchange, headers={"x-robots-tag": "noarchive, noimageindex"})
    web.on(BASE, replace(answer, exchange=head))
    assert joined(read(web)).page.robots == ("nosnippet", "noarchive", "noimageindex")
