"""The one linear look at a document before any parser sees it.

It says what the document is, gives it back in UTF-8 with what no parser can read mended, and
refuses what would cost a parser seconds or reach outside: pages of HTML, entity definitions, tags
with hundreds of attributes, deep nesting. Called by `parse` alone.
"""

import codecs
import re
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Final

from archive.errors import NotAFeed

# The largest of 883 feeds has 1.1 MB; feedparser takes four times a document's size in memory.
MAX_BYTES: Final = 24_000_000
# A start tag of 20,000 attributes costs feedparser 7 s, one of 40,000 costs 30 s. Real tags have
# at most 31, mostly namespaces (883 feeds).
MAX_ATTRIBUTES: Final = 200
# Real documents are at most 12 levels deep, those with XHTML inside Atom.
MAX_DEPTH: Final = 256
# An element costs feedparser some 10 us, one of a broken document 50: 2.9 million, which 24 MB can
# hold, took 31 s and 140 s. 883 feeds have at most 7,250.
MAX_ELEMENTS: Final = 600_000
MAX_BROKEN_ELEMENTS: Final = 100_000

# Labels that name another encoding than they say, as browsers read them (WHATWG Encoding, 4.2).
_MEANT: Final = {
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "windows-874",
    "tis-620": "windows-874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "big5": "big5hkscs",
    "unicode": "utf-16",
}
# Also `<?xml?xml version="1.0"?>`, which some programs write.
_DECLARATION: Final = re.compile(rb"\s*<\?xml(?=[\s?])[^>]{0,1000}>")
_SEVEN_BIT: Final = {"iso-2022-jp": "iso-2022-jp", "iso-2022-kr": "iso-2022-kr", "hz-gb-2312": "hz"}
_DECLARED: Final = re.compile(rb"""encoding\s*=\s*["']\s*([A-Za-z][\w.:-]{0,39})""")
_HEADER_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z][\w.:-]{0,39})""", re.I)

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<?xm` and `<rss` begin where each character takes two or four bytes (XML 1.0, appendix F).
_WIDE: Final = (
    (re.compile(rb"<\0\0\0[?!a-zA-Z]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<\0\0\0[?!a-zA-Z]"), "utf-32-be"),
    (re.compile(rb"<\0[?!a-zA-Z]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[?!a-zA-Z]"), "utf-16-be"),
)
_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"%PDF", b"\x89PNG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document made ready: UTF-8 without mark, an XML one with a declaration that says so.

    `encoding` is what it came in. `warnings` say what was mended.
    """

    body: bytes
    is_json: bool
    encoding: str
    warnings: tuple[str, ...]


def make_ready(body: bytes, content_type: str | None) -> Document:
    """Return the document ready for a parser, or raise NotAFeed. Linear in the size of `body`."""
    if len(body) > MAX_BYTES:
        raise NotAFeed("too large", f"{len(body)} bytes, at most {MAX_BYTES}")
    if body.startswith(_PACKED):
        raise NotAFeed("a binary file", repr(body[:4]))
    warnings: list[str] = []
    text, encoding = decode(body, content_type, warnings)
    text = text.lstrip("\ufeff \t\r\n\0")
    if not text:
        raise NotAFeed("empty")
    ready = text.encode("utf-8", "replace")
    if text[0] == "{":
        return Document(body=ready, is_json=True, encoding=encoding, warnings=tuple(warnings))
    if text[0] == "[":
        raise NotAFeed("JSON of another kind")
    ready = _from_first_tag(ready, warnings)
    ready = _with_legal_characters(ready, warnings)
    ready = _without_definitions(ready)
    return Document(body=ready, is_json=False, encoding=encoding, warnings=tuple(warnings))


# -- characters ------------------------------------------------------------------------------


