import pytest
from lxml.html import fragment_fromstring

from archive.model.site import SiteRules
from ingest.page.text import apply_line_rules
from tests.ingest.page.pages import ADDRESS, PARAGRAPHS, TEXT, TITLE, page, read

LONG = tuple(
    f"{words} Dat is alinea {n} van een lang verhaal." for n in range(9) for words in PARAGRAPHS
)


@pytest.mark.parametrize(
    "line",
    [
        "<a href='/x'>Lees ook: Waarom het water steeds zouter wordt</a>",
        "<b>Read also:</b> <a href='/x'>Why the water grows saltier</a>",
        "Lees meer: zout water in de polder",
        "© 2026 Kustkrant, alle rechten voorbehouden",
        "Advertentie",
        "Schrijf je in voor onze nieuwsbrief en ontvang het nieuws van de kust.",
        "Deel dit artikel via Facebook",
        "Leestijd: 3 minuten",
        "* * *",
        "<a href='/y'>Zeehond zwemt drie dagen door de gracht</a>",
    ],
)
def test_lines_about_the_site_are_no_text(line: str) -> None:
    html = page("Vandaag", paragraphs=(*PARAGRAPHS[:2], line, PARAGRAPHS[2]))
    assert read(html).text == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "Meer over het bestuur van de polder weten ze in Den Haag zelf ook niet.",
        "More people register to vote than ever before, and many sign up for the first time.",
        "De wethouder schreef in een nieuwsbrief dat de brug er in mei zou liggen.",
        "Related work by Vonk was shown in the harbour museum last spring.",
        "Volgens de omroep is het filmpje van de opening duizenden keren gedeeld.",
        "De app die de brug bedient moet JavaScript inschakelen, zei de maker ervan.",
        "<a href='/kaart'>De kaart van de omleiding</a> hangt in het gemeentehuis.",
        "https://kustkrant.example/de-hele-kaart-van-de-omleiding.pdf",
        "Nee.",
    ],
)
def test_news_that_resembles_them_is_kept(line: str) -> None:
    html = page("Vandaag", paragraphs=(*PARAGRAPHS, line, "Zo eindigde de dag aan de vaart."))
    text = read(html).text
    assert text is not None
    assert line.rsplit("</a>", 1)[-1].strip() in text


def test_a_list_of_links_is_kept_where_it_is_the_article() -> None:
    links = tuple(f"<a href='/deal/{n}'>{words}</a>" for n, words in enumerate(LONG[:12]))
    text = read(page("Vandaag", paragraphs=links)).text
    assert text is not None
    assert len(text.split("\n")) == 12


@pytest.mark.parametrize(
    "block",
    [
        '<section class="comments"><p>Wat een onzin, die brug is veel te smal voor mijn kar.</p></section>',
        '<div id="disqus_thread"><p>Eindelijk een brug, daar wachten we al zo lang op hier.</p></div>',
        '<div class="wrap"><h3>Reacties (3)</h3><p>Wat een onzin, die brug is veel te smal.</p></div>',
        '<div class="newsletter-box"><p>Elke ochtend het nieuws van de kust in je bus.</p></div>',
        '<div class="advertentie"><p>Deze week dertig procent korting op keukens van eigen hout.</p></div>',
        '<ins class="adsbygoogle"><p>Vergelijk leningen en hypotheken in twee minuten, zonder kosten.</p></ins>',
        '<div id="ad-slot"><p>De fiets van het jaar staat nu bij ons in de winkel, met helm.</p></div>',
        '<div class="cookie-banner"><p>Wij gebruiken cookies om de krant beter te maken.</p></div>',
        "<form><p>Laat hier je naam en adres achter voor de krant van morgen.</p></form>",
        "<script>document.write('<p>Lorem ipsum dolor sit amet consectetur</p>')</script>",
    ],
)
def test_blocks_of_others_are_no_text(block: str) -> None:
    assert read(page("Vandaag", inside=block)).text == TEXT
    assert read(page("Vandaag", after=block)).text == TEXT


def test_an_article_inside_a_block_with_such_a_name_is_kept() -> None:
    html = page("Vandaag").replace("<article>", '<article class="has-newsletter comments">')
    assert read(html).text == TEXT
    paid = tuple(f'<span class="paywall">{p}</span>' for p in PARAGRAPHS)
    assert read(page("Vandaag", paragraphs=paid)).text == TEXT


def test_an_article_that_stands_in_noscript_alone_is_read() -> None:
    text = "".join(f"<p>{p}</p>" for p in LONG)
    html = f"<html><body><h1>Brug</h1><div id='app'></div><noscript>{text}</noscript></body></html>"
    assert read(html).text == "\n".join(LONG)


