"""An address that leads elsewhere than to its article is a wall, whatever stands there."""

import asyncio
from dataclasses import replace

import pytest

from archive.model.outcome import PageRead
from archive.model.stated import ArticlePage, WallKind
from ingest.page.detours import wall_of_detour
from ingest.poll import page_of
from ingest.wire.result import Fetched
from tests.fakes import FakeWeb, HereParser
from tests.ingest.page.pages import page
from tests.ingest.page.test_walls import LISTS

ASKED = "https://kustkrant.example/artikel/brug-over-de-vaart"
HOST = "https://kustkrant.example"


@pytest.mark.parametrize(
    ("led_to", "kind"),
    [
        (f"{HOST}/", WallKind.MISSING),
        (HOST, WallKind.MISSING),
        (f"{HOST}/index.html", WallKind.MISSING),
        (f"{HOST}/nl-be/", WallKind.MISSING),
        ("https://andere.example/", WallKind.MISSING),
        (f"{HOST}/consent", WallKind.CONSENT),
        (f"{HOST}/cookie-consent/?terug=%2Fartikel", WallKind.CONSENT),
        (f"{HOST}/login?next=%2Fartikel", WallKind.LOGIN),
        ("https://account.example/nl/inloggen", WallKind.LOGIN),
        (f"{HOST}/subscribe", WallKind.LOGIN),
        (f"{HOST}/abonnement/proef", WallKind.LOGIN),
        (f"{HOST}/s-abonner.html", WallKind.LOGIN),
    ],
)
def test_a_front_page_a_gate_and_a_till_are_walls(led_to: str, kind: WallKind) -> None:
    wall = wall_of_detour(ASKED, led_to)
    assert wall is not None
    assert wall.kind is kind
    assert wall.marker.startswith("led to")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        (ASKED, ASKED),
        (ASKED, f"{ASKED}/"),
        (ASKED, "https://www.kustkrant.example/binnenland/brug-over-de-vaart"),
        (ASKED, f"{HOST}/?p=1204"),
        (f"{HOST}/", f"{HOST}/nl/"),
        (f"{HOST}/?utm_source=rss", f"{HOST}/"),
        (f"{HOST}/nl/?utm_source=rss", f"{HOST}/nl/"),
        (f"{HOST}/nl/", f"{HOST}/"),
        (f"{HOST}/login/hoe-het-werkt", f"{HOST}/login/hoe-het-werkt/"),
        (f"{HOST}/abonnement/duurder", f"{HOST}/abonnement/duurder-in-mei"),
        (ASKED, f"{HOST}/economie/loginfraude-bij-de-bank"),
        (ASKED, f"{HOST}/regio/abonneerservice"),
        ("http://[kapot", f"{HOST}/"),
    ],
)
def test_another_address_of_the_article_is_none(asked: str, led_to: str) -> None:
    assert wall_of_detour(asked, led_to) is None


def test_a_list_is_a_wall_for_who_asked_for_one_article() -> None:
    wall = wall_of_detour(ASKED, f"{HOST}/regio", listed="a list of 8 articles")
    assert wall is not None
    assert wall.kind is WallKind.MISSING
    assert wall.marker == "led to a list of 8 articles at kustkrant.example/regio"
    assert wall_of_detour(f"{HOST}/blog", f"{HOST}/en/blog", listed="a list of 8 articles") is None


@pytest.mark.parametrize("led_to", [f"{HOST}/nl/", f"{HOST}/"])
def test_an_address_of_nothing_but_a_query_may_be_an_articles(led_to: str) -> None:
    wall = wall_of_detour(f"{HOST}/?p=1204", led_to)
    assert wall is not None
    assert wall.kind is WallKind.MISSING


def read(led_to: str, html: str = page("Vandaag")) -> ArticlePage:
    """Return what is read of a page, by default a whole article, that was asked for at ASKED and came from `led_to`."""
    found = FakeWeb().page(html)
    assert isinstance(found, Fetched)
    came = replace(found, exchange=replace(found.exchange, requested_url=ASKED, url=led_to))
    result = asyncio.run(page_of(came, HereParser(), lambda _: None))
    assert isinstance(result, PageRead)
    return result.page


def test_nothing_of_a_page_is_kept_that_the_address_led_away_to() -> None:
    found = read(f"{HOST}/subscribe")
    assert found.wall is not None
    assert (found.wall.kind, found.title, found.text) == (WallKind.LOGIN, None, None)
    assert read(f"{HOST}/binnenland/brug").text is not None
    listing = LISTS["og:type"]
    wall = read(f"{HOST}/regio", f"{listing}</body></html>").wall
    assert wall is not None
    assert wall.marker.startswith("led to a list of 8 articles")
