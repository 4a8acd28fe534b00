"""Pages written for the tests, each beside what is to be read from it.

Four families: the header line in eleven languages, on pages wholly in that language; its shapes; walls;
what surrounds an article. A page is fetched at FETCHED_AT, a Wednesday afternoon.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.ingest.page.pages import ADDRESS, PARAGRAPHS, TEXT, TITLE, page


@dataclass(frozen=True)
class Written:
    """A page, its address, and the fields of ArticlePage that it gives."""

    name: str
    html: str
    expected: dict[str, Any]
    url: str = ADDRESS
    never: tuple[str, ...] = field(default=())


def at(stated: str) -> datetime:
    return datetime.fromisoformat(stated).astimezone(UTC)


YESTERDAY = at("2026-05-19T18:45:00+02:00")
TODAY = datetime(2026, 5, 20, tzinfo=UTC)

# -- in each language: line, title, text, and what stands around it ---------------------------------

_TONGUES = {
    "nl": (
        "Cultuur • Gisteren, 18:45 • leestijd 4 minuten • 1.045 keer bekeken • bewaren",
        "Orgel van de Dorpskerk speelt weer",
        "Na zeven jaar herstel klonk dinsdag het orgel van de Dorpskerk voor het eerst weer door het hele schip.\n"
        "Organist Femke de Wit koos voor een lied dat haar grootvader er speelde op de dag van de bevrijding.",
        ("Lees ook: Klokkenluiders gezocht", "Schrijf je in voor onze nieuwsbrief", "Reacties (3)"),
    ),
    "en": (
        "Culture · Yesterday, 18:45 · 4 min read · 1,045 views · Share",
        "Village organ plays again",
        "After seven years of repair the organ of the village church filled the whole nave again on Tuesday night.\n"
        "Organist Fern White chose a song that her grandfather had played there on the day the war was over.",
        ("Read more: Bell ringers wanted", "Sign up for our newsletter", "Comments (3)"),
    ),
    "de": (
        "Kultur · Gestern, 18:45 Uhr · Lesezeit: 4 Min. · 1.045 Mal gelesen · merken",
        "Orgel der Dorfkirche spielt wieder",
        "Nach sieben Jahren Arbeit erklang die Orgel der Dorfkirche am Dienstag wieder im ganzen Schiff.\n"
        "Organistin Frieda Weiß wählte ein Lied, das ihr Großvater hier am Tag der Befreiung gespielt hatte.",
        ("Lesen Sie auch: Glöckner gesucht", "Zum Newsletter anmelden", "Kommentare (3)"),
    ),
    "fr": (
        "Culture — Publié hier à 18h45 — Temps de lecture : 4 min — 1 045 vues — partager",
        "L’orgue du village joue de nouveau",
        "Après sept ans de travaux, l’orgue de l’église du village a de nouveau rempli toute la nef mardi soir.\n"
        "L’organiste Flore Leblanc a choisi un air que son grand-père y avait joué le jour de la libération.",
        ("Lire aussi : On cherche des sonneurs", "Inscrivez-vous à notre lettre", "Commentaires (3)"),
    ),
    "es": (
        "Cultura | Ayer, 18:45 | Tiempo de lectura: 4 minutos | 1.045 visitas | guardar",
        "El órgano del pueblo vuelve a sonar",
        "Tras siete años de arreglos, el órgano de la iglesia del pueblo volvió a llenar la nave el martes.\n"
        "La organista Flor Blanco eligió una canción que su abuelo había tocado allí el día de la liberación.",
        ("Lea también: Se buscan campaneros", "Suscríbete a nuestro boletín", "Comentarios (3)"),
    ),
    "it": (
        "Cultura · ieri alle 18:45 · 4 min di lettura · 1.045 letture · condividi",
        "L’organo del paese suona di nuovo",
        "Dopo sette anni di restauri l’organo della chiesa del paese ha riempito di nuovo la navata martedì.\n"
        "L’organista Fiore Bianchi ha scelto un canto che suo nonno vi aveva suonato il giorno della liberazione.",
        ("Leggi anche: Cercansi campanari", "Iscriviti alla newsletter", "Commenti (3)"),
    ),
    "pt": (
        "Cultura · ontem às 18:45 · Tempo de leitura: 4 min · 1.045 acessos · partilhar",
        "O órgão da aldeia volta a tocar",
        "Depois de sete anos de obras, o órgão da igreja da aldeia voltou a encher toda a nave na terça-feira.\n"
        "A organista Flor Branco escolheu um canto que o avô tinha tocado ali no dia da libertação.",
        ("Leia também: Procuram-se sineiros", "Assine a nossa newsletter", "Comentários (3)"),
    ),
    "sv": (
        "Kultur · I går 18:45 · Lästid: 4 min · 1 045 visningar · spara",
        "Byns orgel spelar igen",
        "Efter sju års arbete fyllde orgeln i byns kyrka åter hela skeppet på tisdagskvällen.\n"
        "Organisten Flora Vit valde en sång som hennes morfar hade spelat där den dag då kriget tog slut.",
        ("Läs också: Klockringare sökes", "Prenumerera på vårt nyhetsbrev", "Kommentarer (3)"),
    ),
    "da": (
        "Kultur · I går kl. 18.45 · Læsetid: 4 min. · Vist 1.045 gange · gem",
        "Landsbyens orgel spiller igen",
        "Efter syv års arbejde fyldte orglet i landsbyens kirke igen hele skibet tirsdag aften.\n"
        "Organisten Flora Hvid valgte en sang, som hendes morfar havde spillet der den dag, krigen sluttede.",
        ("Læs også: Klokkere søges", "Tilmeld dig vores nyhedsbrev", "Kommentarer (3)"),
    ),
    "nb": (
        "Kultur · I går 18:45 · Lesetid: 4 min · Vist 1 045 ganger · lagre",
        "Bygdas orgel spiller igjen",
        "Etter sju års arbeid fylte orgelet i bygdas kirke igjen hele skipet tirsdag kveld, til stor glede for alle.\n"
        "Organist Flora Hvit valgte en sang som morfaren hennes hadde spilt der den dagen krigen tok slutt.",
        ("Les også: Klokkere søkes", "Meld deg på nyhetsbrevet", "Kommentarer (3)"),
    ),
    "pl": (
        "Kultura · wczoraj, 18:45 · Czas czytania: 4 min · 1 045 odsłon · zapisz",
        "Organy we wsi znów grają",
        "Po siedmiu latach naprawy organy wiejskiego kościoła we wtorek wieczorem znów wypełniły dźwiękiem całą nawę.\n"
        "Organistka Flora Biała wybrała pieśń, którą jej dziadek grał tam w dniu, w którym skończyła się wojna.",
        ("Czytaj także: Szukamy dzwonników", "Zapisz się na newsletter", "Komentarze (3)"),
    ),
}  # fmt: skip


def _in_tongue(code: str) -> Written:
    line, title, text, (related, newsletter, comments) = _TONGUES[code]
    comment = "<p>Wat mooi / how fine / wie schön, xq quatsch xq.</p>"
    html = page(
        line,
        lang=code,
        title=title,
        paragraphs=tuple(text.split("\n")),
        inside=f'<p><a href="/x">{related}</a></p><p>{newsletter}</p>',
        after=f"<section><h3>{comments}</h3>{comment}</section>",
    )
    section = line.split()[0]
    return Written(
        f"language {code}",
        html,
        {
            "title": title,
            "section": section,
            "published_at": YESTERDAY,
            "reading_minutes": 4,
            "view_count": 1045,
            "text": text,
            "language": code,
            "wall": None,
        },
        never=(related, newsletter, "xq quatsch"),
    )


# -- the shapes of the line -------------------------------------------------------------------------


def _line(name: str, line: str, **expected: object) -> Written:
    return Written(f"line {name}", page(line), {"text": TEXT, "title": TITLE, **expected})


_LINES = (
    _line("with dots", "Sport • Vandaag • leestijd 2 minuten • 334 keer bekeken • bewaren",
          section="Sport", published_at=TODAY, reading_minutes=2, view_count=334),
    _line("with bars", "Sport | Vandaag | leestijd 2 minuten", section="Sport", published_at=TODAY),
    _line("with dashes", "Sport – Vandaag – 2 min. leestijd", section="Sport", reading_minutes=2),
    _line("on lines", "Sport<br>Vandaag<br>leestijd 2 minuten<br>334 keer bekeken", section="Sport",
          published_at=TODAY, reading_minutes=2, view_count=334),
    _line("in elements alone", "<b>Sport</b><time>Vandaag</time><i>334 keer bekeken</i>",
          section="Sport", published_at=TODAY, view_count=334),
    _line("turned round", "334 keer gelezen · leestijd 2 minuten · Vandaag, 09:10 · Sport",
          section="Sport", published_at=at("2026-05-20T09:10+02:00"), view_count=334),
    _line("just now", "Sport • Zojuist • 0 reacties", published_at=at("2026-05-20T16:40+02:00")),
    _line("minutes ago", "Sport • 25 minuten geleden", published_at=at("2026-05-20T16:15+02:00")),
    _line("day before yesterday", "Sport • Eergisteren", published_at=datetime(2026, 5, 18, tzinfo=UTC)),
    _line("great numbers", "Sport • Vandaag • 2,1 mln keer bekeken", view_count=2_100_000),
    _line("thousands in K", "Sport • Vandaag • 10,4K keer bekeken", view_count=10_400),
    _line("a byline", "Sport • Door Aafke Bos en Sil van Dam • Vandaag", authors=("Aafke Bos", "Sil van Dam")),
    _line("a byline and a day after a comma", "Door Aafke Bos, gepubliceerd op 18 mei 2026",
          authors=("Aafke Bos",), published_at=datetime(2026, 5, 18, tzinfo=UTC)),
    _line("buttons alone", "Bewaren • Delen • Reageer • Print", view_count=None, published_at=None),
    _line("a written day", "Sport • maandag 18 mei 2026, 07:30 uur", published_at=at("2026-05-18T07:30+02:00")),
    _line("a negative counter", "Sport • Vandaag • -3 keer bekeken", view_count=None),
)  # fmt: skip

# -- walls ------------------------------------------------------------------------------------------

NOTHING = {
    "title": None,
    "text": None,
    "html": None,
    "description": None,
    "authors": (),
    "tags": (),
}


def _wall(name: str, kind: str, html: str, url: str = ADDRESS) -> Written:
    return Written(f"wall {kind}: {name}", f"<html>{html}</html>", {"wall": kind, **NOTHING}, url)


def _short(words: str, title: str = "Kustkrant") -> str:
    return f"<head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p></body>"


_WALLS = (
    _wall("moment", "challenge", _short("Enable JavaScript and cookies to continue", "Just a moment...")),
    _wall("attention", "challenge", _short("Sorry, you have been blocked", "Attention Required!")),
    _wall("interruption", "challenge", _short("Something made us think", "Pardon Our Interruption")),
    _wall("denied", "challenge", _short("You don't have permission. Reference #18.2d4f", "Access Denied")),
    _wall("script of a guard", "challenge",
          "<body><script src='https://ct.captcha-delivery.com/c.js'></script></body>"),
    _wall("incapsula", "challenge", "<body><iframe src='/_Incapsula_Resource?x=1'></iframe></body>"),
    _wall("gate by path", "consent", _short("Even geduld"), "https://kustkrant.example/privacygate?x=1"),
    _wall("gate by host", "consent", _short("Even geduld"), "https://consent.kustkrant.example/v2?s=1"),
    _wall("nl words", "consent", _short("Om verder te lezen moet je cookies accepteren.")),
    _wall("en words", "consent", _short("We value your privacy. Choose what we may store.")),
    _wall("de words", "consent", _short("Mit Ihrer Zustimmung speichern wir und unsere Helfer Daten.")),
    _wall("fr words", "consent", _short("Avec nos partenaires nous mesurons votre lecture.")),
    _wall("password", "login", "<body><form><input type=password name=p></form><p>Welkom terug</p></body>"),
    _wall("path", "login", _short("Welkom terug"), "https://kustkrant.example/inloggen?naar=/brug"),
    _wall("asked in nl", "script", _short("Schakel JavaScript in om verder te gaan.")),
    _wall("asked in pl", "script", _short("Włącz obsługę JavaScript w przeglądarce.")),
    _wall("empty root", "script", "<body><div id=root></div><script src='/app.js'></script></body>"),
    _wall("nl", "missing", _short("Ga naar de voorpagina.", "Pagina niet gevonden")),
    _wall("es", "missing", _short("Vuelva a la portada.", "Página no encontrada")),
    _wall("sv", "missing", _short("Gå till förstasidan.", "Sidan hittades inte")),
)  # fmt: skip


def _paid(name: str, offer: str, head: str = "") -> Written:
    html = page(head=head, paragraphs=PARAGRAPHS[:1], inside=offer)
    expected = {"wall": "paywall", "title": TITLE, "text": PARAGRAPHS[0]}
    return Written(f"wall paywall: {name}", html, expected, never=("abonn", "subscri"))


_PAYWALLS = (
    _paid("nl", "<p>Dit artikel is alleen voor abonnees.</p>"),
    _paid("nl question", "<div class=paywall><h2>Verder lezen?</h2><p>Neem een abonnement.</p></div>"),
    _paid("en", "<p>Subscribe to continue reading</p>"),
    _paid("flag", "", '<script type="application/ld+json">{"@type":"NewsArticle","headline":"'
          + TITLE + '","isAccessibleForFree":"False"}</script>'),
    _paid("tier", "", '<meta property="article:content_tier" content="locked">'),
)  # fmt: skip

# -- what surrounds an article ----------------------------------------------------------------------


def _beside(name: str, block: str, words: str) -> Written:
    html = page("Vandaag", inside=block)
    return Written(f"furniture {name}", html, {"text": TEXT, "wall": None}, never=(words,))


_FURNITURE = (
    _beside("comments", '<div class="comments"><p>Wat een smalle brug is dat.</p></div>', "smalle brug"),
    _beside("comments under a heading", "<div><h3>Reacties (1)</h3><p>Wat een smalle brug.</p></div>", "smalle brug"),
    _beside("newsletter", '<div class="newsletter-signup"><p>Elke ochtend in je bus.</p></div>', "in je bus"),
    _beside("consent", '<div id="onetrust-consent-sdk"><p>Wij plaatsen cookies.</p></div>', "plaatsen"),
    _beside("menu", "<nav><p>Alle rubrieken van de krant op een rij.</p></nav>", "rubrieken"),
    _beside("related line", '<p>Lees ook: <a href="/x">Zout in de vaart</a></p>', "Zout"),
    _beside("related list", '<ul><li><a href="/x">Het zout in de vaart neemt toe</a></li>'
            '<li><a href="/y">De dijk krijgt een nieuwe kruin</a></li></ul>', "kruin"),
    _beside("rights", "<p>© 2026 Kustkrant. Alle rechten voorbehouden.</p>", "rechten"),
    _beside("advert", "<p>Advertentie</p>", "Advertentie"),
    _beside("sharing", "<p>Deel dit artikel via WhatsApp</p>", "WhatsApp"),
    _beside("channel", "<p>Volg Kustkrant op WhatsApp en mis niets meer.</p>", "WhatsApp"),
    _beside("app", "<p>Download onze gratis app.</p>", "app."),
    _beside("affiliate", "<p>Dit stuk bevat affiliate links, daar verdienen wij aan.</p>", "verdienen"),
    _beside("embed", "<p>Je moet cookies toestaan om deze inhoud te bekijken.</p>", "toestaan"),
    _beside("credit", "<p>Foto: Kees Vonk / Kustkrant</p>", "Vonk / Kustkrant"),
    _beside("form", "<form><p>Stuur je eigen foto van de opening in.</p></form>", "Stuur"),
    _beside("template", "<template><p>Lorem ipsum dolor sit amet.</p></template>", "Lorem"),
    _beside("foot", "<footer><p>De krant is van de lezers aan de kust.</p></footer>", "van de lezers"),
)  # fmt: skip

WRITTEN = (*map(_in_tongue, _TONGUES), *_LINES, *_WALLS, *_PAYWALLS, *_FURNITURE)
