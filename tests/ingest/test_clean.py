"""ingest/clean.py: safe html, plain text, titles."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clean import clean_html, one_line, plain, text_of, title_text

BASE = "https://paper.example/a/b"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("just words", "just words"),
        ("", ""),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("<p>One.</p>\n\n  <p>Two.</p>", "One.\nTwo."),
        ("<div>a<p>b</p>c</div>d", "a\nb\nc\nd"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></table>", "1 2\n3"),
        ("w<b>o</b>rd and <em>word</em>", "word and word"),
        ("one\n   line\t here", "one line here"),
        ("<pre>a\n  b\n\nc</pre>", "a\nb\nc"),
        ("Caf&eacute; &amp; &lt;b&gt; &#8364;&nbsp;5", "Café & <b> € 5"),
        ("a<script>b</script><style>c</style><!-- d > e -->f", "a f"),
        ('x<img alt="a > b" src="c">y', "x y"),
        ('<a href="https://x.example/?a=1&amp;b=2" title="1 > 0">z</a>', "z"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("Donau\u00addampf\u200bschiff", "Donaudampfschiff"),
        ("<p>\u3000東京で\u3000会議</p>", "東京で 会議"),
        ("<dl><dt>a<dd>b</dl>", "a\nb"),
        ("end<p", "end"),
    ],
)
def test_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert text_of(html) == text


def test_text_holds_nothing_that_xml_forbids() -> None:
    assert text_of("a&#27;b&#0;c\0d\ud800e") == "ab\ufffdcde"


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("a\0b\x0bc\ud83dd\ufffee", "abcde"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ufeffmark\u200b\u2060", "mark"),
        ("10\u00a0000\u202f000\u2009x", "10 000 000 x"),
        ("line\r\nline\tend", "line\r\nline\tend"),
        ("نمی\u200cخواهم 👩\u200d👧", "نمی\u200cخواهم 👩\u200d👧"),
        ("\u202eright to left", "\u202eright to left"),
    ],
)
def test_plain_removes_what_cannot_be_kept_or_seen_and_nothing_else(stated: str, kept: str) -> None:
    assert plain(stated) == kept


def test_one_line_folds_every_kind_of_blank() -> None:
    assert one_line("  a\n\tb\u2028c\u3000d\u00a0 ") == "a b c d"


@pytest.mark.parametrize(
    ("value", "is_html", "title"),
    [
        ("AT&amp;T <b>wins</b>", True, "AT&T wins"),
        ("AT&amp;T <b>wins</b>", False, "AT&amp;T <b>wins</b>"),
        ("R&amp;amp;D", True, "R&amp;D"),
        ("I <3 news\n today", False, "I <3 news today"),
        ("<br/> ", True, ""),
    ],
)
def test_a_title_is_read_once_as_what_it_is(value: str, is_html: bool, title: str) -> None:
    assert title_text(value, is_html) == title


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (
            '<img src="data:image/gif;base64,R0" data-src="/a.jpg" alt="x" width="3">',
            '<img src="https://paper.example/a.jpg" alt="x" width="3">',
        ),
        (
            '<img src="/small.jpg" data-lazy-src="/real.jpg">',
            '<img src="https://paper.example/real.jpg">',
        ),
        (
            '<img srcset="/s.jpg 320w, /l.jpg 1280w, /m.jpg 640w">',
            '<img src="https://paper.example/l.jpg">',
        ),
        ('<img data-srcset="/a,b.jpg 2x, /c.jpg">', '<img src="https://paper.example/a,b.jpg">'),
        ('<img src="/a.jpg" srcset="/b.jpg 2x">', '<img src="https://paper.example/a.jpg">'),
        ('<img alt="no address">', ""),
        ('a<img src="/count.gif" width="1" height="1px">b', "ab"),
        ('a<img src="https://feeds.feedburner.com/~r/x/~4/y">b', "ab"),
        ('<img src="/line.gif" width="600" height="1">', None),
    ],
)
def test_images_name_their_picture_and_counters_go(html: str, kept: str | None) -> None:
    cleaned = clean_html(html, BASE)
    assert cleaned == kept if kept is not None else "line.gif" in cleaned


def test_html_is_cleaned_by_the_one_list() -> None:
    assert clean_html("<p onclick=x>a<script>b</script></p>", BASE) == "<p>a</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<a" * 50_000,
        "<!-- " * 30_000,
        "<pre>" * 20_000,
        "<img src='" * 30_000,
        "<script>" * 30_000,
        "<script </script" * 20_000,
        "\n " * 100_000 + "x",
        "&#" * 100_000,
        "<p> \n" * 30_000,
        "<img srcset='" + ", " * 20_000,
    ],
    ids=range(10),
)
def test_no_document_makes_text_slow(html: str) -> None:
    began = time.process_time()
    text_of(html)
    clean_html(html, None)
    # At most .3 s on a quiet machine; anything quadratic takes 20 s.
    assert time.process_time() - began < 4


WORDS = st.lists(st.sampled_from(["een", "twee", "drie", "1 < 2", "a & b", "é"]), min_size=1)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=6))
def test_text_of_paragraphs_is_the_paragraphs(paragraphs: list[str]) -> None:
    html = "".join(f"<p>{p.replace('&', '&amp;').replace('<', '&lt;')}</p>" for p in paragraphs)
    assert text_of(html) == "\n".join(paragraphs)
    assert text_of(clean_html(html, None)) == "\n".join(paragraphs)
