"""TLS: verified, its failures named in words, and opting out only where a request says so."""

import asyncio

import pytest

from archive.model.outcome import SOFT_REASONS, Reason
from tests.ingest.wire.web import RSS, bad, good, own, serving, trusting, wired
from tests.loopback import Loopback, reply

FAULTS = {
    "self-signed": ("loopback", "127.0.0.1", "self-signed certificate"),
    "expired": ("expired", "127.0.0.1", "certificate has expired"),
    "not valid yet": ("early", "127.0.0.1", "certificate is not yet valid"),
    "of another name": ("other_name", "localhost", "hostname mismatch"),
    "of another address": ("other_name", "127.0.0.1", "ip address mismatch"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_certificate_that_is_no_good_is_named_and_nothing_is_asked(name: str) -> None:
    certificate, host, words = FAULTS[name]

    async def run() -> None:
        async with Loopback(tls=serving(certificate)) as site, wired(tls=trusting()) as (_, client):
            site.on("/feed", reply(body=RSS))
            url = site.url("/feed", host=host)
            found = bad(await client.fetch(own(url)))
            assert found.reason is Reason.TLS
            assert found.reason in SOFT_REASONS
            assert words in found.detail
            assert site.asked == []
            # Opting out is the request's own, and holds for no other.
            good(await client.fetch(own(url, verify_tls=False)))
            assert bad(await client.fetch(own(url))).reason is Reason.TLS

    asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_that_is_good_is_taken(host: str) -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, wired(tls=trusting()) as (_, client):
            site.on("/feed", reply(body=RSS))
            good(await client.fetch(own(site.url("/feed", host=host))))

    asyncio.run(run())


def test_an_authority_the_system_does_not_know_is_not_trusted() -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, wired() as (_, client):
            found = bad(await client.fetch(own(site.on("/feed", reply(body=RSS)))))
            assert found.reason is Reason.TLS
            assert "unable to get local issuer certificate" in found.detail

    asyncio.run(run())


def test_plain_http_where_tls_was_meant_is_told() -> None:
    async def run() -> None:
        # A server that talks at once: a handshake meets plain words.
        def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 No\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, wired() as (_, client):
            found = bad(await client.fetch(own(f"https://127.0.0.1:{port}/")))
            assert found.reason is Reason.TLS

    asyncio.run(run())


def test_tls_where_plain_http_was_meant_is_told() -> None:
    async def run() -> None:
        async with Loopback(tls=serving("good")) as site, wired() as (_, client):
            found = bad(await client.fetch(own(site.url("/feed").replace("https:", "http:"))))
            assert found.reason in (Reason.CONNECT, Reason.PROTOCOL)
            assert site.asked == []

    asyncio.run(run())


def test_a_handshake_that_never_ends_is_left() -> None:
    async def run() -> None:
        async with wired(connect_s=0.1) as (site, client):
            found = bad(await client.fetch(own(site.url("/feed").replace("http:", "https:"))))
            assert (found.reason, found.detail) == (
                Reason.TIMEOUT,
                "no connection within 0.1 s (connect_s)",
            )

    asyncio.run(run())