def test_a_text_that_came_out_short_is_completed_from_linked_data() -> None:
    body = " \\n".join(LONG)
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Brug",'
        f'"articleBody":"{body}"}}</script>'
    )
    assert read(page("Vandaag", head=head, paragraphs=LONG[:6])).text == "\n".join(LONG)


def test_linked_data_about_something_else_does_not_replace_the_text() -> None:
    body = "Een heel ander verhaal over vis. " * 60
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Brug",'
        f'"articleBody":"{body}"}}</script>'
    )
    assert read(page("Vandaag", head=head)).text == TEXT


def test_pictures_keep_their_place_and_their_caption() -> None:
    figure = (
        '<figure><picture><source srcset="/brug-400.jpg 400w, /brug-1600.jpg 1600w">'
        '<img src="data:image/gif;base64,AAAA" alt="De brug"></picture>'
        "<figcaption>De brug bij avond. Foto: Kees Vonk</figcaption></figure>"
    )
    html = page("Vandaag").replace(f"<p>{PARAGRAPHS[1]}", f"{figure}<p>{PARAGRAPHS[1]}")
    found = read(html)
    assert found.html is not None
    assert found.text == TEXT
    before, _, after = found.html.partition("<figure>")
    assert PARAGRAPHS[0] in before
    assert PARAGRAPHS[1] in after
    assert 'src="https://kustkrant.example/brug-1600.jpg"' in after
    assert "<figcaption>De brug bij avond. Foto: Kees Vonk</figcaption>" in after


def test_icons_trackers_and_unknown_frames_are_no_pictures() -> None:
    small = (
        '<img src="/icoon.png" width="16" height="16"><img src="https://pixel.wp.com/g.gif">'
        '<iframe src="https://ads.example/frame"></iframe>'
    )
    found = read(page("Vandaag", inside=f"<p>Tot zover de brug.{small}</p>"))
    assert found.html is not None
    assert "<img" not in found.html
    assert "ads.example" not in found.html


def test_a_player_becomes_a_link() -> None:
    player = '<iframe src="https://www.youtube.com/embed/brug" title="De opening"></iframe>'
    found = read(page("Vandaag", inside=f"<p>Kijk zelf.</p>{player}<p>Tot zover de brug.</p>"))
    assert found.html is not None
    assert '<a href="https://www.youtube.com/embed/brug">De opening</a>' in found.html
    assert found.text == TEXT + "\nKijk zelf.\nTot zover de brug."


def test_words_in_the_signs_that_hold_places_are_words() -> None:
    signs = "Op de steen staat 𓀀 𓁐, zegt de gids."
    found = read(page("Vandaag", inside=f'<p>{signs}</p><img src="/steen.jpg">'))
    assert found.text == f"{TEXT}\n{signs}"


def test_a_site_may_name_its_text_and_what_to_remove() -> None:
    html = page(
        "Vandaag", after='<div id="echt"><p>Dit is de hele tekst.</p><p class="x">Weg.</p></div>'
    )
    assert (
        read(html, ADDRESS, SiteRules(text="#echt", remove=(".x",))).text == "Dit is de hele tekst."
    )


def test_a_selector_that_cannot_be_read_matches_nothing() -> None:
    rules = SiteRules(text="p:[[", remove=("::", "???"), section=">>", header_line="[")
    assert read(page("Vandaag"), ADDRESS, rules).text == TEXT


def test_an_article_that_is_set_in_a_footer_or_a_menu_is_read() -> None:
    for tag in ("footer", "nav"):
        html = page("Vandaag").replace("<article>", f"<{tag}>").replace("</article>", f"</{tag}>")
        assert PARAGRAPHS[1] in (read(html).text or "")


@pytest.mark.parametrize(
    ("sites", "is_kept"), [(("elders", "ginds"), True), (("kustkrant",), False)]
)
def test_a_list_of_links_is_kept_where_it_leads_to_other_sites(
    sites: tuple[str, ...], is_kept: bool
) -> None:
    links = "".join(
        f'<li><a href="https://{site}.example/{n}">Het onderzoek naar de oever, deel {n}</a></li>'
        for n, site in enumerate((*sites, sites[0]))
    )
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    body = fragment_fromstring(f"{text}<ul>{links}</ul>", create_parent="div")
    apply_line_rules(body, [TITLE], "kustkrant.example")
    assert (body.find("ul") is not None) is is_kept


def test_a_heading_that_repeats_the_title_behind_a_kicker_is_no_text() -> None:
    html = page("Vandaag", paragraphs=(f"</p><h2>Verkeer: {TITLE}</h2><p>", *PARAGRAPHS))
    assert read(html).text == TEXT
