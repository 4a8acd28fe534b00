"""What `show` and `show --why` print of three articles on a terminal of 80 columns, to the letter.

A change that is meant is written down by `make test TESTS="tests/archive/commands/test_show_golden.py
--inline-snapshot=fix" WORKERS=0`, and read before it is committed.
"""

import sys
from collections.abc import Iterator

import pytest
from inline_snapshot import snapshot

from archive.commands.place import Place
from archive.terminal import text_width
from scheduler import main
from tests.archive.kinds import Kinds, kinds_archive
from tests.archive.store.depositing import at


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kinds]:
    with kinds_archive(tmp_path_factory.mktemp("kinds")) as kinds:
        yield kinds


class Screen:
    """A terminal of some width without colours, whose pager keeps what it is given."""

    def __init__(
        self, kinds: Kinds, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.kinds, self.monkeypatch, self.capsys = kinds, monkeypatch, capsys
        pager = kinds.folder / "pager.py"
        pager.write_text("import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
        self.paged = kinds.folder / "paged"
        monkeypatch.setenv("PAGER", f"{sys.executable} {pager} {self.paged}")

    def show(self, kind: str, *options: str, columns: int = 80) -> list[str]:
        """Return the lines of an article, printed or in the pager."""
        self.paged.write_text("")
        self.monkeypatch.setenv("COLUMNS", str(columns))
        self.monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        words = ["-C", str(self.kinds.folder), "--color", "never", "show", self.kinds.ids[kind]]
        assert main([*words, *options], place=Place(clock=lambda: at(1500))) == 0
        shown = self.capsys.readouterr().out + self.paged.read_text(encoding="utf-8")
        assert shown
        return shown.splitlines()


@pytest.fixture
def screen(
    kinds: Kinds, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Screen:
    return Screen(kinds, monkeypatch, capsys)


def test_an_article_with_all_its_fields(screen: Screen) -> None:
    assert screen.show("plain") == snapshot(
        [
            " Kade langs de Vliet wordt hersteld                                         ykun",
            " Kustkrant · Binnenland · by Marit Vos, Bram de Boer · 24 nov 07:30",
            " changed 25 nov · 3 min read · 334→1,204 views ▃▅▇█",
            " https://kustkrant.example/artikel/plain",
            "",
            " Zestig meter kade verzakte in de natte winter. Zes weken lang moeten woonboten",
            " weg.",
            "",
            " De gemeente begint maandag met het herstel van de kade langs de Vliet, die in",
            " de natte winter over een lengte van zestig meter is verzakt. Bewoners van de",
            " woonboten moeten zes weken weg.",
            "",
            " Wethouder Aafke Terpstra zegt dat de kosten, 1,4 miljoen euro, uit de reserve",
            " voor groot onderhoud komen. Schippers houden een doorgang van vijf meter, met",
            " een verkeerslicht aan beide kanten.",
            "",
            " Volgens de aannemer ligt er onder het water nog een muur uit 1880, waarvan",
            " niemand tekeningen heeft. Duikers brengen die deze week in kaart. Blijkt de",
            " muur gezond, dan scheelt dat een maand.",
            "",
            " Tags     kades, Leidschendam",
            " Seen     kustkrant 24 nov 08:00 (guid plain)",
        ]
    )


def test_a_live_blog(screen: Screen) -> None:
    assert screen.show("live") == snapshot(
        [
            " Liveblog: kade verzakt                                                     fdnp",
            " Kustkrant · 24 nov 08:05 · 60 words · live, 3 updates",
            " https://kustkrant.example/artikel/live",
            "",
            " Op de Vlietweg ligt een scheur van drie meter in het asfalt. Omwonenden",
            " hoorden rond acht uur een dreun en zagen daarna water opborrelen tussen de",
            " tegels.",
            "",
            " ▌ Correctie: in een eerdere versie stond dat het herstel 14 miljoen euro kost.",
            "",
            " Weg dicht",
            "",
            " De brandweer heeft de Vlietweg afgezet tussen de twee bruggen, uit vrees voor",
            " een breuk in de gasleiding.",
            "",
            " Live updates. The text above has one of 3; its page told these besides.",
            "",
            " 24 nov 09:00 Gas eraf",
            "   Het gas is eraf in drie straten. Monteurs gaan langs de deuren.",
            "",
            " 24 nov 08:20",
            "   Een bewoner ziet een scheur.",
            "",
            "   De politie komt kijken.",
            "",
            " Note     corrected by its publisher, in the line marked ▌",
            " Note     updated by its publisher: Update 14:10: naam toegevoegd.",
            " Seen     kustkrant 24 nov 08:05 (guid live)",
        ]
    )


def test_an_article_with_all_that_a_text_can_hold(screen: Screen) -> None:
    assert screen.show("rich") == snapshot(
        [
            " Alles over de kade                                                         ceca",
            " Kustkrant · Uitgelegd · 24 nov 08:22 · 110 words, about 1 min · in 2 parts",
            " 3 pictures · partly in French and Arabic",
            " https://kustkrant.example/artikel/rich",
            "",
            " Wie bouwt er, wie betaalt en waar kan de fiets staan? Antwoorden op de vragen",
            " die lezers deze week stuurden over het werk aan het water.",
            "",
            " Wat er gebeurt",
            "",
            " • Zes weken werk",
            " • Twee verkeerslichten",
            "",
            " │ Ik lig hier al veertig jaar.",
            "",
            " │ Staan te kijken bij de kade!",
            " │",
            " │ Pim (@pim) 24 november",
            " │ https://berichten.example/b/1",
            "",
            " « Nous n’avons aucun plan de ce mur », dit le plongeur.",
            "",
            " الماء بارد جدا اليوم.",
            "",
            " Week │ Werk                             │ Lengte",
            " 1    │ Damwand slaan                    │ 20 m",
            " 2    │ Muur in kaart brengen en stutten │ 60 m",
            "",
            "   peil = 0.43",
            "     meter = NAP",
            "",
            " [picture: De kade, foto 1]",
            " https://beeld.example/kade-1.jpg",
            " De kade op dag 1.",
            "",
            " [picture: De kade, foto 2]",
            " https://beeld.example/kade-2.jpg",
            " De kade op dag 2.",
            "",
            " [picture: De kade, foto 3]",
            " https://beeld.example/kade-3.jpg",
            " De kade op dag 3.",
            "",
            " De metselaar werd in 1880 betaald per duizend stenen. Of er stenen zijn",
            " blijven liggen, weet de rekenkamer van die tijd niet meer.",
            "",
            " Page     part 3 of the article is missing: no answer in 60 s",
            " Audio    De Kust, aflevering 12 · MP3 · 12:34 · 8.4 MB",
            "          https://beeld.example/kade.mp3",
            " Video    MP4 · 1:15",
            "          https://beeld.example/kade.mp4",
            " Seen     kustkrant 24 nov 08:22 (guid rich)",
        ]
    )


def test_why_of_an_article_with_all_its_fields(screen: Screen) -> None:
    assert screen.show("plain", "--why") == snapshot(
        [
            " Kade langs de Vliet wordt hersteld",
            " ykunk4hzfmrswrn6, revision 2, the newest: its page was read",
            " Each field: its value, (its source), and below it what others say.",
            "",
            " title           Kade langs de Vliet wordt hersteld  (feed)",
            "                 the same: page",
            " authors         Marit Vos, Bram de Boer  (page json-ld)",
            "                 feed says: Redactie",
            " published_at    2026-11-24T07:30:00Z  (feed)",
            "                 page visible says: Vandaag (2026-11-24)",
            " modified_at     2026-11-25  (page)",
            " section         Binnenland  (page visible)",
            "                 page opengraph says: Nieuws",
            " tags            kades, Leidschendam  (page)",
            " language        nl  (page)",
            "                 the same: feed",
            " url             https://kustkrant.example/artikel/plain  (feed)",
            "                 the same: page",
            " site_name       Kustkrant  (page)",
            " description     Zestig meter kade verzakte in de natte winter. Zes wek…  (page)",
            " reading_minutes 3  (page visible)",
            " word_count      98  (computed)",
            " text            98 words  (page inferred)",
            "                 feed says: 34 words",
            "",
            " views           334 on 24 nov 08:02, then 1,204 on 25 nov 08:00 in 4 looks",
            "                 (page visible: 1204 keer bekeken)",
            " page            read",
            " text from       its page: the page holds 100% of the feed's text, in 98 words",
            " said by         feed kustkrant on 24 nov 08:00",
            " said by         its page on 24 nov 08:02",
        ]
    )


def test_why_of_a_live_blog(screen: Screen) -> None:
    assert screen.show("live", "--why") == snapshot(
        [
            " Liveblog: kade verzakt",
            " fdnpvugcxp2xkmmi, revision 2, the newest: its page was read",
            " Each field: its value, (its source), and below it what others say.",
            "",
            " title           Liveblog: kade verzakt  (feed)",
            "                 the same: page",
            " language        nl  (page)",
            "                 the same: feed",
            " url             https://kustkrant.example/artikel/live  (feed)",
            "                 the same: page",
            " site_name       Kustkrant  (feed)",
            " word_count      60  (computed)",
            " text            60 words  (page)",
            "                 feed says: 3 words",
            "",
            " page            read",
            " text from       its page: the feed gives 3 words, the page 60",
            " correction      Correctie: in een eerdere versie stond dat het herstel 14",
            "                 miljoen euro kost.",
            " update          Update 14:10: naam toegevoegd.",
            " live update     24 nov 09:00 Gas eraf",
            " live update     24 nov 08:40 Weg dicht",
            " live update     24 nov 08:20 Een bewoner ziet een scheur. De politie komt",
            "                 kijken.",
            " said by         feed kustkrant on 24 nov 08:05",
            " said by         its page on 24 nov 09:05",
        ]
    )


def test_why_of_an_article_with_all_that_a_text_can_hold(screen: Screen) -> None:
    assert screen.show("rich", "--why") == snapshot(
        [
            " Alles over de kade",
            " ceca75v3e5hzkfb7, revision 2, the newest: its page was read",
            " Each field: its value, (its source), and below it what others say.",
            "",
            " title           Alles over de kade  (feed)",
            "                 the same: page",
            " section         Uitgelegd  (page)",
            " language        nl  (page)",
            "                 the same: feed",
            " url             https://kustkrant.example/artikel/rich  (feed)",
            "                 the same: page",
            " site_name       Kustkrant  (feed)",
            " image_url       https://beeld.example/kade-1.jpg  (page)",
            " word_count      110  (computed)",
            " text            110 words  (page)",
            "                 feed says: 26 words",
            " enclosures      https://beeld.example/kade.mp3 (audio/mpeg, 8.4 MB), h…  (page)",
            "",
            " page            read",
            " text from       its page: the page holds 100% of the feed's text, in 110 words",
            " parts           2 pages; part 3 of the article is missing: no answer in 60 s",
            " next page       https://kustkrant.example/artikel/rich?deel=3",
            " said by         feed kustkrant on 24 nov 08:22",
            " said by         its page on 24 nov 08:24",
        ]
    )


KINDS = ("plain", "live", "rich", "arabic", "japanese", "stub", "edited", "twice", "paywall", "day")


@pytest.mark.parametrize(
    ("columns", "options"), [(40, ()), (80, ()), (120, ()), (80, ("--why",)), (120, ("--why",))]
)
def test_no_line_is_wider_than_the_terminal_but_for_addresses(
    screen: Screen, columns: int, options: tuple[str, ...]
) -> None:
    for kind in KINDS:
        lines = screen.show(kind, *options, columns=columns)
        wide = [line for line in lines if text_width(line) > columns]
        assert [line for line in wide if "https://" not in line] == []


def test_every_kind_shows_what_it_is(screen: Screen) -> None:
    def shown(kind: str) -> str:
        return " ".join(" ".join(screen.show(kind)).split())

    assert "Its address holds a file, and no page: PDF · 1.2 MB" in shown("stub")
    assert "· 21 nov · " in shown("day")
    assert "Page paywall: alleen voor abonnees" in shown("paywall")
    assert (
        "Seen kustkrant 24 nov 08:20 (guid twice) · bode 24 nov 08:28 (guid twice-bode)"
        in shown("twice")
    )
    assert "│ «لن نترك أحدا بلا مأوى»" in shown("arabic")
    assert "112 characters, about 1 min" in shown("japanese")
