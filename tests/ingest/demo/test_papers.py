"""The sample world holds what the demo promises to show, and nothing of it is dated after it is shown."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.demo.papers import ORDER, ROUNDS, WORLD, Article, Edit, Paper, load_papers

PAPERS = {paper.slug: paper for paper in load_papers()}
SOUND = [paper for paper in PAPERS.values() if paper.articles]


def test_every_file_of_the_world_is_a_paper_in_the_order_shown() -> None:
    assert sorted(ORDER) == sorted(path.stem for path in WORLD.glob("*.toml"))
    assert list(PAPERS) == list(ORDER)


def test_papers_come_in_five_languages_and_four_formats() -> None:
    assert {paper.language for paper in SOUND} == {"nl", "en", "de", "fr", "ja"}
    assert {paper.format for paper in SOUND} == {"rss20", "rss10", "atom10", "json11"}
    assert {paper.page for paper in SOUND} == {
        "header-line",
        "json-ld",
        "opengraph",
        "microdata",
        "plain",
    }


@pytest.mark.parametrize("round_", [1, 2])
@pytest.mark.parametrize("paper", SOUND, ids=lambda paper: paper.slug)
def test_a_round_shows_five_to_twelve_items_newest_first_and_none_of_the_future(
    paper: Paper, round_: int
) -> None:
    items = paper.items(round_)
    assert 5 <= len(items) <= 12
    assert [i.published_at for i in items] == sorted((i.published_at for i in items), reverse=True)
    assert all(max(i.published_at, i.updated_at) < ROUNDS[round_ - 1] for i in items)
    assert len({i.path for i in items}) == len(items)


def test_the_news_is_of_two_days() -> None:
    first = {PAPERS["journaal"].day(i.published_at) for i in PAPERS["journaal"].items(1)}
    second = {PAPERS["journaal"].day(i.published_at) for i in PAPERS["journaal"].items(2)}
    assert len(first) == 2
    assert len(second - first) == 1


def test_the_weather_of_two_days_is_one_mould_and_two_articles() -> None:
    first, second = (a for a in PAPERS["journaal"].articles if a.section == "Weer")
    assert first.text.split("\n")[-2] == second.text.split("\n")[-2]
    assert first.text != second.text
    assert first.title != second.title


def test_no_other_text_stands_twice_but_the_wire_story() -> None:
    paragraphs = [
        p
        for paper in SOUND
        for article in paper.articles
        if article.section != "Weer"
        for p in article.text.strip().split("\n\n")
    ]
    twice = {p for p in paragraphs if paragraphs.count(p) > 1}
    wire = next(a for a in PAPERS["journaal"].articles if "veerdienst-ligt-stil" in a.path)
    assert twice
    assert all(p in wire.text for p in twice)
    other = next(a for a in PAPERS["waddenbode"].articles if "staking-veer" in a.path)
    assert all(p in other.text for p in twice)
    assert other.title != wire.title
    assert not other.text.startswith(wire.text[:40])


def test_the_edited_article_has_another_headline_text_and_view_count_on_the_second_day() -> None:
    before = PAPERS["duinpost"].items(1)[0]
    after = next(i for i in PAPERS["duinpost"].items(2) if i.path == before.path)
    assert (before.title, before.paragraphs) != (after.title, after.paragraphs)
    assert before.title != after.title
    assert after.paragraphs[-1].startswith("Correctie:")
    assert after.guid == before.guid
    assert (before.views, after.views) == (412, 1204)


def test_one_article_is_re_addressed_without_a_word_changed() -> None:
    first, second = PAPERS["courier"].items(1), PAPERS["courier"].items(2)
    moved = [
        (a, b)
        for a in first
        for b in second
        if a.title == b.title and (a.path, a.guid) != (b.path, b.guid)
    ]
    assert len(moved) == 1
    before, after = moved[0]
    assert before.guid != after.guid
    assert before.path != after.path
    assert before.paragraphs == after.paragraphs


def test_a_change_whose_old_words_are_not_in_the_text_is_refused() -> None:
    article = Article(
        path="/a",
        section="s",
        author="x",
        at=ROUNDS[0],
        title="t",
        text="one",
        edit=Edit(changes=(("two", "three"),)),
    )
    paper = PAPERS["kapot"]
    with pytest.raises(AssertionError, match="two"):
        replace(paper, articles=(article,)).items(2)


def test_a_paper_s_file_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    text = (WORLD / "kapot.toml").read_text("utf-8")
    (tmp_path / "kapot.toml").write_text("colour = 'blue'\n" + text, "utf-8")
    with pytest.raises(TypeError, match="colour"):
        load_papers(tmp_path, ["kapot"])
