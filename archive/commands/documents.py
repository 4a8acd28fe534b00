"""What each --json document holds: the one table behind `help json`, its JSON Schema and the tests of the commands.

Schema 1: fields are only ever added. A shape is a type ("text", "whole", "number", "flag", "instant"; with ? it may be
null), a list of one shape, or fields by name; a field whose name ends in ? may be missing, "*" stands for any name.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Shape = str | list[Any] | Mapping[str, Any]

SCHEMA: Final = 1

TYPES: Final[Mapping[str, str]] = {
    "text": "string",
    "whole": "integer",
    "number": "number",
    "flag": "boolean",
    "instant": "string",
    "any": "",
}
"""What JSON Schema calls them."""

HIT: Final = {
    "id": "text", "title": "text", "snippet": "text", "marks": ["text"], "feed": "text", "feed_title": "text",
    "url": "text?", "effective_at": "instant", "first_seen_at": "instant", "language": "text?", "section": "text?",
    "reading_minutes": "whole?", "sightings": "whole", "revisions": "whole", "revision": "whole?",
    "superseded_at": "instant?", "score": "number?", "is_day": "flag",
}  # fmt: skip
_VALUES: Final = [{"value": "text", "articles": "whole"}]
_TOTAL: Final = {"query": "text", "total": "whole?", "total_is_bounded": "flag"}
_COUNTED: Final = {"query": "text", "articles": "whole", "is_bounded": "flag"}
_POLL: Final = {
    "started_at": "instant", "result": "text", "status": "whole?", "new": "whole", "joined": "whole",
    "revised": "whole", "seen": "whole", "rejected": "whole", "bytes": "whole", "elapsed_s": "number",
    "rolled_over": "flag", "detail": "text?",
}  # fmt: skip
_MOVE: Final = "any"
_FEEDS: Final = {
    "at_rest_since": "instant?",
    "feeds": [{
        "feed": "text", "title": "text", "url": "text", "state": "text", "origin": "text", "last_poll_at": "instant?",
        "next_poll_at": "instant?", "articles": "whole", "failures": "whole", "note": "text?", "tags": ["text"],
        "page": "text", "private": "flag", "health": "text", "needs_look": "flag", "cure": "text?",
        "last_good_at": "instant?", "failing_since": "instant?", "hold_until": "instant?", "new_24h": "whole",
        "copies": "number?", "days": ["whole?"], "rolled_over_at": "instant?",
    }],
}  # fmt: skip
_CHANGE: Final = [{"change": "text", "text": "text"}]

DOCUMENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "search": {
        **_TOTAL, "sort?": "text", "next_page?": "text?", "notes?": ["text"], "hits?": [HIT], "urls?": ["text"],
        "ids?": ["text"],
        "facets?": {
            "articles": "whole", "is_bounded": "flag", "feed": _VALUES, "lang": _VALUES, "section": _VALUES,
            "year": _VALUES, "month": _VALUES,
        },
        "parts?": [{
            "depth": "whole", "what": "text", "articles": "whole", "is_bounded": "flag", "forms": "any",
        }],
        "narrowed?": ["text"], "seconds?": {"*": "number"},
    },
    "follow": {**HIT, "lastmod": "whole"},
    "show": {
        "id": "text", "first_seen_at": "instant", "effective_at": "instant", "revision": "whole", "title": "text",
        "url": "text?", "canonical_url": "text?", "language": "text?",
        "authors": [{"name": "text", "email": "text?", "url": "text?"}], "section": "text?", "tags": ["text"],
        "published_at": "instant?", "published_precision": "text?", "modified_at": "instant?",
        "reading_minutes": "whole?", "word_count": "whole?", "image_url": "text?", "description": "text?",
        "site_name": "text?", "text": "text", "html": "text?",
        "enclosures": [{
            "url": "text", "type": "text?", "length_bytes": "whole?", "duration_s": "whole?", "title": "text?",
        }],
        "page": "text?", "corrections": [{"kind": "text", "text": "text"}],
        "updates": [{"at": "instant?", "title": "text?", "text": "text", "is_in_text": "flag"}],
        "n_parts": "whole", "missing_part": "text?", "languages": ["text"],
        "sightings": [{
            "feed": "text", "guid": "text?", "url": "text?", "title": "text?", "first_seen_at": "instant",
            "last_seen_at": "instant", "rule": "text",
        }],
        "revisions": [{"number": "whole", "kind": "text", "first_seen_at": "instant", "title": "text"}],
        "counters": [{"kind": "text", "value": "whole", "stated": "text", "observed_at": "instant"}],
        "related": [{"id": "text", "title": "text"}], "merged_from": ["text"],
    },
    "diff": {
        "id": "text", "from": {"number": "whole", "first_seen_at": "instant", "title": "text"},
        "to": {"number": "whole", "first_seen_at": "instant", "title": "text"}, "kind": "text", "between": "any",
        "title_changed": "flag", "words_changed": "whole", "words": "whole", "title": _CHANGE,
        "paragraphs": [{"number": "whole", "parts": _CHANGE}],
    },
    "count": {**_TOTAL, "archive?": "text", "lastmod?": "whole"},
    "timeline": {
        "query": "text", "by": "text",
        "counts": [{"day?": "text", "month?": "text", "year?": "text", "articles": "whole"}],
    },
    "authors": {**_COUNTED, "authors": [{"author": "text", "articles": "whole"}]},
    "domains": {**_COUNTED, "domains": [{"domain": "text", "articles": "whole"}]},
    "tags": {**_COUNTED, "tags": [{"tag": "text", "articles": "whole", "by_hand": "whole"}]},
    "saved": {"saved": [{"name": "text", "articles": "whole?", "query": "text"}]},
    "related": {
        "id": "text",
        "related": [{
            "id": "text", "title": "text", "url": "text?", "feed": "text", "effective_at": "instant",
        }],
    },
    "stats": {
        "feeds": "whole", "articles": "whole", "sightings": "whole", "duplicates": "whole", "edits": "whole",
        "polls": "whole", "order_dependent?": "whole", "first_seen_at": "instant?", "last_seen_at": "instant?",
        "revisions": {"*": "whole"}, "pages": {"*": "whole"}, "bytes": {"archive": "whole", "bodies": "whole"},
        "by_feed": [{
            "feed": "text", "articles": "whole", "sightings": "whole", "joined": "whole", "days": ["whole"],
        }],
        "by_month": [{
            "month": "text", "feed": "text", "articles": "whole", "sightings": "whole", "duplicates": "whole",
            "edits": "whole", "headlines": "whole",
        }],
        "overlap": [{"feed": "text", "other": "text", "articles": "whole"}],
    },
    "feeds": _FEEDS,
    "feeds list": _FEEDS,
    "feeds check": _FEEDS,
    "feeds log": {"feed": "text", "polls": [_POLL]},
    "feeds show": {
        "feed": "text", "title": "text", "url": "text", "state": "text", "health": "text", "note": "text?",
        "cure": "text?", "last_poll_at": "instant?", "last_good_at": "instant?", "next_poll_at": "instant?",
        "reasons": ["text"], "failures": "whole", "failing_since": "instant?", "hold_until": "instant?",
        "interval_s": "number?", "gap_s": "number?", "window": "whole?", "rollovers": "whole",
        "rolled_over_at": "instant?", "missed": "any", "days": ["whole?"], "new_24h": "whole", "articles": "whole",
        "copies": "number?", "etag": "text?", "last_modified": "text?", "validators_url": "text?",
        "unconditional_at": "instant?", "addresses": [{"url": "text", "kind": "text", "since": "instant"}],
        "redirect": _MOVE, "hubs": "any", "tags": ["text"],
        "settings": {
            "origin": "text", "page": "text", "interval_s": "whole?", "private": "flag", "publish": "flag",
            "auth_file": "flag", "verify_tls": "flag", "guids": "text",
        },
        "polls": [_POLL],
    },
    "poll": {
        "polls": [{
            "feed": "text", "result": "text", "status": "whole?", "new": "whole", "revised": "whole",
            "joined": "whole", "seen": "whole", "rejected": "whole", "elapsed_s": "number", "detail": "text?",
            "next_poll_at": "instant?", "articles": "any",
        }],
        "pages": {"read": "whole", "walls": "whole", "failed": "whole"},
    },
    "why": {"*": "any"},
    "page": {
        "url": "text", "is_kept": "flag", "text": "text", "html": "text?",
        "fields": {
            "*": {
                "value": "any", "source": "text?",
                "claims": [{"source": "text", "value": "any", "stated": "text?"}],
            },
        },
        "*": "any",
    },
    "pages": {
        "counts": {"*": "whole"},
        "due": [{
            "due_at": "instant", "host": "text", "feed": "text", "article": "text?", "title": "text?", "url": "text",
            "is_look": "flag", "attempts": "whole", "reason": "text?", "detail": "text?",
        }],
        "failures": "any",
        "walls": [{
            "host": "text", "reason": "text?", "pages": "whole", "given_up": "whole", "detail": "text?",
        }],
    },
    "fetch": {"pages": "whole", "new": "whole", "hosts": "any", "asked": "any"},
    "publish": {
        "path": "text", "n_entries": "whole", "n_bytes": "whole", "changed": "flag", "dry_run": "flag",
    },
    "check": {"ok": "flag", "troubles": "any"},
    "duplicates": {"*": "any"},
    "identity replay": {"*": "any"},
}  # fmt: skip
"""By command. All have "schema" too. What is "any" is not promised: it tells of rules that are still made better."""


# -- comparing -------------------------------------------------------------------------------


def faults(value: object, shape: Shape, path: str = "") -> Iterator[str]:
    """Yield where a value is not of its shape, as PATH: what is wrong."""
    match shape, value:
        case str(), _:
            if not _is_of(value, shape):
                yield f"{path or '.'}: {value!r} is no {shape}"
        case list(), list():
            for n, item in enumerate(value):
                yield from faults(item, shape[0], f"{path}[{n}]")
        case Mapping(), dict():
            yield from _field_faults(value, shape, path)
        case _:
            yield f"{path or '.'}: {type(value).__name__} where {type(shape).__name__} stands"


def _field_faults(value: dict[str, Any], shape: Mapping[str, Any], path: str) -> Iterator[str]:
    known = {name.removesuffix("?"): inner for name, inner in shape.items()}
    for name in shape:
        if not name.endswith("?") and name != "*" and name not in value:
            yield f"{path}.{name}: missing"
    for name, inner in value.items():
        if name in known:
            yield from faults(inner, known[name], f"{path}.{name}")
        elif "*" in shape:
            yield from faults(inner, shape["*"], f"{path}.{name}")
        else:
            yield f"{path}.{name}: not in the table"


def _is_of(value: object, shape: str) -> bool:
    name = shape.removesuffix("?")
    if value is None:
        return shape.endswith("?") or name == "any"
    match name:
        case "any":
            return True
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool)
        case "whole":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return isinstance(value, str) and value.endswith("Z") and value[10:11] == "T"


# -- telling ---------------------------------------------------------------------------------


def lines(shape: Shape, indent: int = 2) -> Iterator[str]:
    """Yield a document's fields, one a line, as people read them."""
    if isinstance(shape, list):
        yield from lines(shape[0], indent)
    elif not isinstance(shape, str):
        for name, inner in shape.items():
            told = "any name" if name == "*" else name.removesuffix("?")
            left_out = " (where it was asked for)" if name.endswith("?") else ""
            yield f"{' ' * indent}{told:<{max(1, 24 - indent)}} {_told(inner)}{left_out}"
            yield from () if _is_plain(inner) else lines(inner, indent + 2)


