"""A poll comes to an outcome whatever the web and the parsers do; nothing is raised for a site's fault."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.model.outcome import (
    FeedFailed,
    FeedJob,
    FeedOutcome,
    FeedParsed,
    FeedUnchanged,
    PageFailed,
    PageJob,
    PageOutcome,
    PageRead,
    Reason,
    Rhythm,
    Validators,
)
from archive.model.site import SiteRules
from ingest.poll import body_digest, poll_feed, read_page
from ingest.workers import WorkerKilled
from tests.fakes import NOON, Clock, FakeWeb, HereParser

FEED = "https://krant.example/feed"
PAGE = "https://krant.example/1"
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Krant</title>
<item><guid>1</guid><title>Kop</title><link>https://krant.example/1</link></item></channel></rss>"""
EMPTY = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Krant</title></channel></rss>"


@pytest.fixture
def web() -> FakeWeb:
    return FakeWeb()


def feed_job(**change: Any) -> FeedJob:
    values: dict[str, Any] = {
        "feed_id": 1,
        "name": "krant",
        "url": FEED,
        "host": "krant.example:443",
    }
    values |= {"host_id": 1, "epoch": 1, "owner": "test", "rhythm": Rhythm(interval_s=3600)}
    return FeedJob(**values | change)


def page_job(**change: Any) -> PageJob:
    values: dict[str, Any] = {"task_id": 1, "variant_id": 1, "feed_id": 1, "feed_url": FEED}
    values |= {"url": PAGE, "host": "krant.example:443", "host_id": 1, "epoch": 1, "owner": "test"}
    return PageJob(**values | change)


def poll(web: FakeWeb, parser: HereParser | None = None, **job: Any) -> FeedOutcome:
    return asyncio.run(poll_feed(feed_job(**job), web, parser or HereParser(), clock=Clock()))


def read(
    web: FakeWeb, parser: HereParser | None = None, rules: SiteRules | None = None
) -> PageOutcome:
    return asyncio.run(
        read_page(
            page_job(), web, parser or HereParser(), rules_for=lambda url: rules, clock=Clock()
        )
    )


def failed(outcome: FeedOutcome) -> FeedFailed:
    assert isinstance(outcome.result, FeedFailed)
    return outcome.result


def page_failed(outcome: PageOutcome) -> PageFailed:
    assert isinstance(outcome.result, PageFailed)
    return outcome.result


# ---- feeds --------------------------------------------------------------------------------------


def test_a_feed_is_parsed_and_keeps_what_validates_it(web: FakeWeb) -> None:
    web.on(FEED, web.found(RSS, etag='"1"'))
    result = poll(web).result
    assert isinstance(result, FeedParsed)
    assert [entry.title for entry in result.parsed.entries] == ["Kop"]
    assert result.validators == Validators(url=FEED, etag='"1"')
    assert (result.body, result.body_digest) == (RSS, body_digest(RSS))


def test_what_validates_the_last_body_is_sent_and_the_feeds_own_address_vouches(
    web: FakeWeb,
) -> None:
    web.on(FEED, web.not_modified('"2"'))
    held = Validators(url=FEED, etag='"1"')
    assert poll(web, validators=held).result == FeedUnchanged(
        not_modified=True, validators=Validators(url=FEED, etag='"2"')
    )
    (request,) = web.asked
    assert (request.validators, request.operator_url) == (held, FEED)


def test_the_bytes_of_last_time_are_not_parsed_again(web: FakeWeb) -> None:
    web.on(FEED, web.found(RSS, etag='"2"'))
    parser = HereParser()
    parser.dies_of[b"rss"] = AssertionError("parsed")
    result = poll(web, parser, body_digest=body_digest(RSS)).result
    assert result == FeedUnchanged(not_modified=False, validators=Validators(url=FEED, etag='"2"'))


def test_a_body_that_may_have_been_cut_is_never_validated_not_even_when_it_comes_again(
    web: FakeWeb,
) -> None:
    web.on(FEED, web.found(RSS, etag='"1"', end_is_proven=False))
    first = poll(web).result
    again = poll(web, body_digest=body_digest(RSS)).result
    assert isinstance(first, FeedParsed)
    assert isinstance(again, FeedUnchanged)
    assert first.validators == again.validators == Validators(url=FEED)


def test_an_empty_document_is_remembered_only_if_it_is_well_formed(web: FakeWeb) -> None:
    web.on(FEED, web.found(EMPTY, etag='"1"'), web.found(EMPTY[:-12], etag='"1"'))
    good, cut = poll(web).result, poll(web).result
    assert isinstance(good, FeedParsed)
    assert isinstance(cut, FeedParsed)
    assert (good.validators.etag, good.body_digest) == ('"1"', body_digest(EMPTY))
    assert (cut.validators.etag, cut.body_digest) == (None, b"")


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.TIMEOUT])
def test_no_answer_is_a_failure_with_its_reason(web: FakeWeb, reason: Reason) -> None:
    web.on(FEED, web.failed(reason))
    assert failed(poll(web)).reason is reason


