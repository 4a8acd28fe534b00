"""The facts of an article in words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.model.kept import Revision, RevisionKind
from archive.output.beside import File, length_of
from archive.output.facts import (
    KIND_WORDS,
    file_facts,
    file_size,
    listed,
    origin_of,
    reading_time,
)

REVISION = Revision(
    id=1, variant_id=1, number=1, kind=RevisionKind.NEW, first_seen_at=datetime(2026, 11, 24, tzinfo=UTC),
    title="Kop", text="woord " * 500, html=None, language="nl", word_count=500,
)  # fmt: skip


def test_every_kind_of_revision_has_its_words() -> None:
    assert set(KIND_WORDS) == set(RevisionKind)


def test_a_stated_reading_time_goes_before_a_counted_one() -> None:
    assert reading_time(replace(REVISION, reading_minutes=7)) == "7 min read"
    assert reading_time(REVISION) == "500 words, about 3 min"


def test_a_teaser_has_no_reading_time_and_no_text_no_words() -> None:
    assert reading_time(replace(REVISION, word_count=1)) == "1 word"
    assert reading_time(replace(REVISION, word_count=0)) == ""


def test_what_is_written_without_spaces_is_counted_in_characters() -> None:
    japanese = replace(REVISION, language="ja-JP", text="岸" * 1_001)
    assert reading_time(japanese) == "1,001 characters, about 3 min"


@pytest.mark.parametrize(
    ("n_bytes", "told"),
    [(1, "1 B"), (999, "999 B"), (180_400, "180 kB"), (1_234_567, "1.2 MB"), (84_000_000, "84 MB"),
     (2_500_000_000, "2.5 GB")],
)  # fmt: skip
def test_sizes_are_in_decimal_units(n_bytes: int, told: str) -> None:
    assert file_size(n_bytes) == told


def test_a_file_tells_what_is_known_of_it() -> None:
    assert file_facts(File(url="u", kind="file")) == "file"
    assert (
        file_facts(File(url="u", kind="audio", format="MP3", seconds=3_723))
        == "audio · MP3 · 1:02:03"
    )
    assert length_of(41) == "0:41"


def test_a_list_reads_as_one() -> None:
    assert listed(["a", "b", "a", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert listed([]) == ""


def test_a_site_is_named_where_it_is_another_than_the_feed_and_not_only_its_host() -> None:
    shown = replace(REVISION, site_name="De Bode", section="Regio")
    assert origin_of(shown, "Verzamelaar") == ("Verzamelaar", "De Bode", "Regio")
    assert origin_of(shown, "de bode") == ("de bode", "Regio")
    host = replace(shown, site_name="bode.example", provenance={"site_name": "page inferred"})
    assert origin_of(host, "Verzamelaar") == ("Verzamelaar", "Regio")
