"""What is kept of what a feed, a page and a person state: statements, their digests, and the choice."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import record
from archive.errors import UsageError
from archive.model.stated import (
    ArticlePage,
    Author,
    Claim,
    Enclosure,
    Entry,
    Precision,
    Update,
    Wall,
    WallKind,
)
from archive.record import Source, Statement, compose, from_entry, from_page

SEEN_AT = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
LEAD = (
    "The port council closes the swing bridge over the harbour canal for eleven months, because "
    "engineers found cracks in two of its bearings."
)
FULL = LEAD + " " + " ".join(f"Sentence {n} tells more of it in its own way." for n in range(30))
TITLE = "Swing bridge over the canal closes for eleven months"


def entry(**fields: object) -> Entry:
    base: dict[str, object] = {
        "guid": "g1",
        "guid_stated": "g1",
        "url": "https://courant.example/a/1",
        "title": TITLE,
        "text": LEAD,
        "position": 0,
        "digest": b"d" * 16,
        "html": f"<p>{LEAD}</p>",
    }
    return Entry(**{**base, **fields})  # type: ignore[arg-type]  # a test's shorthand


def page(**fields: object) -> ArticlePage:
    base: dict[str, object] = {
        "title": "Swing bridge closes",
        "text": FULL,
        "html": f"<p>{FULL}</p>",
    }
    return ArticlePage(**{**base, **fields})  # type: ignore[arg-type]  # a test's shorthand


def chosen(feed: Entry, page: ArticlePage | None = None, **extra: object) -> record.Chosen:
    stated = from_page(page, "https://courant.example/a/1") if page is not None else None
    return compose(from_entry(feed), stated, first_seen_at=SEEN_AT, **extra)  # type: ignore[arg-type]  # a test's shorthand


# ---- statements ---------------------------------------------------------------------------------


def full_statement() -> Statement:
    return Statement(
        source=Source.PAGE,
        title="A “title”",
        text="Text.",
        html="<p>Text.</p>",
        url="https://c.example/a",
        canonical_url="https://c.example/b",
        authors=(Author(name="Ilse Vermaat", email="i@c.example"), Author(name="ANP")),
        published_at=SEEN_AT,
        published_precision=Precision.MINUTE,
        modified_at=SEEN_AT + timedelta(hours=1),
        modified_precision=Precision.DAY,
        section="Harbour",
        tags=("bridge", "port"),
        language="en",
        image_url="https://c.example/i.jpg",
        description="Short.",
        site_name="Courant",
        reading_minutes=3,
        word_count=1,
        enclosures=(Enclosure(url="https://c.example/e.mp3", type="audio/mpeg", length_bytes=12),),
        comments_url="https://c.example/a#comments",
        summary_only=True,
        wall=Wall(kind=WallKind.PAYWALL, marker="subscribe"),
        claims=(
            Claim(field="tags", source="meta", stated="a, b", value=["a", "b"]),
            Claim(field="title", source="visible", stated="A", value=None),
        ),
        provenance={"title": "json-ld"},
        extra={"views": 3, "nested": {"a": [1, None]}},
    )


@pytest.mark.parametrize(
    "statement", [full_statement(), Statement(source=Source.FEED), from_entry(entry())]
)
def test_a_statement_survives_json(statement: Statement) -> None:
    stated = json.loads(json.dumps(record.to_json(statement)))
    assert record.from_json(stated, text=statement.text, html=statement.html) == statement


def test_text_and_html_are_kept_apart_and_defaults_not_at_all() -> None:
    stated = record.to_json(full_statement())
    assert not {"text", "html", "origin_url"} & stated.keys()


def test_a_key_of_a_newer_version_is_passed_over() -> None:
    assert record.from_json({"source": "feed", "mood": "glad"}, text="x", html=None).text == "x"


def test_an_entry_states_its_summary_beside_its_body() -> None:
    stated = from_entry(entry(summary_html="<p>In &amp; <b>out</b></p>"))
    assert stated.description == "In & out"
    assert stated.html == f"<p>{LEAD}</p>"
    only = from_entry(entry(html=None, summary_html="<p>In</p>", summary_only=True))
    assert (only.description, only.html) == (None, "<p>In</p>")


@pytest.mark.parametrize(
    ("how", "precision"),
    [("published rfc822", Precision.MINUTE), ("published numeric day", Precision.DAY)],
)
def test_an_entrys_date_knows_if_its_hour_was_stated(how: str, precision: Precision) -> None:
    assert from_entry(entry(published_at=SEEN_AT, date_source=how)).published_precision is precision


# ---- digests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "noise",
    [
        {"reading_minutes": 9},
        {"word_count": 99},
        {"modified_at": SEEN_AT + timedelta(hours=3)},
        {"url": "https://c.example/a?utm_source=rss"},
        {"title": " A   “title” "},
        {"html": "<p>Text.</p>\n"},
        {"claims": ()},
        {"provenance": {}},
    ],
)
def test_noise_states_nothing_new(noise: dict[str, object]) -> None:
    one = full_statement()
    assert record.statement_digest(replace(one, **noise)) == record.statement_digest(one)  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    "news",
    [
        {"title": "Another title"},
        {"text": "Text!"},
        {"html": '<p><a href="https://c.example/x">Text.</a></p>'},
        {"authors": (Author(name="Ilse Vermaat"),)},
        {"published_at": SEEN_AT + timedelta(hours=3)},
        {"tags": ("bridge",)},
        {"section": None},
        {"image_url": "https://c.example/j.jpg"},
        {"source": Source.FEED},
        {"wall": None},
    ],
)
def test_whatever_readers_were_told_counts(news: dict[str, object]) -> None:
    one = full_statement()
    assert record.statement_digest(replace(one, **news)) != record.statement_digest(one)  # type: ignore[arg-type]  # a test's shorthand


def test_a_clock_in_the_text_states_nothing_new_and_a_tracker_in_a_link_neither() -> None:
    a = Statement(source=Source.FEED, text="Updated 14:32. The bridge is closed.")
    b = replace(a, text="Updated 15:59. The bridge is closed.")
    assert record.statement_digest(a) == record.statement_digest(b)
    link = '<a href="https://c.example/x/12345?{}">x</a>'
    c, d = (replace(a, html=link.format(f"fbclid={n}&amp;id=4")) for n in "12")
    assert record.statement_digest(c) == record.statement_digest(d)
    e, f = (
        replace(a, html=f'<img src="{scheme}://c.example/x.jpg">') for scheme in ("http", "https")
    )
    assert record.statement_digest(e) == record.statement_digest(f)


# ---- page against feed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "policy", "wants"),
    [
        ({}, "auto", True),
        ({"text": FULL}, "auto", False),
        ({"text": FULL}, "always", True),
        ({}, "never", False),
        ({"url": None}, "always", False),
        ({"text": FULL + " Lees verder »"}, "auto", True),
        ({"text": FULL + " [...]"}, "auto", True),
        ({"text": FULL + " And so on…"}, "auto", True),
        ({"text": FULL, "summary_only": True}, "auto", True),
        ({"text": FULL, "is_cut": True}, "auto", True),
    ],
)
def test_a_page_is_wanted_for_what_a_feed_does_not_tell_whole(
    fields: dict[str, object], policy: str, wants: bool
) -> None:
    assert record.wants_page(entry(**fields), policy) is wants


def test_a_fuller_page_gives_text_and_html_together() -> None:
    got = chosen(entry(), page())
    assert (got.text, got.html, got.text_source) == (FULL, f"<p>{FULL}</p>", Source.PAGE)
    assert got.provenance["text"] == "page"
    assert got.word_count > 300
    assert got.title == TITLE  # the feed's, already shown to readers


def test_a_page_that_leaves_out_the_feeds_text_does_not_replace_it() -> None:
    other = " ".join(
        f"Line {n} is of other months: the swing bridge over the canal." for n in range(80)
    )
    got = chosen(entry(text=FULL), page(text=other))
    assert (got.text, got.text_source) == (FULL, Source.FEED)
    assert "only" in " ".join(got.notes)


def test_a_shorter_page_does_not_replace_a_feeds_text() -> None:
    got = chosen(entry(text=FULL), page(text=LEAD))
    assert got.text == FULL


@pytest.mark.parametrize("kind", [k for k in WallKind if k is not WallKind.PAYWALL])
def test_a_wall_never_overwrites(kind: WallKind) -> None:
    walled = page(
        title="We value your privacy",
        text="Accept all swing bridge cookies over the canal " * 40,
        description="Cookies",
        section="Consent",
        wall=Wall(kind=kind, marker="m"),
    )
    got, alone = chosen(entry(), walled), chosen(entry())
    assert replace(got, notes=()) == replace(alone, notes=())
    assert f"{kind} wall" in got.notes[0]


def test_a_teaser_before_a_paywall_replaces_only_what_it_holds() -> None:
    wall = Wall(kind=WallKind.PAYWALL, marker="subscribe")
    assert chosen(entry(), page(text=LEAD + " There is more.", wall=wall)).text.endswith("more.")
    assert chosen(entry(text=FULL), page(text=LEAD, wall=wall)).text == FULL


def test_nothing_is_taken_of_a_page_about_something_else() -> None:
    astray = page(title="All about us", text="Our history began in a barn. " * 60, section="About")
    got = chosen(entry(), astray)
    assert (got.text, got.section) == (LEAD, None)
    assert "unrelated" in got.notes[0]


def test_a_text_that_the_site_gives_for_other_articles_too_is_refused() -> None:
    assert chosen(entry(), page(), page_text_is_shared=True).text == LEAD


def test_the_words_of_the_feeds_text_are_not_counted_twice_and_those_of_another_text_are() -> None:
    assert chosen(entry(), n_feed_words=77).word_count == 77
    assert chosen(entry(), hand={"text": "Four words by hand."}, n_feed_words=77).word_count == 4
    assert chosen(entry(text=""), page(), n_feed_words=None).word_count > 200


def test_one_word_titles_prove_no_page_unrelated() -> None:
    assert not record.is_unrelated("Column", from_page(page(title="x", text="y z")))
    assert not record.is_unrelated(TITLE, from_page(page(title="", text="")))


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_the_two_texts_one_of_them_is_kept_whole(feed_text: str, page_text: str) -> None:
    got = chosen(entry(text=feed_text, html=None), page(text=page_text, html=None))
    assert got.text in (feed_text, page_text)


def test_a_teaser_of_another_feed_is_no_edit() -> None:
    assert record.is_shorter_telling(LEAD, FULL)
    assert not record.is_shorter_telling(FULL, LEAD)
    assert not record.is_shorter_telling("Another thing altogether, said in few words.", FULL)


# ---- ladders ------------------------------------------------------------------------------------


def test_the_page_fills_what_the_feed_left_open() -> None:
    got = chosen(
        entry(),
        page(
            section="Harbour",
            tags=("bridge",),
            language="en",
            image_url="https://c.example/i.jpg",
            canonical_url="https://c.example/b",
            reading_minutes=2,
            provenance={"section": "visible", "reading_minutes": "visible"},
        ),
        feed_title="Courant, news",
    )
    assert (got.section, got.tags, got.language, got.reading_minutes) == (
        "Harbour",
        ("bridge",),
        "en",
        2,
    )
    assert got.provenance["section"] == "page visible"
    assert (got.site_name, got.provenance["site_name"]) == ("Courant, news", "feed")


def test_a_title_cut_off_is_made_whole_by_the_page() -> None:
    whole = "Swing bridge over the canal closes for eleven months"
    assert chosen(entry(title="Swing bridge over …"), page(title=whole)).title == whole
    assert chosen(entry(title="Swing bridge over …"), page(title="Courant")).title.endswith("…")
    assert chosen(entry(title=""), page(title=whole)).title == whole


def test_sure_authors_of_the_page_go_before_the_feeds_and_guessed_ones_after() -> None:
    told = entry(authors=(Author(name="Redactie"),))
    sure = page(authors=("Ilse Vermaat",), provenance={"authors": "json-ld"})
    guess = page(authors=("Ilse Vermaat",), provenance={"authors": "inferred"})
    assert chosen(told, sure).authors == (Author(name="Ilse Vermaat"),)
    assert chosen(told, guess).authors == (Author(name="Redactie"),)
    assert chosen(entry(), guess).authors == (Author(name="Ilse Vermaat"),)


def test_a_paper_that_names_itself_as_author_says_less_than_the_feed() -> None:
    told = entry(authors=(Author(name="Ilse Vermaat"),))
    house = page(authors=("Kustkrant",), site_name="Kustkrant", provenance={"authors": "json-ld"})
    assert chosen(told, house).authors == (Author(name="Ilse Vermaat"),)
    assert chosen(entry(), house).authors == (Author(name="Kustkrant"),)


def test_what_a_page_says_beside_its_fields_is_kept_and_read_back() -> None:
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    update = Update(at=at, title="Open", html="<p>De brug is open.</p>", text="De brug is open.")
    live = from_page(page(robots=("noarchive",), updates=(update,)))
    again = record.from_json(record.to_json(live), text=live.text, html=live.html)
    assert again.extra["robots"] == ["noarchive"]
    assert again.extra["updates"] == [
        {"at": at.isoformat(), "title": "Open", "text": "De brug is open."}
    ]
    assert from_page(page()).extra == {}


def test_a_live_blog_s_next_update_states_something_new() -> None:
    first = Update(at=None, title=None, html="<p>Een.</p>", text="Een.")
    second = Update(at=None, title=None, html="<p>Twee.</p>", text="Twee.")
    digests = {
        record.statement_digest(from_page(page(updates=updates)))
        for updates in ((), (first,), (first, second))
    }
    assert len(digests) == 3


def test_a_page_s_instants_are_kept_in_utc() -> None:
    written = datetime.fromisoformat("2026-03-01T21:24:00-05:00")
    statement = from_page(page(published_at=written, modified_at=written))
    assert statement.published_at is not None
    assert statement.published_at.utcoffset() == timedelta(0)
    assert statement.published_at == statement.modified_at == written


def test_the_feeds_date_stands_unless_the_page_alone_knows_the_hour() -> None:
    day, hour = datetime(2026, 3, 17, tzinfo=UTC), datetime(2026, 3, 17, 14, 5, tzinfo=UTC)
    timed = page(published_at=hour, published_precision=Precision.MINUTE)
    with_day = chosen(entry(published_at=day, date_source="published words day"), timed)
    assert (with_day.published_at, with_day.published_precision) == (hour, Precision.MINUTE)
    told = datetime(2026, 3, 17, 8, tzinfo=UTC)
    assert (
        chosen(entry(published_at=told, date_source="published rfc822"), timed).published_at == told
    )


def test_a_date_that_cannot_be_true_is_passed_over_and_told() -> None:
    ahead = SEEN_AT + timedelta(days=9)
    got = chosen(entry(published_at=ahead, date_source="published rfc822"))
    assert got.published_at is None
    assert "not believed" in " ".join(got.notes)


def test_modified_before_published_is_dropped() -> None:
    got = chosen(
        entry(published_at=SEEN_AT, updated_at=SEEN_AT - timedelta(days=1), date_source="x rfc822")
    )
    assert got.modified_at is None


def test_enclosures_of_both_are_kept_once() -> None:
    sound = Enclosure(url="https://c.example/e.mp3")
    got = chosen(entry(enclosures=(sound,)), page(enclosures=(sound,)))
    assert got.enclosures == (sound,)


def test_what_a_person_sets_stands_on_top() -> None:
    hand = {"title": "Mended", "authors": ["A", "B"], "published_at": "2026-03-01T10:00+00:00"}
    got = chosen(entry(), page(), hand=hand)
    assert (got.title, got.provenance["title"]) == ("Mended", "hand")
    assert got.authors == (Author(name="A"), Author(name="B"))
    assert got.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    worded = chosen(entry(), page(), hand={"text": "Two words"})
    assert (worded.text, worded.html, worded.word_count) == ("Two words", None, 2)
    assert worded.text_source is Source.HAND


def test_hand_values_are_checked_where_they_are_typed() -> None:
    assert record.hand_value("tags", "a, b,,") == ["a", "b"]
    assert record.hand_value("title", "x") == "x"
    with pytest.raises(UsageError, match="one of: title"):
        record.hand_value("mood", "x")
    for text in ("yesterday", "2026-03-01T10:00"):
        with pytest.raises(UsageError, match="with a zone"):
            record.hand_value("published_at", text)


# ---- effective ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published_at", "precision", "effective_at"),
    [
        (None, None, SEEN_AT),
        (
            datetime(2026, 3, 17, 14, 5, tzinfo=UTC),
            Precision.MINUTE,
            datetime(2026, 3, 17, 14, 5, tzinfo=UTC),
        ),
        (datetime(2026, 3, 18, 20, tzinfo=UTC), Precision.MINUTE, SEEN_AT),
        (datetime(2026, 3, 18, tzinfo=UTC), Precision.DAY, SEEN_AT),
        (datetime(2026, 3, 17, tzinfo=UTC), Precision.DAY, datetime(2026, 3, 17, 12, tzinfo=UTC)),
        (datetime(2026, 3, 19, tzinfo=UTC), Precision.DAY, SEEN_AT),
        (datetime(1970, 1, 1, tzinfo=UTC), Precision.MINUTE, SEEN_AT),
        (datetime(2036, 1, 1, tzinfo=UTC), Precision.MINUTE, SEEN_AT),
    ],
)
def test_an_article_is_ordered_by_its_date_if_that_can_be(
    published_at: datetime | None, precision: Precision | None, effective_at: datetime
) -> None:
    assert record.effective_at(published_at, precision, SEEN_AT) == effective_at


@settings(derandomize=True, deadline=None)
@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(
        min_value=datetime(1995, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone itself)
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from([None, *Precision]),
)
def test_nothing_is_ordered_after_it_was_first_seen(
    published_at: datetime, seen_at: datetime, precision: Precision | None
) -> None:
    assert record.effective_at(published_at, precision, seen_at) <= seen_at


def test_an_update_keeps_its_html_where_it_says_more_than_its_text() -> None:
    linked = '<p>Meer in <a href="https://krant.example/a">dit stuk</a>.</p>'
    live = ArticlePage(
        updates=(
            Update(at=None, title=None, html=linked, text="Meer in dit stuk."),
            Update(at=None, title=None, html="<p>Een.</p><p>Twee.</p>", text="Een.\nTwee."),
        )
    )
    first, second = cast(list[dict[str, object]], from_page(live).extra["updates"])
    assert first["html"] == linked
    assert "html" not in second


def test_a_statement_without_a_source_is_read_as_a_feeds() -> None:
    assert record.from_json({"title": "Kop"}, text="", html=None).source is Source.FEED
