"""`newsarchive why`: eight questions, and to the letter what is answered: rule, figure, and what takes it back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.commands.place import Place
from archive.model.outcome import PageFailed, Reason
from archive.model.stated import ArticlePage, Wall, WallKind
from archive.store import Store
from archive.store.settle import SettlePolicy
from archive.store.subscriptions import Subscription
from scheduler import main
from tests.archive.store.depositing import Paper, at, deposit_page, fail_page, open_store
from tests.archive.store.handmade import ids_of
from tests.archive.store.looking import ask, story
from tests.ingest.days import FEED, Reply, days_in, rss

DIJK = {
    "guid": "1", "title": "Dijk bij Tiel houdt stand",
    "text": "Het water steeg in de nacht tot aan de rand van de dijk bij Tiel, maar hij hield het volgens de dijkgraaf"
    " wonderwel, en tegen de ochtend zakte het peil met elf centimeter.",
}  # fmt: skip
URL = "https://krant.example/artikel/1"
MONDAY = (
    "Vandaag trekt er bewolking over van het westen uit, bij 8 tot 11 graden en windkracht 4. " * 3
)
TUESDAY = MONDAY.replace("8", "2").replace("11", "5").replace("4", "7")

MERGED = [
    "One article, 2 sightings; the first in krant, 24 nov 08:00.",
    (
        "ochtend, 24 nov 08:05: 100% of the words run alike (rule likeness: title 1, shingles 1, contained 1, "
        "numbers 1, days 0); undo: newsarchive split <Dijk> sN."
    ),
    "In the feed since 24 nov 08:16.",
    (
        "Its text is its feed's, 33 words: its page was not asked for, as the feed gives the whole text or "
        "its pages are not wanted; ask: newsarchive fetch <Dijk>."
    ),
]
NOT_MERGED = [
    "<Maandag>  Maandag en het weer",
    "<Dinsdag>  Dinsdag en het weer",
    "  Two articles: rule quotes says related. One all the same: newsarchive merge <Maandag> <Dinsdag>",
    "  krant (sN) beside krant.example (vN): related, rule quotes",
    (
        "     53% of the shorter text stands in the other  [shingles 0.36, contained 0.529, numbers 0, days "
        "0.04]"
    ),
]
NOT_MERGED_ALONE = (
    "One article, seen once: in krant, 24 nov 09:00. Not one with <Maandag> (Maandag en het weer): 53% of "
    "the shorter text stands in the other (rule quotes: shingles 0.36, contained 0.529, numbers 0, days "
    "0.04); by hand: newsarchive merge <Dinsdag> <Maandag>."
)
MOVED = (
    "In the feed since 24 nov 08:11; 'updated' moved once, 24 nov 09:11: edited, headline; newsarchive "
    "diff <Dijk>; which edits move it: [publish] updated."
)
MOVED_AND_NOT = (
    "In the feed since 24 nov 08:11; 'updated' moved once, 24 nov 09:11: edited, headline; newsarchive "
    "diff <Dijk>; which edits move it: [publish] updated; 1 change went out without moving 'updated'."
)
TAKEN_OUT = (
    "Taken out of the feed 24 nov 08:20: krant is not published; let it out: newsarchive feeds edit krant "
    "--publish."
)
NOT_IN_FEED = {
    "private": "Not in the feed: krant is private; let it out: newsarchive feeds edit krant --public --publish.",
    "waiting": "Not in the feed yet: it waits for its page, 24 nov 08:10 at the latest.",
    "due": "Not in the feed yet: it goes out with the next publish; now: newsarchive publish.",
    "query": "Not in the feed: the query of [publish] does not carry it; see it: newsarchive config show.",
}
TEXT = {
    "wanted": "Its text is its feed's, 33 words: its page is still to be read, due now; now: newsarchive fetch <Dijk>.",
    "wall": (
        "No full text, 33 words: its page is behind a wall (consent wall: onze partners); ask again: "
        "newsarchive fetch <Dijk>."
    ),
    "failed": (
        "No full text yet, 33 words: its page could not be read (the server answered 500), asked next 24 nov "
        "08:12; now: newsarchive fetch <Dijk>."
    ),
    "read": "Its text is its page's, 273 words; each field's source: newsarchive show <Dijk> --why.",
    "none": (
        "Its text is its feed's, 33 words: its page was not asked for, as the feed gives the whole text or "
        "its pages are not wanted; ask: newsarchive fetch <Dijk>."
    ),
}
FEEDS = {
    "late": [
        "Next poll 15:04 (in 2 h 6 min), not 13:58: the server asked to wait: Retry-After 7200 (2 h are kept).",
        "What to do: wait; newsarchive feeds retry krant --now breaks the server's wish",
        "Its usual rhythm is every 1 h (6 new in 24 h).",
        "Its document holds 6 entries; it has not come for 58 min; it never rolled over between two polls.",
    ],
    "failing": [
        "Next poll 18:58 (in 58 min), not 03:58: backing off: 1 h doubled 4 times, 16 h.",
        "It is failing: 4 times since 2026-11-24T12:58:24Z: the server answered 500.",
        "What to do: look at the address in a browser",
        "Its usual rhythm is every 1 h.",
        "Its document holds 6 entries; it has not come for 30 h; it never rolled over between two polls.",
    ],
    "gap": [
        (
            "Next poll 13:13 (in 15 min): new entries come about every 9.7 min, polled 2 times as often: every 15 "
            "min (the floor)."
        ),
        "Its document rolled over: articles were probably missed, 2026-11-24T12:58:24Z.",
        (
            "What to do: poll it more often: newsarchive feeds edit krant --interval-s 450 (or interval_s in the "
            "file)"
        ),
        "Its usual rhythm is every 15 min (12 new in 24 h).",
        (
            "Its document holds 6 entries, about 58 min of news; it rolled over once between two polls, last at "
            "12:58: articles were probably missed."
        ),
    ],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "config.toml").write_text(
        '[archive]\nurl = "archive.db"\ntimezone = "UTC"\n', encoding="utf-8"
    )
    with open_store(tmp_path / "archive.db", settle_s=600) as opened:
        yield opened


class Asked:
    """Asks `why` in the folder of an archive. An id is written <WORD> by its headline; s4 and v4 as sN and vN."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._path = folder / "archive.db"
        self._folder = folder
        self._capsys = capsys

    def raw(self, *words: str, minute: float = 300) -> str:
        place = Place(clock=lambda: at(minute))
        assert main(["-C", str(self._folder), "why", *words], place=place) == 0
        return self._capsys.readouterr().out

    def of(self, *guids: str, minute: float = 300) -> list[str]:
        said = self.raw(*ids_of(self._path, *guids), minute=minute)
        for id_, title in ask(self._path, TITLES):
            said = re.sub(rf"\b{id_[:4]}[0-9a-z]*\b", f"<{title.split()[0]}>", said)
        return re.sub(r"\b([sv])\d+\b", r"\1N", said).splitlines()


