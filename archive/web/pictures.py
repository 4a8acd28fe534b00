"""Makes stored html fit for our own pages, which load nothing from other hosts (USE, Pages): pictures become links."""

from html import escape
from urllib.parse import urlsplit

from archive.html import attributes_of, tags_of


def without_pictures(html: str) -> str:
    """Return cleaned `html` with a link to it in the place of each picture.

    Inside a link, where no other may stand, the picture's words stay alone. `html` has passed the allow-list, so its
    tags are well-formed.
    """
    kept: list[str] = []
    n_links, end = 0, 0
    for tag in tags_of(html):
        name = tag[2].lower()
        if name == "a":
            n_links += -1 if tag[1] else 1
        elif name == "img":
            kept += [
                html[end : tag.start()],
                _picture(attributes_of(tag[3]), is_linked=n_links > 0),
            ]
            end = tag.end()
    return "".join(kept) + html[end:]


def _picture(attributes: dict[str, str], *, is_linked: bool) -> str:
    url = attributes.get("src", "")
    words = attributes.get("alt", "").strip() or _file_name(url)
    shown = f'<span class="picture">{escape(words)}</span>'
    return shown if is_linked or not url else f'<a href="{escape(url)}">{shown}</a>'


def _file_name(url: str) -> str:
    try:
        return urlsplit(url).path.rsplit("/", 1)[-1] or "picture"
    except ValueError:
        return "picture"
