"""ingest/feed/scan.py: what is refused, what is mended, and that looking costs little."""

import gzip
import time

import pytest

from archive.errors import NotAFeed
from ingest.feed.scan import MAX_ATTRIBUTES, MAX_DEPTH, make_ready, must_be_cheap

RSS = b'<rss version="2.0"><channel><title>t</title>%s</channel></rss>'


@pytest.mark.parametrize(
    ("body", "looks_like"),
    [
        (b"", "empty"),
        (b" \r\n\xef\xbb\xbf", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"Service unavailable", "plain text"),
        (b"<!DOCTYPE html><html><title>404</title>", "an HTML page"),
        (b"\n<!-- cached -->\n<HTML lang=en>", "an HTML page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>', "an HTML page"),
        (gzip.compress(RSS, mtime=0), "a binary file"),
        (b"%PDF-1.7", "a binary file"),
        (b'[{"id": 1}]', "JSON of another kind"),
        (b"x" * 24_000_001, "too large"),
        (b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + RSS, "defines entities"),
        (b'<!DOCTYPE rss [<!ENTITY % a "b">]>' + RSS, "defines entities"),
        (b'<!DOCTYPE rss [<!ENTITY a "&b;&b;">]>' + RSS, "defines entities"),
        (b'<!DOCTYPE rss [<!ENTITY a "' + b"y" * 400 + b'">]>' + RSS, "defines entities"),
        (b'<!DOCTYPE rss [<!ENTITY a "]>" ><!ENTITY b PUBLIC "x" "y">]>' + RSS, "defines entities"),
        (b'<!DOCTYPE rss [<!ENTITY a "x"' + RSS, "another kind"),
    ],
)
def test_what_is_no_feed_is_refused_by_name(body: bytes, looks_like: str) -> None:
    with pytest.raises(NotAFeed) as refusal:
        make_ready(body, None)
    assert looks_like in refusal.value.looks_like


@pytest.mark.parametrize(
    ("body", "content_type", "text", "encoding"),
    [
        ("é".encode(), None, "é", "utf-8"),
        ("é".encode(), "text/xml; charset=iso-8859-1", "é", "utf-8"),
        ("é€".encode("cp1252"), 'text/xml; charset="ISO-8859-1"', "é€", "windows-1252"),
        ("ж".encode("koi8-r"), "application/xml;charset=koi8-r", "ж", "koi8-r"),
        ("中文新闻".encode("gbk"), "text/xml; charset=gb2312", "中文新闻", "gb18030"),
        ("日本".encode("iso-2022-jp"), "text/xml; charset=iso-2022-jp", "日本", "iso-2022-jp"),
        ("é".encode("latin-1"), "text/xml; charset=nonsense", "é", "windows-1252"),
        ("é".encode("latin-1"), "text/xml; charset=utf-8", "é", "windows-1252"),
        ("é".encode("utf-16"), "text/xml; charset=utf-8", "é", "utf-16-le"),
        (b"\xef\xbb\xbf\xc3\xa9", "text/xml; charset=utf-16", "é", "utf-8"),
        (("é" * 20).encode() + b"\xff", None, "é" * 20 + "\ufffd", "utf-8"),
    ],
)
def test_bytes_are_read_as_what_they_are_before_what_they_say(
    body: bytes, content_type: str | None, text: str, encoding: str
) -> None:
    before, after = ("<rss>", "</rss>")
    if encoding == "utf-16-le":
        body = b"\xff\xfe" + before.encode(encoding) + body[2:] + after.encode(encoding)
    else:
        mark = b"\xef\xbb\xbf" if body.startswith(b"\xef\xbb\xbf") else b""
        body = mark + before.encode() + body.removeprefix(mark) + after.encode()
    ready = make_ready(body, content_type)
    assert ready.body.decode() == f'<?xml version="1.0" encoding="utf-8"?>{before}{text}{after}'
    assert ready.encoding == encoding


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"&#55357;&#56832;", "\U0001f600".encode()),
        (b"&#xD83D;&#xde00;", "\U0001f600".encode()),
        (b"&amp;#xD83D;&amp;#xDE00;", "\U0001f600".encode()),
        (b"a&#56832;&#55357;b", b"ab"),
        (b"&#55357;&#8217;", b"&#8217;"),
        (b"&#10;&#55357;&#56832;&#xD83D;&#xD83D;&#xDE00;", "&#10;\U0001f600\U0001f600".encode()),
        (b"&#0;&#x1f;&#xFFFE;&#1114112;&#x110000;&#99999999999999999999;", b""),
        (b"&#9;&#10;&#13;&#32;&#x20;&#169;&#x1F600;&#65533;", None),
        (b"a\x00\x0b\x1bb\xef\xbf\xbe", b"ab"),
        (b"&eacute;&nbsp;&amp;&lt;&unknown;", "é\xa0&amp;&lt;&unknown;".encode()),
        (b"<![CDATA[&eacute;]]>&eacute;<![CDATA[&eacute;", None),
    ],
)
def test_references_that_no_parser_reads_are_mended(written: bytes, kept: bytes | None) -> None:
    if b"CDATA" in written:
        kept = "<![CDATA[&eacute;]]>é<![CDATA[&eacute;".encode()
    ready = make_ready(b"<rss>" + written + b"</rss>", None)
    body = ready.body.removeprefix(b'<?xml version="1.0" encoding="utf-8"?>')
    assert body == b"<rss>" + (written if kept is None else kept) + b"</rss>"


def test_a_public_document_type_stays_and_its_definitions_go() -> None:
    ready = make_ready(b'<!DOCTYPE rss PUBLIC "-//x" "y" [<!ENTITY a "b">]><rss>&a;</rss>', None)
    assert ready.body.endswith(b'?><!DOCTYPE rss PUBLIC "-//x" "y" ><rss>b</rss>')


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><a " + b" ".join(b"x%d='1'" % n for n in range(MAX_ATTRIBUTES + 1)) + b"/>",
        b"<rss>" + b"<item>" * MAX_DEPTH,
        b"<rss>" + b"<item></b>" * MAX_DEPTH,
        b"<rss>" + b"<br>" * 100_001,
    ],
    ids=["attributes", "levels", "levels with other ends", "tags"],
)
def test_a_document_made_to_be_slow_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="slow"):
        must_be_cheap(body)


def test_a_thousand_open_breaks_and_cdata_are_not_deep() -> None:
    must_be_cheap(b"<rss>" + b"<br><p>x<li>y" * 1000 + b"<![CDATA[" + b"<div>" * 1000 + b"]]>")
    must_be_cheap(b"<rss>" + b"<item><title>x</title></item>" * 1000)


@pytest.mark.parametrize(
    "body",
    [
        *(b"<" * 600_000, b"<a" * 300_000, b"<!--" * 150_000, b"<![CDATA[" * 70_000),
        *(b"&#" * 300_000, b"<rss a='" * 80_000, b"&amp;#55357;" * 50_000, b"<?xml " * 100_000),
        *(b"&x" * 300_000, b"<!DOCTYPE rss [" + b"<!ENTITY " * 60_000, b"<!DOCTYPE " * 60_000),
        *(b"\0" * 600_000, b"<!DOCTYPE x [" + b"<!--" * 100_000, b"<rss>" + b"&#x0" * 100_000),
    ],
    ids=range(14),
)
def test_looking_is_linear(body: bytes) -> None:
    began = time.process_time()
    try:
        must_be_cheap(make_ready(body, None).body)
    except NotAFeed:
        pass
    # At most .2 s on a quiet machine; one more search from each `<` to the end would not end here.
    assert time.process_time() - began < 4
