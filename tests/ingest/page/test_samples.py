"""Every page of tests/data/pages gives what its twin says."""

from datetime import UTC, datetime

import pytest

from archive.model.stated import Wall, WallKind
from ingest.clean import text_of
from tests.ingest.page.pages import Sample, runs, samples

SAMPLES = samples()


def of_page(name: str, value: object) -> object:
    """A field's value as a twin writes it."""
    if name == "wall":
        return value.kind.value if isinstance(value, Wall) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_a_page_gives_the_fields_its_twin_states(sample: Sample) -> None:
    page = sample.parse()
    found = {name: of_page(name, getattr(page, name)) for name in sample.twin["expected"]}
    assert found == sample.twin["expected"]


@pytest.mark.parametrize("sample", [s for s in SAMPLES if "first" in s.twin], ids=lambda s: s.name)
def test_a_page_gives_its_whole_text_and_nothing_around_it(sample: Sample) -> None:
    page = sample.parse()
    assert page.text is not None
    assert page.html is not None
    assert page.text.startswith(sample.twin["first"])
    assert page.text.endswith(sample.twin["last"])
    assert [words for words in sample.twin["absent"] if words in page.text] == []
    assert [words for words in sample.twin["html_has"] if words not in page.html] == []
    assert [words for words in sample.twin.get("html_not", []) if words in page.html] == []


@pytest.mark.parametrize("sample", [s for s in SAMPLES if "first" in s.twin], ids=lambda s: s.name)
def test_text_is_what_html_says(sample: Sample) -> None:
    page = sample.parse()
    assert page.text is not None
    assert page.html is not None
    ours, theirs = runs(page.text), runs(text_of(page.html))
    assert sum((ours & theirs).values()) >= 0.99 * sum(ours.values())


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.name.startswith("wall-")], ids=lambda s: s.name
)
def test_a_wall_leaves_nothing_that_could_pass_for_an_article(sample: Sample) -> None:
    page = sample.parse()
    assert page.wall is not None
    assert page.wall.marker
    if page.wall.kind is not WallKind.PAYWALL:
        stated = (page.title, page.text, page.html, page.description, page.word_count)
        assert stated == (None,) * 5
        assert (page.authors, page.tags, page.claims) == ((), (), ())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_every_chosen_value_has_a_source_and_a_claim(sample: Sample) -> None:
    page = sample.parse()
    for name in ("title", "section", "language", "canonical_url", "image_url", "site_name"):
        value = getattr(page, name)
        assert (value is not None) == (name in page.provenance)
        if value is not None:
            claims = [c for c in page.claims if c.field == name and c.value == value]
            assert page.provenance[name] in {claim.source for claim in claims}
