import json
from datetime import datetime

import pytest

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


def test_updates_that_the_page_shows_are_dated_and_not_told_twice() -> None:
    shown = f"<p>{UPDATES[0]['articleBody']}</p><p>{UPDATES[1]['articleBody']}</p>"
    found = read(page(head=live(UPDATES), inside=shown))
    assert found.text == (
        f"{TEXT}\n2026-05-20 08:00 De eerste bakfiets\n{UPDATES[0]['articleBody']}"
        f"\n{UPDATES[1]['articleBody']}"
    )
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


def test_a_time_that_readers_see_over_an_update_is_not_set_again() -> None:
    shown = f"<p>10:00 uur</p><p>{UPDATES[0]['articleBody']}</p>"
    found = read(page(head=live(UPDATES[:1]), inside=shown))
    assert found.text == f"{TEXT}\n10:00 uur\n{UPDATES[0]['articleBody']}"


def test_an_update_keeps_the_offset_it_was_written_with() -> None:
    update = UPDATES[0] | {"datePublished": "2026-05-20T08:00:00+05:30"}
    found = read(page(head=live([update])))
    assert found.text is not None
    assert "2026-05-20 08:00 De eerste bakfiets" in found.text
    assert found.updates[0].at == datetime.fromisoformat("2026-05-20T08:00:00+05:30")


def test_an_update_with_a_date_alone_is_not_given_an_hour() -> None:
    found = read(page(head=live([UPDATES[0] | {"datePublished": "2026-05-20"}])))
    assert found.text is not None
    assert "\n2026-05-20 De eerste bakfiets\n" in found.text


# ---- as the page shows them ----------------------------------------------------------------------

MOMENTS = (
    ("08:40", "De vlag gaat uit", "Op de noordkant hangt de vlag van de buurtvereniging nu boven het water."),
    ("08:20", "Vonk spreekt", "Aannemer Vonk bedankt zijn ploeg, die twee keer opnieuw moest beginnen deze winter."),
    ("08:00", "De eerste bakfiets", "Wethouder Smit reed als eerste naar de overkant van de vaart."),
)  # fmt: skip
TOLD = "\n".join(f"2026-05-20 {clock} {title}\n{text}" for clock, title, text in MOMENTS)


def clock(hours: str) -> str:
    return f'<time datetime="2026-05-20T{hours}:00+02:00">{hours}</time>'


def blocks(tag: str, names: str = "", *, heading: str = "<h3>{}</h3>") -> str:
    return "".join(
        f"<{tag} {names}>{clock(hours)}{heading.format(title) if heading else ''}<p>{text}</p></{tag}>"
        for hours, title, text in MOMENTS
    )


SHAPES = {
    "articles": blocks("article"),
    "sections": f"<div class=stroom>{blocks('section')}</div>",
    "list items": f"<ol>{blocks('li')}</ol>",
    "items of words alone": "<ol>" + blocks("li").replace("<p>", "").replace("</p>", "") + "</ol>",
    "named blocks": f'<div class="liveblog-posts">{blocks("div", heading="")}</div>',
    "microdata": blocks("div", 'itemprop="liveBlogUpdate" itemscope', heading="<h4 itemprop=headline>{}</h4>"),
    "headings that link to their own place": blocks("article", heading='<h3><a href="#m1">{}</a></h3>'),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_blocks_under_their_own_clocks_are_dated_sections(shape: str) -> None:
    found = read(page(inside=SHAPES[shape]))
    assert [(u.at, u.text) for u in found.updates] == [
        (datetime.fromisoformat(f"2026-05-20T{hours}+02:00"), text) for hours, _, text in MOMENTS
    ]
    assert found.text is not None
    told = [words for words in found.text.split("\n") if words in TOLD.split("\n")]
    with_titles = "named" not in shape
    assert [u.title for u in found.updates] == [m[1] if with_titles else None for m in MOMENTS]
    if with_titles:
        assert told == TOLD.split("\n")
    assert found.text.startswith(TEXT)
    assert found.html is not None
    assert found.html.count("<time datetime=") == 3


REMARKS = (
    ("08:40", "Otter", "Eindelijk eens goed nieuws voor wie elke dag over die smalle dijk moet naar zijn werk."),
    ("08:20", "Bever", "Ik vraag me toch echt af wie het onderhoud van dat ding gaat betalen, wij zeker weer."),
    ("08:00", "Reiger", "Vanmorgen gezien dat het hek er nog stond, dus geopend is hij nog lang niet helemaal."),
)  # fmt: skip


def remarks(tag: str, heading: str) -> str:
    return "".join(
        f"<{tag}>{heading.format(name)}{clock(hours)}<p>{text}</p></{tag}>"
        for hours, name, text in REMARKS
    )


TEASERS = "".join(
    f'<article>{clock(hours)}<h3><a href="/regio/{n}">{title}</a></h3><p>{text}</p></article>'
    for n, (hours, title, text) in enumerate(MOMENTS)
)
OTHERS = {
    "comments without a name for them": f"<div class=x>{remarks('div', '<b>{}</b>')}</div>",
    "comments under a heading": f"<div><h2>Reacties (3)</h2><ul>{remarks('li', '<h4>{}</h4>')}</ul></div>",
    "comments in a named block": f'<div id="talkback">{remarks("article", "<h4>{}</h4>")}</div>',
    "teasers": f"<div class=meer>{TEASERS}</div>",
    "teasers beside": f"<aside>{blocks('article')}</aside>",
    "named for what is related": f'<div class="related-stories">{blocks("article")}</div>',
    "a day each, no clock": blocks("article").replace("T08:", "").replace(":00+02:00", ""),
    "months apart": blocks("article").replace("2026-05-20T08:40", "2026-02-01T08:40"),
    "two of them": "".join(blocks("article").partition("</article>")[2:]),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS, ids=str)
@pytest.mark.parametrize("where", ["inside", "after"])
def test_comments_and_lists_of_other_articles_are_no_updates(what: str, where: str) -> None:
    found = read(page(paragraphs=LONG, **{where: OTHERS[what]}))
    assert found.updates == ()


def test_comments_on_a_live_blog_are_none_of_its_updates() -> None:
    comments = f"<section><h2>Reacties (3)</h2>{remarks('article', '<h4>{}</h4>')}</section>"
    found = read(page(inside=SHAPES["articles"], after=comments))
    assert [u.title for u in found.updates] == [title for _, title, _ in MOMENTS]
    assert "Bever" not in str(found.text)


def test_many_updates_are_read_in_time_and_bounded() -> None:
    many = "".join(
        f"<article>{clock(f'{n // 60 % 24:02}:{n % 60:02}')}<h3>Kop {n}</h3><p>{PARAGRAPHS[n % 3]}</p>"
        f"<p>Dat was nummer {n}.</p></article>"
        for n in range(900)
    )
    assert len(read(page(inside=many)).updates) == 500
