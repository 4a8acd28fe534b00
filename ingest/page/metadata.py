"""Every stated value of a page as a claim, and by each field's ladder the one that is chosen.

Ladders and what they were measured to be worth: design page RECORD, "Metadata". A ladder is a generator
that states claims in order of trust; the first acceptable one is the field's value, the others stay claims.
Choosing between a page and its feed is not done here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from archive.model.stated import Claim, Counter, CounterKind
from ingest.clean import one_line
from ingest.page.bylines import byline_by_name
from ingest.page.counters import counters_of, read_duration
from ingest.page.headerline import HeaderLine
from ingest.page.jsonld import LinkedData, Node
from ingest.page.meta import MetaTags, Microdata, Relations
from ingest.page.people import names_of, stated_names
from ingest.page.topics import readers_topics, topic_of, topics_shown
from ingest.page.tree import PageTree, letters

MAX_STATED = 1_000
MAX_TAGS = 60
_MAX_TAG = 80
_LOGO = re.compile(
    r"(?:^|[/_.-])(?:logo|logos|favicon|placeholder|default[-_]?(?:image|share|og)|"
    r"apple-touch-icon)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_NO_SECTION = frozenset((
    "article", "articles", "artikel", "artikelen", "news", "nieuws", "story", "stories", "post",
    "posts", "blog", "blogs", "page", "pages", "archive", "archives", "home", "index", "id",
    "detail", "item", "content", "node", "amp", "www", "html", "web", "en", "nl", "de", "fr",
    "es", "it", "pt", "sv", "da", "no", "pl", "uk", "us", "press", "news-article", "video",
    "videos", "live", "tag", "tags", "category", "author",
))  # fmt: skip
_HOME = frozenset((
    "home", "homepage", "start", "startseite", "startpagina", "accueil", "inicio", "início",
    "hem", "forside", "hjem", "strona", "główna", "voorpagina",
))  # fmt: skip
_BREADCRUMBS = etree.XPath(
    "//*[contains(@class, 'readcrumb') or contains(@id, 'readcrumb')"
    " or contains(@aria-label, 'readcrumb')]//a"
)
_AUTHOR_META = (
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "sailthru.author",
    "cxenseparse:author",
    "article.author",
)
_NAMED_META = ("author", "authors", "byl", "byline", "article_author", "creator")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """All that the ladders read: the page and its parts, and the moment it was fetched."""

    page: PageTree
    meta: MetaTags
    micro: Microdata
    relations: Relations
    data: LinkedData
    article: Node | None
    header: HeaderLine
    headline: HtmlElement | None
    site_name: str | None
    language: str | None
    language_is_inferred: bool
    fetched_at: datetime
    zone: tzinfo
    site_zone: tzinfo | None
    ruled: dict[str, list[str]] = field(default_factory=dict)


class Ledger:
    """The claims of one page, in order; the first of each field that was accepted is chosen."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self._chosen: dict[str, Claim] = {}

    def state(
        self, name: str, source: str, stated: str, value: object, *, accept: bool = True
    ) -> None:
        """Keep a claim; choose it if it is acceptable and the field has none yet."""
        claim = Claim(field=name, source=source, stated=stated[:MAX_STATED], value=value)
        if claim not in self.claims:
            self.claims.append(claim)
        if accept:
            self._chosen.setdefault(name, claim)

    def choose(self, name: str, source: str, stated: str) -> None:
        """Choose a claim that was stated before."""
        self._chosen[name] = next(
            c
            for c in self.claims
            if (c.field, c.source, c.stated) == (name, source, stated[:MAX_STATED])
        )

    def chosen(self, name: str) -> Claim | None:
        return self._chosen.get(name)

    def value(self, name: str) -> object:
        claim = self._chosen.get(name)
        return claim.value if claim else None

    def text(self, name: str) -> str | None:
        value = self.value(name)
        return value if isinstance(value, str) else None

    def names(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()

    @property
    def provenance(self) -> dict[str, str]:
        """Field -> source of its chosen value."""
        return {name: claim.source for name, claim in self._chosen.items()}


def state_names_and_places(ledger: Ledger, s: Stated) -> None:
    """State site_name, canonical_url, description, language, image_url, section, tags and authors."""
    for source, values in _authors(s):
        if values:
            ledger.state("authors", source, ", ".join(values), list(values))
    no_topics = (*ledger.names("authors"), s.site_name, urlsplit(s.page.url).hostname)
    for source, values in _tags(s):
        if values:
            topics = readers_topics(values, names=no_topics)
            ledger.state("tags", source, ", ".join(values), topics, accept=bool(topics))
    # The dear searches of the whole page, only where no place for it says anything.
    if ledger.chosen("authors") is None and (
        found := list(byline_by_name(s.page.root, site_name=s.site_name))
    ):
        ledger.state("authors", "inferred", ", ".join(found), found)
    if found := _the_house(s):
        ledger.state("authors", "json-ld", found[0], found)
    if ledger.chosen("tags") is None and (found := topics_shown(s.page.root, s.headline)):
        ledger.state("tags", "visible", ", ".join(found), found)
    for address in s.meta.links("amphtml"):
        ledger.state("amp_url", "meta", address, address)
    no_section = _no_sections(s, ledger.names("authors"))
    for name, ladder in _TEXT_LADDERS.items():
        for source, stated in ladder(s):
            if stated:
                accept = name != "section" or letters(stated) not in no_section
                ledger.state(name, source, stated, stated, accept=accept)


def counters(s: Stated) -> tuple[Counter, ...]:
    """Return what the page counts, one of a kind; what readers see before linked data."""
    found: dict[CounterKind, Counter] = {}
    for counter in (*s.header.counters, *(counters_of(s.article) if s.article else ())):
        found.setdefault(counter.kind, counter)
    return tuple(found.values())


def state_reading_minutes(ledger: Ledger, s: Stated) -> None:
    """State the reading time as the page gives it."""
    if s.header.minutes:
        minutes, stated = s.header.minutes
        ledger.state("reading_minutes", "visible", stated, minutes)
    for stated in s.article.texts("timeRequired") if s.article else ():
        duration = read_duration(stated)
        if duration is not None:
            ledger.state("reading_minutes", "json-ld", stated, duration)
    for stated in s.meta.all("twitter:data1", "twitter:data2"):
        match = re.fullmatch(r"(\d{1,3}) ?min\w*\.?", stated, re.IGNORECASE)
        if match and int(match[1]):
            ledger.state("reading_minutes", "meta", stated, int(match[1]))


def site_name_of(meta: MetaTags, data: LinkedData, article: Node | None) -> str | None:
    """Return the site's stated name, before anything else is known."""
    publisher = article.text("publisher") if article else None
    website = next((node.text("name") for node in data.of_type("WebSite")), None)
    stated = meta.first("og:site_name") or publisher or website
    return None if stated and stated.startswith("http") else stated


def robots_of(meta: MetaTags) -> tuple[str, ...]:
    """Return the page's directives to robots in lower case (robots meta tag, HTML Living Standard 4.2.5)."""
    words = [
        w.strip().lower()
        for stated in meta.all("robots", "googlebot", "googlebot-news")
        for w in stated.split(",")
    ]
    return tuple(dict.fromkeys(w for w in words if w and len(w) < 60))


def next_page_of(page: PageTree, meta: MetaTags) -> str | None:
    """Return the article's next page: a rel=next that extends this address (elsewhere it is the next article)."""
    here = urlsplit(page.url)
    stem = re.sub(r"(?:[/_-](?:page[/_-]?)?\d{1,2})?(?:\.\w{2,5})?/?$", "", here.path)
    for address in meta.links("next"):
        parts = urlsplit(address)
        if (
            parts.hostname == here.hostname
            and stem.strip("/")
            and parts.path.startswith(stem)
            and address != page.url
        ):
            rest = parts.path[len(stem) :]
            if re.fullmatch(r"(?:[/_-](?:page[/_-]?)?\d{1,2})?(?:\.\w{2,5})?/?", rest) and (
                rest.strip("/") or parts.query
            ):
                return address
    return None


# -- the ladders of single values ------------------------------------------------------------------

Ladder = Iterator[tuple[str, str | None]]


def _section(s: Stated) -> Ladder:
    yield "rule", next(iter(s.ruled.get("section", ())), None)
    yield "visible", s.header.section
    for stated in s.meta.all(
        "article:section",
        "parsely-section",
        "section",
        "sailthru.section",
        "cxenseparse:section",
        "article_section",
    ):
        yield "opengraph", _last_of_path(stated)
    for words in s.relations.words("category"):
        yield "visible", words
    crumbs = [
        c
        for c in _breadcrumbs(s)
        if c.casefold() not in _HOME and c.casefold() != (s.site_name or "").casefold()
    ]
    if crumbs:
        yield "json-ld" if any(s.data.of_type("BreadcrumbList")) else "visible", crumbs[0]
    for stated in s.article.texts("articleSection") if s.article else ():
        yield "json-ld", stated
    for stated in (*s.meta.all("articlesection"), *s.micro.all("articleSection")):
        yield "microdata", _last_of_path(stated)
    for part in urlsplit(s.page.url).path.split("/")[1:-1]:
        if re.fullmatch(r"[a-z]{3,20}(?:-[a-z]{2,20}){0,2}", part) and part not in _NO_SECTION:
            yield "inferred", part.replace("-", " ")
            return


def _breadcrumbs(s: Stated) -> Iterator[str]:
    """Yield the crumbs without the article itself, from linked data, else from the page."""
    titles = {letters(s.article.text("headline") or "")} if s.article else set()
    for crumbs in s.data.of_type("BreadcrumbList"):
        names = [
            (i.text("name") or next((n.text("name") for n in i.nodes("item")), None))
            for i in crumbs.nodes("itemListElement")
        ]
        words = [n for n in names if n and not n.startswith("http")]
        if len(words) > 1:
            yield from (
                w
                for w in words[: 3 if len(words) > 3 else len(words) - 1]
                if letters(w) not in titles
            )
            return
    for link in _BREADCRUMBS(s.page.root)[:8]:
        words_shown = one_line(link.text_content())
        if 1 < len(words_shown) < 60:
            yield words_shown


def _image(s: Stated) -> Ladder:
    stated: list[tuple[str, str]] = []
    if s.article is not None:
        for node in s.article.nodes("image"):
            stated += [
                ("json-ld", u)
                for u in (*node.texts("url"), *node.texts("contentUrl"), *node.texts("@id"))
            ]
        stated += [
            ("json-ld", u)
            for u in s.article.texts("image")
            if not any(n for n in s.article.nodes("image"))
        ]
        stated += [("json-ld", u) for u in s.article.texts("thumbnailUrl")]
    stated += [
        ("opengraph", u) for u in s.meta.all("og:image:secure_url", "og:image", "og:image:url")
    ]
    stated += [
        ("meta", u)
        for u in s.meta.all(
            "twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full"
        )
    ]
    for source, address in stated:
        url = s.page.absolute(address)
        if url and not _LOGO.search(urlsplit(url).path):
            yield source, url


def _canonical(s: Stated) -> Ladder:
    here = urlsplit(s.page.url)
    found = [("meta", u) for u in s.meta.links("canonical")] + [
        ("opengraph", u) for u in s.meta.all("og:url")
    ]
    for source, stated in found:
        url = s.page.absolute(stated)
        is_home = url is not None and urlsplit(url).path in ("", "/") and not urlsplit(url).query
        if url and not (is_home and here.path not in ("", "/")):
            yield source, url
    yield "computed", s.page.url or None


def _site_name(s: Stated) -> Ladder:
    yield "opengraph", s.meta.first("og:site_name")
    publisher = s.article.text("publisher") if s.article else None
    yield "json-ld", publisher if publisher and not publisher.startswith("http") else None
    yield "json-ld", next((node.text("name") for node in s.data.of_type("WebSite")), None)
    yield (
        "meta",
        s.meta.first("application-name", "apple-mobile-web-app-title", "cxenseparse:publisher"),
    )
    host = urlsplit(s.page.url).hostname or ""
    yield "inferred", host.removeprefix("www.") or None


def _description(s: Stated) -> Ladder:
    yield "meta", s.meta.first("description")
    yield "opengraph", s.meta.first("og:description")
    yield "json-ld", s.article.text("description") if s.article else None
    yield "meta", s.meta.first("twitter:description", "dc.description", "dcterms.description")


def _language(s: Stated) -> Ladder:
    yield "rule", next(iter(s.ruled.get("language", ())), None)
    yield "inferred", s.language if s.language_is_inferred else None
    yield "visible", language_tag(s.page.language_stated)
    yield "json-ld", language_tag(s.article.text("inLanguage")) if s.article else None
    yield "opengraph", language_tag(s.meta.first("og:locale"))
    yield (
        "meta",
        language_tag(
            s.meta.first("content-language", "dc.language", "dcterms.language", "language")
        ),
    )


def language_tag(stated: str | None) -> str | None:
    """Return a BCP 47 tag in usual case ("pt-BR" of "pt_br"), None for what is none."""
    match = re.fullmatch(
        r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,4}))?(?:[-_.].*)?",
        (stated or "").split(",")[0].strip(),
    )
    if not match:
        return None
    region = match[2] or ""
    return match[1].lower() + (
        f"-{region.upper() if len(region) == 2 else region.title()}" if region else ""
    )


