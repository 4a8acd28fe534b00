"""What a search takes: CPU of each kind of query, of whole processes and of writing, sizes, memory; and of others.

    python -m benchmarks.search                         100,000 invented articles, made in a scratch folder
    python -m benchmarks.search --articles 1000000      of a million: 20 minutes and 8 GB
    python -m benchmarks.search --archive FILE          kept, and used again if it is there
    python -m benchmarks.search --notmuch               also notmuch, where it is installed
    python -m benchmarks.search --out docs/performance.md

Every query runs once, in the order of a seeded draw; figures are CPU milliseconds of this process, p50 and p99, with
the hits read and their snippets marked. Nothing here decides a test.
"""

import argparse
import os
import pty
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from archive.errors import QueryError
from archive.front import Archive
from archive.search.facets import FACETS
from archive.store import Store
from benchmarks import invented
from benchmarks.report import machine, peak_mb, write_section

Rows = list[tuple[str, str]]

N_QUERIES = 200
"""Of each kind: the p99 is the second slowest."""


def main() -> int:
    """Build or take an archive, measure, and print the table."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--articles", type=int, default=100_000)
    asked.add_argument("--archive", type=Path)
    asked.add_argument("--notmuch", action="store_true", help="notmuch too, from the PATH")
    asked.add_argument("--out", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = told.archive or Path(scratch) / "archive.db"
        rows: Rows = [("", f"{machine()}, load {os.getloadavg()[0]:.1f}")]
        rows += building(path, told.articles)
        rows += sizes(path)
        rows += queries(path)
        rows += [("peak RSS of a process that searches 200 times, MB", _memory(path))]
        rows += processes(path, Path(scratch))
        with _writer(path):
            rows += queries(
                path, only=("a word", "relevance, a word"), more=" while 30 are committed"
            )
        rows += plain_fts5(path, Path(scratch))
        if told.notmuch:
            rows += notmuch(path, Path(scratch))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    if told.out is not None:
        name = "search" if told.articles == 100_000 else f"search of {told.articles:,} articles"
        write_section(told.out, name, rows)
    return 0


# ---- building and sizes -------------------------------------------------------------------------


def building(path: Path, n_articles: int) -> Rows:
    """Build the archive, unless it is there."""
    if path.exists():
        return []
    with Store.open(str(path), create=True) as store:
        built = invented.build(store, n_articles)
    return [
        ("articles, revisions", f"{built.n_articles:,}, {built.n_revisions:,}"),
        ("building, CPU s", f"{built.total_s:.0f}"),
        ("of it the index, revisions a CPU s", f"{built.n_revisions / built.index_s:,.0f}"),
    ]


def sizes(path: Path) -> Rows:
    """Measure the index by its pages."""
    db = sqlite3.connect(path)
    (n_articles,) = db.execute("SELECT count(*) FROM articles").fetchone()
    pages: dict[str, int] = dict(db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    (n_words,) = db.execute("SELECT count(*) FROM word_sorted").fetchone()
    db.close()

    def of(*beginnings: str) -> str:
        found = sum(size for name, size in pages.items() if name.startswith(beginnings))
        return f"{found / n_articles:,.0f}"

    texts = ("search_data", "search_idx", "search_docsize")
    rows = ("search_row", "ix_search_row", "sqlite_autoindex_search_row")
    return [
        ("index, bytes an article: texts, rows", f"{of(*texts)}, {of(*rows)}"),
        ("vocabulary: words by language", f"{n_words:,}"),
        (
            "vocabulary, bytes an article: words, the same backwards",
            f"{of('word_sorted', 'ix_word_sorted')}, {of('word_ending')}",
        ),
        ("archive.db, MB", f"{path.stat().st_size / 1e6:,.0f}"),
    ]


# ---- queries ------------------------------------------------------------------------------------

Draw = Callable[[random.Random, invented.Tongue], str]


def _word(chance: random.Random, tongue: invented.Tongue) -> str:
    """A word of a rank between 30 and 6,000, as many rare as frequent ones."""
    return tongue.words[int(30 * 200 ** chance.random())]


def _common(chance: random.Random, tongue: invented.Tongue) -> str:
    return tongue.words[chance.randrange(60, 400)]


def _topic(chance: random.Random, tongue: invented.Tongue) -> tuple[str, str]:
    one, two = chance.sample(chance.choice(tongue.topics[:100]), 2)
    return one, two


KINDS: Mapping[str, Draw] = {
    "a word": _word,
    "two words that meet": lambda c, t: " ".join(_topic(c, t)),
    "two common words": lambda c, t: f"{_common(c, t)} {_common(c, t)}",
    "either of two words": lambda c, t: f"{_word(c, t)} OR {_word(c, t)}",
    "a phrase of two common words": lambda c, t: f'"{t.words[c.randrange(8)]} {_common(c, t)}"',
    "one word without another": lambda c, t: f"{_common(c, t)} -{_word(c, t)}",
    "a word in the headline": lambda c, t: f"title:{_topic(c, t)[0]}",
    "a word in a feed": lambda c, t: f"feed:{invented.feed_name(c.randrange(1, 41))} {_common(c, t)}",
    "a word in a month": lambda c, t: f"{_common(c, t)} {_month(c)}",
    "everything of a month": lambda c, _: _month(c),
    "5 letters*": lambda c, t: _letters(c, t, 5) + "*",
    "4 letters*": lambda c, t: _letters(c, t, 4) + "*",
    "3 letters*": lambda c, t: _letters(c, t, 3) + "*",
    "*6 letters": lambda c, t: "*" + _letters(c, t, -6),
    "*5 letters": lambda c, t: "*" + _letters(c, t, -5),
    "nothing, and why": lambda c, t: f"{_word(c, t)}qx {_word(c, t)}",
}  # fmt: skip


def _letters(chance: random.Random, tongue: invented.Tongue, n: int) -> str:
    word = next(word for word in iter(lambda: _word(chance, tongue), "") if len(word) >= abs(n))
    return word[:n] if n > 0 else word[n:]


def _month(chance: random.Random) -> str:
    year, month = chance.randrange(2020, 2026), chance.randrange(1, 12)
    return f"after:{year}-{month:02} before:{year}-{month + 1:02}"


def queries(path: Path, *, only: Sequence[str] = (), more: str = "") -> Rows:
    """Measure each kind of query, p50 and p99 of CPU."""
    rows: Rows = []
    with Archive.open(str(path)) as archive:
        as_asked: dict[str, tuple[Draw, Callable[[str], object]]] = {
            name: (draw, archive.search) for name, draw in KINDS.items()
        }
        word, pair = KINDS["a word"], KINDS["two words that meet"]
        as_asked |= {
            "relevance, a word": (word, lambda q: archive.search(q, sort="relevance")),
            "relevance, two words that meet": (pair, lambda q: archive.search(q, sort="relevance")),
            "oldest first, a word": (word, lambda q: archive.search(q, sort="oldest")),
            "a word, as of two years ago": (
                word, lambda q: archive.search(q, as_of=invented.LAST.replace(year=2024)),
            ),
            "facets of a word: feed, lang, section, year, month": (
                word, lambda q: archive.facets(q, FACETS[:5]),
            ),
            "facets of a word: author, domain": (word, lambda q: archive.facets(q, FACETS[5:])),
        }  # fmt: skip
        for name, (draw, ask) in as_asked.items():
            if not only or name in only:
                rows.append((f"{name}{more}, CPU ms", _measured(name, draw, ask)))
        if not only:

            def behind_nine(query: str) -> Callable[[str], object]:
                token = archive.search(query, limit=180).next_page
                return lambda query: archive.search(query, page=token)

            tenth = _measured("pages", word, archive.search, prepare=behind_nine)
            rows.append(("the tenth page of a word, CPU ms", tenth))
            rows.append(("of a search: reading and marking 20 hits, CPU ms", _marking(archive)))
    return rows


def _measured(
    name: str,
    draw: Draw,
    ask: Callable[[str], object],
    prepare: Callable[[str], Callable[[str], object]] | None = None,
) -> str:
    """Return p50 and p99 of asking; `prepare`, unmeasured, makes what asks one query."""
    chance, tongues = random.Random(f"{invented.SEED}/{name}"), invented.tongues()
    took: list[float] = []
    n_refused = 0
    for _ in range(N_QUERIES):
        query = draw(chance, tongues[chance.choice(("nl", "nl", "en", "de"))])
        ready = ask if prepare is None else prepare(query)
        began = time.process_time()
        try:
            ready(query)
        except QueryError:
            n_refused += 1
        else:
            took.append((time.process_time() - began) * 1000)
    return _p50_p99(took) + (f", {n_refused * 100 // N_QUERIES} % refused" if n_refused else "")


def _p50_p99(took: Sequence[float]) -> str:
    ordered = sorted(took)
    return f"{statistics.median(ordered):.1f}, {ordered[max(0, len(ordered) * 99 // 100 - 1)]:.1f}"


def _marking(archive: Archive) -> str:
    chance, tongues = random.Random(f"{invented.SEED}/marking"), invented.tongues()
    told = (archive.explain(_word(chance, tongues["nl"])) for _ in range(50))
    return _p50_p99([dict(one.stations)["hits"] * 1000 for one in told])


def _memory(path: Path) -> str:
    script = "from benchmarks.search import report_memory; import sys; report_memory(sys.argv[1])"
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def report_memory(path: str) -> None:
    """Print this process's peak RSS after 200 searches of all kinds and facets."""
    chance, words = random.Random(invented.SEED), _vocabulary(path)
    with Archive.open(path) as archive:
        for n in range(200):
            archive.search(chance.choice(words), sort=("newest", "relevance")[n % 2])
            if n % 20 == 0:
                archive.facets(chance.choice(words), FACETS)
    print(peak_mb())


