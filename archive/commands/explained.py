"""How a query was understood, for people and as a document: `search --explain`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from archive import terminal as t

if TYPE_CHECKING:
    from archive.search.explain import Explanation

_FORMS_SHOWN: Final = 12


def show_explanation(
    told: "Explanation", query: str, *, as_json: bool, width: int | None
) -> int | None:
    """Write how a query was understood, in lines of at most `width`; return the exit code of its search."""
    from archive.search.explain import MOST

    found = told.found
    if as_json:
        t.echo_json(_document(told, query))
        return None if found.hits else 1
    for part in told.parts:
        n = t.number(part.n_articles) + ("+" if part.n_articles >= MOST else "")
        line = f" {'  ' * part.depth}{t.printable(part.what)}"
        t.echo(f"{t.pad(line, max(30, t.text_width(line)))}  {n}")
        for lang, forms in part.forms:
            head = f" {'  ' * (part.depth + 1)}{lang or 'words'}: "
            t.echo(head + _listed(forms, None if width is None else width - len(head)))
    if not told.parts:
        t.echo(" every article")
    for narrowing in told.narrowed:
        t.echo(f" only {t.printable(narrowing)}")
    bound = "+ (counts stop there)" if found.total_is_bounded else ""
    t.echo(f" found {t.number(found.n_total or 0)}{bound}")
    for note in found.notes:
        t.echo(f"   {t.printable(note)}")
    t.echo(" took  " + " · ".join(f"{name} {s * 1000:.1f} ms" for name, s in told.stations))
    return None if found.hits else 1


def _listed(words: Sequence[str], width: int | None) -> str:
    """Return as many words as fit, one at least, and how many more there are."""
    shown = list(map(t.printable, words[:_FORMS_SHOWN]))
    while True:
        more = f" and {len(words) - len(shown)} more" if len(words) > len(shown) else ""
        line = " ".join(shown) + more
        if width is None or len(shown) == 1 or t.text_width(line) <= width:
            return line
        del shown[-1]


def _document(told: "Explanation", query: str) -> Mapping[str, Any]:
    from archive.search.explain import MOST

    return {
        "schema": 1,
        "query": query,
        "parts": [
            {
                "depth": part.depth,
                "what": part.what,
                "articles": part.n_articles,
                "is_bounded": part.n_articles >= MOST,
                "forms": [
                    {"lang": lang or None, "words": list(forms)} for lang, forms in part.forms
                ],
            }
            for part in told.parts
        ],
        "narrowed": list(told.narrowed),
        "total": told.found.n_total,
        "total_is_bounded": told.found.total_is_bounded,
        "notes": list(told.found.notes),
        "seconds": {name: round(s, 6) for name, s in told.stations},
    }
