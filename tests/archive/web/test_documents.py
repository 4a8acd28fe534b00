import gzip
import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from archive.web.documents import Documents, takes_gzip

FEED = b"<feed>" + b"tekst " * 1_000 + b"</feed>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feed.xml").write_bytes(FEED)
    os.utime(tmp_path / "feed.xml", (1_800_000_000, 1_800_000_000))
    return tmp_path


@pytest.fixture
def client(folder: Path) -> TestClient:
    documents = Documents(folder, max_age_s=300)

    async def feed(request: Request) -> Response:
        return documents.answer(request, "feed.xml") or Response(status_code=404)

    client = TestClient(Starlette(routes=[Route("/feed.xml", feed)]))
    client.headers["accept-encoding"] = "identity"
    return client


def test_the_published_bytes_are_served_with_validators(client: TestClient) -> None:
    answer = client.get("/feed.xml")
    assert answer.content == FEED
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=300"
    assert answer.headers["last-modified"] == "Fri, 15 Jan 2027 08:00:00 GMT"
    assert set(answer.headers["vary"].split(", ")) == {"Accept", "Accept-Encoding"}


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_holds_the_document_gets_304_without_a_body(client: TestClient, form: str) -> None:
    tag = client.get("/feed.xml").headers["etag"]
    answer = client.get("/feed.xml", headers={"if-none-match": form.format(tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == "max-age=300"


def test_a_date_counts_only_where_no_tag_is_stated(client: TestClient) -> None:
    since = {"if-modified-since": "Fri, 15 Jan 2027 08:00:00 GMT"}
    assert client.get("/feed.xml", headers=since).status_code == 304
    assert client.get("/feed.xml", headers=since | {"if-none-match": '"x"'}).status_code == 200
    earlier = {"if-modified-since": "Fri, 15 Jan 2027 07:59:59 GMT"}
    assert client.get("/feed.xml", headers=earlier).status_code == 200
    assert client.get("/feed.xml", headers={"if-modified-since": "gisteren"}).status_code == 200


def test_head_has_the_headers_of_get_and_no_body(client: TestClient) -> None:
    get, head = client.get("/feed.xml"), client.head("/feed.xml")
    assert head.content == b""
    assert head.headers == get.headers


def test_packed_bytes_have_a_tag_of_their_own_and_either_tag_is_known(client: TestClient) -> None:
    plain = client.get("/feed.xml")
    packed = client.get("/feed.xml", headers={"accept-encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == FEED
    assert int(packed.headers["content-length"]) < len(FEED) / 10
    assert packed.headers["etag"] != plain.headers["etag"]
    for tag in (plain.headers["etag"], packed.headers["etag"]):
        assert client.get("/feed.xml", headers={"if-none-match": tag}).status_code == 304


def test_browsers_are_given_xml_that_they_show(client: TestClient) -> None:
    answer = client.get("/feed.xml", headers={"accept": "text/html,application/xml;q=0.9"})
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert answer.content == FEED


def test_a_new_document_is_seen_at_once(client: TestClient, folder: Path) -> None:
    before = client.get("/feed.xml").headers["etag"]
    (folder / "feed.xml").write_bytes(b"<feed/>")
    after = client.get("/feed.xml", headers={"if-none-match": before})
    assert (after.status_code, after.content) == (200, b"<feed/>")


def test_what_is_not_published_is_not_found(client: TestClient, folder: Path) -> None:
    (folder / "feed.xml").unlink()
    assert client.get("/feed.xml").status_code == 404


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0", False),
        ("gzip; q=0.5, br", True),
        ("GZIP", True),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_who_names_it(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


def test_the_packed_twin_unpacks_to_the_document(folder: Path) -> None:
    document = Documents(folder, max_age_s=1).find("feed.xml")
    assert document is not None
    assert gzip.decompress(document.packed) == FEED
