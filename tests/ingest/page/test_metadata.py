import json
from datetime import UTC, datetime

import pytest

from archive.model.site import SiteRules
from archive.model.stated import Precision
from tests.ingest.page.pages import ADDRESS, TITLE, page, read


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def linked(**fields: object) -> str:
    article = {"@type": "NewsArticle", "headline": TITLE} | fields
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


# -- titles


def test_the_headline_of_linked_data_comes_before_the_page_s() -> None:
    found = read(page(head=linked(headline="Brug open na elf maanden")))
    assert (found.title, found.provenance["title"]) == ("Brug open na elf maanden", "json-ld")


def test_a_headline_that_was_cut_short_gives_way_to_the_whole_one() -> None:
    whole = "Nieuwe brug over de vaart geopend na elf maanden werk aan beide oevers"
    found = read(page(title=whole, head=linked(headline=whole[:50])))
    assert found.title == whole
    assert read(page(title=whole, head=linked(headline=whole[:30] + "..."))).title == whole


def test_what_most_agree_on_is_the_title() -> None:
    html = page(head=meta("og:title", TITLE)).replace("<article>", "<h1>Menu</h1><article>")
    assert read(html).title == TITLE


@pytest.mark.parametrize("suffix", [" | Kustkrant", " - Kustkrant", " – kustkrant.example"])
def test_the_site_s_name_is_no_part_of_a_title(suffix: str) -> None:
    head = linked(headline=TITLE + suffix, publisher={"@type": "Organization", "name": "Kustkrant"})
    assert read(page(head=head)).title == TITLE


def test_all_stated_titles_stay_claims() -> None:
    found = read(page(head=meta("og:title", "Brug open") + linked(headline="De brug is er")))
    values = {(c.source, c.value) for c in found.claims if c.field == "title"}
    assert {("json-ld", "De brug is er"), ("opengraph", "Brug open"), ("visible", TITLE)} <= values


# -- people


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Aafke Bos"}, ("Aafke Bos",)),
        ([{"name": "Aafke Bos"}, {"name": "Sil van Dam"}], ("Aafke Bos", "Sil van Dam")),
        ("Door: Aafke Bos en Sil van Dam", ("Aafke Bos", "Sil van Dam")),
        ("Aafke Bos, verslaggever", ("Aafke Bos",)),
        ("José Ortega y Gasset", ("José Ortega y Gasset",)),
        ("Di Maria", ("Di Maria",)),
        (
            [{"@type": "Organization", "name": "Kustkrant"}, {"name": "Sil van Dam"}],
            ("Sil van Dam",),
        ),
        ({"@type": "Organization", "name": "ANP"}, ("ANP",)),
        (
            [{"@type": "Organization", "name": "ANP"}, {"name": "Sil van Dam"}],
            ("ANP", "Sil van Dam"),
        ),
        ({"@type": "Organization", "name": "Kustkrant"}, ("Kustkrant",)),
        ("(Foto: Kees Vonk)", ()),
        ("redactie", ()),
        ("bos@kustkrant.example", ()),
        ("https://kustkrant.example/aafke", ()),
        ("aafke-bos", ()),
    ],
)
def test_authors_of_linked_data_are_names_of_people(author: object, names: tuple[str, ...]) -> None:
    assert read(page(head=linked(author=author))).authors == names


def test_authors_fall_through_the_ladder() -> None:
    head = meta("article:author", "https://facebook.example/bos") + meta("author", "Kees Vonk")
    assert read(page(head=head)).authors == ("Kees Vonk",)
    html = page(inside='<p><a rel="author" href="/aafke">Aafke Bos</a> schreef dit stuk.</p>')
    assert read(html).authors == ("Aafke Bos",)


# -- dates


