"""From a publisher's HTML and text to what may be kept: safe HTML, plain text, titles.

Called by `ingest.feed` for every entry and by `ingest.page` for every article. Pure. The list of
what HTML may hold is not here but in `archive.html`.
"""

import re
from html import escape, unescape
from typing import Final

from archive import html as kept

# Spaces that look like one and are used for layout; U+3000 is a letter's width of a script that
# has no other space, and folds only where lines are folded.
_SPACES: Final = "\xa0\u2000-\u200a\u202f\u205f"
# Soft hyphen, zero width space, word joiner, byte order mark: they part words for a search and
# show nothing. The joiners U+200C and U+200D stay: Persian and emoji are spelt with them.
_NOTHING: Final = "\xad\u200b\u2060\ufeff"
_TO_BE_SPACE: Final = re.compile(f"[{_SPACES}]")
_TO_BE_NOTHING: Final = re.compile(f"[{_NOTHING}]")
_NOT_PLAIN: Final = re.compile(f"[{_SPACES}{_NOTHING}{kept.ILLEGAL}]")

_DROPPED: Final = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->|\Z)|<(script|style|template|noscript|title|svg)\b"
    r"(?:(?!</\1).)*+(?:</\1[^>]*+(?:>|\Z)|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_MAY_DROP: Final = re.compile(r"<(?:!--|script|style|template|noscript|title|svg)", re.IGNORECASE)
# The rest of a tag: `>` within quotes belongs to an attribute. It ends at the end of the text at
# the latest, so that many unclosed tags cost no more than many closed ones.
_TAIL: Final = r"""(?:[^>"']++|"[^"]*+"|'[^']*+'|["'])*+(?:>|\Z)"""
_TAG: Final = re.compile(rf"</?([a-zA-Z][^\s/>]*+){_TAIL}|<[!?][^>]*+(?:>|\Z)")
_PRE_TAG: Final = re.compile(rf"<(/?)pre\b{_TAIL}", re.IGNORECASE)
# What a tag leaves between the words around it; any other leaves nothing, `w<b>o</b>rd` is a word.
_BLOCKS: Final = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li"
    " main menu nav ol optgroup option p pre search section summary table tbody tfoot thead tr"
    " ul xmp"
)
_LEAVES: Final = dict.fromkeys(_BLOCKS.split(), "\n") | dict.fromkeys(
    ("td", "th", "img", "iframe", "video", "audio"), " "
)

_IMAGE: Final = re.compile(r"<img\b", re.IGNORECASE)
_LAZY: Final = ("data-src", "data-lazy-src", "data-original", "data-lazyload", "data-hi-res-src")
# Pictures that count readers and show nothing, by host or path.
_TRACKER: Final = re.compile(
    r"//(?:[\w.-]+\.)?(?:feedburner\.com/~|feedsportal\.com/|pheedo\.com/|doubleclick\.net/"
    r"|quantserve\.com/|scorecardresearch\.com/|google-analytics\.com/|vgwort\.de/na/"
    r"|pixel\.wp\.com/|stats\.wordpress\.com/|feeds\.wordpress\.com/1\.0/|facebook\.com/tr\b"
    r"|statcounter\.com/|imrworldwide\.com/|adfarm\.mediaplex\.com/)"
    r"|/(?:piwik|matomo)\.php\?",
    re.IGNORECASE,
)
_SET_PART: Final = re.compile(r"\s*([^\s,]\S*[^\s,])(?:\s+([\d.]{1,12})([wx]))?\s*(?:,|\Z)")


def clean_html(html: str, base_url: str | None) -> str:
    """Return `html` as `archive.html.clean` keeps it, its lazy images named, its trackers gone.

    `base_url` is what relative addresses start from; None drops them.
    """
    if _IMAGE.search(html):
        html = "".join(_with_plain_images(html))
    return kept.clean(html, base_url)