TITLES = """
    SELECT a.public_id, r.title FROM articles a JOIN variants v ON v.id = a.primary_variant_id
    JOIN revisions r ON r.id = v.revision_id"""


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asked:
    return Asked(tmp_path, capsys)


def settle(store: Store, minute: float) -> None:
    store.settle(now=at(minute), policy=SettlePolicy())


# ---- of articles ---------------------------------------------------------------------------------


def test_why_merged(store: Store, asked: Asked) -> None:
    Paper(store).poll(DIJK, now=at(0))
    Paper(store, "ochtend").poll(DIJK | {"guid": "dijk"}, now=at(5))
    settle(store, 16)
    assert asked.of("1") == MERGED


def test_why_not_merged(store: Store, asked: Asked) -> None:
    paper = Paper(store)
    paper.poll({"guid": "ma", "title": "Maandag en het weer", "text": MONDAY}, now=at(0))
    paper.poll({"guid": "di", "title": "Dinsdag en het weer", "text": TUESDAY}, now=at(60))
    assert asked.of("ma", "di") == NOT_MERGED
    assert asked.of("di")[0] == NOT_MERGED_ALONE


def test_why_updated_moved_and_when_it_did_not(store: Store, asked: Asked) -> None:
    paper = Paper(store)
    paper.poll(DIJK, now=at(0))
    settle(store, 11)
    paper.poll(DIJK | {"title": "Dijk bij Tiel bezwijkt"}, now=at(60))
    settle(store, 71)
    assert asked.of("1")[1] == MOVED
    paper.poll(DIJK | {"title": "Dijk bij Tiel bezwijkt", "author": "Jan Bos"}, now=at(90))
    settle(store, 101)
    assert asked.of("1")[1] == MOVED_AND_NOT


