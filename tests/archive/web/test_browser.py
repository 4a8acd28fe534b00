"""The pages in a real browser, where one is installed: they load nothing from elsewhere and fit a phone."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from archive.config.settings import Config, PublishSettings
from archive.output.merged import publish_merged
from archive.web.app import create
from archive.web.serving import listen
from tests.archive.kinds import kinds_archive
from tests.archive.store.depositing import Paper, at, open_store

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

# No sandbox, because tests also run as root; the rest keeps it from asking hosts of its own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("archive")
    config = Config(publish=PublishSettings(dir=folder / "public", title="Alle kranten"))
    text = "De raad stemde dinsdag in met het plan voor de haven.\n" * 8
    with open_store(folder / "archive.db") as store:
        krant = Paper(store)
        html = f'<p>{text}</p><img src="https://elders.example/a.jpg" alt="De haven">'
        krant.poll({"guid": "1", "title": "Raad voor havenplan", "html": html}, now=at(0))
        krant.poll(
            {"guid": "1", "title": "Raad tegen havenplan", "html": html.replace("in met", "tegen")},
            now=at(30),
        )
        publish_merged(store, config, now=at(60))
    with served(create(str(folder / "archive.db"), config, clock=lambda: at(90))) as url:
        yield url


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Answer for an application on loopback, and give its address."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.mark.timeout(120)
def test_pages_work_in_a_browser_without_script_in_both_themes_on_phone_and_desktop(
    url: str,
) -> None:
    from playwright.sync_api import sync_playwright

    elsewhere: list[str] = []
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme, width in (("light", 390), ("dark", 1280)):
            context = browser.new_context(
                color_scheme=scheme,
                viewport={"width": width, "height": 800},
                java_script_enabled=False,
            )
            page = context.new_page()
            page.on("request", lambda r: None if r.url.startswith(url) else elsewhere.append(r.url))
            page.on("console", lambda message: said.append(message.text))
            page.goto(f"{url}/")
            page.get_by_label("Search the archive").fill("havenplan")
            page.get_by_role("button", name="Search").click()
            assert page.locator("mark").first.inner_text() == "havenplan"
            page.get_by_role("link", name="Raad tegen havenplan").click()
            assert page.locator("h1").inner_text() == "Raad tegen havenplan"
            assert page.get_by_role("link", name="De haven", exact=True).count() == 1
            page.get_by_role("link", name="what changed").click()
            assert page.locator("ins").first.inner_text()
            for path in ("/feeds", "/subscribe"):
                page.goto(url + path)
            page.goto(f"{url}/feed.xml")
            link = page.locator("subtitle a")
            assert link.is_visible()
            assert link.get_attribute("href") == "http://127.0.0.1:8420/"
            assert page.locator("entry > title").text_content() == "Raad tegen havenplan"
            context.close()
        browser.close()
    assert elsewhere == []
    assert said == []


PALE = """
() => {
  const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const parts = colour => colour.match(/[0-9.]+/g).map(Number);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parts(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!words || !element.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(words);
  }
  return found;
}
"""
"""Words whose contrast with what is behind them is under 4.5 (WCAG 2.2, 1.4.3)."""

TOO_WIDE = """
() => document.documentElement.scrollWidth > document.documentElement.clientWidth
"""


@pytest.mark.timeout(180)
def test_every_kind_of_article_fits_and_can_be_read_in_both_themes_at_three_widths(
    tmp_path: Path,
) -> None:
    from playwright.sync_api import sync_playwright

    with kinds_archive(tmp_path) as kinds:
        paths = {kind: f"/article/{public_id}" for kind, public_id in kinds.ids.items()}
        paths["diff"] = f"{paths['edited']}/diff"
    paths |= {
        "newest": "/",
        "search": "/search?q=kade",
        "fault": "/search?q=fed:x",
        "feeds": "/feeds",
    }
    paths |= {"subscribe": "/subscribe", "missing": "/article/zzzz"}
    faults: list[tuple[str, ...]] = []
    app = create(str(tmp_path / "archive.db"), Config(), clock=lambda: at(1500))
    with served(app) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)
            for kind, path in paths.items():
                page.goto(url + path)
                faults += [(kind, scheme, words) for words in page.evaluate(PALE)]
                for width in (360, 768, 1280):
                    page.set_viewport_size({"width": width, "height": 800})
                    if page.evaluate(TOO_WIDE):
                        faults.append((kind, f"wider than {width}"))
        browser.close()
    assert faults == []
