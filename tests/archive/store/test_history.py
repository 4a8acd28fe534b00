"""What was stated comes back as the entry or page it was made from."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from archive import record
from archive.model.stated import (
    ArticlePage,
    Author,
    Claim,
    Enclosure,
    Entry,
    Precision,
    Update,
    Wall,
    WallKind,
)
from archive.store.history import entry_of, item_digest, page_of

words = st.text("ab <&>\"'é\n", max_size=12)
maybe = st.none() | words.filter(bool)
instants = st.none() | st.datetimes(timezones=st.just(UTC))
enclosures = st.lists(
    st.builds(
        Enclosure, url=words.filter(bool), type=maybe, length_bytes=st.none() | st.integers(1, 9)
    ),
    max_size=2,
).map(tuple)
tags = st.lists(words.filter(bool), max_size=2).map(tuple)


def stored(statement: record.Statement) -> record.Statement:
    """Return a statement as it comes back from the archive."""
    return record.from_json(record.to_json(statement), text=statement.text, html=statement.html)


entries = st.builds(
    Entry,
    guid=words,
    guid_stated=maybe,
    url=maybe,
    title=words,
    text=words,
    position=st.integers(0, 9),
    digest=st.just(b"x" * 16),
    html=st.none() | words,
    summary_html=st.none() | words,
    origin_url=maybe,
    authors=st.lists(st.builds(Author, name=words.filter(bool), email=maybe, url=maybe), max_size=2).map(tuple),
    published_at=instants,
    updated_at=instants,
    date_source=st.none() | st.sampled_from(["published rfc822", "published day"]),
    tags=tags,
    language=maybe,
    enclosures=enclosures,
    image_url=maybe,
    comments_url=maybe,
    summary_only=st.booleans(),
    extra=st.just({}),
)  # fmt: skip


@settings(max_examples=150, derandomize=True)
@given(entries)
def test_an_entry_states_again_what_it_stated(entry: Entry) -> None:
    first = stored(record.from_entry(entry))
    again = entry_of(first, guid="g", guid_stated=None, position=0, digest=item_digest(7))
    assert stored(record.from_entry(again)) == first
    assert record.statement_digest(record.from_entry(again)) == record.statement_digest(first)


def test_a_page_states_again_what_it_stated() -> None:
    seen = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=1)))
    page = ArticlePage(
        title="Brug dicht", authors=("Marit Vos",), published_at=seen, published_precision=Precision.MINUTE,
        modified_at=seen, modified_precision=Precision.DAY, section="Regio", tags=("water",), language="nl",
        language_parts=(("en", "closed"),), text="De brug.\nIs dicht.", html="<p>De brug.</p>",
        image_url="https://krant.example/a.jpg", site_name="Krant", canonical_url="https://krant.example/a",
        description="Dicht.", word_count=4, reading_minutes=1, wall=Wall(kind=WallKind.PAYWALL, marker="m"),
        robots=("noarchive",), enclosures=(Enclosure(url="https://krant.example/a.mp3"),),
        next_page_url="https://krant.example/a/2",
        updates=(
            Update(at=seen, title="Nu", html="<p>x</p>", text="x"),
            Update(at=None, title=None, html="", text="y"),
        ),
        claims=(Claim(field="title", source="og", stated="x", value="x"),), provenance={"title": "og"},
    )  # fmt: skip
    first = stored(record.from_page(page, "https://krant.example/a"))
    again = stored(record.from_page(page_of(first), first.url))
    assert again == first
    assert record.statement_digest(again) == record.statement_digest(first)
