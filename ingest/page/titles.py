"""The title: what a page's headline, its head and its linked data agree on."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.clean import one_line
from ingest.page.jsonld import Node
from ingest.page.meta import MetaTags
from ingest.page.tree import PageTree, letters

MAX_TITLE = 500
_PARTS = re.compile(r"\s+[|–—·•»«:/~-]+\s+|\s*[|»«•]\s*")
_CUT = ("...", "…")


@dataclass(frozen=True, slots=True)
class TitleClaim:
    """One stated title and where it stood."""

    source: str
    value: str


def title_claims(
    page: PageTree, meta: MetaTags, article: Node | None, site_names: Iterable[str]
) -> list[TitleClaim]:
    """Return all stated titles, the most trusted first: headline, h1s, og, twitter, the title element."""
    claims: list[TitleClaim] = []
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names = [n for n in (*site_names, host) if n]
    site_keys = {letters(n) for n in names}

    def state(source: str, stated: str | None) -> None:
        words = one_line(stated or "")
        words = without_site(words, names, guess=False)
        if 0 < len(words) <= MAX_TITLE and letters(words) not in site_keys:
            claims.append(TitleClaim(source, words))

    if article is not None:
        state("json-ld", article.text("headline") or article.text("name"))
    for n, h1 in enumerate(page.root.iter("h1")):
        if n < 8 and len(h1.text_content()) <= 4 * MAX_TITLE:
            state("visible", h1.text_content())
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
        state(source, without_site(stated, names) if stated else None)
    return claims


def chosen_title(claims: Sequence[TitleClaim]) -> TitleClaim | None:
    """Choose among `claims` in their order: linked data unless it is cut short, else what most agree on."""
    votes = Counter(letters(claim.value) for claim in claims)
    best: tuple[int, int, TitleClaim] | None = None
    for n, claim in enumerate(claims):
        if claim.source == "json-ld" and not _is_cut(claim, claims):
            return claim
        if claim.value.endswith(_CUT):
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
    """Tell a headline cut at 110 characters, as Google once asked for, from a whole one."""
    stem = claim.value.rstrip(".… ")
    return claim.value.endswith(_CUT) or any(
        other.source == "visible"
        and len(other.value) > len(stem) >= 40
        and other.value.startswith(stem)
        for other in claims
    )