def decode(body: bytes, content_type: str | None, warnings: list[str]) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    A byte order mark wins; else bytes that are valid UTF-8 are UTF-8, whatever is declared, since
    no other encoding passes for it by chance; else the header's charset, the declaration's, and
    at last windows-1252.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    for pattern, name in _WIDE:
        if pattern.match(body.lstrip(b" \t\r\n")):
            return body.decode(name, "replace"), name
    labels = _labels(body, content_type)
    for label in labels:
        if label in _SEVEN_BIT:  # its bytes are all ASCII, so they would pass for UTF-8
            return body.decode(_SEVEN_BIT[label], "replace"), label
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    for label in labels:
        name = _MEANT.get(label, label)
        if name.startswith(("utf", "ucs", "iso-10646")):
            continue
        try:
            return body.decode(name), name
        except (LookupError, UnicodeError):
            warnings.append(f"is not {label}, as it says")
    return _guessed(body, warnings)


def _labels(body: bytes, content_type: str | None) -> list[str]:
    """Return the encodings that the header and the XML declaration name, in small letters."""
    found = []
    if content_type and (header := _HEADER_CHARSET.search(content_type)):
        found.append(header[1].lower())
    if declaration := _DECLARATION.match(body[:1200]):
        found += [match[1].decode().lower() for match in _DECLARED.finditer(declaration[0])]
    return found


def _guessed(body: bytes, warnings: list[str]) -> tuple[str, str]:
    """Decode bytes whose encoding nobody says: UTF-8 with a few broken ones, else windows-1252."""
    text = body.decode("utf-8", "replace")
    n_broken = text.count("\ufffd")
    if len(_BEYOND_ASCII.findall(text)) > 4 * n_broken:
        warnings.append(f"holds {n_broken} byte sequences that are not UTF-8")
        return text, "utf-8"
    warnings.append("says no encoding that it is in; read as windows-1252")
    return body.decode("windows-1252", "replace"), "windows-1252"


_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f\ufffd]")

_FORBIDDEN: Final = bytes(code for code in range(32) if code not in (9, 10, 13))
_NO_CHARACTERS_BEGIN: Final = b"\xef\xbf"
_NO_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE, U+FFFF
# References that may be forbidden: below 32, surrogates, U+FFFE and U+FFFF, above U+10FFFF. Two
# in a row may be one character in halves, so a run is mended at once; `&amp;#` is escaped HTML's.
_REFERENCE: Final = (
    rb"&(?:amp;)?#(?:[xX]0*(?:[0-9a-fA-F]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|[fF]{3}[efEF]|[2-9a-fA-F][0-9a-fA-F]{5}|1[1-9a-fA-F][0-9a-fA-F]{4}"
    rb"|[1-9a-fA-F][0-9a-fA-F]{6,})"
    rb"|0*(?:[0-9]|[12][0-9]|3[01]|5[5-7][0-9]{3}|6553[45]|[1-9][0-9]{6,}));"
)
# Written out once before the repeated group, so that the search has an `&` to look for: .2 of the time.
_SUSPECT: Final = re.compile(_REFERENCE + rb"(?:" + _REFERENCE + rb")*+")
_ONE: Final = re.compile(rb"&(?:amp;)?#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")


def _with_legal_characters(body: bytes, warnings: list[str]) -> bytes:
    """Drop what XML forbids, as bytes and as references, and join characters written in halves."""
    legal = body.translate(None, _FORBIDDEN)
    for bad in _NO_CHARACTERS if _NO_CHARACTERS_BEGIN in legal else ():
        legal = legal.replace(bad, b"")
    if len(legal) != len(body):
        warnings.append("held characters that XML forbids")
    return _SUSPECT.sub(_mended, legal) if b"&#" in legal or b"&amp;#" in legal else legal


def _mended(run: re.Match[bytes]) -> bytes:
    """Return a run of references with halves joined and what is left of them gone."""
    kept: list[bytes] = []
    high: int | None = None
    for one in _ONE.finditer(run[0]):
        code = _code_of(one)
        if high is not None and 0xDC00 <= code < 0xE000:
            kept.append(chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00).encode())
        elif _is_legal(code):
            kept.append(one[0])
        high = code if 0xD800 <= code < 0xDC00 else None
    return b"".join(kept)


