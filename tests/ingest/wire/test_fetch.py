"""One document over HTTP: what comes whole, what fails and why, and what is sent."""

import asyncio
import ssl
from pathlib import Path

import pytest

from archive.model.outcome import Reason
from ingest.wire.result import ACCEPT_FEED, Request
from tests.ingest.wire.test_body import raw_deflated, zlibbed
from tests.ingest.wire.web import RSS, answer_to, bad, good, own, proxied, wired
from tests.loopback import (
    Close,
    FakeNames,
    Forever,
    Gate,
    Hang,
    Loopback,
    Reply,
    chunked,
    gzipped,
    head,
    moved,
    reply,
)

PEM = Path(__file__).parents[2] / "data" / "tls" / "loopback.pem"


def packed(data: bytes, coding: str) -> Reply:
    return reply(body=data, headers={"Content-Encoding": coding})


WHOLE: dict[str, Reply] = {
    "with its length": reply(body=RSS),
    "in chunks": chunked(RSS[:9], RSS[9:]),
    "in chunks, packed": chunked(
        gzipped(RSS)[:9], gzipped(RSS)[9:], headers=[("Content-Encoding", "gzip")]
    ),
    "until the connection closes": (head(200), RSS, Close()),
    "over HTTP/1.0": (head(200, version="1.0"), RSS, Close()),
    "gzip": packed(gzipped(RSS), "gzip"),
    "GZIP in capitals": packed(gzipped(RSS), "GZIP"),
    "gzip of two members": packed(gzipped(RSS[:9]) + gzipped(RSS[9:]), "gzip"),
    "gzip twice": packed(gzipped(gzipped(RSS)), "gzip, gzip"),
    "gzip twice, in two headers": reply(
        body=gzipped(gzipped(RSS)), headers=[("Content-Encoding", "gzip")] * 2
    ),
    "zlib deflate": packed(zlibbed(RSS), "deflate"),
    "raw deflate": packed(raw_deflated(RSS), "deflate"),
    "after 103 Early Hints": (head(103, [("Link", "</s.css>")]), *reply(body=RSS)),
    "after 100 Continue, twice": (head(100), head(100), *reply(body=RSS)),
    "226 IM Used": reply(226, body=RSS, headers={"IM": "feed"}),
    "203 from a proxy": reply(203, body=RSS),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_document_arrives(name: str) -> None:
    found = good(answer_to(WHOLE[name]))
    assert found.body == RSS
    assert found.exchange.n_bytes == len(RSS)
    assert found.exchange.n_wire_bytes > 0


@pytest.mark.parametrize(
    ("name", "is_proven"),
    [
        ("with its length", True),
        ("in chunks", True),
        ("gzip", True),
        ("until the connection closes", False),
        ("over HTTP/1.0", False),
    ],
)
def test_a_body_that_only_a_closing_ends_is_marked(name: str, is_proven: bool) -> None:
    assert good(answer_to(WHOLE[name])).end_is_proven is is_proven


ENDLESS = b"a" * 65_536
FAILING: dict[str, tuple[Reply, Reason, str]] = {
    "short of its length": (
        (*reply(body=RSS, length=999), Close()),
        Reason.CUT,
        "shorter than announced",
    ),
    "chunks without the last": (chunked(RSS, last=False), Reason.CUT, "shorter than announced"),
    "a chunk cut within": (
        (head(200, [("Transfer-Encoding", "chunked")]), b"40\r\nabc", Close()),
        Reason.CUT,
        "shorter than announced",
    ),
    "gzip cut, its length right": (packed(gzipped(RSS)[:-9], "gzip"), Reason.CUT, "breaks off"),
    "no gzip at all": (packed(RSS, "gzip"), Reason.ENCODING, "not valid gzip"),
    "br, not asked for": (packed(RSS, "br"), Reason.ENCODING, "'br', which was not asked for"),
    "a chunk size that is none": (
        (head(200, [("Transfer-Encoding", "chunked")]), b"zz\r\nabc\r\n"),
        Reason.PROTOCOL,
        "not valid HTTP",
    ),
    "no HTTP": ((b"220 mail.example ESMTP\r\n\r\n", Close()), Reason.PROTOCOL, "not valid HTTP"),
    "no answer": ((Close(),), Reason.CONNECT, "closed the connection without an answer"),
    "half a head": ((b"HTTP/1.1 200 OK\r\nContent-", Close()), Reason.CONNECT, "closed"),
    "headers without end": (
        (b"HTTP/1.1 200 OK\r\n", Forever(b"X-A: b\r\n" * 100)),
        Reason.TOO_LARGE,
        "max_header_bytes or max_headers",
    ),
    "interim answers without end": (
        (Forever(head(103)),),
        Reason.TOO_LARGE,
        "headers of over 64000 bytes (max_header_bytes)",
    ),
    "one header without end": (
        (b"HTTP/1.1 200 OK\r\nX-A: ", Forever(ENDLESS)),
        Reason.TOO_LARGE,
        "max_header_bytes",
    ),
    "headers over their limit together": (
        reply(body=RSS, headers=[(f"X-{i}", "a" * 10_000) for i in range(7)]),
        Reason.TOO_LARGE,
        "max_header_bytes is 64000",
    ),
    "a body without end": (
        (head(200), Forever(ENDLESS)),
        Reason.TOO_LARGE,
        "max_wire_bytes allows (1000000 bytes)",
    ),
    "a body announced too large": (
        (head(200, [("Content-Length", "1000001")]), Hang()),
        Reason.TOO_LARGE,
        "max_wire_bytes",
    ),
    "a bomb": (
        packed(gzipped(b"\0" * 5_000_000), "gzip"),
        Reason.TOO_LARGE,
        "max_bytes allows (2000000 bytes)",
    ),
    "an empty 200": (reply(body=b""), Reason.EMPTY, "nothing in it"),
    "a blank 200": (reply(body=b" \r\n"), Reason.EMPTY, "nothing in it"),
    "an empty gzip": (packed(gzipped(b""), "gzip"), Reason.EMPTY, "nothing in it"),
    "204": (reply(204, length=None), Reason.STATUS, "204 No Content"),
    "202, as walls say": (reply(202, body=RSS), Reason.STATUS, "202 Accepted"),
    "206, unasked": (reply(206, body=RSS), Reason.STATUS, "206 Partial Content"),
    "300": (reply(300, body=b"choose"), Reason.STATUS, "300 Multiple Choices"),
    "400": (reply(400), Reason.STATUS, "400 Bad Request"),
    "401": (reply(401), Reason.UNAUTHORISED, "401 Unauthorized"),
    "403": (reply(403), Reason.STATUS, "403 Forbidden"),
    "404": (reply(404), Reason.STATUS, "404 Not Found"),
    "410": (reply(410), Reason.GONE, "410 Gone"),
    "429": (reply(429), Reason.STATUS, "429 Too Many Requests"),
    "500": (reply(500), Reason.STATUS, "500 Internal Server Error"),
    "520": (reply(520), Reason.STATUS, "answered 520"),
    "304, unasked": (reply(304), Reason.PROTOCOL, "304 (not modified) without having been asked"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_has_its_reason_and_its_words(name: str) -> None:
    steps, reason, words = FAILING[name]
    found = bad(answer_to(steps, max_wire_bytes=1_000_000, max_bytes=2_000_000))
    assert (found.reason, found.exchange.hops) == (reason, ())
    assert words in found.detail
    assert RSS not in (found.body or b"") or found.exchange.status in (202, 206)


SILENT: dict[str, tuple[Reply, str]] = {
    "no answer": ((Hang(),), "silent for 0.1 s (idle_s)"),
    "half a head": ((b"HTTP/1.1 200 OK\r\nContent-", Hang()), "silent for 0.1 s (idle_s)"),
    "half a body": (
        (head(200, [("Content-Length", "9")]), b"abc", Hang()),
        "silent for 0.1 s (idle_s)",
    ),
    "a trickle, each byte in time": (
        (head(200, [("Transfer-Encoding", "chunked")]), Forever(b"1\r\na\r\n")),
        "no whole answer within 0.3 s (total_s)",
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_silent_server_is_left_and_the_limit_named(name: str) -> None:
    steps, words = SILENT[name]
    found = bad(answer_to(steps, idle_s=0.1, total_s=0.3))
    assert (found.reason, found.detail) == (Reason.TIMEOUT, words)


def test_a_handshake_that_never_ends_is_left() -> None:
    async def run() -> None:
        async with wired(connect_s=0.1) as (site, client):
            found = bad(await client.fetch(own(site.url("/feed").replace("http:", "https:"))))
            assert (found.reason, found.detail) == (
                Reason.TIMEOUT,
                "no connection within 0.1 s (connect_s)",
            )

    asyncio.run(run())


def test_the_deadline_counts_over_the_whole_chain() -> None:
    async def run() -> None:
        first = Gate()
        async with wired(total_s=0.3) as (site, client):
            url = site.on("/feed", (first, *moved(302, "/next")))
            site.on("/next", (Hang(),))
            task = asyncio.create_task(client.fetch(own(url)))
            await first.reached.wait()
            await asyncio.wait({task}, timeout=0.15)  # what the first host takes of the 0.3 s
            first.open.set()
            found = bad(await task)
        assert found.reason is Reason.TIMEOUT
        assert found.exchange.url.endswith("/next")
        assert found.exchange.elapsed_s >= 0.29  # of both hops, not of the last
        assert len(site.asked) == 2

    asyncio.run(run())


def test_a_cancelled_fetch_is_cancelled() -> None:
    async def run() -> None:
        gate = Gate()
        async with wired() as (site, client):
            task = asyncio.create_task(client.fetch(own(site.on("/feed", (gate,)))))
            await gate.reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def test_an_errors_body_is_handed_on_while_it_is_small() -> None:
    assert bad(answer_to(reply(403, body=b"<h1>Are you human?</h1>"))).body is not None
    assert bad(answer_to(reply(403, body=b"x" * 300_000))).body is None
    assert (
        bad(answer_to((head(403, [("Content-Length", "9")]), b"abc", Close()))).reason
        is Reason.STATUS
    )


def test_a_slow_errors_body_does_not_hide_its_status() -> None:
    slow = (head(503, [("Content-Length", "9"), ("Retry-After", "60")]), b"abc", Hang())
    found = bad(answer_to(slow, idle_s=0.1))
    assert (found.reason, found.exchange.status, found.retry_after_s) == (Reason.STATUS, 503, 60)


# -- what is sent ----------------------------------------------------------------------------------


def test_a_request_says_who_we_are_and_nothing_else() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS, headers={"Set-Cookie": "id=1; Path=/"}))
            await client.fetch(own(url))
            found = good(await client.fetch(own(url)))
            for asked in site.asked:
                assert dict(asked.headers) == {
                    "Host": f"127.0.0.1:{site.port}",
                    "User-Agent": "newsarchive/0.1.0 (+https://reader.example/about)",
                    "Accept": ACCEPT_FEED,
                    "Accept-Encoding": "gzip, deflate",
                }
            assert "set-cookie" not in found.exchange.headers

    asyncio.run(run())


def test_without_a_contact_the_name_stands_alone() -> None:
    async def run() -> None:
        async with wired(contact="") as (site, client):
            await client.fetch(own(site.on("/feed", reply(body=RSS))))
            assert site.asked[0].header("user-agent") == "newsarchive/0.1.0"

    asyncio.run(run())


@pytest.mark.parametrize(
    "target", ["/f?a=%2F&b=c+d%20e&&f", "/f%2Fg/./h/../i", "/f?a[]=1|2&x={y}", "/f;v=1?q='\"*"]
)
def test_a_target_goes_out_byte_for_byte(target: str) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            site.on(target, reply(body=RSS))
            good(await client.fetch(own(site.url(target) + "#part")))
            assert site.asked[0].target == target

    asyncio.run(run())


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


def test_credentials_never_follow_a_redirect_to_another_origin() -> None:
    async def run() -> None:
        names = FakeNames(a_example="93.184.215.14", b_example="93.184.215.15")
        async with proxied(names) as (site, client):
            site.on("http://a.example/feed", moved(301, "http://you:word@b.example/feed"))
            site.on("http://b.example/feed", moved(301, "http://a.example:8080/feed"))
            site.on("http://a.example:8080/feed", reply(body=RSS))
            request = Request(url="http://a.example/feed", basic_auth=("me", "secret"))
            found = good(await client.fetch(request))
            sent = [asked.header("authorization") for asked in site.asked]
            assert sent == ["Basic bWU6c2VjcmV0", None, None]
            assert "word" not in repr(found) and "secret" not in repr(request)

    asyncio.run(run())


# -- connections -----------------------------------------------------------------------------------


def test_a_connection_is_kept_for_the_next_request() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS))
            for _ in range(3):
                good(await client.fetch(own(url)))
            assert len({asked.peer for asked in site.asked}) == 1

    asyncio.run(run())


def test_idle_connections_are_bounded() -> None:
    async def run() -> None:
        async with Loopback(address="0.0.0.0") as site, wired() as (_, client):
            site.on("/feed", reply(body=RSS))
            for i in range(600):
                host = f"127.9.{i // 200}.{i % 200 + 1}"
                good(await client.fetch(own(site.url("/feed", host=host))))
            assert len({asked.peer for asked in site.asked}) > 300
            assert site.n_open <= 256 + 8  # the server learns of a closing a moment later

    asyncio.run(run())


def test_a_kept_connection_that_the_server_closed_is_tried_anew_once() -> None:
    async def run() -> None:
        gate = Gate()
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS), (Close(),), reply(body=RSS))
            good(await client.fetch(own(url)))
            good(await client.fetch(own(url)))
            assert len(site.asked) == 3
            gate.open.set()

    asyncio.run(run())


