"""What a metric is: a named function over a case, an answer beside its reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from janus_reward.coder_eval.metrics import charts, page_blocks
from janus_reward.sample import Sample
from janus_reward.triple import PICTURE_OUTCOMES

Function = Callable[["Case"], float | None]
By = Literal["facts", "tests", "grader", "judge"]


@dataclass
class Case:
    """One answer beside its reference.

    Args:
        sample: the answer's code with what it renders to.
        reference: the same of the reference answer; `None` when the suite has none.
        passed: whether the tests pass; `None` without tests.
    """

    sample: Sample
    reference: Sample | None = None
    passed: bool | None = None

    @property
    def code(self) -> str:
        """The answer."""
        return self.sample.triple.code or ""

    @property
    def reference_code(self) -> str | None:
        """The reference answer."""
        return self.reference.triple.code if self.reference else None

    @property
    def drawn(self) -> bool:
        """Whether there is a picture with content."""
        return self.sample.render.outcome in PICTURE_OUTCOMES and bool(self.sample.stills)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the renderer tells of the answer."""
        return self.sample.render.facts

    @property
    def reference_facts(self) -> Mapping[str, Any]:
        """What the renderer tells of the reference answer."""
        return self.reference.render.facts if self.reference else {}

    @property
    def reference_still(self) -> bytes | None:
        """The picture to come near to: of the reference answer, else the one that came with the item."""
        if self.reference and self.reference.stills:
            return self.reference.stills[0]
        return self.sample.references[0] if self.sample.references else None

    @cached_property
    def page_blocks(self) -> page_blocks.BlockScores | None:
        """The block scores, made once for all four."""
        return page_blocks.compare(page_blocks.blocks(self.facts), page_blocks.blocks(self.reference_facts))

    @cached_property
    def low_level(self) -> tuple[float | None, ...]:
        """Text, layout, type, colour F1."""
        kinds = (charts.text, charts.layout, charts.chart_type, charts.color)
        return tuple(found.f1 if (found := kind(self.facts, self.reference_facts)) else None for kind in kinds)


@dataclass(frozen=True, slots=True)
class Measure:
    """A registered metric.

    Args:
        by: what it is made from: `facts` of renders and codes, `tests`, a `grader` model, or the `judge`.
        lowest: the value of an answer that fails.
        high: the best value; 1, 5 of the rubrics' scale, 100 of graders.
        compares: whether it holds the answer against the reference, and so needs one that draws.
        function: of a case whose answer did not fail; `None` for metrics made elsewhere.
    """

    name: str
    by: By
    lowest: float | None
    high: float
    doc: str
    compares: bool
    function: Function | None


_MEASURES: dict[str, Measure] = {}

MEASURES: Mapping[str, Measure] = MappingProxyType(_MEASURES)
"""Every metric by name."""


def measure(
    name: str, by: By = "facts", *, lowest: float | None = 0.0, high: float = 1.0, compares: bool = True
) -> Callable[[Function], Function]:
    """Register a function over a `Case`; its docstring's first line becomes the documentation."""

    def register(function: Function) -> Function:
        doc = (function.__doc__ or "").strip().splitlines()[0]
        _MEASURES[name] = Measure(name, by, lowest, high, doc, compares, function)
        return function

    return register


def made_elsewhere(name: str, by: By, doc: str, lowest: float | None = 0.0, high: float = 1.0) -> None:
    """Register a metric that a judge or a grader makes."""
    _MEASURES[name] = Measure(name, by, lowest, high, doc, False, None)
