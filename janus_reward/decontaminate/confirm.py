"""The second check: where in the row and in the item the match lies, and how much of the item is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from janus_reward.decontaminate.parts import TOKEN, WORD, Part, tokens_of, triples_of
from janus_reward.dedup.families import TEXT

_EXCERPT = 400
_SLACK, _MORE = 1.5, 10
_LEAST_WORDS, _WHOLE = 8, 12
_PARALLEL = 0.66


@dataclass(frozen=True, slots=True)
class Place:
    """Where a match lies.

    Args:
        share: of the part's words outside of idioms that the place holds in runs of three (1 for a whole part of twelve
            words or more, idioms or not); for structure, of its names that map to one name each.
        row_start, row_end, item_start, item_end: characters.
        row_text, item_text: the matched spans, cut at 400 characters.
    """

    share: float
    row_start: int
    row_end: int
    item_start: int
    item_end: int
    row_text: str
    item_text: str


def words_place(row: str, part: Part, idioms: NDArray[np.uint64]) -> Place | None:
    """The densest stretch of a row's words that holds runs of three words of the part, idioms left out."""
    mine, starts, ends = tokens_of(WORD, row, TEXT)
    wanted, item_starts, item_ends = tokens_of(WORD, part.text, TEXT)
    looked = triples_of(wanted)
    telling = ~_within(looked, idioms)
    own = triples_of(mine)
    hit = _within(own, np.sort(looked[telling]))
    if not hit.any():
        return None
    first, last = _densest(hit, int(_SLACK * len(wanted)) + _MORE)
    there_too = _within(looked, np.sort(own[first : last + 1]))
    covered = _covered(telling & there_too, len(wanted))
    share = float(covered.sum() / _covered(telling, len(wanted)).sum())
    if there_too.all() and len(wanted) >= _WHOLE:
        covered, share = np.ones(len(wanted), bool), 1.0
    if covered.sum() < min(_LEAST_WORDS, len(wanted)):
        return None
    there = np.flatnonzero(covered)
    row_span = (int(starts[first]), int(ends[min(last + 2, len(ends) - 1)]))
    return _place(share, row, row_span, part.text, (int(item_starts[there[0]]), int(item_ends[there[-1]])))


def _within(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which values are among the known ones, which ascend."""
    if not len(known):
        return np.zeros(len(values), bool)
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def _covered(triples: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Which of so many words are in a marked run of three."""
    covered = np.zeros(count, bool)
    for step in range(3):
        covered[step : step + len(triples)] |= triples
    return covered


def _densest(hit: NDArray[np.bool_], width: int) -> tuple[int, int]:
    """First and last hit of the window of that width with the most hits."""
    total = np.concatenate([[0], np.cumsum(hit)])
    begins = np.arange(len(hit))
    counts = total[np.minimum(begins + width, len(hit))] - total[begins]
    begin = int(counts.argmax())
    inside = np.flatnonzero(hit[begin : begin + width])
    return begin + int(inside[0]), begin + int(inside[-1])


def structure_place(code: str, family: int, part: Part) -> Place | None:
    """The stretch of a code that runs parallel to the part, and the share of names that map to one name each.

    `None` when less than two thirds of the part's tokens have a parallel, in order.
    """
    mine, starts, ends = tokens_of(TOKEN, code, family)
    wanted, item_starts, item_ends = tokens_of(TOKEN, part.text, part.family)
    pairs = _parallel(mine, wanted)
    if len(pairs) < _PARALLEL * len(wanted):
        return None
    row, item = code.encode("utf-8", "replace"), part.text.encode("utf-8", "replace")
    names: dict[bytes, Counter[bytes]] = defaultdict(Counter)
    for at, k in pairs:
        word = item[item_starts[k] : item_ends[k]]
        if word[:1].isalpha() or word[:1] == b"_":
            names[word][row[starts[at] : ends[at]]] += 1
    steady = sum(count.most_common(1)[0][1] for count in names.values())
    total = sum(sum(count.values()) for count in names.values())
    (at, k), (last_at, last_k) = pairs[0], pairs[-1]
    row_span, item_span = (starts[at], ends[last_at]), (item_starts[k], item_ends[last_k])
    return _place(steady / total if total else 0.0, code, _ints(row_span), part.text, _ints(item_span))


def _ints(span: tuple[np.int64, np.int64]) -> tuple[int, int]:
    return int(span[0]), int(span[1])


def _parallel(mine: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Positions that the two sequences have in common, in order, in runs of three or more."""
    centre = _alignment(mine, wanted)
    if centre is None:
        return []
    low = max(0, centre - len(wanted) // 2)
    window = mine[low : low + 2 * len(wanted)].tolist()
    blocks = SequenceMatcher(None, window, wanted.tolist(), autojunk=False).get_matching_blocks()
    return [(low + block.a + n, block.b + n) for block in blocks if block.size >= 3 for n in range(block.size)]


def _alignment(mine: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> int | None:
    """The commonest shift between equal runs of three tokens."""
    own, looked = triples_of(mine), triples_of(wanted)
    order = np.argsort(own, kind="stable")
    left, right = (np.searchsorted(own[order], looked, side) for side in ("left", "right"))
    shifts: Counter[int] = Counter()
    for k in np.flatnonzero((right > left) & (right - left <= 50)):
        shifts.update((order[left[k] : right[k]] - k).tolist())
    return shifts.most_common(1)[0][0] if shifts else None


def _place(share: float, row: str, row_span: tuple[int, int], item: str, item_span: tuple[int, int]) -> Place:
    spans = []
    for text, (start, end) in ((row, row_span), (item, item_span)):
        raw = text.encode("utf-8", "replace")
        spans.append((len(raw[:start].decode("utf-8", "replace")), len(raw[:end].decode("utf-8", "replace"))))
    (row_start, row_end), (item_start, item_end) = spans
    shown = row[row_start:row_end][:_EXCERPT], item[item_start:item_end][:_EXCERPT]
    return Place(share, row_start, row_end, item_start, item_end, *shown)
