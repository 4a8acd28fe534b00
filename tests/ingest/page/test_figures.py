import pytest

from tests.ingest.page.pages import TEXT, page, read

END = "<p>Tot zover de brug over de vaart.</p>"
SITE = "https://kustkrant.example"


def html_of(block: str) -> str:
    html = read(page(inside=block + END)).html
    assert html is not None
    return html


def test_an_embedded_post_is_a_quote_with_a_link_to_it() -> None:
    post = (
        '<blockquote class="twitter-tweet"><p lang="en">The bridge is open.<br>Come and see.</p>'
        '&mdash; Kees Vonk (@kees) <a href="https://twitter.com/kees/status/1">May 18, 2026</a>'
        "</blockquote>"
    )
    assert (
        "<blockquote><p>The bridge is open. Come and see.</p><p>"
        '<a href="https://twitter.com/kees/status/1">— Kees Vonk (@kees) May 18, 2026</a></p></blockquote>'
    ) in html_of(post)
    found = read(page(inside=post + END))
    assert found.text is not None
    assert "The bridge is open. Come and see." in found.text
    assert found.published_at is None  # the post's day is not the article's


@pytest.mark.parametrize(
    "post",
    [
        '<blockquote class="instagram-media" data-instgrm-permalink="{}"><a href="{}">View this post</a></blockquote>',
        '<blockquote class="tiktok-embed" cite="{}"><section></section></blockquote>',
        '<blockquote class="bluesky-embed"><a href="{}">Post</a></blockquote>',
        '<blockquote class="mastodon-embed"><a href="{}">Toot</a></blockquote>',
    ],
)
def test_a_post_without_words_is_a_link(post: str) -> None:
    address = "https://sociaal.example/p/abc"
    assert f'<blockquote><p><a href="{address}">sociaal.example</a></p></blockquote>' in html_of(
        post.format(address, address)
    )


def test_a_plain_quote_stays_one() -> None:
    assert "<blockquote>Wie bouwt, die blijft.</blockquote>" in html_of(
        "<blockquote>Wie bouwt, die blijft.</blockquote>"
    ).replace("<p>", "").replace("</p>", "")


def test_each_picture_of_a_gallery_is_kept_the_last_with_the_caption_of_all() -> None:
    gallery = (
        '<figure class="gallery"><figure><img src="/a.jpg"></figure><figure><img src="/b.jpg"></figure>'
        "<figcaption>De opening in twee beelden</figcaption></figure>"
    )
    assert (
        f'<figure><img src="{SITE}/a.jpg"></figure><figure><img src="{SITE}/b.jpg">'
        "<figcaption>De opening in twee beelden</figcaption></figure>"
    ) in html_of(gallery)
    assert read(page(inside=gallery + END)).text == f"{TEXT}\nTot zover de brug over de vaart."


def test_a_figure_of_two_pictures_keeps_both_and_each_once() -> None:
    pair = (
        '<figure><picture><source srcset="/a.jpg 800w"><img src="/a.jpg"></picture>'
        '<img src="/b.jpg"><img src="/b.jpg"></figure>'
    )
    assert f'<figure><img src="{SITE}/a.jpg"><img src="{SITE}/b.jpg"></figure>' in html_of(pair)


@pytest.mark.parametrize(
    ("block", "head", "expected"),
    [
        ('<p>Luister: <a href="/afl.mp3">aflevering drie</a></p>', "", [("/afl.mp3", None)]),
        ('<audio><source src="/x.ogg" type="audio/ogg"></audio>', "", [("/x.ogg", "audio/ogg")]),
        (
            "",
            '<meta property="og:video" content="/v.mp4"><meta property="og:video:type" content="video/mp4">',
            [("/v.mp4", "video/mp4")],
        ),
        (
            "",
            '<meta property="og:video" content="/speler/1"><meta property="og:video:type" content="text/html">',
            [],
        ),
        ('<p><a href="/kaart.pdf">De kaart</a> hangt in het gemeentehuis.</p>', "", []),
    ],
)
def test_sound_and_film_are_enclosures_and_players_are_not(
    block: str, head: str, expected: list[tuple[str, str | None]]
) -> None:
    found = read(page(inside=block + END, head=head))
    assert [(e.url, e.type) for e in found.enclosures] == [(SITE + u, t) for u, t in expected]
