"""The title: what a page's headline, its head and its linked data agree on."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from ingest.clean import one_line
from ingest.page.jsonld import Node
from ingest.page.meta import MetaTags
from ingest.page.tree import PageTree, letters

MAX_TITLE = 500
_MAX_HEADINGS = 40  # h2 and h3 that are looked at: the headline is among the first
_MIN_LETTERS = 12  # of a heading that is found in a title: "Politics" is a menu's
_MIN_SHARE = 0.8
_MAX_PARTS = 8
_PARTS = re.compile(r"\s+[|–—·•»«:/~-]+\s+|\s*[|»«•]\s*")
_DAY = re.compile(r"[\d.,:/ -]{8,}(?: ?uhr| ?h)?\.?", re.IGNORECASE)
_UNCUT = 40  # characters: a shorter headline is short because it is
_CUT = ("...", "…")


@dataclass(frozen=True, slots=True)
class TitleClaim:
    """One stated title and where it stood."""

    source: str
    value: str


def title_claims(
    page: PageTree, meta: MetaTags, article: Node | None, site_names: Iterable[str]
) -> list[TitleClaim]:
    """Return all stated titles, the most trusted first: headline, headings, og, twitter, the title element.

    A blog may say its own name in the h1 and the post's in an h2: a lower heading is a claim where the
    title element holds it.
    """
    claims: list[TitleClaim] = []
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names = [n for n in (*site_names, host) if n]
    site_keys = {letters(n) for n in names}
    headings = _headings(page)
    keys = frozenset(key for _, _, key in headings)

    def state(source: str, stated: str | None) -> None:
        words = one_line(stated or "")
        words = without_site(words, names, guess=False)
        if 0 < len(words) <= MAX_TITLE and letters(words) not in site_keys:
            claims.append(TitleClaim(source, words))

    if article is not None:
        state("json-ld", article.text("headline") or article.text("name"))
    page_title = letters(meta.page_title or "")
    for tag, words, key in headings:
        if tag == "h1" or (len(key) >= _MIN_LETTERS and key in page_title):
            state("visible", words)
    for source, stated in (
        ("opengraph", meta.first("og:title")),
        (
            "meta",
            meta.first(
                "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title"
            ),
        ),
        ("meta", meta.page_title),
    ):
        if stated:
            state(source, _said_by_a_heading(stated, keys) or without_site(stated, names))
    return claims


def _headings(page: PageTree) -> list[tuple[str, str, str]]:
    """Return (tag, words, letters) of the first h1, h2 and h3 elements, h1 first."""
    found = [
        (str(h.tag), words, letters(words))
        for tags, most in ((("h1",), 8), (("h2", "h3"), _MAX_HEADINGS))
        for h in islice(page.root.iter(*tags), most)
        if next(h.iterancestors("nav", "footer"), None) is None
        and 0 < len(words := one_line(h.text_content()[: 4 * MAX_TITLE])) <= MAX_TITLE
    ]
    return [each for each in found if each[2]]


def _said_by_a_heading(stated: str, keys: frozenset[str]) -> str | None:
    """Return the part of a title, or all of it, that a heading of the page says word for word."""
    if letters(stated) in keys:
        return stated
    cuts = [(0, 0), *((m.start(), m.end()) for m in islice(_PARTS.finditer(stated), _MAX_PARTS))]
    cuts.append((len(stated), len(stated)))
    parts = (
        stated[start:end].strip()
        for n, (_, start) in enumerate(cuts[:-1])
        for end, _ in cuts[n + 1 :]
    )
    said = [p for p in parts if len(letters(p)) >= _MIN_LETTERS and letters(p) in keys]
    best = max(said, key=len, default="")
    return best if 2 * len(best) >= len(stated) * _MIN_SHARE else None


def chosen_title(claims: Sequence[TitleClaim]) -> TitleClaim | None:
    """Choose among `claims` in their order: linked data unless it is cut short, else what most agree on."""
    votes = Counter(letters(claim.value) for claim in claims)
    best: tuple[int, int, TitleClaim] | None = None
    for n, claim in enumerate(claims):
        if claim.source == "json-ld" and not _is_cut(claim, claims):
            return claim
        if claim.value.endswith(_CUT) and _is_cut(claim, claims):
            continue
        rank = (votes[letters(claim.value)], -n, claim)
        if best is None or rank[:2] > best[:2]:
            best = rank
    return best[2] if best else next(iter(claims), None)


def without_site(title: str, site_names: Sequence[str], *, guess: bool = True) -> str:
    """Return `title` without the site's name at its end or its beginning.

    `guess` takes a short last part for a site's name even if it is none of `site_names`.
    """
    parts = list(_PARTS.finditer(title))
    if not parts:
        return title
    keys = {letters(name) for name in site_names} - {""}
    last, first = parts[-1], parts[0]
    tail, head = title[last.end() :], title[: first.start()]
    if letters(tail) in keys and head:
        return without_site(title[: last.start()].strip(), site_names, guess=guess)
    if letters(head) in keys and tail:
        return title[first.end() :].strip()
    if not guess:
        return title
    if _DAY.fullmatch(tail):
        return title[: last.start()].strip()
    separator = last.group().strip()
    if (
        separator in ("|", "»", "•", "·")
        and len(tail.split()) <= 4
        and len(title[: last.start()].split()) >= 3
    ):
        return title[: last.start()].strip()
    if (
        separator in ("-", "–", "—")
        and len(tail.split()) <= 3
        and len(title[: last.start()].split()) >= 4
    ):
        return title[: last.start()].strip()
    return title


def _is_cut(claim: TitleClaim, claims: Sequence[TitleClaim]) -> bool:
    """Tell a title cut short, by a program or at the 110 characters that Google once asked for.

    Only another claim can tell: a headline may well end in three dots.
    """
    stem = letters(claim.value)
    least = 1 if claim.value.endswith(_CUT) else _UNCUT
    return len(claim.value) >= least and any(
        len(letters(other.value)) > len(stem) and letters(other.value).startswith(stem)
        for other in claims
        if other.source == "visible" or claim.value.endswith(_CUT)
    )
