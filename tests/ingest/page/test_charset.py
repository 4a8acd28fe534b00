import pytest

from ingest.page.charset import decode

WORDS = "Köln – „Müße“"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (WORDS.encode(), "text/html; charset=iso-8859-1"),
        (WORDS.encode(), None),
        (b"\xef\xbb\xbf" + WORDS.encode(), "text/html; charset=windows-1252"),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), None),
        (WORDS.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (WORDS.encode("cp1252"), 'text/html; charset="latin1"'),
        (WORDS.encode("cp1252"), None),
        (WORDS.encode("cp1252"), "text/html; charset=utf-8"),
        (WORDS.encode("cp1252"), "text/html; charset=nonsense-9"),
        (WORDS.encode("cp1252"), "text/html; charset=hex"),
    ],
)
def test_a_page_is_decoded_whatever_it_declares(body: bytes, content_type: str | None) -> None:
    assert decode(body, content_type) == WORDS


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [
        ("gb2312", "gb18030", "港口的灯塔"),
        ("Shift_JIS", "cp932", "港の灯台①"),
        ("euc-kr", "cp949", "항구의 등대"),
        ("iso-8859-2", "iso-8859-2", "Łódź"),
        ("windows-1251", "cp1251", "Маяк у порта"),
    ],
)
def test_a_charset_in_a_meta_element_is_believed(label: str, codec: str, words: str) -> None:
    page = f'<html><head><meta charset="{label}"></head><body>{words}</body></html>'
    assert words in decode(page.encode(codec), None)


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    body = ("é" * 50).encode() + b"\xe9" + ("ü" * 50).encode()
    assert decode(body, "text/html; charset=utf-8") == "é" * 50 + "�" + "ü" * 50
