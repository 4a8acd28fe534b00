"""What a query finds, in which order, page by page; and why it finds nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import NewsArchiveError, QueryError, UsageError
from archive.front import Archive
from archive.search import find, ranking
from archive.search.query import MAX_DEPTH
from archive.store import vocabulary
from archive.store.index import Relabelling
from archive.store.instants import to_us
from tests.archive.store.archives import Newsroom

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CHECK = settings(
    derandomize=True, deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip

NAVO = {"section": "Actueel", "authors": ("Marit Vos", "Jens Bos"), "tags": ("defensie",)}
STORIES: tuple[tuple[str, str, str, str, str, str, dict[str, Any]], ...] = (
    # id, date, feed, language, headline, text, more
    ("navo", "2026-11-24T08:12", "joop", "nl", "NAVO-bondgenoten eens over vijf procent",
     "De bondgenoten stemmen in met de uitgavennorm, zei de minister.", NAVO),
    ("topm", "2026-11-23T21:40", "nos", "nl", "Topman: bondgenoot die niet betaalt",
     "Een trage bondgenoot beslist niet mee over vijf jaar.", {"section": "Economie"}),
    ("cafe", "2026-11-19T07:05", "joop", "nl", "Café in Bergen vond een bondgenoot",
     "Brouwer, bakker en boer. Groot nieuws in de haven.", {}),
    ("haus", "2026-11-18", "zeit", "de", "Neue Häuser für Köln",
     "Die Straße wird breiter, der Krieg (war) nicht erwähnt.", {}),
    ("etud", "2026-11-17", "monde", "fr", "Le rapport étudié", "Les étudiants français protestent.", {}),
    ("wars", "2026-11-16", "bbc", "en", "The war ended", "Two wars ended; the elections begin.", {}),
    ("toky", "2026-11-15", "asahi", "ja", "東京都の予算",
     "東京都は火曜日、新しい予算を発表した。AI技術にも投資する。", {}),
    ("thai", "2026-11-14", "thai", "th", "ข่าวการเมือง", "นายกรัฐมนตรีประกาศนโยบายใหม่", {}),
    ("arab", "2026-11-13", "arab", "ar", "أخبار السياسة", "أعلن الوزير عن سياسة جديدة", {}),
    ("oud", "2024-03-01", "joop", "nl", "Oude haven vol boten",
     "Grote schepen in de havens; minister niet aanwezig.", {}),
)  # fmt: skip


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    path = tmp_path_factory.mktemp("news") / "archive.db"
    room = Newsroom(path)
    for name in ("nos", "zeit", "monde", "bbc", "asahi", "thai", "arab"):
        room.feed(name, title=f"De {name.upper()}")
    for name, when, feed, language, title, text, more in STORIES:
        room.article(
            title, text, when=when, feed=feed, language=language, public_id=f"{name:a<16}", **more
        )
    room.close()
    with Archive.open(str(path)) as archive:
        yield archive


def asked(news: Archive, query: str, **options: object) -> list[str]:
    return [hit.id[:4].rstrip("a") for hit in news.search(query, now=NOW, **options).hits]  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bondgenoot", "navo topm cafe"),
        ("BONDGENOTEN", "navo topm cafe"),
        ("=bondgenoot", "topm cafe"),
        ('"bondgenoten"', "navo"),
        ("bondgenoot -betalen", "navo cafe"),
        ("bondgenoot NOT betaalt NOT cafe", "navo"),
        ("bondgenoot -(betaalt OR cafe)", "navo"),
        ("cafe", "cafe"),
        ("CAFÉ", "cafe"),
        ('"vijf procent"', "navo"),
        ('"procent vijf"', ""),
        ("vijf procent", "navo"),
        ("navo-bondgenoten", "navo"),
        ("title:bondgenoot", "navo topm cafe"),
        ("title:minister", ""),
        ("minister", "navo oud"),
        ("mini", ""),
        ("schip", "oud"),
        ("haven", "cafe oud"),
        ("groot", "cafe oud"),
        ("bond*", "navo topm cafe"),
        ("title:bond* -navo*", "topm cafe"),
        ("*genoot", "topm cafe"),
        ("title:*genoten", "navo"),
        ("*haven -*genoot", "oud"),
        ("*genotten", ""),
        ("東京*", "toky"),
        ("*京都", "toky"),
        ("haeuser", "haus"),
        ("haus", "haus"),
        ("strasse", "haus"),
        ("koln", "haus"),
        ("etudie", "etud"),
        ("étudiant", "etud"),
        ("election", "wars"),
        ("wars", "haus wars"),  # in German as well: its word is war
        ("war", "haus wars"),
        ("war lang:en", "wars"),
        ("東京", "toky"),
        ("京都", "toky"),
        ("東京都", "toky"),
        ("都", "toky"),
        ("予算", "toky"),
        ("AI技術", "toky"),
        ("東予", ""),
        ("นายก", "thai"),
        ("اخبار", "arab"),
        ("الوزير", "arab"),
        ("feed:nos", "topm"),
        ("feed:NOS bondgenoot", "topm"),
        ("feed:de lang:de", "haus"),
        ("bondgenoot -feed:joop", "topm"),
        ("section:actueel", "navo"),
        ('author:"Marit Vos"', "navo"),
        ("author:bos", "navo"),
        ('author:"vos jens"', ""),
        ("tag:defensie", "navo"),
        ("lang:ja", "toky"),
        ("cafe OR minister", "navo cafe oud"),
        ("(cafe OR minister) haven", "cafe oud"),
        ("minister after:2026", "navo"),
        ("minister before:2026", "oud"),
        ("bondgenoot since:24h", "navo topm"),
        ("after:2026-11-18 before:2026-11-20", "cafe haus"),
        ("url:joop.example/1", "navo oud"),
        ("url:https://www.joop.example/10", "oud"),
        ("url:JOOP.example bondgenoot feed:nos", "topm"),
        ("has:author", "navo"),
        ("has:section feed:nos", "topm"),
        ("has:section bondgenoot", "navo topm"),
        ("minutes:2 haven", "cafe oud"),
        ("minutes:3.. haven", ""),
        ("minutes:..5 minutes:1.. haven", "cafe oud"),
        ("duplicates:2.. haven", ""),
        ("", " ".join(story[0] for story in STORIES)),
    ],
)
def test_a_query_finds_its_articles_newest_first(news: Archive, query: str, expected: str) -> None:
    assert asked(news, query) == expected.split()


@pytest.mark.parametrize("sort", find.SORTS)
@pytest.mark.parametrize("query", ["bondgenoot", "", "minister OR haven OR war", "lang:nl"])
def test_pages_put_together_are_the_whole(news: Archive, sort: find.Sort, query: str) -> None:
    whole = news.search(query, sort=sort, limit=100)
    pages, token = [], None
    while True:
        found = news.search(query, sort=sort, limit=2, page=token)
        assert found.n_total == whole.n_total == len(whole.hits)
        pages += [hit.id for hit in found.hits]
        token = found.next_page
        if token is None:
            break
    assert pages == [hit.id for hit in whole.hits]


def test_oldest_is_newest_turned_round(news: Archive) -> None:
    assert asked(news, "lang:nl", sort="oldest") == asked(news, "lang:nl")[::-1]


def test_relevance_prefers_the_title_and_the_rare_word(news: Archive) -> None:
    found = news.search("haven", sort="relevance")
    assert found.hits[0].id.startswith("oud")
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, key=lambda score: -(score or 0))


def test_a_page_of_another_query_or_order_is_refused(news: Archive) -> None:
    token = news.search("", limit=2).next_page
    assert token is not None
    for query, sort, page in (
        ("haven", "newest", token), ("", "oldest", token), ("", "newest", "nonsense"), ("", "newest", "n9.x"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="start again"):
            news.search(query, sort=sort, page=page)  # type: ignore[arg-type]  # as a caller might


def test_hits_are_marked_on_their_own_spelling(news: Archive) -> None:
    hit = news.search("cafe haven").hits[0]
    assert hit.title.parts[0] == ("Café", True)
    assert ("haven", True) in hit.snippet.parts
    marked = [part for part in news.search("東京").hits[0].title.parts if part[1]]
    assert marked == [("東京", True)]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("bondgenot", "no article has 'bondgenot' or a form of it; did you mean 'bondgenoot' (2)?"),
        ("zzzz", "no article has 'zzzz' or a form of it"),
        ("minister zzzz", "no article has 'zzzz'"),
        ("=bondgenots", "no article has 'bondgenots' so spelled"),
        ("title:minister", "no article has 'minister' or a form of it in its title"),
        ('"procent vijf"', 'nothing in the archive has "procent vijf"'),
        ("cafe minister", "together: cafe (1), minister (2)"),
        ("cafe -bondgenoot", "1 found without -bondgenoot, none with it"),
        ("cafe before:2020", "1 found, none of them with such a date"),
        ("cafe url:nergens.nl", "1 found, none of them with url:nergens.nl"),
        ("cafe has:views views:3..", "none of them with has:views, views:3.."),
        ("before:2020", "nothing in the archive has such a date"),
        ("bondgenoot lang:fr", "together: bondgenoot"),
    ],
)
def test_nothing_found_names_what_kills_the_query(news: Archive, query: str, says: str) -> None:
    found = news.search(query, now=NOW)
    assert found.hits == ()
    assert found.n_total == 0
    assert says in " ".join(found.notes)


@pytest.mark.parametrize(
    ("query", "fault", "hint"),
    [("haven feed:nosx", "nosx", "nos"), ("feed:qqqqq", "qqqqq", None)],
)
def test_an_unknown_feed_is_an_error_with_its_place(
    news: Archive, query: str, fault: str, hint: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        news.search(query)
    error = caught.value
    assert error.query[error.position : error.position + error.length] == fault
    assert error.hint == hint


def test_a_prefix_of_too_many_words_is_refused_with_their_number(
    news: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "MAX_PREFIX_WORDS", 2)
    monkeypatch.setattr(vocabulary.words_beginning, "__defaults__", (2,))
    with pytest.raises(QueryError, match="words begin so: type one letter more"):
        news.search("haven b*")


def test_an_ending_of_too_many_words_is_refused_with_their_number(
    news: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "MAX_PREFIX_WORDS", 2)
    monkeypatch.setattr(vocabulary.words_ending, "__defaults__", (2,))
    with pytest.raises(QueryError, match=r"^\d+ words end so: type one letter more") as caught:
        news.search("haven title:*en")
    error = caught.value
    assert error.query[error.position :][: error.length] == "*en"
    assert int(str(error).split()[0]) > 2


def test_what_ends_so_is_marked_explained_and_ranked(news: Archive) -> None:
    hit = news.search("*genoten", now=NOW).hits[0]
    assert [text for text, is_marked in hit.title.parts if is_marked] == ["bondgenoten"]
    told = news.explain("*genoten", now=NOW)
    assert [(part.what, part.forms) for part in told.parts] == [
        ("*genoten", (("", ("bondgenoten",)),))
    ]
    assert sorted(asked(news, "*genoot", sort="relevance")) == ["cafe", "topm"]


def test_an_article_told_by_two_papers_is_shown_once_even_across_pages(tmp_path: Path) -> None:
    room = Newsroom(tmp_path / "archive.db")
    first = room.article("Storm op zee", "golven", when="2026-11-24T08:00")
    row = room.db.execute(
        "SELECT id, effective_at FROM articles WHERE public_id = ?", (first,)
    ).fetchone()
    other = room.variant(row[0], row[1])
    room.see(other, "Storm!", "golven hoog", when="2026-11-24T09:00")
    for n in range(3):
        room.article(f"Storm {n}", "golven", when="2026-11-24T07:00")
    revision = room.revise(other, "Storm!", "golven hoog", when="2026-11-24T09:00", kind="new")
    # The second telling lies far from the first, as after a corrected date.
    early = Relabelling(
        revision_id=revision,
        language="nl",
        effective_at_us=to_us(datetime(2026, 11, 1, tzinfo=UTC)),
        labels=(("feed", "1"),),
    )
    room.indexer.relabel(room.db, [early])
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        found = archive.search("storm")
        assert len(found.hits) == found.n_total == 4
        assert "1 copy folded" in found.notes
        assert len(archive.search("storm", all_variants=True).hits) == 5
        pages, token = [], None
        for _ in range(4):
            page = archive.search("golven", limit=1, page=token)
            pages += [hit.id for hit in page.hits]
            token = page.next_page
        assert len(set(pages)) == 4
        assert token is None
        assert archive.search('"golven hoog"').hits[0].id == first


def test_superseded_and_private_texts_are_left_out(tmp_path: Path) -> None:
    room = Newsroom(tmp_path / "archive.db")
    article = room.article("Oude kop", "tekst")
    room.revise(room.variant_of(article), "Nieuwe kop", "tekst", when="2026-11-24T10:00")
    room.feed("geheim", is_private=True)
    room.article("Besloten kop", "tekst", feed="geheim", is_private=True)
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        assert not archive.search("oude").hits
        assert archive.search("nieuwe").hits[0].n_revisions == 2
        assert archive.search("besloten").hits
        assert not archive.search("besloten", include_private=False).hits


def test_what_an_article_has_and_how_much_of_it_narrows_the_query(tmp_path: Path) -> None:
    room = Newsroom(tmp_path / "archive.db")
    room.feed("nos")
    edited, shared, read = (
        room.article("Storm een"),
        room.article("Storm twee"),
        room.article("Storm drie"),
    )
    room.revise(room.variant_of(edited), "Storm één", "", when="2026-11-24T09:00")
    room.see(room.variant_of(shared), "Storm", "", when="2026-11-24T09:00", feed="nos")
    for value, when in ((10, 1), (500, 2)):
        room.insert(
            "observations", variant_id=room.variant_of(read), kind="views", value=value, stated="", source="page",
            observed_at=when,
        )  # fmt: skip
    room.db.execute(
        "UPDATE revisions SET image_url = 'x' WHERE variant_id = ?", (room.variant_of(read),)
    )
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        for query, expected in (
            ("has:revisions", edited), ("has:duplicates", shared), ("duplicates:2..2", shared), ("has:views", read),
            ("views:500..", read), ("views:11..", read), ("has:image storm", read),
        ):  # fmt: skip
            assert [hit.id for hit in archive.search(query).hits] == [expected], query
        assert not archive.search("views:..10").hits


def test_a_crowd_in_one_second_is_found_and_bounded_by_its_own_time(tmp_path: Path) -> None:
    room = Newsroom(tmp_path / "archive.db")
    for n in range(30):
        room.article(f"Bericht {n}", when="2026-11-24T08:00:00")
    room.article("Bericht later", when="2026-11-24T08:00:05")
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        assert archive.search("bericht").n_total == 31
        now = datetime(2026, 11, 24, 9, 0, 3, tzinfo=UTC)
        assert archive.search("bericht since:1h", now=now, limit=5).n_total == 1


def test_relevance_says_when_it_ranks_only_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "N_CANDIDATES", 5)
    room = Newsroom(tmp_path / "archive.db")
    room.article("Storm voorop", "x", when="2020-01-01")
    for n in range(10):
        room.article(f"Bericht {n}", "storm", when=f"2026-11-{n + 1:02}")
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        found = archive.search("storm", sort="relevance")
        assert found.hits[0].id.startswith("k")
        assert "".join(text for text, _ in found.hits[0].title.parts) == "Storm voorop"
        assert any("newest 5" in note for note in found.notes)
        assert found.n_total == 11


def test_counts_stop_at_their_bound_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MAX_COUNTED", 5)
    room = Newsroom(tmp_path / "archive.db")
    for n in range(8):
        room.article(f"Storm {n}")
    room.close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        found = archive.search("storm")
        assert (found.n_total, found.total_is_bounded, len(found.hits)) == (5, True, 8)


def test_forms_of_which_one_contains_another_count_once() -> None:
    assert ranking.shortest_forms(["bondgenoten", "bondgenoot", "bond"]) == ("bond",)
    assert ranking.shortest_forms(["haus", "hauser", "gebaude"]) == ("haus", "gebaude")


def test_an_empty_archive_answers(tmp_path: Path) -> None:
    Newsroom(tmp_path / "archive.db").close()
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        for sort in find.SORTS:
            assert archive.search("", sort=sort).hits == ()
            assert archive.search("storm", sort=sort).notes == (
                "no article has 'storm' or a form of it",
            )


def test_deeply_nested_queries_do_not_upset_the_engine(news: Archive) -> None:
    nested = "(" * (MAX_DEPTH - 1) + "haven OR minister) bondgenoot" + ")" * (MAX_DEPTH - 2)
    assert asked(news, nested) == ["navo", "cafe"]
    query = "haven"
    for n in range(MAX_DEPTH - 1):
        query = f"({query} OR x{n} -y{n})" if n % 2 else f"({query} -z{n})"
    assert set(asked(news, query)) == {"cafe", "oud"}
    assert asked(news, " OR ".join(["haven", *(f"w{n}*" for n in range(63))])) == ["cafe", "oud"]


WORD = st.sampled_from(
    [
        "bondgenoot",
        "minister",
        "haven",
        "cafe",
        "title:haven",
        "vijf",
        "war",
        "東京",
        "lang:nl",
        "b*",
    ]
)


@CHECK
@given(WORD, WORD)
def test_order_of_words_never_matters_and_not_is_the_rest(
    news: Archive, one: str, other: str
) -> None:
    assert asked(news, f"{one} {other}") == asked(news, f"{other} {one}")
    having, lacking = asked(news, f"{one} {other}"), asked(news, f"{one} -{other}")
    assert sorted(having + lacking) == sorted(asked(news, one))
    assert set(asked(news, f"{one} OR {other}")) == set(asked(news, one)) | set(asked(news, other))


@CHECK
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from("haven minister feed: nos OR - ( ) \" * = title: 東京".split()),  # noqa: SIM905 (as typed)
            st.sampled_from("after:2026 before:3d saved:x saved: NEAR( rowid ^ {title} ;-- ' \x00 \ud800".split(" ")),  # noqa: SIM905
        ),
        max_size=9,
    ).map(" ".join),
    st.sampled_from(find.SORTS),
)  # fmt: skip
def test_any_string_is_answered_or_refused_in_words(
    news: Archive, query: str, sort: find.Sort
) -> None:
    try:
        found = news.search(query, sort=sort, now=NOW)
    except NewsArchiveError as error:
        assert isinstance(error, QueryError)
        assert not any(sql in str(error) for sql in ("SELECT", "fts5", "MATCH"))
    else:
        assert found.hits or found.notes


def test_a_later_poll_never_disturbs_a_page(tmp_path: Path) -> None:
    room = Newsroom(tmp_path / "archive.db")
    for n in range(4):
        room.article(f"Storm {n}", when=f"2026-11-0{n + 1}")
    with Archive.open(str(tmp_path / "archive.db")) as archive:
        first = archive.search("storm", limit=2)
        room.article("Storm nieuw", when="2026-11-09")
        second = archive.search("storm", limit=2, page=first.next_page)
        assert len({hit.id for hit in (*first.hits, *second.hits)}) == 4
        assert first.hits[-1].effective_at - second.hits[0].effective_at == timedelta(days=1)
    room.close()
