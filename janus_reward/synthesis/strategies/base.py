"""What a strategy is: it plans triples, names its prompts, and checks by measurement what it alone can check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeVar

from janus_reward.sample import Sample
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.seeds import Material
from janus_reward.triple import Evidence, Triple

if TYPE_CHECKING:
    from janus_reward.synthesis.config import StrategyPart

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Executed:
    """A candidate after it was run: its renders, what was measured, and the companion's renders."""

    sample: Sample
    evidence: Evidence
    companion: Sample | None = None


class Hopeless(str):
    """What is wrong with a plan itself, so that no other reply could mend it; it is dropped at once."""


class Strategy:
    """Makes plans from material.

    Attributes:
        name: as in a config.
        propose: template of the request for an instruction; `None` where the instruction is settled.
        generate: template of the request for code; `None` where the code is settled.
        takes: the seeds that it can start from, in words.
    """

    name: str
    propose: str | None = None
    generate: str | None = None
    takes: str = "seeds of the task generate"

    def __init__(self, part: StrategyPart) -> None:
        self.part = part

    def plans(self, material: Material, random: Random) -> Iterator[Plan]:
        """Plans without end, or until nothing more can be made; the run takes as many as it wants."""
        raise NotImplementedError

    def wrong(self, plan: Plan, executed: Executed) -> str | None:
        """What is wrong with a candidate by this strategy's own measure, in words for the model; `None` for nothing.

        `Hopeless` words end the plan, others send it back.
        """
        return None


def plan_id(strategy: str, *parts: object) -> str:
    """A short id from everything that makes a plan unique."""
    text = "\0".join(map(str, (strategy, *parts)))
    return f"{strategy}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


def turns(items: Sequence[T], random: Random) -> Iterator[T]:
    """The items in a shuffled order, again and again, each round shuffled anew; nothing when there are none."""
    while items:
        yield from random.sample(items, len(items))


def told(seed: Triple) -> Mapping[str, str]:
    """What a prompt is told of a seed."""
    return {
        "seed_instruction": seed.instruction or "",
        "seed_code": seed.code or "",
        "seed_language": seed.language or "",
    }
