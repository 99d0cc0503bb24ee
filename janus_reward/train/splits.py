"""Splits that leak nothing: what shares an instruction, root or group is in one split; whole sources are held out."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from janus_reward.train.answers import Answer
from janus_reward.train.pairs import Pair


def assign_splits(
    answers: Mapping[str, Answer],
    held_out: Collection[str],
    held_back: Collection[str],
    validation: float,
    test: float,
    seed: int,
) -> dict[str, str]:
    """`train`, `validation` or `test` by id. Connected answers share a split; one of a held-out source takes all along.

    Args:
        answers: by id.
        held_out: sources that go to `test`.
        held_back: sources that go to `validation`.
        validation: share of the groups.
        test: share of the groups.
        seed: of the hash that deals them out, so that a set that grows keeps its splits.
    """
    ids = list(answers)
    part = _components(answers)
    away = {part[at]: "validation" for at, id_ in enumerate(ids) if answers[id_].source in held_back}
    away |= {part[at]: "test" for at, id_ in enumerate(ids) if answers[id_].source in held_out}
    name: dict[int, str] = {}
    for at in np.argsort(np.array(ids)).tolist():
        name.setdefault(part[at], ids[at])
    split = {number: away.get(number) or _dealt(name[number], validation, test, seed) for number in name}
    return {id_: split[part[at]] for at, id_ in enumerate(ids)}


def usable(pairs: Sequence[Pair], split: Mapping[str, str], left_out: Counter[str]) -> list[Pair]:
    """The pairs of which both sides are in one split, without held-out kinds of damage outside the test."""
    found = []
    for pair in pairs:
        if split[pair.better] != split[pair.worse]:
            left_out["between two splits"] += 1
        elif pair.held_out_kind and split[pair.better] != "test":
            left_out["held-out kind of damage outside the test"] += 1
        else:
            found.append(pair)
    return found


def balanced(
    pairs: Sequence[Pair],
    answers: Mapping[str, Answer],
    per_kind: int,
    length: bool,
    seed: int,
    left_out: Counter[str],
) -> list[Pair]:
    """Training pairs of which no kind, and no direction of length, outweighs the others; which go is up to the seed.

    Args:
        pairs: of the training split.
        answers: by id, for their lengths.
        per_kind: most pairs of one kind.
        length: as many whose better answer is longer as whose better answer is shorter; equal lengths all stay.
        seed: of the choice.
        left_out: counts what goes.
    """
    mixed = sorted(pairs, key=lambda pair: (zlib.crc32(f"{seed}/{pair.better}/{pair.worse}".encode()), pair.worse))
    taken: Counter[str] = Counter()
    kept: list[Pair] = []
    for pair in mixed:
        taken[pair.kind or pair.origin] += 1
        if taken[pair.kind or pair.origin] <= per_kind:
            kept.append(pair)
    left_out["more than per_kind of its kind"] += len(mixed) - len(kept)
    if not length:
        return kept
    sides: dict[int, list[Pair]] = {-1: [], 0: [], 1: []}
    for pair in kept:
        sides[0 if pair.equal else _longer(answers, pair)].append(pair)
    room = min(len(sides[1]), len(sides[-1]))
    left_out["for a balance of lengths"] += len(kept) - len(sides[0]) - 2 * room
    return sides[0] + sides[1][:room] + sides[-1][:room]


def _longer(answers: Mapping[str, Answer], pair: Pair) -> int:
    """1 where the better answer's code is the longer one, -1 where it is the shorter one, 0 where they are equal."""
    gap = len(answers[pair.better].code) - len(answers[pair.worse].code)
    return (gap > 0) - (gap < 0)


def _components(answers: Mapping[str, Answer]) -> list[int]:
    """Number of the connected component of each answer, by shared instruction, root and group."""
    keys: dict[str, int] = {}
    rows, columns = [], []
    for at, answer in enumerate(answers.values()):
        shared = [f"i{answer.instruction_key}", f"r{answer.root}"]
        shared += [f"g{answer.source}\0{answer.group}"] if answer.group else []
        for key in shared:
            rows.append(at)
            columns.append(len(answers) + keys.setdefault(key, len(keys)))
    size = len(answers) + len(keys)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    numbers: list[int] = connected_components(graph, directed=False)[1][: len(answers)].tolist()
    return numbers


def _dealt(name: str, validation: float, test: float, seed: int) -> str:
    place = zlib.crc32(f"{seed}/{name}".encode()) / 2**32
    return "test" if place < test else "validation" if place < test + validation else "train"
