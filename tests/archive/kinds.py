"""An archive with an article of every kind that readers meet, made the real way; for `show` and for the pages.

    with kinds_archive(tmp_path) as kinds:
        kinds.ids["live"]

Ids are the same in every run: the archive's own id is fixed. What the papers say is written here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from archive.model.outcome import PageFailed, Reason
from archive.model.stated import (
    ArticlePage,
    Claim,
    Counter,
    CounterKind,
    Enclosure,
    Precision,
    Update,
    Wall,
    WallKind,
)
from archive.store import Store
from archive.store.instants import to_us
from archive.store.schema import articles, meta, observations, sightings, variants
from tests.archive.store.depositing import Paper, at, deposit_page, fail_page, open_store

FIRST = (
    "De gemeente begint maandag met het herstel van de kade langs de Vliet, die in de natte winter over een"
    " lengte van zestig meter is verzakt. Bewoners van de woonboten moeten zes weken weg."
)
SECOND = (
    "Wethouder Aafke Terpstra zegt dat de kosten, 1,4 miljoen euro, uit de reserve voor groot onderhoud komen."
    " Schippers houden een doorgang van vijf meter, met een verkeerslicht aan beide kanten."
)
THIRD = (
    "Volgens de aannemer ligt er onder het water nog een muur uit 1880, waarvan niemand tekeningen heeft."
    " Duikers brengen die deze week in kaart. Blijkt de muur gezond, dan scheelt dat een maand."
)
DIVERS = (
    "Vier duikers van het waterschap zoeken nog tot vrijdag naar resten van metselwerk op de bodem van de vaart."
    " Het zicht is slecht: een lamp reikt er nog geen halve armlengte ver.\n"
    "Ploegleider Hanneke Wijbenga voelt met haar handen langs elke steen. Boven houdt een collega de lijn vast en"
    " telt de minuten. Na een half uur moet iedereen eruit, want het water is vier graden.\n"
    "Wat zij vinden, komt op een kaart die bij het bouwplan hoort. Het stadsarchief zoekt intussen naar rekeningen"
    " van de metselaar, in de hoop dat die ooit per strekkende el is betaald."
)
BOATS = (
    "Elf woonboten worden zaterdag een voor een naar de insteekhaven achter het station gesleept. Bewoners mogen aan"
    " boord blijven, mits de vloer leeg is en de kat binnen.\n"
    "Riet Bakker (81) verhuist voor het eerst sinds 1974. Haar zoon heeft de planten geteld, zegt zij: het zijn er"
    " honderdtwaalf, en elke pot staat al op de kop vast.\n"
    "De sleper rekent op twee uur per boot. Wie geen stroom heeft op de nieuwe plek, krijgt een aggregaat van de stad."
)
INSPECTION = (
    "Op de Vlietweg ligt een scheur van drie meter in het asfalt. Omwonenden hoorden rond acht uur een dreun en"
    " zagen daarna water opborrelen tussen de tegels."
)
MASON = (
    "De metselaar werd in 1880 betaald per duizend stenen. Of er stenen zijn blijven liggen, weet de rekenkamer"
    " van die tijd niet meer."
)
GUIDE = (
    "Wie bouwt er, wie betaalt en waar kan de fiets staan? Antwoorden op de vragen die lezers deze week stuurden"
    " over het werk aan het water."
)
TEXT = "\n".join((FIRST, SECOND, THIRD))
CORRECTION = "Correctie: in een eerdere versie stond dat het herstel 14 miljoen euro kost."


def paragraphs(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.splitlines())


@dataclass(frozen=True)
class Kinds:
    """The archive's folder, its store, and the id of each kind of article."""

    folder: Path
    store: Store
    ids: Mapping[str, str]


