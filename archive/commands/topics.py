"""`help`: a command's own help, or a topic that belongs to no single command."""

from pathlib import Path

import click

from archive import terminal
from archive.errors import UsageError

QUERY = """\
A query is words; an article is found when it has all of them.

  stikstof uitkoop          both words, in any of their forms (bondgenoot finds bondgenoten)
  "vijf procent"            these words in a row, exactly so
  navo*                     every word that begins so
  *minister                 every word that ends so: landbouwminister
  =minister                 this spelling alone, not its other forms
  -voetbal                  not this word; at least one word without - must stand beside it
  (navo OR nato) norm       either word; brackets keep them together
  title:kabinet             in the headline
  feed:joop                 seen in this feed (newsarchive feeds lists their names)
  lang:nl                   in this language
  after:2026-11-01          published on this day or later; also a year, a month, an age (7d)
  before:2026-12            published before it
  since:7d                  published in the last seven days (also 3w)
  author:"Marit Vos"        by someone of this name; section: and tag: work the same way
  url:joop.nl               its address contains this
  has:revisions             edited; has:duplicates: seen in several places
  minutes:..5 views:100..   read in at most five minutes; seen by at least a hundred
  saved:stikstof -feed:nos  what a saved search finds (newsarchive saved lists them), and more

Letters with and without accents are the same: cafe finds café. Capitals do not count.
In a shell, put a query with quotes or brackets in single quotes:
  newsarchive search '"vijf procent" feed:nos'
"""

EXIT_CODES = """\
  0     found, or done
  1     nothing found
  2     wrong usage: a command, option, query, address or setting; the message names the cure
  3     the archive is missing, damaged, of a newer version, or its disk is full
  70    a fault in newsarchive itself; newsarchive --debug COMMAND shows where
  75    held by another process: try again later
  130   stopped by Ctrl-C; what was written stays
  141   whoever read the output closed it
"""

COMPLETION = """\
Completion of commands, options, query fields and their values (feeds, saved searches, tags,
languages), and the ids of the newest articles. For this session:

  bash   eval "$(_NEWSARCHIVE_COMPLETE=bash_source newsarchive)"
  zsh    eval "$(_NEWSARCHIVE_COMPLETE=zsh_source newsarchive)"
  fish   _NEWSARCHIVE_COMPLETE=fish_source newsarchive | source

To keep it, put that line in ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish.
"""

JSON = """\
With --json a command writes one document on a line (follow and search --jsonl: a line a hit),
which has "schema": 1 and these fields. Fields are only ever added; times are RFC 3339 in UTC,
ids are strings.

{documents}

One of them, field by field:   newsarchive help json search
Its JSON Schema, for programs: newsarchive help json search --schema
Stop if it is another one:     newsarchive --schema-version 1 search WORDS --json
"""

TOPICS = {"query": QUERY, "exit-codes": EXIT_CODES, "completion": COMPLETION}
NAMES = ("query", "json", "exit-codes", "completion")


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND... | TOPIC]")
@click.option("--schema", is_flag=True, help="With json COMMAND: its JSON Schema.")
@click.option(
    "--man",
    "man_folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the man pages into DIR, for packagers.",
)
@click.pass_context
def help_(
    ctx: click.Context, words: tuple[str, ...], schema: bool, man_folder: Path | None
) -> None:
    """Show the help of a command, or of a topic: query, json, exit-codes, completion."""
    if man_folder is not None:
        from archive.commands.manual import write

        root = ctx.find_root()
        assert isinstance(root.command, click.Group), "the root is a group"
        n = write(root.command, root.info_name or "newsarchive", man_folder)
        terminal.say(f"{n} man pages in {terminal.path(man_folder)}")
        return
    if words[:1] == ("json",):
        _show_documents(" ".join(words[1:]), as_schema=schema)
        return
    if schema:
        raise UsageError("--schema goes with a document: newsarchive help json search --schema")
    if len(words) == 1 and words[0] in TOPICS:
        terminal.echo(TOPICS[words[0]].rstrip())
        return
    root = ctx.find_root()
    terminal.echo(_help_of(root, list(words)))


def _show_documents(command: str, *, as_schema: bool) -> None:
    """Tell what the document of a command holds, or what there are."""
    import difflib
    import textwrap

    from archive.commands.documents import DOCUMENTS, SCHEMA, json_schema, lines

    if not command:
        if as_schema:
            raise UsageError("--schema wants a command: newsarchive help json search --schema")
        rows = [
            textwrap.fill(
                ", ".join("..." if name == "*" else name.removesuffix("?") for name in fields),
                width=98, initial_indent=f"  {name:<17}", subsequent_indent=" " * 19,
            )
            for name, fields in DOCUMENTS.items()
        ]  # fmt: skip
        terminal.echo(JSON.format(documents="\n".join(rows)).rstrip())
        return
    if command not in DOCUMENTS:
        near = difflib.get_close_matches(command, DOCUMENTS, n=1)
        cure = f"did you mean '{near[0]}'?" if near else "newsarchive help json lists them"
        raise UsageError(f"{command!r} has no --json document; {cure}")
    if as_schema:
        terminal.echo_json(json_schema(command))
        return
    terminal.echo(f"newsarchive {command} --json\n\n  {'schema':<22} {SCHEMA}")
    for line in lines(DOCUMENTS[command]):
        terminal.echo(line)


def _help_of(ctx: click.Context, words: list[str]) -> str:
    """Return the help of the command that `words` name, from `ctx` down."""
    for word in words:
        group = ctx.command
        known = group.list_commands(ctx) if isinstance(group, click.Group) else []
        if not isinstance(group, click.Group) or word not in known:
            import difflib

            near = difflib.get_close_matches(word, [*known, *NAMES], n=1)
            cure = f"did you mean '{near[0]}'?" if near else f"topics: {', '.join(NAMES)}"
            raise UsageError(f"no help on {word!r}; {cure}")
        command = group.get_command(ctx, word)
        assert command is not None
        ctx = click.Context(command, info_name=word, parent=ctx)
    return ctx.get_help()