def _code_of(one: re.Match[bytes]) -> int:
    digits = (one[1] or one[2])[-12:]
    return int(digits, 16) if one[1] else int(digits)


def _is_legal(code: int) -> bool:
    return code in (9, 10, 13) or any(
        first <= code <= last
        for first, last in ((32, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    )


# -- markup ----------------------------------------------------------------------------------

_COMMENT: Final = rb"<!--(?:(?!-->).)*+-->"
_LEADING: Final = re.compile(rb"(?:\s++|<\?[^>]*+>|" + _COMMENT + rb")*+", re.S)
_HTML: Final = re.compile(rb"<(?:!doctype\s+html\b|html\b|head\b|body\b)", re.I)
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|entry|item)\b", re.I)
_TYPE_OR_ROOT: Final = re.compile(rb"<!doctype\b|" + _ROOT.pattern, re.I)
_BEGINNING: Final = re.compile(rb"<\?xml(?=[\s?])|" + _ROOT.pattern, re.I)
_UTF8: Final = b'<?xml version="1.0" encoding="utf-8"?>'


def _from_first_tag(body: bytes, warnings: list[str]) -> bytes:
    """Refuse HTML; cut what stands before the document; declare its encoding to be UTF-8."""
    start = body.find(b"<")
    if start < 0:
        raise NotAFeed("plain text", body[:60].decode("utf-8", "replace"))
    root_at = _end_of(_LEADING, body, start)
    if _HTML.match(body, root_at):
        raise NotAFeed("an HTML page")
    if not _DECLARATION.match(body, start) and not _TYPE_OR_ROOT.match(body, root_at):
        # A program's own words may stand before its feed, in tags.
        beginning = _BEGINNING.search(body, start)
        start = beginning.start() if beginning else start
    if start:
        warnings.append("words stand before the document")
    return _UTF8 + body[_end_of(_DECLARATION, body, start) :]


def _end_of(pattern: re.Pattern[bytes], body: bytes, start: int) -> int:
    match = pattern.match(body, start)
    return match.end() if match else start


_DOCTYPE: Final = re.compile(
    rb"""<!DOCTYPE\b(?:"[^"]*+"|'[^']*+'|[^\[>"'])*+"""
    # An open comment ends with the document, or each `<!--` would be sought an end for.
    rb"""(\[(?:<!--(?:(?!-->).)*+(?:-->|\Z)|"[^"]*+"|'[^']*+'|[^\]"'])*+\]\s*+)?>""",
    re.S | re.I,
)  # fmt: skip
_ENTITY: Final = re.compile(
    rb"""<!ENTITY\s+(?:%\s*+)?([\w.:-]+)\s+(?:"([^"]*+)"|'([^']*+)')?""", re.I
)
_PARAMETER: Final = re.compile(rb"<!ENTITY\s+%", re.I)
_NAMED: Final = re.compile(rb"&([A-Za-z][\w.-]{0,40});")
# One character by its number, or text without markup and references: nothing can grow from it.
_SAFE_VALUE: Final = re.compile(rb"&#[xX]?[0-9a-fA-F]{1,6};|[^&<%]{0,100}")
_XML_NAMES: Final = frozenset({b"lt", b"gt", b"amp", b"quot", b"apos"})
_NAMED_BY_HTML: Final = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z][\w.-]{0,40};")
_HTML_ENTITIES: Final = {
    name.encode(): chr(code).encode()
    for name, code in name2codepoint.items()
    if name.encode() not in _XML_NAMES
}