@contextmanager
def kinds_archive(folder: Path) -> Iterator[Kinds]:
    """Make the archive and its config in `folder`; the store is open while the context is."""
    (folder / "config.toml").write_text('[archive]\nurl = "archive.db"\ntimezone = "UTC"\n')
    with open_store(folder / "archive.db") as store, store.writing() as connection:
        connection.execute(sa.update(meta).where(meta.c.key == "archive_id").values(value="0" * 32))
    with open_store(folder / "archive.db") as store:
        paper = Paper(store, "kustkrant", page="auto")
        _plain(store, paper)
        _live(store, paper)
        _foreign(store)
        _stub(store, paper)
        _edited(paper)
        _in_two_papers(store, paper)
        _rich(store, paper)
        _teaser(store, paper)
        _whole_day(store, paper)
        yield Kinds(folder, store, _ids(store))


def address(guid: str, paper: str = "kustkrant") -> str:
    return f"https://{paper}.example/artikel/{guid}"


def _ids(store: Store) -> dict[str, str]:
    with store.writing() as connection:
        rows = connection.execute(
            sa.select(sightings.c.guid, articles.c.public_id)
            .join(variants, variants.c.id == sightings.c.variant_id)
            .join(articles, articles.c.id == variants.c.article_id)
        ).all()
    return {row.guid: row.public_id for row in rows}


def _plain(store: Store, paper: Paper) -> None:
    """A whole article with all its fields, looked at four times."""
    paper.poll(
        {"guid": "plain", "title": "Kade langs de Vliet wordt hersteld", "text": FIRST, "author": "Redactie",
         "date": at(-30)},
        now=at(0),
    )  # fmt: skip
    page = ArticlePage(
        title="Kade langs de Vliet wordt hersteld",
        authors=("Marit Vos", "Bram de Boer"),
        published_at=at(-30),
        published_precision=Precision.MINUTE,
        modified_at=at(16 * 60),
        modified_precision=Precision.DAY,
        section="Binnenland",
        tags=("kades", "Leidschendam"),
        language="nl",
        text=TEXT,
        html=paragraphs(TEXT),
        site_name="Kustkrant",
        description="Zestig meter kade verzakte in de natte winter. Zes weken lang moeten woonboten weg.",
        reading_minutes=3,
        counters=(Counter(kind=CounterKind.VIEWS, value=334, stated="334 keer bekeken", source="visible"),),
        claims=(
            Claim(field="section", source="visible", stated="Binnenland", value="Binnenland"),
            Claim(field="section", source="opengraph", stated="Nieuws", value="Nieuws"),
            Claim(field="published_at", source="visible", stated="Vandaag", value="2026-11-24T00:00:00+00:00"),
        ),
        provenance={"section": "visible", "authors": "json-ld", "reading_minutes": "visible", "text": "inferred"},
    )  # fmt: skip
    deposit_page(store, address("plain"), page, at(2))
    _look_again(store, {60: 610, 360: 980, 1440: 1204})


def _look_again(store: Store, views: Mapping[int, int]) -> None:
    """Add further looks at the newest counter, by minute."""
    with store.writing() as connection:
        first = connection.execute(sa.select(observations)).one()._mapping
        for minute, value in views.items():
            looked = {
                "value": value,
                "stated": f"{value} keer bekeken",
                "observed_at": to_us(at(minute)),
            }
            connection.execute(sa.insert(observations).values({**first, "id": None, **looked}))


def _live(store: Store, paper: Paper) -> None:
    """A live blog that shows one of its three updates, and owns to a correction."""
    paper.poll(
        {"guid": "live", "title": "Liveblog: kade verzakt", "text": "Volg het hier."}, now=at(5)
    )
    shown = "De brandweer heeft de Vlietweg afgezet tussen de twee bruggen, uit vrees voor een breuk in de gasleiding."
    html = f"<p>{INSPECTION}</p><p>{CORRECTION}</p><h3>Weg dicht</h3><p>{shown}</p>"
    updates = (
        Update(at=at(60), title="Gas eraf", text="Het gas is eraf in drie straten. Monteurs gaan langs de deuren.",
               html='<p>Het gas is eraf in <a href="https://kustkrant.example/gas">drie straten</a>.'
                    " Monteurs gaan langs de deuren.</p>"),
        Update(at=at(40), title="Weg dicht", text=shown, html=f"<p>{shown}</p>"),
        Update(at=at(20), title=None, text="Een bewoner ziet een scheur.\nDe politie komt kijken.",
               html="<p>Een bewoner ziet een scheur.</p><p>De politie komt kijken.</p>"),
    )  # fmt: skip
    page = ArticlePage(
        title="Liveblog: kade verzakt",
        language="nl",
        text="\n".join((INSPECTION, CORRECTION, "Weg dicht", shown)),
        html=html,
        updates=updates,
        claims=(
            Claim(field="correction", source="visible", stated=CORRECTION, value=CORRECTION),
            Claim(
                field="update", source="visible", stated="Update 14:10: naam toegevoegd.", value=""
            ),
        ),
    )
    deposit_page(store, address("live"), page, at(65))