def _vocabulary(path: str) -> list[str]:
    """Return frequent words without making the languages, whose lists are larger than a search."""
    db = sqlite3.connect(path)
    titles = db.execute("SELECT title FROM revisions ORDER BY id DESC LIMIT 500").fetchall()
    db.close()
    return [word for (title,) in titles for word in title.split() if word.isalpha()]


# ---- processes, and a writer beside ------------------------------------------------------------


def processes(path: Path, folder: Path) -> Rows:
    """Measure whole processes: in a pipe and on a terminal, with compiled modules as an installation has them."""
    (folder / "config.toml").write_text(f'[archive]\nurl = "{path.resolve()}"\n', encoding="utf-8")
    word = _word(random.Random(3), invented.tongues()["nl"])
    program = str(Path(sys.executable).with_name("newsarchive"))
    command = [program, "-C", str(folder), "search", word]
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    with Archive.open(str(path)) as archive:
        began = time.process_time()
        archive.search(word)
        query_s = time.process_time() - began
    bare = [sys.executable, "-c", "import click, dataclasses, json, sqlite3"]
    bare_s = statistics.median(_cpu_of(lambda: _run_piped(bare, environ)) for _ in range(9))
    rows: Rows = [
        ("python that imports click, dataclasses, json and sqlite3, CPU ms", f"{bare_s * 1000:.0f}")
    ]
    for where, run in (("piped", _run_piped), ("on a terminal", _run_on_terminal)):
        run(command, environ)
        whole = statistics.median(_cpu_of(lambda run=run: run(command, environ)) for _ in range(9))  # type: ignore[misc]  # the default binds it
        rows.append((f"newsarchive search, whole process {where}, CPU ms", f"{whole * 1000:.0f}"))
    return [*rows, ("of it the query, CPU ms", f"{query_s * 1000:.1f}")]


