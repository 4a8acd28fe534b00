"""A paper that moves: all guids change at once, or they never held. The same articles, nothing shown twice."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archive.store.store import Store
from tests.archive.store.depositing import START, Item, Paper, at, open_store
from tests.archive.store.looking import (
    BRIDGE,
    FROST,
    STORIES,
    articles,
    ask,
    count,
    one,
    revisions,
    story,
    troubles,
)

DAY = 24 * 60

NEWS = (
    ("Brug dicht", "De draaibrug bij Oudewater blijft negen weken dicht."),
    ("Raad kiest voor kleiner zwembad", "Na drie avonden praten koos de raad voor het kleine bad."),
    ("Vorst treft bloesem", ""),
    (
        "Bibliotheek opent studio voor scholieren",
        "Wethouder Verbruggen knipte het lint door van een zaal aan de Havenkade waar scholieren elke middag"
        " gratis podcasts kunnen opnemen met apparatuur van de omroep.",
    ),
    ("Oud gemaal wordt brouwerij", "Twee zussen kochten het gemaal voor een euro."),
    ("Trein rijdt weer", "Na het ongeluk bij Duivenberg rijdt de stoptrein sinds vanochtend weer."),
    ("Schaatsers vinden eerste ijs in sloot achter de kerk", "Het droeg net."),
    ("Molenaar zoekt opvolger", "Kees Brandsma is tachtig en wil van de zolder af."),
    ("Veerpont krijgt elektrische motor", "De pont vaart vanaf mei stil."),
    ("Marktkraam verdwijnt na zestig jaar", "De familie Oskamp verkocht haring vanaf 1966."),
)
"""What a regional paper's feed states: headlines of two to nine words, blurbs of none to thirty."""

Item_of = Callable[[int], Item]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db") as opened:
        yield opened
        assert troubles(opened) == []


@pytest.fixture
def paper(store: Store) -> Paper:
    return Paper(store, "krant")


def news(number: int, **change: object) -> dict[str, object]:
    """Return an item as the paper states it before it moves: an http address as its guid and link."""
    title, text = NEWS[number]
    address = f"http://krant.example/nieuws/{number}-{title.lower().replace(' ', '-')}"
    item = {"guid": address, "url": address, "title": title, "text": text, "date": dated(number)}
    return item | change


def dated(number: int) -> datetime:
    return START - timedelta(hours=7 * number + 1)


def everything(item: Item_of) -> list[Item]:
    return [item(number) for number in range(len(NEWS))]


def told(store: Store) -> set[tuple[int, str]]:
    """Return what subscribers were told: of each article its `updated` (a link that moves is told quietly)."""
    return set(
        ask(store, "SELECT article_id, json_extract(entry, '$.updated_at') FROM publications")
    )


# ---- one move -----------------------------------------------------------------------------------


def secured(number: int) -> Item:
    address = str(news(number)["url"]).replace("http:", "https:")
    return news(number, guid=address, url=address)


def slashed(number: int) -> Item:
    address = str(news(number)["url"]) + "/"
    return news(number, guid=address, url=address)


def numbered(number: int) -> Item:
    """Return an item under another scheme of guids, at the address it had."""
    return news(number, guid=f"urn:post:{9000 - number}")


def moved(number: int) -> Item:
    """Return an item of another system: nothing of guid or address is what it was."""
    return news(
        number,
        guid=f"{77_000 + number * 13}",
        url=f"https://krant.example/a/{77_000 + number * 13}",
    )


def moved_and_dated(number: int) -> Item:
    """Return an item of another system that gives everything it took over the day of the move."""
    return {**moved(number), "date": at(9 * DAY)}