def _foreign(store: Store) -> None:
    """An Arabic article whose feed claims to be English, and a Japanese one."""
    sahil = Paper(store, "sahil", language="en")
    sahil.poll(
        {"guid": "arabic", "title": "البلدية تبدأ ترميم رصيف القناة", "author": "ليلى حداد",
         "html": "<p>تبدأ البلدية يوم الاثنين ترميم رصيف القناة الذي انهار جزء منه في الشتاء الماضي، وقالت المهندسة"
                 " ليلى إن العمل سيستغرق 6 أسابيع.</p><blockquote><p>«لن نترك أحدا بلا مأوى»، كما قالت لصحيفة"
                 " Kustkrant.</p></blockquote>",
         "tags": ("القناة", "ترميم")},
        now=at(8),
    )  # fmt: skip
    asahi = Paper(store, "kaigan", language="ja")
    asahi.poll(
        {"guid": "japanese", "title": "運河の岸壁、月曜から修復工事を開始へ",
         "text": "市は月曜日から、冬の長雨で約60メートルにわたって沈下した運河の岸壁の修復工事を始める。"
                 "工事は六週間の予定で、係留中の船は一時的に移動する必要がある。\n"
                 "担当者は「水面下に古い壁が残っており、図面が見つからない」と話している。"},
        now=at(9),
    )  # fmt: skip


def _stub(store: Store, paper: Paper) -> None:
    """An address that holds a PDF."""
    paper.poll({"guid": "stub", "title": "Rapport over de kade", "text": ""}, now=at(10))
    fail_page(
        store,
        address("stub"),
        PageFailed(
            reason=Reason.NOT_HTML,
            detail="the address holds application/pdf, 1,234,567 bytes",
            final=True,
            enclosure=Enclosure(
                url=address("stub"), type="application/pdf", length_bytes=1_234_567
            ),
        ),
        at(12),
    )


def _edited(paper: Paper) -> None:
    """An article that its publisher changed twice."""
    first = {"guid": "edited", "title": "Duikers zoeken oude muur in de Vliet", "text": DIVERS}
    paper.poll(first, now=at(15))
    paper.poll(first | {"title": "Duikers vinden oude muur in de Vliet"}, now=at(45))
    found = DIVERS.replace("zoeken nog tot vrijdag", "vonden haar vrijdag, half vergaan,")
    paper.poll(first | {"title": "Duikers vinden oude muur in de Vliet", "text": found}, now=at(75))


def _in_two_papers(store: Store, paper: Paper) -> None:
    """One story in two papers, seen in both."""
    bode = Paper(store, "bode")
    for seen_in, minute, guid in ((paper, 20, "twice"), (bode, 28, "twice-bode")):
        story = {"guid": guid, "title": "Woonboten zes weken van hun plek", "text": BOATS}
        seen_in.poll({**story, "author": "ANP", "tags": ("wonen",)}, now=at(minute))