@pytest.mark.parametrize("case", ["private", "waiting", "due", "query"])
def test_why_not_in_the_feed(store: Store, asked: Asked, case: str) -> None:
    Paper(store, is_private=case == "private", page="always").poll(DIJK, now=at(0))
    if case == "query":
        store.settle(now=at(20), policy=SettlePolicy(accepts=lambda ids, first, last: ()))
    minute = 5 if case == "waiting" else 30
    assert asked.of("1", minute=minute)[1] == NOT_IN_FEED[case]


def test_why_taken_out_of_the_feed(store: Store, asked: Asked) -> None:
    paper = Paper(store)
    paper.poll(DIJK, now=at(0))
    settle(store, 11)
    store.change_feed(paper.feed.id, Subscription(url=paper.url, publishes=False))
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE articles SET is_dirty = 1, settle_at = 0"))
    settle(store, 20)
    assert asked.of("1")[1] == TAKEN_OUT


@pytest.mark.parametrize("case", ["wanted", "wall", "failed", "read", "none"])
def test_why_no_full_text(store: Store, asked: Asked, case: str) -> None:
    Paper(store, page="never" if case == "none" else "always").poll(DIJK, now=at(0))
    if case == "wall":
        wall = Wall(kind=WallKind.CONSENT, marker="onze partners")
        deposit_page(store, URL, ArticlePage(title="Uw privacy", wall=wall), at(2))
    if case == "failed":
        failed = PageFailed(reason=Reason.STATUS, detail="the server answered 500")
        fail_page(store, URL, failed, at(2))
    if case == "read":
        text = (
            f"{DIJK['text']} " + "De dijkgraaf bleef de hele nacht op de dijk, zei hij later. " * 20
        )
        deposit_page(store, URL, ArticlePage(title=str(DIJK["title"]), text=text), at(2))
    assert asked.of("1", minute=3)[-1] == TEXT[case]


def test_an_article_has_six_sentences_at_most_however_often_it_was_seen(
    store: Store, asked: Asked
) -> None:
    for n in range(8):
        Paper(store, f"krant{n}", page="always").poll(DIJK | {"guid": f"g{n}"}, now=at(n))
    said = asked.of("g0")
    assert len(said) == 6
    assert "8 sightings" in said[0] and "all: newsarchive duplicates <Dijk>" in said[0]
    assert all("undo: newsarchive split <Dijk> sN" in line for line in said[1:4])


def test_an_article_has_a_document_with_every_sentence(store: Store, asked: Asked) -> None:
    Paper(store).poll(DIJK, now=at(0))
    settle(store, 11)
    (id_,) = ids_of(store, "1")
    document = json.loads(asked.raw(id_, "--json"))
    assert document["said"] == asked.raw(id_).splitlines()
    assert (document["schema"], document["article"]) == (1, id_)
    assert [one["kind"] for one in document["published"]] == ["new"]
    assert document["page"] == {"state": "none", "detail": None}


def test_a_merged_article_is_explained_by_the_one_it_is_now(store: Store, asked: Asked) -> None:
    paper = Paper(store)
    paper.poll(DIJK, {"guid": "2", "title": "Brug", "text": story("Brug dicht.")}, now=at(0))
    one, other = ids_of(store, "1", "2")
    store.merge(one, other, who="ik", why=None, now=at(5))
    assert asked.raw(other) == asked.raw(one)
    assert "joined by hand; undo: newsarchive split" in asked.raw(one)


# ---- of feeds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["late", "failing", "gap"])
def test_why_a_feed_is_not_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    (tmp_path / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    with days_in(tmp_path) as days:
        days.subscribe()
        days.on(FEED, Reply(body=rss(*"abcdef")))
        days.poll()
        match case:
            case "late":
                days.poll(Reply(status=429, headers={"Retry-After": "7200"}))
            case "failing":
                days.on(FEED, Reply(status=500))
                days.polls_for(hours=30)
            case _:
                days.poll(Reply(body=rss(*"ghijkl")))
        assert main(["-C", str(tmp_path), "why", "krant"], place=Place(clock=days.clock)) == 0
    lines = capsys.readouterr().out.splitlines()
    sentences = lines[: lines.index("What was weighed, the deciding one first:")]
    assert sentences == FEEDS[case] and len(sentences) <= 6
