"""What typographers put into a page's words stands in nobody's way: a search finds across it, asked either way."""

import json
from pathlib import Path

from scheduler import main
from tests.e2e.test_poll import ITEM, Desk, at_a_site, rss
from tests.loopback import Loopback, reply

# Soft hyphen, as a reference and as itself; zero-width space and no-break space; narrow no-break space; word joiner;
# curly apostrophe; ligature; entity; decomposed letter; an element inside a word; a line broken by wbr.
PAGE = (
    "<html lang=nl><head><title>Draaibrug negen weken dicht</title></head><body><article>"
    "<h1>Draai&shy;brug negen&nbsp;weken dicht</h1>"
    "<p>De bin\u00adnen\u00advaart\u200bschippers bij Oudewater wachten op een kraan van "
    "12\u202f000&nbsp;kilo, zegt de provincie.</p>"
    "<p>Volgens foto\u2019s van de o\ufb03ciële inspectie is het val ge&shy;scheurd; het caf\u0065\u0301 aan de "
    "sluis&#8288;kolk blijft open.</p>"
    "<p>De draai&shy;brug is negen&nbsp;weken&#x202F;dicht.</p>"
    "<p>De <b>r</b>aadsfractie vraagt om een nood&#x200B;brug en om be&euml;diging van de super<wbr>visor.</p>"
    "</article></body></html>"
)
FOUND = (
    "draaibrug",
    '"draaibrug is negen weken dicht"',
    "binnenvaartschippers",
    '"12 000 kilo"',
    "foto's",
    "foto\u2019s",
    "officiële",
    "gescheurd",
    "café",
    "cafe",
    "sluiskolk",
    "raadsfractie",
    "noodbrug",
    "beëdiging",
    "supervisor",
    "bin\u00adnenvaartschippers",
    '"negen\u00a0weken"',
)


def test_a_search_finds_across_the_signs_of_typographers(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    async def act(site: Loopback) -> None:
        item = ITEM.format(guid="b1", title="Brug dicht", url=site.url("/artikel/b1"))
        site.on("/feed.xml", reply(body=rss(item)))
        site.on("/robots.txt", reply(404))
        html = PAGE.encode()
        site.on("/artikel/b1", reply(body=html, headers={"Content-Type": "text/html"}))
        desk.configure(site, krant="/feed.xml")
        polled = await desk.run("poll", "--all", "--json")
        assert json.loads(polled.out)["pages"]["read"] == 1

    at_a_site(act)
    missed = [words for words in FOUND if main(["-C", str(tmp_path), "search", words]) != 0]
    assert missed == []
