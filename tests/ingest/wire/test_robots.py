"""robots.txt: what it allows, how long that is believed, and what its failures mean."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from archive.model.outcome import Exchange, Reason, Validators
from ingest.wire.result import Failed, Fetched, FetchResult, Request
from ingest.wire.robots import MAX_ROBOTS_BYTES, RobotsCache, parse_robots
from tests.ingest.wire.web import wired
from tests.loopback import Close, Reply, moved, reply

URL = "https://paper.example/news/1"
RULES = b"""\xef\xbb\xbfUser-agent: *
Disallow: /
User-agent: newsarchive
Disallow: /paid/
Allow: /paid/free$
Crawl-delay: 7
"""


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (429, False),
        (500, False),
        (503, False),
        (None, False),
    ],
)
def test_a_missing_file_opens_and_a_failing_server_closes(
    status: int | None, allowed: bool
) -> None:
    assert parse_robots(status, b"").allowed(URL) is allowed


def test_rules_for_our_name_beat_those_for_all() -> None:
    robots = parse_robots(200, RULES)
    assert robots.allowed(URL)
    assert not robots.allowed("https://paper.example/paid/1")
    assert robots.allowed("https://paper.example/paid/free")
    assert robots.crawl_delay_s == 7


@pytest.mark.parametrize(
    ("stated", "kept_s"),
    [(b"3600", 60), (b"-3", None), (b"soon", None), (b"1e9", 60), (b"0.5", 0.5)],
)
def test_a_crawl_delay_is_kept_within_a_minute(stated: bytes, kept_s: float | None) -> None:
    robots = parse_robots(200, b"User-agent: *\nCrawl-delay: " + stated)
    assert robots.crawl_delay_s == kept_s


@pytest.mark.parametrize(
    "body", [b"", b"<!DOCTYPE html><p>Not here", b"\xff\xfe\0\0", b"Disallow: /\n"]
)
def test_what_states_no_rules_for_anybody_allows(body: bytes) -> None:
    assert parse_robots(200, body).allowed(URL)


def test_of_a_long_file_the_first_half_megabyte_is_read_by_whole_lines() -> None:
    filling = b"# " + b"x" * 9_997 + b"\n"
    body = b"User-agent: *\nDisallow: /paid/\n" + filling * 52
    end = MAX_ROBOTS_BYTES - len(body) - len(b"Disallow: /n")
    body += b"#" * (end - 1) + b"\nDisallow: /never\nDisallow: /\n"
    robots = parse_robots(200, body)
    assert not robots.allowed("https://paper.example/paid/1")
    assert robots.allowed(URL)  # `/n` of the rule that the limit cuts is not the rule


class Site:
    """A client whose answers are written down; counts how often it was asked."""

    def __init__(self, *answers: int | bytes) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.now = datetime(2026, 3, 4, tzinfo=UTC)
        self.slowed: list[tuple[str, float]] = []

    def cache(self, **more: int) -> RobotsCache:
        return RobotsCache(
            self, clock=lambda: self.now, slow_down=lambda *said: self.slowed.append(said), **more
        )

    async def fetch(self, request: Request) -> FetchResult:
        self.asked.append(request.url)
        await asyncio.sleep(0)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        status = 200 if isinstance(answer, bytes) else answer
        exchange = Exchange(
            requested_url=request.url, url=request.url, started_at=self.now, status=status or None
        )
        if isinstance(answer, bytes):
            return Fetched(
                exchange=exchange,
                body=answer,
                content_type=None,
                validators=Validators(url=request.url),
            )
        return Failed(exchange=exchange, reason=Reason.STATUS if answer else Reason.DNS, detail="")


@pytest.mark.parametrize(
    ("answer", "hours_kept"), [(RULES, 24), (404, 24), (500, 1), (429, 1), (0, 1)]
)
def test_an_answer_is_believed_for_a_day_and_a_failure_for_an_hour(
    answer: int | bytes, hours_kept: int
) -> None:
    async def run() -> None:
        site = Site(answer)
        cache = site.cache()
        await cache.of(URL)
        site.now += timedelta(hours=hours_kept, seconds=-1)
        await cache.of("https://paper.example/other")
        assert site.asked == ["https://paper.example/robots.txt"]
        site.now += timedelta(seconds=1)
        await cache.of(URL)
        assert len(site.asked) == 2

    asyncio.run(run())


def test_many_pages_at_once_ask_once() -> None:
    async def run() -> None:
        site = Site(RULES)
        cache = site.cache()
        found = await asyncio.gather(*(cache.of(f"https://paper.example/{i}") for i in range(20)))
        assert len(site.asked) == 1
        assert all(robots.crawl_delay_s == 7 for robots in found)
        assert site.slowed[0] == ("paper.example:443", 7)

    asyncio.run(run())


def test_each_origin_has_its_own() -> None:
    async def run() -> None:
        site = Site(RULES)
        cache = site.cache()
        for url in ("https://a.example/x", "http://a.example/x", "https://a.example:8443/x"):
            await cache.of(url)
        assert len(site.asked) == 3

    asyncio.run(run())


def test_the_cache_is_bounded() -> None:
    async def run() -> None:
        site = Site(404)
        cache = site.cache(max_sites=2)
        for name in ("a", "b", "a", "c", "a", "b"):
            await cache.of(f"https://{name}.example/")
        assert [url[8] for url in site.asked] == ["a", "b", "c", "b"]

    asyncio.run(run())


OVER_THE_WIRE: dict[str, tuple[Reply, bool]] = {
    "not there": (reply(404), True),
    "forbidden": (reply(403), True),
    "empty": (reply(body=b""), True),
    "a page that says nothing is there": (reply(body=b"<!DOCTYPE html><p>Not found"), True),
    "closed to all": (reply(body=b"User-agent: *\nDisallow: /\n"), False),
    "closed to us": (reply(body=b"User-agent: NewsArchive\nDisallow: /\n"), False),
    "closed to another": (reply(body=b"User-agent: other\nDisallow: /\n"), True),
    "moved, and there": (moved(301, "/elsewhere.txt"), False),
    "moved in a circle": (moved(301, "/robots.txt"), False),
    "a failing server": (reply(500), False),
    "a busy server": (reply(429), False),
    "cut": ((*reply(body=b"User-agent: *\n", length=99), Close()), False),
    "no answer": ((Close(),), False),
    "packed in what we did not offer": (
        reply(body=b"x", headers={"Content-Encoding": "br"}),
        False,
    ),
    "two megabytes and more": (reply(body=b"#" * 2_200_000), False),
}


@pytest.mark.parametrize("name", OVER_THE_WIRE)
def test_a_page_is_allowed_or_not_when_robots_txt_is(name: str) -> None:
    answer, is_allowed = OVER_THE_WIRE[name]

    async def run() -> None:
        async with wired() as (site, client):
            url = site.url("/page")
            site.on("/robots.txt", answer)
            site.on("/elsewhere.txt", reply(body=b"User-agent: *\nDisallow: /page\n"))
            cache = RobotsCache(client, clock=lambda: datetime(2026, 3, 4, tzinfo=UTC))
            assert (await cache.of(url, operator_url=url)).allowed(url) is is_allowed

    asyncio.run(run())
