"""How a document comes over the wire: whole, cut, packed, too large, too slow, or no HTTP at all."""

import asyncio

import pytest

from archive.model.outcome import Reason
from ingest.wire.result import FetchResult
from tests.ingest.wire.test_body import raw_deflated, zlibbed
from tests.ingest.wire.web import RSS, Scene, bad, good, in_one_packet, own, play, wired
from tests.loopback import (
    Close,
    Forever,
    Gate,
    Hang,
    Reply,
    Step,
    chunked,
    gzipped,
    head,
    moved,
    reply,
)

CHUNKED = ("Transfer-Encoding", "chunked")
LENGTH = f"Content-Length: {len(RSS)}".encode()
ENDLESS = b"a" * 65_536


def packed(data: bytes, coding: str) -> Reply:
    return reply(body=data, headers={"Content-Encoding": coding})


WHOLE: dict[str, Scene] = {
    "with its length": Scene(answer=reply(body=RSS)),
    "head and body in one packet": Scene(answer=(in_one_packet(RSS),)),
    "in chunks": Scene(answer=chunked(RSS[:9], RSS[9:])),
    "in chunks of one byte": Scene(answer=chunked(*(bytes([byte]) for byte in RSS))),
    "in chunks with extensions": Scene(
        answer=(head(200, [CHUNKED]), b'31;a="b";c\r\n', RSS, b"\r\n0\r\n\r\n")
    ),
    "in chunks with a trailer": Scene(
        answer=(head(200, [CHUNKED]), b"31\r\n", RSS, b"\r\n0\r\nX-Sum: 1\r\n\r\n")
    ),
    "in chunks, packed": Scene(
        answer=chunked(gzipped(RSS)[:9], gzipped(RSS)[9:], headers=[("Content-Encoding", "gzip")])
    ),
    "until the connection closes": Scene(answer=(head(200), RSS, Close())),
    "transfer coding identity": Scene(
        answer=(head(200, [("Transfer-Encoding", "identity")]), RSS, Close())
    ),
    "over HTTP/1.0": Scene(answer=(head(200, version="1.0"), RSS, Close())),
    "over HTTP/1.0, with its length": Scene(answer=reply(body=RSS, version="1.0")),
    "gzip": Scene(answer=packed(gzipped(RSS), "gzip")),
    "x-gzip": Scene(answer=packed(gzipped(RSS), "x-gzip")),
    "GZIP in capitals": Scene(answer=packed(gzipped(RSS), "GZIP")),
    "gzip of two members": Scene(answer=packed(gzipped(RSS[:9]) + gzipped(RSS[9:]), "gzip")),
    "gzip, then rubbish": Scene(answer=packed(gzipped(RSS) + b"rubbish", "gzip")),
    "gzip twice": Scene(answer=packed(gzipped(gzipped(RSS)), "gzip, gzip")),
    "gzip twice, in two headers": Scene(
        answer=reply(body=gzipped(gzipped(RSS)), headers=[("Content-Encoding", "gzip")] * 2)
    ),
    "zlib deflate": Scene(answer=packed(zlibbed(RSS), "deflate")),
    "raw deflate": Scene(answer=packed(raw_deflated(RSS), "deflate")),
    "deflate in gzip": Scene(answer=packed(gzipped(zlibbed(RSS)), "deflate, gzip")),
    "a coding called identity": Scene(answer=packed(RSS, "identity")),
    "after 103 Early Hints": Scene(answer=(head(103, [("Link", "</s.css>")]), *reply(body=RSS))),
    "after 100 Continue, twice": Scene(answer=(head(100), head(100), *reply(body=RSS))),
    "behind empty lines": Scene(answer=(b"\r\n\r\n", *reply(body=RSS))),
    "a status line without a phrase": Scene(
        answer=(b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n\r\n", RSS)
    ),
    "a head with bare line feeds": Scene(
        answer=(b"HTTP/1.1 200 OK\n" + LENGTH + b"\n\n", RSS, Close())
    ),
    "a folded header": Scene(
        answer=(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n" + LENGTH + b"\r\n\r\n", RSS)
    ),
    "a head cut between its last two bytes": Scene(
        answer=(b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n\r", b"\n", RSS)
    ),
    "a header name in capitals": Scene(
        answer=(b"HTTP/1.1 200 OK\r\n" + LENGTH.upper() + b"\r\n\r\n", RSS)
    ),
    "more behind its end, at once": Scene(answer=(in_one_packet(RSS) + b"x" * 9,)),
    "a second answer behind it, at once": Scene(
        answer=(in_one_packet(RSS) + in_one_packet(b"<rss>Not this</rss>"),)
    ),
    "two hundred headers": Scene(
        answer=reply(body=RSS, headers=[(f"X-{i}", "a") for i in range(199)])
    ),
    "one header of 31 kB": Scene(answer=reply(body=RSS, headers={"X": "a" * 31_000})),
    "as large as the limit": Scene(answer=reply(body=RSS), limits={"max_wire_bytes": len(RSS)}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_document_arrives(name: str) -> None:
    exchange = play(WHOLE, name).exchange
    assert exchange.n_bytes == len(RSS)
    assert exchange.n_wire_bytes > 0


@pytest.mark.parametrize(
    ("name", "is_proven"),
    [
        ("with its length", True),
        ("in chunks", True),
        ("gzip", True),
        ("until the connection closes", False),
        ("over HTTP/1.0", False),
        ("transfer coding identity", False),
        ("a second answer behind it, at once", False),
        ("more behind its end, at once", False),  # a length counted in characters cuts the body
    ],
)
def test_a_body_that_may_be_cut_is_marked(name: str, is_proven: bool) -> None:
    assert good(play(WHOLE, name)).end_is_proven is is_proven


SMALL = {"max_wire_bytes": 1_000_000, "max_bytes": 2_000_000}


def cut(*answer: Step) -> Scene:
    return Scene(answer=answer, reason=Reason.CUT, says="shorter than announced")


def broken(*answer: Step, says: str = "not valid HTTP") -> Scene:
    return Scene(answer=answer, reason=Reason.PROTOCOL, says=says)


def coded(data: bytes, coding: str, says: str, reason: Reason = Reason.ENCODING) -> Scene:
    return Scene(answer=packed(data, coding), reason=reason, says=says)


def large(*answer: Step, says: str) -> Scene:
    return Scene(answer=answer, reason=Reason.TOO_LARGE, says=says, limits=SMALL)


FAILING: dict[str, Scene] = {
    # -- cut --
    "short of its length": cut(*reply(body=RSS, length=999), Close()),
    "chunks without the last": cut(*chunked(RSS, last=False)),
    "a chunk cut within": cut(head(200, [CHUNKED]), b"40\r\nabc", Close()),
    "a chunk cut within its size": cut(head(200, [CHUNKED]), b"4", Close()),
    "gzip cut, its length right": coded(gzipped(RSS)[:-9], "gzip", "breaks off", Reason.CUT),
    "gzip without its checksum": coded(gzipped(RSS)[:-8], "gzip", "breaks off", Reason.CUT),
    "gzip cut in the second member": coded(
        gzipped(RSS) + gzipped(RSS)[:12], "gzip", "breaks off", Reason.CUT
    ),
    "gzip twice, the inner one cut": coded(
        gzipped(gzipped(RSS)[:-9]), "gzip, gzip", "breaks off", Reason.CUT
    ),
    "zlib deflate cut": coded(zlibbed(RSS)[:-5], "deflate", "breaks off", Reason.CUT),
    "raw deflate cut": coded(raw_deflated(RSS)[:-5], "deflate", "breaks off", Reason.CUT),
    # -- codings --
    "no gzip at all": coded(RSS, "gzip", "not valid gzip"),
    "gzip with a wrong checksum": coded(gzipped(RSS)[:-8] + b"\0" * 8, "gzip", "not valid gzip"),
    "br, not asked for": coded(RSS, "br", "sent as 'br', which was not asked for"),
    "zstd, not asked for": coded(RSS, "zstd", "sent as 'zstd', which was not asked for"),
    "a coding nobody knows": coded(RSS, "rot13", "sent as 'rot13'"),
    "a charset for a coding": coded(RSS, "UTF-8", "sent as 'utf-8'"),
    "gzip four times": coded(RSS, "gzip, gzip, gzip, gzip", "packed 4 times over"),
    "a transfer coding, not asked for": Scene(
        answer=(head(200, [("Transfer-Encoding", "gzip, chunked")]), b"1\r\na\r\n0\r\n\r\n"),
        reason=Reason.ENCODING,
        says="sent in a transfer coding, 'gzip'",
    ),
    # -- no HTTP --
    "a chunk size that is none": broken(head(200, [CHUNKED]), b"zz\r\nabc\r\n"),
    "a chunk larger than it says": broken(head(200, [CHUNKED]), b"1\r\nabc\r\n"),
    "a chunk size beyond counting": broken(head(200, [CHUNKED]), b"f" * 17 + b"\r\nabc", Hang()),
    "mail": broken(b"220 mail.example ESMTP\r\n\r\n", Close()),
    "a document without a head": broken(RSS, Close()),
    "a radio stream": broken(b"ICY 200 OK\r\n\r\n", Close()),
    "two lengths": broken(head(200, [("Content-Length", "4"), ("Content-Length", "5")]), b"abcd"),
    "a length and chunks": broken(head(200, [("Content-Length", "4"), CHUNKED]), b"abcd"),
    "a negative length": broken(head(200, [("Content-Length", "-4")]), b"abcd"),
    "a length in words": broken(head(200, [("Content-Length", "four")]), b"abcd"),
    "a length beyond counting": broken(head(200, [("Content-Length", "9" * 30)]), b"abcd"),
    "a header without a colon": broken(b"HTTP/1.1 200 OK\r\nServer\r\n\r\n", Close()),
    "a header name with a blank": broken(b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", Close()),
    "a zero byte in a header": broken(b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", Close()),
    "a status of two digits": broken(b"HTTP/1.1 99 Odd\r\n\r\n", Close()),
    "a status of four digits": broken(b"HTTP/1.1 1000 Odd\r\n\r\n", Close()),
    "no answer": Scene(
        answer=(Close(),), reason=Reason.CONNECT, says="closed the connection without an answer"
    ),
    "half a head": Scene(
        answer=(b"HTTP/1.1 200 OK\r\nContent-", Close()), reason=Reason.CONNECT, says="closed"
    ),
    "hints and no answer": Scene(answer=(head(103), Close()), reason=Reason.CONNECT, says="closed"),
    # -- too large --
    "headers without end": large(
        b"HTTP/1.1 200 OK\r\n", Forever(b"X-A: b\r\n" * 100), says="max_header_bytes or max_headers"
    ),
    "201 headers": large(
        *reply(body=RSS, headers=[(f"X-{i}", "a") for i in range(200)]),
        says="max_header_bytes or max_headers",
    ),
    "one header without end": large(
        b"HTTP/1.1 200 OK\r\nX-A: ", Forever(ENDLESS), says="max_header_bytes"
    ),
    "one header of 33 kB": large(
        *reply(body=RSS, headers={"X": "a" * 33_000}), says="max_header_bytes or max_headers"
    ),
    "a phrase without end": large(b"HTTP/1.1 200 ", Forever(ENDLESS), says="max_header_bytes"),
    "headers over their limit together": large(
        *reply(body=RSS, headers=[(f"X-{i}", "a" * 10_000) for i in range(7)]),
        says="max_header_bytes is 64000",
    ),
    "headers over their limit that do not end": large(
        b"HTTP/1.1 200 OK\r\n",
        *(f"X-{i}: {'a' * 9_990}\r\n".encode() for i in range(7)),
        Hang(),
        says="headers of over 64000 bytes (max_header_bytes)",
    ),
    "interim answers without end": large(
        Forever(head(103)), says="headers of over 64000 bytes (max_header_bytes)"
    ),
    "a body without end": large(
        head(200), Forever(ENDLESS), says="max_wire_bytes allows (1000000 bytes)"
    ),
    "chunks without end": large(
        head(200, [CHUNKED]),
        Forever(b"10000\r\n" + ENDLESS + b"\r\n"),
        says="max_wire_bytes allows (1000000 bytes)",
    ),
    "chunks of one byte without end": large(
        head(200, [CHUNKED]), Forever(b"1\r\na\r\n" * 9_999), says="twice what max_wire_bytes"
    ),
    "a chunk extension without end": large(
        head(200, [CHUNKED]), b"1;", Forever(ENDLESS), says="twice what max_wire_bytes allows"
    ),
    "trailers without end": large(
        head(200, [CHUNKED]),
        b"1\r\na\r\n0\r\n",
        Forever(b"X: y\r\n" * 999),
        says="max_header_bytes or max_headers",
    ),
    "one trailer without end": large(
        head(200, [CHUNKED]), b"1\r\na\r\n0\r\nX: ", Forever(ENDLESS), says="max_header_bytes"
    ),
    "a body announced too large": large(
        head(200, [("Content-Length", "1000001")]), Hang(), says="max_wire_bytes"
    ),
    "a bomb": large(
        *packed(gzipped(b"\0" * 5_000_000), "gzip"), says="max_bytes allows (2000000 bytes)"
    ),
    "a bomb in a bomb": large(
        *packed(gzipped(gzipped(b"\0" * 9_000_000)), "gzip, gzip"), says="max_bytes allows"
    ),
    "a bomb of deflate": large(
        *packed(zlibbed(b"\0" * 5_000_000), "deflate"), says="max_bytes allows"
    ),
    # -- nothing --
    "an empty 200": Scene(answer=reply(), reason=Reason.EMPTY, says="nothing in it"),
    "a blank 200": Scene(answer=reply(body=b" \r\n"), reason=Reason.EMPTY, says="nothing in it"),
    "an empty gzip": coded(gzipped(b""), "gzip", "nothing in it", Reason.EMPTY),
    "gzip, and no byte of it": coded(b"", "gzip", "nothing in it", Reason.EMPTY),
    "no chunk but the last": Scene(answer=chunked(), reason=Reason.EMPTY, says="nothing in it"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_has_its_reason_and_its_words(name: str) -> None:
    found = bad(play(FAILING, name))
    assert found.body is None  # nothing of a half-read body is handed on
    assert found.detail.isprintable() and len(found.detail) < 300


def slow(*answer: Step, says: str) -> Scene:
    return Scene(
        answer=answer,
        reason=Reason.TIMEOUT,
        says=says,
        limits={"idle_s": 0.1, "total_s": 0.3},
    )


IDLE, TOTAL = "silent for 0.1 s (idle_s)", "no whole answer within 0.3 s (total_s)"
SILENT: dict[str, Scene] = {
    "no answer": slow(Hang(), says=IDLE),
    "half a head": slow(b"HTTP/1.1 200 OK\r\nContent-", Hang(), says=IDLE),
    "a head and no body": slow(head(200, [("Content-Length", "9")]), Hang(), says=IDLE),
    "half a body": slow(head(200, [("Content-Length", "9")]), b"abc", Hang(), says=IDLE),
    "half a chunk": slow(head(200, [CHUNKED]), b"9\r\nabc", Hang(), says=IDLE),
    "hints and no answer": slow(head(103), Hang(), says=IDLE),
    "a trickle, each byte in time": slow(head(200, [CHUNKED]), Forever(b"1\r\na\r\n"), says=TOTAL),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_silent_server_is_left_and_the_limit_named(name: str) -> None:
    play(SILENT, name)


def test_a_body_that_turns_out_to_be_no_http_fails_at_once() -> None:
    """aiohttp leaves its reader asleep where the fault comes in a later packet than the head."""

    async def run() -> FetchResult:
        gate = Gate()
        async with wired() as (site, client):
            url = site.on("/feed", (head(200, [CHUNKED]), b"1\r\na\r\n", gate, b"zz\r\n", Hang()))
            task = asyncio.create_task(client.fetch(own(url)))
            await gate.reached.wait()
            gate.open.set()
            return await asyncio.wait_for(task, 5)

    assert bad(asyncio.run(run())).reason is Reason.PROTOCOL


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


def test_a_smaller_limit_of_one_request_holds() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS))
            small = bad(await client.fetch(own(url, max_wire_bytes=10)))
            assert "max_wire_bytes allows (10 bytes)" in small.detail
            tight = bad(await client.fetch(own(url, max_bytes=10)))
            assert "max_bytes allows (10 bytes)" in tight.detail
            good(await client.fetch(own(url)))

    asyncio.run(run())