def _is_plain(shape: Shape) -> bool:
    return isinstance(shape, str) or (isinstance(shape, list) and _is_plain(shape[0]))


def _told(shape: Shape) -> str:
    if isinstance(shape, list):
        return f"list of {_told(shape[0])}"
    if not isinstance(shape, str):
        return "an object:"
    return shape.removesuffix("?") + (" or null" if shape.endswith("?") else "")


def json_schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a command's document; fields that a later version adds pass."""
    schema = _schema(DOCUMENTS[command])
    schema["properties"] = {"schema": {"const": SCHEMA}} | schema["properties"]
    schema["required"] = ["schema", *schema["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"newsarchive {command} --json",
        **schema,
    }


def _schema(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    if not isinstance(shape, str):
        named = {name: inner for name, inner in shape.items() if name != "*"}
        found: dict[str, Any] = {
            "type": "object",
            "properties": {name.removesuffix("?"): _schema(inner) for name, inner in named.items()},
            "required": [name for name in named if not name.endswith("?")],
        }
        if "*" in shape:
            found["additionalProperties"] = _schema(shape["*"])
        return found
    name = shape.removesuffix("?")
    kind = TYPES[name]
    if not kind:
        return {}
    typed: dict[str, Any] = {"type": [kind, "null"] if shape.endswith("?") else kind}
    return typed | ({"format": "date-time"} if name == "instant" else {})