def _cpu_of(run: Callable[[], None]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run_piped(command: list[str], environ: Mapping[str, str]) -> None:
    subprocess.run(command, env=environ, capture_output=True, check=False)


def _run_on_terminal(command: list[str], environ: Mapping[str, str]) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            command[0], command, {**environ, "COLUMNS": "100", "TERM": "xterm", "PAGER": "cat"}
        )
    while True:
        try:
            if not os.read(terminal, 65_536):
                break
        except OSError:  # how the end of a terminal reads on Linux
            break
    os.waitpid(pid, 0)
    os.close(terminal)


@contextmanager
def _writer(path: Path) -> Iterator[None]:
    """Let another process commit 30 articles after another; ended when the block ends."""
    script = "from benchmarks.search import write_on; import sys; write_on(sys.argv[1])"
    writer = subprocess.Popen([sys.executable, "-c", script, str(path)])
    try:
        time.sleep(3)  # until it has made its languages
        yield
    finally:
        writer.terminate()
        writer.wait()


def write_on(path: str) -> None:
    """Commit 30 further articles at a time, until this process is ended."""
    with Store.open(path) as store:
        invented.go_on(store, 30)


# ---- others -------------------------------------------------------------------------------------


def plain_fts5(path: Path, folder: Path) -> Rows:
    """Do the same with FTS5 as it is shown in its manual: an external content table, and ORDER BY bm25."""
    file = folder / "plain.db"
    db = sqlite3.connect(file)
    db.execute("ATTACH ? AS ours", (str(path),))
    began = time.process_time()
    db.executescript(
        "CREATE TABLE news (id INTEGER PRIMARY KEY, title TEXT, body TEXT);"
        "CREATE VIRTUAL TABLE plain USING fts5(title, body, content='news', content_rowid='id',"
        " tokenize='unicode61 remove_diacritics 2');"
    )
    db.execute(
        "INSERT INTO news SELECT a.id, r.title, c.text FROM ours.articles AS a"
        " JOIN ours.variants AS v ON v.id = a.primary_variant_id JOIN ours.revisions AS r ON r.id = v.revision_id"
        " JOIN ours.contents AS c ON c.digest = r.content_digest"
    )
    db.execute("INSERT INTO plain(plain) VALUES ('rebuild')")
    db.commit()
    built_s = time.process_time() - began
    (n,) = db.execute("SELECT count(*) FROM news").fetchone()
    (size,) = db.execute("SELECT sum(length(block)) FROM plain_data").fetchone()
    rows: Rows = [
        ("plain FTS5: index, bytes an article", f"{size / n:,.0f}"),
        ("plain FTS5: copied and indexed, articles a CPU s", f"{n / built_s:,.0f}"),
    ]
    sql = (
        "SELECT rowid, title, snippet(plain, 1, '[', ']', '…', 30) FROM plain WHERE plain MATCH ?"
        " ORDER BY {} LIMIT 20"
    )
    for kind in ("a word", "two words that meet", "two common words"):
        for order in ("bm25(plain)", "rowid DESC"):

            def ask(query: str, order: str = order) -> None:
                words = " ".join(f'"{word}"' for word in query.split())
                db.execute(sql.format(order), (words,)).fetchall()

            name = f"plain FTS5: {kind}, ORDER BY {order}, CPU ms"
            rows.append((name, _measured(kind, KINDS[kind], ask)))
    db.close()
    return rows


