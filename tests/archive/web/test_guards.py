from base64 import b64encode
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from archive.errors import UsageError
from archive.web.guards import Guards, host_name, token_of


def client(token: str | None = None) -> TestClient:
    async def page(_: Request) -> Response:
        return PlainTextResponse("page")

    app = Starlette(routes=[Route("/", page), Route("/livez", page)])
    guarded = Guards(app, hosts={"News.example"}, token=token)
    return TestClient(guarded, base_url="http://news.example")


@pytest.mark.parametrize(
    "host",
    ["news.example", "news.example:8420", "NEWS.example.", "localhost:1", "127.0.0.1", "[::1]:80"],
)
def test_own_and_loopback_names_are_answered(host: str) -> None:
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "news.example.evil.example", "", "[", "10.0.0.1"])
def test_other_names_are_misdirected(host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "public_url" in answer.text


def test_every_answer_carries_the_strict_policy() -> None:
    for answer in (client().get("/"), client().get("/missing"), client("t").get("/")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


def test_a_token_is_asked_for_and_taken_as_bearer_or_password() -> None:
    web = client("geheim wóórd")
    assert web.get("/").status_code == 401
    assert "Basic" in web.get("/").headers["www-authenticate"]
    basic = b64encode("wie ook:geheim wóórd".encode()).decode()
    for header in (f"Basic {basic}", "bearer geheim wóórd".encode()):
        assert web.get("/", headers={"authorization": header}).status_code == 200
    for header in ("Basic x", "Basic " + b64encode(b"a:b").decode(), "Bearer ", "Digest geheim"):
        assert web.get("/", headers={"authorization": header}).status_code == 401


def test_health_is_told_without_a_token() -> None:
    assert client("geheim").get("/livez").status_code == 200


def test_a_token_file_that_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    assert token_of(None) is None
    path = tmp_path / "token"
    with pytest.raises(UsageError, match="cannot read"):
        token_of(path)
    path.write_text(" \n")
    with pytest.raises(UsageError, match="is empty"):
        token_of(path)
    path.write_text("abc\n")
    assert token_of(path) == "abc"


def test_a_host_header_that_is_none_has_no_name() -> None:
    assert host_name("[::1") == ""
    assert host_name("a:b:c") == "a"
