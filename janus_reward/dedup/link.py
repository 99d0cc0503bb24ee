"""From buckets to removals: in order of rank, a document goes when it is verified against one that stays.

No chains: a document is only ever compared with survivors, so that each removal names a survivor it was verified
against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.compiled import kernel
from janus_reward.dedup.buckets import Buckets
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.shingle import ShingleSets
from janus_reward.dedup.verify import (
    CODE,
    DISTINCTIVE,
    INSTRUCTION,
    RENDER,
    agreed,
    build,
    distinctive_similarity,
    ink_similarity,
    set_similarity,
)

_RULES = {"auto": 0, "any": 1, "all": 2}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything that verification looks at, for n documents.

    Args:
        code, instruction: shingle sets; empty ones where a document has none or it is not compared.
        of, ink, ground: pictures, as `Store.pictures` gives them.
        order: (n,) int64: documents by rank, the first to stay first.
        fixed: (n,) uint8: documents that stay whatever they resemble: those of an index.
        frequent: sorted uint32 shingles that are boilerplate.
    """

    code: ShingleSets
    instruction: ShingleSets
    of: NDArray[np.int32]
    ink: NDArray[np.uint8]
    ground: NDArray[np.uint8]
    order: NDArray[np.int64]
    fixed: NDArray[np.uint8]
    frequent: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Links:
    """Who goes for whom.

    Args:
        survivor: (n,) int64: the document that stays in its place, -1 for one that stays itself.
        similarity: (n, 4) float32 of each removal: code, instruction, render, code without boilerplate; -1: not
            compared.
        compared: pairs that were verified.
        boilerplate: pairs that only boilerplate made alike.
        full: registrations that found no room in their bucket.
    """

    survivor: NDArray[np.int64]
    similarity: NDArray[np.float32]
    compared: int
    boilerplate: int
    full: int


def link(corpus: Corpus, buckets: Buckets, settings: DedupSettings) -> Links:
    """Decide every document, in order of rank."""
    count = len(corpus.order)
    survivor, similarity = np.full(count, -1, np.int64), np.full((count, 4), -1, np.float32)
    thresholds = np.array([settings.threshold, settings.threshold, settings.picture_threshold])
    reps = np.empty(int(buckets.slots[-1]), np.uint32)
    widest = max(_widest(corpus.code.offsets), _widest(corpus.instruction.offsets))
    compared, boilerplate, full = _link(
        corpus.order, corpus.fixed, buckets.offsets, buckets.members, buckets.slots, reps,
        corpus.code.values, corpus.code.offsets, corpus.instruction.values, corpus.instruction.offsets,
        corpus.of, corpus.ink, corpus.ground, corpus.frequent,
        _RULES[settings.agree], settings.measure == "containment", thresholds, widest, survivor, similarity,
    )  # fmt: skip
    return Links(survivor, similarity, compared, boilerplate, full)


def _widest(offsets: NDArray[np.int64]) -> int:
    return int(np.diff(offsets).max(initial=0))


@kernel
def _link(  # type: ignore[no-untyped-def] # noqa: ANN202
    order, fixed, where, members, slots, reps, code, code_at, prose, prose_at, of, ink, ground, frequent,  # noqa: ANN001
    rule, containment, thresholds, widest, survivor, similarity,  # noqa: ANN001
):  # fmt: skip
    room = 16
    while room < 2 * widest:
        room *= 2
    tables = np.zeros((2, room), np.uint32)
    masks = np.zeros(2, np.uint32)
    built = np.zeros(2, np.bool_)
    used = np.zeros(len(slots) - 1, np.int32)
    seen = np.full(len(order), -1, np.int64)
    row = np.empty(4)
    counts = np.zeros(3, np.int64)
    for d in order:
        built[:] = False
        if not fixed[d]:
            survivor[d] = _find(
                d, where, members, slots, reps, used, seen, code, code_at, prose, prose_at, of, ink, ground, frequent,
                rule, containment, thresholds, tables, masks, built, row, counts,
            )  # fmt: skip
        if survivor[d] >= 0:
            similarity[d] = row
        else:
            _register(d, where, members, slots, reps, used, counts)
    return counts[0], counts[1], counts[2]


@kernel
def _find(  # type: ignore[no-untyped-def] # noqa: ANN202
    d, where, members, slots, reps, used, seen, code, code_at, prose, prose_at, of, ink, ground, frequent,  # noqa: ANN001
    rule, containment, thresholds, tables, masks, built, row, counts,  # noqa: ANN001
):  # fmt: skip
    """The first survivor in d's buckets that d duplicates, with `row` filled, or -1."""
    for m in range(where[d], where[d + 1]):
        bucket = members[m]
        for k in range(slots[bucket], slots[bucket] + used[bucket]):
            e = np.int64(reps[k])
            if seen[e] == d:
                continue
            seen[e] = d
            counts[0] += 1
            if _duplicate(
                d, e, code, code_at, prose, prose_at, of, ink, ground, frequent, rule, containment,
                thresholds, tables, masks, built, row, counts,
            ):  # fmt: skip
                return e
    return -1


@kernel
def _register(d, where, members, slots, reps, used, counts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for m in range(where[d], where[d + 1]):
        bucket = members[m]
        place = slots[bucket] + used[bucket]
        if place < slots[bucket + 1]:
            reps[place] = d
            used[bucket] += 1
        else:
            counts[2] += 1


@kernel
def _text_similarity(d, e, values, at, which, tables, masks, built, containment, least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    if not built[which]:
        masks[which] = build(values, at[d], at[d + 1], tables[which])
        built[which] = True
    size = at[d + 1] - at[d]
    return set_similarity(tables[which], masks[which], size, values, at[e], at[e + 1], containment, least)


@kernel
def _duplicate(  # type: ignore[no-untyped-def] # noqa: ANN202
    d, e, code, code_at, prose, prose_at, of, ink, ground, frequent, rule, containment,  # noqa: ANN001
    thresholds, tables, masks, built, row, counts,  # noqa: ANN001
):  # fmt: skip
    left = (code_at[d + 1] > code_at[d], prose_at[d + 1] > prose_at[d], of[d] >= 0)
    right = (code_at[e + 1] > code_at[e], prose_at[e + 1] > prose_at[e], of[e] >= 0)
    row[:] = -1.0
    if left[CODE] and right[CODE]:
        row[CODE] = _text_similarity(d, e, code, code_at, 0, tables, masks, built, containment, thresholds[CODE])
        if rule != 1 and row[CODE] < thresholds[CODE]:
            return False
    if left[INSTRUCTION] and right[INSTRUCTION]:
        row[INSTRUCTION] = _text_similarity(d, e, prose, prose_at, 1, tables, masks, built, containment, 0.0)
    if left[RENDER] and right[RENDER]:
        row[RENDER] = ink_similarity(ink, ground, of[d], of[e])
    if not agreed(rule, left, right, row, thresholds):
        return False
    if row[CODE] >= thresholds[CODE] and len(frequent) > 0:
        row[DISTINCTIVE] = distinctive_similarity(
            tables[0], masks[0], code[code_at[d] : code_at[d + 1]], code[code_at[e] : code_at[e + 1]], frequent,
            containment,
        )  # fmt: skip
        if row[DISTINCTIVE] < thresholds[CODE]:
            counts[1] += 1
            row[CODE] = -1.0 if rule != 1 else 0.0
            return rule == 1 and agreed(rule, left, right, row, thresholds)
    return True