def test_a_stated_instant_comes_before_a_relative_day() -> None:
    found = read(page("Vandaag", head=meta("article:published_time", "2026-05-19T23:30:00+02:00")))
    assert found.published_at == datetime(2026, 5, 19, 21, 30, tzinfo=UTC)
    sources = [c.source for c in found.claims if c.field == "published_at"]
    assert sources == ["opengraph", "visible"]


def test_a_day_takes_its_time_from_a_later_claim_of_that_day() -> None:
    head = linked(datePublished="2026-05-18") + meta(
        "article:published_time", "2026-05-18T07:30:00Z"
    )
    found = read(page(head=head))
    assert found.published_at == datetime(2026, 5, 18, 7, 30, tzinfo=UTC)
    assert found.published_precision is Precision.MINUTE
    assert found.provenance["published_at"] == "opengraph"


def test_a_day_alone_is_a_day() -> None:
    found = read(page(head=linked(datePublished="2026-05-18")))
    assert found.published_at == datetime(2026, 5, 18, tzinfo=UTC)
    assert found.published_precision is Precision.DAY


@pytest.mark.parametrize(
    "stated", ["0000-00-00", "9999-12-31T00:00:00Z", "1970-01-01", "2026-06-20", "??"]
)
def test_a_date_that_cannot_be_is_a_claim_and_no_date(stated: str) -> None:
    found = read(page(head=linked(datePublished=stated)))
    assert found.published_at is None


def test_a_modification_before_the_publication_is_none() -> None:
    head = linked(datePublished="2026-05-18T08:00:00Z", dateModified="2026-05-17T08:00:00Z")
    assert read(page(head=head)).modified_at is None


def test_a_time_without_a_zone_is_in_the_zone_of_another_instant_of_the_page() -> None:
    head = linked(datePublished="2026-05-18T08:00:00", dateModified="2026-05-18T09:00:00-05:00")
    assert read(page(head=head)).published_at == datetime(2026, 5, 18, 13, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_else_in_the_site_s_or_the_reader_s() -> None:
    html = page(head=linked(datePublished="2026-05-18T08:00:00"))
    assert read(html).published_at == datetime(2026, 5, 18, 6, 0, tzinfo=UTC)
    tokyo = read(html, ADDRESS, SiteRules(timezone="Asia/Tokyo"))
    assert tokyo.published_at == datetime(2026, 5, 17, 23, 0, tzinfo=UTC)
    unknown = read(html, ADDRESS, SiteRules(timezone="Mars/Base"))
    assert unknown.published_at == datetime(2026, 5, 18, 6, 0, tzinfo=UTC)


def test_the_address_dates_an_article_before_a_day_without_its_year() -> None:
    found = read(page("18 mei"), "https://kustkrant.example/2014/05/18/brug/")
    assert found.published_at == datetime(2014, 5, 18, tzinfo=UTC)


def test_a_date_in_the_running_page_is_found_where_none_is_stated() -> None:
    html = page(after='<p class="date">Gepubliceerd op 12-05-2026</p>')
    found = read(html)
    assert found.published_at == datetime(2026, 5, 12, tzinfo=UTC)
    assert found.provenance["published_at"] == "inferred"


# -- the rest


def test_section_and_tags_fall_through_their_ladders() -> None:
    head = (
        meta("article:section", "Nieuws/Verkeer")
        + meta("article:tag", "brug")
        + meta("article:tag", "vaart")
    )
    found = read(page(head=head))
    assert (found.section, found.tags) == ("Verkeer", ("brug", "vaart"))
    found = read(page(head=linked(articleSection="Regio", keywords="brug, vaart, brug")))
    assert (found.section, found.tags) == ("Regio", ("brug", "vaart"))
    found = read(page(inside='<p><a rel="category tag" href="/v">Verkeer</a></p>'))
    assert found.section == "Verkeer"
    topics = (
        '<div class="topics">Meer over: <a href="/t/1">Bruggen</a> <a href="/t/2">Vaart</a></div>'
    )
    assert read(page(after=topics)).tags == ("Bruggen", "Vaart")


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("/brug?utm_source=x", "https://kustkrant.example/brug?utm_source=x"),
        ("https://zusterkrant.example/brug", "https://zusterkrant.example/brug"),
        ("https://kustkrant.example/", ADDRESS),
        ("javascript:void(0)", ADDRESS),
        ("http://[", ADDRESS),
    ],
)
def test_a_canonical_address_is_kept_as_stated_unless_it_is_the_home_page(
    stated: str, kept: str
) -> None:
    assert read(page(head=f'<link rel="canonical" href="{stated}">')).canonical_url == kept


