"""Every metric by name: what it measures of one answer, and where its definition comes from.

An answer that fails (no code, no picture, failing tests) has the lowest value of a metric, as the published
definitions have it; `None` means that nothing could be measured, and why is told beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from janus_reward.coder_eval.measure import MEASURES, Case, Measure, made_elsewhere, measure
from janus_reward.coder_eval.metrics import demos, drawings, edits, pictures
from janus_reward.coder_eval.metrics.overlap import Overlap
from janus_reward.coder_eval.metrics.tree_bleu import tree_bleu
from janus_reward.evidence.node import Node, read_tree
from janus_reward.evidence.source_tree import source_tree

__all__ = ["MEASURES", "Case", "Measure"]


@measure("rendered", compares=False)
def rendered(case: Case) -> float:
    """1 when the answer draws a picture with content."""
    return float(case.drawn)


@measure("incorrect_code", lowest=1.0, high=0.0, compares=False)
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


@measure("svg_valid", compares=False)
def svg_valid(case: Case) -> float:
    """1 for well-formed SVG that says its size and draws something."""
    return drawings.valid(case.code) * float(case.drawn)


@measure("svg_parts")
def svg_parts(case: Case) -> float | None:
    """F1 of the elements by tag."""
    return None if case.reference_code is None else _f1(drawings.parts(case.code, case.reference_code))


@measure("demo_responsive", compares=False)
def demo_responsive(case: Case) -> float | None:
    """Share of the controls that do something when driven, without an error."""
    return demos.responsive(case.facts)


@measure("passed", "tests", compares=False)
def passed(case: Case) -> float | None:
    """1 when all tests pass (HumanEval, MBPP); the table shows pass@k."""
    return None if case.passed is None else float(case.passed)


made_elsewhere(
    "rubric", "judge", "Total of the judge by this package's rubrics, 1-5; none without a picture.", None, 5.0
)
made_elsewhere(
    "task_score", "grader", "0-100: picture against what was asked (PandasPlotBench, task-based score).", high=100.0
)
made_elsewhere(
    "visual_score", "grader", "0-100: picture against the reference's (PandasPlotBench, visual score).", high=100.0
)
made_elsewhere(
    "chart_score",
    "grader",
    "0-100 in parts: type 20, layout 10, text 20, data 20, style 20, clarity 10 (ChartMimic, high-level).",
    high=100.0,
)
made_elsewhere(
    "checklist",
    "grader",
    "0-100: 0-10 for each question of the checklist, by timed stills (ArtifactsBench).",
    high=100.0,
)


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
