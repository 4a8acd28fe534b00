"""The newsroom answers as papers do: validators, redirects, robots, faults, and one day after the other."""

import http.client
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from ingest.demo.documents import feed_document
from ingest.demo.papers import ROUNDS, Paper
from ingest.demo.server import Newsroom


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom() as room:
        yield room


def paper_of(room: Newsroom, slug: str) -> Paper:
    return next(paper for paper in room.papers if paper.slug == slug)


def ask(url: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request(method, parts.path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_each_paper_has_a_port_of_its_own_on_the_loopback(newsroom: Newsroom) -> None:
    homes = {newsroom.home(paper) for paper in newsroom.papers}
    assert len(homes) == len(newsroom.papers)
    assert all(home.startswith("http://127.0.0.1:") for home in homes)


def test_a_feed_is_sent_whole_with_its_type_and_etag(newsroom: Newsroom) -> None:
    newsroom.set_round(1)
    paper = paper_of(newsroom, "courier")
    response, body = ask(newsroom.url(paper))
    assert (response.status, body) == (200, feed_document(paper, 1, newsroom.home(paper)))
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    assert int(response.headers["Content-Length"]) == len(body)
    assert response.headers["ETag"].startswith('"')


def test_an_unchanged_feed_is_answered_304_and_a_changed_one_is_sent(newsroom: Newsroom) -> None:
    newsroom.set_round(1)
    url = newsroom.url(paper_of(newsroom, "phare"))
    etag = ask(url)[0].headers["ETag"]
    again, body = ask(url, **{"If-None-Match": etag})
    assert (again.status, body) == (304, b"")
    newsroom.set_round(2)
    assert ask(url, **{"If-None-Match": etag})[0].status == 200


def test_the_moved_paper_sends_readers_on_for_good(newsroom: Newsroom) -> None:
    paper = paper_of(newsroom, "waddenbode")
    response, _ = ask(newsroom.url(paper))
    assert response.status == 301
    assert response.headers["Location"] == newsroom.home(paper) + paper.feed_path
    assert ask(response.headers["Location"])[0].status == 200


def test_the_broken_papers_answer_as_they_should(newsroom: Newsroom) -> None:
    assert ask(newsroom.url(paper_of(newsroom, "kapot")))[0].status == 500
    response, body = ask(newsroom.url(paper_of(newsroom, "onderhoud")))
    assert response.status == 200
    assert body.startswith(b"<!DOCTYPE html>")


def test_robots_are_told_what_they_may_do_and_unknown_addresses_are_404(newsroom: Newsroom) -> None:
    home = newsroom.home(paper_of(newsroom, "duinpost"))
    assert b"User-agent: *" in ask(home + "/robots.txt")[1]
    assert ask(home + "/nothing")[0].status == 404


def test_head_sends_no_body(newsroom: Newsroom) -> None:
    response, body = ask(newsroom.url(paper_of(newsroom, "ushio")), "HEAD")
    assert (response.status, body) == (200, b"")


def test_nonsense_on_the_wire_harms_nobody(newsroom: Newsroom) -> None:
    paper = paper_of(newsroom, "duinpost")
    parts = urlsplit(newsroom.home(paper))
    for nonsense in (b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"x" * 70_000, b""):
        line = socket.create_connection((parts.hostname, parts.port), timeout=10)
        with line, suppress(ConnectionError):  # cut off while still talking
            line.sendall(nonsense)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass
    assert ask(newsroom.url(paper))[0].status == 200


def test_the_articles_of_the_second_day_are_not_there_on_the_first(newsroom: Newsroom) -> None:
    paper = paper_of(newsroom, "journaal")
    new = next(item for item in paper.items(2) if item.path not in {i.path for i in paper.items(1)})
    newsroom.set_round(1)
    assert (newsroom.now, ask(newsroom.home(paper) + new.path)[0].status) == (ROUNDS[0], 404)
    newsroom.set_round(2)
    assert (newsroom.now, ask(newsroom.home(paper) + new.path)[0].status) == (ROUNDS[1], 200)


def test_there_is_no_third_day(newsroom: Newsroom) -> None:
    with pytest.raises(ValueError, match="2 rounds"):
        newsroom.set_round(3)


def test_what_was_shown_is_what_was_really_sent() -> None:
    with Newsroom() as room:
        assert room.shown() == ()
        paper = paper_of(room, "courier")
        etag = ask(room.url(paper))[0].headers["ETag"]
        first = room.shown()
        assert first == tuple((room.url(paper), item.guid) for item in paper.items(1))
        ask(room.url(paper), **{"If-None-Match": etag})
        ask(room.home(paper) + paper.items(1)[0].path)
        assert room.shown() == first
        room.set_round(2)
        ask(room.url(paper))
        assert set(room.shown()) > set(first)


def test_a_closed_newsroom_answers_nobody() -> None:
    with Newsroom() as room:
        url = room.url(room.papers[0])
    with pytest.raises(OSError):
        ask(url)
