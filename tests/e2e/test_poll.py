"""The real command on a real file against a loopback server: poll, list, search, publish, and how each ends."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.loopback import Loopback, reply

COMMAND = Path(sys.executable).with_name("newsarchive")

ITEM = """<item><guid isPermaLink="false">{guid}</guid><title>{title}</title><link>{url}</link>
<description>Schippers bij Oudewater wachten al dagen voor de dichte draaibrug.</description></item>"""

PAGE = """<html lang="nl"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>De provincie laat de draaibrug bij Oudewater vanaf maandag negen weken dicht voor herstel.</p>
<p>Schippers bij Oudewater wachten al dagen voor de dichte draaibrug, en fietsers varen met een pontje over. De
aannemer vond scheuren in twee tandwielen die nog uit het bouwjaar stammen.</p></article></body></html>"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Desk:
    """A folder with a config.toml in which commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def configure(self, site: Loopback, **feeds: str) -> None:
        """Write the configuration: feeds by name at these paths of the site."""
        lines = [
            "[fetch]",
            'contact = "test@krant.example"',
            'allow_networks = ["127.0.0.0/8"]',
            "min_host_gap_s = 0",
            *(
                line
                for name, path in feeds.items()
                for line in ("[[feeds]]", f'name = "{name}"', f'url = "{site.url(path)}"')
            ),
        ]
        (self.folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")

    async def run(self, *arguments: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            COMMAND,
            *arguments,
            cwd=self.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())


def rss(*items: str) -> bytes:
    head = "<title>De Krant</title><language>nl</language>"
    return f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>".encode()


def at_a_site(act: Callable[[Loopback], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Loopback() as site:
            await act(site)

    asyncio.run(run())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_two_feeds_one_of_them_broken_from_poll_to_the_published_feed(desk: Desk) -> None:
    async def act(site: Loopback) -> None:
        title = "Draaibrug negen weken dicht"
        item = ITEM.format(guid="b1", title=title, url=site.url("/artikel/b1"))
        site.on("/goed.xml", reply(body=rss(item), headers={"ETag": '"1"'}), reply(304))
        site.on("/stuk.xml", reply(500))
        site.on("/robots.txt", reply(404))
        html = PAGE.format(title=title).encode()
        site.on("/artikel/b1", reply(body=html, headers={"Content-Type": "text/html"}))
        desk.configure(site, goed="/goed.xml", stuk="/stuk.xml")

        polled = await desk.run("poll", "--all", "--json")
        assert polled.code == 0, polled.err
        told = json.loads(polled.out)
        results = {facts["feed"]: (facts["result"], facts["new"]) for facts in told["polls"]}
        assert results == {"goed": ("parsed", 1), "stuk": ("status", 0)}
        assert told["pages"]["read"] == 1
        assert all(asked.header("user-agent").startswith("newsarchive/") for asked in site.asked)  # type: ignore[union-attr]  # every request has one

        again = await desk.run("poll", "goed", "--json")
        assert [facts["result"] for facts in json.loads(again.out)["polls"]] == ["unchanged"]
        feed_requests = [asked for asked in site.asked if asked.target == "/goed.xml"]
        assert [asked.header("if-none-match") for asked in feed_requests] == [None, '"1"']
        assert sum(asked.target == "/artikel/b1" for asked in site.asked) == 1

        wrong = await desk.run("poll", "goud")
        assert wrong.code == 1
        assert "goed" in wrong.err
        assert "Traceback" not in wrong.err

        feeds = await desk.run("feeds")
        assert feeds.code == 0
        assert "goed" in feeds.out
        assert "500" in feeds.out

        found = await desk.run("search", "tandwielen")
        assert found.code == 0
        assert title in found.out
        assert (await desk.run("search", "kangoeroe")).code == 1

        published = await desk.run("publish")
        assert published.code == 0, published.err
        document = (desk.folder / "public" / "feed.xml").read_text(encoding="utf-8")
        assert document.count("<entry>") == 1
        assert "tandwielen" in document
        assert "unchanged" in (await desk.run("publish")).out
        assert (await desk.run("check")).code == 0

    at_a_site(act)


def test_a_configuration_with_mistakes_polls_nothing(desk: Desk) -> None:
    (desk.folder / "config.toml").write_text("[fetch]\nconcurency = 3\n", encoding="utf-8")

    async def act(site: Loopback) -> None:
        refused = await desk.run("poll")
        assert refused.code == 2
        assert "concurrency" in refused.err
        assert not (desk.folder / "archive.db").exists()

    at_a_site(act)


def test_a_reader_without_an_archive_says_how_to_make_one(desk: Desk) -> None:
    async def act(site: Loopback) -> None:
        desk.configure(site, krant="/krant.xml")
        for command in (["search", "brug"], ["publish"], ["feeds"]):
            ended = await desk.run(*command)
            assert ended.code == 3, command
            assert "no archive" in ended.err

    at_a_site(act)


def test_a_replay_never_goes_back_in_time(desk: Desk) -> None:
    async def act(site: Loopback) -> None:
        desk.configure(site, krant="/krant.xml")
        item = ITEM.format(guid="b1", title="Draaibrug dicht", url=site.url("/b1"))
        site.on("/krant.xml", reply(body=rss(item)))
        site.on("/robots.txt", reply(404))
        site.on("/b1", reply(404))
        first = await desk.run("poll", "--all", "--at", "2026-11-24T08:00:00Z")
        assert first.code == 0, first.err
        back = await desk.run("poll", "--all", "--at", "2026-11-24T07:30:00Z")
        assert back.code == 2
        assert "before" in back.err
        shown = await desk.run("search", "draaibrug", "--json")
        assert json.loads(shown.out)["hits"][0]["first_seen_at"].startswith("2026-11-24T08:00:00")

    at_a_site(act)
