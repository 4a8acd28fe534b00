import pytest

from archive.model.stated import WallKind
from tests.ingest.page.pages import PARAGRAPHS, page, read


def kind_of(html: str, url: str = "https://kustkrant.example/binnenland/brug") -> WallKind | None:
    wall = read(html, url).wall
    return wall.kind if wall else None


@pytest.mark.parametrize(
    "url",
    [
        "https://myprivacy.dpgmedia.nl/consent?siteKey=a&callbackUrl=https%3A%2F%2Fx.example",
        "https://consent.example.com/v2/collectConsent?sessionId=1",
        "https://guce.example.com/copyConsent?x=1",
        "https://kustkrant.example/privacy-gate?authId=1",
        "https://kustkrant.example/cookiewall/?redirect=%2Fbrug",
    ],
)
def test_an_address_of_consent_is_a_wall_whatever_it_holds(url: str) -> None:
    assert kind_of(page("Vandaag"), url) is WallKind.CONSENT


@pytest.mark.parametrize(
    "words",
    [
        "We and our 755 partners value your privacy. Accept all cookies to go on.",
        "Zustimmung: Weiterlesen mit Werbung und Cookies oder im Abo",
        "Avec nos partenaires, nous utilisons des cookies pour mesurer votre audience.",
        "Om verder te gaan moet je de cookies accepteren van Kustkrant.",
    ],
)
def test_a_short_page_that_asks_for_consent_is_a_wall(words: str) -> None:
    assert kind_of(f"<html><body><h1>Welkom</h1><p>{words}</p></body></html>") is WallKind.CONSENT


@pytest.mark.parametrize(
    "mark",
    [
        '<div id="sp_message_container_1"></div>',
        '<div id="didomi-host"></div>',
        "pg-host-shadow-root",
    ],
)
def test_marks_of_consent_tools_prove_nothing(mark: str) -> None:
    assert kind_of(page("Vandaag", before=mark)) is None


@pytest.mark.parametrize(
    "html",
    [
        "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
        "<title>Pardon Our Interruption</title><p>As you were browsing something made us think</p>",
        "<title>Access Denied</title><h1>Access Denied</h1><p>Reference #18.2d4f</p>",
        "<title>kustkrant.example</title><script src='https://ct.captcha-delivery.com/c.js'></script>",
        "<title>x</title><p>Making sure you're not a bot!</p>",
    ],
)
def test_a_challenge_is_told_by_its_title_or_its_scripts(html: str) -> None:
    assert kind_of(f"<html><head>{html}</html>") is WallKind.CHALLENGE


@pytest.mark.parametrize(
    "words",
    [
        "You need to enable JavaScript to run this app.",
        "Bitte aktivieren Sie JavaScript in Ihrem Browser.",
        "Veuillez activer JavaScript.",
        "Schakel JavaScript in om verder te gaan.",
        "Habilite JavaScript para continuar.",
        "Włącz obsługę JavaScript.",
    ],
)
def test_a_page_that_asks_for_script_is_a_wall(words: str) -> None:
    assert kind_of(f"<html><body><noscript>{words}</noscript></body></html>") is WallKind.SCRIPT


@pytest.mark.parametrize(
    "title",
    ["Page not found", "404", "Pagina niet gevonden", "Seite nicht gefunden", "Page introuvable"],
)
def test_a_page_that_is_not_there_is_missing(title: str) -> None:
    assert kind_of(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    ) is (WallKind.MISSING)


def test_a_login_box_beside_an_article_is_no_wall() -> None:
    box = '<form action="/login"><input type="password" name="p"><button>Inloggen</button></form>'
    assert kind_of(page("Vandaag", before=box)) is None


def test_the_flag_alone_makes_no_paywall_of_a_whole_article() -> None:
    flag = '{"@type":"NewsArticle","headline":"Nieuwe brug","isAccessibleForFree":false}'
    head = f'<script type="application/ld+json">{flag}</script>'
    assert kind_of(page(head=head, paragraphs=PARAGRAPHS * 4)) is None
    assert kind_of(page(head=head, paragraphs=PARAGRAPHS[:1])) is WallKind.PAYWALL


