"""duplicates: where an article was seen, why it is one, why two are not. Called by the root command alone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from archive.commands.place import Place, pass_place

if TYPE_CHECKING:
    from archive.model.kept import Article, Sighting
    from archive.store.comparing import Between, Compared
    from archive.store.decisions import Decision


@click.command(
    epilog="\b\nEXAMPLES\n  newsarchive duplicates k7q2\n  newsarchive duplicates k7q2 m3c9\n"
    "  newsarchive duplicates k7q2 --json"
)
@click.argument("article_id", metavar="ID")
@click.argument("other", metavar="[OTHER]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (schema 1).")
@pass_place
def duplicates(place: Place, article_id: str, other: str | None, as_json: bool) -> None:
    """Show every place an article was seen, and why it was taken for this one, or not for others.

    Of two articles: why they are one, or why they were kept apart, by the rules as they are today
    and by what people decided.
    """
    if other is not None:
        explain(place, article_id, other, as_json=as_json)
        return
    from archive import terminal
    from archive.front import Archive
    from archive.store.decisions import decisions_of
    from archive.store.reading import find_article
    from archive.store.sqlite import open_reader

    with Archive.open(place.archive_url) as archive:
        article = archive.article(article_id)
    reader = open_reader(place.archive_url)
    try:
        decisions = decisions_of(reader, find_article(reader, article.id))
    finally:
        reader.close()
    of_sighting = {
        sighting.id: [one for one in decisions if one.sighting_id == sighting.id]
        for sighting in article.sightings
    }
    if as_json:
        terminal.echo_json(_document(article, of_sighting))
    elif place.is_terminal:
        _show(place, article, of_sighting)
    else:
        for sighting in article.sightings:
            for row in _rows(sighting, of_sighting[sighting.id]):
                terminal.echo_row(row)


def _document(
    article: "Article", of_sighting: Mapping[int, Sequence["Decision"]]
) -> dict[str, object]:
    return {
        "schema": 1,
        "article": article.id,
        "title": article.face.title,
        "sightings": [
            {
                "feed": sighting.feed,
                "guid": sighting.guid,
                "url": sighting.url,
                "title": sighting.title,
                "first_seen_at": sighting.first_seen_at,
                "rule": sighting.rule,
                "sighting": f"s{sighting.id}",
                "variant": f"v{sighting.variant_id}",
                "compared": [
                    {
                        "verdict": one.verdict,
                        "rule": one.rule,
                        "why": one.why,
                        "scores": dict(one.scores),
                        "source": one.source,
                        "decided_at": one.decided_at,
                        "other": one.other_id,
                        "other_title": one.other_title,
                    }
                    for one in of_sighting[sighting.id]
                ],
            }
            for sighting in article.sightings
        ],
    }


def _rows(sighting: "Sighting", decisions: Sequence["Decision"]) -> list[tuple[object, ...]]:
    """Return a row a comparison, one for a sighting that was compared with nothing."""
    place = (sighting.feed, sighting.first_seen_at, sighting.rule)
    if not decisions:
        return [(*place, None, None, None, None, None)]
    return [
        (*place, one.verdict, one.rule, one.other_id, one.why, scores_told(one.scores))
        for one in decisions
    ]


def scores_told(scores: Mapping[str, float]) -> str:
    """Return what was measured: "shingles 0.94, numbers 1"."""
    return ", ".join(f"{name} {value:.3g}" for name, value in scores.items())


def _show(
    place: Place, article: "Article", of_sighting: Mapping[int, Sequence["Decision"]]
) -> None:
    from archive import terminal as t

    title = t.printable(article.face.title) or "(no headline)"
    t.echo(f" {t.paint(title, 'bold', colour=place.has_colour)}    {article.id}")
    width = max(t.text_width(sighting.feed) for sighting in article.sightings)
    for sighting in article.sightings:
        when = t.when(sighting.first_seen_at, place.zone, now=place.now())
        # By these names a part of it is split off; of one that was seen once there is none to name.
        name = f"    s{sighting.id}, v{sighting.variant_id}" if len(article.sightings) > 1 else ""
        t.echo(f" {t.pad(sighting.feed, width)}  {when}  {_rule_told(sighting.rule)}{name}")
        if sighting.title and sighting.title != article.face.title:
            t.echo(f"     headline there: {t.printable(sighting.title)}")
        for one in of_sighting[sighting.id]:
            when = t.when(one.decided_at, place.zone, now=place.now())
            by_hand = f", {when}" if one.source == "hand" else ""
            t.echo(f"     {_told(one)}{by_hand}")


def _rule_told(rule: str) -> str:
    match rule:
        case "new":
            return "began here"
        case "recycled":
            return "began here, under an address that another article had"
        case "guid":
            return "same guid in the same feed, at another address"
        case "hand":
            return "joined by hand"
        case "split":
            return "begins here since it was split off by hand"
        case _:
            return f"joined by rule {rule}"


def _told(one: "Decision") -> str:
    """Return a comparison in words, with what was measured."""
    from archive import terminal as t

    whom = (
        f" {one.other_id[:8]} ({t.cut(t.printable(one.other_title or ''), 40)})"
        if one.other_id
        else ""
    )
    word = {"same": "one with this", "revision": "one with this", "related": "related to"}.get(
        one.verdict, "not"
    )
    if one.other_id and word == "one with this":
        word = "one with"
    why = f": {t.printable(one.why)}" if one.why else ""
    measured = f"  [{scores_told(one.scores)}]" if one.scores else ""
    return f"{word}{whom}{why} (rule {one.rule}){measured}"


# -- two articles ----------------------------------------------------------------------------


SHOWN = 5
"""Pairs of sighting and telling that people are shown, the strongest first; JSON has all."""

DECISIONS = {
    "must": "joined by hand",
    "must_not": "set apart by hand",
    "related": "related by hand",
    "unlinked": "said by hand to have nothing to do with one another",
}


def explain(place: Place, one: str, other: str, *, as_json: bool) -> None:
    """Say why two articles are one or two. Also the command `why`."""
    from archive import terminal as t
    from archive.store import Store

    with Store.open(place.archive_url) as store:
        found = store.between(one, other)
    if as_json:
        t.echo_json(_between_document(found))
        return
    for line in _between_told(place, found):
        t.echo(line)


def _between_document(found: "Between") -> dict[str, object]:
    return {
        "schema": 1,
        "earlier": {"article": found.earlier.id, "title": found.earlier.title},
        "later": {"article": found.later.id, "title": found.later.title},
        "is_one": found.is_one,
        "would_join": found.would_join,
        "decided": [
            {"verdict": one.verdict, "who": one.who, "decided_at": one.decided_at}
            for one in found.decided
        ],
        "compared": [
            {
                "feed": one.feed,
                "sighting": f"s{one.sighting}",
                "site": one.site,
                "variant": f"v{one.variant}",
                "verdict": one.verdict.kind,
                "rule": one.verdict.rule,
                "why": one.verdict.why,
                "scores": dict(one.verdict.scores),
                "shares_key": one.shares_key,
            }
            for one in found.compared
        ],
    }


def _between_told(place: Place, found: "Between") -> list[str]:
    from archive import terminal as t

    earlier, later = found.earlier, found.later
    if found.is_one:
        lines = [f"{earlier.id} is one article    {t.printable(earlier.title)}"]
    else:
        lines = [
            f"{earlier.id}  {t.printable(earlier.title)}",
            f"{later.id}  {t.printable(later.title)}",
        ]
    for one in found.decided:
        when = t.when(one.decided_at, place.zone, now=place.now())
        lines.append(f"  {DECISIONS[one.verdict]}: by {t.printable(one.who)}, {when}")
    if found.is_one:
        return [*lines, f"  why: newsarchive duplicates {earlier.id}"]
    lines.append(f"  {_conclusion(found)}")
    for pair in found.compared[:SHOWN]:
        lines += _pair_told(pair)
    if len(found.compared) > SHOWN:
        lines.append(f"  and {len(found.compared) - SHOWN} more pairs, none stronger")
    return lines


def _conclusion(found: "Between") -> str:
    """Return in a sentence what keeps two standing articles apart."""
    if any(one.verdict == "must_not" for one in found.decided):
        return "Two articles, because somebody said so."
    if found.would_join:
        return (
            "Two articles, though today's rules would join them: both stood when that was known, and no rule"
            f" merges two standing articles. By hand: newsarchive merge {found.earlier.id} {found.later.id}"
        )
    if not any(one.shares_key for one in found.compared):
        return "Two articles that were never compared: no address, id, title or run of words is common to both."
    deciding = (found.kept_by or found.compared[0]).verdict
    return (
        f"Two articles: rule {deciding.rule} says {deciding.kind}."
        f" One all the same: newsarchive merge {found.earlier.id} {found.later.id}"
    )


def _pair_told(pair: "Compared") -> list[str]:
    from archive import terminal as t

    verdict = pair.verdict
    scores = f"  [{scores_told(verdict.scores)}]" if verdict.scores else ""
    return [
        f"  {pair.feed} (s{pair.sighting}) beside {t.printable(pair.site) or 'the telling'} (v{pair.variant}):"
        f" {verdict.kind}, rule {verdict.rule}",
        f"     {t.printable(verdict.why)}{scores}",
    ]
