"""Tellings for the tests of identity: written by us, in the shapes that papers print."""

from datetime import UTC, datetime, timedelta

from archive.identity.likeness import Telling, Traits, traits_of

SEEN_AT = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)

BRIDGE = (
    "The old swing bridge over the harbour canal will close for eleven months from the second week "
    "of April, the port council decided on Tuesday night. Engineers found cracks in two of the "
    "four steel bearings during an inspection in January. Cyclists and pedestrians can cross by a "
    "ferry that leaves every ten minutes, but lorries must take the ring road, a detour of nine "
    "kilometres. Shopkeepers on the north quay fear for their trade. Baker Ilse Vermaat says "
    "that half of her customers come from the other side. Alderman Joost Kamphuis promised them "
    "lower rents for as long as the works last. The repairs cost six million euros, of which the "
    "province pays a third. The council will look at the bridge again in the autumn, when the "
    "bearings have been replaced, and decide then whether it can carry buses as well. A citizens' "
    "group had asked for a new, wider bridge with separate lanes. That plan was put off until "
    "the budget of next year, although several members called it a missed chance. The bridge was "
    "built in 1931 and is a listed monument, so its look may not be changed by the works."
)
ORCHARD = (
    "A late frost has destroyed most of the cherry blossom in the river valley, growers report. "
    "Temperatures fell to minus five in the night, and fires lit between the trees could not save "
    "the crop. The growers' union speaks of the worst spring since the floods. It asks for help "
    "from the disaster fund, which was made for such years. Beekeepers are moving their hives to "
    "the hills, where the apples are still closed. In the villages the blossom walk of next "
    "Sunday will go on, though there is little left to see along the way."
)


def telling(
    title: str = "",
    text: str = "",
    url: str | None = None,
    *,
    hours: float = 0,
    site: str = "courant.example",
    feed_id: int = 1,
    guid: str | None = None,
    summary: str = "",
    published_at: datetime | None = None,
) -> Traits:
    """Return the traits of a telling first seen `hours` after the tests' morning."""
    return traits_of(
        Telling(
            feed_id=feed_id,
            site=site,
            at=SEEN_AT + timedelta(hours=hours),
            title=title,
            text=text,
            summary=summary,
            url=url,
            guid=guid,
            published_at=published_at,
        )
    )


def council(
    town: str, party: str, mayor: str, *, turnout: str = "58,2", hours: float = 0
) -> Traits:
    """Return one of a series: results by municipality."""
    text = (
        f"In {town} is {party} bij de raadsverkiezingen de grootste geworden. De partij kreeg 22,4 "
        f"procent van de stemmen. De opkomst in {town} was {turnout} procent, iets hoger dan vier "
        f"jaar geleden. Burgemeester {mayor} reageerde tevreden op het verloop van de dag. De "
        "stembureaus waren tot negen uur open en er waren volgens de gemeente geen bijzonderheden. "
        "De definitieve uitslag wordt vastgesteld door het centraal stembureau. Daarna begint de "
        "formatie van een nieuw college van wethouders."
    )
    url = f"https://courant.example/verkiezingen/{town.lower()}-uitslag-van-de-raad"
    return telling(f"Uitslag raad {town}: {party} de grootste", text, url, hours=hours)


def vacancy(job: str, city: str, *, hours: float = 0) -> Traits:
    """Return one of a series: job adverts."""
    text = (
        f"For our office in {city} we are looking for a {job} who wants to work with us from the "
        "first of May. You will join a team of twelve colleagues who help clients in the whole "
        "region every day. We offer a permanent contract, thirty days of leave and a travel "
        "allowance. You hold a degree in a relevant field, have at least three years of experience "
        "and speak fluent English. Interested? Send your letter to our recruiters, and name this "
        "vacancy. Interviews take place in the second half of April."
    )
    return telling(
        f"{job.capitalize()} in {city}", text, f"https://jobs.example/v/{job}-{city}", hours=hours
    )


def weather(town: str, day: str, sky: str, high: int, low: int, *, hours: float = 0) -> Traits:
    """Return one of a series: a forecast."""
    text = (
        f"The {day} begins {sky} in {town}, with {low} degrees in the early morning. In the "
        f"afternoon the glass rises to {high} degrees in most places. Along the coast it stays "
        f"cooler with a fresh wind. Tonight the clouds will part and it cools down to {low - 2} "
        "degrees. The coming days remain unsettled, with now and then a shower and sometimes sun."
    )
    url = f"https://courant.example/weather/{town.lower()}-{day.lower()}-{sky}-{high}"
    return telling(f"Forecast for {town}: {sky}, {high} degrees", text, url, hours=hours)