def text_of(html: str) -> str:
    """Return the words of `html` as plain text, a line for each block.

    br, list items and table rows are lines of their own, cells are parted by a space; entities
    are resolved, whitespace is folded (in pre line by line), scripts and comments are left out.
    Meant for HTML that `clean_html` gave; other HTML is read as well as its tags are balanced.
    """
    if "<" in html:
        if _MAY_DROP.search(html):
            html = _DROPPED.sub(" ", html)
        pieces = _TAG.split(_on_lines(html))
        pieces[1::2] = [_LEAVES.get(name.lower(), "") if name else "" for name in pieces[1::2]]
        html = "".join(pieces)
    else:
        html = html.replace("\n", " ")
    if "&" in html:
        html = unescape(html)
    # Splitting at blanks and joining again: .4 of the time that regexes took to fold them.
    lines = [" ".join(line.split()) for line in plain(html).split("\n") if line]
    return "\n".join([line for line in lines if line])


def plain(text: str) -> str:
    """Return `text` fit to be kept and searched.

    Characters that XML forbids and lone surrogates go, soft hyphens and zero-width spaces too;
    the spaces that typographers use become plain ones. Line ends and all else stay.
    """
    if text.isascii():
        return kept.legal(text)
    if not _NOT_PLAIN.search(text):
        return text
    # Two substitutions take 14 ms over 1,000 long texts; `translate` asks at every character, 165.
    return _TO_BE_NOTHING.sub("", _TO_BE_SPACE.sub(" ", kept.legal(text)))


def one_line(text: str) -> str:
    """Return `text` as `plain` does, on one line, its whitespace folded and cut at the ends."""
    return " ".join(plain(text).split())


def title_text(value: str, is_html: bool) -> str:
    """Return a title as one line of text; "" where nothing is left of it.

    `is_html` says that tags and entities in `value` are markup, to be read once; otherwise
    `<b>` and `&amp;` are what the title says.
    """
    return one_line(text_of(value) if is_html else value)


def _on_lines(html: str) -> str:
    """Return `html` with its line ends as blanks, but as br where they stand in pre."""
    if "<pre" not in html and "<PRE" not in html:
        return html.replace("\n", " ")
    parts: list[str] = []
    level, end = 0, 0
    for match in _PRE_TAG.finditer(html):
        parts += [_on_line(html[end : match.start()], level), match[0]]
        level = max(0, level - 1) if match[1] else level + 1
        end = match.end()
    parts.append(_on_line(html[end:], level))
    return "".join(parts)


def _on_line(html: str, pre_level: int) -> str:
    if not pre_level:
        return html.replace("\n", " ")
    return html.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")


def _with_plain_images(html: str) -> list[str]:
    """Return the pieces of `html` with each lazy image naming its picture and trackers left out."""
    parts: list[str] = []
    end = 0
    for match in kept.images_of(html):
        attributes = kept.attributes_of(match[3].removesuffix("/"))
        source = _source_of(attributes)
        parts.append(html[end : match.start()])
        end = match.end()
        if source is None or _is_dot(attributes) or _TRACKER.search(source):
            continue
        if source == attributes.get("src"):
            parts.append(match[0])
        else:
            said = {
                name: attributes[name] for name in ("alt", "width", "height") if name in attributes
            }
            pairs = "".join(f' {name}="{escape(value)}"' for name, value in said.items())
            parts.append(f'<img src="{escape(source)}"{pairs}>')
    parts.append(html[end:])
    return parts


def _source_of(attributes: dict[str, str]) -> str | None:
    """Return the address of an image: the lazy one, else src, else the largest of its srcset."""
    for name in _LAZY:
        if (value := attributes.get(name, "").strip()) and not value.startswith("data:"):
            return value
    source = attributes.get("src", "")
    if source.strip() and source.lstrip()[:5].lower() != "data:":
        return source
    return _largest(attributes.get("data-srcset") or attributes.get("srcset") or "")


def _largest(srcset: str) -> str | None:
    """Return the address with the greatest width or density (HTML 4.8.4.2.1); None if empty."""
    best, best_size = None, -1.0
    for match in _SET_PART.finditer(srcset[:20_000]):
        try:
            size = float(match[2] or 1)
        except ValueError:
            continue
        if size > best_size and not match[1].startswith("data:"):
            best, best_size = match[1], size
    return best


def _is_dot(attributes: dict[str, str]) -> bool:
    """Whether an image is at most one pixel wide and high, as counters are."""
    sizes = [attributes.get(name, "").strip().removesuffix("px") for name in ("width", "height")]
    return all(size in ("0", "1") for size in sizes)
