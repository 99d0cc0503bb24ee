"""The block metrics of Design2Code (Si et al. 2024, arXiv 2403.03163, section 3.2), from the facts of two renders.

The paper finds blocks of text in the DOM by colouring them; here a block is a text of the page with its box and colour,
as the browser tells it. Blocks are paired by the likeness of their text, with a bonus for neighbours that match too.
Left out: the authors' code also tries to merge neighbouring blocks, and adds a likeness by CLIP, for which no weights
are at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from janus_reward.coder_eval.metrics.color_difference import RGB, ciede2000, lab
from janus_reward.evidence.layout import canvas_of, texts_of

_BLOCKS, _CHARS = 300, 400
_LEAST_ALIKE = 0.5
_BONUS = 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """A text of a page: box (x0, y0, x1, y1) as shares of the page's width and height, and its colour."""

    text: str
    box: tuple[float, float, float, float]
    color: RGB

    @property
    def area(self) -> float:
        """Share of the page."""
        return (self.box[2] - self.box[0]) * (self.box[3] - self.box[1])

    @property
    def middle(self) -> tuple[float, float]:
        """The box's middle."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class BlockScores:
    """The four scores, each 0 to 1.

    Args:
        match: area of the matched blocks of both pages, divided by the area of all their blocks.
        text: mean likeness of the matched texts: 2 x matching characters by all characters (Sorensen and Dice).
        position: mean of 1 minus the larger of the two distances of the middles.
        color: mean of 1 minus the CIEDE2000 difference of the text colours by 100, at least 0.
    """

    match: float
    text: float
    position: float
    color: float


def blocks(facts: Mapping[str, Any]) -> list[Block]:
    """The first 300 texts of a page that have a box and lie on the canvas; black where a colour is not told."""
    canvas = canvas_of(facts)
    if canvas is None:
        return []
    found = []
    for text in (texts_of(facts) or ())[:_BLOCKS]:
        if text.box is not None:
            x0, y0, x1, y1 = text.box
            box = (x0 / canvas[0], y0 / canvas[1], x1 / canvas[0], y1 / canvas[1])
            found.append(Block(" ".join(text.text.split())[:_CHARS], box, text.color or (0, 0, 0)))
    return found


def compare(found: Sequence[Block], wanted: Sequence[Block]) -> BlockScores | None:
    """Pair the blocks of a page with those of its reference; all scores are 0 where no two match.

    Returns: `None` when the reference has no blocks.
    """
    if not wanted:
        return None
    pairs = _pairs(found, wanted)
    total = sum(block.area for block in (*found, *wanted))
    if not pairs or total <= 0:
        return BlockScores(0.0, 0.0, 0.0, 0.0)
    matched = sum(one.area + other.area for one, other, _ in pairs)
    return BlockScores(
        match=matched / total,
        text=float(np.mean([likeness for _, _, likeness in pairs])),
        position=float(np.mean([_position(one, other) for one, other, _ in pairs])),
        color=float(np.mean([_color(one, other) for one, other, _ in pairs])),
    )


def _pairs(found: Sequence[Block], wanted: Sequence[Block]) -> list[tuple[Block, Block, float]]:
    """The pairing whose likenesses, with the bonus of their neighbours, sum to the most; those below 0.5 are none."""
    if not found:
        return []
    alike = _likeness([block.text for block in found], [block.text for block in wanted])
    rows, columns = linear_sum_assignment(-_with_neighbours(alike))
    return [
        (found[row], wanted[column], float(alike[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if alike[row, column] >= _LEAST_ALIKE
    ]


def _likeness(found: Sequence[str], wanted: Sequence[str]) -> Floats:
    """(n, m) likeness of every two texts; difflib keeps what it learnt of the second text, so columns go outside."""
    known: dict[tuple[str, str], float] = {}
    values = np.zeros((len(found), len(wanted)))
    matcher = SequenceMatcher()
    for column, second in enumerate(wanted):
        matcher.set_seq2(second)
        for row, first in enumerate(found):
            if (first, second) not in known:
                matcher.set_seq1(first)
                known[first, second] = 1.0 if first == second else matcher.ratio()
            values[row, column] = known[first, second]
    return values


def _with_neighbours(alike: Floats) -> Floats:
    """Add a tenth of the two best likenesses among the eight neighbours to what is more alike than 0.5."""
    padded = np.pad(alike, 1)
    height, width = alike.shape
    around = [
        padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if (dx, dy) != (0, 0)
    ]
    best = np.sort(np.stack(around), axis=0)[-2:].sum(axis=0)
    raised: Floats = alike + np.where(alike > _LEAST_ALIKE, _BONUS * best, 0.0)
    return raised


def _position(first: Block, second: Block) -> float:
    return 1 - max(abs(a - b) for a, b in zip(first.middle, second.middle, strict=True))


def _color(first: Block, second: Block) -> float:
    return max(0.0, 1 - ciede2000(lab(first.color), lab(second.color)) / 100)