def test_a_fresh_connection_that_closes_is_not_tried_again() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            assert (
                bad(await client.fetch(own(site.on("/feed", (Close(),))))).reason is Reason.CONNECT
            )
            assert len(site.asked) == 1

    asyncio.run(run())


def test_nobody_listening_is_told() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.url("/feed")
            await site.__aexit__()
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.CONNECT
            assert "refused" in found.detail.lower()

    asyncio.run(run())


@pytest.mark.parametrize("name", ["nowhere.example", f"{'a' * 64}.example"])
def test_a_name_that_leads_nowhere_is_told(name: str) -> None:
    async def run() -> None:
        async with wired(names=FakeNames()) as (_, client):
            found = bad(await client.fetch(Request(url=f"http://{name}/feed")))
            assert found.reason is Reason.DNS
            assert "cannot be resolved" in found.detail

    asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for_is_told_and_can_be_allowed() -> None:
    async def run() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        async with Loopback(tls=context) as site, wired() as (_, client):
            url = site.on("/feed", reply(body=RSS))
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.TLS
            assert "self-signed certificate" in found.detail
            assert site.asked == []
            good(await client.fetch(own(url, verify_tls=False)))

    asyncio.run(run())


def test_plain_http_where_tls_was_meant_is_told() -> None:
    async def run() -> None:
        # A server that talks at once: a handshake meets plain words.
        server = await asyncio.start_server(
            lambda _, w: w.write(b"HTTP/1.1 400 No\r\n\r\n"), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        async with server, wired() as (_, client):
            found = bad(await client.fetch(own(f"https://127.0.0.1:{port}/")))
            assert found.reason is Reason.TLS

    asyncio.run(run())


@pytest.mark.parametrize("url", ["", "feed.xml", "ftp://paper.example/", "http://", "http://a b/"])
def test_what_is_no_address_fails_and_does_not_raise(url: str) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            assert bad(await client.fetch(Request(url=url))).reason is Reason.ADDRESS
            assert site.asked == []

    asyncio.run(run())


# -- what is said of time --------------------------------------------------------------------------


def test_what_the_server_says_of_time_is_in_the_exchange() -> None:
    fresh = good(answer_to(reply(body=RSS, headers={"Cache-Control": "max-age=900", "Age": "300"})))
    assert fresh.exchange.max_age_s == 600
    busy = bad(answer_to(reply(429, headers={"Retry-After": "1e30"})))
    assert busy.exchange.retry_after_s == busy.retry_after_s == 7 * 86_400


def test_a_redirects_retry_after_is_not_lost_on_the_way() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(302, "/next", Retry_After="500"))
            site.on("/next", reply(body=RSS))
            assert good(await client.fetch(own(url))).exchange.retry_after_s == 500

    asyncio.run(run())