def notmuch(path: Path, folder: Path) -> Rows:
    """Let notmuch index the same articles, a mail each, and search them; it knows no forms and no accents."""
    if shutil.which("notmuch") is None:
        return [("notmuch", "not installed")]
    mails = folder / "mail"
    db = sqlite3.connect(path)
    n = 0
    for n, (title, text, at) in enumerate(
        db.execute(
            "SELECT r.title, c.text, r.published_at / 1000000 FROM articles AS a JOIN variants AS v"
            " ON v.id = a.primary_variant_id JOIN revisions AS r ON r.id = v.revision_id"
            " JOIN contents AS c ON c.digest = r.content_digest"
        ),
        1,
    ):
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(at))
        file = mails / str(n // 1_000) / "cur" / f"{n}:2,S"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = f"From: krant <krant@example.org>\nSubject: {title}\nDate: {date}\nMessage-ID: <{n}@example.org>\n"
        kind = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        file.write_text(f"{head}{kind}{text}\n", encoding="utf-8")
    db.close()
    settings = folder / "notmuch.conf"
    settings.write_text(
        f"[database]\npath={mails}\n[user]\nname=x\nprimary_email=x@example.org\n[new]\ntags=new\n",
        encoding="utf-8",
    )
    environ = {**os.environ, "NOTMUCH_CONFIG": str(settings)}
    indexing_s = _cpu_of(lambda: _run_piped(["notmuch", "new", "--quiet"], environ))
    rows: Rows = [("notmuch: articles indexed a CPU s", f"{n / indexing_s:,.0f}")]
    index = sum(file.stat().st_size for file in (mails / ".notmuch" / "xapian").iterdir())
    rows.append(("notmuch: index, bytes an article", f"{index / n:,.0f}"))
    for kind in ("a word", "two words that meet"):
        chance, tongues = random.Random(f"{invented.SEED}/{kind}"), invented.tongues()
        took = []
        for _ in range(50):
            words = KINDS[kind](chance, tongues["nl"])
            command = ["notmuch", "search", "--limit=20", words]
            took.append(1000 * _cpu_of(lambda c=command: _run_piped(c, environ)))  # type: ignore[misc]  # the default binds it
        rows.append((f"notmuch search --limit=20, {kind}, whole process, CPU ms", _p50_p99(took)))
    return rows


if __name__ == "__main__":
    sys.exit(main())
