"""How the demo looks on a terminal and in a pipe: all that is printed, by Rich, from the documents of commands.

Every stored text passes `terminal.printable`, and no mark is made by colour alone: what was searched stands in
[brackets] where there is no colour, what an edit took out and put in stands in {- -} and {+ +} always.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from archive import terminal
from archive.commands.place import Place
from ingest.demo.papers import ROUNDS, Paper
from ingest.demo.runner import Ran

if TYPE_CHECKING:
    from ingest.demo.show import Sums

MAX_WIDTH = 110

FORMATS = {"rss20": "RSS 2.0", "rss10": "RSS 1.0", "atom10": "Atom 1.0", "json11": "JSON Feed"}
FAULTS = {"broken": "broken XML", "500": "answers 500", "maintenance": "sends a web page"}

N_CONTEXT = 6
"""Words of a paragraph kept on each side of a change."""

ONE = ("same", "revision")
"""The verdicts by which a sighting joins an article."""

SCORES = {
    "shingles": "runs of words",
    "contained": "contained",
    "numbers": "numbers",
    "title": "title",
}


class Telling:
    """The demo's voice. `know` must have been called before an id is told."""

    def __init__(self, place: Place, folder: Path) -> None:
        self._folder = folder
        self._has_colour = place.has_colour
        self._ids: Mapping[str, str] = {}
        self._console = Console(
            file=sys.stdout,
            width=min(terminal.columns(), MAX_WIDTH) if place.is_terminal else MAX_WIDTH,
            force_terminal=self._has_colour,
            no_color=not self._has_colour,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def know(self, ids: Mapping[str, str]) -> None:
        """Learn the beginning by which each article's id is told."""
        self._ids = ids

    # ---- what is told, in the order of the run --------------------------------------------------

    def opening(self, papers: Sequence[Paper]) -> None:
        """Say what is about to be shown."""
        n_languages = len({paper.language for paper in papers})
        self._line(
            f"{len(papers)} papers in {n_languages} languages on 127.0.0.1, two days of news;"
            f" all of it kept in {terminal.path(self._folder)}/",
            "demo",
        )

    def polled(self, round_: int, ran: Ran, papers: Sequence[Paper]) -> None:
        """Tell what each feed gave in a round."""
        document = ran.document()
        self._heading(f"Day {round_}", ran)
        by_name = {facts["feed"]: facts for facts in document["polls"]}
        table = _grid()
        for paper in papers:
            facts = by_name[paper.slug]
            kind = FAULTS.get(paper.fault) or ("moved (301)" if paper.moved_from else "")
            about = f"{paper.language}  {FORMATS[paper.format]}"
            table.add_row(paper.slug, Text(about, "dim"), Text(kind, "dim"), _gave(facts))
        self._block(table)
        pages = document["pages"]
        walls = f", {pages['walls']} behind a consent wall" if pages["walls"] else ""
        failed = f", {pages['failed']} failed" if pages["failed"] else ""
        self._block(Text(f"{pages['read']} article pages read{walls}{failed}"))

    def joined(self, articles: Iterable[Ran]) -> None:
        """Tell which sightings were found to be one article, and why."""
        for ran in articles:
            article = ran.document()
            self._heading("Joined", ran)
            self._block(_text(article["title"], "bold"))
            table = _grid()
            for n, seen in enumerate(article["sightings"]):
                why = next((c for c in seen["compared"] if c["verdict"] in ONE), None)
                told = _text(
                    _reason(why) if why else "seen first" if n == 0 else f"rule {seen['rule']}"
                )
                if seen["title"] and seen["title"] != article["title"]:
                    told += _text(f" as “{seen['title']}”", "dim")
                table.add_row(_text(seen["feed"]), _text(seen["guid"] or seen["url"], "dim"), told)
            self._block(table)

    def kept_apart(self, articles: Iterable[Ran]) -> None:
        """Tell which articles look alike and are two all the same."""
        for ran in articles:
            article = ran.document()
            others = [
                c
                for seen in article["sightings"]
                for c in seen["compared"]
                if c["verdict"] not in ONE
            ]
            if others:
                self._heading("Kept apart", ran)
                self._block(_text(article["title"], "bold"))
            for other in others:
                told = _text(other["other_title"] or "") + _text(
                    f"   {other['verdict']}, {_reason(other)}", "dim"
                )
                self._block(told)

    def edited(self, changes: Iterable[Ran]) -> None:
        """Tell what edits changed, word by word."""
        for ran in changes:
            document = ran.document()
            self._heading("Edited", ran)
            table = _grid()
            if document["title_changed"]:
                table.add_row("Title", _changes(document["title"], keeps_all=True))
            for paragraph in document["paragraphs"]:
                if any(part["change"] != "same" for part in paragraph["parts"]):
                    table.add_row(f"¶{paragraph['number']}", _changes(paragraph["parts"]))
            if table.row_count:
                self._block(table)
            headline = ", and the headline" if document["title_changed"] else ""
            words = f"{document['words_changed']} of {document['words']} words changed{headline}"
            self._block(
                Text(
                    words
                    if table.row_count
                    else "no word changed: only its address, date or section"
                )
            )

    def searched(self, what: str, ran: Ran) -> None:
        """Tell what a search found."""
        document = ran.document()
        self._heading(f"Search: {what}", ran)
        table = _grid()
        for hit in document["hits"]:
            day = terminal.when(datetime.fromisoformat(hit["effective_at"]), UTC, now=ROUNDS[-1])
            headline = self._marked(hit["title"], hit["marks"], "bold")
            table.add_row(
                Text(day, "dim"), _text(hit["feed"]), headline, Text(self._ids[hit["id"]], "yellow")
            )
            table.add_row("", "", self._marked(hit["snippet"], hit["marks"], "dim"), "")
        self._block(table)
        self._block(Text(f"{len(document['hits'])} of {document['total']}"))

    def published(self, ran: Ran, faults: Sequence[str]) -> None:
        """Tell which feed was written, and what is wrong with it."""
        document = ran.document()
        self._heading("Published", ran)
        where = terminal.path(Path(document["path"]))
        self._block(
            Text(
                f"{where}    {document['n_entries']} entries, {terminal.size(document['n_bytes'])}"
            )
        )
        for fault in faults:
            self._block(_text(f"not valid: {fault}", "red"))

    def summed(self, sums: "Sums") -> None:
        """Tell what it all came to."""
        terminal.echo()
        edits = "1 edit" if sums.n_edits == 1 else f"{sums.n_edits} edits"
        validity = "valid" if not sums.faults else "NOT valid"
        self._line(
            f"{sums.n_sightings} sightings, {sums.n_articles} articles, {sums.n_duplicates} duplicates folded,"
            f" {edits}, {len(sums.lost)} lost; feed {validity} ({terminal.size(sums.n_bytes)})",
            "done",
            "green" if sums.is_good else "red",
        )
        for feed, key in sums.lost:
            self._line(
                f"{feed} showed {terminal.printable(key)}, and the archive has no sighting of it",
                "lost",
                "red",
            )

    def what_next(self, program: str, articles: Sequence[Mapping[str, Any]]) -> None:
        """Tell what to run next."""
        edited = next(
            (a for a in articles if a["revisions"] > 1 and a["sightings"] == 1), articles[0]
        )
        here = f"{program} -C {terminal.path(self._folder)}"
        for command in ("search 灯台", f"show {self._ids[edited['id']]}", "feeds", "serve"):
            self._line(
                f"{here} {command}"
                + ("    -> http://127.0.0.1:8420/" if command == "serve" else ""),
                "try",
            )

    # ---- forms ----------------------------------------------------------------------------------

    def _heading(self, what: str, ran: Ran | None = None) -> None:
        line = Text(what, "bold")
        if ran is not None:
            line.append(f"   $ {_without_json(ran.command)}", "not bold cyan")
            line.append(f"   {ran.elapsed_s:.1f} s", "not bold dim")
        terminal.echo()
        self._print(line)

    def _line(self, text: str, label: str, style: str = "") -> None:
        self._print(Text(f"{label:<6}", "bold") + Text(text, f"not bold {style}"))

    def _block(self, what: Table | Text, indent: int = 2) -> None:
        self._print(Padding(what, (0, 0, 0, indent)))

    def _print(self, what: Padding | Text) -> None:
        """Write without the spaces that fill Rich's cells, so that a pipe gets clean lines."""
        with self._console.capture() as captured:
            self._console.print(what, soft_wrap=isinstance(what, Text))
        for line in captured.get().splitlines():
            terminal.echo(line.rstrip())

    def _marked(self, text: str, marks: Sequence[str], style: str) -> Text:
        """Return a text with what was searched standing out."""
        line = Text(style=style)
        if not marks:
            return line.append(terminal.printable(text))
        pattern = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
        for n, piece in enumerate(re.split(f"({pattern})", text)):
            is_mark = n % 2 == 1
            shown = terminal.printable(piece)
            bracketed = f"[{shown}]" if is_mark and not self._has_colour else shown
            line.append(bracketed, "bold not dim magenta" if is_mark else "")
        return line


def _grid() -> Table:
    return Table.grid(padding=(0, 2, 0, 0))


def _text(stored: str, style: str = "") -> Text:
    return Text(terminal.printable(stored), style)


def _reason(compared: Mapping[str, Any]) -> str:
    """Return why two tellings are one article, or are not: the rule, its sentence, its figures."""
    scores = compared["scores"]
    figures = ", ".join(
        f"{words} {scores[name]:.2f}" for name, words in SCORES.items() if name in scores
    )
    return f"rule {compared['rule']}: {compared['why']}" + (f" ({figures})" if figures else "")


def _without_json(command: str) -> str:
    """Return a command as a person would type it."""
    words = command.removesuffix(" --json")
    return re.sub(r"^(newsarchive search) (.*[ \"].*)$", r"\1 '\2'", words)


def _gave(facts: Mapping[str, Any]) -> Text:
    if facts["detail"]:
        return _text(facts["detail"], "red")
    if facts["result"] == "unchanged":
        return Text("unchanged (304)")
    counts = (
        ("new", "new"),
        ("joined", "joined to an article known already"),
        ("revised", "edited"),
        ("rejected", "not readable"),
        ("seen", "as before"),
    )
    told = [f"{facts[key]} {words}" for key, words in counts if facts[key]]
    return Text(", ".join(told) or "nothing new")


def _changes(parts: Sequence[Mapping[str, str]], *, keeps_all: bool = False) -> Text:
    """Return a text in which what went and what came is marked, unchanged stretches cut short."""
    line = Text()
    for n, part in enumerate(parts):
        change, text = part["change"], terminal.printable(part["text"])
        is_swap = change == "new" and n > 0 and parts[n - 1]["change"] == "gone"
        if is_swap or (text[:1].isspace() and line.plain):
            line.append(" ")
        if change == "gone":
            line.append(f"{{-{text.strip()}-}}", "red")
        elif change == "new":
            line.append(f"{{+{text.strip()}+}}", "green")
        else:
            is_last = n == len(parts) - 1
            line.append(
                text.strip() if keeps_all else _shortened(text, is_first=n == 0, is_last=is_last)
            )
        if text[-1:].isspace() and not line.plain.endswith(" "):
            line.append(" ")
    line.rstrip()
    return line


def _shortened(text: str, *, is_first: bool, is_last: bool) -> str:
    words = text.split()
    head = [] if is_first else words[:N_CONTEXT]
    tail = [] if is_last else words[-N_CONTEXT:]
    if len(words) <= len(head) + len(tail) + 1:
        return text.strip()
    return " ".join([*head, "…", *tail])
