"""Links in an answer's head: what counts as one, and what does not."""

import pytest

from ingest.wire.links import links

BASE = "https://krant.example/feeds/nieuws.xml"


@pytest.mark.parametrize(
    ("header", "hubs"),
    [
        ("", ()),
        ('<https://hub.example/>; rel="hub"', ("https://hub.example/",)),
        ("<https://hub.example/>;rel=hub", ("https://hub.example/",)),
        ("<https://hub.example/> ; REL=Hub", ("https://hub.example/",)),
        ('</hub>; rel="hub"', ("https://krant.example/hub",)),
        ('<//hub.example/a>; rel="hub"', ("https://hub.example/a",)),
        ('<https://a.example/>; rel="nofollow hub"', ("https://a.example/",)),
        (
            '<https://a.example/>; rel="hub", <https://b.example/>; rel="self", <https://c.example/>; rel=hub',
            ("https://a.example/", "https://c.example/"),
        ),
        ('<https://a.example/>; rel=hub, <https://a.example/>; rel="hub"', ("https://a.example/",)),
        (
            '<https://a.example/x,y;z>; title="a, b; rel=self"; rel="hub"',
            ("https://a.example/x,y;z",),
        ),
        ('<https://a.example/>; rel="self"; rel="hub"', ()),  # the first rel counts
        ('<https://a.example/>; rel="hub"; anchor="#here"', ()),  # about something else
        ('<https://a.example/>; title="rel=hub"', ()),
        ("<https://a.example/>", ()),
        ("<ftp://a.example/>; rel=hub", ()),
        ("<javascript:alert(1)>; rel=hub", ()),
        ("<http://[::1/>; rel=hub", ()),
        ("https://a.example/; rel=hub", ()),
        ("<https://a.example/; rel=hub", ()),
        ('<https://a.example/>; rel="hub', ()),
    ],
)
def test_links_are_read_as_rfc_8288_has_them(header: str, hubs: tuple[str, ...]) -> None:
    assert links({"link": header}, "hub", base=BASE) == hubs


@pytest.mark.parametrize("piece", ["<", "<a>;", '<a>; rel="', "<a>; " + " " * 50, ', "\\'])
def test_a_header_of_nonsense_costs_no_time(piece: str) -> None:
    assert links({"link": piece * 20_000}, "hub", base=BASE) == ()
