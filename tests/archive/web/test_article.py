"""An article's page shows all that its record holds, for every kind of article."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archive.config.settings import Config
from archive.web.app import create
from tests.archive.kinds import kinds_archive
from tests.archive.store.depositing import at
from tests.archive.web.test_app import Outline


class Pages:
    """The pages of an archive with an article of every kind."""

    def __init__(self, folder: Path, ids: Mapping[str, str]) -> None:
        self.ids = ids
        app = create(str(folder / "archive.db"), Config(), clock=lambda: at(1500))
        self.web = TestClient(app, base_url="http://127.0.0.1:8420")

    def html(self, kind: str) -> str:
        answer = self.web.get(f"/article/{self.ids[kind]}")
        assert answer.status_code == 200
        return answer.text

    def words(self, kind: str) -> str:
        """Return a page's words on one line."""
        blocks = re.sub(r"</(?:p|h[1-6])>", " ", self.html(kind))
        return " ".join(unescape(re.sub(r"<[^>]*>", "", blocks)).split())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("kinds")
    with kinds_archive(folder) as kinds:
        ids = dict(kinds.ids)
    yield Pages(folder, ids)


@pytest.mark.parametrize(
    "kind",
    ["plain", "live", "arabic", "japanese", "stub", "edited", "twice", "rich", "paywall", "consent", "day"],
)  # fmt: skip
def test_every_kind_is_whole_html_that_loads_nothing(pages: Pages, kind: str) -> None:
    outline = Outline()
    outline.feed(pages.html(kind))
    assert outline.faults == []
    assert outline.open == []
    assert outline.h1 == 1
    html = pages.html(kind)
    targets = re.findall(r'href="#([^"]+)"', html)
    assert [name for name in targets if f'id="{name}"' not in html] == []


def test_a_live_blog_shows_the_updates_that_its_text_lacks_under_their_time(pages: Pages) -> None:
    html, words = pages.html("live"), pages.words("live")
    assert "live, 3 updates" in words
    assert "The text above has one of 3; its page told these besides." in words
    assert (
        '<h3><time datetime="2026-11-24T09:00:00Z">24 November 2026, 09:00</time> Gas eraf</h3>'
        in html
    )
    assert '<a href="https://kustkrant.example/gas">drie straten</a>' in html
    assert "Een bewoner ziet een scheur." in words
    assert words.count("De brandweer heeft de Vlietweg afgezet") == 1


def test_a_correction_is_told_before_the_text_and_marked_in_it(pages: Pages) -> None:
    html = pages.html("live")
    assert re.search(
        r'Corrected by its publisher</bdi> .*<a href="#change-1">see the correction</a>', html
    )
    assert '<p class="owned correction" id="change-1">Correctie: in een eerdere' in html
    assert "Updated by its publisher: “Update 14:10: naam toegevoegd.”" in pages.words("live")


def test_a_counter_is_a_curve_with_words_and_every_look_beside_it(pages: Pages) -> None:
    html = pages.html("plain")
    curve = 'role="img" aria-label="views: from 334 on 24 November 2026, 08:02 to 1,204 on 25 November 2026, 08:00"'
    assert curve in html
    assert 'points="0.0,22.0 4.0,15.7 24.9,7.1 100.0,2.0"' in html
    assert [look for look in ("334", "610", "980", "1,204") if f">{look}</td>" not in html] == []


def test_the_facts_name_section_authors_dates_and_reading_time(pages: Pages) -> None:
    words = pages.words("plain")
    assert (
        "Kustkrant · Binnenland Kade langs de Vliet wordt hersteld Zestig meter kade verzakte"
        in words
    )
    assert "By Marit Vos, Bram de Boer" in words
    assert "Published 24 November 2026, 07:30 · first seen 24 November 2026, 08:00" in words
    assert "3 min read · 1,204 views" in words


def test_of_a_day_without_an_hour_no_hour_is_shown(pages: Pages) -> None:
    assert '· changed <time datetime="2026-11-25">25 November 2026</time>' in re.sub(
        r"<span[^>]*>|</span>", "", pages.html("plain")
    )
    assert 'Published <time datetime="2026-11-21">21 November 2026</time>' in pages.html("day")


def test_a_reading_time_that_nobody_states_is_counted_and_says_so(pages: Pages) -> None:
    assert re.search(r"· \d+ words, about 1 min", pages.words("edited"))
    assert re.search(r"· \d+ characters, about 1 min", pages.words("japanese"))


def test_arabic_runs_from_right_to_left_whatever_its_feed_says(pages: Pages) -> None:
    html = pages.html("arabic")
    assert '<h1 lang="en" dir="rtl">' in html
    assert '<div class="text" lang="en" dir="rtl">' in html
    assert '<article class="hit" lang="en" dir="rtl">' in pages.web.get("/").text
    assert '<h1 lang="ja" dir="ltr">' in pages.html("japanese")


def test_blocks_in_other_languages_say_so(pages: Pages) -> None:
    html = pages.html("rich")
    assert '<p lang="ar" dir="rtl">' in html
    assert '<p lang="fr" dir="ltr">' in html
    assert "partly in French and Arabic" in pages.words("rich")


def test_sound_and_film_are_listed_with_type_length_and_size(pages: Pages) -> None:
    words = pages.words("rich")
    assert "De Kust, aflevering 12 audio · MP3 · 12:34 · 8.4 MB" in words
    assert "kade.mp4 video · MP4 · 1:15" in words
    assert '<a href="https://beeld.example/kade.mp3">' in pages.html("rich")


def test_pictures_posts_and_parts_are_shown(pages: Pages) -> None:
    html, words = pages.html("rich"), pages.words("rich")
    assert "in 2 parts · 3 pictures" in words
    assert "Its page: part 3 of the article is missing: no answer in 60 s" in words
    assert html.count('<span class="picture">') == 3
    assert (
        '<blockquote><p>Staan te kijken bij de kade!</p><p><a href="https://berichten.example/b/1">'
        in html
    )


def test_a_stub_says_what_its_address_holds(pages: Pages) -> None:
    words = pages.words("stub")
    assert "Its address holds a file, and no page: PDF · 1.2 MB" in words
    assert "not fetched" not in words
    assert "Sound, film and files" not in words


def test_a_wall_is_told(pages: Pages) -> None:
    assert "Its page: paywall" in pages.words("paywall")
    assert "Its page: consent wall" in pages.words("consent")


def test_a_mistake_in_a_query_leads_to_the_mended_one(pages: Pages) -> None:
    html = pages.web.get("/search?q=kade fed:kustkrant").text
    assert (
        '<a href="/search?q=kade%20feed%3Akustkrant"><code>kade feed:kustkrant</code></a>' in html
    )
