import pytest

from tests.ingest.page.pages import TITLE, page, read


def blog(h1: str, h2: str, title: str) -> str:
    html = page(title=h1, inside="")
    return html.replace(f"<title>{h1} | Kustkrant", f"<title>{title}").replace(
        '<p class="info">', f'<h2>{h2}</h2><p class="info">'
    )


def test_a_blog_s_own_name_in_the_h1_gives_way_to_the_post_s_in_an_h2() -> None:
    html = blog("Vier jaar later", "Waarom de brug zo lang dicht bleef", "{} « Vier jaar later")
    html = html.replace("{}", "Waarom de brug zo lang dicht bleef")
    assert read(html).title == "Waarom de brug zo lang dicht bleef"


def test_a_menu_s_heading_is_no_headline() -> None:
    html = page().replace("<main>", "<nav><h1>Berichtnavigatie</h1></nav><main>")
    html = html.replace(f"<title>{TITLE} | Kustkrant</title>", "")
    assert read(html).title == TITLE


def test_a_part_that_looks_like_a_site_s_name_stays_where_the_headline_has_it() -> None:
    title = "De brug bij avond – deel drie"
    assert read(page(title=title)).title == title


@pytest.mark.parametrize("tail", [" : 06.11.2025, 11.41 Uhr", " | 06-11-2025"])
def test_a_date_at_the_end_is_no_part_of_a_title(tail: str) -> None:
    head = f'<meta property="og:title" content="{TITLE}{tail}">'
    html = page(head=head).replace(f"<h1>{TITLE}</h1>", "")
    assert read(html).title == TITLE


def test_a_headline_may_end_in_three_dots() -> None:
    assert read(page(title="Alles heeft zijn tijd…")).title == "Alles heeft zijn tijd…"
