"""The real command against a loopback server: from a page's address to its feed's history, and a sitemap's index."""

import asyncio
import gzip
import json
import signal
from pathlib import Path

import pytest

from tests.e2e.test_poll import COMMAND, Desk, at_a_site
from tests.ingest.commands.here import page, rss
from tests.loopback import Gate, Loopback, reply

WORDPRESS = "<generator>https://wordpress.org/?v=6.5</generator>"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_from_a_page_to_its_feed_and_the_whole_of_its_history(desk: Desk) -> None:
    """The backfill is interrupted, and goes on from there."""

    async def act(site: Loopback) -> None:
        gate = Gate()
        html = {"Content-Type": "text/html; charset=utf-8"}
        site.on("/", reply(body=page("/feed", "/weg").encode(), headers=html))
        site.on("/feed", reply(body=rss("Blog", "a1", "a2", head=WORDPRESS)))
        site.on("/feed?paged=2", reply(body=rss("Blog", "b1", "b2", head=WORDPRESS)))
        site.on("/feed?paged=3", (gate,), reply(body=rss("Blog", "c1", head=WORDPRESS)))
        desk.configure(site)

        added = await desk.run("feeds", "add", site.url("/"), "--page", "never")
        assert added.code == 0, added.err
        assert added.out.startswith(f"added blog  {site.url('/feed')}  polled now: 2 new in ")
        assert [asked.target for asked in site.asked] == ["/", "/feed", "/weg"]
        agents = [asked.header("user-agent") or "" for asked in site.asked]
        assert all(agent.startswith("newsarchive/") for agent in agents)

        process = await asyncio.create_subprocess_exec(
            COMMAND,
            *("feeds", "backfill", "blog"),
            cwd=desk.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await gate.reached.wait()
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        gate.open.set()
        told = err.decode()
        assert process.returncode == 130, told
        assert "stopped; 2 new articles of 1 pages are kept; go on: newsarchive" in told
        assert "Traceback" not in told

        again = await desk.run("feeds", "backfill", "blog")
        assert again.out == "blog: 1 new, 2 known, in 2 pages; its history is read to the end\n"
        polled = await desk.run("poll", "blog", "--json")
        assert [facts["result"] for facts in json.loads(polled.out)["polls"]] == ["unchanged"]

    at_a_site(act)


def test_an_index_of_sitemaps_is_polled_like_a_feed(desk: Desk) -> None:
    async def act(site: Loopback) -> None:
        def news(*names: str) -> bytes:
            urls = "".join(
                f"<url><loc>{site.url('/' + name)}</loc><news:news><news:title>Over {name}</news:title>"
                "</news:news></url>"
                for name in names
            )
            return gzip.compress(f"<urlset>{urls}</urlset>".encode(), mtime=0)

        child = (
            f"<sitemapindex><sitemap><loc>{site.url('/news.xml.gz')}</loc></sitemap></sitemapindex>"
        )
        site.on("/sitemap.xml", reply(body=child.encode(), headers={"ETag": '"1"'}))
        site.on("/news.xml.gz", reply(body=news("een")), reply(body=news("twee", "een")))
        desk.configure(site)
        added = await desk.run("feeds", "add", site.url("/sitemap.xml"), "--page", "never")
        assert "polled now: 1 new" in added.out, added.err
        polled = await desk.run("poll", "--all", "--json")
        (facts,) = json.loads(polled.out)["polls"]
        assert (facts["result"], facts["new"], facts["seen"]) == ("parsed", 1, 1)
        assert {asked.header("if-none-match") for asked in site.asked} == {None}

    at_a_site(act)