def test_a_logo_is_no_image() -> None:
    head = linked(image="/static/logo.png") + meta("og:image", "https://beeld.example/brug.jpg")
    assert read(page(head=head)).image_url == "https://beeld.example/brug.jpg"


def test_languages_are_tags_and_corrected_by_the_words_where_a_theme_speaks() -> None:
    assert read(page("Vandaag", lang="nl_nl")).language == "nl-NL"
    found = read(page("Vandaag", lang="en-US"))
    assert (found.language, found.provenance["language"]) == ("nl", "inferred")
    assert read(page("Vandaag", lang="")).language == "nl"


def test_directives_to_robots_are_kept() -> None:
    head = (
        '<meta name="robots" content="NoArchive, max-image-preview:large">'
        '<meta name="googlebot" content="nosnippet">'
    )
    assert read(page(head=head)).robots == ("noarchive", "max-image-preview:large", "nosnippet")


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("/binnenland/2026/brug-over-de-vaart/2", True),
        ("/binnenland/2026/brug-over-de-vaart?page=2", True),
        ("/binnenland/2026/zeehond-in-de-gracht", False),
        ("https://elders.example/binnenland/2026/brug-over-de-vaart/2", False),
    ],
)
def test_a_next_page_continues_this_address(stated: str, kept: bool) -> None:
    found = read(page(head=f'<link rel="next" href="{stated}">'))
    assert found.next_page_url == (f"https://kustkrant.example{stated}" if kept else None)


def test_sound_and_video_files_are_enclosures() -> None:
    audio = {"@type": "AudioObject", "contentUrl": "/brug.mp3", "encodingFormat": "audio/mpeg"}
    found = read(page(head=linked(audio=audio), inside='<video src="/brug.mp4"></video>'))
    assert [(e.url, e.type) for e in found.enclosures] == [
        ("https://kustkrant.example/brug.mp3", "audio/mpeg"),
        ("https://kustkrant.example/brug.mp4", None),
    ]


def test_a_live_blog_gives_its_updates() -> None:
    update = {
        "headline": "De brug is open",
        "datePublished": "2026-05-20T08:00:00Z",
        "articleBody": "Hoera.\nTaart.",
    }
    head = linked(**{"@type": "LiveBlogPosting", "liveBlogUpdate": [update]})
    (found,) = read(page(head=head)).updates
    assert (found.at, found.title) == (datetime(2026, 5, 20, 8, tzinfo=UTC), "De brug is open")
    assert found.text == "Hoera.\nTaart."


def test_site_rules_come_first_and_say_so() -> None:
    time = '<time id="d" datetime="2026-05-01T10:00:00Z">ooit</time>'
    after = f'<b id="t">Brug!</b><b id="s">Water</b><b id="a">Aafke Bos</b>{time}'
    html = page("Vandaag", head=linked(author="Kees Vonk"), after=after)
    rules = SiteRules(title="#t", section="#s", authors="#a", published="#d", language="fy")
    found = read(html, ADDRESS, rules)
    assert (found.title, found.section, found.authors, found.language) == (
        "Brug!",
        "Water",
        ("Aafke Bos",),
        "fy",
    )
    assert found.published_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    for name in ("title", "section", "authors", "published_at", "language"):
        assert found.provenance[name] == "rule"
