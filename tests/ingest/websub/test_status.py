"""What a person is told of how a feed is pushed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import NotFound
from archive.store.pushed import push_of
from archive.store.sqlite import open_reader
from ingest.websub.status import push_lines
from tests.ingest.websub.scene import PUBLIC_URL, Scene, item, rss, scene_in


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with scene_in(tmp_path) as made:
        yield made


def told(scene: Scene, *, public_url: str = PUBLIC_URL) -> tuple[str, ...]:
    path = str(scene.store.path)
    return push_lines(path, "krant", public_url=public_url, now=scene.clock())


def test_an_active_subscription_is_told_with_its_lease_and_pushes(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.tick()
    assert told(scene) == (
        "active at https://hub.example/ until 2026-12-04 12:00 UTC",
        "1 push, the last 2026-11-24 12:00 UTC",
    )


def test_a_feed_without_a_hub_says_so(scene: Scene) -> None:
    scene.subscribe(rss(item("1"), hub=None))
    assert told(scene) == ("not pushed: it names no hub",)


def test_without_a_public_address_that_is_the_reason(scene: Scene) -> None:
    scene.subscribe(rss(item("1")))
    assert told(scene, public_url="") == ("not pushed: push needs [web] public_url",)
    assert told(scene) == ("will be subscribed at its hub",)


def test_readers_and_writers_read_the_same_of_a_subscription(scene: Scene) -> None:
    scene.activate()
    scene.push(rss(item("2")))
    scene.push(rss(item("3")), signature="sha256=" + "0" * 64)
    scene.tick()
    with closing(open_reader(str(scene.store.path))) as reader:
        assert push_of(reader, "krant") == (scene.feed(), scene.subscription)


def test_a_name_that_no_feed_has_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound):
        push_lines(str(scene.store.path), "krnat", public_url="", now=scene.clock())
