"""Every metric by name: what it measures of one answer, and where its definition comes from.

An answer that fails (no code, no picture, failing tests) has the lowest value of a metric, as the published
definitions have it; `None` means that nothing could be measured, and why is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from janus_reward.coder_eval.metrics import charts, demos, drawings, edits, page_blocks, pictures
from janus_reward.coder_eval.metrics.overlap import Overlap
from janus_reward.coder_eval.metrics.tree_bleu import tree_bleu
from janus_reward.evidence.node import Node, read_tree
from janus_reward.evidence.source_tree import source_tree
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
        return tuple(_f1(kind(self.facts, self.reference_facts)) for kind in kinds)


@dataclass(frozen=True, slots=True)
class Measure:
    """A registered metric.

    Args:
        by: what it is made from: `facts` of renders and codes, `tests`, a `grader` model, or the `judge`.
        lowest: the value of an answer that fails.
        high: the best value; 1, 5 of the rubrics' scale, 100 of graders.
        function: of a case whose answer did not fail; `None` for metrics made elsewhere.
    """

    name: str
    by: By
    lowest: float | None
    high: float
    doc: str
    function: Function | None


_MEASURES: dict[str, Measure] = {}

MEASURES: Mapping[str, Measure] = MappingProxyType(_MEASURES)
"""Every metric by name."""


def measure(
    name: str, by: By = "facts", *, lowest: float | None = 0.0, high: float = 1.0
) -> Callable[[Function], Function]:
    """Register a function over a `Case`; its docstring's first line becomes the documentation."""

    def register(function: Function) -> Function:
        doc = (function.__doc__ or "").strip().splitlines()[0]
        _MEASURES[name] = Measure(name, by, lowest, high, doc, function)
        return function

    return register


@measure("rendered")
def rendered(case: Case) -> float:
    """1 when the answer draws a picture with content."""
    return float(case.drawn)


@measure("incorrect_code", lowest=1.0, high=0.0)
def incorrect_code(case: Case) -> float:
    """1 when the code does not run to a picture, the lower the better (PandasPlotBench, Galimzyanov et al. 2024)."""
    return 1.0 - float(case.drawn)


@measure("chart_text")
def chart_text(case: Case) -> float | None:
    """F1 of the texts drawn (ChartMimic)."""
    return case.low_level[0]


@measure("chart_layout")
def chart_layout(case: Case) -> float | None:
    """F1 of the subplots' places (ChartMimic)."""
    return case.low_level[1]


@measure("chart_type")
def chart_type(case: Case) -> float | None:
    """F1 of the plotting calls (ChartMimic)."""
    return case.low_level[2]


@measure("chart_color")
def chart_color(case: Case) -> float | None:
    """F1 of the series' colours, by likeness (ChartMimic)."""
    return case.low_level[3]


@measure("chart_low_level")
def chart_low_level(case: Case) -> float | None:
    """Mean of the four F1 of ChartMimic, of those that the reference allows."""
    told = [value for value in case.low_level if value is not None]
    return sum(told) / len(told) if told else None


@measure("tree_bleu")
def tree(case: Case) -> float | None:
    """Share of the reference's height-one subtrees (WebCode2M)."""
    return None if case.reference_code is None else tree_bleu(case.code, case.reference_code)


@measure("block_match")
def block_match(case: Case) -> float | None:
    """Area of the matched text blocks by the area of all (Design2Code)."""
    return found.match if (found := case.page_blocks) else None


@measure("block_text")
def block_text(case: Case) -> float | None:
    """Likeness of the matched blocks' texts (Design2Code)."""
    return found.text if (found := case.page_blocks) else None


@measure("block_position")
def block_position(case: Case) -> float | None:
    """How near the matched blocks stand (Design2Code)."""
    return found.position if (found := case.page_blocks) else None


@measure("block_color")
def block_color(case: Case) -> float | None:
    """Likeness of the matched blocks' colours (Design2Code)."""
    return found.color if (found := case.page_blocks) else None