def _without_definitions(body: bytes) -> bytes:
    """Take the definitions out of the document type, and write named references as characters.

    Refuses a definition that could grow, or that names a file or an address.
    """
    entities = _HTML_ENTITIES
    at = _end_of(_LEADING, body, 0)
    doctype = _DOCTYPE.match(body, at)
    if doctype is None and body[at : at + 9].upper() == b"<!DOCTYPE":
        raise NotAFeed("XML of another kind", "its document type does not end")
    if doctype is not None and doctype[1]:
        entities = entities | _defined(doctype[1])
        body = body[: doctype.start(1)] + body[doctype.end(1) :]
    return _named_as_characters(body, entities)


def _defined(definitions: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    if _PARAMETER.search(definitions):
        raise NotAFeed("a document that defines entities by parameters")
    for match in _ENTITY.finditer(definitions):
        value = match[2] if match[2] is not None else match[3]
        if value is None or not _SAFE_VALUE.fullmatch(value):
            raise NotAFeed("a document that defines entities", match[1].decode()[:40])
        found.setdefault(match[1], value)
    return found


def _named_as_characters(body: bytes, entities: dict[bytes, bytes]) -> bytes:
    """Write named references outside CDATA as what they name; an unknown name stays."""
    if not _NAMED_BY_HTML.search(body):
        return body

    def character(match: re.Match[bytes]) -> bytes:
        return match[0] if match[1] in _XML_NAMES else entities.get(match[1], match[0])

    parts: list[bytes] = []
    position = 0
    while True:
        start = body.find(b"<![CDATA[", position)
        end = len(body) if start < 0 else start
        parts.append(_NAMED.sub(character, body[position:end]))
        if start < 0:
            return b"".join(parts)
        position = body.find(b"]]>", start)
        if position < 0:
            parts.append(body[start:])
            return b"".join(parts)
        parts.append(body[start:position])


# -- cost ------------------------------------------------------------------------------------

_MARKUP: Final = re.compile(
    rb"<!\[CDATA\[(?:(?!\]\]>).)*+(?:\]\]>|\Z)|<!--(?:(?!-->).)*+(?:-->|\Z)"
    rb"|<(/?)([A-Za-z][\w:.-]*+)([^<>]*+)>?",
    re.S,
)
# What HTML leaves open counts for no level: a broken feed may hold a thousand `<br>`.
_LEFT_OPEN: Final = frozenset(
    {b"br", b"img", b"hr", b"p", b"li", b"td", b"tr", b"input", b"meta", b"dd", b"dt", b"embed"}
)


def must_be_cheap(body: bytes) -> None:
    """Raise NotAFeed where a tag has over MAX_ATTRIBUTES attributes or lies over MAX_DEPTH deep,
    or tags are more than MAX_BROKEN_ELEMENTS.

    For documents that are not well-formed; for the others `slices` has counted on its way.
    """
    open_by_name: dict[bytes, int] = {}
    depth = n_elements = 0
    for match in _MARKUP.finditer(body):
        name, rest = match[2], match[3]
        if name is None:
            continue
        if match[1]:
            if open_by_name.get(name):
                open_by_name[name] -= 1
                depth -= 1
            continue
        n_elements += 1
        if n_elements > MAX_BROKEN_ELEMENTS:
            detail = f"over {MAX_BROKEN_ELEMENTS} tags, not well-formed"
            raise NotAFeed("a document made to be slow", detail)
        if len(rest) > 2 * MAX_ATTRIBUTES and (
            rest.count(b"=") > MAX_ATTRIBUTES or len(rest.split()) > 10 * MAX_ATTRIBUTES
        ):
            raise NotAFeed(
                "a document made to be slow", f"over {MAX_ATTRIBUTES} attributes on a tag"
            )
        if not rest.endswith(b"/") and name.lower() not in _LEFT_OPEN:
            depth += 1
            open_by_name[name] = open_by_name.get(name, 0) + 1
            if depth > MAX_DEPTH:
                raise NotAFeed("a document made to be slow", f"over {MAX_DEPTH} levels deep")
