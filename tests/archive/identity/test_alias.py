"""The AMP version's address is one of the article's own only where its page says so in a way that can be believed."""

import pytest

from archive.identity.alias import amp_key

OWN = "https://krant.example/regio/draaibrug-negen-weken-dicht"
AMP = "https://krant.example/snel-amp/4711208"


def test_a_page_at_its_canonical_address_names_its_amp_version() -> None:
    assert amp_key(OWN, OWN, AMP) == "krant.example/snel-amp/4711208"
    assert amp_key(f"{OWN}?utm_source=rss", OWN, AMP) == "krant.example/snel-amp/4711208"


@pytest.mark.parametrize(
    ("page", "canonical", "amp"),
    [
        (OWN, None, AMP),
        (OWN, OWN, None),
        ("https://krant.example/anders/iets-heel-anders-dan-dat", OWN, AMP),
        (OWN, OWN, f"{OWN}/amp"),
        (OWN, OWN, "https://krant.example/amp/"),
        (OWN, OWN, "https://krant.example/regio/sluis-blijft-nog-een-jaar-dicht"),
        (OWN, OWN, "https://krant.example/campagne/4711208"),
        (OWN, OWN, "https://elders.example/snel-amp/4711208"),
    ],
    ids=[
        "no canonical",
        "no amp",
        "another page's canonical",
        "the key is the article's anyway",
        "one address for all pages",
        "does not say amp",
        "a word that has amp in it",
        "another site",
    ],
)
def test_what_may_be_another_article_is_not_believed(
    page: str, canonical: str | None, amp: str | None
) -> None:
    assert amp_key(page, canonical, amp) is None
