import json

from tests.ingest.page.pages import PARAGRAPHS, TEXT, page, read

UPDATES = [
    {
        "headline": "De eerste bakfiets",
        "datePublished": "2026-05-20T08:00:00Z",
        "articleBody": "Wethouder Smit reed als eerste naar de overkant van de vaart.",
    },
    {"articleBody": "Er is taart voor iedereen die op de kade staat te wachten."},
]
LONG = tuple(f"{words} Zo ging dat bij oever {n}." for n in range(5) for words in PARAGRAPHS)


def live(updates: list[dict[str, str]]) -> str:
    article = {"@type": "LiveBlogPosting", "headline": "Brug", "liveBlogUpdate": updates}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def test_updates_that_an_introduction_lacks_are_dated_sections_behind_it() -> None:
    found = read(page(head=live(UPDATES)))
    assert found.text == (
        f"{TEXT}\n2026-05-20 08:00 De eerste bakfiets\n{UPDATES[0]['articleBody']}"
        f"\n{UPDATES[1]['articleBody']}"
    )
    assert found.html is not None
    assert '<time datetime="2026-05-20T08:00:00+00:00">' in found.html


def test_updates_that_the_page_shows_are_not_told_twice() -> None:
    shown = f"<p>{UPDATES[0]['articleBody']}</p><p>{UPDATES[1]['articleBody']}</p>"
    found = read(page(head=live(UPDATES), inside=shown))
    assert found.text == f"{TEXT}\n{UPDATES[0]['articleBody']}\n{UPDATES[1]['articleBody']}"
    assert len(found.updates) == 2


def test_a_full_text_is_left_as_readers_see_it() -> None:
    found = read(page(head=live(UPDATES), paragraphs=LONG))
    assert found.text == "\n".join(LONG)
    assert [u.title for u in found.updates] == ["De eerste bakfiets", None]


def test_updates_are_bounded_and_safe() -> None:
    many = [{"articleBody": f"<b onclick='x()'>{n}</b><i style='x'>!</i>"} for n in range(900)]
    found = read(page(head=live(many), paragraphs=LONG))
    assert len(found.updates) == 500
    assert found.updates[7].html == "<strong>7</strong><em>!</em>"
