"""`show --why` names each field's source, what others say of it, and why the page's text was taken or was not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.commands.place import Place
from archive.model.outcome import PageFailed, Reason
from archive.model.stated import (
    ArticlePage,
    Claim,
    Counter,
    CounterKind,
    Enclosure,
    Precision,
    Update,
    Wall,
    WallKind,
)
from archive.store import Store
from scheduler import main
from tests.archive.store.depositing import Paper, at, deposit_page, fail_page, open_store
from tests.archive.store.looking import BRIDGE, one, story

URL = "https://krant.example/artikel/b1"
TITLE = "Draaibrug negen weken dicht"
TEASER = " ".join(story(BRIDGE).split()[:20])
PAGE: dict[str, Any] = {
    "title": TITLE,
    "text": story(BRIDGE),
    "section": "Regio",
    "authors": ("Marit Vos",),
    "robots": ("noarchive",),
    "claims": (
        Claim(field="section", source="visible", stated="Regio", value="Regio"),
        Claim(field="section", source="opengraph", stated="Binnenland", value="Binnenland"),
        Claim(field="correction", source="visible", stated="Correctie: negen.", value="x"),
    ),
    "provenance": {"section": "visible", "authors": "json-ld", "text": "inferred"},
    "updates": (
        Update(at=at(3), title="Kraan is er", html="<p>Hij staat.</p>", text="Hij staat."),
    ),
}


class Shown:
    """An archive of one article, and what `show` says of it."""

    def __init__(self, store: Store, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.folder, self.capsys = store, folder, capsys
        self.now = at(5)
        self.paper = Paper(store, "krant", page="auto")
        self.paper.poll(
            {"guid": "b1", "title": TITLE, "text": TEASER, "author": "Redactie"}, now=at(0)
        )

    def why(self, *options: str) -> str:
        public_id = one(self.store, "SELECT public_id FROM articles WHERE merged_into IS NULL")
        words = ["-C", str(self.folder), "show", public_id, "--why", *options]
        assert main(words, place=Place(clock=lambda: self.now)) == 0
        return "\n".join(
            " ".join(line.split()) for line in self.capsys.readouterr().out.splitlines()
        )

    def document(self, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.why("--json", *options))
        return found


@pytest.fixture
def shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shown]:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    with open_store(tmp_path / "archive.db") as store:
        yield Shown(store, tmp_path, capsys)


def test_each_field_names_its_source_and_what_others_say(shown: Shown) -> None:
    deposit_page(shown.store, URL, ArticlePage(**PAGE), at(1))
    said = shown.why()
    assert f"title {TITLE} (feed)" in said
    assert "authors Marit Vos (page json-ld)\nfeed says: Redactie" in said
    assert "section Regio (page visible)\npage opengraph says: Binnenland" in said
    assert "feed says: 20 words" in said
    assert "page read" in said
    assert "text from its page: the page holds 100% of the feed's text" in said
    assert "correction Correctie: negen." in said
    assert "live update 24 nov 08:03 Kraan is er" in said
    assert "robots noarchive" in said


def test_a_page_that_was_not_read_says_why_and_when_it_is_asked_again(shown: Shown) -> None:
    fail_page(
        shown.store, URL, PageFailed(reason=Reason.TIMEOUT, detail="no answer in 60 s"), at(1)
    )
    said = shown.why()
    assert "page not read: no answer in 60 s" in said
    assert f"asked again 24 nov 08:11: {URL}" in said
    assert "text 20 words (feed)" in said
    shown.now = at(12)
    assert f"due again since 24 nov 08:11: {URL}" in shown.why()


def test_a_wall_is_named(shown: Shown) -> None:
    wall = Wall(kind=WallKind.CONSENT, marker="privacy-gate")
    deposit_page(shown.store, URL, ArticlePage(wall=wall), at(1))
    assert "page behind a wall: consent wall: privacy-gate" in shown.why()


def test_a_text_that_was_not_taken_says_why(shown: Shown) -> None:
    whole = story(BRIDGE)
    shown.paper.poll({"guid": "b1", "title": TITLE, "text": whole}, now=at(1))
    deposit_page(shown.store, URL, ArticlePage(title=TITLE, text=TEASER), at(2))
    said = shown.why()
    assert "text from the feed: the page gives 20 words, the feed" in said
    assert "page says: 20 words" in said
    assert "said by its page on 24 nov 08:02; this revision does not use it" in said


def test_a_page_that_says_the_same_made_no_revision_and_says_so(shown: Shown) -> None:
    shown.paper.poll({"guid": "b1", "title": TITLE, "text": story(BRIDGE)}, now=at(1))
    deposit_page(shown.store, URL, ArticlePage(title=TITLE, text=story(BRIDGE)), at(2))
    said = shown.why()
    assert "page read\nit changed nothing: the page holds 100% of the feed's text" in said
    assert "text 46 words (feed)\nthe same: page" in said


def test_what_a_person_set_and_what_another_feed_says_are_told(shown: Shown) -> None:
    deposit_page(shown.store, URL, ArticlePage(**PAGE), at(1))
    regional = Paper(shown.store, "regio", url="https://krant.example/regio.xml")
    regional.poll({"guid": "r1", "url": URL, "title": "Brug dicht", "text": TEASER}, now=at(2))
    public_id = one(shown.store, "SELECT public_id FROM articles")
    shown.store.set_fields(public_id, {"section": "Verkeer"}, who="me", now=at(3))
    said = shown.why()
    assert "section Verkeer (hand)\npage visible says: Regio" in said
    assert "feed regio says: Brug dicht" in said
    assert "said by feed regio on 24 nov 08:02; this revision does not use it" in said


def test_json_holds_fields_notes_page_and_statements(shown: Shown) -> None:
    deposit_page(shown.store, URL, ArticlePage(**PAGE), at(1))
    found = shown.document()
    assert found["schema"] == 1
    assert found["fields"]["section"] == {
        "value": "Regio",
        "source": "page visible",
        "claims": [
            {"source": "page visible", "value": "Regio", "stated": "Regio"},
            {"source": "page opengraph", "value": "Binnenland", "stated": "Binnenland"},
        ],
    }
    assert found["page"]["state"] == "read"
    assert found["page"]["robots"] == ["noarchive"]
    assert found["corrections"] == [{"kind": "correction", "text": "Correctie: negen."}]
    assert [update["title"] for update in found["updates"]] == ["Kraan is er"]
    assert [row["source"] for row in found["statements"]] == ["feed", "page"]
    assert found["text_notes"][0].startswith("text of the page")


def test_an_older_revision_is_explained_by_what_it_was_made_from(shown: Shown) -> None:
    deposit_page(shown.store, URL, ArticlePage(**PAGE), at(1) + timedelta(days=1))
    first = shown.document("--revision", "1")
    assert [row["source"] for row in first["statements"]] == ["feed"]
    assert first["fields"]["section"]["source"] is None
    assert first["fields"]["section"]["claims"] == []


def test_a_day_is_told_without_an_hour_and_a_counter_with_its_words(shown: Shown) -> None:
    views = Counter(kind=CounterKind.VIEWS, value=334, stated="334 keer bekeken", source="visible")
    page = PAGE | {
        "modified_at": datetime(2026, 11, 25, tzinfo=UTC),
        "modified_precision": Precision.DAY,
        "counters": (views,),
        "reading_minutes": 1,
        "provenance": {"reading_minutes": "computed"},
        "enclosures": (
            Enclosure(url="https://b.example/a.mp3", type="audio/mpeg", length_bytes=8_400_000),
        ),
    }
    deposit_page(shown.store, URL, ArticlePage(**page), at(1))
    said = shown.why()
    assert "modified_at 2026-11-25 (page)" in said
    assert "views 334 on 24 nov 08:01 (page visible: 334 keer bekeken)" in said
    assert "reading_minutes - (stated nowhere, counted when shown)" in said
    assert "enclosures https://b.example/a.mp3 (audio/mpeg, 8.4 MB) (page)" in said


def test_why_excludes_text_and_html(shown: Shown) -> None:
    assert main(["-C", str(shown.folder), "show", "aaaa", "--why", "--text"]) == 2
    assert "give it alone or with --json" in shown.capsys.readouterr().err
