"""Two texts laid side by side: which places are slots, and what is exchanged in them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.likeness import shingles_of
from archive.identity.slots import Frame, Slot, Words


def frame(one: str, other: str, slot_words: float = 12) -> Frame:
    return _frame(tuple(one.split()), tuple(other.split()), slot_words)


def _frame(mine: Words, others: Words, slot_words: float = 12) -> Frame:
    shared = frozenset(shingles_of(mine, 3)) & frozenset(shingles_of(others, 3))
    return Frame(mine, others, shared, slot_words)


def test_what_stands_between_the_same_words_is_a_slot() -> None:
    both = frame(
        "the day begins wet in tiel with ten degrees", "the day begins wet in ede with ten degrees"
    )
    assert both.slots == (Slot(("tiel",), ("ede",)),)
    assert both.exchanges == ((Slot(("tiel",), ("ede",)), 1),)
    assert both.n_loose == 0


def test_a_slot_may_open_or_close_a_text() -> None:
    both = frame("tiel chose a new council today in calm", "ede chose a new council today in haste")
    assert both.slots == (Slot(("tiel",), ("ede",)), Slot(("calm",), ("haste",)))


def test_figures_are_left_to_the_rules() -> None:
    both = frame(
        "in the fire three men and 12 dogs were saved",
        "in the fire three men and 15 dogs were saved",
    )
    assert both.slots
    assert not both.exchanges


def test_a_word_that_the_other_has_elsewhere_is_not_exchanged() -> None:
    both = frame(
        "rovers beat town at home on a wet night", "town beat rovers at home on a wet night"
    )
    assert not both.exchanges


def test_a_lead_of_its_own_is_no_slot() -> None:
    lead = "nobody who stood at the roadside that morning will soon forget the sound of it"
    story = "the driver tried to steer round a tree and the coach came to rest in a field"
    both = frame(f"{lead} {story}", f"at least nine were hurt {story}")
    assert not both.slots
    assert both.n_loose == len(lead.split()) + 5


def test_one_exchange_made_twice_counts_two() -> None:
    one = "in tiel the vote was counted late and in tiel the mayor waited up for it"
    both = frame(one, one.replace("tiel", "ede"))
    assert sum(n for _, n in both.exchanges) == 2


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "1", "2"]), max_size=30).map(tuple)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(WORDS, WORDS)
def test_a_frame_is_the_same_from_either_side(one: Words, other: Words) -> None:
    forth, back = _frame(one, other), _frame(other, one)
    assert forth.short_words == back.short_words[::-1]
    assert forth.n_loose >= 0
    assert {w for slot in forth.slots for w in slot.mine} <= set(one)
    if one == other:
        assert not forth.exchanges
