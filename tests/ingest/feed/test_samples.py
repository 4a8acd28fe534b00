"""Every sample gives what its twin says."""

import pytest

from ingest.feed import parse_feed
from tests.ingest.feed.samples import FOLDER, NAMES, URL, body_of, shown, twin_of


def test_every_sample_has_a_twin_that_says_why() -> None:
    bodies = {path.name for path in FOLDER.iterdir()} - {f"{name}.json" for name in NAMES}
    assert bodies == set(NAMES)
    assert all(twin_of(name)["why"] for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_what_its_twin_says(name: str) -> None:
    twin = twin_of(name)
    feed = parse_feed(body_of(name), URL)
    assert {key: shown(getattr(feed, key)) for key in twin["feed"]} == twin["feed"]
    assert len(feed.entries) == len(twin["entries"])
    for entry, expected in zip(feed.entries, twin["entries"], strict=True):
        assert {key: shown(getattr(entry, key)) for key in expected} == expected
