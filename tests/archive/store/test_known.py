"""Whom an entry is compared with: all that share an address, and of the rest who is like it by more than chance."""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from archive.identity.likeness import Telling, Traits, candidate_keys, traits_of
from archive.store.known import MAX_CANDIDATES, MAX_ROWS_A_KEY, MOST_ROWS, Known, KnownVariant
from archive.store.stating import guid_digest
from tests.archive.store.depositing import START, Paper, at, open_store
from tests.archive.store.looking import count

HARBOUR = (
    "De havenmeester liet dinsdag weten dat de oude sluis tot het voorjaar gesloten blijft omdat de deuren klemmen en"
    " het water te hoog staat voor de duikers die het slot zouden nakijken zodra de storm was gaan liggen"
)
LIBRARY = (
    "Leden kunnen vanaf woensdag ladders lenen bij de bibliotheek naast boeken spellen en gereedschap want veel mensen"
    " hebben er maar een keer per jaar een nodig zegt directeur Wiersma die zelf op drie hoog achter woont"
)


def telling(text: str, title: str = "") -> Traits:
    return traits_of(Telling(feed_id=1, site="krant.example", at=START, title=title, text=text))


def shared_runs(n: int) -> str:
    """Return the `n` runs of HARBOUR that its keys are sure to hold: those of the smallest hashes, apart."""
    words = list(telling(HARBOUR).words)
    starts = sorted(range(len(words) - 3), key=lambda i: crc32(" ".join(words[i : i + 4]).encode()))
    apart: list[int] = []
    for start in starts:
        if all(abs(start - other) >= 8 for other in apart):
            apart.append(start)
    return " ".join(word for start in apart[:n] for word in words[start : start + 4])


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    """Return what is known when the archive holds one telling of the harbour, of variant 7."""
    with open_store(tmp_path / "archive.db") as store, store.reading() as connection:
        found = Known(connection)
        found.note_keys(variant(7), telling(HARBOUR, "Sluis blijft dicht"))
        yield found


def variant(number: int) -> KnownVariant:
    return KnownVariant(
        id=number, article_id=number, site="krant.example", audience="public", first_seen_us=0, revision_id=None,
        page_statement_id=None, page_state="none", article_public_id="", is_published=False,
    )  # fmt: skip


def asked(known: Known, text: str, title: str = "") -> tuple[int, ...]:
    return known.candidate_ids(telling(text, title), guid_digest=guid_digest(1, None))


def test_one_run_of_words_in_common_is_chance_and_two_are_not(known: Known) -> None:
    for n, expected in ((1, ()), (2, (7,))):
        text = f"{LIBRARY} {shared_runs(n)}"
        mine, theirs = candidate_keys(telling(text)), candidate_keys(telling(HARBOUR))
        assert len({*mine} & {*theirs}) >= n
        assert asked(known, text) == expected


def test_a_line_of_few_runs_is_compared_for_one_of_them(known: Known) -> None:
    assert asked(known, f"{shared_runs(1)} zegt") == (7,)


def test_a_headline_in_common_is_enough(known: Known) -> None:
    assert asked(known, LIBRARY, "Sluis blijft dicht") == (7,)


@pytest.mark.parametrize("most_rows", [MOST_ROWS, 1], ids=["read at once", "read key by key"])
def test_of_a_key_that_all_share_the_newest_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_rows: int
) -> None:
    monkeypatch.setattr("archive.store.known.MOST_ROWS", most_rows)
    with open_store(tmp_path / "archive.db") as store:
        paper = Paper(store)
        for number in range(MAX_ROWS_A_KEY + 3):
            paper.poll(
                {
                    "guid": str(number),
                    "title": "Het weer in het noorden",
                    "text": f"Dag {number}: wind.",
                },
                now=at(number),
            )
        assert count(store.path, "variants") == MAX_ROWS_A_KEY + 3
        with store.reading() as connection:
            found = Known(connection)
            today = telling("Wind", "Het weer in het noorden")
            found.load_candidates([today], [guid_digest(1, None)])
            # Of equal ones the oldest first: the first three were not even read.
            of_these = found.candidate_ids(today, guid_digest=guid_digest(1, None))
            assert of_these == tuple(range(4, 4 + MAX_CANDIDATES))
