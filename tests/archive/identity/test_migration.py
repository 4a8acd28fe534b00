"""When most of a document is old under new guids: which item is which, and when it is no migration at all."""

from collections.abc import Sequence

from archive.identity.likeness import Traits
from archive.identity.migration import Standing, migrated
from tests.archive.identity.tellings import telling

TITLES = ("Bridge closes", "Late frost", "New ferry", "Old mill sold", "Choir wins", "Ice")
TEXTS = (
    "The swing bridge closes for eleven months from April.",
    "Growers lost their cherries in one night of frost.",
    "",
    "Two sisters bought the mill for a single euro.",
    "They sang for forty minutes without a score.",
    "It held.",
)
MONTH = 45 * 24.0


def before(number: int, **change: str) -> Traits:
    said = {"title": TITLES[number], "text": TEXTS[number]} | change
    return telling(**said, url=f"https://courant.example/?old={number}", guid=f"old-{number}")


def after(number: int, **change: str) -> Traits:
    said = {"title": TITLES[number], "text": TEXTS[number]} | change
    url = f"https://courant.example/?new={number}"
    return telling(**said, url=url, guid=f"new-{number}", hours=MONTH)


def asked(
    items: Sequence[Traits], standing: Sequence[Traits], n_items: int | None = None
) -> dict[int, int]:
    """Return who is who if everything is a candidate of everything."""
    known = [Standing(variant_id=100 + n, traits=one) for n, one in enumerate(standing)]
    return dict(migrated([(item, known) for item in items], n_items=n_items or len(items)))


def test_neighbours_that_are_plainly_the_same_speak_for_the_rest() -> None:
    everyone = range(len(TITLES))
    found = asked([after(n) for n in everyone], [before(n) for n in everyone])
    assert found == {n: 100 + n for n in everyone}


def test_two_items_are_no_document() -> None:
    assert asked([after(n) for n in (0, 1)], [before(n) for n in (0, 1)]) == {}


def test_items_among_many_known_ones_are_no_migration() -> None:
    three = (0, 1, 3)
    items, standing = [after(n) for n in three], [before(n) for n in three]
    assert len(asked(items, standing, n_items=6)) == 3
    assert asked(items, standing, n_items=7) == {}


def test_headlines_alone_are_no_migration() -> None:
    """A day's rubrics: each headline is yesterday's, over nothing."""
    everyone = range(len(TITLES))
    items = [after(n, text="") for n in everyone]
    assert asked(items, [before(n, text="") for n in everyone]) == {}


def test_headlines_over_other_words_are_no_migration() -> None:
    everyone = range(len(TITLES))
    items = [after(n, text=f"Today {n + 3} of them, tomorrow perhaps {n + 9}.") for n in everyone]
    assert asked(items, [before(n) for n in everyone]) == {}


def test_one_headline_for_two_items_is_left_to_the_rules() -> None:
    everyone = range(len(TITLES))
    items = [*(after(n) for n in everyone), after(2)]
    found = asked(items, [before(n) for n in everyone])
    assert set(found) == {0, 1, 3, 4, 5}


def test_another_day_in_a_headline_stays_apart_in_a_migration() -> None:
    everyone = range(len(TITLES))
    items = [after(n) for n in everyone]
    items[2] = after(2, title="Market", text="The fair of Tuesday 3 March is full of stalls today.")
    standing = [before(n) for n in everyone]
    standing[2] = before(
        2, title="Market", text="The fair of Friday 6 March is full of stalls today."
    )
    assert set(asked(items, standing)) == {0, 1, 3, 4, 5}


def test_a_blurb_cut_at_another_length_is_the_same() -> None:
    everyone = range(len(TITLES))
    items = [after(n) for n in everyone]
    items[0] = after(0, text=" ".join(TEXTS[0].split()[:7]))
    assert asked(items, [before(n) for n in everyone])[0] == 100
