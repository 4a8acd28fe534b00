"""Which addresses may be connected to."""

import pytest

from ingest.wire.guard import AddressRefused, Guard, networks

CLOSED = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.31.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",  # IPv4-compatible
    "::ffff:10.0.0.1",  # IPv4-mapped
    "::ffff:7f00:1",
    "64:ff9b::127.0.0.1",  # NAT64
    "64:ff9b:1::1",  # NAT64, local use
    "2002:7f00:1::",  # 6to4
    "2002:c0a8:101::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
    "127.1",  # no literal address: never a reason to connect
]


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_on_the_public_internet_is_refused(address: str) -> None:
    assert Guard().refusal(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert Guard().refusal(address) is None


def test_an_opened_range_opens_itself_and_its_mapped_form_alone() -> None:
    guard = Guard(networks(("127.0.0.0/8", "fd00::/8")))
    assert guard.refusal("127.0.0.1") is None
    assert guard.refusal("::ffff:127.0.0.1") is None
    assert guard.refusal("fd12::1") is None
    assert guard.refusal("10.0.0.1")
    assert guard.refusal("::1")


def test_a_refusal_names_the_address_and_the_range() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1 is private \(10\.0\.0\.0/8\)"):
        Guard().check("10.0.0.1")


def test_a_range_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        networks(("localhost",))
