"""ETag and Last-Modified: opaque, sent back as they came, and only to whom they came from."""

import asyncio
from typing import Any

import pytest

from archive.model.outcome import Reason, Validators
from tests.ingest.wire.web import RSS, answer_to, bad, good, own, unchanged, wired
from tests.loopback import Asked, Reply, moved, reply

FORMS = [
    '"abc"',
    'W/"abc"',
    "unquoted",
    '"a "b" c"',
    "w/'x'",
    '""',
    "x" * 8_000,
]
DATES = [
    "Wed, 04 Mar 2026 11:00:00 GMT",
    "Wednesday, 04-Mar-26 11:00:00 GMT",
    "Wed Mar  4 11:00:00 2026",
    "not a date",
    "1772622000",
]


def asked_again(first: Reply, second: Reply) -> tuple[Any, Asked]:
    """Fetch twice, the second time with the validators of the first; return its result and request."""

    async def run() -> tuple[Any, Asked]:
        async with wired() as (site, client):
            url = site.on("/feed", first, second)
            held = good(await client.fetch(own(url))).validators
            return await client.fetch(own(url, validators=held)), site.asked[1]

    return asyncio.run(run())


@pytest.mark.parametrize("etag", FORMS)
def test_an_etag_of_any_form_goes_back_as_it_came(etag: str) -> None:
    found, asked = asked_again(reply(body=RSS, headers={"ETag": etag}), reply(304))
    assert unchanged(found).validators is None
    assert asked.header("if-none-match") == etag
    assert asked.header("if-modified-since") is None


@pytest.mark.parametrize("date", DATES)
def test_a_last_modified_of_any_form_goes_back_as_it_came(date: str) -> None:
    found, asked = asked_again(reply(body=RSS, headers={"Last-Modified": date}), reply(304))
    unchanged(found)
    assert asked.header("if-modified-since") == date
    assert asked.header("if-none-match") is None


def test_both_go_back() -> None:
    both = {"ETag": '"1"', "Last-Modified": DATES[0]}
    _, asked = asked_again(reply(body=RSS, headers=both), reply(304))
    assert (asked.header("if-none-match"), asked.header("if-modified-since")) == ('"1"', DATES[0])


def test_a_304_that_carries_validators_replaces_what_it_names() -> None:
    both = {"ETag": '"1"', "Last-Modified": DATES[0]}
    found, _ = asked_again(reply(body=RSS, headers=both), reply(304, headers={"ETag": '"2"'}))
    held = unchanged(found).validators
    assert held is not None
    assert (held.etag, held.last_modified) == ('"2"', DATES[0])


def test_a_200_without_validators_has_none() -> None:
    both = {"ETag": '"1"', "Last-Modified": DATES[0]}
    found, _ = asked_again(reply(body=RSS, headers=both), reply(body=RSS))
    assert good(found).validators == Validators(url=good(found).exchange.url)


@pytest.mark.parametrize("etag", ["", "\udce9t\udce9", "caf\u00e9"])
def test_an_etag_that_cannot_go_back_as_it_came_is_not_kept(etag: str) -> None:
    assert good(answer_to(reply(body=RSS, headers={"ETag": etag}))).validators.etag is None


def test_of_two_etags_the_first_counts() -> None:
    twice = reply(body=RSS, headers=[("ETag", '"1"'), ("ETag", '"2"')])
    assert good(answer_to(twice)).validators.etag == '"1"'


def test_validators_belong_to_the_address_that_gave_the_body() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", moved(302, "/body"))
            site.on("/body", reply(body=RSS, headers={"ETag": '"1"'}), reply(304))
            held = good(await client.fetch(own(url))).validators
            assert held.url == site.url("/body")
            unchanged(await client.fetch(own(url, validators=held)))
            sent = [(asked.target, asked.header("if-none-match")) for asked in site.asked[2:]]
            assert sent == [("/feed", None), ("/body", '"1"')]

    asyncio.run(run())


def test_validators_of_another_address_are_not_sent() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(304))
            held = Validators(url=site.url("/old"), etag='"1"')
            found = bad(await client.fetch(own(url, validators=held)))
            assert site.asked[0].header("if-none-match") is None
            assert found.reason is Reason.PROTOCOL

    asyncio.run(run())


def test_validators_with_a_line_break_are_never_sent() -> None:
    async def run() -> None:
        async with wired() as (site, client):
            url = site.on("/feed", reply(body=RSS))
            good(await client.fetch(own(url, validators=Validators(url=url, etag='"1"\r\nX: y'))))
            assert site.asked[0].header("if-none-match") is None

    asyncio.run(run())


def test_a_304_says_when_to_come_back() -> None:
    found, _ = asked_again(
        reply(body=RSS, headers={"ETag": '"1"'}),
        reply(304, headers={"Cache-Control": "max-age=7200"}),
    )
    assert unchanged(found).exchange.max_age_s == 7_200
