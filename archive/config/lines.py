"""On which line of a TOML text each key stands: tomllib does not say. Only for texts that tomllib has accepted."""

import re
import tomllib
from bisect import bisect_left

KeyPath = tuple[str | int, ...]
"""("fetch", "contact"), or with the count of an array's table: ("feeds", 2, "url")."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PART = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_DOTTED})[ \t]*\]\]?")
_KEY = re.compile(rf"({_DOTTED})[ \t]*=")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_VALUE_PIECE = re.compile(
    r'(?P<skip>"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}"
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[^"'\#\[\]{}\n]+)"""
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<end>\n)",
    re.DOTALL,
)


def lines_of(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of each table and key; keys inside inline tables have none of their own."""
    newlines = [found.start() for found in re.finditer("\n", text)]
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
        elif header := _HEADER.match(text, at):
            table = _resolved(_parts(header[2]), counts, is_array=header[1] == "[[")
            if header[1] == "[[":
                lines.setdefault(table[:-1], bisect_left(newlines, at) + 1)
            lines.setdefault(table, bisect_left(newlines, at) + 1)
            at = header.end()
        elif key := _KEY.match(text, at):
            lines.setdefault(table + _parts(key[1]), bisect_left(newlines, at) + 1)
            at = _end_of_value(text, key.end())
        else:  # not a statement we know: the next line may be one
            at = (text.find("\n", at) + 1) or len(text)
    return lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """Return the line of `path`, or of the nearest thing around it; 1 when even its section is not written."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _parts(dotted: str) -> KeyPath:
    """Take a dotted key apart as TOML does."""
    if _BARE.fullmatch(dotted):
        return (dotted,)
    found = tomllib.loads(f"{dotted} = 0")
    parts: list[str] = []
    inner: object = found
    while isinstance(inner, dict):
        key, inner = next(iter(inner.items()))
        parts.append(key)
    return tuple(parts)


def _resolved(parts: KeyPath, counts: dict[KeyPath, int], *, is_array: bool) -> KeyPath:
    """Return a header's path with the running numbers of the arrays it lies in."""
    path: KeyPath = ()
    for part in parts[:-1]:
        path += (part,)
        if path in counts:
            path += (counts[path],)
    path += (parts[-1],)
    if is_array:
        counts[path] = counts.get(path, -1) + 1
        path += (counts[path],)
    return path


def _end_of_value(text: str, at: int) -> int:
    """Return where the value that begins at `at` ends: the first newline outside strings and brackets."""
    depth = 0
    while piece := _VALUE_PIECE.match(text, at):
        at = piece.end()
        if piece["open"]:
            depth += 1
        elif piece["close"]:
            depth -= 1
        elif piece["end"] and depth == 0:
            return at
    return len(text)
