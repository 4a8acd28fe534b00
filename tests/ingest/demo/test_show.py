"""The whole demo, as a user runs it: what it promises is on the screen, in its folder and in its archive."""

import contextlib
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from archive.store.locks import service_holder
from ingest.demo.atomcheck import faults_of
from ingest.demo.papers import load_papers
from ingest.demo.runner import run
from scheduler import main

pytestmark = [
    pytest.mark.timeout(240),  # 7 s of CPU, which a busy machine may take long over
    pytest.mark.xdist_group("demo"),  # so that it is run once, not once a worker
]


class Shown(NamedTuple):
    """A demo that was run: its exit code, its folder, its lines."""

    code: int
    folder: Path
    out: str

    def json(self, *words: str) -> dict:
        return run(self.folder, *words, "--json").document()

    def found(self, query: str) -> list[dict]:
        return self.json("search", query, "--limit", "100")["hits"]


def run_demo(place: Path) -> Shown:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["-C", str(place), "demo"])
    return Shown(code, place / "demo", out.getvalue())


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Shown:
    return run_demo(tmp_path_factory.mktemp("place"))


def test_it_ends_well_with_nothing_lost_and_a_valid_feed(shown: Shown) -> None:
    assert shown.code == 0
    done = next(line for line in shown.out.splitlines() if line.startswith("done"))
    assert "63 sightings, 61 articles, 2 duplicates folded" in done
    assert "0 lost; feed valid" in done


def test_it_tells_what_each_feed_gave_and_what_to_run_next(shown: Shown) -> None:
    for paper in load_papers():
        assert shown.out.count(f"  {paper.slug} ") >= 2
    assert "the server answered 500" in shown.out
    assert "not a feed: an HTML page" in shown.out
    assert "unchanged (304)" in shown.out
    assert "1 behind a consent wall" in shown.out
    assert "-C demo serve" in shown.out or f"-C {shown.folder} serve" in shown.out


def test_it_shows_the_edit_in_words_and_three_searches_with_their_marks(shown: Shown) -> None:
    words = " ".join(shown.out.split())
    assert "{-3,5-} {+5,3+} miljoen kronen" in words
    assert "{+Correctie: in een eerdere versie" in words
    assert "[bondgenoten]" in words
    assert "[tidal barrier]" in words
    assert words.count("$ newsarchive search") == 3


def test_it_leaves_its_folder_and_nothing_else(shown: Shown) -> None:
    assert [path.name for path in shown.folder.parent.iterdir()] == ["demo"]
    names = {path.name for path in shown.folder.iterdir()}
    assert {"archive.db", "config.toml", "feed.xml", "index.html"} <= names
    assert service_holder(shown.folder / "archive.db") is None


def test_the_feed_it_wrote_holds_every_public_article_once(shown: Shown) -> None:
    document = (shown.folder / "feed.xml").read_bytes()
    assert faults_of(document) == ()
    assert document.count(b"<entry>") == len(shown.found("after:2026"))


def test_the_wire_story_is_one_article_and_the_weather_of_two_days_is_two(shown: Shown) -> None:
    wire = shown.found("dekmedewerkers")
    assert [hit["sightings"] for hit in wire] == [2]
    seen = shown.json("show", wire[0]["id"])["sightings"]
    assert {s["feed"] for s in seen} == {"journaal", "waddenbode"}
    assert len(shown.found("stookadvies")) == 2


def test_the_re_addressed_article_is_known_under_both_names(shown: Shown) -> None:
    (article,) = shown.found("title:ladders")
    seen = shown.json("show", article["id"])["sightings"]
    assert len({s["guid"] for s in seen}) == len({s["url"] for s in seen}) == 2


def test_the_view_count_is_a_series_and_stands_in_no_text(shown: Shown) -> None:
    (article,) = shown.found("title:vuurtoren title:hotelketen")
    told = shown.json("show", article["id"])
    assert [counter["value"] for counter in told["counters"]] == [412, 1204]
    assert told["section"] == "Actueel"
    assert told["reading_minutes"] == 2
    assert "bekeken" not in told["text"]
    assert b"keer bekeken" not in (shown.folder / "feed.xml").read_bytes()


@pytest.mark.parametrize("furniture", ["zilte_zus", "nieuwsbrief", "Zustimmung", "newsletter"])
def test_nothing_from_around_the_articles_got_into_the_archive(
    shown: Shown, furniture: str
) -> None:
    assert shown.found(furniture) == []


def test_behind_the_consent_wall_the_feed_s_words_are_kept(shown: Shown) -> None:
    (article,) = shown.found("title:Papierfabrik")
    told = shown.json("show", article["id"])
    assert told["text"].startswith("Die Papierfabrik in Auental stellt")
    assert "consent" in told["page"]


def test_every_entry_can_be_exported_with_all_its_tellings(shown: Shown) -> None:
    rows = [
        json.loads(row)
        for row in run(shown.folder, "export", "--jsonl", "--sightings").stdout.splitlines()
    ]
    titles = {row["title"] for row in rows}
    told = {
        item.title
        for paper in load_papers()
        if paper.articles
        for n in (1, 2)
        for item in paper.items(n)
    }
    assert told == titles


def test_a_second_run_makes_everything_anew_and_says_the_same(shown: Shown) -> None:
    def steady(out: str) -> list[str]:
        return [
            line
            for line in out.splitlines()
            if line.startswith(("done", "  duinpost ", "  courier "))
        ]

    again = run_demo(shown.folder.parent)
    assert again.code == 0
    assert len(steady(again.out)) >= 5
    assert steady(again.out) == steady(shown.out)
