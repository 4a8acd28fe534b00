"""What stands at an address: a feed, a page whose feeds are tried one by one, or nothing that will do."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.model.outcome import FeedOutcome, Reason
from ingest.scout import MAX_TRIED, Found, Scout, is_lasting, is_page, offer_of
from tests.fakes import Clock, FakeWeb, HereParser

SITE = "https://krant.example"
PAGE = f"{SITE}/"


def rss(title: str, *dates: str) -> bytes:
    items = "".join(
        f"<item><guid>{title}{date}</guid><title>x</title><pubDate>{date}</pubDate></item>"
        for date in dates
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode()


def page(*links: str) -> str:
    heads = "".join(
        f"<link rel=alternate type=application/rss+xml href='{link}'>" for link in links
    )
    return f"<!doctype html><html><head>{heads}</head></html>"


class Scene:
    def __init__(self) -> None:
        self.web = FakeWeb()
        self.scout = Scout(self.web, HereParser(), clock=Clock())

    def look(self, url: str = PAGE) -> FeedOutcome:
        return asyncio.run(self.scout.look(url))

    def feeds_of(self, url: str = PAGE) -> Found:
        async def both() -> Found:
            return await self.scout.feeds_of(await self.scout.look(url))

        return asyncio.run(both())

    @property
    def asked(self) -> list[str]:
        return [request.url.removeprefix(SITE) for request in self.web.asked]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_feed_is_offered_with_what_it_holds(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.found(rss("Krant", "Tue, 24 Nov 2026 07:00:00 GMT", "3 Nov 2031")))
    offer = offer_of(scene.look())
    assert offer is not None
    assert (offer.title, offer.format, offer.n_entries) == ("Krant", "RSS", 2)
    assert offer.newest_at == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_every_candidate_of_a_page_is_tried_before_it_is_offered(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page("/a.xml", "/kapot.xml", "/pagina", "/b.xml")))
    scene.web.on(f"{SITE}/a.xml", scene.web.found(rss("A")))
    scene.web.on(f"{SITE}/pagina", scene.web.page(page()))
    scene.web.on(f"{SITE}/b.xml", scene.web.found(rss("B")))
    found = scene.feeds_of()
    assert [offer.title for offer in found.offers] == ["A", "B"]
    assert scene.asked == ["/", "/a.xml", "/kapot.xml", "/pagina", "/b.xml"]


def test_one_document_under_two_addresses_is_offered_once(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page("/feed", "/feed/", "/other")))
    for path in ("feed", "feed/"):
        scene.web.on(f"{SITE}/{path}", scene.web.found(rss("A")))
    scene.web.on(f"{SITE}/other", scene.web.found(rss("B")))
    assert [offer.title for offer in scene.feeds_of().offers] == ["A", "B"]


def test_the_common_paths_come_last_and_end_with_the_first_feed(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page()))
    scene.web.on(f"{SITE}/rss.xml", scene.web.found(rss("A")))
    scene.web.on(f"{SITE}/atom.xml", scene.web.found(rss("B")))
    found = scene.feeds_of()
    assert ([offer.url for offer in found.offers], found.is_guessed) == ([f"{SITE}/rss.xml"], True)
    assert scene.asked == ["/", "/feed", "/rss", "/rss.xml"]


def test_a_page_that_names_a_good_feed_is_never_guessed_at(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page("/a.xml")))
    scene.web.on(f"{SITE}/a.xml", scene.web.found(rss("A")))
    scene.feeds_of()
    assert scene.asked == ["/", "/a.xml"]


def test_a_guess_that_was_named_already_is_not_tried_twice(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page("/feed/")))
    assert scene.feeds_of() == Found(offers=())
    assert scene.asked == [
        "/",
        "/feed/",
        "/rss",
        "/rss.xml",
        "/atom.xml",
        "/feed.xml",
        "/index.xml",
    ]


@pytest.mark.parametrize("retry_after_s", [60, None])
def test_a_server_that_asks_for_less_is_asked_no_more(
    scene: Scene, retry_after_s: int | None
) -> None:
    scene.web.on(PAGE, scene.web.page(page("/a.xml", "/b.xml")))
    refusal = scene.web.status(429 if retry_after_s is None else 503)
    refusal = replace(refusal, exchange=replace(refusal.exchange, retry_after_s=retry_after_s))
    scene.web.on(f"{SITE}/a.xml", refusal)
    assert scene.feeds_of().offers == ()
    assert scene.asked == ["/", "/a.xml"]


def test_of_many_feeds_the_first_are_tried_and_the_rest_is_told(scene: Scene) -> None:
    scene.web.on(PAGE, scene.web.page(page(*(f"/{n}.xml" for n in range(MAX_TRIED + 5)))))
    for n in range(MAX_TRIED + 5):
        scene.web.on(f"{SITE}/{n}.xml", scene.web.found(rss(str(n))))
    found = scene.feeds_of()
    assert (len(found.offers), found.n_untried) == (MAX_TRIED, 5)


def test_what_a_page_names_has_the_rights_of_the_operators_address_and_no_more(
    scene: Scene,
) -> None:
    scene.web.on(PAGE, scene.web.page(page("/a.xml", "http://127.0.0.1/b.xml")))
    scene.feeds_of()
    assert [request.operator_url for request in scene.web.asked[:3]] == [PAGE] * 3


def test_what_lasts_and_what_may_pass_are_told_apart(scene: Scene) -> None:
    answers = {
        404: (False, True),
        410: (False, True),
        500: (False, False),
        429: (False, False),
    }
    for status, told in answers.items():
        scene.web.on(PAGE, scene.web.status(status))
        outcome = scene.look()
        assert (is_page(outcome), is_lasting(outcome)) == told, status
    scene.web.on(PAGE, scene.web.failed(Reason.DNS))
    assert not is_lasting(scene.look())
    rootless = scene.web.page("<meta charset=utf-8><p>No root at all")
    rootless = replace(rootless, exchange=replace(rootless.exchange, content_type="text/html"))
    scene.web.on(PAGE, rootless)
    assert is_page(scene.look())
    scene.web.on(PAGE, scene.web.found(b'{"error": "x"}', content_type="application/json"))
    assert (is_page(scene.look()), is_lasting(scene.look())) == (False, True)
