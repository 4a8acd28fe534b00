"""What hubs may call: questions that are answered, and documents that are taken; and what strangers may not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from archive.config.settings import Config, FetchSettings, WebSettings
from archive.model.push import Event, HubState
from archive.store import Store, websub
from archive.store.inbox import MOST_WAITING, Callback, Inbox
from archive.web.app import create
from archive.web.callbacks import judge
from tests.archive.store.depositing import START, Paper, open_store
from tests.archive.store.looking import ask, count
from tests.ingest.websub.scene import signed

TOPIC = "https://krant.example/feed"
NAME = "ab" * 32
SECRET = bytes(range(32))
MOST = 1_000

CALLBACK = Callback(1, TOPIC, HubState.ACTIVE, SECRET.hex().encode())


class Pages:
    """The application over an archive with one subscription in a given state."""

    def __init__(self, store: Store) -> None:
        self.store = store
        feed_id = Paper(store).feed.id
        with store.writing() as connection:
            websub.begin(
                connection,
                feed_id=feed_id,
                hub_url="https://hub.example/",
                topic_url=TOPIC,
                base_url="https://news.example/websub/",
                name=NAME,
                secret=SECRET,
                now=START,
            )
        self.client = self.client_of(Config())

    def client_of(self, config: Config, *, base_url: str = "https://news.example") -> TestClient:
        web = WebSettings(public_url="https://news.example/", token_file=config.web.token_file)
        config = Config(web=web, fetch=FetchSettings(max_wire_bytes=MOST))
        app = create(str(self.store.path), config, clock=lambda: START)
        return TestClient(app, base_url=base_url, raise_server_exceptions=False)

    def set(self, state: HubState) -> None:
        with self.store.writing() as connection:
            connection.exec_driver_sql(f"UPDATE websub SET state = '{state}'")

    def ask(self, name: str = NAME, **changed: str | None) -> Any:
        """Ask as a hub that verifies a subscription; `changed` are parameters, `_` for `.`, None for none."""
        query: dict[str, str | None] = {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.challenge": "kB7-øx",
            "hub.lease_seconds": "3600",
        }
        query |= {key.replace("_", ".", 1): value for key, value in changed.items()}
        stated = {key: value for key, value in query.items() if value is not None}
        return self.client.get(f"/websub/{name}", params=stated)

    def push(self, body: bytes, *, name: str = NAME, **headers: str) -> Any:
        headers.setdefault("X-Hub-Signature", signed(body, SECRET.hex()))
        return self.client.post(f"/websub/{name}", content=body, headers=headers)

    def letters(self) -> list[tuple[Any, ...]]:
        return ask(self.store, "SELECT kind, request FROM inbox ORDER BY id")


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with open_store(tmp_path / "archive.db") as store:
        yield Pages(store)


# ---- questions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [HubState.ASKED, HubState.RENEWING])
def test_the_question_for_what_we_asked_is_answered_with_its_challenge(
    pages: Pages, state: HubState
) -> None:
    pages.set(state)
    response = pages.ask()
    assert (response.status_code, response.text) == (200, "kB7-øx")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert pages.letters() == [("verified", '{"mode": "subscribe", "lease_s": 3600}')]


def test_a_lease_that_is_not_stated_is_noted_as_such(pages: Pages) -> None:
    pages.set(HubState.ASKED)
    assert pages.ask(hub_lease_seconds=None).status_code == 200
    assert pages.letters() == [("verified", '{"mode": "subscribe", "lease_s": null}')]


@pytest.mark.parametrize(
    "state", [s for s in HubState if s not in (HubState.ASKED, HubState.RENEWING)]
)
def test_a_subscription_that_we_did_not_ask_for_is_not_confirmed(
    pages: Pages, state: HubState
) -> None:
    pages.set(state)
    assert pages.ask().status_code == 404
    assert pages.letters() == []


@pytest.mark.parametrize("state", list(HubState))
def test_only_what_is_to_be_ended_is_confirmed_as_ended(pages: Pages, state: HubState) -> None:
    pages.set(state)
    expected = 200 if state is HubState.LEAVING else 404
    assert pages.ask(hub_mode="unsubscribe").status_code == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"hub_topic": "https://krant.example/feed?x"},
        {"hub_topic": "http://krant.example/feed"},
        {"hub_topic": None},
        {"hub_mode": "publish"},
        {"hub_mode": None},
        {"hub_challenge": None},
        {"hub_challenge": ""},
        {"hub_challenge": "x" * 2_001},
        {"name": "ab" * 31},
        {"name": "AB" * 32},
        {"name": "%00"},
    ],
)
def test_any_other_question_finds_nothing_here(pages: Pages, changed: dict[str, Any]) -> None:
    pages.set(HubState.ASKED)
    assert pages.ask(**changed).status_code == 404
    assert pages.letters() == []


def test_a_challenge_with_markup_is_no_page(pages: Pages) -> None:
    pages.set(HubState.ASKED)
    response = pages.ask(hub_challenge="<script>alert(1)</script>")
    assert response.text == "<script>alert(1)</script>"
    assert response.headers["content-type"].startswith("text/plain")


def test_a_denial_is_noted_with_its_reason_cut_to_a_line(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    response = pages.ask(hub_mode="denied", hub_reason="w" * 500)
    assert response.status_code == 200
    assert pages.letters() == [("denied", f'{{"reason": "{"w" * 200}"}}')]


def test_a_denial_of_another_topic_is_not_ours(pages: Pages) -> None:
    assert pages.ask(hub_mode="denied", hub_topic="https://bode.example/").status_code == 404
    assert pages.letters() == []


# ---- documents ----------------------------------------------------------------------------------


def test_a_good_push_is_in_the_inbox_before_it_is_answered(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    response = pages.push(b"<rss/>", **{"Content-Type": "application/rss+xml"})
    assert response.status_code == 202
    assert pages.letters() == [("push", '{"content_type": "application/rss+xml"}')]
    with pages.store.reading() as connection:
        (letter,) = websub.waiting(connection, limit=9)
        assert websub.document(connection, letter.id) == b"<rss/>"
    assert letter.event is Event.PUSH


@pytest.mark.parametrize("state", list(HubState))
def test_only_a_subscription_that_is_or_is_about_to_be_takes_pushes(
    pages: Pages, state: HubState
) -> None:
    pages.set(state)
    expected = 202 if state in (HubState.ASKED, HubState.ACTIVE, HubState.RENEWING) else 404
    assert pages.push(b"<rss/>").status_code == expected


def test_of_a_strangers_push_not_a_byte_is_read(pages: Pages) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * 100

    assert asyncio.run(_post(pages, "cd" * 32, endless())) == (404, 0)
    assert read == 0
    assert count(pages.store, "inbox") == 0


def test_an_oversize_push_is_read_no_further_than_allowed_and_has_the_feed_asked(
    pages: Pages,
) -> None:
    pages.set(HubState.ACTIVE)
    status, n_read = asyncio.run(_post(pages, NAME, (b"x" * 100 for _ in range(1_000))))
    assert status == 413
    assert n_read == MOST // 100 + 1
    why = "a push of more than 1000 bytes"
    assert pages.letters() == [("ping", f'{{"why": "{why}", "signed": false}}')]


def test_a_push_that_announces_too_much_is_not_read_at_all(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    headers = [(b"content-length", b"1001")]
    status, n_read = asyncio.run(_post(pages, NAME, iter([b"x"] * 9), headers=headers))
    assert (status, n_read) == (413, 0)


def test_a_push_that_ends_early_is_none(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    status, _ = asyncio.run(_post(pages, NAME, iter([b"<rss"]), cut=True))
    assert status == 400
    assert pages.letters() == []


def test_no_more_than_so_many_pushes_wait_and_the_next_has_the_feed_asked(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    for n in range(MOST_WAITING):
        assert pages.push(b"<rss>%d</rss>" % n).status_code == 202
    for _ in range(3):
        response = pages.push(b"<rss>more</rss>")
        assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    assert count(pages.store, "inbox") == MOST_WAITING + 1
    assert pages.letters()[-1][0] == "ping"
    assert '"n": 3' in pages.letters()[-1][1]


def test_no_more_than_so_many_bytes_wait_in_all(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.inbox.MOST_WAITING_BYTES", 60)
    pages.set(HubState.ACTIVE)
    assert pages.push(bytes(range(40))).status_code == 202  # random enough not to pack
    assert pages.push(bytes(range(60, 100))).status_code == 503


def test_a_thousand_bad_signatures_are_one_letter(pages: Pages) -> None:
    pages.set(HubState.ACTIVE)
    for _ in range(20):
        assert pages.push(b"x", **{"X-Hub-Signature": "sha256=" + "0" * 64}).status_code == 202
    assert count(pages.store, "inbox") == 1
    assert '"n": 20' in pages.letters()[0][1]


# ---- signatures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("shape", ["{}", " {} ", "{upper}"])
def test_strong_signatures_are_believed(method: str, shape: str) -> None:
    stated = signed(b"<rss/>", SECRET.hex(), method)
    stated = shape.format(stated, upper=stated.upper())
    assert judge(b"<rss/>", stated, "", callback=CALLBACK) == (Event.PUSH, None)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("change", ["body", "key", "digest", "short"])
def test_a_signature_that_is_off_by_anything_is_wrong(method: str, change: str) -> None:
    key = SECRET.hex() if change != "key" else "00" * 32
    stated = signed(b"<rss/>", key, method)
    if change == "digest":
        stated = stated[:-1] + ("0" if stated[-1] != "0" else "1")
    if change == "short":
        stated = stated[:-2]
    body = b"<rss />" if change == "body" else b"<rss/>"
    assert judge(body, stated, "", callback=CALLBACK)[0] is Event.DROPPED


def test_the_digest_of_another_method_is_wrong() -> None:
    digest = signed(b"<rss/>", SECRET.hex(), "sha256").partition("=")[2]
    for method in ("sha1", "sha384", "sha512", "sha224", "md5"):
        judged, _ = judge(b"<rss/>", f"{method}={digest}", "", callback=CALLBACK)
        assert judged is Event.DROPPED


@pytest.mark.parametrize(
    ("link", "event"),
    [
        ("", Event.PUSH),
        (f'<{TOPIC}>; rel="self"', Event.PUSH),
        (f'<https://hub.example/>; rel="hub", <{TOPIC}>; rel=self', Event.PUSH),
        ('<https://hub.example/>; rel="hub"', Event.PUSH),
        ('<https://bode.example/feed>; rel="self"', Event.PING),
        (f'<{TOPIC}x>; rel="self"', Event.PING),
    ],
)
def test_a_document_of_another_topic_is_a_reason_to_ask_and_no_more(
    link: str, event: Event
) -> None:
    stated = signed(b"<rss/>", SECRET.hex())
    assert judge(b"<rss/>", stated, link, callback=CALLBACK)[0] is event


# ---- around it ----------------------------------------------------------------------------------


def test_hubs_need_no_token_and_everybody_else_does(pages: Pages, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("geheim")
    pages.client = pages.client_of(Config(web=WebSettings(token_file=token)))
    pages.set(HubState.ASKED)
    assert pages.client.get("/").status_code == 401
    assert pages.ask().status_code == 200
    assert pages.push(b"<rss/>").status_code == 202
    assert pages.client.get("/websub").status_code == 401


def test_a_callback_is_answered_under_the_public_name_alone(pages: Pages) -> None:
    pages.set(HubState.ASKED)
    pages.client = pages.client_of(Config(), base_url="https://anders.example")
    assert pages.ask().status_code == 421


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(pages: Pages, method: str) -> None:
    pages.set(HubState.ASKED)
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"}
    response = pages.client.request(method, f"/websub/{NAME}", params=query)
    assert response.status_code == 405
    assert pages.letters() == []


def test_an_archive_that_is_away_is_a_503_which_hubs_try_again(
    pages: Pages, tmp_path: Path
) -> None:
    pages.set(HubState.ACTIVE)
    pages.store.close()
    (tmp_path / "archive.db").rename(tmp_path / "weg.db")
    assert pages.push(b"<rss/>").status_code == 503


def test_the_inbox_can_write_no_other_table(pages: Pages) -> None:
    from archive.store.inbox import _open

    db = _open(pages.store.path)
    try:
        for sql in (
            "UPDATE feeds SET state = 'paused'",
            "DELETE FROM inbox",
            "INSERT INTO meta VALUES ('a', 'b')",
            "DROP TABLE inbox",
            "ATTACH 'x.db' AS x",
            "PRAGMA writable_schema = ON",
        ):
            with pytest.raises(Exception, match=r"not authorized|prohibited"):
                db.execute(sql)
        db.execute("UPDATE inbox SET answer = 'x'")
    finally:
        db.close()


def test_a_stranger_takes_no_writers_lock(pages: Pages) -> None:
    with pages.store.writing():  # the engine is writing, for as long as it likes
        assert Inbox(str(pages.store.path)).callback("cd" * 32) is None
        assert pages.push(b"<rss/>", name="cd" * 32).status_code == 404


async def _post(
    pages: Pages,
    name: str,
    pieces: Iterator[bytes],
    *,
    headers: list[tuple[bytes, bytes]] | None = None,
    cut: bool = False,
) -> tuple[int, int]:
    """Post a body piece by piece; return the status, and how many pieces were asked for."""
    n_read = 0

    async def stream() -> AsyncIterator[dict[str, Any]]:
        for piece in pieces:
            yield {"type": "http.request", "body": piece, "more_body": True}
        if cut:
            yield {"type": "http.disconnect"}
        yield {"type": "http.request", "body": b"", "more_body": False}

    source = stream()

    async def receive() -> dict[str, Any]:
        nonlocal n_read
        message = await anext(source)
        n_read += 1
        return message

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/websub/{name}",
        "raw_path": f"/websub/{name}".encode(),
        "query_string": b"",
        "headers": [(b"host", b"news.example"), *(headers or [])],
        "scheme": "https",
        "server": ("news.example", 443),
        "http_version": "1.1",
        "root_path": "",
    }
    await pages.client.app(scope, receive, send)
    return sent[0]["status"], n_read
