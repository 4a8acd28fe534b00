"""What a request says, and what it never does."""

import asyncio
import re
from pathlib import Path

import pytest

from archive import __version__
from archive.model.outcome import Reason, Validators
from ingest.wire.result import ACCEPT_FEED, ACCEPT_PAGE, Request
from ingest.wire.robots import RobotsCache
from tests.ingest.wire.web import NOW, PUBLIC, RSS, bad, good, own, proxied, wired
from tests.loopback import FakeNames, moved, reply

AGENT = f"newsarchive/{__version__} (+https://reader.example/about)"


def test_a_request_says_who_we_are_and_nothing_else() -> None:
    """No cookie that was set, no Referer, no A-IM, no br, no DNT, no tracking of any kind."""

    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS, headers={"Set-Cookie": "id=1; Path=/"}))
            await client.fetch(own(url))
            found = good(await client.fetch(own(url)))
            for asked in site.asked:
                assert dict(asked.headers) == {
                    "Host": f"127.0.0.1:{site.port}",
                    "User-Agent": AGENT,
                    "Accept": ACCEPT_FEED,
                    "Accept-Encoding": "gzip, deflate",
                }
            assert "set-cookie" not in found.exchange.headers

    asyncio.run(run())


def test_a_redirect_is_followed_without_saying_where_from() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(302, "/next", Set_Cookie="id=1"))
            site.on("/next", reply(body=RSS))
            good(await client.fetch(own(url)))
            names = [name for name, _ in site.asked[1].headers]
            assert names == ["Host", "User-Agent", "Accept", "Accept-Encoding"]

    asyncio.run(run())


def test_validators_add_two_headers_and_no_more() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(304))
            held = Validators(url=url, etag='W/"1"', last_modified="yesterday")
            await client.fetch(own(url, validators=held))
            assert site.asked[0].headers[4:] == (
                ("If-None-Match", 'W/"1"'),
                ("If-Modified-Since", "yesterday"),
            )

    asyncio.run(run())


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("", f"newsarchive/{__version__}"),
        ("me@reader.example", f"newsarchive/{__version__} (+me@reader.example)"),
        ("me\r\nX-Evil: 1", f"newsarchive/{__version__} (+meX-Evil: 1)"),
        ("caf\u00e9", f"newsarchive/{__version__} (+caf)"),
    ],
)
def test_the_contact_stands_in_the_name_and_cannot_break_out_of_it(
    contact: str, agent: str
) -> None:
    async def run() -> None:
        async with wired(contact=contact) as (site, client):
            await client.fetch(own(site.on("/feed", reply(body=RSS))))
            assert site.asked[0].header("user-agent") == agent
            assert len(site.asked[0].headers) == 4

    asyncio.run(run())


def test_pages_and_robots_ask_for_what_they_are() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/page", reply(body=b"<p>News</p>"))
            await client.fetch(own(url, accept=ACCEPT_PAGE))
            await RobotsCache(client, clock=lambda: NOW).of(url, operator_url=url)
            assert [(asked.target, asked.header("accept")) for asked in site.asked] == [
                ("/page", "text/html, application/xhtml+xml, */*;q=.1"),
                ("/robots.txt", "text/plain, */*;q=.1"),
            ]

    asyncio.run(run())


# -- targets and hosts -----------------------------------------------------------------------------

TARGETS = {
    "escaped slashes, plus and blanks": "/f?a=%2F&b=c+d%20e&&f",
    "dots and lower-case escapes": "/f%2fg/./h/../i",
    "brackets, bars and braces": "/f?a[]=1|2&x={y}",
    "parameters and quotes": "/f;v=1?q='\"*",
    "an empty query": "/f?",
    "a percent sign alone": "/f?100%",
    "an address within": "/f?u=http://other.example/?x=1",
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_goes_out_byte_for_byte_and_its_fragment_stays(name: str) -> None:
    target = TARGETS[name]
    sent = "/f" if name == "an empty query" else target

    async def run() -> None:
        async with wired() as (site, client):
            site.on(sent, reply(body=RSS))
            good(await client.fetch(own(site.url(target) + "#part")))
            assert site.asked[0].target == sent

    asyncio.run(run())


HOSTS = {
    "its name in small letters": ("http://Paper.EXAMPLE/f", "paper.example", "paper.example"),
    "no default port": ("http://paper.example:80/f", "paper.example", "paper.example"),
    "another port": ("http://paper.example:8080/f", "paper.example:8080", "paper.example"),
    "an IDNA name as its A-label": (
        "http://b\u00fccher.example/f",
        "xn--bcher-kva.example",
        "xn--bcher-kva.example",
    ),
    "an A-label as it is": (
        "http://xn--bcher-kva.example/f",
        "xn--bcher-kva.example",
        "xn--bcher-kva.example",
    ),
}


def anywhere(*names: str) -> FakeNames:
    """Return a resolver that knows these names, all at one public address."""
    return FakeNames(**dict.fromkeys(names, PUBLIC))


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_is_asked_by(name: str) -> None:
    url, host, looked_up = HOSTS[name]

    async def run() -> None:
        names = anywhere(looked_up)
        async with proxied(names) as (site, client):
            site.on(f"http://{host}/f", reply(body=RSS))
            good(await client.fetch(Request(url=url)))
            assert site.asked[0].header("host") == host
            assert names.asked == [looked_up]

    asyncio.run(run())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed.xml",
        "ftp://paper.example/",
        "file:///etc/passwd",
        "http://",
        "http://a b/",
        "http://paper.example:0/",
        "http://[::1/",
    ],
)
def test_what_is_no_address_fails_and_does_not_raise(url: str) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            assert bad(await client.fetch(Request(url=url))).reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


