"""A gigabyte that comes packed costs its limit and no more, in a process of its own so that its peak can be read."""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

STATUS = Path("/proc/self/status")
MIB = 1024 * 1024
ROOT = Path(__file__).parents[3]


def deflated_gibibyte() -> bytes:
    """Return 1 GiB of zeros as raw deflate: one packed mebibyte that refers to nothing before it, 1,024 times."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    piece = packer.compress(b"\0" * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * 1024 + zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()


def peak_bytes() -> int:
    """Return the most memory this process has had. Not ru_maxrss, which a child takes over from its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(not STATUS.exists(), reason="this system does not tell a process its peak")
def test_a_gigabyte_grows_a_process_by_less_than_a_hundred_megabytes() -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import poll_bombs; poll_bombs()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    words = told.stdout.splitlines()
    assert len(words) == 5
    for line in words:
        name, grown, detail = line.split("\t")
        assert int(grown) < 100_000_000, name
        assert "max_bytes allows" in detail or "max_wire_bytes allows" in detail, name


def poll_bombs() -> None:
    """Fetch each bomb with WIRE's own limits; print its name, the growth of the peak so far, and what came of it."""
    import asyncio

    from tests.ingest.wire.web import RSS, bad, good, own, wired
    from tests.loopback import Forever, gzipped, head, reply

    deflate = deflated_gibibyte()
    crc = zlib.crc32(b"")
    for _ in range(1024):
        crc = zlib.crc32(b"\0" * MIB, crc)
    trailer = crc.to_bytes(4, "little") + (1024 * MIB).to_bytes(4, "little")
    gzip = gzipped(b"")[:10] + deflate + trailer
    answers = {
        "deflate": reply(body=deflate, headers={"Content-Encoding": "deflate"}),
        "gzip": reply(body=gzip, headers={"Content-Encoding": "gzip"}),
        "gzip twice": reply(body=gzipped(gzip), headers={"Content-Encoding": "gzip, gzip"}),
        "a body without end": (head(200), Forever(b"a" * MIB)),
        "a gibibyte announced": (
            head(200, [("Transfer-Encoding", "chunked")]),
            b"40000000\r\n",
            Forever(b"a" * MIB),
        ),
    }

    async def run() -> None:
        async with wired(total_s=60.0) as (site, client):
            good(await client.fetch(own(site.on("/warm", reply(body=RSS)))))
            before = peak_bytes()
            for name, answer in answers.items():
                found = bad(await client.fetch(own(site.on("/bomb", answer))))
                print(name, peak_bytes() - before, found.detail, sep="\t")

    asyncio.run(run())