# -- slots -----------------------------------------------------------------------------------------


def test_no_more_requests_than_the_slots_allow() -> None:
    async def run() -> None:
        names = FakeNames(**{f"h{i}_example": "93.184.215.14" for i in range(12)})
        async with proxied(names, concurrency=3) as (site, client):
            gates = [Gate() for _ in range(12)]
            for i, gate in enumerate(gates):
                site.on(f"http://h{i}.example/", (gate, *reply(body=RSS)))
            tasks = [
                asyncio.create_task(client.fetch(Request(url=f"http://h{i}.example/")))
                for i in range(12)
            ]
            for gate in gates:
                await gate.reached.wait()
                gate.open.set()
            for task in tasks:
                good(await task)
            assert site.most_at_once == 3

    asyncio.run(run())


def test_hosts_that_timed_out_share_a_few_of_the_slots() -> None:
    async def run() -> None:
        slow = [f"http://slow{i}.example/" for i in range(10)]
        names = FakeNames(
            **{f"slow{i}_example": "93.184.215.14" for i in range(10)}, ok_example="93.184.215.15"
        )
        async with proxied(names, concurrency=10, idle_s=0.2) as (site, client):
            for url in slow:
                site.on(url, (Hang(),))
            site.on("http://ok.example/", reply(body=RSS))
            first = await asyncio.gather(*(client.fetch(Request(url=url)) for url in slow))
            assert {bad(found).reason for found in first} == {Reason.TIMEOUT}
            assert site.most_at_once == 10
            await site.quiet()
            site.most_at_once = 0
            again = [asyncio.create_task(client.fetch(Request(url=url))) for url in slow]
            good(await client.fetch(Request(url="http://ok.example/")))
            await asyncio.gather(*again)
            assert site.most_at_once <= 9  # eight slow ones beside the good one

    asyncio.run(run())
