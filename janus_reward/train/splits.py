"""Splits that leak nothing: what shares an instruction, root or group is in one split; whole sources are held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from janus_reward.train.answers import Answer
from janus_reward.train.pairs import Pair

NOWHERE = "none"
"""Of a twin that carries an instruction of another split: it is in no split."""


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
    part = _components(answers)
    away = {part[id_]: "validation" for id_ in part if answers[id_].source in held_back}
    away |= {part[id_]: "test" for id_ in part if answers[id_].source in held_out}
    name: dict[int, str] = {}
    for id_ in sorted(part, key=lambda id_: (answers[id_].group == "", answers[id_].group, id_)):
        name.setdefault(part[id_], answers[id_].group or id_)
    split = {number: away.get(number) or _dealt(name[number], validation, test, seed) for number in name}
    own = {id_: split[part[id_]] for id_ in part}
    asked = {answers[id_].instruction_key: own[id_] for id_ in part if answers[id_].root == id_}
    return {id_: own[id_] if asked.get(answers[id_].instruction_key, own[id_]) == own[id_] else NOWHERE for id_ in own}


def usable(pairs: Sequence[Pair], split: Mapping[str, str], left_out: Counter[str]) -> list[Pair]:
    """The pairs of which both sides are in one split, without held-out kinds of damage outside the test."""
    found = []
    for pair in pairs:
        if split[pair.better] != split[pair.worse] or split[pair.better] == NOWHERE:
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
    mixed = sorted(pairs, key=lambda pair: drawn(seed, f"{pair.better}/{pair.worse}"))
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


def drawn(seed: int, name: str) -> float:
    """A number in [0, 1) that only seed and name decide. Not a checksum: those of like names lie close together."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big") / 2**64


def _components(answers: Mapping[str, Answer]) -> dict[str, int]:
    """Number of the connected component of each answer, by shared root, group, and instruction of the roots.

    A twin whose damage is another instruction does not tie the two prompts together.
    """
    keys: dict[str, int] = {}
    rows, columns = [], []
    for at, answer in enumerate(answers.values()):
        shared = [f"r{answer.root}"]
        shared += [f"g{answer.source}\0{answer.group}"] if answer.group else []
        shared += [f"i{answer.instruction_key}"] if answer.root == answer.id else []
        for key in shared:
            rows.append(at)
            columns.append(len(answers) + keys.setdefault(key, len(keys)))
    size = len(answers) + len(keys)
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    numbers: list[int] = connected_components(graph, directed=False)[1][: len(answers)].tolist()
    return dict(zip(answers, numbers, strict=True))


def _dealt(name: str, validation: float, test: float, seed: int) -> str:
    place = drawn(seed, name)
    return "test" if place < test else "validation" if place < test + validation else "train"
