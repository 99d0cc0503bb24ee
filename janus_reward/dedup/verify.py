"""Is this pair a duplicate? Similarities of the sets and the pixels themselves, and the rule over modalities."""

from __future__ import annotations

import numpy as np

from janus_reward.compiled import kernel

AUTO, ANY, ALL = range(3)
CODE, INSTRUCTION, RENDER, DISTINCTIVE = range(4)
"""Columns of a row of similarities; -1 where a modality is missing in either record."""
UNKNOWN = -2.0


@kernel
def build(values, begin, end, table):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Put a set into `table` (a power of two of uint32 slots is used); returns its mask."""
    size = 16
    while size < 2 * (end - begin):
        size *= 2
    for slot in range(size):
        table[slot] = 0
    mask = np.uint32(size - 1)
    for k in range(begin, end):
        slot = values[k] & mask
        while table[slot] != 0:
            slot = (slot + np.uint32(1)) & mask
        table[slot] = values[k]
    return mask


@kernel
def holds(table, mask, value):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether a built table has a value."""
    slot = value & mask
    while table[slot] != 0:
        if table[slot] == value:
            return True
        slot = (slot + np.uint32(1)) & mask
    return False


@kernel
def _ratio(shared, left, right, containment):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    whole = min(left, right) if containment else left + right - shared
    return shared / whole if whole > 0 else 0.0


@kernel
def set_similarity(table, mask, size, values, begin, end, containment, least):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Jaccard (or containment) of a built set and `values[begin:end]`; 0 as soon as `least` is out of reach."""
    other = end - begin
    if not containment and min(size, other) < least * max(size, other):
        return 0.0
    shared, missed = 0, 0
    allowed = other if containment else np.int64(other - least * (size + other) / (1 + least)) + 1
    for k in range(begin, end):
        if holds(table, mask, values[k]):
            shared += 1
        else:
            missed += 1
            if missed > allowed:
                return 0.0
    return _ratio(shared, size, other, containment)


@kernel
def distinctive_similarity(table, mask, left, right, frequent, containment):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """As `set_similarity`, without the boilerplate; 1 when nothing else is left in either."""
    size, other, shared = 0, 0, 0
    for k in range(len(left)):
        size += not _in_sorted(frequent, left[k])
    for k in range(len(right)):
        if not _in_sorted(frequent, right[k]):
            other += 1
            shared += holds(table, mask, right[k])
    if size == 0 and other == 0:
        return 1.0
    return _ratio(shared, size, other, containment)


@kernel
def _in_sorted(ordered, value):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    place = np.searchsorted(ordered, value)
    return place < len(ordered) and ordered[place] == value


@kernel
def ink_similarity(ink, ground, left, right):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Ruzicka similarity of two inks, 0 when the grounds differ by more than 48 in all."""
    apart = np.int64(0)
    for k in range(3):
        apart += abs(np.int64(ground[left, k]) - np.int64(ground[right, k]))
    if apart > 48:
        return 0.0
    smaller, larger = 0, 0
    for k in range(ink.shape[1]):
        smaller += min(ink[left, k], ink[right, k])
        larger += max(ink[left, k], ink[right, k])
    return smaller / larger if larger > 0 else 0.0


@kernel
def agreed(rule, has_left, has_right, similarity, thresholds):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Whether two records are duplicates: their modalities and the similarities of those that both have.

    Args:
        rule: AUTO, ANY or ALL.
        has_left: (3,) whether the one has each modality.
        has_right: the same of the other.
        similarity: (>= 3,), valid where both have it.
        thresholds: (3,) from which a modality agrees.
    """
    yes, both, either = 0, 0, 0
    for m in range(3):
        either += has_left[m] or has_right[m]
        if has_left[m] and has_right[m]:
            both += 1
            yes += similarity[m] >= thresholds[m]
    if both == 0:
        return False
    if rule == ANY:
        return yes > 0
    if rule == ALL:
        return yes == either
    if has_left[CODE] != has_right[CODE]:
        return False
    if not has_left[CODE]:
        return yes == both
    return similarity[CODE] >= thresholds[CODE] and (both == 1 or yes > 1)
