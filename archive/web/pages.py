"""One method a page: reads the archive, asks `views` what to say, fills the template. Runs in worker threads."""

import shlex
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from archive.config.settings import Config
from archive.difference import Folded, compare, compare_words
from archive.errors import NotFound, QueryError
from archive.model.kept import Article, Found, Revision
from archive.output.document import public_url
from archive.output.facts import KIND_WORDS, facts_of, origin_of
from archive.output.plain import (
    address_of,
    html_of,
    language_tag,
    shortened,
    title_of,
    web_address,
)
from archive.web import sheet, views
from archive.web.body import body_of
from archive.web.opened import Opened, open_archive

PAGE_HITS: Final = 40
"""Articles on a page of the newest: 22 kB of HTML, under the 30 kB of USE with longer headlines too."""

SEARCH_HITS: Final = 25

QUERY_CHARACTERS: Final = 2_000
"""A longer query is cut in the page's box and command line; the search itself has its own bound."""


class Pages:
    """The pages of one archive. Methods raise what `archive.errors` names; the application tells it."""

    def __init__(
        self,
        archive_url: str,
        config: Config,
        *,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._url = archive_url
        self._config = config
        self._zone = zone
        self._clock = clock
        self._base = public_url(config)
        self._shows_private = config.web.token_file is not None
        self._templates = Environment(
            loader=PackageLoader("archive.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def probe(self) -> None:
        """Open the archive and read one row; raises ArchiveUnusable where that fails."""
        with closing(self._open()) as archive:
            archive.search("", limit=1)

    def newest(self, request: Request) -> str:
        """The newest articles, by day."""
        with closing(self._open()) as archive:
            found = archive.search("", limit=PAGE_HITS, page=_text(request, "page"))
        return self._fill(
            "newest",
            title="Newest articles",
            here="newest",
            canonical=self._base,
            days=views.days(found.hits, self._zone, now=self._clock()),
            older=_next_page("/", {}, found),
        )

    def search(self, request: Request) -> str:
        """The box, what was found, or what is wrong with the query and the cure."""
        q = _text(request, "q") or ""
        found, fault = Found(hits=()), None
        if q.strip():
            try:
                with closing(self._open()) as archive:
                    found = archive.search(q, limit=SEARCH_HITS, page=_text(request, "page"))
            except QueryError as error:
                fault = _fault(error)
        is_answered = bool(q.strip()) and fault is None
        return self._fill(
            "search",
            title=shortened(q, 60) or "Search",
            here="search",
            canonical=None,
            q=q[:QUERY_CHARACTERS],
            fault=fault,
            items=[views.item(hit, self._zone) for hit in found.hits],
            summary=views.found_sentence(found) if is_answered else None,
            notes=[views.sentence(note) for note in found.notes],
            older=_next_page("/search", {"q": q}, found),
            command=f"newsarchive search {shlex.quote(q[:QUERY_CHARACTERS])}" if q else None,
        )

    def article(self, request: Request) -> str:
        """One article: text, where it was seen, its revisions."""
        with closing(self._open()) as archive:
            article = archive.article(request.path_params["id"])
            revisions = archive.revisions(article)
            beside = archive.beside(article)
        face = article.face
        url = address_of(face)
        body = body_of(html_of(face), beside.owned)
        return self._fill(
            "article",
            title=shortened(title_of(face), 90),
            here="article",
            canonical=f"{self._base}article/{article.id}",
            id=article.id,
            headline=title_of(face),
            lang=language_tag(face.language),
            dir=sheet.direction_of(face),
            kicker=origin_of(face, article.sightings[0].feed_title),
            description=beside.description,
            authors=[author.name for author in face.authors],
            facts=facts_of(face, beside, n_pictures=body.n_pictures),
            counted=sheet.counted(article.counters, self._zone),
            published=sheet.published(face, self._zone),
            modified=sheet.modified(face, beside, self._zone),
            first_seen=self._instant(article.first_seen_at),
            url=url,
            url_host=urlsplit(url).hostname if url else None,
            callouts=tuple(sheet.callouts(beside, body, article.page_note)),
            body=Markup(body.html),  # passed the allow-list in html_of
            live=sheet.live(beside, self._zone),
            files=[sheet.file_line(file) for file in beside.files],
            tags=face.tags,
            places=views.places(article.sightings),
            sightings=self._sightings(article),
            edits=views.edits_sentence(revisions),
            revisions=self._revisions(revisions),
            related=article.related,
        )

    def diff(self, request: Request) -> str:
        """Two revisions of one telling, compared word by word."""
        with closing(self._open()) as archive:
            article = archive.article(request.path_params["id"])
            revisions = archive.revisions(article)
        before, after = _chosen(request, article, revisions)
        lang = language_tag(after.language)
        difference = compare(before.text, after.text)
        is_title_changed = before.title != after.title
        return self._fill(
            "diff",
            title=f"What changed: {shortened(title_of(after), 70)}",
            here="diff",
            canonical=None,
            id=article.id,
            lang=lang,
            dir=sheet.direction_of(after),
            a=before.number,
            b=after.number,
            revisions=self._revisions(revisions),
            sentence=views.changed_sentence(
                difference.n_changed_words,
                difference.n_words,
                is_title_changed=is_title_changed,
            ),
            title_pieces=compare_words(title_of(before), title_of(after)),
            parts=[
                {"first": part.first, "last": part.last}
                if isinstance(part, Folded)
                else {"pieces": part.pieces}
                for part in difference.parts
            ],
        )

    def feeds(self, _: Request) -> str:
        """The subscribed feeds, those that need a look first."""
        with closing(self._open()) as archive:
            lines = views.feed_lines(archive.feeds(), self._zone)
        return self._fill(
            "feeds",
            title="Feeds",
            here="feeds",
            canonical=f"{self._base}feeds",
            feeds=lines,
            sentence=views.feeds_sentence(lines),
        )

    def subscribe(self, _: Request) -> str:
        """How to read this archive in a feed reader."""
        return self._fill(
            "subscribe",
            title="Subscribe",
            here="subscribe",
            canonical=f"{self._base}subscribe",
            feed_url=f"{self._base}feed.xml",
            every=views.span(self._config.publish.interval_s),
            is_published=(self._config.publish.dir / "feed.xml").exists(),
        )

    def message(self, request: Request, *, status: int, message: str) -> str:
        """A failure, with a search where something was not found. Reads nothing."""
        try:
            title = HTTPStatus(status).phrase
        except ValueError:
            title = f"Error {status}"
        words = request.url.path.rsplit("/", 1)[-1].replace("-", " ")
        return self._fill(
            "message",
            title="Not found" if status == HTTPStatus.NOT_FOUND else title,
            here="search",
            canonical=None,
            message=views.sentence(message),
            is_missing=status == HTTPStatus.NOT_FOUND,
            q=shortened(words, 80),
        )

    def _open(self) -> Opened:
        return open_archive(
            self._url,
            shows_private=self._shows_private,
            zone=self._zone,
            now=self._clock(),
        )

    def _fill(self, template: str, **values: Any) -> str:
        site = self._config.publish.title
        return self._templates.get_template(f"{template}.html").render(site=site, **values)

    def _instant(self, at: datetime | None) -> views.Instant | None:
        return None if at is None else views.instant(at, self._zone)

    def _sightings(self, article: Article) -> list[Mapping[str, object]]:
        return [
            {
                "feed_title": seen.feed_title,
                "first": self._instant(seen.first_seen_at),
                "last": self._instant(seen.last_seen_at),
                "url": web_address(seen.url),
                "url_short": shortened((seen.url or "").split("://", 1)[-1], 60),
            }
            for seen in article.sightings
        ]

    def _revisions(self, revisions: tuple[Revision, ...]) -> list[Mapping[str, object]]:
        shown: list[Mapping[str, object]] = []
        title = ""
        for n, revision in enumerate(revisions):
            shown.append(
                {
                    "number": revision.number,
                    "before": revisions[n - 1].number if n else None,
                    "at": self._instant(revision.first_seen_at),
                    "kind": KIND_WORDS[revision.kind],
                    "title": title_of(revision) if title_of(revision) != title else None,
                }
            )
            title = title_of(revision)
        return shown


def _text(request: Request, name: str) -> str | None:
    return request.query_params.get(name)


def _next_page(path: str, values: Mapping[str, str], found: Found) -> str | None:
    if found.next_page is None:
        return None
    return f"{path}?{urlencode({**values, 'page': found.next_page}, quote_via=quote)}"


def _chosen(
    request: Request, article: Article, revisions: tuple[Revision, ...]
) -> tuple[Revision, Revision]:
    """Return the revisions to compare: as asked for by number (a, b), else the last two."""
    by_number = {str(revision.number): revision for revision in revisions}
    after = by_number.get(_text(request, "b") or str(revisions[-1].number))
    if after is None:
        raise NotFound("There is no such revision.", subject=article.id)
    earlier = [revision for revision in revisions if revision.number < after.number]
    default = earlier[-1] if earlier else after
    before = by_number.get(_text(request, "a") or str(default.number))
    if before is None:
        raise NotFound("There is no such revision.", subject=article.id)
    return before, after


def _fault(error: QueryError) -> Mapping[str, object]:
    """Return a query's mistake as the page shows it: the query with the fault marked, a caret under it."""
    start, end = error.position, error.position + error.length
    return {
        "before": error.query[:start],
        "marked": error.query[start:end],
        "after": error.query[end:],
        "caret": " " * start + "^" * error.length,
        "message": views.sentence(str(error)),
        "mended": _mended(error),
    }


def _mended(error: QueryError) -> str | None:
    """Return the query with its fault replaced by the nearest valid spelling; None where there is none."""
    if error.hint is None:
        return None
    start, end = error.position, error.position + error.length
    field, colon, _ = error.query[start:end].rpartition(":")
    return f"{error.query[:start]}{field}{colon}{error.hint}{error.query[end:]}"