def _rich(store: Store, paper: Paper) -> None:
    """What an article can hold: quote, post, list, table, code, pictures, sound, film, another language, parts."""
    paper.poll({"guid": "rich", "title": "Alles over de kade", "text": GUIDE}, now=at(22))
    html = (
        f"<p>{GUIDE}</p><h2>Wat er gebeurt</h2><ul><li>Zes weken werk</li><li>Twee verkeerslichten</li></ul>"
        "<blockquote><p>Ik lig hier al veertig jaar.</p></blockquote>"
        '<blockquote><p>Staan te kijken bij de kade!</p><p><a href="https://berichten.example/b/1">Pim (@pim)'
        " 24 november</a></p></blockquote>"
        '<p lang="fr">« Nous n’avons aucun plan de ce mur », dit le plongeur.</p>'
        '<p lang="ar">الماء بارد جدا اليوم.</p>'
        "<table><tr><th>Week</th><th>Werk</th><th>Lengte</th></tr>"
        "<tr><td>1</td><td>Damwand slaan</td><td>20 m</td></tr>"
        "<tr><td>2</td><td>Muur in kaart brengen en stutten</td><td>60 m</td></tr></table>"
        "<pre><code>peil = 0.43\n  meter = NAP</code></pre>"
        + "".join(
            f'<figure><img src="https://beeld.example/kade-{n}.jpg" alt="De kade, foto {n}">'
            f"<figcaption>De kade op dag {n}.</figcaption></figure>"
            for n in (1, 2, 3)
        )
        + f"<p>{MASON}</p>"
    )
    text = "\n".join(
        (GUIDE, "Wat er gebeurt", "Zes weken werk", "Twee verkeerslichten", "Ik lig hier al veertig jaar.",
         "Staan te kijken bij de kade!", "Pim (@pim) 24 november",
         "« Nous n’avons aucun plan de ce mur », dit le plongeur.", "الماء بارد جدا اليوم.", "Week Werk Lengte",
         "1 Damwand slaan 20 m", "2 Muur in kaart brengen en stutten 60 m", "peil = 0.43", "meter = NAP", MASON)
    )  # fmt: skip
    page = ArticlePage(
        title="Alles over de kade",
        language="nl",
        section="Uitgelegd",
        text=text,
        html=html,
        image_url="https://beeld.example/kade-1.jpg",
        language_parts=(("fr", "Nous n’avons aucun plan de ce mur"), ("ar", "الماء بارد جدا اليوم.")),
        enclosures=(
            Enclosure(url="https://beeld.example/kade.mp3", type="audio/mpeg", length_bytes=8_400_000, duration_s=754,
                      title="De Kust, aflevering 12"),
            Enclosure(url="https://beeld.example/kade.mp4", type="video/mp4", duration_s=75),
        ),
        next_page_url=f"{address('rich')}?deel=3",
        claims=(
            Claim(field="parts", source="computed", value=2,
                  stated="2 pages; part 3 of the article is missing: no answer in 60 s"),
        ),
    )  # fmt: skip
    deposit_page(store, address("rich"), page, at(24))


def _teaser(store: Store, paper: Paper) -> None:
    """What stands before a paywall, and a page that nobody could read."""
    paper.poll(
        {"guid": "paywall", "title": "De man die de kade bouwde", "text": "Een gesprek."},
        now=at(30),
    )
    wall = Wall(kind=WallKind.PAYWALL, marker="alleen voor abonnees")
    deposit_page(
        store,
        address("paywall"),
        ArticlePage(
            title="De man die de kade bouwde", text="Een gesprek. Hij is nu 91.", wall=wall
        ),
        at(31),
    )
    paper.poll(
        {"guid": "consent", "title": "Wat de buurt ervan vindt", "text": "Zes stemmen."}, now=at(32)
    )
    deposit_page(
        store,
        address("consent"),
        ArticlePage(wall=Wall(kind=WallKind.CONSENT, marker="privacy-gate")),
        at(33),
    )


def _whole_day(store: Store, paper: Paper) -> None:
    """A page that names a day and no hour."""
    paper.poll(
        {"guid": "day", "title": "Kade in 1880 gebouwd", "text": "Uit het archief."}, now=at(40)
    )
    page = ArticlePage(
        title="Kade in 1880 gebouwd",
        authors=("Archief Kustkrant",),
        published_at=at(-3 * 1440).replace(hour=0),
        published_precision=Precision.DAY,
        text=f"Uit het archief. {MASON[:60]}",
        provenance={"published_at": "visible"},
    )
    deposit_page(store, address("day"), page, at(41))
