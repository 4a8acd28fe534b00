"""A digest for reading: sections, escapes, languages; as Markdown and as HTML."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.found import Hit, Snippet
from archive.output.digest import Digest, by_feed, html, markdown
from scheduler import main
from tests.archive.store.archives import Newsroom

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def hit(title: str, *, feed: str = "joop", language: str | None = "nl", url: str = "") -> Hit:
    return Hit(
        id="k7q2aaaaaaaaaaaa", title=Snippet(parts=((title, False),)),
        snippet=Snippet(parts=(("… zei de ", False), ("minister", True), (" <dinsdag>", False))),
        feed=feed, feed_title=feed.title(), url=url or "https://joop.example/1", effective_at=NOW,
        first_seen_at=NOW, language=language, section=None, reading_minutes=2, n_sightings=3, n_revisions=2,
    )  # fmt: skip


def digest(*hits: Hit, query: str = "") -> Digest:
    return Digest(since=NOW, until=NOW, query=query, n_articles=len(hits), sections=by_feed(hits))


def page(found: Digest, *, leads: bool = True) -> str:
    return "\n".join(html(found, told=lambda at: f"{at:%H:%M}", leads=leads))


class Tree(HTMLParser):
    """The tags of a page, and whether each was closed in order."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.seen if name == tag]


def test_each_headline_has_its_language_and_finds_its_own_direction() -> None:
    found = page(digest(hit("البحر يهدأ", language="ar"), hit("灯台が再び灯る", language="ja")))
    tree = Tree(found)
    assert [attrs["lang"] for attrs in tree.all("article")] == ["ar", "ja"]
    assert [attrs["dir"] for attrs in tree.all("h3")] == ["auto", "auto"]
    assert "<mark>minister</mark> &lt;dinsdag&gt;" in found
    assert tree.open == []


def test_nothing_but_web_addresses_is_a_link_and_nothing_is_asked_for() -> None:
    tree = Tree(page(digest(hit("a", url="javascript:alert(1)"), hit("b"))))
    assert [attrs["href"] for attrs in tree.all("a")] == ["https://joop.example/1"]
    assert not tree.all("script") and not tree.all("img") and not tree.all("link")


@given(
    st.text(max_size=40),
    st.text(max_size=12),
    st.sampled_from([None, "nl", 'x" onload="', "zh-Hant"]),
)
@settings(derandomize=True, max_examples=150)
def test_no_stored_text_becomes_a_tag(title: str, feed: str, language: str | None) -> None:
    plain = Tree(page(digest(hit("kop", feed="feed"))))
    tree = Tree(page(digest(hit(title, feed=feed or "x", language=language)), leads=True))
    assert [tag for tag, _ in tree.seen] == [tag for tag, _ in plain.seen]
    assert {name for attrs in tree.all("article") for name in attrs} <= {"lang"}


def test_control_characters_and_bidi_overrides_do_not_get_into_the_page() -> None:
    found = page(digest(hit("Kop\x1b[2J\u202evals", feed="f\x07"), query="\u202ex"))
    assert not {"\x1b", "\u202e", "\x07"} & set(found)


def test_sections_stand_by_size_then_by_name() -> None:
    hits = [hit("1", feed="b"), hit("2", feed="c"), hit("3", feed="a"), hit("4", feed="c")]
    assert [section.title for section in by_feed(hits)] == ["C", "A", "B"]


def test_markdown_and_html_tell_the_same() -> None:
    found = digest(hit("Kop", feed="joop"), query="minister")
    lines = list(markdown(found, told=lambda at: f"{at:%H:%M}", leads=True))
    assert (
        "- [Kop](<https://joop.example/1>) · 12:00 · 2 min · seen 3 times · edited · `k7q2aaaaaaaaaaaa`"
        in lines
    )
    assert "12:00 · 2 min · seen 3 times · edited · k7q2aaaaaaaaaaaa" in page(found)
    assert lines[2] == "1 articles that match minister"


def test_by_saved_search_an_article_stands_under_each_that_finds_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Newsroom(tmp_path / "archive.db")
    room.article("Storm op zee", "golven", when="2026-11-24")
    room.article("Storm in de haven", "boten", when="2026-11-24")
    room.article("Rust", "stil", when="2026-11-24")
    room.close()
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')

    def run(*words: str) -> list[str]:
        assert main(["-C", str(tmp_path), *words]) == 0
        return capsys.readouterr().out.splitlines()

    run("save", "storm", "storm")
    run("save", "zee", "zee OR rust")
    lines = run("digest", "--days", "3660", "--by", "saved")
    assert [line for line in lines if line.startswith("##")] == ["## storm (2)", "## zee (2)"]
    lines = run("digest", "--days", "3660", "--by", "saved", "title:zee")
    assert [line for line in lines if line.startswith("##")] == ["## storm (1)", "## zee (1)"]
    tree = Tree("\n".join(run("digest", "--days", "3660", "--by", "saved", "--html")))
    assert len(tree.all("article")) == 4 and tree.open == []
    assert main(["-C", str(tmp_path), "digest", "--by", "saved", "haven nergens"]) == 1
    assert "nergens" in capsys.readouterr().err