@pytest.mark.parametrize(
    "offer",
    [
        "Dit artikel is alleen voor abonnees.",
        "Subscribe to continue reading",
        "Jetzt weiterlesen mit Bote plus",
        "Cet article est réservé aux abonnés",
        "Contenido exclusivo para suscriptores",
        "Sei già abbonato? Accedi",
    ],
)
def test_an_offer_after_a_teaser_is_a_paywall_and_no_text(offer: str) -> None:
    found = read(page("Vandaag", paragraphs=PARAGRAPHS[:1], inside=f"<p>{offer}</p>"))
    assert found.wall is not None
    assert found.wall.kind is WallKind.PAYWALL
    assert found.text == PARAGRAPHS[0]


def test_news_about_subscribers_is_news() -> None:
    news = "De voordelen gelden alleen voor abonnees van de bibliotheek, en dat zijn er in deze stad meer dan ooit."
    found = read(page("Vandaag", paragraphs=(*PARAGRAPHS, news)))
    assert found.wall is None
    assert found.text is not None
    assert found.text.endswith(news)


# ---- a list of articles in place of one ----------------------------------------------------------


def teasers(n: int, *, to: str = "/regio/{}", tag: str = "article") -> str:
    return "".join(
        f"<{tag}><header><h2><a href='{to.format(row)}'>Bericht {row} over de brug en de vaart</a></h2></header>"
        f"<p>Op kade {row} van de haven lag deze week een schip dat niemand kende en dat ook niemand miste.</p></{tag}>"
        for row in range(n)
    )


SITE = '<meta property="og:type" content="website">'
LISTS = {
    "og:type": f"<html lang=nl><head><title>Regio | Krant</title>{SITE}</head><body><h1>Regio</h1>{teasers(8)}",
    "a body's class": f'<html lang=nl><body class="archive category"><h1>Regio</h1>{teasers(8, tag="div")}',
    "linked data": '<html lang=nl><head><script type="application/ld+json">{"@type":"CollectionPage"}</script></head>'
    f"<body><h1>Regio</h1><ul>{teasers(8, tag='li')}</ul>",
}  # fmt: skip


@pytest.mark.parametrize("what", LISTS)
def test_a_list_of_articles_in_place_of_one_is_missing(what: str) -> None:
    address = "https://kustkrant.example/regio/nieuwe-brug-over-de-vaart-geopend"
    found = read(f"{LISTS[what]}</body></html>", address)
    assert found.wall is not None
    assert (found.wall.kind, found.wall.marker) == (WallKind.MISSING, "a list of 8 articles")
    assert (found.title, found.text) == (None, None)


def test_a_list_at_the_address_of_a_list_is_what_was_asked_for() -> None:
    found = read(f"{LISTS['og:type']}</body></html>", "https://kustkrant.example/regio")
    assert found.wall is None
    assert [claim.stated for claim in found.claims if claim.field == "list"] == [
        "a list of 8 articles"
    ]


NO_LISTS = {
    "an article with a list under it": page(head=SITE, after=teasers(8)),
    "a page that does not call itself one": f"<html lang=nl><body><h1>Acht bruggen</h1>{teasers(8)}",
    "linked data of an article": page(
        head=SITE + '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Acht"}</script>',
        paragraphs=(),
        inside=teasers(8),
    ),
    "its own parts": page(head=SITE, paragraphs=(), inside=teasers(8, to="#deel-{}")),
    "four headlines": page(head=SITE, paragraphs=(), inside=teasers(4)),
    "other sites": page(head=SITE, paragraphs=(), inside=teasers(8, to="https://x.example/{}")),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_LISTS)
def test_an_article_that_lists_others_is_one(what: str) -> None:
    found = read(NO_LISTS[what])
    assert found.wall is None
    assert [claim for claim in found.claims if claim.field == "list"] == []
