"""Man pages, one a command, out of the commands' own help: man(7) source, for packagers.

`newsarchive help --man DIR` writes them, `make man` those in docs/man, which a test holds to what this makes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

SECTION: Final = "1"


def pages(root: click.Group, name: str) -> dict[str, str]:
    """Return the source of every page by its file's name: the program's, and one a command, groups' with all below."""
    ctx = click.Context(root, info_name=name, **root.context_settings)
    found = {f"{name}.{SECTION}": _page(ctx, name, list(root.list_commands(ctx)))}
    for word in root.list_commands(ctx):
        command = root.get_command(ctx, word)
        assert command is not None
        below = click.Context(command, info_name=word, parent=ctx)
        found[f"{name}-{word}.{SECTION}"] = _page(below, name, [])
    return found


def _page(ctx: click.Context, name: str, commands: list[str]) -> str:
    """Return a page: what a command is for, how it is written, its options, its examples, and what is below it."""
    title = ctx.command_path.replace(" ", "-")
    help_text = ctx.command.help or ""
    lines = [
        f'.TH "{title.upper()}" "{SECTION}" "" "{name}" "User Commands"',
        ".SH NAME",
        f"{_escaped(title)} \\- {_escaped(_first_sentence(help_text))}",
        ".SH SYNOPSIS",
        *_synopsis(ctx),
        ".SH DESCRIPTION",
        *_paragraphs(help_text),
        *_options(ctx, ".SH OPTIONS"),
        *_below(ctx),
        *_examples(ctx.command.epilog or ""),
    ]
    if commands:
        lines += [".SH COMMANDS", *_list_of(ctx, name, commands)]
    else:
        lines += [".SH SEE ALSO", f".BR {_escaped(name)} ({SECTION})"]
    return "\n".join(lines) + "\n"


def _synopsis(ctx: click.Context) -> Iterator[str]:
    pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
    yield f".B {_escaped(ctx.command_path)}"
    yield _escaped(pieces)


def _options(ctx: click.Context, heading: str) -> Iterator[str]:
    records = [
        record
        for param in ctx.command.get_params(ctx)
        if (record := param.get_help_record(ctx)) is not None and record[1]
    ]
    if records:
        yield heading
    for options, told in records:
        yield ".TP"
        yield f".B {_escaped(options)}"
        yield _escaped(" ".join(told.split()))


def _below(ctx: click.Context) -> Iterator[str]:
    """Yield the commands of a group, each with its own options."""
    group = ctx.command
    if not isinstance(group, click.Group) or ctx.parent is None:
        return
    yield ".SH COMMANDS"
    for word in group.list_commands(ctx):
        command = group.get_command(ctx, word)
        assert command is not None
        below = click.Context(command, info_name=word, parent=ctx)
        yield f".SS {_escaped(' '.join([below.command_path, *command.collect_usage_pieces(below)]))}"
        yield from _paragraphs(command.help or "")
        yield from _options(below, ".PP")


def _list_of(ctx: click.Context, name: str, commands: list[str]) -> Iterator[str]:
    root = ctx.command
    assert isinstance(root, click.Group)
    for word in commands:
        command = root.get_command(ctx, word)
        assert command is not None
        yield ".TP"
        yield f".BR {_escaped(f'{name}-{word}')} ({SECTION})"
        yield _escaped(_first_sentence(command.help or ""))


def _examples(epilog: str) -> Iterator[str]:
    """Yield the examples of an epilog, as they are typed."""
    _, has_examples, text = epilog.partition("EXAMPLES")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if has_examples and lines:
        yield ".SH EXAMPLES"
        yield ".nf"
        yield from map(_escaped, lines)
        yield ".fi"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.replace("\b", "").strip()):
        yield ".PP"
        yield _escaped(" ".join(paragraph.split())) or "\\&"


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=\w)\. ", paragraph)[0].rstrip(".")


_TYPED: Final = {
    "\\": "\\e",
    "-": "\\-",
    "'": "\\(aq",
    '"': "\\(dq",
    "`": "\\(ga",
    "^": "\\(ha",
    "~": "\\(ti",
}
"""What troff would print as another sign: an example must be one that can be typed again."""


def _escaped(text: str) -> str:
    """Return text that troff prints as it is, and takes no line of for a request."""
    escaped = "".join(_TYPED.get(letter, letter) for letter in text)
    return f"\\&{escaped}" if escaped[:1] == "." else escaped


def write(root: click.Group, name: str, folder: Path) -> int:
    """Write all pages into a folder and take away those of commands that are gone; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(root, name)
    for path in folder.glob(f"*.{SECTION}"):
        if path.name not in made:
            path.unlink()
    for file, text in made.items():
        (folder / file).write_text(text, encoding="utf-8")
    return len(made)