@measure("ms_ssim")
def ms_ssim(case: Case) -> float | None:
    """Structural likeness of the pictures at five scales (Wang et al. 2003)."""
    still = case.reference_still
    return None if still is None else pictures.structure(case.sample.stills[0], still)


@measure("pixels")
def pixel_likeness(case: Case) -> float | None:
    """1 minus the root mean square difference of the pictures (the MSE of SVG benchmarks, turned)."""
    still = case.reference_still
    return None if still is None else pictures.pixels(case.sample.stills[0], still)


@measure("edit_scope")
def edit_scope(case: Case) -> float | None:
    """F1 of the changes made and those of the reference edit, part by part."""
    found = _scope(case)
    return found.f1 if found else None


@measure("edit_made")
def edit_made(case: Case) -> float | None:
    """Share of the reference edit's changes that were made."""
    found = _scope(case)
    return found.recall if found else None


@measure("preservation")
def preservation(case: Case) -> float | None:
    """Share of the pixels that the reference edit leaves alone and this one too."""
    still, before = case.reference_still, case.sample.before_stills
    return edits.preservation(before[0], case.sample.stills[0], still) if before and still else None


@measure("svg_valid")
def svg_valid(case: Case) -> float:
    """1 for well-formed SVG that says its size and draws something."""
    return drawings.valid(case.code) * float(case.drawn)


@measure("svg_parts")
def svg_parts(case: Case) -> float | None:
    """F1 of the elements by tag."""
    return None if case.reference_code is None else _f1(drawings.parts(case.code, case.reference_code))


@measure("demo_responsive")
def demo_responsive(case: Case) -> float | None:
    """Share of the controls that do something when driven, without an error."""
    return demos.responsive(case.facts)


@measure("passed", "tests")
def passed(case: Case) -> float | None:
    """1 when all tests pass (HumanEval, MBPP); the table shows pass@k."""
    return None if case.passed is None else float(case.passed)


@measure("rubric", "judge", lowest=None, high=5.0)
def rubric(case: Case) -> float | None:
    """Total of the judge by this package's rubrics, 1 to 5; none without a picture."""
    return None


@measure("task_score", "grader", high=100.0)
def task_score(case: Case) -> float | None:
    """0-100 by a grader that sees the picture and what was asked (PandasPlotBench, task-based score)."""
    return None


@measure("visual_score", "grader", high=100.0)
def visual_score(case: Case) -> float | None:
    """0-100 by a grader that sees the picture and the reference's (PandasPlotBench, visual score)."""
    return None


@measure("chart_score", "grader", high=100.0)
def chart_score(case: Case) -> float | None:
    """0-100 by a grader, in six parts: type 20, layout 10, text 20, data 20, style 20, clarity 10 (ChartMimic)."""
    return None


@measure("checklist", "grader", high=100.0)
def checklist(case: Case) -> float | None:
    """0-100 by a grader, 0-10 for each question of the item's checklist, shown the timed stills (ArtifactsBench)."""
    return None


def _f1(found: Overlap | None) -> float | None:
    return found.f1 if found else None


def _scope(case: Case) -> Overlap | None:
    before = case.sample.before
    code = case.sample.triple.before.code if case.sample.triple.before else None
    if case.reference is None:
        return None
    sides = [
        _parts(before.facts if before else {}, code, case),
        _parts(case.facts, case.code, case),
        _parts(case.reference_facts, case.reference_code, case),
    ]
    if any(side is None for side in sides):
        return None
    old, new, wanted = (side for side in sides if side is not None)
    return edits.scope(old, new, wanted)


def _parts(facts: Mapping[str, Any], code: str | None, case: Case) -> list[Node] | None:
    """The parts of a picture as its renderer tells them, else as its source does."""
    return read_tree(facts) or (list(source_tree(code, case.sample.triple.language) or ()) or None if code else None)
