"""Pairs of documents that are one article or two, made from texts of our own in seven languages.

    cases(seed)   every kind in every language, always the same for one seed

Not the collection that the rules were tuned on: other texts, other kinds, other languages. Texts and moulds stand in
`identity_texts/`, a file a language. `SEALED` languages were looked at only as a score, never pair by pair, while rules
changed; the rest was read. A document is what `benchmarks.identity_adapter` takes.
"""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from archive.identity.folding import words_in

Document = dict[str, object]

LANGUAGES = ("nl", "en", "de", "fr", "es", "ja", "ar")
SEALED = frozenset({"fr", "es", "ar"})
N_EACH = 5  # pairs of a kind in a language
MORNING = datetime(2026, 3, 17, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two documents, and whether they are one article."""

    kind: str
    language: str
    one: Document
    other: Document
    is_one: bool


@cache
def _texts(language: str) -> dict[str, Any]:
    file = Path(__file__).parent / "identity_texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


class World:
    """One language's papers, with a chance of its own for each pair."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language = language
        self.texts = _texts(language)
        self.chance = chance
        self.site = f"www.{chance.choice(('krant', 'post', 'courier', 'bode'))}-{language}.example"
        self.rival = f"www.tribune-{language}.example"
        self.at = MORNING + timedelta(minutes=chance.randrange(20_000))

    def slots(self) -> dict[str, str]:
        """Return what fills a text: a place, people, figures."""
        town, *_ = self.chance.sample(self.texts["towns"], 2)
        name, other = self.chance.sample(self.texts["names"], 2)
        one, two = self.chance.sample(self.texts["clubs"], 2)
        picked = {
            key: self.chance.choice(self.texts[table])
            for key, table in (
                ("day", "days"),
                ("sky", "skies"),
                ("party", "parties"),
                ("job", "jobs"),
                ("guest", "guests"),
            )
        }
        figures = {
            "n": str(self.chance.randint(3, 9)),
            "m": str(self.chance.randint(11, 95)),
            "k": str(self.chance.randint(1, 12)),
        }
        return (
            {"town": town, "name": name, "other": other, "one": one, "two": two} | picked | figures
        )

    def changed(self, slots: dict[str, str], *keys: str) -> dict[str, str]:
        """Return `slots` with other values at `keys`."""
        new = dict(slots)
        for key in keys:
            while new[key] == slots[key]:
                new[key] = self.slots()[key]
        return new

    def story(self) -> dict[str, Any]:
        """Return one of the stories."""
        story: dict[str, Any] = self.chance.choice(self.texts["story"])
        return story

    def sentences(
        self, story: dict[str, Any], slots: dict[str, str], reworded: float = 0.0
    ) -> list[str]:
        """Return a story's sentences; of those with a second wording a share `reworded` has it."""
        told = []
        for sentence in story["sentences"]:
            wordings = [wording.strip() for wording in sentence.split("|")]
            is_other = len(wordings) > 1 and self.chance.random() < reworded
            told.append(wordings[-1 if is_other else 0].format_map(slots))
        return told

    def text(self, sentences: list[str]) -> str:
        """Return sentences as one text."""
        return ("" if self.language == "ja" else " ").join(sentences)

    def mould(self, name: str, slots: dict[str, str]) -> tuple[str, str]:
        """Return title and text of a mould, filled."""
        mould = self.texts[name]
        return mould["title"].format_map(slots), mould["text"].format_map(slots)

    def document(
        self,
        title: str,
        text: str,
        *,
        site: str | None = None,
        hours: float = 0.0,
        summary: str = "",
        url: str | None = None,
        guid: str | None = None,
        feed: str = "news",
    ) -> Document:
        """Return what a feed states, at an address of its own if none is given."""
        site = site or self.site
        at = self.at + timedelta(hours=hours)
        url = url or self.address(site, title, at)
        has_date = self.chance.random() < 0.7
        published = at - timedelta(minutes=self.chance.randint(1, 50))
        return {
            "id": f"{self.chance.getrandbits(48):012x}",
            "feed": f"https://{site}/{feed}.xml",
            "site": site,
            "guid": guid or url,
            "url": url,
            "orig_link": "",
            "canonical": "",
            "title": title,
            "summary": summary,
            "text": text,
            "lang": self.language,
            "t": int(at.timestamp()),
            "published": published.isoformat() if has_date else "",
        }

    def address(self, site: str, title: str, at: datetime) -> str:
        """Return an address in one of the shapes that papers give theirs."""
        words = [word for word in words_in(title) if word.isascii()]
        slug = "-".join(words[:8]) if len(words) > 2 else ""
        number = self.chance.randrange(10_000_000, 99_999_999)
        shape = self.chance.randrange(3 if slug else 1)
        if shape == 0:
            return f"https://{site}/artikel/{number}"
        if shape == 1:
            return f"https://{site}/{at:%Y/%m/%d}/{slug}"
        return f"https://{site}/{slug}-{number}"

    def later(self, most: float = 30.0) -> float:
        """Return some hours."""
        return round(self.chance.uniform(0.5, most), 1)


Pair = tuple[Document, Document]


# ---- must be one ---------------------------------------------------------------------------------


def _copyedit(share: float) -> Callable[[World], Pair]:
    def made(world: World) -> Pair:
        story, slots = world.story(), world.slots()
        title = story["title"].format_map(slots)
        edited = world.text(world.sentences(story, slots, share))
        before = world.document(title, world.text(world.sentences(story, slots)))
        return before, world.document(title, edited, hours=world.later())

    return made


def _wire_other_lead(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told = world.sentences(story, slots)
    here = world.document(story["title"].format_map(slots), world.text(told))
    copy = world.text([story["lead"], *told[1:]])
    title = story["other_title"] if world.chance.random() < 0.5 else here["title"]
    return here, world.document(str(title), copy, site=world.rival, hours=world.later())


def _wire_cut(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told = world.sentences(story, slots)
    here = world.document(story["title"].format_map(slots), world.text(told))
    copy = world.text([*told[: len(told) * 2 // 3], world.texts["wall"]["more"]])
    return here, world.document(story["other_title"], copy, site=world.rival, hours=world.later())


def _wire_lead_and_cut(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told = world.sentences(story, slots)
    here = world.document(story["title"].format_map(slots), world.text(told))
    copy = world.text([story["lead"], *told[1:-2]])
    return here, world.document(str(here["title"]), copy, site=world.rival, hours=world.later())


def _readdressed(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    title, text = story["title"].format_map(slots), world.text(world.sentences(story, slots))
    slug = f"https://{world.site}/section/{world.chance.choice('abcd')}{world.chance.randrange(99)}"
    return world.document(title, text), world.document(
        title, text, url=slug, hours=world.later(200)
    )


def _corrected_figure(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    fixed = world.changed(slots, "n")
    one = world.document(
        story["title"].format_map(slots), world.text(world.sentences(story, slots))
    )
    text = world.text(world.sentences(story, fixed))
    return one, world.document(story["title"].format_map(fixed), text, hours=world.later(8))


def _toll_rising(world: World) -> Pair:
    story, slots = world.texts["story"][0], world.slots()
    fixed = {**slots, "n": str(int(slots["n"]) + 4), "m": str(int(slots["m"]) + 30)}
    one = world.document(
        story["title"].format_map(slots), world.text(world.sentences(story, slots))
    )
    text = world.text([*world.sentences(story, fixed), story["added"]])
    return one, world.document(story["title"].format_map(fixed), text, hours=world.later(12))


def _name_fixed(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    name = slots["name"]
    fixed = {**slots, "name": name[:-2] + name[-1] if world.language != "ja" else name[:-1] + "子"}
    title = story["title"].format_map(slots)
    one = world.document(title, world.text(world.sentences(story, slots)))
    return one, world.document(
        title, world.text(world.sentences(story, fixed)), hours=world.later()
    )


def _liveblog_grew(*, same_url: bool) -> Callable[[World], Pair]:
    def made(world: World) -> Pair:
        story, slots = world.story(), world.slots()
        told = world.sentences(story, slots)
        one = world.document(story["title"].format_map(slots), world.text(told[:5]))
        newest_first = world.text([story["added"], *reversed(told[5:]), *told[:5]])
        title = story["other_title"] if same_url else str(one["title"])
        url = str(one["url"]) if same_url else None
        return one, world.document(title, newest_first, url=url, hours=world.later(10))

    return made


def _cms_move(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    title, told = story["title"].format_map(slots), world.sentences(story, slots)
    number = world.chance.randrange(100_000, 999_999)
    one = world.document(
        title,
        world.text(told),
        url=f"http://{world.site}/read.asp?id={number}",
        guid=f"art{number}",
    )
    moved = f"https://{world.site}/nieuws/{number}/{world.chance.randrange(9)}"
    text = world.text([*told, world.texts["wall"]["more"]])
    return one, world.document(
        title, text, url=moved, guid=f"urn:node:{number}", hours=world.later(400)
    )


def _summary_and_text(*, same_site: bool) -> Callable[[World], Pair]:
    def made(world: World) -> Pair:
        story, slots = world.story(), world.slots()
        told, title = world.sentences(story, slots), story["title"].format_map(slots)
        short = world.document(title, "", summary=world.text(told[:2]))
        site = world.site if same_site else world.rival
        return short, world.document(
            title, world.text(told), site=site, hours=world.later(10), feed="all"
        )

    return made


def _ab_headline(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    text = world.text(world.sentences(story, slots))
    one = world.document(story["title"].format_map(slots), text)
    return one, world.document(story["other_title"], text, hours=world.later())


def _furniture_added(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told, title = world.sentences(story, slots), story["title"].format_map(slots)
    one = world.document(title, world.text(told))
    dressed = world.text(
        [*told[:3], world.texts["wall"]["more"], *told[3:], world.texts["wall"]["text"]]
    )
    return one, world.document(title, dressed, site=world.rival, hours=world.later())


# ---- must stay two -------------------------------------------------------------------------------


def _moulds(name: str, *keys: str, hours: float = 2.0) -> Callable[[World], Pair]:
    """Return a maker of two of one mould that differ in `keys`."""

    def made(world: World) -> Pair:
        slots = world.slots()
        one = world.document(*world.mould(name, slots))
        return one, world.document(*world.mould(name, world.changed(slots, *keys)), hours=hours)

    return made


def _fixed_title(name: str, *keys: str, elsewhere: bool = False) -> Callable[[World], Pair]:
    """Return a maker of two of one mould under one title that names nothing: only the text tells them apart."""

    def made(world: World) -> Pair:
        slots, title = world.slots(), world.texts["column"]["title"]
        one = world.document(title, world.mould(name, slots)[1])
        text = world.mould(name, world.changed(slots, *keys))[1]
        site = world.rival if elsewhere else world.site
        return one, world.document(title, text, site=site, hours=world.later(20))

    return made


def _stories_of_two_towns(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    fresh = world.changed(slots, "town", "name", "other", "n", "m")
    one, other = (
        world.document(story["title"].format_map(s), world.text(world.sentences(story, s)), hours=h)
        for s, h in ((slots, 0.0), (fresh, world.later()))
    )
    return one, other


def _column(*, is_whole: bool) -> Callable[[World], Pair]:
    def made(world: World) -> Pair:
        column = world.texts["column"]
        first, second = world.chance.sample(column["bodies"], 2)
        hours = world.chance.choice((24.0, 168.0)) if is_whole else 168.0
        made = [
            world.document(
                column["title"], body if is_whole else "", summary=column["standfirst"], hours=h
            )
            for body, h in ((first, 0.0), (second, hours))
        ]
        return made[0], made[1]

    return made


def _recipe_a_year_later(world: World) -> Pair:
    recipe = world.texts["recipe"]
    days = 365 - world.chance.randrange(30)
    return (
        world.document(recipe["title"], recipe["text"]),
        world.document(recipe["title"], recipe["text"], hours=24 * days),
    )


def _long_wall(world: World) -> Pair:
    """Two articles of which only the paper's furniture was read, some hundred words of it."""
    first, second = world.chance.sample(world.texts["wall"]["headlines"], 2)
    text = world.text(
        [
            world.texts["wall"]["text"],
            world.texts["wall"]["more"],
            world.texts["column"]["standfirst"],
        ]
        * 2
    )
    return world.document(first, text), world.document(second, text, hours=world.later())


def _wall(*, other_site: bool) -> Callable[[World], Pair]:
    """Two articles whose page is the paper's wall (or the one error page that two papers of a house share)."""

    def made(world: World) -> Pair:
        first, second = world.chance.sample(world.texts["wall"]["headlines"], 2)
        text = world.texts["wall"]["text"]
        site = world.rival if other_site else world.site
        return world.document(first, text), world.document(
            second, text, site=site, hours=world.later()
        )

    return made


def _followup(world: World) -> Pair:
    before, after = world.chance.sample(world.texts["story"], 2)
    slots = world.slots()
    told = world.sentences(before, slots)
    news = world.sentences(after, world.slots())
    one = world.document(before["title"].format_map(slots), world.text(told))
    text = world.text([after["lead"], *news[:5], *told[2:5]])
    return one, world.document(after["other_title"], text, hours=world.later(60))


def _next_days_liveblog(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told, days = world.sentences(story, slots), world.chance.sample(world.texts["days"], 2)
    one, other = (
        world.document(
            f"Live {day}: {story['other_title']}", world.text([story["lead"], *part]), hours=h
        )
        for day, part, h in ((days[0], told[:4], 0.0), (days[1], told[4:], 24.0))
    )
    return one, other


def _same_title_other_text(world: World) -> Pair:
    first, second = world.texts["story"]
    slots = world.slots()
    title = first["other_title"]
    one = world.document(title, world.sentences(first, slots)[3])
    return one, world.document(title, world.sentences(second, slots)[3], hours=world.later())


def _parts(world: World) -> Pair:
    story, slots = world.story(), world.slots()
    told = world.sentences(story, slots)
    one = world.document(f"{story['other_title']} (1/2)", world.text([story["lead"], *told[:5]]))
    rest = world.text([story["lead"], *told[3:]])
    return one, world.document(f"{story['other_title']} (2/2)", rest, hours=24.0)


_ONE: dict[str, Callable[[World], Pair]] = {
    "copyedit_fifth": _copyedit(0.2),
    "copyedit_half": _copyedit(0.5),
    "copyedit_all": _copyedit(1.0),
    "wire_other_lead": _wire_other_lead,
    "wire_cut_retitled": _wire_cut,
    "wire_lead_and_cut": _wire_lead_and_cut,
    "readdressed": _readdressed,
    "corrected_figure": _corrected_figure,
    "toll_rising": _toll_rising,
    "name_fixed": _name_fixed,
    "liveblog_same_address": _liveblog_grew(same_url=True),
    "liveblog_other_address": _liveblog_grew(same_url=False),
    "cms_move": _cms_move,
    "summary_and_text": _summary_and_text(same_site=True),
    "summary_and_text_elsewhere": _summary_and_text(same_site=False),
    "ab_headline": _ab_headline,
    "furniture_added": _furniture_added,
}
_TWO: dict[str, Callable[[World], Pair]] = {
    "weather_other_town": _moulds("weather", "town", "n", "k"),
    "weather_same_figures": _moulds("weather", "town"),
    "weather_next_day": _moulds("weather", "day", "n", "m", "k", hours=24.0),
    "weather_week_later": _moulds("weather", "n", "m", "k", hours=168.0),
    "closing_prices": _moulds("market", "day", "n", "m", hours=24.0),
    "closing_prices_week_later": _moulds("market", "n", "m", hours=168.0),
    "match_other_clubs": _moulds("match", "one", "two", "name", "other"),
    "match_return": _moulds("match", "n", "k", "other", hours=400.0),
    "election_other_town": _moulds("election", "town", "party", "name", "n", "m"),
    "election_same_winner": _moulds("election", "town", "name", "m"),
    "job_other_town": _moulds("job", "town", "name"),
    "job_other_role": _moulds("job", "job"),
    "podcast_episode": _moulds("episode", "name", "town", "guest", hours=168.0),
    "story_other_town": _stories_of_two_towns,
    "column_other_text": _column(is_whole=True),
    "column_standfirst_only": _column(is_whole=False),
    "recipe_a_year_later": _recipe_a_year_later,
    "wall_for_text": _wall(other_site=False),
    "wall_for_text_elsewhere": _wall(other_site=True),
    "followup": _followup,
    "liveblog_next_day": _next_days_liveblog,
    "same_title_other_text": _same_title_other_text,
    "parts": _parts,
    # A second list, written after the first score of the kinds above
    "wall_long": _long_wall,
    "fixed_title_job": _fixed_title("job", "town", "name"),
    "fixed_title_weather": _fixed_title("weather", "town"),
    "fixed_title_election": _fixed_title("election", "town", "name"),
    "fixed_title_match": _fixed_title("match", "one", "two", "name", "other"),
    "fixed_title_episode": _fixed_title("episode", "town", "name", "guest"),
    "fixed_title_job_elsewhere": _fixed_title("job", "town", "name", elsewhere=True),
}


def cases(seed: int = 1, languages: tuple[str, ...] = LANGUAGES) -> Iterator[Case]:
    """Yield every kind in every language, N_EACH times."""
    for is_one, kinds in ((True, _ONE), (False, _TWO)):
        for kind, make in kinds.items():
            for language in languages:
                for n in range(N_EACH):
                    chance = random.Random(f"{seed} {kind} {language} {n}")
                    one, other = make(World(language, chance))
                    if not is_one and one["url"] == other["url"]:  # two articles have two addresses
                        other["url"] = other["guid"] = f"{other['url']}-2"
                    yield Case(kind=kind, language=language, one=one, other=other, is_one=is_one)