_TEXT_LADDERS: dict[str, Callable[[Stated], Ladder]] = {
    "site_name": _site_name,
    "canonical_url": _canonical,
    "description": _description,
    "language": _language,
    "image_url": _image,
    "section": _section,
}


# -- the ladders of several values -----------------------------------------------------------------

Names = Iterator[tuple[str, Sequence[str]]]


def _authors(s: Stated) -> Names:
    site = s.site_name
    yield "rule", [n for text in s.ruled.get("authors", ()) for n in names_of(text)]
    if s.article is not None:
        yield "json-ld", _distinct(_persons(s, s.article))
    for source, names in (
        ("opengraph", ("article:author", "og:article:author")),
        ("meta", _AUTHOR_META),
        ("meta", _NAMED_META),
    ):
        yield (
            source,
            _distinct(
                n for stated in s.meta.all(*names) for n in stated_names(stated, site_name=site)
            ),
        )
    links = s.relations.words("author")
    if 0 < len(links) <= 6:
        yield (
            "visible",
            _distinct(n for words in links for n in stated_names(words, site_name=site)),
        )
    yield (
        "microdata",
        _distinct(n for stated in s.micro.all("author") for n in names_of(stated, site_name=site)),
    )
    yield "visible", s.header.authors


def _no_sections(s: Stated, authors: Sequence[str]) -> set[str]:
    """Return what is no section's name, in letters: the site's names, the authors' and the headline."""
    host = (urlsplit(s.page.url).hostname or "").removeprefix("www.")
    names = {host, host.split(".")[0], s.site_name or "", *authors}
    names |= {
        f"{article} {name}" for name in names for article in ("the", "de", "der", "die", "das")
    }
    if s.article is not None:
        names |= {s.article.text("headline") or "", s.article.text("publisher") or ""}
    if s.headline is not None:
        names.add(s.headline.text_content())
    return {letters(name) for name in names} - {""}


