"""The pages in a real browser, where one is installed: they load nothing from elsewhere and fit a phone."""

import shutil
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from archive.config.settings import Config, PublishSettings
from archive.output.merged import publish_merged
from archive.web.app import create
from archive.web.serving import listen
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
    app = create(str(folder / "archive.db"), config, clock=lambda: at(90))
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
