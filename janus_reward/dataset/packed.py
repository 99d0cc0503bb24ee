"""Compressed files as byte streams that give all they hold before they tell of damage."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"

_STEP = 256
"""Compressed bytes unpacked at once: with damage, no more than these are lost before it."""
_ZSTD_STEP = 1024
_READY = 1 << 16


class DamagedFile(OSError):
    """A compressed file breaks off or holds damaged data; the text says which."""


def open_packed(path: Path, magic: bytes) -> io.BufferedReader | None:
    """A buffered stream of what a gzip or zstandard file holds; `None` when the first bytes are of neither."""
    if magic.startswith(GZIP):
        source = path.open("rb")
        return io.BufferedReader(Unpacked(_Gunzip(source).step, source), _READY)
    if magic.startswith(ZSTD):
        stream = pa.input_stream(str(path), compression="zstd", buffer_size=0)
        return io.BufferedReader(Unpacked(lambda: _zstd_step(stream), stream), _READY)
    return None


class Unpacked(io.RawIOBase):
    """A raw stream over `step`, which gives the next bytes, `None` at the end, or raises DamagedFile.

    An error waits until the bytes before it have been handed out.
    """

    def __init__(self, step: Callable[[], bytes | None], source: BinaryIO) -> None:
        self._step = step
        self._source = source
        self._ready = bytearray()
        self._error: DamagedFile | None = None
        self._ended = False

    def readable(self) -> bool:
        """Whether it can be read: it can."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is there; 0 at the end. Raises DamagedFile."""
        view = memoryview(buffer).cast("B")
        while len(self._ready) < min(len(view), _READY) and not self._ended:
            self._unpack()
        if not self._ready and self._error is not None:
            raise self._error
        size = min(len(view), len(self._ready))
        view[:size] = self._ready[:size]
        del self._ready[:size]
        return size

    def close(self) -> None:
        """Close the file below."""
        self._source.close()
        super().close()

    def _unpack(self) -> None:
        try:
            data = self._step()
        except DamagedFile as error:
            data, self._error = None, error
        if data is None:
            self._ended = True
        else:
            self._ready += data


class _Gunzip:
    """Unpacks the members of a gzip file step by step."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False

    def step(self) -> bytes | None:
        """The bytes that the next piece of the file holds."""
        piece = self._source.read(_STEP)
        if not piece:
            if self._begun:
                raise DamagedFile("the compressed data ends too early")
            return None
        unpacked = b""
        while piece:
            try:
                unpacked += self._member.decompress(piece)
            except zlib.error:
                return self._damaged(unpacked)
            self._begun, piece = True, b""
            if self._member.eof:
                piece = self._member.unused_data.lstrip(b"\0")
                self._member, self._begun = zlib.decompressobj(wbits=31), False
        return unpacked

    def _damaged(self, unpacked: bytes) -> bytes:
        if not unpacked:
            raise DamagedFile("damaged compressed data")
        self._source.seek(0, io.SEEK_END)
        self._begun = True
        return unpacked


def _zstd_step(stream: BinaryIO) -> bytes | None:
    try:
        return stream.read(_ZSTD_STEP) or None
    except OSError:
        raise DamagedFile("the compressed data ends too early or is damaged") from None