MOVES = {
    "http to https": secured,
    "a slash behind every address": slashed,
    "another scheme of guids": numbered,
    "another system": moved,
    "another system, all dated anew": moved_and_dated,
    "dates alone": lambda number: news(number, date=at(9 * DAY)),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("days", [1, 9, 45])
def test_a_paper_that_moves_shows_the_same_articles(
    store: Store, paper: Paper, move: Item_of, days: int
) -> None:
    paper.poll(*everything(news), now=at(0))
    store.settle(now=at(30))
    before = told(store)
    assert len(before) == len(NEWS)
    after = paper.poll(*everything(move), now=at(days * DAY))
    assert (after.n_new, count(store, "articles")) == (0, len(NEWS))
    assert not after.rolled_over
    assert {kind for kind, _ in revisions(store)} <= {"new", "moved"}
    store.settle(now=at(days * DAY + 30))
    assert told(store) == before
    again = paper.poll(*everything(move), now=at(days * DAY + 60))
    assert (again.n_new, again.n_joined, again.n_revised) == (0, 0, 0)


def test_a_move_brings_news_along(store: Store, paper: Paper) -> None:
    older = [news(number) for number in range(2, len(NEWS))]
    paper.poll(*older, now=at(0))
    both = paper.poll(*everything(moved_and_dated), now=at(40 * DAY))
    assert (both.n_new, both.n_joined) == (2, len(NEWS) - 2)


def test_a_move_is_told_of_at_each_sighting_it_joined(store: Store, paper: Paper) -> None:
    paper.poll(*everything(news), now=at(0))
    paper.poll(*everything(moved_and_dated), now=at(40 * DAY))
    assert ("migrated",) in ask(store, "SELECT DISTINCT rule FROM sightings")
    why = ask(store, "SELECT DISTINCT why FROM dedup_events WHERE rule = 'migrated'")
    assert why == [("the feed gave all its items new guids, and this one stood in it before",)]


def test_a_few_new_guids_among_many_known_ones_are_no_move(store: Store, paper: Paper) -> None:
    paper.poll(*everything(news), now=at(0))
    mixed = [moved_and_dated(number) if number < 3 else news(number) for number in range(len(NEWS))]
    some = paper.poll(*mixed, now=at(45 * DAY))
    assert some.n_new == 3


def test_two_items_of_one_headline_are_not_taken_for_one_another_in_a_move(
    store: Store, paper: Paper
) -> None:
    rubric = [{**news(n), "title": "In beeld", "text": ""} for n in (0, 1)]
    paper.poll(*rubric, *(news(number) for number in range(2, 8)), now=at(0))
    again = [{**moved_and_dated(n), "title": "In beeld", "text": ""} for n in (0, 1)]
    after = paper.poll(
        *again, *(moved_and_dated(number) for number in range(2, 8)), now=at(40 * DAY)
    )
    assert (after.n_new, after.n_joined) == (2, 6)


# ---- series under new guids ---------------------------------------------------------------------

TOWNS = ("Tiel", "Ede", "Zwolle", "Hoorn", "Goes", "Assen")


def forecast(town: str, day: int) -> Item:
    """Return a town's forecast of a day: one headline for ever, another text, guid and address each day."""
    sky = ("zonnig", "bewolkt", "regenachtig", "mistig", "winderig")[day % 5]
    text = f"Vandaag is het {sky} in {town}, bij {7 + 3 * day + len(town)} graden."
    return {
        "guid": f"weer-{day}-{town}",
        "title": f"Het weer in {town}",
        "text": text,
        "date": at(day * DAY),
    }


def closing(town: str, day: int) -> Item:
    """Return a closing price: its headline carries the figure, under it stands nothing."""
    price = 400 + 17 * day + 31 * len(town)
    return {
        "guid": f"beurs-{day}-{town}",
        "title": f"Slotkoers {town} Bank: {price},{day}5",
        "date": at(day * DAY),
    }


def rubric(town: str, day: int) -> Item:
    """Return a rubric's item: the same headline over nothing, each day anew."""
    return {"guid": f"dag-{day}-{town}", "title": f"Vandaag in {town}", "date": at(day * DAY)}


@pytest.mark.parametrize("series", [forecast, closing, rubric])
@pytest.mark.parametrize("guids", ["new each day", "one for ever"])
def test_a_series_whose_every_item_is_new_each_day_stays_apart(
    store: Store, paper: Paper, series: Callable[[str, int], Item], guids: str
) -> None:
    for day in range(4):
        items = [dict(series(town, day)) for town in TOWNS]
        for item in items:
            item["url"] = f"https://krant.example/{item['guid']}"
            item["guid"] = item["guid"] if guids == "new each day" else "0"
        assert paper.poll(*items, now=at(day * DAY + 1)).n_new == len(TOWNS)
    assert count(store, "articles") == 4 * len(TOWNS)


# ---- guids that do not hold ---------------------------------------------------------------------


def policy(store: Store) -> str:
    return str(one(store, "SELECT guid_policy FROM feeds"))


def test_guids_that_change_at_every_poll_make_no_articles_and_soon_no_sightings(
    store: Store, paper: Paper
) -> None:
    def shuffled(number: int, n_poll: int) -> Item:
        return news(number, guid=f"{n_poll}-{hash((number, n_poll))}")

    for n_poll in range(9):
        # The oldest leaves, and a new one comes, at each second poll.
        first = 3 - n_poll // 3
        items = [shuffled(number, n_poll) for number in range(first, first + 7)]
        paper.poll(*items, now=at(60 * n_poll))
    assert policy(store) == "passing"
    assert count(store, "articles") == 9
    assert (
        one(store, "SELECT max(n) FROM (SELECT count(*) n FROM sightings GROUP BY variant_id)") == 4
    )
    edited = [news(number, guid="x", text="Het is anders gegaan.") for number in range(1, 8)]
    assert paper.poll(*edited, now=at(600)).n_revised == 7


def test_one_move_is_no_sign_that_guids_pass(store: Store, paper: Paper) -> None:
    paper.poll(*everything(news), now=at(0))
    paper.poll(*everything(secured), now=at(DAY))
    paper.poll(*everything(secured), now=at(2 * DAY))
    paper.poll(*everything(numbered), now=at(3 * DAY))
    assert policy(store) == "unique"


def test_a_guid_that_a_feed_gives_to_everything_is_remembered_to_prove_nothing(
    store: Store, paper: Paper
) -> None:
    paper.poll(*(news(number, guid="0") for number in range(5)), now=at(0))
    assert count(store, "articles") == 5
    assert policy(store) == "shared"
    paper.poll(*(news(number, guid="0") for number in range(3, 8)), now=at(60))
    assert count(store, "articles") == 8


def test_guids_that_count_places_in_the_document_name_no_article(
    store: Store, paper: Paper
) -> None:
    for n_poll in range(4):
        stories = range(n_poll, n_poll + 6)
        paper.poll(
            *(news(n, guid=f"item-{place}") for place, n in enumerate(stories)), now=at(60 * n_poll)
        )
    assert count(store, "articles") == 9
    # They are others for every story at every poll: not only shared, but passing.
    assert policy(store) == "passing"


def test_an_article_listed_in_two_sections_under_one_guid_leaves_guids_proof(
    store: Store, paper: Paper
) -> None:
    sections = ("regio", "voorpagina")
    doubled = [
        news(3, guid="g3", url=f"https://krant.example/{section}/studio") for section in sections
    ]
    paper.poll(*doubled, news(4, guid="g4"), now=at(0))
    assert articles(store) == {frozenset({"g3"}), frozenset({"g4"})}
    assert policy(store) == "unique"


def test_an_address_that_is_a_guid_and_shows_another_story_says_nothing_of_guids(
    store: Store, paper: Paper
) -> None:
    top = {"guid": "https://krant.example/top", "url": "https://krant.example/top"}
    paper.poll({**top, "title": "Draaibrug negen weken dicht", "text": story(BRIDGE)}, now=at(0))
    paper.poll({**top, "title": "Nachtvorst in de boomgaard", "text": story(FROST)}, now=at(DAY))
    assert count(store, "articles") == 2
    assert policy(store) == "unique"


# ---- items that stand side by side --------------------------------------------------------------


def hosted(number: int) -> Item:
    """Return a post of a blog at a host that puts the blog's own number into every address."""
    half = " ".join(story(BRIDGE).split()[:30])
    url = f"https://host.example/blog/1327682/{number}/item.html"
    title = ("Over de brug", "Een nacht vorst", "Naar de pont")[number]
    return {
        "guid": f"p{number}",
        "url": url,
        "title": title,
        "text": f"{half} {story(STORIES[number])}",
    }


def test_an_accounts_number_in_every_address_joins_no_two_posts_of_a_document(
    store: Store, paper: Paper
) -> None:
    paper.poll(hosted(0), now=at(0))
    later = paper.poll(hosted(1), hosted(0), now=at(3 * DAY))
    assert later.n_new == 1
    assert paper.poll(hosted(2), hosted(1), hosted(0), now=at(6 * DAY)).n_new == 1


# ---- words that prove nothing -------------------------------------------------------------------


def test_a_blurb_that_three_articles_of_a_site_carry_joins_no_fourth(
    store: Store, paper: Paper
) -> None:
    blurb = (
        "Elke week schrijft onze verslaggever over wat haar opvalt in de stad, van de markt tot de haven en van"
        " de vroege bus tot het laatste rondje in het cafe op de hoek."
    )
    titles = ("De bakker", "Regen op zondag", "Het oude orgel", "Het oude anker", "De bakkerin")
    for week, title in enumerate(titles):
        item = {"guid": f"c{week}", "title": title, "text": blurb}
        paper.poll(item, now=at(week * 7 * DAY))
    assert count(store, "articles") == len(titles)