def test_what_the_server_asked_to_wait_is_passed_on(web: FakeWeb) -> None:
    web.on(FEED, web.status(503, retry_after_s=600))
    outcome = poll(web)
    assert (failed(outcome).retry_after_s, outcome.exchange.status) == (600, 503)


def test_what_is_no_feed_is_a_failure_that_says_what_it_is(web: FakeWeb) -> None:
    web.on(FEED, web.page("<!doctype html><html><body>Onderhoud</body></html>"))
    failure = failed(poll(web))
    assert failure.reason is Reason.NOT_A_FEED
    assert "HTML" in failure.detail
    assert failure.body is not None


@pytest.mark.parametrize(
    ("error", "reason", "is_death"),
    [
        (WorkerKilled("took more than 10 s of CPU"), Reason.PARSE_LIMIT, True),
        (TypeError("width"), Reason.PARSE, False),
        (RecursionError(), Reason.PARSE, False),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), Reason.PARSE, False),
    ],
)
def test_a_parser_that_fails_costs_this_feed_alone(
    web: FakeWeb, error: Exception, reason: Reason, is_death: bool
) -> None:
    web.on(FEED, web.found(RSS))
    parser = HereParser()
    parser.dies_of[b"rss"] = error
    failure = failed(poll(web, parser))
    assert (failure.reason, failure.worker_died) == (reason, is_death)
    assert failure.body == RSS


def test_a_fault_of_ours_on_the_wire_is_that_feeds_failure(web: FakeWeb) -> None:
    web.on(FEED, ValueError("no such scheme"))
    outcome = poll(web)
    assert failed(outcome).reason is Reason.PROTOCOL
    assert "no such scheme" in failed(outcome).detail
    assert outcome.exchange.started_at == NOON


def test_credentials_come_from_their_file(web: FakeWeb, tmp_path: Path) -> None:
    secret = tmp_path / "krant.auth"
    secret.write_text("anna:ge:heim\nnotitie\n", encoding="utf-8")
    web.on(FEED, web.found(RSS))
    poll(web, auth_file=str(secret))
    assert web.asked[0].basic_auth == ("anna", "ge:heim")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00anna"])
def test_credentials_that_cannot_be_read_are_a_failure_and_nothing_is_asked(
    web: FakeWeb, tmp_path: Path, content: bytes | None
) -> None:
    secret = tmp_path / "krant.auth"
    if content is not None:
        secret.write_bytes(content)
    outcome = poll(web, auth_file=str(secret), due_at=NOON - timedelta(days=100))
    assert failed(outcome).reason is Reason.UNAUTHORISED
    assert "krant.auth cannot be read" in failed(outcome).detail
    assert outcome.exchange.started_at == NOON
    assert web.asked == []


# ---- pages --------------------------------------------------------------------------------------

HTML = "<html lang='nl'><body><article><h1>Kop</h1>" + "<p>Een zin over de brug.</p>" * 30


def test_a_page_is_read_with_the_rules_of_its_host(web: FakeWeb) -> None:
    web.on(PAGE, web.page(HTML + "<span class='rubriek'>Regio</span></article>"))
    result = read(web, rules=SiteRules(section=".rubriek")).result
    assert isinstance(result, PageRead)
    assert result.page.section == "Regio"
    assert "over de brug" in (result.page.text or "")
    (request,) = web.asked
    assert (request.operator_url, request.validators) == (FEED, None)
    assert request.accept.startswith("text/html")


@pytest.mark.parametrize(
    ("status", "is_final"), [(404, True), (410, True), (451, True), (403, False), (500, False)]
)
def test_a_page_that_is_gone_is_not_asked_again(web: FakeWeb, status: int, is_final: bool) -> None:
    web.on(PAGE, web.status(status))
    assert page_failed(read(web)).final is is_final


def test_an_address_that_the_guard_refuses_is_final(web: FakeWeb) -> None:
    web.on(PAGE, web.failed(Reason.ADDRESS))
    assert page_failed(read(web)).final


def test_a_document_that_is_no_page_is_final_and_says_what_it_is(web: FakeWeb) -> None:
    web.on(PAGE, web.found(b"%PDF-1.7", content_type="application/pdf"))
    failure = page_failed(read(web))
    assert (failure.reason, failure.final) == (Reason.NOT_HTML, True)
    assert "application/pdf" in failure.detail


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (WorkerKilled("took more than 10 s of CPU"), Reason.PARSE_LIMIT),
        (RuntimeError("x"), Reason.PARSE),
    ],
)
def test_a_reader_that_fails_costs_this_page_alone(
    web: FakeWeb, error: Exception, reason: Reason
) -> None:
    web.on(PAGE, web.page(HTML))
    parser = HereParser()
    parser.dies_of[b"brug"] = error
    failure = page_failed(read(web, parser))
    assert (failure.reason, failure.final) == (reason, False)


def test_an_unasked_304_and_a_fault_of_ours_are_tried_again(web: FakeWeb) -> None:
    web.on(PAGE, web.not_modified(), OSError("x"))
    for _ in range(2):
        failure = page_failed(read(web))
        assert (failure.reason, failure.final) == (Reason.PROTOCOL, False)
