"""`newsarchive page`: read one article page, and show what would be kept of it. Writes nothing, needs no archive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from archive.commands.place import Place, pass_place
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.commands.why_field import FieldWhy
    from archive.config import Config
    from archive.model.outcome import PageJob, PageOutcome
    from archive.model.stated import ArticlePage, HeaderPiece
    from ingest.page.rulematches import RuleMatch

N_LINES: Final = 5
"""Lines of text that are shown; --text shows all."""

UNKNOWN_URL: Final = "https://file.invalid/page"
"""Stands for the address of a saved page that nobody named; no host is called so (RFC 6761), and no site rule fits."""

FIELDS: Final = (
    "title", "authors", "published_at", "modified_at", "section", "tags", "language", "site_name", "image_url",
    "canonical_url", "description", "reading_minutes", "word_count", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of reading one page; `site` is the name of the rule that was used."""

    outcome: "PageOutcome"
    site: str | None
    matches: "tuple[RuleMatch, ...]"

    @property
    def page(self) -> "ArticlePage | None":
        """The page, if one was read; it may be a wall."""
        from archive.model.outcome import PageRead

        result = self.outcome.result
        return result.page if isinstance(result, PageRead) else None

    @property
    def is_kept(self) -> bool:
        """Whether something of it would be kept: a paywall's teaser is, what other walls show is not."""
        from archive.model.stated import WallKind

        page = self.page
        if page is None or (page.wall is not None and page.wall.kind is not WallKind.PAYWALL):
            return False
        return bool(page.text or page.title)


