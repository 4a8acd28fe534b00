"""The one allow-list of HTML that the archive keeps, and nothing else writes HTML into it.

Called by `ingest.clean` for what comes in, and by `archive.output` for html that was cleaned under
an older `HTML_VERSION` or imported. The list is that of the design page RECORD ("HTML kept") with
the inert tags that carry a border between words or a reading direction. The judge of every tag is
nh3 (ammonia, html5ever); what runs before it only renames tags and bounds its cost, so a mistake
there can spoil a layout but never let markup through.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape, unescape
from typing import Final, Literal
from urllib.parse import urlsplit

import nh3

HTML_VERSION: Final = 1
"""Raise with every change of what `clean` lets through; stored beside the html."""

# nh3 is quadratic in nesting: 20,000 nested blocks take .8 s, 512 take 1 ms.
MAX_DEPTH: Final = 512
# Attributes of one tag are compared with each other: 60,000 on a tag take .8 s, 200 nothing.
MAX_ATTRIBUTES: Final = 200
# Attributes without value are counted from this length: the 3,300 that fit below take 3 ms.
_WIDE_FROM: Final = 10_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS: Final = _names(
    "a abbr bdi bdo blockquote br caption cite code col colgroup dd del div dl dt em figcaption"
    " figure h2 h3 h4 h5 h6 hr img ins kbd li mark ol p pre q rp rt ruby s samp strong sub sup"
    " table tbody td tfoot th thead time tr ul var"
)
_ATTRIBUTES: Final = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "abbr": {"title"},
    "bdo": {"dir"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
# These go with all that is in them; any other unknown tag goes alone.
_GONE_WITH_CONTENT: Final = _names(
    "script style template noscript svg math title head select textarea button audio video"
    " canvas map"
)
_SCHEMES: Final = frozenset({"http", "https", "mailto"})

# One spelling for what means the same, and a block for what ends a line.
_RENAMED: Final = {
    "b": "strong",
    "i": "em",
    "h1": "h2",
    "strike": "s",
    "tt": "code",
    "dir": "ul",
    "menu": "ul",
} | dict.fromkeys(
    _names(
        "section article main header footer aside nav center address hgroup fieldset legend form"
        " details summary dialog search listing xmp noframes"
    ),
    "div",
)
# The letters that a name may start with are tried first: 18 us on an entry of 40 tags, not 40.
_RENAME: Final = re.compile(
    rf"<(/?)(?=[{''.join(sorted({name[0] for name in _RENAMED}))}])"
    rf"({'|'.join(sorted(_RENAMED, key=len, reverse=True))})(?=[\s/>])",
    re.IGNORECASE,
)

# A tag as HTML's tokenizer sees one. It always succeeds once `<` and a letter stand there, so a
# search over a document is linear whatever quotes are left open.
_ATTRIBUTE_PART: Final = r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+|["'])"""
_TAG: Final = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)({_ATTRIBUTE_PART}*+)(>|\Z)")
_TAG_ALONE: Final = re.compile(rf"</?[a-zA-Z][^\s/>]*+({_ATTRIBUTE_PART}*+)")
_IMAGE_TAG: Final = re.compile(rf"<()(img)(?=[\s/>]|\Z)({_ATTRIBUTE_PART}*+)(>|\Z)", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""([^\s/>="'][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?+"""
)
_EMBED: Final = re.compile(r"<(?:iframe|embed|object|audio|video)\b", re.IGNORECASE)
_EMBED_TAGS: Final = frozenset({"iframe", "embed", "object", "audio", "video"})
_SOURCE: Final = re.compile(
    r"""<source\b[^>]{0,500}?\bsrc\s*=\s*["']?([^\s"'>]{1,2000})""", re.IGNORECASE
)
# Elements whose nesting nothing closes by itself; p, li, td and their like end one another.
_NOT_NESTED: Final = _names(
    "area base br col embed hr img input link meta param source track wbr p li dd dt tr td th"
    " thead tbody tfoot option optgroup caption colgroup rt rp"
)

# What XML 1.0 forbids (section 2.2, Char), and lone surrogates with it.
ILLEGAL: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
"""As the inside of a set of a regular expression."""

_ILLEGAL: Final = re.compile(f"[{ILLEGAL}]")


def legal(text: str) -> str:
    """Return `text` without NUL, lone surrogates and the other characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def clean(html: str, base_url: str | None) -> str:
    """Return `html` with nothing in it but the allow-list.

    Addresses are absolute against `base_url`; without a usable base relative ones are dropped.
    http, https and mailto only. Audio, video and frames become a link to their address. The
    result is a well-formed fragment in one spelling, free of characters that XML forbids.
    """
    html = legal(html)
    has_references = "&#" in html
    if not ("<" in html or "&" in html or ">" in html or "\xa0" in html):
        return html
    if "<" in html:
        html = _bounded(html)
        html = _RENAME.sub(_renamed, html)
        if _EMBED.search(html):
            html = _embeds_as_links(html)
    html = _through_nh3(html, base_url)
    # nh3 resolves references such as &#27;, so what they stand for is removed after it.
    return legal(html) if has_references else html


def attributes_of(tag: str) -> dict[str, str]:
    """Return the attributes of a start tag's text, names in lower case, references resolved.

    The first of two equal names counts (HTML 13.2.5.33). `tag` is all between `<name` and `>`.
    """
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        last = match.lastindex or 1  # 1: a name without a value
        value = match[last] if last > 1 else ""
        found.setdefault(match[1].lower(), unescape(value) if "&" in value else value)
    return found


def tags_of(html: str) -> Iterator[re.Match[str]]:
    """Yield every tag: group 1 is "/" for an end tag, 2 its name, 3 the text of its attributes.

    Comments are not known here: a tag inside one is yielded too. Linear in the input.
    """
    return _TAG.finditer(html)


def images_of(html: str) -> Iterator[re.Match[str]]:
    """Yield every img tag, in groups as `tags_of` does; also one in another tag's attribute."""
    return _IMAGE_TAG.finditer(html)


_Relative = Literal["deny", "pass_through"] | tuple[Literal["rewrite_with_base"], str]

# In what nh3 writes an attribute is a blank, its name and its value in double quotes. In a text
# the same may stand too, which then costs a second cleaning and changes nothing.
_RELATIVE: Final = re.compile(r"""="(?!https?:|mailto:)(?:(?<= href=")|(?<= src="))(/(?!/))?""")


def _through_nh3(html: str, base_url: str | None) -> str:
    if base_url is None or not base_url.startswith(("http:", "https:")):
        return _cleaner("deny").clean(html)
    # A base of its own costs a cleaner of its own, 33 us; 16 of 17 bodies need none.
    cleaned = _cleaner("pass_through").clean(html)
    relative = _RELATIVE.findall(cleaned)
    if not relative:
        return cleaned
    if all(relative):  # from the root on: the same from every page of the site
        base_url = _root_of(base_url)
    try:
        return _cleaner_at(base_url).clean(html)
    except ValueError:  # a base that is no address; its text is a publisher's mistake
        return _cleaner("deny").clean(html)


def _new_cleaner(relative: _Relative) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_GONE_WITH_CONTENT,
        url_schemes=_SCHEMES,
        url_relative=relative,
        link_rel=None,
    )


_cleaner = cache(_new_cleaner)


@lru_cache(maxsize=64)
def _cleaner_at(base_url: str) -> nh3.Cleaner:
    return _new_cleaner(("rewrite_with_base", base_url))


def _root_of(url: str) -> str:
    """Return where the path of an http address begins."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0]}/"


def _renamed(match: re.Match[str]) -> str:
    return f"<{match[1]}{_RENAMED[match[2].lower()]}"


def _embeds_as_links(html: str) -> str:
    """Write audio, video and frames as links to their address.

    A frame's tag goes; one without end tag would swallow the rest of the text. The content of
    audio and video, which is words for readers that cannot play it, goes where an end tag follows.
    """
    last_end = max(html.lower().rfind("</video"), html.lower().rfind("</audio"))

    def linked(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in _EMBED_TAGS:
            return match[0]
        plays = name in ("audio", "video") and match.start() <= last_end
        kept = f"<{match[1]}{name}>" if plays else ""
        if match[1]:
            return kept
        attributes = attributes_of(match[3])
        url = attributes.get("src") or attributes.get("data") or ""
        if not url and name in ("audio", "video"):
            source = _SOURCE.search(html, match.end(), match.end() + 4_000)
            url = unescape(source[1]) if source else ""
        return _link(url.strip(), attributes.get("title", "")) + kept

    return _TAG.sub(linked, html)


def _link(url: str, title: str) -> str:
    """Return a link for an embed; its words are stable, since an address may count its readers."""
    if not url or url.lower().startswith(("about:", "data:", "javascript:")):
        return ""
    try:
        words = title.strip() or urlsplit(url).hostname or url
    except ValueError:
        return ""
    return f' <a href="{escape(url)}">{escape(words)}</a> '


def _bounded(html: str) -> str:
    """Return `html` with no more than MAX_DEPTH levels and MAX_ATTRIBUTES on a tag.

    Levels are counted by names, which is never less than half of what a parser builds.
    """
    if html.count("<") - html.count("</") <= MAX_DEPTH and not _has_wide_tag(html):
        return html
    open_by_name: dict[str, int] = {}
    depth = 0

    def bounded(match: re.Match[str]) -> str:
        nonlocal depth
        name = match[2].lower()
        tag = f"<{match[1]}{match[2]}>" if _is_wide(match[3]) else match[0]
        if match[1]:
            if open_by_name.get(name):
                open_by_name[name] -= 1
                depth -= 1
            return tag
        if name not in _NOT_NESTED:
            if depth >= MAX_DEPTH:
                return ""
            depth += 1
            open_by_name[name] = open_by_name.get(name, 0) + 1
        return tag

    return _TAG.sub(bounded, html)


def _has_wide_tag(html: str) -> bool:
    if len(html) < _WIDE_FROM and html.count("=") <= MAX_ATTRIBUTES:
        return False
    return any(map(_is_wide, _TAG_ALONE.findall(html)))


def _is_wide(tag: str) -> bool:
    if len(tag) < 2 * MAX_ATTRIBUTES:
        return False
    return tag.count("=") > MAX_ATTRIBUTES or len(tag.split()) > 4 * MAX_ATTRIBUTES
