"""archive/html.py: what is let through, and that it is let through in one spelling."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import html
from archive.html import HTML_VERSION, MAX_DEPTH, attributes_of, clean, legal

BASE = "https://paper.example/news/today"


def test_the_version_is_a_number_to_store() -> None:
    assert isinstance(HTML_VERSION, int)
    assert HTML_VERSION >= 1


@pytest.mark.parametrize(
    "html",
    [
        "plain words",
        "<p>one<br>two</p>",
        "<h2>a</h2><h6>b</h6><hr>",
        "<ul><li>a</li></ul><ol><li>b</li></ol><dl><dt>c</dt><dd>d</dd></dl>",
        "<blockquote><p><q>a</q> <cite>b</cite></p></blockquote>",
        "<p><em>a</em><strong>b</strong><sub>c</sub><sup>d</sup></p>",
        '<a href="https://other.example/x?a=1&amp;b=2">x</a>',
        '<figure><img src="https://i.example/a.jpg" alt="A &amp; B" width="640" height="480">'
        "<figcaption>c</figcaption></figure>",
        '<table><tbody><tr><th>a</th></tr><tr><td colspan="2" rowspan="3">b</td></tr></tbody></table>',
        "<pre><code>if a &lt; b:\n    c</code></pre>",
        '<time datetime="2026-03-07">7 March</time> <abbr title="a b">c</abbr>',
        '<p dir="rtl" lang="ar">نص</p>',
    ],
)
def test_what_the_list_names_comes_through_unchanged(html: str) -> None:
    assert clean(html, BASE) == html


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p class=a style='color:red' id=b onclick=c()>x</p>", "<p>x</p>"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="java&#10;script:alert(1)">x</a>', "<a>x</a>"),
        ('<img src="data:image/png;base64,AAAA" alt="x">', '<img alt="x">'),
        ("<svg><a xlink:href='javascript:1'>x</a></svg>y", "y"),
        ("<!-- a secret -->x", "x"),
        ("<font color=red>x</font>", "x"),
        ("<form action='/go'><input name=q>ask</form>", "<div>ask</div>"),
    ],
)
def test_what_could_run_or_dress_up_goes(html: str, kept: str) -> None:
    assert clean(html, BASE) == kept


def test_a_picture_hidden_in_an_attribute_loses_its_handler() -> None:
    html = "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>x"
    assert "onerror" not in clean(html, BASE)


def test_what_means_the_same_gets_one_spelling() -> None:
    html = "<H1>a</H1><section><b>c</b><i>d</i></section><center>e</center>"
    assert clean(html, None) == "<h2>a</h2><div><strong>c</strong><em>d</em></div><div>e</div>"


def test_addresses_become_absolute() -> None:
    html = '<a href="../a?b=1">x</a><a href="//cdn.example/y">y</a><img src="i.jpg">'
    assert clean(html, BASE) == (
        '<a href="https://paper.example/a?b=1">x</a><a href="https://cdn.example/y">y</a>'
        '<img src="https://paper.example/news/i.jpg">'
    )


@pytest.mark.parametrize("base", [None, "", "no address", "http://[", "mailto:a@b.example"])
def test_without_a_usable_base_relative_addresses_go_and_absolute_ones_stay(
    base: str | None,
) -> None:
    html = '<a href="/a">x</a><a href="https://b.example/">y</a>'
    assert clean(html, base) == '<a>x</a><a href="https://b.example/">y</a>'


def test_frames_and_players_become_links_to_what_they_show() -> None:
    frame = '<p>a<iframe src="https://v.example/1?a=1&amp;b=2" srcdoc="<script>x</script>"></iframe>b</p>'
    assert clean(frame, BASE) == (
        '<p>a <a href="https://v.example/1?a=1&amp;b=2">v.example</a> b</p>'
    )
    player = '<audio controls title="Part 2"><source src="/p2.mp3">Sorry, no sound.</audio>after'
    assert clean(player, BASE) == '<a href="https://paper.example/p2.mp3">Part 2</a> after'.join(
        [" ", ""]
    )


def test_a_frame_or_player_without_end_swallows_nothing() -> None:
    assert "the rest" in clean('<iframe src="https://v.example/1" />the rest', BASE)
    assert "the rest" in clean('<video src="https://v.example/1">the rest', BASE)


def test_characters_that_xml_forbids_go_however_they_are_written() -> None:
    cleaned = clean("a\0b\x1bc\ud83dd&#27;e&#0;f\ufffeg", None)
    assert cleaned == legal(cleaned)
    assert re.sub(r"[^a-z]", "", cleaned) == "abcdefg"


def test_attributes_are_read_as_a_browser_reads_them() -> None:
    tag = """ SRC = "a.jpg" alt='x "y"' width=3 hidden src=second.jpg title=a&amp;b """
    assert attributes_of(tag) == {
        "src": "a.jpg",
        "alt": 'x "y"',
        "width": "3",
        "hidden": "",
        "title": "a&b",
    }


def test_nesting_is_cut_without_losing_words() -> None:
    cleaned = clean("<div>" * 3000 + "deep" + "</div>" * 3000 + "after", None)
    assert cleaned.count("<div>") == MAX_DEPTH
    assert "deep" in cleaned
    assert "after" in cleaned


def test_six_hundred_open_paragraphs_are_no_nesting() -> None:
    assert clean("<p>a" * 600, None).count("<p>") == 600


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000,
        "<div></b>" * 20_000,
        "<ul><li><b>" * 10_000,
        "<p " + " ".join(f"a{n}=1" for n in range(30_000)) + ">x",
        "<p " + " ".join(f"a{n}" for n in range(150_000)) + ">x",
        "<p>x</p " + " ".join(f"a{n}" for n in range(150_000)) + ">",
        '<a href="x' * 50_000,
        "<!-- x <!-- " * 20_000,
        "<a" * 100_000,
        "<iframe src='x'>" * 10_000,
        "<video>" * 20_000,
    ],
    ids=range(11),
)
def test_no_document_makes_it_slow(html: str) -> None:
    began = time.process_time()
    clean(html, BASE)
    # At most .1 s on a quiet machine.
    assert time.process_time() - began < 3


# fmt: off
PIECES = st.sampled_from([
    "<p>", "</p>", "<b", "<a", "href=", "'", '"', ">", "<", "</div>", "<div>", "<img", " src=x",
    " onerror=y>", "<iframe ", "src=javascript:z>", "&", ";", "&#0;", "&#x1b;", "\0", "\ud800",
    "<script>", "</script>", "<!--", "-->", "<svg>", "<style>", "word", "=", "/", "<h1>", " ",
    "<table>", "<td>", "<noscript>", "</noscript>", "<video>", "</video>", "<object data=x>",
])
# fmt: on


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_mixture_is_safe_legal_and_stable(html: str) -> None:
    once = clean(html, BASE)
    assert not re.search(r"<[^>]*(?:\son\w+=|javascript:|<)|<(?:script|style|iframe|svg)", once)
    assert once == legal(once)
    assert clean(once, BASE) == once


ADDRESSES = st.sampled_from([
    "http://a.example/", "https://b.example/c", "HTTPS://d.example", " http://e.example", "mailto:f@g",
    "/h", "i/j", "#k", "?l", "//m.example/", "http:n", "", "&#104;ttp://o.example", "javascript:p", "q:r",
])  # fmt: skip
TAGS = st.sampled_from([
    '<a href="{}">s</a>', "<a HREF={}>t</a>", "<img src='{}' alt=' href=\"u\"'>", '<p> href="v" {}',
    '<a title="{}" href="http://w.example/">x</a>', '<time datetime="{}">y</time>',
])  # fmt: skip


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.builds(str.format, TAGS, ADDRESSES), max_size=4).map("".join))
def test_addresses_come_out_as_from_a_cleaner_with_their_base(markup: str) -> None:
    expected = html._new_cleaner(("rewrite_with_base", BASE)).clean(markup)
    assert html._through_nh3(markup, BASE) == expected


def test_addresses_from_the_root_on_are_made_absolute_at_any_page_of_a_site() -> None:
    html = '<p><a href="/thema/zee">zee</a> <img src="/foto/1.jpg" alt=""></p>'
    site = "https://krant.example"
    expected = f'<p><a href="{site}/thema/zee">zee</a> <img src="{site}/foto/1.jpg" alt=""></p>'
    assert clean(html, f"{site}/2026/a?b=/c#d") == expected
    assert clean(html, site) == expected


def test_one_address_that_is_relative_to_the_page_takes_the_page_for_its_base() -> None:
    html = '<a href="/thema">a</a> <a href="deel-2">b</a> <a href="//elders.example/c">c</a>'
    cleaned = clean(html, "https://krant.example/2026/stuk")
    assert 'href="https://krant.example/thema"' in cleaned
    assert 'href="https://krant.example/2026/deel-2"' in cleaned
    assert 'href="https://elders.example/c"' in cleaned