# -- credentials -----------------------------------------------------------------------------------


def test_credentials_go_to_their_origin_and_show_nowhere() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on("/feed", moved(302, "/moved"))
            site.on("/moved", reply(body=RSS))
            url = site.url("/feed").replace("127", "me:s%40cret@127")
            found = good(await client.fetch(own(url)))
            assert [asked.header("authorization") for asked in site.asked] == [
                "Basic bWU6c0BjcmV0"
            ] * 2
            assert "cret" not in repr(found)

    asyncio.run(run())


def test_credentials_given_beside_the_address_win_over_those_in_it() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on("/feed", reply(body=RSS))
            url = site.url("/feed").replace("127", "old:one@127")
            good(await client.fetch(own(url, basic_auth=("me", "s\u00e9cret"))))
            assert site.asked[0].header("authorization") == "Basic bWU6c8OpY3JldA=="

    asyncio.run(run())


ELSEWHERE = {
    "another name": "http://b.example/feed",
    "another port": "http://a.example:8080/feed",
    "a name below it": "http://www.a.example/feed",
    "a name with its own credentials": "http://you:word@b.example/feed",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_credentials_never_follow_a_redirect_to(name: str) -> None:
    target = ELSEWHERE[name]
    shown = target.replace("you:word@", "")

    async def run() -> None:
        names = anywhere("a.example", "b.example", "www.a.example")
        async with proxied(names) as (site, client):
            site.on("http://a.example/feed", moved(301, target))
            site.on(shown, moved(302, "http://a.example/back"))
            site.on("http://a.example/back", reply(body=RSS))
            request = Request(url="http://a.example/feed", basic_auth=("me", "secret"))
            found = good(await client.fetch(request))
            sent = [asked.header("authorization") for asked in site.asked]
            # Back at the origin they were meant for, they are sent again.
            assert sent == ["Basic bWU6c2VjcmV0", None, "Basic bWU6c2VjcmV0"]
            assert "word" not in repr(found) and "secret" not in repr(request)

    asyncio.run(run())


def test_a_failure_does_not_show_the_credentials_of_its_address() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on("/feed", reply(401, headers={"WWW-Authenticate": 'Basic realm="s"'}))
            url = site.url("/feed").replace("127", "me:secret@127")
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.UNAUTHORISED
            assert "secret" not in repr(found)
            broken = bad(await client.fetch(Request(url="http://me:secret@a b/")))
            assert "secret" not in repr(broken)

    asyncio.run(run())


# -- what the docs say of it -----------------------------------------------------------------------


def test_the_request_that_the_docs_show_is_the_one_that_goes_out() -> None:
    page = (Path(__file__).parents[3] / "docs/manners.md").read_text(encoding="utf-8")
    found = re.search(r"```\n(GET .*?)\n```", page, re.DOTALL)
    assert found
    first, *headers = re.sub(r"newsarchive/[\d.]+", AGENT.split()[0], found[1]).split("\n")
    _, target, version = first.split()

    async def run() -> None:
        names = FakeNames(www_example_org=PUBLIC)
        async with proxied(names) as (site, client):
            url = f"http://www.example.org{target}"
            site.on(url, reply(304))
            held = Validators(
                url=url, etag='W/"5e8-64c1"', last_modified="Wed, 04 Mar 2026 09:00:00 GMT"
            )
            await client.fetch(Request(url=url, validators=held))
            assert [": ".join(pair) for pair in site.asked[0].headers] == headers
            assert version == "HTTP/1.1"

    asyncio.run(run())
