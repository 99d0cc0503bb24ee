"""Pictures of benchmark items found among rendered rows: the ink's layout as candidate, its colours as second check."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, UnidentifiedImageError

from janus_reward.decontaminate.items import Item
from janus_reward.dedup.pictures import MAX_PIXELS

_SIDE, _DRAFT = 40, 320
_INK = 24
_LEAST_INK = 0.004
_COLORS = 0.6
_BINS = 4
_NEAR = 0.55
"""Similarity of layouts, box on box, from which the boxes are aligned: other fonts move the edges of the ink."""
_STEPS, _ROUNDS = (0.03, 0.015), 3


@dataclass(frozen=True, slots=True)
class Look:
    """What is compared of a picture.

    Args:
        layout: (SIDE * SIDE * 3,) float32, unit length: the blurred ink in its own bounding box, mean removed.
        colors: (64,) float32 shares of the ink's colours.
        ink: (height, width, 3) uint8, on a margin without ink.
        box: left, top, right and bottom of the ink in it, pixels.
    """

    layout: NDArray[np.float32]
    colors: NDArray[np.float32]
    ink: NDArray[np.uint8]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PictureParts:
    """The pictures of all items that have one.

    Args:
        items: (m,) which item each belongs to.
        layouts: (m, SIDE * SIDE * 3).
        colors: (m, 64).
        least: similarity of layouts from which two pictures are the same.
    """

    items: NDArray[np.int64]
    layouts: NDArray[np.float32]
    colors: NDArray[np.float32]
    least: float

    @classmethod
    def of(cls, items: Sequence[Item], least: float) -> PictureParts | None:
        """Of the items; `None` when none has a picture that says something."""
        looks = [(i, look) for i, item in enumerate(items) if item.picture and (look := look_of(item.picture))]
        if not looks:
            return None
        return cls(
            np.array([i for i, _ in looks], np.int64),
            np.stack([look.layout for _, look in looks]),
            np.stack([look.colors for _, look in looks]),
            least,
        )

    def matches(self, pictures: Sequence[bytes | None]) -> Iterator[tuple[int, int, float]]:
        """Row, item and similarity of every pair of the same look."""
        for row, data in enumerate(pictures):
            look = look_of(data) if data else None
            if look is None:
                continue
            alike = self.layouts @ look.layout
            for k in np.flatnonzero(alike >= min(_NEAR, self.least)):
                if np.minimum(self.colors[k], look.colors).sum() < _COLORS:
                    continue
                similarity = aligned(self.layouts[k], look)
                if similarity >= self.least:
                    yield row, int(self.items[k]), min(1.0, similarity)


def aligned(layout: NDArray[np.float32], look: Look) -> float:
    """The best similarity of a layout and a look, whose box may move edge by edge (coordinate ascent)."""
    box, best = look.box, float(layout @ look.layout)
    size = (box[2] - box[0], box[3] - box[1])
    for step in _STEPS:
        for _ in range(_ROUNDS):
            tried = [(float(layout @ _layout(look.ink, moved)), moved) for moved in _moved(box, size, step, look.ink)]
            similarity, moved = max(tried)
            if similarity <= best:
                break
            best, box = similarity, moved
    return best


def _moved(
    box: tuple[float, float, float, float], size: tuple[float, float], step: float, ink: NDArray[np.uint8]
) -> Iterator[tuple[float, float, float, float]]:
    """The boxes with one edge moved by a share of the size, within the picture."""
    for edge in range(4):
        for way in (-step, step):
            new = list(box)
            new[edge] = min(max(0.0, new[edge] + way * size[edge % 2]), float(ink.shape[1 - edge % 2]))
            yield new[0], new[1], new[2], new[3]


def look_of(data: bytes) -> Look | None:
    """The look of an encoded picture; `None` when it cannot be decoded or shows next to nothing."""
    pixels = _pixels(data)
    if pixels is None:
        return None
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ground = np.median(border, axis=0)
    ink = np.abs(pixels.astype(np.int16) - ground.astype(np.int16)).astype(np.uint8)
    strong = ink.max(axis=2) > _INK
    if strong.mean() < _LEAST_INK:
        return None
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    inside = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    margin = max(ink.shape) // 12
    ink = np.pad(ink, ((margin, margin), (margin, margin), (0, 0)))
    left, top, right, bottom = (int(at) + margin for at in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    box = (float(left), float(top), float(right), float(bottom))
    layout = _layout(ink, box)
    if not layout.any():
        return None
    codes = (pixels[inside][strong[inside]] // (256 // _BINS)).astype(np.int64) @ np.array([_BINS**2, _BINS, 1])
    colors = np.bincount(codes, minlength=_BINS**3).astype(np.float32)
    return Look(layout, colors / colors.sum(), ink, box)


def _layout(ink: NDArray[np.uint8], box: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """The blurred ink in a box, mean removed, of unit length; zeros when it is flat."""
    small = Image.fromarray(ink).resize((_SIDE, _SIDE), Image.Resampling.BOX, box=box)
    layout = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float32).ravel()
    layout = layout - layout.mean()
    length = float(np.linalg.norm(layout))
    return layout / length if length >= 1 else np.zeros_like(layout)


def _pixels(data: bytes) -> NDArray[np.uint8] | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS or 0 in image.size:
                return None
            rgba = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        return None
    flat = Image.new("RGB", rgba.size, "white")
    flat.paste(rgba, mask=rgba.getchannel("A"))
    flat.thumbnail((_DRAFT, _DRAFT), Image.Resampling.BOX)
    return np.asarray(flat)