def _persons(s: Stated, article: Node) -> Iterator[str]:
    """Yield who wrote it, agencies too; not the paper itself, which many state where they name nobody."""
    for key in ("author", "creator"):
        nodes = [n for n in article.nodes(key) if not _is_the_house(s, n.text("name"))]
        for name in [t for n in nodes for t in n.texts("name")]:
            yield from stated_names(name, site_name=s.site_name)
        for stated in article.texts(key) if not any(article.nodes(key)) else ():
            yield from stated_names(stated, site_name=s.site_name)


def _the_house(s: Stated) -> list[str]:
    """Return the paper as its article's only author, if its linked data says so."""
    stated = s.article.text("author") if s.article is not None else None
    return list(stated_names(stated)[:1]) if stated and _is_the_house(s, stated) else []


def _is_the_house(s: Stated, name: str | None) -> bool:
    host = (urlsplit(s.page.url).hostname or "").removeprefix("www.")
    houses = {
        s.site_name,
        s.article.text("publisher") if s.article else None,
        host,
        host.split(".")[0],
    }
    return letters(name or "") in {letters(house) for house in houses if house}


def _tags(s: Stated) -> Names:
    yield (
        "opengraph",
        _labels(s.meta.all("article:tag", "og:article:tag", "video:tag"), split=False),
    )
    yield (
        "meta",
        _labels(
            s.meta.all("news_keywords", "parsely-tags", "sailthru.tags", "cxenseparse:taglist")
        ),
    )
    yield "meta", _labels(s.meta.all("tags", "topics"))
    # WordPress marks its categories "category tag": they are sections.
    yield "visible", _labels(s.relations.words("tag", but_not="category"), split=False)
    yield "meta", _labels(s.meta.all("keywords", "dc.subject", "dcterms.subject"))
    yield "json-ld", _labels(s.article.texts("keywords") if s.article else ())


def _labels(stated: Iterable[str], *, split: bool = True) -> list[str]:
    found: list[str] = []
    for words in stated:
        for part in re.split(r"[,;]", words) if split or words.count(",") > 1 else [words]:
            label = topic_of(part).strip(" .\"'")
            if 1 < len(label) <= _MAX_TAG and label not in found:
                found.append(label)
    return found[:MAX_TAGS]


def _last_of_path(stated: str) -> str:
    """Return "Politics" of "news/Politics", as some sites write their section."""
    return re.split(r"[/>|]", stated)[-1].strip() or stated


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
