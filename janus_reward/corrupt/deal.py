"""Which good triples are damaged, and which kinds of damage each gets: seeded, balanced over the kinds."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from janus_reward.corrupt.base import Corruption
from janus_reward.triple import Triple


@dataclass(frozen=True, slots=True)
class Damaged:
    """A good triple, the kind of damage, and what it made of it."""

    good: Triple
    kind: Corruption
    bad: Triple


def draw(*parts: object) -> int:
    """A 64-bit number that depends on nothing but the parts."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def chosen(triples: Iterable[Triple], count: int, seed: int, good: Callable[[Triple], bool]) -> list[Triple]:
    """At most `count` of the good triples with code, chosen by seed and id alone, in the order of the source."""
    usable = (
        (draw(seed, triple.id), triple) for triple in triples if triple.code and not triple.error and good(triple)
    )
    kept = heapq.nsmallest(count, usable, key=lambda item: item[0])
    return sorted((triple for _, triple in kept), key=lambda triple: triple.row)


def dealt(
    goods: Sequence[Triple], kinds: Sequence[Corruption], per_triple: int, controls: int, seed: int
) -> Iterator[Damaged]:
    """Damage each good triple by the kinds that were used least so far, of those that apply.

    A triple gets at most `per_triple` kinds of damage and, beside them, `controls` harmless changes.
    """
    used: Counter[str] = Counter()
    for place, good in enumerate(goods):
        stranger = _stranger(goods, place)
        for group, most in (
            ([k for k in kinds if not k.harmless], per_triple),
            ([k for k in kinds if k.harmless], controls),
        ):
            yield from _some(good, stranger, group, most, used, seed)


def _some(
    good: Triple, stranger: Triple | None, kinds: Sequence[Corruption], most: int, used: Counter[str], seed: int
) -> Iterator[Damaged]:
    order = sorted(kinds, key=lambda kind: (used[kind.name], draw(seed, good.id, kind.name)))
    made = 0
    for kind in order:
        if made == most:
            return
        bad = kind.applies(good, Random(draw(seed, good.id, kind.name, "damage")), stranger)
        if bad is not None:
            used[kind.name] += 1
            made += 1
            yield Damaged(good, kind, bad)


def _stranger(goods: Sequence[Triple], place: int) -> Triple | None:
    """The next triple of the same language, task and domain that answers something else, going round."""
    good = goods[place]
    for step in range(1, len(goods)):
        other = goods[(place + step) % len(goods)]
        alike = (other.language, other.task, other.domain) == (good.language, good.task, good.domain)
        if (
            alike
            and other.code != good.code
            and (other.instruction, other.references) != (good.instruction, good.references)
        ):
            return other
    return None
