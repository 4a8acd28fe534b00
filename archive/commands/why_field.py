"""Each field of an article with its value, where the value comes from, and what else was stated (RECORD).

Used by `show --why` and by `newsarchive page`. Nothing here reads an archive.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from archive.commands.place import Place

LABEL = 15
"""Columns before a value: the longest name of a field, `published_at`, `reading_minutes`, and the margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement of a value: who says it, as what it is understood, and its words where they differ from that."""

    source: str
    value: object
    stated: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWhy:
    """A field: the value that is shown, its source (None: there is no value), and all that was said of it."""

    name: str
    value: object
    source: str | None
    said: tuple[Said, ...] = ()

    def document(self) -> Mapping[str, object]:
        """Return it for JSON."""
        return {
            "value": self.value,
            "source": self.source,
            "claims": [
                {"source": one.source, "value": one.value, "stated": one.stated}
                for one in self.said
            ],
        }


def echo_fields(place: Place, rows: Iterable[FieldWhy], *, width: int | None) -> None:
    """Print a field a line, and under it what others say; lines are cut to `width` (None: whole)."""
    from archive import terminal as t

    for row in rows:
        if row.source is None and not row.said:
            continue
        named = row.source or _unsourced(row)
        source = t.paint(named, "dim", colour=place.has_colour)
        room = None if width is None else width - LABEL - 6 - t.text_width(named)
        t.echo(f" {row.name:<{LABEL}} {cut(words_of(row.value) or '-', room)}  ({source})")
        for line in _others(row):
            t.echo(f" {'':<{LABEL}} {cut(line, None if width is None else width - LABEL - 2)}")


def echo_labelled(label: str, line: str, *, width: int | None) -> None:
    """Print a line behind its label, on as many lines as it needs."""
    from archive import terminal as t
    from archive.commands.show import wrapped_line

    rows = [line] if width is None else wrapped_line(line, max(10, width - LABEL - 2))
    for n, row in enumerate(rows):
        t.echo(f" {'' if n else label:<{LABEL}} {t.printable(row)}")


def cut(text: str, width: int | None) -> str:
    """Return printable text, cut where there is a width."""
    from archive import terminal as t

    shown = t.printable(text)
    return shown if width is None else t.cut(shown, max(10, width))


def words_of(value: object) -> str:
    """Return a field's value as people read it; "" for none."""
    match value:
        case None:
            return ""
        case datetime():
            from archive import terminal as t

            return t.rfc3339(value)
        case list() | tuple():
            return ", ".join(words_of(each) for each in value)
        case Mapping():
            return words_of(value.get("name"))
        case _:
            return str(value)


def day_or_instant(at: object, precision: object) -> object:
    """Return an instant as it was stated: of a day without a time only its date."""
    return f"{at:%Y-%m-%d}" if isinstance(at, datetime) and precision == "day" else at


def _unsourced(row: FieldWhy) -> str:
    """Say why a field has no value, though something was said of it."""
    is_counted = all(one.source.endswith("computed") for one in row.said)
    return "stated nowhere, counted when shown" if is_counted else "nothing taken"


def _others(row: FieldWhy) -> Iterable[str]:
    """Yield what other sources say: those that agree on one line, then a line for each other value."""
    shown = _key(row.value)
    others = [one for one in row.said if one.source != row.source or _key(one.value) != shown]
    agreeing = dict.fromkeys(one.source for one in others if _key(one.value) == shown)
    if agreeing:
        yield f"the same: {', '.join(agreeing)}"
    told: set[tuple[str, str]] = set()
    for one in others:
        key = _key(one.value)
        if key != shown and (one.source, key) not in told:
            told.add((one.source, key))
            yield f"{one.source} says: {_told(one)}"


def _told(one: Said) -> str:
    """Return a value, after the words that it was read from where those are others ("Today", "read 334 times")."""
    value = _in_short(one.value) or "-"
    stated = one.stated if one.stated is not None else value
    return value if _key(stated) == _key(one.value) else f"{stated} ({value})"


def _key(value: object) -> str:
    """Return what two spellings of one value share: an instant is the same in every zone, and midnight is its day."""
    return " ".join(_in_short(value).split())


def _in_short(value: object) -> str:
    """Return a value as people read it, an instant in UTC, and of one at midnight only the day."""
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-":
        with contextlib.suppress(ValueError):
            value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        at = value.astimezone(UTC)
        return f"{at:%Y-%m-%d}" if at.time() == time() else words_of(at)
    return words_of(value)


def rows_of(
    names: Sequence[str],
    values: Mapping[str, object],
    sources: Mapping[str, str],
    said: Mapping[str, Sequence[Said]],
) -> tuple[FieldWhy, ...]:
    """Return a row for each name, in order."""
    return tuple(
        FieldWhy(
            name=name,
            value=values.get(name),
            source=sources.get(name),
            said=tuple(said.get(name, ())),
        )
        for name in names
    )
