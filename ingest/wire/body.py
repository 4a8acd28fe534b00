"""A body's content codings undone as the bytes arrive, within bounds.

No HTTP library at hand notices a gzip stream cut short, and most unpack a bomb whole, so this is ours: gzip
(several members, and gzip within gzip), zlib deflate and raw deflate. `br` and `zstd` are not offered, because
their Python decoders bound neither their output nor their window. Pure: bytes in, bytes or a `WireFault` out.
"""

import zlib
from collections.abc import Iterator

from archive.model.outcome import Reason
from ingest.wire.result import WireFault

# Unpacked in pieces of this size, so that a bomb is stopped within one piece of its cap.
_PIECE_BYTES = 64 * 1024

# Each member of a gzip stream costs about 2 us and may hold nothing; real ones come in handfuls.
_MAX_MEMBERS = 10_000

# `gzip, gzip` is a known mistake of proxies; nobody means four.
_MAX_CODINGS = 3

_GZIP_WBITS = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


class _Inflater:
    """One gzip or deflate coding. What follows the end of its last member is ignored, as gzip(1) does."""

    def __init__(self, coding: str, max_bytes: int) -> None:
        self._coding = coding
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._n_members = 0
        self._stream: zlib._Decompress | None = None
        self._held = b""
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` unpacks to, in pieces. Raises WireFault."""
        while data and not self._is_over:
            if self._stream is None:
                data = self._begin(self._held + data)
                if self._stream is None:
                    return
            yield from self._inflate(self._stream, data)
            data = b""
            if self._stream.eof:
                data, self._stream = self._stream.unused_data, None
                self._is_over = self._coding != "gzip"

    def finish(self) -> None:
        """Raise WireFault if the stream has not come to its end."""
        begins_another = self._held == _GZIP_MAGIC[:1] and self._n_members
        is_too_short = self._held and not self._n_members
        if self._stream is not None or begins_another or is_too_short:
            raise WireFault(Reason.CUT, f"the {self._coding} stream breaks off before its end")

    def _begin(self, data: bytes) -> bytes:
        """Open the stream that `data` begins with, or hold `data` while it is too short to tell."""
        if self._n_members:
            data = data.lstrip(b"\0")  # padding, as tapes and some servers leave it
        if len(data) < 2:
            self._held = data
            return b""
        self._held = b""
        if self._coding == "gzip":
            if self._n_members and not data.startswith(_GZIP_MAGIC):
                self._is_over = True
                return b""
            wbits = _GZIP_WBITS
        else:
            wbits = zlib.MAX_WBITS if _is_zlib_header(data) else -zlib.MAX_WBITS
        self._n_members += 1
        if self._n_members > _MAX_MEMBERS:
            raise WireFault(Reason.ENCODING, f"over {_MAX_MEMBERS} gzip members in one body")
        self._stream = zlib.decompressobj(wbits)
        return data

    def _inflate(self, stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = stream.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise WireFault(Reason.ENCODING, f"not valid {self._coding}: {error}") from error
            self._n_bytes += len(piece)
            if self._n_bytes > self._max_bytes:
                raise too_large("unpacked", self._max_bytes, "max_bytes")
            if piece:
                yield piece
            data = stream.unconsumed_tail
            if stream.eof or (not data and len(piece) < _PIECE_BYTES):
                return


class Unpacker:
    """Takes a body as it comes off the wire and gives it decoded, or a WireFault.

    `encoding` is the Content-Encoding header, several joined by commas, None for none.
    """

    def __init__(self, encoding: str | None, *, max_wire_bytes: int, max_bytes: int) -> None:
        self.n_wire_bytes = 0
        self.max_wire_bytes = max_wire_bytes
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._pieces: list[bytes] = []
        # Codings are listed in the order they were applied (RFC 9110 section 8.4).
        self._stages = [_Inflater(coding, max_bytes) for coding in reversed(_codings(encoding))]

    @property
    def proves_its_end(self) -> bool:
        """Tell whether the body's own coding marks its end."""
        return bool(self._stages)

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises WireFault at the first byte over a limit, or that makes no sense."""
        self.n_wire_bytes += len(data)
        if self.n_wire_bytes > self.max_wire_bytes:
            raise too_large("as sent", self.max_wire_bytes, "max_wire_bytes")
        for piece in self._through(data, 0):
            self._n_bytes += len(piece)
            if self._n_bytes > self._max_bytes:
                raise too_large("unpacked", self._max_bytes, "max_bytes")
            self._pieces.append(piece)

    def finish(self) -> bytes:
        """Return the whole body. Raises WireFault if a coding has not come to its end."""
        if self.n_wire_bytes:
            for stage in self._stages:
                stage.finish()
        return b"".join(self._pieces)

    def _through(self, data: bytes, first: int) -> Iterator[bytes]:
        if first == len(self._stages):
            yield data
            return
        for piece in self._stages[first].feed(data):
            yield from self._through(piece, first + 1)


def too_large(how: str, limit: int, key: str) -> WireFault:
    """Return the fault of a body over a limit, which it names by its key in the configuration."""
    return WireFault(Reason.TOO_LARGE, f"larger {how} than {key} allows ({limit} bytes)")


def _codings(encoding: str | None) -> list[str]:
    named = [token.strip().lower() for token in (encoding or "").split(",")]
    codings = [token for token in named if token not in ("", "identity")]
    for coding in codings:
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise WireFault(Reason.ENCODING, f"sent as {coding[:40]!r}, which was not asked for")
    if len(codings) > _MAX_CODINGS:
        raise WireFault(Reason.ENCODING, f"packed {len(codings)} times over")
    return [coding.removeprefix("x-") for coding in codings]


def _is_zlib_header(data: bytes) -> bool:
    """Tell zlib from the raw deflate that some servers send under the same name (RFC 1950 section 2.2)."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
