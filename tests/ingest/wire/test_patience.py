"""While others wait, who says nothing is let go early; who has begun to answer, and who is alone, is not."""

import asyncio
from collections.abc import Callable

from archive.model.outcome import Reason
from ingest.wire.patience import ENOUGH_BYTES, LEAST_S, MOST_S, AnswerTimes, Patience
from ingest.wire.result import FetchResult
from tests.ingest.wire.web import RSS, bad, good, own, wired
from tests.loopback import Gate, Hang, Loopback, Reply, head, moved, reply

SOON_S = 0.05
AMPLE_S = 0.5
"""Patience in which a head comes over the loopback on any machine; the gates stay closed for longer."""


def fetched(
    others_wait: Callable[[], bool], *replies: Reply, seconds: float = SOON_S
) -> FetchResult:
    async def run() -> FetchResult:
        async with wired() as (site, client):
            url = site.on("/feed", *replies)
            return await client.fetch(own(url, patience=Patience(seconds, others_wait)))

    return asyncio.run(run())


def test_a_silent_server_is_let_go_while_others_wait_and_that_says_nothing_of_it() -> None:
    failed = bad(fetched(lambda: True, (Hang(),)))
    assert (failed.is_put_off, failed.reason, failed.retry_after_s) == (True, Reason.TIMEOUT, None)
    assert failed.exchange.status is None


def test_a_few_bytes_of_a_document_are_silence_too() -> None:
    begun = head(200, [("Content-Length", "9000")]) + b"<rss>"
    assert bad(fetched(lambda: True, (begun, Hang()), seconds=AMPLE_S)).is_put_off


def test_while_nobody_waits_a_silent_server_is_waited_for() -> None:
    async def run() -> None:
        gate = Gate()

        def nobody() -> bool:
            gate.open.set()  # patience has ended, and only now it answers
            return False

        async with wired() as (site, client):
            url = site.on("/feed", (gate, *reply(body=RSS)))
            assert good(await client.fetch(own(url, patience=Patience(SOON_S, nobody)))).body == RSS

    asyncio.run(run())


def test_a_timeout_is_a_failure_as_ever_while_nobody_waits() -> None:
    async def run() -> None:
        async with wired(idle_s=0.2) as (site, client):
            url = site.on("/feed", (Hang(),))
            failed = bad(await client.fetch(own(url, patience=Patience(SOON_S, lambda: False))))
            assert (failed.is_put_off, failed.reason) == (False, Reason.TIMEOUT)

    asyncio.run(run())


def test_who_has_begun_to_answer_is_waited_for_while_others_wait() -> None:
    asked: list[str] = []
    long_body = b"<rss>" + b" " * ENOUGH_BYTES

    async def opened_late(site: Loopback, url: str, gate: Gate) -> None:
        await gate.reached.wait()
        asyncio.get_running_loop().call_later(2 * AMPLE_S, gate.open.set)

    async def run() -> None:
        async with Loopback(address="0.0.0.0") as site, wired() as (_, client):
            refusing, arriving, moving = Gate(), Gate(), Gate()
            busy = head(503, [("Content-Length", "4"), ("Retry-After", "900")])
            site.on("/busy", (busy, refusing, b"wait"))
            size = [("Content-Length", str(len(long_body) + 6))]
            site.on("/long", (head(200, size) + long_body, arriving, b"</rss>"))
            site.on("/moved", moved(302, "/there"))
            site.on("/there", (moving, *reply(body=RSS)))
            fetches = []
            for n, (path, gate) in enumerate(
                (("/busy", refusing), ("/long", arriving), ("/moved", moving)), start=2
            ):

                def others_wait(path: str = path) -> bool:
                    asked.append(path)
                    return True

                url = site.url(path, host=f"127.0.0.{n}")
                patience = Patience(AMPLE_S, others_wait)
                fetches.append(client.fetch(own(url, patience=patience)))
                fetches.append(opened_late(site, url, gate))
            busy_answer, _, long_answer, _, moved_answer, _ = await asyncio.gather(*fetches)
            failed = bad(busy_answer)
            assert (failed.reason, failed.retry_after_s) == (Reason.STATUS, 900)
            assert good(long_answer).body == long_body + b"</rss>"
            assert good(moved_answer).body == RSS
            assert asked == []

    asyncio.run(run())


def test_patience_is_two_and_a_half_times_what_is_usual() -> None:
    times = AnswerTimes()
    assert times.patience_s == LEAST_S
    for took_s in (0.6, 0.8, 30.0, 0.1, 0.8):
        times.note(took_s)
    assert times.patience_s == 2.0
    for _ in range(200):
        times.note(0.01)
    assert times.patience_s == LEAST_S


def test_where_all_are_slow_patience_grows_until_they_answer() -> None:
    times = AnswerTimes()
    n_let_go = 0
    while times.patience_s < 3.0:
        times.note(times.patience_s)
        n_let_go += 1
    assert n_let_go < 110
    for _ in range(1_000):
        times.note(times.patience_s)
    assert times.patience_s == MOST_S
