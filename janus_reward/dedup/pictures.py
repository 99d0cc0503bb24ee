"""Pictures made comparable: ink on its ground, perceptual hashes as candidates, similarity on the ink's pixels.

Ink is what departs from the ground (the commonest colour of the border). Two charts are mostly white both; their ink is
not. Similarity is that of Ruzicka: the sum of the smaller over the sum of the larger ink, pixel by pixel, channel by
channel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from scipy.fft import dctn

SIDE = 48
"""Pixels along each side of the picture as it is kept."""
INK_BYTES = SIDE * SIDE * 3
MAX_PIXELS = 40_000_000
KEY_COLUMNS = 12
_MIN_INK = 0.004
_MIN_CELLS = 12


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    """Features of the informative pictures of a batch.

    Args:
        of: (n,) int32: which picture belongs to a record; -1 where there is none, or none that says anything.
        ink: (m, INK_BYTES) uint8.
        ground: (m, 3) uint8: the colour of the ground.
        keys: (KEY_COLUMNS, m) uint64: pairs of 16-bit blocks of two perceptual hashes.
        low_information: pictures that are left out, because blank ones resemble each other by nature.
        unreadable: pictures that could not be decoded.
    """

    of: NDArray[np.int32]
    ink: NDArray[np.uint8]
    ground: NDArray[np.uint8]
    keys: NDArray[np.uint64]
    low_information: int
    unreadable: int


def picture_features(pictures: Sequence[bytes | None]) -> PictureFeatures:
    """The features of a batch of encoded pictures."""
    of = np.full(len(pictures), -1, np.int32)
    inks: list[NDArray[np.uint8]] = []
    grounds: list[NDArray[np.uint8]] = []
    low = unreadable = 0
    for i, data in enumerate(pictures):
        if data is None:
            continue
        pixels = small_pixels(data)
        if pixels is None:
            unreadable += 1
            continue
        ink, ground = ink_of(pixels)
        if not informative(ink):
            low += 1
            continue
        of[i] = len(inks)
        inks.append(ink.reshape(-1))
        grounds.append(ground)
    stacked = np.array(inks, np.uint8).reshape(-1, INK_BYTES)
    return PictureFeatures(
        of, stacked, np.array(grounds, np.uint8).reshape(-1, 3), perceptual_keys(stacked), low, unreadable
    )


def small_pixels(data: bytes) -> NDArray[np.uint8] | None:
    """A picture as (SIDE, SIDE, 3) uint8 on white, `None` when it cannot be decoded or is over MAX_PIXELS."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS or 0 in image.size:
                return None
            image.draft("RGB", (SIDE * 4, SIDE * 4))
            rgba = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        return None
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    return np.asarray(flat.resize((SIDE, SIDE), Image.Resampling.BOX))


def ink_of(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How far each pixel departs from the ground, (SIDE, SIDE, 3) uint8, and the ground's colour, (3,) uint8."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colours, counts = np.unique(border // 8, axis=0, return_counts=True)
    near = (border // 8 == colours[counts.argmax()]).all(axis=1)
    ground = np.median(border[near], axis=0).astype(np.uint8)
    return np.abs(pixels.astype(np.int16) - ground).astype(np.uint8), ground


def informative(ink: NDArray[np.uint8]) -> bool:
    """Whether a picture says enough to be compared: enough ink, in enough places, of more than one strength."""
    strength = ink.max(axis=2)
    cells = strength.reshape(SIDE // 4, 4, SIDE // 4, 4).max(axis=(1, 3))
    return bool(strength.mean() / 255 >= _MIN_INK and (cells > 24).sum() >= _MIN_CELLS and strength.std() > 2)


def perceptual_keys(ink: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Keys that near pictures share, (KEY_COLUMNS, m) uint64.

    Two hashes of 64 bits: signs of the low frequencies of the cosine transform (Zauner 2010), and of differences of
    neighbours; each in four blocks, of which every two make a key: pictures within two differing bits always share one.
    """
    keys = np.zeros((KEY_COLUMNS, len(ink)), np.uint64)
    if not len(ink):
        return keys
    grey = ink.reshape(-1, SIDE, SIDE, 3).mean(axis=3, dtype=np.float32)
    for base, bits in ((0, _frequency_bits(grey)), (KEY_COLUMNS // 2, _difference_bits(grey))):
        blocks = np.packbits(bits, axis=1).view(">u2").astype(np.uint64)
        pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
        for column, (i, j) in enumerate(pairs, base):
            keys[column] = (np.uint64(column + 1) << np.uint64(32)) | (blocks[:, i] << np.uint64(16)) | blocks[:, j]
    return keys


def _frequency_bits(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    low = dctn(grey, axes=(1, 2), norm="ortho")[:, :8, 1:9].reshape(len(grey), 64)
    bits: NDArray[np.bool_] = low > np.median(low, axis=1, keepdims=True)
    return bits


def _difference_bits(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    rows = grey.reshape(len(grey), 8, SIDE // 8, SIDE).mean(axis=2)
    edges = np.linspace(0, SIDE, 10).astype(int)
    cells = np.stack([rows[:, :, a:b].mean(axis=2) for a, b in pairwise(edges)], axis=2)
    bits: NDArray[np.bool_] = (np.diff(cells, axis=2) > 2).reshape(len(grey), 64)
    return bits
