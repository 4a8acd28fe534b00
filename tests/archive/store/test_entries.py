"""What a feed's entries come to, behaviour by behaviour: new, seen, edited, re-addressed, recycled, gone and back."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive.identity.likeness import Telling, traits_of
from archive.store.known import MAX_ROWS_A_KEY, Known
from archive.store.store import Store
from tests.archive.store.depositing import START, Paper, at, open_store
from tests.archive.store.looking import (
    BRIDGE,
    ELECTION,
    FROST,
    LIBRARY,
    articles,
    ask,
    count,
    last_seen,
    one,
    partition,
    revisions,
    stated,
    story,
    tables_without_polls,
    troubles,
)

WEEK = 7 * 24 * 60


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


@pytest.fixture
def paper(store: Store) -> Paper:
    return Paper(store, "krant")


def bridge(**change: object) -> dict[str, object]:
    return {"guid": "b1", "title": "Draaibrug negen weken dicht", "text": story(BRIDGE)} | change


def frost(**change: object) -> dict[str, object]:
    return {"guid": "v1", "title": "Nachtvorst in de boomgaard", "text": story(FROST)} | change


def library(**change: object) -> dict[str, object]:
    return {"guid": "s1", "title": "Scholieren nemen podcasts op", "text": story(LIBRARY)} | change


# ---- new, seen, edited --------------------------------------------------------------------------


def test_what_was_not_there_is_new_and_what_stands_is_seen(store: Store, paper: Paper) -> None:
    first = paper.poll(bridge(), now=at(0))
    assert (first.n_new, first.n_seen, len(first.article_ids)) == (1, 0, 1)
    second = paper.poll(frost(), bridge(), now=at(60))
    assert (second.n_new, second.n_seen, second.n_revised) == (1, 1, 0)
    assert articles(store) == {frozenset({"b1"}), frozenset({"v1"})}
    assert [kind for kind, _ in revisions(store)] == ["new", "new"]


def test_an_edited_headline_is_a_substantial_revision(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), now=at(0))
    edited = paper.poll(bridge(title="Brug dicht, schippers boos"), now=at(60))
    assert (edited.n_revised, edited.n_new) == (1, 0)
    assert revisions(store) == [
        ("new", "Draaibrug negen weken dicht"),
        ("substantial", "Brug dicht, schippers boos"),
    ]


def test_an_edited_word_is_a_minor_revision(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), now=at(0))
    edited = paper.poll(bridge(text=story(BRIDGE).replace("draaiwerk", "draaiwrk")), now=at(60))
    assert edited.n_revised == 1
    assert [kind for kind, _ in revisions(store)] == ["new", "minor"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": story(BRIDGE).replace("herstel van", "herstel, van")},
        {"title": "DRAAIBRUG NEGEN WEKEN DICHT"},
        {"tags": ("verkeer",)},
        {"enclosure": "https://krant.example/brug.mp3"},
    ],
    ids=["a comma", "capitals", "a tag", "an enclosure"],
)
def test_the_same_words_stated_otherwise_are_kept_and_are_no_revision(
    store: Store, paper: Paper, change: dict[str, object]
) -> None:
    paper.poll(bridge(), now=at(0))
    again = paper.poll(bridge(**change), now=at(60))
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 1)
    assert [kind for kind, _ in revisions(store)] == ["new"]
    assert count(store, "statements") == 2
    item = bridge(**change)
    assert (item["title"], item["text"]) in {row[3:] for row in stated(store)}
    assert count(store, "enclosures") == ("enclosure" in change)


def test_a_corrected_author_is_a_minor_revision(store: Store, paper: Paper) -> None:
    paper.poll(bridge(author="Anna de Wit"), now=at(0))
    corrected = paper.poll(bridge(author="Anna de Witt"), now=at(60))
    assert (corrected.n_revised, corrected.n_new) == (1, 0)
    assert [kind for kind, _ in revisions(store)] == ["new", "minor"]


def test_a_moved_date_alone_is_kept_as_stated_and_is_no_revision(
    store: Store, paper: Paper
) -> None:
    paper.poll(bridge(date=START - timedelta(hours=5)), now=at(0))
    moved = paper.poll(bridge(date=START - timedelta(hours=4)), now=at(60))
    assert (moved.n_revised, moved.n_new) == (0, 0)
    assert [kind for kind, _ in revisions(store)] == ["new"]
    assert count(store, "statements") == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"text": "Bijgewerkt 9:15 uur. {}"}, {"text": "Bijgewerkt 11:40 uur. {}"}),
        ({"text": "{} 334 keer bekeken"}, {"text": "{} 1.334 keer bekeken"}),
        (
            {"url": "https://krant.example/brug-dicht"},
            {"url": "https://krant.example/brug-dicht?utm_source=rss"},
        ),
    ],
    ids=["clock", "counter", "tracker"],
)
def test_noise_makes_no_revision(
    store: Store, paper: Paper, before: dict[str, str], after: dict[str, str]
) -> None:
    changes = [{k: v.format(story(BRIDGE)) for k, v in c.items()} for c in (before, after)]
    paper.poll(bridge(**changes[0]), now=at(0))
    again = paper.poll(bridge(**changes[1]), now=at(60))
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 1)
    assert len(revisions(store)) == 1


# ---- guids and addresses ------------------------------------------------------------------------


def test_an_article_under_a_new_guid_and_address_is_the_same_one(
    store: Store, paper: Paper
) -> None:
    paper.poll(bridge(), now=at(0))
    moved = paper.poll(bridge(guid="b2", url="https://krant.example/regio/brug-dicht"), now=at(60))
    assert (moved.n_new, moved.n_joined) == (0, 1)
    assert articles(store) == {frozenset({"b1", "b2"})}
    assert count(store, "variants") == 1
    assert [kind for kind, _ in revisions(store)] == ["new", "moved"]


def test_a_new_address_under_the_same_guid_is_kept_though_the_words_are_the_same(
    store: Store, paper: Paper
) -> None:
    new_url = "https://krant.example/regio/brug-bij-oudewater-dicht"
    paper.poll(bridge(), now=at(0))
    paper.poll(bridge(url=new_url), now=at(60))
    assert ("krant", "b1", new_url) in {seen for group in partition(store) for seen in group}
    assert count(store, "articles") == 1
    # Another feed that knows the new address alone meets the article.
    other = Paper(store, "lezer")
    met = other.poll({"guid": "x", "url": new_url, "title": "Brug", "text": "Dicht."}, now=at(90))
    assert (met.n_new, met.n_joined) == (0, 1)


def test_a_recycled_guid_with_another_text_is_another_article(store: Store, paper: Paper) -> None:
    paper.poll(bridge(guid="top", url="https://krant.example/top"), now=at(0))
    other = paper.poll(frost(guid="top", url="https://krant.example/top"), now=at(24 * 60))
    assert (other.n_new, other.n_revised) == (1, 0)
    assert count(store, "articles") == 2
    assert count(store, "sightings") == 2


def test_a_recycled_place_that_returns_to_an_edited_story_revises_that_story(
    store: Store, paper: Paper
) -> None:
    place = {"guid": "top", "url": "https://krant.example/top"}
    paper.poll(bridge(**place), now=at(0))
    paper.poll(frost(**place), now=at(24 * 60))
    longer = story(BRIDGE) + " De schippers hebben een klacht ingediend bij de provincie."
    back = paper.poll(bridge(text=longer, **place), now=at(48 * 60))
    assert (back.n_new, back.n_joined, back.n_revised) == (0, 0, 1)
    assert count(store, "articles") == 2
    assert longer in {row[4] for row in stated(store)}


def test_a_constant_guid_parts_nothing_and_joins_nothing(store: Store, paper: Paper) -> None:
    items = [
        item(guid="0", url=f"https://krant.example/{name}")
        for item, name in ((bridge, "brug"), (frost, "vorst"), (library, "studio"))
    ]
    first = paper.poll(*items, now=at(0))
    assert first.n_new == 3
    election = {"guid": "0", "url": "https://krant.example/raad", "title": "Bakker wint"}
    second = paper.poll(election | {"text": story(ELECTION)}, *items, now=at(60))
    assert (second.n_new, second.n_seen, second.n_revised) == (1, 3, 0)
    third = paper.poll(items[0] | {"title": "Schippers boos om brug"}, *items[1:], now=at(120))
    assert (third.n_new, third.n_revised, third.n_seen) == (0, 1, 2)
    assert count(store, "articles") == 4


def test_two_entries_with_one_guid_are_two(store: Store, paper: Paper) -> None:
    one_guid = (
        bridge(guid="g", url="https://krant.example/a"),
        frost(guid="g", url="https://krant.example/b"),
    )
    first = paper.poll(*one_guid, now=at(0))
    assert first.n_new == 2
    before = tables_without_polls(store)
    again = paper.poll(*one_guid, now=at(60))
    assert (again.n_seen, again.n_new, again.n_revised) == (2, 0, 0)
    assert tables_without_polls(store) == before


def test_two_entries_of_one_guid_and_address_never_take_turns_as_revisions(
    store: Store, paper: Paper
) -> None:
    place = {"guid": "g", "url": "https://krant.example/brug-bij-oudewater-dicht"}
    fuller = story(BRIDGE) + " Een kaart van de omleiding staat op de site van de provincie."
    twins = (bridge(text=fuller, **place), bridge(**place))
    paper.poll(*twins, now=at(0))
    for n_hours in (1, 2, 3):
        newer = frost(guid=f"v{n_hours}", title=f"Nachtvorst, nacht {n_hours}")
        poll = paper.poll(newer, *twins, now=at(60 * n_hours))
        assert poll.n_revised == 0
    assert [kind for kind, title in revisions(store) if title == twins[0]["title"]] == ["new"]
    assert {fuller, story(BRIDGE)} <= {row[4] for row in stated(store)}


def test_unlike_entries_of_one_guid_and_address_in_one_document_are_articles_of_their_own(
    store: Store, paper: Paper
) -> None:
    home = {"guid": None, "url": "https://krant.example/"}
    paper.poll(bridge(**home), frost(**home), library(**home), now=at(0))
    assert count(store, "articles") == 3
    again = paper.poll(bridge(**home), frost(**home), library(**home), now=at(60))
    assert (again.n_new, again.n_revised, again.n_seen) == (0, 0, 3)


def test_a_page_that_every_item_links_to_is_looked_up_no_further_than_its_newest(
    store: Store, paper: Paper
) -> None:
    place = "https://krant.example/meldingen"

    def item(number: int) -> dict[str, object]:
        words = story(FROST).split()
        text = " ".join(f"{word}{number}" for word in words)
        title = sha256(text.encode()).hexdigest()[:20]
        return {"guid": f"n{number}", "url": place, "title": title, "text": text}

    paper.poll(*(item(number) for number in range(60)), now=at(0))
    assert count(store, "articles") == 60
    assert paper.poll(item(60), now=at(24 * 60)).n_new == 1
    known = item(3) | {"title": "Melding ingetrokken"}
    assert paper.poll(known, now=at(48 * 60)).n_new == 0
    with store.writing() as connection:
        knowledge = Known(connection)
        telling = Telling(feed_id=1, site="krant.example", at=at(0), url=place, title="", text="")
        knowledge.load_candidates([traits_of(telling)], [b"0" * 16])
        assert len(knowledge.variants) == MAX_ROWS_A_KEY


def test_entries_without_guid_and_link_are_told_apart_by_what_they_say(
    store: Store, paper: Paper
) -> None:
    nameless = {"guid": None, "url": None}
    paper.poll(bridge(**nameless), frost(**nameless), now=at(0))
    again = paper.poll(library(**nameless), bridge(**nameless), frost(**nameless), now=at(60))
    assert (again.n_new, again.n_seen) == (1, 2)
    assert count(store, "articles") == 3


# ---- several feeds ------------------------------------------------------------------------------


def test_a_wire_story_in_two_papers_is_one_article_in_two_tellings(
    store: Store, paper: Paper
) -> None:
    other = Paper(store, "bode")
    paper.poll(bridge(), now=at(0))
    joined = other.poll(bridge(guid="bode-7", title="Brug Oudewater dicht"), now=at(10))
    assert (joined.n_new, joined.n_joined) == (0, 1)
    assert count(store, "articles") == 1
    assert count(store, "variants") == 2
    assert [kind for kind, _ in revisions(store)] == ["new", "new"]
    # Each paper's wording has its own chain: neither's next poll is an edit of the other.
    assert paper.poll(bridge(), now=at(60)).n_revised == 0
    edited = other.poll(bridge(guid="bode-7", title="Brug blijft langer dicht"), now=at(70))
    assert edited.n_revised == 1
    assert one(store, "SELECT count(DISTINCT variant_id) FROM revisions WHERE number = 2") == 1


def test_a_papers_two_feeds_show_one_telling_and_a_teaser_is_no_revision(
    store: Store, paper: Paper
) -> None:
    regional = Paper(store, "krant-regio", url="https://krant.example/regio.xml")
    paper.poll(bridge(), now=at(0))
    teaser = " ".join(story(BRIDGE).split()[:25])
    joined = regional.poll(
        bridge(url="https://krant.example/artikel/b1", text=teaser, guid="r1"), now=at(10)
    )
    assert (joined.n_joined, joined.n_revised) == (1, 0)
    assert count(store, "variants") == 1
    assert len(revisions(store)) == 1
    assert one(store, "SELECT label FROM search_row").count("feed:") == 2


def test_the_fuller_feed_of_a_paper_becomes_the_telling_whichever_came_first(store: Store) -> None:
    short, full = Paper(store, "kort", url="https://krant.example/kort.xml"), Paper(store, "krant")
    teaser = bridge(guid="k", url="https://krant.example/artikel/b1")
    short.poll(teaser | {"text": " ".join(story(BRIDGE).split()[:25])}, now=at(0))
    full.poll(bridge(), now=at(10))
    query = """
        SELECT c.text FROM variants v JOIN revisions r ON r.id = v.revision_id
        JOIN contents c ON c.digest = r.content_digest"""
    assert one(store, query) == story(BRIDGE)
    n_revisions = len(revisions(store))
    short.poll(frost(guid="w"), teaser | {"text": " ".join(story(BRIDGE).split()[:25])}, now=at(60))
    assert one(store, query + " WHERE r.title LIKE 'Draaibrug%'") == story(BRIDGE)
    assert len(revisions(store)) == n_revisions + 1


# ---- the window ---------------------------------------------------------------------------------


def test_what_leaves_the_window_was_last_seen_when_the_window_was_last_confirmed(
    store: Store, paper: Paper
) -> None:
    paper.poll(bridge(), frost(), now=at(0))
    paper.poll_unchanged(now=at(60))
    gone = paper.poll(library(), bridge(), now=at(120))
    assert not gone.rolled_over
    assert last_seen(store, "v1") == at(60)
    assert last_seen(store, "b1") == last_seen(store, "s1") == at(120)
    assert count(store, "articles") == 3


def test_what_returns_after_weeks_is_the_same_article(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), now=at(0))
    paper.poll(frost(), now=at(60))
    assert last_seen(store, "b1") == at(0)
    back = paper.poll(bridge(), frost(), now=at(5 * WEEK))
    assert (back.n_new, back.n_seen, back.n_revised) == (0, 2, 0)
    assert last_seen(store, "b1") == at(5 * WEEK)
    assert one(store, "SELECT first_seen_at FROM sightings WHERE guid = 'b1'") == one(
        store, "SELECT created_at FROM feeds"
    )


def test_a_window_without_anything_in_common_has_rolled_over(store: Store, paper: Paper) -> None:
    assert not paper.poll(bridge(), now=at(0)).rolled_over
    assert paper.poll(frost(), library(), now=at(60)).rolled_over
    assert one(store, "SELECT sum(rolled_over) FROM polls") == 1


def test_a_document_without_items_removes_nothing(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), frost(), now=at(0))
    empty = paper.poll(now=at(60))
    assert (empty.n_new, empty.n_seen, empty.rolled_over) == (0, 0, False)
    assert count(store, "articles") == 2
    back = paper.poll(bridge(), frost(), now=at(120))
    assert (back.n_new, back.n_seen, back.n_revised) == (0, 2, 0)
    assert last_seen(store, "b1") == at(120)


def test_a_broken_poll_removes_nothing_and_changes_no_window(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), frost(), now=at(0))
    paper.poll_body(b"<html><body>Onderhoud</body></html>", now=at(60))
    assert one(store, "SELECT count(*) FROM sightings WHERE in_window") == 2
    assert last_seen(store, "b1") == at(0)
    assert paper.poll(bridge(), frost(), now=at(120)).n_seen == 2


# ---- time ---------------------------------------------------------------------------------------


def test_old_news_of_a_feeds_first_poll_is_backlog_and_later_old_news_is_not(
    store: Store, paper: Paper
) -> None:
    old = START - timedelta(days=9)
    paper.poll(bridge(date=old), frost(date=START - timedelta(hours=3)), now=at(0))
    paper.poll(library(date=old), bridge(date=old), now=at(60))
    query = "SELECT title FROM articles a JOIN revisions r ON r.variant_id = a.primary_variant_id"
    assert ask(store, query + " WHERE is_backlog") == [("Draaibrug negen weken dicht",)]


def test_undated_entries_keep_the_feeds_order(store: Store, paper: Paper) -> None:
    paper.poll(bridge(), frost(), library(), now=at(0))
    newest_first = ask(
        store,
        "SELECT r.title FROM search_row w JOIN revisions r ON r.id = w.revision ORDER BY w.key DESC",
    )
    assert [title for (title,) in newest_first] == [
        item["title"] for item in (bridge(), frost(), library())
    ]


def test_a_date_to_come_is_kept_and_orders_nothing(store: Store, paper: Paper) -> None:
    soon, far = START + timedelta(hours=30), START + timedelta(days=400)
    paper.poll(bridge(date=soon), frost(date=far), now=at(0))
    now_us = one(store, "SELECT created_at FROM feeds")
    assert ask(store, "SELECT effective_at FROM articles") == [(now_us,), (now_us,)]
    rows = dict(ask(store, "SELECT title, published_at FROM revisions"))
    assert rows[frost()["title"]] is None
    assert rows[bridge()["title"]] == now_us + 30 * 3_600_000_000
    assert far.isoformat() in one(store, "SELECT stated FROM statements WHERE title LIKE 'Nacht%'")


def test_numbers_beyond_any_column_are_no_failure(store: Store, paper: Paper) -> None:
    body = paper.rss(bridge(enclosure="https://krant.example/brug.mp3"))
    body = body.replace(b'length="9"', b'length="99999999999999999999999"')
    assert paper.poll_body(body, now=at(0)).n_new == 1


# ---- private feeds ------------------------------------------------------------------------------


def test_a_private_feeds_telling_is_private_and_joins_without_showing_itself(
    store: Store, paper: Paper
) -> None:
    secret = Paper(store, "geheim", url="https://krant.example/feed?token=kanarie", is_private=True)
    paper.poll(bridge(), now=at(0))
    joined = secret.poll(bridge(guid="k", text=story(BRIDGE) + " Kanarie zingt."), now=at(10))
    assert joined.n_joined == 1
    assert ask(store, "SELECT audience FROM variants ORDER BY id") == [("public",), ("private",)]
    primary = "SELECT v.audience FROM articles a JOIN variants v ON v.id = a.primary_variant_id"
    assert ask(store, primary) == [("public",)]
    assert ask(store, "SELECT is_private, is_primary FROM search_row ORDER BY variant") == [
        (0, 1),
        (1, 0),
    ]


def test_a_public_feed_takes_the_face_of_an_article_that_a_private_one_showed_first(
    store: Store, paper: Paper
) -> None:
    secret = Paper(store, "geheim", url="https://krant.example/feed?token=kanarie", is_private=True)
    secret.poll(bridge(text=story(BRIDGE) * 2), now=at(0))
    paper.poll(bridge(), now=at(10))
    primary = "SELECT v.audience FROM articles a JOIN variants v ON v.id = a.primary_variant_id"
    assert ask(store, primary) == [("public",)]
