"""A form that is posted: what is sent, and which redirects carry it on."""

import asyncio

import pytest

from archive.model.outcome import Reason
from ingest.wire.result import FetchResult, Request
from tests.ingest.wire.web import RSS, own, serving, trusting, wired
from tests.loopback import Asked, Loopback, Reply, moved, reply

FORM = (("hub.mode", "subscribe"), ("hub.topic", "https://krant.example/feed?a=1&b=é"))
SENT = b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fkrant.example%2Ffeed%3Fa%3D1%26b%3D%C3%A9"


def posted(*replies: Reply) -> tuple[FetchResult, list[Asked]]:
    """Return what posting FORM to /hub comes to, which answers so, and what the site was asked."""

    async def run() -> tuple[FetchResult, list[Asked]]:
        async with wired() as (site, client):
            site.on("/there", reply(body=RSS))
            result = await client.fetch(own(site.on("/hub", *replies), form=FORM))
            return result, site.asked

    return asyncio.run(run())


def test_a_form_is_posted_as_browsers_do() -> None:
    result, (asked,) = posted(reply(202))
    assert result.exchange.status == 202
    assert (asked.method, asked.body) == ("POST", SENT)
    assert asked.header("content-type") == "application/x-www-form-urlencoded"


def test_a_request_without_a_form_stays_a_get_without_a_body() -> None:
    async def run() -> Asked:
        async with wired() as (site, client):
            await client.fetch(own(site.on("/feed", reply(body=RSS))))
            return site.asked[0]

    asked = asyncio.run(run())
    assert (asked.method, asked.body, asked.header("content-type")) == ("GET", b"", None)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_is_posted_to_again(status: int) -> None:
    _, asked = posted(moved(status, "/there"))
    assert [(each.target, each.method, each.body) for each in asked] == [
        ("/hub", "POST", SENT),
        ("/there", "POST", SENT),
    ]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_make_a_get_of_it_is_not_followed(status: int) -> None:
    result, asked = posted(moved(status, "/there"))
    assert result.exchange.status == status
    assert len(asked) == 1


def test_a_form_is_posted_to_no_closed_address() -> None:
    async def run() -> tuple[FetchResult, Loopback]:
        async with wired() as (site, client):
            request = Request(url=site.on("/hub", reply(202)), form=FORM)
            return await client.fetch(request), site

    result, site = asyncio.run(run())
    assert getattr(result, "reason", None) is Reason.ADDRESS
    assert site.asked == []


def test_a_form_that_was_sent_by_tls_is_not_sent_on_in_the_clear() -> None:
    """It may hold a secret."""

    async def run() -> tuple[FetchResult, Loopback]:
        async with (
            Loopback() as clear,
            Loopback(tls=serving("good")) as site,
            wired(tls=trusting()) as (_, client),
        ):
            url = site.on("/hub", moved(307, clear.url("/there")))
            return await client.fetch(own(url, form=FORM)), clear

    result, clear = asyncio.run(run())
    assert getattr(result, "detail", None) == "redirected to send a form in the clear"
    assert clear.asked == []