@click.command(
    epilog="EXAMPLES\n\n  newsarchive page https://www.example.org/news/bridge\n\n"
    "  newsarchive page saved.html --url https://www.example.org/news/bridge --text\n\n"
    "  newsarchive page https://www.example.org/news/bridge --json"
)
@click.argument("target", metavar="URL|FILE")
@click.option("--url", metavar="URL", help="The address that FILE was saved from.")
@click.option("--text", "as_text", is_flag=True, help="Headline and text only, whole.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_place
def page(place: Place, target: str, url: str | None, as_text: bool, as_json: bool) -> int | None:
    """Read an article page and show what would be kept of it; nothing is written.

    A URL is asked as the service would: robots.txt first, at its host's pace. Site rules of the config file are
    used; what each of their selectors matches is counted. Exit code 1: there is no article to be kept.
    """
    from archive import terminal as t

    if as_text and as_json:
        raise UsageError("--text and --json exclude each other: give one")
    config = place.load_config()
    if "://" in target:
        if url is not None:
            raise UsageError("--url is for a FILE: a URL is its own address")
        look = _fetched(place, config, target)
    else:
        look = _from_file(place, config, Path(target), url)
    if as_json:
        t.echo_json(_document(look))
    elif as_text:
        found = look.page
        t.echo(t.printable((found and found.title) or ""))
        t.echo()
        for line in ((found and found.text) or "").splitlines():
            t.echo(t.printable(line))
    else:
        _show(place, look)
    if not look.is_kept:
        t.say(t.printable(_why_nothing(look)))
    return None if look.is_kept else 1


# ---- reading -------------------------------------------------------------------------------------


def _fetched(place: Place, config: "Config", url: str) -> Look:
    """Ask for a page as a turn of the service does: robots.txt, pauses, the guard, limits, worker processes."""
    import asyncio

    from archive.config.settings import rules_for
    from ingest.commands import asking
    from ingest.poll import read_page, refused_by_robots

    job = _job(url)

    async def look() -> "PageOutcome":
        async with asking.asking_pages(place) as (client, workers, robots):
            refused = await refused_by_robots(job, robots, clock=place.now)
            return refused or await read_page(
                job,
                client,
                workers,
                rules_for=lambda at: rules_for(config.sites, at),
                clock=place.now,
                robots=robots,
            )

    return _look(config, asyncio.run(look()))


def _from_file(place: Place, config: "Config", path: Path, url: str | None) -> Look:
    """Read a page that was saved."""
    import asyncio

    from archive import terminal as t
    from archive.config.settings import rules_for
    from archive.model.outcome import Exchange, PageOutcome, Validators
    from ingest.poll import page_of
    from ingest.wire.result import Fetched
    from ingest.workers import Workers

    try:
        body = path.read_bytes()
    except OSError as error:
        said = f"{path} cannot be read: {error.strerror}"
        raise UsageError(
            f"{said}; an address begins with http:// or https://, a file is one you saved"
        ) from None
    job = _job(url or UNKNOWN_URL)
    if url is None:
        t.say(
            f"read as if from {UNKNOWN_URL}; say where it is from, for its site's rule: --url URL"
        )
    fetched = Fetched(
        exchange=Exchange(
            requested_url=job.url, url=job.url, started_at=place.now(), n_bytes=len(body)
        ),
        body=body,
        content_type=None,
        validators=Validators(url=job.url),
    )

    async def look() -> "PageOutcome":
        async with Workers(1) as workers:
            result = await page_of(fetched, workers, lambda at: rules_for(config.sites, at))
        return PageOutcome(job=job, exchange=fetched.exchange, result=result)

    return _look(config, asyncio.run(look()))


def _job(url: str) -> "PageJob":
    from archive.model.outcome import PageJob
    from ingest.wire.address import BadAddress, host_of

    try:
        host = host_of(url)
    except BadAddress as error:
        raise UsageError(f"{error}; a page's address begins with http:// or https://") from None
    return PageJob(
        task_id=0,
        variant_id=0,
        feed_id=0,
        feed_url=url,  # who types an address is its operator: [fetch] allow_networks counts for it
        url=url,
        host=host,
        host_id=0,
        epoch=0,
        owner="page",
    )


def _look(config: "Config", outcome: "PageOutcome") -> Look:
    from archive.config.settings import rules_for
    from archive.model.outcome import PageRead
    from ingest.page.rulematches import rule_matches

    url = outcome.exchange.url
    rules = rules_for(config.sites, url)
    site = next((name for name, held in config.sites.items() if held is rules), None)
    matches: tuple[RuleMatch, ...] = ()
    if rules is not None and isinstance(outcome.result, PageRead):
        result = outcome.result
        matches = rule_matches(result.body, url, rules, content_type=result.content_type)
    return Look(outcome=outcome, site=site, matches=matches)


# ---- saying --------------------------------------------------------------------------------------


def _why_nothing(look: Look) -> str:
    from archive.model.outcome import PageFailed

    result = look.outcome.result
    if isinstance(result, PageFailed):
        if result.enclosure is not None:
            return f"no page: {result.detail}; its article keeps that as an enclosure"
        return f"nothing would be kept: {result.detail}"
    wall = result.page.wall
    if wall is None:
        return "nothing would be kept: there is no text in it"
    return f"nothing would be kept: {wall.kind} wall ({wall.marker})"


def _fields(found: "ArticlePage") -> "tuple[FieldWhy, ...]":
    from archive.commands.why_field import Said, rows_of

    said: dict[str, list[Said]] = {}
    for claim in found.claims:
        one = Said(source=claim.source, value=claim.value, stated=claim.stated)
        said.setdefault(claim.field, []).append(one)
    return rows_of(FIELDS, _values(found), found.provenance, said)


def _values(found: "ArticlePage") -> Mapping[str, object]:
    from archive.commands.why_field import day_or_instant

    values = {name: getattr(found, name) for name in FIELDS}
    values["text"] = f"{found.word_count} words" if found.text else None
    for name in ("published_at", "modified_at"):
        values[name] = day_or_instant(
            values[name], getattr(found, name.replace("_at", "_precision"))
        )
    return values


def _show(place: Place, look: Look) -> None:
    from archive import terminal as t
    from archive.commands.why_field import cut, echo_fields, echo_labelled

    width = min(t.columns(), 120) if place.is_terminal else None
    for line in _head(look):
        t.echo(f" {cut(line, None if width is None else width - 2)}")
    found = look.page
    if found is not None and look.is_kept:
        t.echo()
        echo_fields(place, _fields(found), width=width)
        for label, line in _besides(found):
            echo_labelled(label, line, width=width)
    if look.matches:
        t.echo()
        t.echo(f' rule  [sites."{t.printable(look.site or "")}"]')
        for match in look.matches:
            t.echo(f"   {cut(_matched(match), None if width is None else width - 4)}")
    if found is not None and found.text and look.is_kept:
        lines = found.text.splitlines()
        t.echo()
        for line in lines[:N_LINES]:
            t.echo(f" {cut(line, None if width is None else width - 2)}")
        if len(lines) > N_LINES:
            t.echo(f" [+{len(lines) - N_LINES} lines: --text]")


def _head(look: Look) -> Iterator[str]:
    """Yield where it was read from and what stood there."""
    from archive import terminal as t

    exchange = look.outcome.exchange
    yield exchange.url
    facts = [f"HTTP {exchange.status}"] if exchange.status else []
    facts += [exchange.content_type] if exchange.content_type else []
    facts += [t.size(exchange.n_bytes)] if exchange.n_bytes else []
    facts += [t.duration(exchange.elapsed_s)] if exchange.elapsed_s else []
    if exchange.url != exchange.requested_url:
        facts.append(f"led here from {exchange.requested_url}")
    if facts:
        yield ", ".join(facts)
    found = look.page
    if found is not None and found.wall is not None:
        kept = "the teaser is kept" if look.is_kept else "nothing of it is kept"
        yield f"wall: {found.wall.kind} ({found.wall.marker}): {kept}"


def _besides(found: "ArticlePage") -> Iterator[tuple[str, str]]:
    """Yield (label, line) of what is kept beside the fields."""
    for counter in found.counters:
        yield str(counter.kind), f"{counter.value}  ({counter.source}: {counter.stated})"
    yield from _line_shown(found.header_line)
    for claim in found.claims:
        if claim.field in ("correction", "update", "parts"):
            yield claim.field, claim.stated
    if found.updates:
        yield "live updates", str(len(found.updates))
    if found.robots:
        yield "robots", ", ".join(found.robots)
    for enclosure in found.enclosures:
        yield "enclosure", f"{enclosure.url}  ({enclosure.type or 'type not stated'})"
    for language, words in found.language_parts:
        yield f"in {language}", words
    if found.next_page_url:
        yield "next page", found.next_page_url


def _line_shown(pieces: "tuple[HeaderPiece, ...]") -> Iterator[tuple[str, str]]:
    """Yield the line around the headline as it was read, and below it what each of its pieces became."""
    yield "header line", _joined(pieces) or "there is none between the headline and the text"
    for piece in pieces:
        yield "", f"{piece.text}  = {_became(piece)}"


def _joined(pieces: "tuple[HeaderPiece, ...]") -> str:
    return " • ".join(piece.text for piece in pieces)


def _became(piece: "HeaderPiece") -> str:
    if not piece.read_as:
        return "not read"
    if piece.value is None:
        return piece.read_as if piece.read_as == "button" else f"{piece.read_as}, nothing to keep"
    value = ", ".join(map(str, piece.value)) if isinstance(piece.value, list) else piece.value
    return piece.read_as if value == piece.text else f"{piece.read_as} {value}"


def _matched(match: "RuleMatch") -> str:
    named = f"{match.name:<12} {match.selector}"
    if match.n is None:
        return f"{named}  cannot be read as a CSS selector"
    if not match.n:
        return f"{named}  0: matches nothing"
    return f"{named}  {match.n}: {match.first}"


def _document(look: Look) -> Mapping[str, object]:
    from archive.model.outcome import PageFailed

    outcome, found = look.outcome, look.page
    failed = outcome.result if isinstance(outcome.result, PageFailed) else None
    document: dict[str, object] = {
        "schema": 1,
        "url": outcome.exchange.url,
        "requested_url": outcome.exchange.requested_url,
        "status": outcome.exchange.status,
        "content_type": outcome.exchange.content_type,
        "n_bytes": outcome.exchange.n_bytes,
        "elapsed_s": round(outcome.exchange.elapsed_s, 3),
        "is_kept": look.is_kept,
        "reason": None if failed is None else str(failed.reason),
        "detail": None if look.is_kept else _why_nothing(look),
        "site": look.site,
        "rule": [
            {"field": m.name, "selector": m.selector, "n": m.n, "first": m.first}
            for m in look.matches
        ],
    }
    if found is not None:
        wall = found.wall
        document |= {
            "wall": None if wall is None else {"kind": str(wall.kind), "marker": wall.marker},
            "robots": list(found.robots),
            "fields": {row.name: row.document() for row in _fields(found)},
            "corrections": [c.stated for c in found.claims if c.field in ("correction", "update")],
            "header_line": {
                "stated": _joined(found.header_line) or None,
                "pieces": [
                    {"text": p.text, "read_as": p.read_as or None, "value": p.value}
                    for p in found.header_line
                ],
            },
            "counters": [
                {"kind": str(c.kind), "value": c.value, "stated": c.stated, "source": c.source}
                for c in found.counters
            ],
            "enclosures": [
                {"url": e.url, "type": e.type, "length_bytes": e.length_bytes, "title": e.title}
                for e in found.enclosures
            ],
            "updates": [{"at": u.at, "title": u.title, "text": u.text} for u in found.updates],
            "next_page_url": found.next_page_url,
            "missing": getattr(outcome.result, "missing", None),
            "text": found.text,
            "html": found.html,
        }
    return document
