"""Texts that say nothing, or say it strangely: nothing breaks, and nothing is joined on nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archive.model.stated import ArticlePage
from archive.store.store import Store
from tests.archive.store.depositing import Item, Paper, at, deposit_page, open_store
from tests.archive.store.looking import STORIES, count, story, troubles

EXPIRED = (
    "Deze pagina bestaat niet meer. Ga naar de voorpagina of zoek in het archief van de krant."
)
UNKNOWN = (
    "Er is iets misgegaan bij het laden van dit artikel. Probeer het later nog eens of neem contact op met de"
    " klantenservice van de krant. U kunt ook zoeken in het archief, of teruggaan naar de voorpagina voor het"
    " laatste nieuws uit de regio, sport, weer en verkeer. Foutcode 500, ons team is op de hoogte gesteld."
)

STRANGE: dict[str, Sequence[tuple[str | None, str | None]]] = {
    "nothing at all": [(None, None), ("", ""), (" ", " ")],
    "no text": [("Brug dicht", ""), ("Vorst", ""), ("Studio open", None)],
    "one word": [("Nieuws", "Brug."), ("Sport", "Bal."), ("Weer", "Zon.")],
    "one and the same word": [
        ("Nieuws", "Brug dicht."),
        ("Nieuws", "Vorst."),
        ("Nieuws", "Studio."),
    ],
    "pictures of words": [("🔥🔥", "🚲"), ("❄️", "🍎🍐"), ("🎙️", "📚")],
    "one and the same picture": [("🔥", "🔥"), ("🔥", "🔥🔥"), ("🔥", "🔥🔥🔥")],
    "signs alone": [("!!!", "..."), ("???", "—"), ("---", "…")],
    "right to left": [
        ("الجسر مغلق", "أغلقت السلطات الجسر فوق القناة لمدة تسعة أسابيع."),
        ("صقيع في البساتين", "فقد المزارعون أزهار الكرز في ليلة واحدة."),
        ("הגשר נסגר", "הגשר מעל התעלה ייסגר לתשעה שבועות."),
    ],
    "mixed scripts": [
        ("Brug 桥 мост", "De brug 关闭了 на девять недель."),
        ("Vorst 霜冻 мороз", "De bloesem 没了 за одну ночь."),
        ("Studio 工作室 студия", "Een zaal 开放了 для школьников."),
    ],
    "without spaces": [
        ("橋が閉鎖", "橋は九週間閉鎖される。"),
        ("霜の被害", "桜の花が一夜で失われた。"),
        ("新スタジオ", "図書館に部屋が開いた。"),
    ],
    "one text for all": [
        ("Brug dicht", EXPIRED),
        ("Vorst in Tiel", EXPIRED),
        ("Studio open", EXPIRED),
    ],
    "one long text for all": [
        ("Brug dicht", UNKNOWN),
        ("Vorst in Tiel", UNKNOWN),
        ("Studio open", UNKNOWN),
    ],
    "marks that turn and hide": [
        ("\u202eegurB\u202c", "\u200bBrug\u200b dicht"),
        ("\u2066Vorst\u2069", "\ufeffVorst\u00ad in Tiel"),
        ("Stu\u0301dio", "Stu\u0301dio o\u0308pen"),
    ],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "archive.db", settle_s=0) as opened:
        yield opened
        assert troubles(opened) == []


def items(said: Sequence[tuple[str | None, str | None]]) -> list[Item]:
    return [{"guid": f"g{n}", "title": title, "text": text} for n, (title, text) in enumerate(said)]


@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE)
def test_nothing_is_joined_on_nothing(
    store: Store, said: Sequence[tuple[str | None, str | None]]
) -> None:
    paper = Paper(store, "krant")
    assert paper.poll(*items(said), now=at(0)).n_new == len(said)
    again = paper.poll(*items(said), now=at(60))
    assert (again.n_new, again.n_joined, again.n_revised) == (0, 0, 0)
    # One at a time, as news comes: no item stands beside another.
    for n, item in enumerate(items(said)):
        other = Paper(store, "bode")
        renamed = {**item, "guid": f"b{n}"}
        other.poll(renamed, now=at(600 + 300 * n))
    # Another paper's telling may be of the same article, and never of two.
    assert count(store, "articles") >= len(said)
    store.settle(now=at(3000))


def test_a_title_of_a_megabyte_is_kept_and_compared_with_another(store: Store) -> None:
    paper = Paper(store, "krant")
    long = "Draaibrug " * 100_000
    first = paper.poll({"guid": "1", "title": long, "text": "Dicht."}, now=at(0))
    second = paper.poll(
        {"guid": "2", "title": long + "open", "text": "Open."},
        {"guid": "1", "title": long, "text": "Dicht."},
        now=at(60),
    )
    assert (first.n_new, second.n_new) == (1, 1)


@pytest.mark.parametrize("text", [EXPIRED, UNKNOWN], ids=["short", "long"])
@pytest.mark.parametrize("title", ["Pagina niet gevonden", "", "Krant"])
def test_one_error_page_for_every_article_joins_none_of_them(
    store: Store, title: str, text: str
) -> None:
    paper = Paper(store, "krant", page="always")
    titles = (
        "Draaibrug negen weken dicht",
        "Nachtvorst in de boomgaard",
        "Studio open",
        "Bakker wint",
    )
    said = [
        {"guid": str(n), "title": titles[n], "text": " ".join(story(words).split()[:12])}
        for n, words in enumerate(STORIES)
    ]
    paper.poll(*said, now=at(0))
    for n in range(len(said)):
        page = ArticlePage(title=title or None, text=text)
        deposit_page(store, f"https://krant.example/artikel/{n}", page, at(1 + n))
    assert count(store, "articles") == len(said)
    assert count(store, "articles WHERE merged_into IS NOT NULL") == 0


def test_a_telling_that_only_an_error_page_speaks_for_joins_nothing(store: Store) -> None:
    """Headlines alone, and for each the same page under the article's own headline, as single-page sites answer."""
    paper = Paper(store, "krant", page="always")
    titles = (
        "Draaibrug negen weken dicht",
        "Nachtvorst in de boomgaard",
        "Studio open voor scholieren",
    )
    paper.poll(*({"guid": str(n), "title": title} for n, title in enumerate(titles)), now=at(0))
    for n, title in enumerate(titles):
        page = ArticlePage(title=title, text=UNKNOWN)
        deposit_page(store, f"https://krant.example/artikel/{n}", page, at(1 + n))
    assert count(store, "articles WHERE merged_into IS NULL") == len(titles)
