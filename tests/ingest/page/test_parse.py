"""What holds for any bytes: no exception, in bounded time; and no wall's sentence in a text."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.stated import ArticlePage, WallKind
from ingest.clean import text_of
from tests.ingest.page.pages import PARAGRAPHS, TEXT, Sample, page, read, samples

SAMPLES = samples()
OFFERS = (
    "Dit artikel is alleen voor abonnees.",
    "Verder lezen? Neem een abonnement.",
    "Subscribe to continue reading",
    "Already a subscriber? Log in",
    "Jetzt weiterlesen",
    "La suite est réservée aux abonnés",
    "Contenido exclusivo para suscriptores",
    "Redan prenumerant? Logga in",
)
WALL_WORDS = (
    "partners geven om je privacy",
    "Checking if the site",
    "aktivieren Sie JavaScript",
    "82 %",
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"plain words",
        b"%PDF-1.7\n\x00\xff\xfe<html>",
        b"\x89PNG\r\n\x1a\n<p>",
        b"{}",
        b"<",
        b"<html>",
    ],
)
def test_what_is_no_article_gives_an_empty_page(body: bytes) -> None:
    found = read(body)
    assert (found.title, found.text, found.html) == (None, None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 3000 + PARAGRAPHS[0].encode(),
        b"<b><i>" * 5000 + PARAGRAPHS[0].encode(),
        b"<p>" + b"woord " * 100_000,
        b"<h1>" + b"lange titel " * 10_000 + b"</h1><p>" + PARAGRAPHS[0].encode(),
        b'<script type="application/ld+json">{"@id":"#a","author":{"@id":"#a"}}</script>' * 3000,
        b"<table><tr>" + b"<td><table><tr>" * 500 + b"x",
        b"<meta property='og:title' content='x'>" * 8_000,
        b"<a href='http://[::1'>x</a>" * 2000,
        b"<img srcset='" + b"a 1w, " * 50_000 + b"'>",
        b"<p " + b" ".join(b"a%d=1" % n for n in range(40_000)) + b">x</p>",
        b"<a rel=tag href='/tag/x'>t</a>" * 21_000,
        b"<h1>x</h1>" * 21_000,
        b"<p>" + b"x" * 5_100_000,
        page(inside="<div><p>Een zin.</p></div>" * 9_000).encode(),
        b"<p>" + b"<" * 2_000_000,
        ("<p>" + "x\x00y\ufffe\x0b" * 99 + "</p>").encode("utf-8", "surrogatepass"),
    ],
    ids=[
        "nested",
        "inline",
        "line",
        "h1",
        "jsonld",
        "tables",
        "metas",
        "links",
        "srcset",
        "attributes",
        "tags",
        "headings",
        "megabytes",
        "blocks",
        "brackets",
        "controls",
    ],
)
def test_hostile_pages_are_read_in_bounded_time(body: bytes) -> None:
    began = time.process_time()
    found = read(body)
    assert isinstance(found, ArticlePage)
    assert time.process_time() - began < 5  # each takes under 1 s on an idle machine
    assert "\x00" not in (found.text or "") + (found.html or "") + (found.title or "")


def test_a_page_too_large_for_an_article_keeps_every_paragraph() -> None:
    lines = [f"Regel {n} van de lijst." for n in range(21_000)]
    html = "<h1>Lijst</h1><nav><p>Menu</p></nav>" + "".join(f"<p>{line}</p>" for line in lines)
    found = read(f"<html><head><title>Lijst</title></head><body>{html}</body></html>")
    assert found.text == "\n".join(lines)
    assert found.title == "Lijst"


def test_words_nested_too_deep_are_kept() -> None:
    deep = "<div>" * 600 + "".join(f"<p>{p}</p>" for p in PARAGRAPHS) + "</div>" * 600
    text = read(f"<html><body>{deep}</body></html>").text
    assert text is not None
    assert PARAGRAPHS[2] in text


def test_a_page_cut_in_the_middle_gives_what_is_there() -> None:
    whole = page("Vandaag · leestijd 2 minuten").encode()
    found = read(whole[: whole.index(PARAGRAPHS[2].encode())])
    assert found.text == "\n".join(PARAGRAPHS[:2])
    assert found.reading_minutes == 2


def mutated(body: bytes, seed: int) -> bytes:
    """Cut, double, drop and overwrite pieces of a page."""
    chance = random.Random(seed)
    piece = bytearray(body)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(piece) + 1)
        end = min(len(piece), at + chance.randint(1, 200))
        match chance.randrange(5):
            case 0:
                del piece[at:end]
            case 1:
                piece[at:at] = piece[at:end]
            case 2:
                piece[at:at] = chance.choice(
                    [
                        b"<",
                        b">",
                        b'"',
                        b"</div>",
                        b"<p",
                        b"\x00",
                        b"&#0;",
                        b"{",
                        b"\xff",
                        b"<svg><style>",
                        b"<!--",
                    ]
                )
            case 3:
                piece[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
            case 4 if at > len(piece) // 2:
                del piece[at:]
    return bytes(piece)


@given(st.sampled_from(SAMPLES), st.integers(0, 10**9))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_mutated_pages_never_raise(sample: Sample, seed: int) -> None:
    # parse_article catches all; so it is asked whether it had to.
    from ingest.page import parse

    errors: list[str] = []
    handler = parse.logging.Handler()
    handler.emit = lambda record: errors.append(record.getMessage())  # type: ignore[method-assign]
    logger = parse.logging.getLogger(parse.__name__)
    logger.addHandler(handler)
    try:
        found = read(mutated(sample.body, seed), sample.twin["url"])
    finally:
        logger.removeHandler(handler)
    assert errors == []
    assert set((found.text or "").split("\n")) <= {"", *text_of(found.html or "").split("\n")}
    if found.wall is not None and found.wall.kind is not WallKind.PAYWALL:
        assert (found.title, found.text, found.html) == (None, None, None)


@given(
    st.lists(st.sampled_from(OFFERS), min_size=1, max_size=4),
    st.integers(1, len(PARAGRAPHS)),
    st.sampled_from(["p", "div", "h2", "h3", "span"]),
    st.booleans(),
)
@settings(derandomize=True, max_examples=40, deadline=None)
def test_a_wall_s_sentence_is_never_in_a_text(
    offers: list[str], n_paragraphs: int, tag: str, inside: bool
) -> None:
    block = "<div>" + "".join(f"<{tag}>{offer}</{tag}>" for offer in offers) + "</div>"
    teaser = PARAGRAPHS[:n_paragraphs]
    html = page(
        "Vandaag", paragraphs=teaser, inside=block if inside else "", after="" if inside else block
    )
    found = read(html)
    assert found.wall is not None
    assert found.wall.kind is WallKind.PAYWALL
    assert found.text == "\n".join(teaser)


def test_the_same_bytes_give_the_same_page() -> None:
    assert read(page("Vandaag")) == read(page("Vandaag"))
    assert read(page("Vandaag")).text == TEXT


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_no_wall_s_words_are_in_any_text(sample: Sample) -> None:
    text = sample.parse().text or ""
    assert [words for words in WALL_WORDS if words in text] == []


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#1;", "&#x1F;", "&#xFFFE;", "&#xD800;", "&#99999999;"]
)
def test_a_reference_to_no_character_costs_nothing_but_itself(reference: str) -> None:
    figure = '<figure><img src="/brug.jpg"></figure>'
    html = page(
        "Vandaag", paragraphs=(f"{PARAGRAPHS[0]}{reference}", *PARAGRAPHS[1:]), inside=figure
    )
    assert read(html).text == TEXT


def test_a_report_of_one_sentence_keeps_its_paragraphs_beside_an_offer() -> None:
    short = ("De brug is open.", "Wethouder Smit reed als eerste naar de overkant.")
    offer = "<div><h2>Dit artikel is alleen voor abonnees.</h2></div>"
    found = read(page("Vandaag", paragraphs=short, inside=offer))
    assert found.text == "\n".join(short)
