"""Content codings undone in bounds."""

import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.outcome import Reason
from ingest.wire.body import Unpacker
from ingest.wire.result import WireFault
from tests.loopback import gzipped

TEXT = b"<rss>" + b"news " * 200 + b"</rss>"


def zlibbed(data: bytes) -> bytes:
    return zlib.compress(data)


def raw_deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def unpack(
    data: bytes, encoding: str | None, *, step: int = 7, wire: int = 10**6, decoded: int = 10**6
) -> bytes:
    unpacker = Unpacker(encoding, max_wire_bytes=wire, max_bytes=decoded)
    for at in range(0, len(data), step):
        unpacker.feed(data[at : at + step])
    return unpacker.finish()


GOOD = {
    "plain": (TEXT, None),
    "identity": (TEXT, "identity"),
    "gzip": (gzipped(TEXT), "gzip"),
    "gzip in capitals": (gzipped(TEXT), " GZip "),
    "x-gzip": (gzipped(TEXT), "x-gzip"),
    "two members": (gzipped(TEXT[:50]) + gzipped(TEXT[50:]), "gzip"),
    "an empty member": (gzipped(b"") + gzipped(TEXT), "gzip"),
    "padding": (gzipped(TEXT) + b"\0" * 20, "gzip"),
    "rubbish after the end": (gzipped(TEXT) + b"rubbish", "gzip"),
    "gzip twice": (gzipped(gzipped(TEXT)), "gzip, gzip"),
    "zlib deflate": (zlibbed(TEXT), "deflate"),
    "raw deflate": (raw_deflated(TEXT), "deflate"),
    "deflate in gzip": (gzipped(zlibbed(TEXT)), "deflate, gzip"),
}


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("name", GOOD)
def test_codings_come_undone_however_the_bytes_arrive(name: str, step: int) -> None:
    data, encoding = GOOD[name]
    assert unpack(data, encoding, step=step) == TEXT


@pytest.mark.parametrize(
    "name", ["gzip", "two members", "gzip twice", "zlib deflate", "raw deflate", "deflate in gzip"]
)
def test_a_stream_cut_anywhere_is_told(name: str) -> None:
    data, encoding = GOOD[name]
    whole_members = {len(gzipped(TEXT[:50]))} if name == "two members" else set()
    for at in range(1, len(data) - 1):
        if at in whole_members:
            continue  # where the first member ends, nothing tells that a second was to come
        with pytest.raises(WireFault) as told:
            unpack(data[:at], encoding, step=100_000)
        assert told.value.reason is Reason.CUT


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "gzip;q=1", "x" * 500])
def test_a_coding_that_was_not_offered_is_refused(encoding: str) -> None:
    with pytest.raises(WireFault) as told:
        unpack(TEXT, encoding)
    assert told.value.reason is Reason.ENCODING
    assert len(told.value.detail) < 120


def test_what_is_no_gzip_is_told() -> None:
    with pytest.raises(WireFault, match="not valid gzip") as told:
        unpack(TEXT, "gzip")
    assert told.value.reason is Reason.ENCODING


def test_a_wrong_checksum_is_told() -> None:
    data = bytearray(gzipped(TEXT))
    data[-6] ^= 1
    with pytest.raises(WireFault, match="not valid gzip"):
        unpack(bytes(data), "gzip")


def test_a_bomb_stops_at_the_cap_and_names_it() -> None:
    bomb = gzipped(gzipped(b"\0" * 200_000_000))
    tracemalloc.start()
    with pytest.raises(WireFault, match=r"max_bytes allows \(1000000 bytes\)"):
        unpack(bomb, "gzip, gzip", step=65_536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


def test_a_bomb_that_never_comes_to_anything_stops_too() -> None:
    nothing = b"\0\0\0\xff\xff" * 2_000_000  # empty blocks of raw deflate: they unpack to no byte
    with pytest.raises(WireFault, match="max_bytes"):
        unpack(gzipped(nothing), "deflate, gzip", step=65_536)


def test_a_body_over_the_wire_limit_names_it() -> None:
    with pytest.raises(WireFault, match=r"max_wire_bytes allows \(100 bytes\)"):
        unpack(TEXT, None, wire=100)


def test_members_without_end_are_refused() -> None:
    with pytest.raises(WireFault, match="10000 gzip members"):
        unpack(gzipped(b"") * 10_001, "gzip", step=65_536)


def test_no_bytes_are_an_empty_body_whatever_the_coding() -> None:
    assert unpack(b"", "gzip") == b""


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, gzip"]), st.integers(1, 50)
)
def test_any_bytes_end_in_a_body_or_a_told_fault(data: bytes, encoding: str, step: int) -> None:
    try:
        unpack(data, encoding, step=step)
    except WireFault as told:
        assert told.reason in (Reason.CUT, Reason.ENCODING)
