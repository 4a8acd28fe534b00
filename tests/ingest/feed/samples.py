"""The feed samples of tests/data/feeds: bytes, and a twin of JSON that says what they give."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.model.stated import Author, Enclosure, RejectedEntry

FOLDER = Path(__file__).resolve().parents[2] / "data" / "feeds"
NAMES = sorted(path.name.removesuffix(".json") for path in FOLDER.glob("*.*.json"))
URL = "https://paper.example/feeds/all"


def body_of(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def twin_of(name: str) -> dict[str, Any]:
    twin = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(twin, dict)
    return twin


def shown(value: object) -> object:
    """Return a value as the twins write it."""
    match value:
        case datetime():
            return value.isoformat()
        case Author():
            return [value.name, value.email]
        case Enclosure():
            return [value.url, value.type, value.length_bytes, value.title]
        case RejectedEntry():
            return [value.position, value.reason]
        case tuple():
            return [shown(one) for one in value]
    return value
