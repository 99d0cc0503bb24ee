"""Memory into which a jailed process writes a picture that it has decoded, so that its host need not decode it again.

Plain pixels cannot lie about more than what they show. The host still trusts nothing: the memory's size is sealed,
what is told of it is checked, and the pixels are copied before they are used.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct

from PIL import Image

BYTES = 32 * 2**20
"""Of the memory, at four bytes a pixel; a larger picture is decoded by the host as well."""

_LAYOUTS = {"RGB": "RGBX", "RGBA": "RGBA"}
_SIZE = struct.Struct(">II")
_SIZE_AT = 16
"""Where a PNG tells its width and height (PNG, third edition, 11.2.1)."""

Told = tuple[str, int, int]


def written(descriptor: int, image: Image.Image) -> Told | None:
    """Write an RGB or RGBA picture; returns what to tell the host: mode, width, height. `None`: it is too large."""
    if 4 * image.width * image.height > BYTES:
        return None
    os.pwrite(descriptor, image.tobytes("raw", _LAYOUTS[image.mode]), 0)
    return image.mode, image.width, image.height


class PixelMemory:
    """The host's side.

    Attributes:
        descriptor: to be inherited by the process that writes.
    """

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("janus-pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, BYTES)
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        self._memory = mmap.mmap(self.descriptor, BYTES, prot=mmap.PROT_READ)

    def picture(self, told: object, png: bytes) -> Image.Image | None:
        """The picture last written.

        Args:
            told: hostile; meant to be what `written` returned, as JSON carries it.
            png: the file that was decoded; one of another size is not taken for it.
        """
        match told:
            case [str(mode), int(width), int(height)] if mode in _LAYOUTS and min(width, height) > 0:
                size, length = (width, height), 4 * width * height
            case _:
                return None
        if length > BYTES or png[_SIZE_AT : _SIZE_AT + _SIZE.size] != _SIZE.pack(*size):
            return None
        with memoryview(self._memory) as memory, memory[:length] as pixels:
            return Image.frombytes(mode, size, pixels, "raw", (_LAYOUTS[mode], 0, 1))

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
        os.close(self.descriptor)
