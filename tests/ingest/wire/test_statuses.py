"""What a status means, and what a server says of time with it."""

import asyncio
from typing import Any

import pytest

from archive.model.outcome import Reason, Validators
from tests.ingest.wire.web import RSS, Scene, answer_to, bad, good, own, play, unchanged, wired
from tests.loopback import Close, Forever, Hang, Reply, head, moved, reply

DAY = 86_400
DATE = "Wed, 04 Mar 2026 10:00:00 GMT"  # the server's clock is two hours behind ours


def status(code: int, says: str, reason: Reason = Reason.STATUS, **more: Any) -> Scene:
    return Scene(answer=reply(code, **more), reason=reason, says=says)


REFUSALS: dict[str, Scene] = {
    "101, unasked": Scene(
        answer=(head(101, [("Upgrade", "h2c"), ("Connection", "Upgrade")]), b"abc", Hang()),
        reason=Reason.STATUS,
        says="101 Switching Protocols",
    ),
    "101, and much behind it": Scene(
        answer=(head(101, [("Upgrade", "h2c")]), Forever(b"a" * 65_536)),
        reason=Reason.STATUS,
        says="101 Switching Protocols",
    ),
    "202, as walls say": status(202, "202 Accepted", body=RSS),
    "204": status(204, "204 No Content", length=None),
    "204 with a body all the same": status(204, "204 No Content", body=RSS),
    "205": status(205, "205 Reset Content"),
    "206, unasked": status(206, "206 Partial Content", body=RSS),
    "300": status(300, "300 Multiple Choices", body=b"choose"),
    "305, use a proxy": status(305, "305 Use Proxy", headers={"Location": "http://127.0.0.1/"}),
    "400": status(400, "400 Bad Request"),
    "401": status(401, "401 Unauthorized", Reason.UNAUTHORISED),
    "402": status(402, "402 Payment Required"),
    "403": status(403, "403 Forbidden"),
    "404": status(404, "404 Not Found"),
    "406": status(406, "406 Not Acceptable"),
    "407": status(407, "407 Proxy Authentication Required"),
    "410": status(410, "410 Gone", Reason.GONE),
    "429": status(429, "429 Too Many Requests"),
    "451": status(451, "451 Unavailable For Legal Reasons"),
    "500": status(500, "500 Internal Server Error"),
    "503": status(503, "503 Service Unavailable"),
    "520, a number of its own": status(520, "answered 520"),
    "999, a number out of range": status(999, "answered 999"),
    "304, unasked": status(304, "304 (not modified) without having been asked", Reason.PROTOCOL),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_status_that_is_no_success_is_told(name: str) -> None:
    play(REFUSALS, name)


@pytest.mark.parametrize("code", [200, 203, 226])
def test_three_statuses_bring_a_document(code: int) -> None:
    assert good(answer_to(reply(code, body=RSS))).exchange.status == code


def test_a_delta_that_nobody_asked_for_leaves_no_validators() -> None:
    """A 226 says nothing of what it starts from: with its ETag kept, what it leaves out would never come."""
    both = {"ETag": '"2"', "Last-Modified": DATE, "IM": "feed"}
    found = good(answer_to(reply(226, body=RSS, headers=both)))
    assert found.validators == Validators(url=found.exchange.url)


# -- 304 -------------------------------------------------------------------------------------------

HELD = {"etag": '"1"', "last_modified": "Wed, 04 Mar 2026 09:00:00 GMT"}
PLAIN_304 = head(304)
UNCHANGED: dict[str, Reply] = {
    "alone": (PLAIN_304,),
    "with the length of the document": (head(304, [("Content-Length", "49")]),),
    "with a body in the same packet": (head(304, [("Content-Length", "49")]) + RSS,),
    "with a body in the next packet": (head(304, [("Content-Length", "49")]), RSS),
    "with a body in chunks": (
        head(304, [("Transfer-Encoding", "chunked")]) + b"3\r\nabc\r\n0\r\n\r\n",
    ),
    "that claims a coding": (head(304, [("Content-Encoding", "br")]),),
    "then closed": (PLAIN_304, Close()),
    "over HTTP/1.0": (head(304, version="1.0"), Close()),
    "after early hints": (head(103), PLAIN_304),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_a_304_is_a_304_however_it_comes(name: str) -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", UNCHANGED[name])
            request = own(url, validators=Validators(url=url, **HELD))
            assert unchanged(await client.fetch(request)).validators is None
            # What came behind it is not taken for the answer to the next request.
            assert unchanged(await client.fetch(request)).exchange.status == 304

    asyncio.run(run())


# -- errors' bodies --------------------------------------------------------------------------------

FORBIDDEN_BODIES: dict[str, tuple[Reply, bytes | None]] = {
    "small": (reply(403, body=b"<h1>Are you human?</h1>"), b"<h1>Are you human?</h1>"),
    "empty": (reply(403), None),
    "too large": (reply(403, body=b"x" * 300_000), None),
    "cut": ((head(403, [("Content-Length", "9")]), b"abc", Close()), None),
    "in a coding we do not know": (
        reply(403, body=b"abc", headers={"Content-Encoding": "br"}),
        None,
    ),
}


@pytest.mark.parametrize("name", FORBIDDEN_BODIES)
def test_an_errors_body_comes_whole_or_not_at_all_and_never_hides_the_status(name: str) -> None:
    answer, body = FORBIDDEN_BODIES[name]
    found = bad(answer_to(answer))
    assert (found.reason, found.exchange.status, found.body) == (Reason.STATUS, 403, body)


def test_a_slow_errors_body_does_not_hide_its_status() -> None:
    slow = (head(503, [("Content-Length", "9"), ("Retry-After", "60")]), b"abc", Hang())
    found = bad(answer_to(slow, idle_s=0.1))
    assert (found.reason, found.exchange.status, found.retry_after_s) == (Reason.STATUS, 503, 60)


# -- Retry-After -----------------------------------------------------------------------------------

STATED = {
    "seconds": ("120", 120),
    "seconds with blanks": ("  7200 ", 7_200),
    "a date": ("Wed, 04 Mar 2026 11:00:00 GMT", 3_600),
    "a date of RFC 850": ("Wednesday, 04-Mar-26 11:00:00 GMT", 3_600),
    "a date of asctime": ("Wed Mar  4 11:00:00 2026", 3_600),
    "a date that is over": ("Wed, 04 Mar 2020 11:00:00 GMT", 0),
    "the year 9999": ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * DAY),
    "1e30": ("1e30", 7 * DAY),
    "four hundred nines": ("9" * 400, 7 * DAY),
    "a negative number": ("-5", 0),
    "words": ("soon", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("name", STATED)
def test_a_wait_is_read_in_every_form_against_the_servers_own_clock(name: str, code: int) -> None:
    stated, wait_s = STATED[name]
    found = bad(answer_to(reply(code, headers={"Retry-After": stated, "Date": DATE})))
    assert found.retry_after_s == found.exchange.retry_after_s == wait_s


def test_of_two_waits_the_first_counts() -> None:
    twice = reply(429, headers=[("Retry-After", "60"), ("Retry-After", "90")])
    assert bad(answer_to(twice)).retry_after_s == 60


def test_a_good_answer_asks_for_no_wait() -> None:
    assert (
        good(answer_to(reply(body=RSS, headers={"Retry-After": "60"}))).exchange.retry_after_s
        is None
    )


def test_a_redirects_wait_is_not_lost_on_the_way_and_the_longest_counts() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(302, "/next", Retry_After="500"))
            site.on("/next", reply(body=RSS), reply(429, headers={"Retry-After": "60"}))
            assert good(await client.fetch(own(url))).exchange.retry_after_s == 500
            assert bad(await client.fetch(own(url))).retry_after_s == 500

    asyncio.run(run())


def test_what_the_server_says_of_freshness_is_in_the_exchange() -> None:
    fresh = reply(body=RSS, headers={"Cache-Control": "max-age=900", "Age": "300"})
    assert good(answer_to(fresh)).exchange.max_age_s == 600
    held = reply(503, headers={"Cache-Control": "max-age=900"})
    assert bad(answer_to(held)).exchange.max_age_s == 900
