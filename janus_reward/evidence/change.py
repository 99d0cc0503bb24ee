"""What an edit or a repair changed, in the code and in the picture, and whether that is what was asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from janus_reward.evidence import layout
from janus_reward.evidence.layout import Text
from janus_reward.evidence.lexis import CODE_LIMIT, numbers_of
from janus_reward.evidence.raster import Raster, differs
from janus_reward.evidence.signal import signal
from janus_reward.evidence.view import View
from janus_reward.evidence.words import content_stems

_LINES = 3_000
_PIXEL_STEP = 16
_SPLIT = re.compile(r"(?<=[>;{}])|\n")


@dataclass(frozen=True, slots=True)
class CodeChange:
    """Lines (statements, tags) that went and that came, and the similarity of the two codes in 0-1."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    ratio: float


def code_change(view: View) -> CodeChange | None:
    """Compare the code before and after; `None` when one of them is missing."""
    before = view.triple.before.code if view.triple.before else None
    if not before or view.code is None:
        return None
    old, new = _pieces(before[:CODE_LIMIT]), _pieces(view.code)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    matcher = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail])
    removed: list[str] = []
    added: list[str] = []
    same = head + tail
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            same += j - i
            continue
        removed += old[head + i : head + j]
        added += new[head + k : head + m]
    return CodeChange(tuple(removed), tuple(added), 2 * same / max(1, len(old) + len(new)))


def _pieces(code: str) -> list[str]:
    return [piece for line in _SPLIT.split(code) if (piece := line.strip())][:_LINES]


def _common(old: list[str], new: list[str]) -> int:
    length = 0
    for first, second in zip(old, new, strict=False):
        if first != second:
            break
        length += 1
    return length


@signal("change.code_change_share")
def code_change_share(view: View) -> float | None:
    """Share of the code that differs from before (1 minus difflib's ratio over lines, statements and tags)."""
    change = view.once(code_change)
    return None if change is None else max(0.0, 1 - change.ratio)


@signal("change.code_lines_changed", unit="lines", high=inf)
def code_lines_changed(view: View) -> float | None:
    """Lines, statements or tags that were changed, added or removed."""
    change = view.once(code_change)
    return None if change is None else max(len(change.removed), len(change.added))


@signal("change.code_shrink")
def code_shrink(view: View) -> float | None:
    """By how much the code is shorter than before, as a share of the code before; 0 when it is as long or longer."""
    before = view.triple.before.code if view.triple.before else None
    if not before or view.triple.code is None:
        return None
    return max(0.0, 1 - len(view.triple.code) / len(before))


def changed_pixels(view: View) -> NDArray[np.bool_] | None:
    """(h, w) bool over the picture after: where it differs from before by more than 16 of 255 in a channel."""
    before, after = view.before_still, view.still
    if before is None or after is None:
        return None
    return differs(after.pixels, _fitted(before, after), _PIXEL_STEP)


def _fitted(picture: Raster, like: Raster) -> NDArray[np.uint8]:
    if picture.pixels.shape == like.pixels.shape:
        return picture.pixels
    tall, wide = like.pixels.shape[:2]
    return np.asarray(Image.fromarray(picture.pixels).resize((wide, tall), Image.Resampling.BOX))


@signal("change.picture_change_share")
def picture_change_share(view: View) -> float | None:
    """Share of the pixels that differ from the picture before (scaled to the same size where needed)."""
    changed = view.once(changed_pixels)
    return None if changed is None else float(changed.mean())


@signal("change.picture_changed", unit="yes/no")
def picture_changed(view: View) -> float | None:
    """1 if the picture differs from the one before at all, else 0."""
    changed = view.once(changed_pixels)
    return None if changed is None else float(changed.any())


def removed_texts(view: View) -> tuple[tuple[str, ...], int] | None:
    """Texts of the picture before that are gone and that the instruction does not name, and how many there were."""
    if view.texts is None or view.before_texts is None or view.instruction is None:
        return None
    now = {text.text for text in view.texts}
    named = view.instruction.text.casefold()
    before = [text.text for text in view.before_texts if text.role != "tick"]
    gone = [text for text in before if text not in now and text.casefold() not in named and not _mentions(view, text)]
    return tuple(gone), len(before)


def _mentions(view: View, text: str) -> bool:
    stems = content_stems(text)
    return bool(stems) and view.instruction is not None and stems <= view.instruction.words


@signal("change.text_removed_share")
def text_removed_share(view: View) -> float | None:
    """Share of the texts before (ticks left out) that are gone although the instruction does not name them."""
    found = view.once(removed_texts)
    return len(found[0]) / found[1] if found and found[1] else None


@signal("change.elements_removed_share")
def elements_removed_share(view: View) -> float | None:
    """Share of the elements (tags, else marks) before that are no longer there, by kind."""
    before = view.sample.before
    if before is None or not view.drawn:
        return None
    for name in ("elements", "marks"):
        old, new = layout.counts_of(before.facts, name), layout.counts_of(view.facts, name)
        if old and new is not None:
            lost = sum(max(0.0, count - max(0.0, new.get(kind, 0.0))) for kind, count in old.items())
            total = sum(max(0.0, count) for count in old.values())
            return min(1.0, lost / total) if total else None
    return None


@signal("change.requested_words_in_change")
def requested_words_in_change(view: View) -> float | None:
    """Share of the instruction's content words, numbers, colours and quotes that occur in the changed lines."""
    change = view.once(code_change)
    if change is None or view.instruction is None:
        return None
    changed = "\n".join((*change.removed, *change.added))
    asked = view.instruction
    folded = changed.casefold()
    there = content_stems(re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", changed)))
    found = [word in there for word in asked.words]
    found += [number in numbers_of(changed) for number in asked.numbers[:20]]
    found += [color.written.casefold() in folded for color in asked.colors[:20]]
    found += [quote.casefold() in folded for quote in asked.quoted[:20]]
    return sum(found) / len(found) if found else None


@signal("change.unrelated_change_share")
def unrelated_change_share(view: View) -> float | None:
    """Share of the changed pixels that lie far from the texts which the instruction names; none where it names none."""
    changed = view.once(changed_pixels)
    if changed is None or not changed.any() or view.canvas is None:
        return None
    named = [text for text in (*(view.texts or ()), *(view.before_texts or ())) if text.box and _is_named(view, text)]
    if not named:
        return None
    near = _near(named, changed.shape, view.canvas)
    return float((changed & ~near).sum() / changed.sum())


def _is_named(view: View, text: Text) -> bool:
    if view.instruction is None:
        return False
    wanted = {
        "title": view.instruction.wants_title,
        "legend": view.instruction.wants_legend,
        "axis_label": view.instruction.wants_labels,
    }
    return wanted.get(text.role, False) or bool(content_stems(text.text) & view.instruction.words)


def _near(named: Iterable[Text], shape: tuple[int, ...], canvas: tuple[float, float]) -> NDArray[np.bool_]:
    tall, wide = shape[:2]
    near = np.zeros((tall, wide), dtype=np.bool_)
    across, down = wide / canvas[0], tall / canvas[1]
    for text in named:
        x0, y0, x1, y1 = text.box or (0, 0, 0, 0)
        rows = slice(max(0, int(y0 * down - 0.05 * tall)), max(0, int(y1 * down + 0.05 * tall)))
        near[rows, max(0, int(x0 * across - 0.05 * wide)) : max(0, int(x1 * across + 0.05 * wide))] = True
    return near
