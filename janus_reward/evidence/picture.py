"""What the pixels of the first still show. All of it is measured on samples of a bounded number."""

from __future__ import annotations

import math
from math import inf

import numpy as np

from janus_reward.evidence.raster import Raster
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View


@signal("picture.width", unit="px", high=inf)
def width(view: View) -> float | None:
    """Width of the first still."""
    return view.still.width if view.still else None


@signal("picture.height", unit="px", high=inf)
def height(view: View) -> float | None:
    """Height of the first still."""
    return view.still.height if view.still else None


@signal("picture.aspect", unit="ratio", high=inf)
def aspect(view: View) -> float | None:
    """Width divided by height."""
    return view.still.width / view.still.height if view.still else None


@signal("picture.background_share")
def background_share(view: View) -> float | None:
    """Share of the pixels that have exactly the most frequent colour."""
    return view.still.background_share if view.still else None


@signal("picture.colors", unit="count", high=4096)
def colors(view: View) -> float | None:
    """Distinct colours at 4 bits a channel that cover more than 0.05 % of the picture."""
    return len(view.still.palette) if view.still else None


@signal("picture.ink_density")
def ink_density(view: View) -> float | None:
    """Share of the pixels that are unlike the most frequent colour."""
    return float(view.still.ink.mean()) if view.still else None


@signal("picture.coverage")
def coverage(view: View) -> float | None:
    """Share of the cells of a 16 by 16 grid that have something in them."""
    if view.still is None or min(view.still.ink.shape) < 16:
        return None
    rows, columns = view.still.ink.shape
    trimmed = view.still.ink[: rows - rows % 16, : columns - columns % 16]
    cells = trimmed.reshape(16, rows // 16, 16, columns // 16).any(axis=(1, 3))
    return float(cells.mean())


@signal("picture.edge_density")
def edge_density(view: View) -> float | None:
    """Share of the pixels where luma jumps by more than 32 of 255 to a neighbour."""
    return float(view.still.edges.mean()) if view.still and view.still.edges.size else None


@signal("picture.contrast")
def contrast(view: View) -> float | None:
    """Mean distance in luma between what is drawn and the background, as a share of black to white."""
    if view.still is None or not view.still.ink.any():
        return None
    background = float(np.dot(view.still.background, (0.299, 0.587, 0.114)))
    return min(1.0, float(np.abs(view.still.luminance[view.still.ink] - background).mean()) / 255)


@signal("picture.colorfulness", unit="M", high=500)
def colorfulness(view: View) -> float | None:
    """Colourfulness M of Hasler and Suesstrunk 2003: 0 is gray, above 80 is very colourful."""
    if view.still is None:
        return None
    from janus_reward.color_kernels import opponents

    pixels = view.still.pixels.reshape(-1, 3)
    red_green, red_greens, yellow_blue, yellow_blues = (total / len(pixels) for total in opponents(pixels))
    spread = math.sqrt(max(0.0, red_greens - red_green**2 + (yellow_blues - yellow_blue**2) / 4))
    return spread + 0.3 * math.hypot(red_green, yellow_blue / 2)


@signal("picture.margin_min")
def margin_min(view: View) -> float | None:
    """Smallest distance from what is drawn to the border, as a share of the shorter side."""
    if view.still is None or not view.still.ink.any():
        return None
    rows, columns = (np.flatnonzero(view.still.ink.any(axis=axis)) for axis in (1, 0))
    tall, wide = view.still.ink.shape
    nearest = min(rows[0], tall - 1 - rows[-1], columns[0], wide - 1 - columns[-1])
    return float(nearest / min(tall, wide))


@signal("picture.border_ink")
def border_ink(view: View) -> float | None:
    """Share of the outermost pixels that are drawn on: ink that runs into the border, as clipped content does."""
    if view.still is None:
        return None
    ink = view.still.ink
    return float(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]).mean())


@signal("picture.balance")
def balance(view: View) -> float | None:
    """1 when the centre of what is drawn is the centre of the picture, 0 when it is in a corner."""
    if view.still is None or not view.still.ink.any():
        return None
    ink = view.still.ink
    places = (np.arange(ink.shape[axis]) @ np.count_nonzero(ink, axis=1 - axis) / ink.sum() for axis in (0, 1))
    off = np.hypot(*(place / max(1, side - 1) - 0.5 for place, side in zip(places, ink.shape, strict=True)))
    return float(np.clip(1 - off / np.sqrt(0.5), 0, 1))


@signal("picture.stills", unit="count", high=inf)
def stills(view: View) -> float | None:
    """How many pictures the render gave."""
    return len(view.sample.stills) if view.sample.stills else None


@signal("picture.motion")
def motion(view: View) -> float | None:
    """Mean change from one still to the next, as a share of black to white; 0 where the renderer waited in vain."""
    if view.facts.get("animated") is False:
        return 0.0
    pairs = list(zip(view.stills, view.stills[1:], strict=False))
    return sum(_change(first, second) for first, second in pairs) / len(pairs) if pairs else None


def _change(first: Raster, second: Raster) -> float:
    return float(np.abs(first.thumbnail(64) - second.thumbnail(64)).mean()) / 255
