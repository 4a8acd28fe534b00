import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.stated import CounterKind
from ingest.page.counters import read_counter, read_duration, read_minutes, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1187", 1187),
        ("1.187", 1187),
        ("1,187", 1187),
        ("1 187", 1187),
        ("1\u00a0187", 1187),
        ("1\u202f187\u202f402", 1187402),
        ("1’187", 1187),
        ("10,4K", 10400),
        ("1.2k", 1200),
        ("1.234k", 1234),
        ("2,1 mln", 2100000),
        ("3 Mio.", 3000000),
        ("12 tys.", 12000),
        ("0", 0),
    ],
)
def test_numbers_are_read_as_pages_write_them(text: str, value: int) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "-4", "1.23.4", "veel", "1187 x", "12345678901234567890"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert read_number(text) is None


@given(st.integers(0, 10**9), st.sampled_from([".", ",", " ", "\u00a0", "\u202f", "’"]))
@settings(derandomize=True, max_examples=200)
def test_grouped_thousands_are_read_back(number: int, separator: str) -> None:
    assert read_number(f"{number:,}".replace(",", separator)) == number


@pytest.mark.parametrize(
    ("atom", "kind", "value"),
    [
        ("334 keer bekeken", CounterKind.VIEWS, 334),
        ("Bekeken: 334", CounterKind.VIEWS, 334),
        ("viewed 1,234 times", CounterKind.VIEWS, 1234),
        ("Comments (12)", CounterKind.COMMENTS, 12),
        ("12 Kommentare", CounterKind.COMMENTS, 12),
        ("przeczytano 1 045 razy", CounterKind.VIEWS, 1045),
        ("8 shares", CounterKind.SHARES, 8),
    ],
)
def test_counters_are_whole_atoms(atom: str, kind: CounterKind, value: int) -> None:
    counter = read_counter(atom)
    assert counter is not None
    assert (counter.kind, counter.value, counter.stated) == (kind, value, atom)


@pytest.mark.parametrize(
    "atom", ["90 keer bekeken door de buren", "reacties", "-3 views", "2 mei", "views"]
)
def test_other_atoms_are_no_counters(atom: str) -> None:
    assert read_counter(atom) is None


@pytest.mark.parametrize(
    ("atom", "minutes"),
    [
        ("leestijd 3 minuten", 3),
        ("3 min. leestijd", 3),
        ("12-minute read", 12),
        ("Lesedauer: ca. 6 Minuten", 6),
        ("Lecture : 4 min", 4),
        ("4 minuten", None),
        ("leestijd 0 minuten", None),
        ("gelezen", None),
    ],
)
def test_reading_times_name_reading(atom: str, minutes: int | None) -> None:
    assert read_minutes(atom) == minutes


@pytest.mark.parametrize(
    ("stated", "minutes"),
    [("PT5M", 5), ("PT1H10M30S", 71), ("PT90S", 2), ("P", None), ("PT0M", None), ("5 min", None)],
)
def test_durations_are_read_in_whole_minutes(stated: str, minutes: int | None) -> None:
    assert read_duration(stated) == minutes
