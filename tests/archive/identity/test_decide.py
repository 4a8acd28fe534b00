"""What a sighting comes to: known, joined, new; by hand first, whatever the order of candidates."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity.decide import (
    Candidate,
    EditKind,
    Hand,
    Joined,
    KnownSighting,
    New,
    Revised,
    Seen,
    decide_entry,
)
from archive.identity.likeness import Traits
from archive.identity.rules import Kind
from tests.archive.identity.tellings import BRIDGE, ORCHARD, council, telling

URL = "https://courant.example/2026/03/17/swing-bridge-closes-for-eleven-months-48291"
HEAD = " ".join(BRIDGE.split()[:38])


def known(traits: Traits, digest: bytes = b"old") -> KnownSighting:
    return KnownSighting(article_id=7, variant_id=70, digest=digest, traits=traits)


def candidate(article_id: int, traits: Traits, variant_id: int = 0, **kind: bool) -> Candidate:
    return Candidate(
        article_id=article_id, variant_id=variant_id or article_id * 10, traits=traits, **kind
    )


def test_an_equal_statement_is_seen_and_nothing_is_compared() -> None:
    entry = telling("Bridge closes", BRIDGE, URL)
    decision = decide_entry(entry, b"old", known(entry), [candidate(9, entry)])
    assert decision == Seen(article_id=7, variant_id=70)


def test_noise_is_seen_and_says_so() -> None:
    old = telling("Bridge closes", "Updated 14:32. " + BRIDGE, URL)
    new = telling("Bridge closes", "Updated 15:10. " + BRIDGE, URL, hours=1)
    decision = decide_entry(new, b"new", known(old), [])
    assert isinstance(decision, Seen)
    assert decision.edit is not None
    assert decision.edit.kind is EditKind.NOISE


def test_a_changed_statement_is_a_revision_of_its_own_sighting() -> None:
    old = telling("Bridge closes", BRIDGE, URL, guid="1")
    new = telling("Bridge closes early", BRIDGE + " It starts on Monday.", URL, guid="1", hours=3)
    decision = decide_entry(new, b"new", known(old), [candidate(9, new)])
    assert isinstance(decision, Revised)
    assert (decision.article_id, decision.edit.kind) == (7, EditKind.SUBSTANTIAL)
    assert decision.events[0].verdict.rule == "address"


def test_a_recycled_guid_is_a_new_article() -> None:
    old = telling("Bridge closes", BRIDGE, "https://courant.example/today", guid="0")
    new = telling("Late frost", ORCHARD, "https://courant.example/today", guid="0", hours=24)
    decision = decide_entry(new, b"new", known(old), [candidate(7, old, 70)])
    assert isinstance(decision, New)
    assert decision.recycled


def test_a_recycled_guid_may_join_the_article_it_tells_of() -> None:
    old = telling("Bridge closes", BRIDGE, "https://courant.example/today", guid="0")
    frost = telling("Late frost", ORCHARD, "https://bode.example/1", site="bode.example", feed_id=2)
    new = telling("Late frost", ORCHARD, "https://courant.example/today", guid="0", hours=24)
    decision = decide_entry(new, b"new", known(old), [candidate(7, old, 70), candidate(8, frost)])
    assert isinstance(decision, Joined)
    assert decision.article_id == 8
    assert decision.variant_id is None  # another paper: a variant of its own


def test_a_second_feed_of_the_paper_joins_its_variant() -> None:
    first = telling("Bridge closes", BRIDGE, URL)
    entry = telling("Bridge closes", HEAD, URL, feed_id=2, hours=1)
    decision = decide_entry(entry, b"", None, [candidate(7, first, 70)])
    assert isinstance(decision, Joined)
    assert decision.variant_id == 70


def test_a_private_entry_never_joins_a_public_variant() -> None:
    first = telling("Bridge closes", BRIDGE, URL)
    candidates = [candidate(7, first, 70)]
    decision = decide_entry(first, b"", None, candidates, is_private=True)
    assert isinstance(decision, Joined)
    assert decision.variant_id is None
    candidates.append(candidate(7, first, 71, is_private=True))
    again = decide_entry(first, b"", None, candidates, is_private=True)
    assert isinstance(again, Joined)
    assert again.variant_id == 71


def test_nothing_alike_is_new_and_related_articles_are_told() -> None:
    part = telling("The missing ferry (1/2)", BRIDGE, "https://courant.example/ferry-1")
    entry = telling("The missing ferry (2/2)", BRIDGE, "https://courant.example/ferry-2", hours=9)
    decision = decide_entry(entry, b"", None, [candidate(7, part)])
    assert isinstance(decision, New)
    assert [(e.article_id, e.verdict.kind) for e in decision.relations] == [(7, Kind.RELATED)]
    assert not decision.recycled


def test_the_strongest_proof_wins_and_the_other_is_told() -> None:
    entry = telling("Bridge closes", BRIDGE, URL, hours=2)
    by_words = telling("Bridge closes", BRIDGE, "https://bode.example/1", site="bode.example")
    by_address = telling("Bridge shut", HEAD, URL)
    decision = decide_entry(entry, b"", None, [candidate(3, by_words), candidate(5, by_address)])
    assert isinstance(decision, Joined)
    assert (decision.article_id, decision.also) == (5, (3,))


def test_equal_proofs_join_the_older_article() -> None:
    entry = telling("Bridge closes", BRIDGE, URL, hours=2)
    decision = decide_entry(entry, b"", None, [candidate(n, entry) for n in (9, 4, 6)])
    assert isinstance(decision, Joined)
    assert (decision.article_id, decision.also) == (4, (6, 9))


def numbered(account: str, number: int, text: str, hours: float = 0) -> Traits:
    url = f"https://host.example/blog/{account}/{number}/item.html"
    return telling(f"Post {chr(97 + number % 7) * 4}", text, url, site="host.example", hours=hours)


def test_a_number_that_two_articles_have_is_no_articles_number() -> None:
    half = " ".join(BRIDGE.split()[:80])
    first = numbered("1327682", 1, half + " " + ORCHARD)
    second = numbered("1327682", 2, ORCHARD + " " + half, hours=30)
    third = numbered("1327682", 3, half, hours=60)
    one = decide_entry(third, b"", None, [candidate(7, first)])
    assert isinstance(one, Joined)  # of one alone the rules take it for an article's
    assert one.verdict.rule == "number"
    two = decide_entry(third, b"", None, [candidate(7, first), candidate(8, second)])
    assert not (isinstance(two, Joined) and two.verdict.rule == "number")


def test_two_items_of_one_document_are_one_only_to_the_letter() -> None:
    first = numbered("1327682", 1, BRIDGE)
    second = numbered("1327682", 2, BRIDGE + " " + ORCHARD)
    assert isinstance(decide_entry(second, b"", None, [candidate(7, first)]), Joined)
    listed = decide_entry(second, b"", None, [candidate(7, first, is_listed=True)])
    assert isinstance(listed, New)
    assert [e.verdict.rule for e in listed.events] == ["listed"]
    section = numbered("1327682", 1, BRIDGE)
    twice = decide_entry(section, b"", None, [candidate(7, first, is_listed=True)])
    assert isinstance(twice, Joined)


def test_an_address_joins_what_one_document_lists_twice() -> None:
    short, whole = telling("Bridge closes", HEAD, URL), telling("Swing bridge", BRIDGE, URL)
    decision = decide_entry(whole, b"", None, [candidate(7, short, is_listed=True)])
    assert isinstance(decision, Joined)


def test_what_another_order_would_have_asked_first_is_told() -> None:
    entry = telling("Bridge closes", BRIDGE, "https://courant.example/b-1", hours=2)
    by_words = telling("Bridge closes", BRIDGE, "https://bode.example/1", site="bode.example")
    unlike = telling("Late frost", ORCHARD, "https://post.example/1", site="post.example")
    joined = decide_entry(entry, b"", None, [candidate(3, by_words, 30), candidate(3, unlike, 31)])
    assert isinstance(joined, Joined)
    assert [e.variant_id for e in joined.against] == [31]
    two = decide_entry(entry, b"", None, [candidate(3, by_words, 30), candidate(4, by_words, 40)])
    assert isinstance(two, Joined)
    assert [e.article_id for e in two.against] == [4]
    alone = decide_entry(entry, b"", None, [candidate(3, by_words, 30)])
    assert isinstance(alone, Joined)
    assert alone.against == ()


def test_an_address_depends_on_no_order_where_it_names_one_article() -> None:
    entry = telling("Bridge closes", BRIDGE, URL)
    same, unlike = (
        telling("Bridge shut", HEAD, URL),
        telling("Late frost", ORCHARD, site="x.example"),
    )
    joined = decide_entry(entry, b"", None, [candidate(3, same, 30), candidate(3, unlike, 31)])
    assert isinstance(joined, Joined)
    assert joined.against == ()


def test_a_migration_joins_what_no_rule_joins_and_no_mark_parts() -> None:
    before = telling("Bridge closes", "", "https://courant.example/?a=1")
    entry = telling("Bridge closes", "", "https://courant.example/?b=2", hours=24 * 40)
    assert isinstance(decide_entry(entry, b"", None, [candidate(7, before, 70)]), New)
    moved = decide_entry(entry, b"", None, [candidate(7, before, 70)], migrated_from=70)
    assert isinstance(moved, Joined)
    assert (moved.article_id, moved.verdict.rule) == (7, "migrated")
    part_1 = telling("The missing ferry (1/2)", BRIDGE, "https://courant.example/f-1")
    part_2 = telling("The missing ferry (2/2)", BRIDGE, "https://courant.example/f-2", hours=24)
    parted = decide_entry(part_2, b"", None, [candidate(7, part_1, 70)], migrated_from=70)
    assert isinstance(parted, New)
    hand = Hand(must_not=frozenset({7}))
    held = decide_entry(entry, b"", None, [candidate(7, before, 70)], migrated_from=70, hand=hand)
    assert isinstance(held, New)


def test_words_do_not_join_an_article_with_a_telling_that_bears_a_mark() -> None:
    whole = telling("The missing ferry", BRIDGE, "https://courant.example/ferry")
    part_1 = telling("The missing ferry (1/2)", BRIDGE, "https://courant.example/ferry-1")
    part_2 = telling("The missing ferry (2/2)", BRIDGE, "https://courant.example/ferry-2", hours=9)
    candidates = [candidate(7, whole, 70), candidate(7, part_1, 71)]
    assert isinstance(decide_entry(part_2, b"", None, candidates[:1]), Joined)
    assert isinstance(decide_entry(part_2, b"", None, candidates), New)


def test_a_hand_link_goes_before_every_rule() -> None:
    entry = telling("Late frost", ORCHARD, "https://courant.example/f")
    bridge = telling("Bridge closes", BRIDGE, URL)
    must = decide_entry(entry, b"", None, [candidate(7, bridge)], hand=Hand(must=frozenset({7})))
    assert isinstance(must, Joined)
    assert must.verdict.rule == "hand"
    unseen = decide_entry(entry, b"", None, [], hand=Hand(must=frozenset({7})))
    assert isinstance(unseen, Joined)


def test_what_was_parted_by_hand_stays_apart() -> None:
    entry = telling("Bridge closes", BRIDGE, URL)
    hand = Hand(must_not=frozenset({7}))
    decision = decide_entry(entry, b"old", known(entry), [candidate(7, entry)], hand=hand)
    assert isinstance(decision, New)
    joined = decide_entry(entry, b"", None, [candidate(7, entry), candidate(8, entry)], hand=hand)
    assert isinstance(joined, Joined)
    assert joined.article_id == 8


POOL = [
    telling("Bridge closes", BRIDGE, URL),
    telling("Bridge shut", HEAD, URL, feed_id=2),
    telling("Canal crossing shut", BRIDGE, "https://bode.example/1", site="bode.example"),
    telling("Bridge closes (1/2)", BRIDGE, "https://courant.example/part-1"),
    telling("Bridge closes (2/2)", BRIDGE, "https://courant.example/part-2"),
    telling("Late frost", ORCHARD, "https://courant.example/f"),
    council("Tiel", "Lokaal", "Visser"),
    council("Ede", "Samen", "Bakker"),
]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    st.sampled_from(POOL),
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(range(len(POOL)))), max_size=4),
)
def test_the_order_of_candidates_never_matters(entry: Traits, drawn: list[tuple[int, int]]) -> None:
    candidates = [candidate(a, POOL[n], a * 10 + n) for a, n in drawn]
    first = decide_entry(entry, b"", None, candidates)
    assert all(decide_entry(entry, b"", None, p) == first for p in permutations(candidates))
