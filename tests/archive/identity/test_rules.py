"""The cascade, rule by rule: what joins, what keeps apart, and that the order of asking never matters."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.likeness import Traits
from archive.identity.limits import LIMITS, Limits
from archive.identity.rules import Kind, SiteFacts, Verdict, compare
from tests.archive.identity.tellings import (
    BRIDGE,
    ORCHARD,
    SEEN_AT,
    council,
    telling,
    vacancy,
    weather,
)

HEAD = " ".join(BRIDGE.split()[:38])
STORY = "https://courant.example/2026/03/17/swing-bridge-closes-for-eleven-months-48291"


def one(a: Traits, b: Traits) -> Verdict:
    """Compare both ways and return the verdict, which must be the same."""
    forth, back = compare(a, b), compare(b, a)
    assert forth == back
    return forth


# ---- 1, 2: addresses ----------------------------------------------------------------------------


def test_one_lasting_address_is_one_article_whatever_it_says_now() -> None:
    a = telling("Bridge closes", BRIDGE, STORY)
    b = telling("What the works mean for you", ORCHARD, STORY + "?utm_source=rss", hours=200)
    verdict = one(a, b)
    assert verdict.is_one
    assert verdict.rule == "address"


def test_the_canonical_address_joins_what_a_shortener_hides() -> None:
    a = telling("Bridge closes", "", STORY)
    short = telling("Bridge closes", "", "https://t.co/Zz12", site="t.co")
    traits = type(short)(telling=short.telling, url_keys=(*short.url_keys, *a.url_keys))
    assert one(a, traits).rule == "address"


def test_a_passing_address_that_shows_another_article_is_recycled() -> None:
    url = "https://courant.example/today"
    a, b = telling("Bridge closes", BRIDGE, url), telling("Late frost", ORCHARD, url, hours=24)
    assert not one(a, b).is_one
    assert one(a, telling("Bridge closes soon", BRIDGE, url, hours=24)).is_one


def test_a_long_slug_that_shows_another_article_is_recycled_too() -> None:
    url = "https://courant.example/the-news-in-one-minute"
    a, b = (
        telling("Bridge closes", BRIDGE, url),
        telling("Late frost kills", ORCHARD, url, hours=24),
    )
    assert not one(a, b).is_one


def test_two_posts_listed_at_once_under_one_address_are_two() -> None:
    a = telling("Bridge closes", BRIDGE, STORY, guid="post-1")
    b = telling("Late frost kills blossom", ORCHARD, STORY, guid="post-2")
    assert not one(a, b).is_one


def test_notices_of_one_name_under_one_address_are_as_many_as_are_listed() -> None:
    a = telling("Notice: bridge", BRIDGE, STORY, guid="notice-1")
    b = telling("Notice: ridge", ORCHARD, STORY, guid="notice-2")
    assert not one(a, b).is_one


def test_a_bare_home_page_joins_nothing() -> None:
    home = "https://courant.example/"
    assert not one(telling("Bridge closes", BRIDGE, home), telling("Frost", ORCHARD, home)).is_one


# ---- 3, 4: guids and ids ------------------------------------------------------------------------


def test_one_guid_in_one_feed_is_one_article_if_the_words_agree() -> None:
    a = telling("Bridge closes for months", HEAD, STORY, guid="77")
    b = telling("Bridge closes for a year", "", "https://courant.example/b/1", guid="77", hours=900)
    assert one(a, b).rule == "guid"


def test_a_guid_given_twice_is_no_proof() -> None:
    a = telling("Bridge closes", BRIDGE, "https://courant.example/n/11111", guid="0")
    b = telling("Late frost", ORCHARD, "https://courant.example/n/22222", guid="0")
    assert not one(a, b).is_one


def test_guids_of_two_feeds_and_of_two_cases_are_two() -> None:
    a = telling("Bridge", HEAD, "https://courant.example/n/11111", guid="Abc")
    for b in (
        telling("Frost", ORCHARD, "https://courant.example/n/22222", guid="Abc", feed_id=2),
        telling("Bridge", "", "https://courant.example/n/22222", guid="abc"),
    ):
        assert one(a, b).rule != "guid"


def test_a_feed_whose_guids_are_not_unique_proves_nothing_by_them() -> None:
    a = telling("Weather", "", "https://courant.example/n/1", guid="w")
    b = telling("Weather", "", "https://courant.example/n/2", guid="w", hours=24)
    assert compare(a, b).rule == "guid"
    assert not compare(a, b, site_facts=SiteFacts(guids_unique=False)).is_one


def test_an_opaque_id_survives_a_new_slug() -> None:
    a = telling("Bridge closes", "", "https://courant.example/world/bridge-closes-c7bbca82")
    b = telling("Canal crossing shut", "", "https://courant.example/local/canal-c7bbca82", hours=30)
    assert one(a, b).rule == "id"
    other = telling("Bridge closes", "", "https://x.example/bridge-c7bbca82", site="x.example")
    assert not one(a, other).is_one


def test_a_number_needs_words_that_agree() -> None:
    a = telling(
        "Swing bridge closes for months", "", "https://courant.example/news/bridge/33844497"
    )
    b = telling("Swing bridge closes: update", "", "https://courant.example/old/33844497/bridge")
    c = telling("Late frost kills blossom", "", "https://courant.example/33844497/frost-report")
    assert one(a, b).rule == "number"
    assert not one(a, c).is_one


# ---- 5: parts, days, distance -------------------------------------------------------------------


def test_parts_of_a_series_are_related() -> None:
    a = telling("The missing ferry (1/2)", BRIDGE, "https://courant.example/ferry-1")
    b = telling("The missing ferry (2/2)", BRIDGE, "https://courant.example/ferry-2", hours=24)
    verdict = one(a, b)
    assert verdict.kind is Kind.RELATED
    assert verdict.rule == "parts"


def test_words_alone_join_nothing_over_a_month_apart() -> None:
    a = telling("Cherry cake with cream", ORCHARD, "https://courant.example/cake-1")
    b = telling("Cherry cake with cream", ORCHARD, "https://courant.example/cake-2", hours=365 * 24)
    assert one(a, b).kind is Kind.RELATED


def test_an_old_item_in_a_new_feed_is_as_old_as_its_publisher_says() -> None:
    a = telling("Late frost", ORCHARD, "https://courant.example/f1", published_at=SEEN_AT)
    b = telling(
        "Late frost",
        ORCHARD,
        "https://other.example/f2",
        site="other.example",
        hours=90 * 24,
        published_at=SEEN_AT + timedelta(hours=1),
    )
    assert one(a, b).is_one


# ---- 6: short items -----------------------------------------------------------------------------


def test_short_items_are_one_if_title_and_text_are() -> None:
    a = telling("Trains near the coast run late again", "Until three.", "https://c.example/k/1")
    b = telling("Trains near the coast run late again", "Until three.", "https://c.example/k/2")
    c = telling("Trains near the coast run late again", "Until four.", "https://c.example/k/3")
    assert one(a, telling(b.telling.title, b.telling.text, b.telling.url, hours=5)).is_one
    assert not one(a, telling(c.telling.title, c.telling.text, c.telling.url, hours=5)).is_one


def test_a_constant_headline_over_no_words_joins_no_two_sites() -> None:
    a = telling("What we know so far tonight", "", "https://a.example/x1", site="a.example")
    b = telling("What we know so far tonight", "", "https://b.example/x2", site="b.example")
    assert not one(a, b).is_one


def test_a_changed_headline_over_the_same_line_is_one() -> None:
    line = "Unfortunately for the port, its own rules are to blame."
    a = telling("The port's futile war on delays", line, "https://c.example/2026/03/17/futile-war")
    b = telling("Port wages war on delays", line, "https://c.example/2026/03/17/war", hours=6)
    assert one(a, b).rule == "standfirst"


def test_one_line_under_two_subjects_is_two() -> None:
    line = "All results of the night, and who takes which seat."
    a = telling("Results in Tiel", line, "https://c.example/r/tiel")
    b = telling("Results in Ede", line, "https://c.example/r/ede", hours=1)
    assert not one(a, b).is_one


def test_a_blurb_known_to_the_site_proves_nothing() -> None:
    line = (
        "Our daily letter with the most important stories of the day, and why they matter to you."
    )
    a = telling("Bridge closes in April", line, "https://c.example/nb/1")
    b = telling("Bridge closes in autumn", line, "https://c.example/nb/2", hours=3)
    assert compare(a, b).is_one
    assert not compare(a, b, site_facts=SiteFacts(blurbs=frozenset({a.words}))).is_one


# ---- 7: likeness --------------------------------------------------------------------------------


def test_a_wire_story_in_two_papers_is_one_article() -> None:
    copy = "By our correspondent, NORTH QUAY. " + " ".join(BRIDGE.split()[:-30])
    a = telling("Swing bridge closes for eleven months", BRIDGE, STORY)
    b = telling("Canal crossing out of use", copy, "https://bode.example/1", site="bode.example")
    verdict = one(a, b)
    assert verdict.kind is Kind.SAME
    assert verdict.rule == "likeness"
    assert verdict.scores["contained"] > 0.8


def test_an_edited_text_at_another_address_is_a_revision() -> None:
    edited = BRIDGE.replace("eleven months", "nearly a year").replace("a third", "one third")
    a = telling("Swing bridge closes", BRIDGE, "https://courant.example/a")
    b = telling("Swing bridge shuts", edited, "https://courant.example/b", hours=9)
    assert one(a, b).kind is Kind.REVISION


def test_a_story_that_grew_is_one() -> None:
    longer = BRIDGE + " " + " ".join(ORCHARD.split()[:60])
    a = telling("Swing bridge closes", BRIDGE, "https://courant.example/a")
    assert one(
        a, telling("Swing bridge closes", longer, "https://courant.example/b", hours=4)
    ).is_one


MOULDS = [
    (council("Tiel", "Lokaal", "Visser"), council("Ede", "Samen", "Bakker")),
    (council("Tiel", "Lokaal", "Visser"), council("Ede", "Lokaal", "Bakker", hours=1)),
    (vacancy("data analyst", "Delft"), vacancy("data analyst", "Gouda", hours=2)),
    (vacancy("data analyst", "Delft"), vacancy("project manager", "Delft", hours=2)),
    (weather("Tiel", "Monday", "cloudy", 12, 4), weather("Tiel", "Tuesday", "cloudy", 12, 4)),
    (weather("Tiel", "Monday", "cloudy", 12, 4), weather("Tiel", "Monday", "bright", 19, 8)),
    (weather("Tiel", "Monday", "cloudy", 12, 4), weather("Ede", "Monday", "cloudy", 12, 4)),
]


@pytest.mark.parametrize(("a", "b"), MOULDS)
def test_two_of_one_mould_stay_two(a: Traits, b: Traits) -> None:
    assert not one(a, b).is_one


@pytest.mark.parametrize(
    ("first", "second"), [("渋谷区", "大阪市"), ("الرياض", "جدة"), ("Киев", "Одесса")]
)
def test_a_mould_in_a_script_of_its_own_stays_two(first: str, second: str) -> None:
    body = {
        "渋谷区": "18日午後、{}の住宅街で火災が発生し、3人がけがをした。消防によると、火は約3時間後に消し止められた。"
        "警察が詳しい原因を調べている。近所の住民は一時避難したが、命に別状はないという。",
        "الرياض": "تتوقع هيئة الأرصاد أن تشهد {} اليوم أمطارا متفرقة مع رياح معتدلة السرعة خلال ساعات المساء "
        "ودعت الهيئة السكان إلى توخي الحذر أثناء القيادة على الطرق السريعة ومتابعة النشرات الجوية",
        "Киев": "Синоптики ожидают, что {} завтра ждут дожди и умеренный ветер в вечерние часы. Жителей "
        "просят быть осторожными на дорогах и следить за новыми сообщениями службы погоды в течение дня.",
    }[first]
    a = telling(f"{first}: 3", body.format(first), "https://n.example/a/1")
    b = telling(f"{second}: 3", body.format(second), "https://n.example/a/2", hours=1)
    assert not one(a, b).is_one


def test_shingles_of_the_sites_mould_do_not_speak() -> None:
    frame = "This is how our panel of readers voted in the poll of the week on the matter below. "
    a = telling(
        "Poll: bridge", frame * 2 + "Should the bridge be wider for buses?", "https://c.example/1"
    )
    b = telling(
        "Poll: frost", frame * 2 + "Should growers get help from the fund?", "https://c.example/2"
    )
    mould = frozenset(a.shingles & b.shingles)
    assert compare(a, b, site_facts=SiteFacts(mould=mould)).scores["contained"] == 0


def test_items_of_one_document_are_two_unless_equal_to_the_letter() -> None:
    edited = BRIDGE.replace("eleven", "twelve").replace("north quay", "quay")
    a = telling("Swing bridge closes", BRIDGE, "https://courant.example/a", guid="1")
    b = telling("Swing bridge shuts down", edited, "https://courant.example/b", guid="2")
    assert one(a, b).rule == "listed"
    again = telling("Swing bridge closes", BRIDGE, "https://courant.example/c", guid="3")
    assert one(a, again).is_one


def test_a_mould_under_one_fixed_headline_is_two_articles() -> None:
    a, b = (
        telling("Jobs of the day", vacancy("planner", city).telling.text, hours=h)
        for city, h in (("Delft", 0), ("Gouda", 5))
    )
    assert one(a, b).rule == "slots"


def test_a_toll_that_rose_within_a_day_is_one_story() -> None:
    told = " ".join(BRIDGE.replace("eleven months", "9 weeks").split()[:110])
    now = told.replace("9 weeks", "12 weeks")
    a = telling("Bridge closed for 9 weeks, council decides", told, "https://c.example/a")
    b = telling("Bridge closed for 12 weeks, council decides", now, "https://c.example/b", hours=5)
    assert one(a, b).rule == "figures"
    later = telling(b.telling.title, now, "https://c.example/b", hours=30)
    assert not one(a, later).is_one


def test_a_report_made_of_figures_is_not_one_because_only_they_moved() -> None:
    text = BRIDGE + " Water at 3 quays: {0} cm, {1} cm, {2} cm; at noon {3} cm, {4} cm, {5} cm."
    a = telling("Levels in the harbour canal", text.format(*range(11, 17)), "https://c.example/a")
    b = telling(
        "Levels in the harbour canal", text.format(*range(21, 27)), "https://c.example/b", hours=5
    )
    assert not one(a, b).is_one


RETOLD = (
    "From the second week of April the old swing bridge over the harbour canal will be shut for eleven "
    "months. The port council took that decision on Tuesday night, after engineers found cracks in two "
    "of the four steel bearings. Pedestrians and cyclists can cross by a ferry that leaves every ten "
    "minutes; lorries have to take the ring road, a detour of nine kilometres. On the north quay, "
    "shopkeepers fear for their trade. Half of her customers come from the other side, says baker Ilse "
    "Vermaat. Lower rents for as long as the works last were promised by alderman Joost Kamphuis. The "
    "province pays a third of the six million euros. In the autumn, when the bearings are new, the "
    "council will decide whether the bridge can carry buses as well. A wider bridge, for which a "
    "citizens' group had asked, was put off until next year; several members called that a missed "
    "chance. Built in 1931, the bridge is a listed monument and its look may not be changed."
)


def test_a_story_told_anew_under_its_headline_is_one() -> None:
    title = "Swing bridge closes for eleven months"
    a, b = (
        telling(title, BRIDGE, "https://c.example/a"),
        telling(title, RETOLD, "https://c.example/b", hours=6),
    )
    verdict = one(a, b)
    assert verdict.rule == "headline"
    assert verdict.scores["throughout"] > 0.5
    assert not one(
        a, telling("A ferry for the quay", RETOLD, "https://c.example/b", hours=6)
    ).is_one


def test_a_headline_over_another_text_in_the_same_furniture_is_two() -> None:
    title = "What you need to know this morning"
    furniture = " ".join(BRIDGE.split()[-60:])
    other = (
        "A late frost took the blossom of 1931 trees, Ilse Vermaat and Joost Kamphuis say. "
        + " ".join(ORCHARD.split()[20:])
    )
    a = telling(title, BRIDGE, "https://c.example/a")
    assert not one(a, telling(title, f"{other} {furniture}", "https://c.example/b", hours=6)).is_one


def test_two_papers_leads_over_one_wire_story_are_one() -> None:
    copy = " ".join((*ORCHARD.split()[:45], *BRIDGE.split()[30:-45]))
    a = telling("Swing bridge closes for eleven months", BRIDGE, STORY)
    b = telling("A ferry for the quay", copy, "https://b.example/1", site="b.example", hours=3)
    verdict = one(a, b)
    assert verdict.is_one
    assert verdict.scores["shingles"] < LIMITS.copy_text
    assert verdict.scores["contained"] < LIMITS.copy_held


def test_a_cut_story_is_not_one_with_a_follow_up_that_quotes_it() -> None:
    cut = " ".join(BRIDGE.split()[:65])
    a = telling("Swing bridge closes for eleven months", cut, STORY)
    b = telling(
        "Late frost kills the blossom",
        f"{ORCHARD} {cut}",
        "https://b.example/2",
        site="b.example",
    )
    assert one(a, b).kind is Kind.RELATED


def test_a_wall_that_speaks_of_neither_headline_joins_nothing() -> None:
    wall = (
        "You need a subscription to read on. Log in if you have one, or choose one of our offers. "
        * 5
    )
    a = telling("Alderman resigns after row", wall, "https://courant.example/a/11111")
    b = telling("Windmill gets new sails", wall, "https://courant.example/b/22222", hours=3)
    assert not one(a, b).is_one


def test_a_short_japanese_line_is_short_however_many_signs_it_has() -> None:
    line = "住まいと仕事とお金について、毎週編集部が読者の質問に答えます。"
    a = telling("今週の相談室", line, "https://courant.example/a/11111")
    b = telling("今週の相談室", line, "https://courant.example/b/22222", hours=24 * 7)
    assert a.n_words < 20 < len(a.words)
    assert not one(a, b).is_one


def test_every_limit_has_its_reason_and_can_be_moved() -> None:
    for limit in fields(Limits):
        assert limit.metadata["why"]
    a = telling("Bridge", BRIDGE, "https://courant.example/a")
    b = telling(
        "Bridge shut", BRIDGE.replace("months", "weeks"), "https://courant.example/b", hours=4
    )
    assert compare(a, b).is_one
    strict = replace(
        LIMITS, near_text=1.1, like_text=1.1, held_text=1.1, edited_text=1.1, headline_held=1.1
    )
    assert (
        compare(a, b, limits=replace(strict, moved_text=1.1, summary_here=1.1)).rule != "likeness"
    )


# ---- 8, 9, 10 -----------------------------------------------------------------------------------


def test_a_summary_is_one_with_its_full_text() -> None:
    a = telling("Swing bridge closes for eleven months", BRIDGE, "https://courant.example/a")
    b = telling("Swing bridge closes for months", HEAD, "https://agg.example/1", site="agg.example")
    assert one(a, b).rule == "summary"


def test_a_blurb_under_another_headline_is_no_summary() -> None:
    a = telling("Late frost kills the blossom", f"{HEAD} {ORCHARD}", "https://courant.example/a")
    b = telling("Mayor opens the library", HEAD, "https://courant.example/b", hours=5)
    assert not one(a, b).is_one


def test_misread_letters_leave_one_article() -> None:
    misread = BRIDGE.replace("r", "n")
    a = telling("Swing bridge closes", BRIDGE, "https://courant.example/a")
    b = telling("Swing bridqe closes", misread, "https://scan.example/b", site="scan.example")
    verdict = one(a, b)
    assert verdict.rule == "letters"


def test_a_story_that_quotes_another_is_related() -> None:
    quoting = " ".join(ORCHARD.split()[:70]) + " " + " ".join(BRIDGE.split()[:60])
    a = telling("Swing bridge closes", BRIDGE, "https://courant.example/a")
    b = telling("A bad spring for the valley", quoting, "https://courant.example/b", hours=8)
    assert one(a, b).kind is Kind.RELATED


# ---- nothing, and any ---------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", ["", " ", "🎉", "…", "Untitled", "."])
def test_nothing_said_is_never_one(nothing: str) -> None:
    a = telling(nothing, nothing, guid="a")
    b = telling(nothing, nothing, guid="b", hours=1)
    assert not one(a, b).is_one


WORDS = st.sampled_from([*BRIDGE.split()[:25], "1/2", "2/2", "Monday", "dinsdag", "34", "…"])
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)
TELLINGS = st.builds(
    telling,
    title=TEXTS,
    text=TEXTS,
    summary=TEXTS,
    url=st.sampled_from(
        [None, STORY, STORY + "0", "https://c.example/today", "https://c.example/"]
    ),
    hours=st.sampled_from([0, 5, 30, 900]),
    site=st.sampled_from(["", "courant.example", "bode.example"]),
    feed_id=st.integers(1, 2),
    guid=st.sampled_from([None, "1", "2"]),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TELLINGS, TELLINGS)
def test_the_order_of_the_two_never_matters(a: Traits, b: Traits) -> None:
    verdict = one(a, b)
    assert verdict.why
    assert len(verdict.rule) <= 24


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TELLINGS)
def test_what_says_anything_is_one_with_itself_or_unproven(a: Traits) -> None:
    verdict = one(a, a)
    if a.url_keys or a.telling.guid or a.n_words >= 20:
        assert verdict.is_one
