"""A plotting area as a drawing shows it: from ticks, labels and boxes of marks to limits, values and chart types."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from janus_reward.render.svg_geometry import Box, Point, rounded, union

MAX_MARKS, MAX_SERIES, MAX_VALUES, MAX_POINTS = 300, 50, 50, 64
_PLAIN_NUMBER = re.compile(r"[$€£¥]?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)\s*([kKMBG%°]?)")
_POWER = re.compile(r"\$?\\math\w+\{(?:([-+]?\d+(?:\.\d+)?)\s*\\times\s*)?10\^\{([-+]?\d{1,3})\}\}\$?")
_FACTORS = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "%": 1.0, "°": 1.0, "": 1.0}
_TYPES = {"bar": "bar", "line": "line", "point": "scatter", "area": "area", "arc": "pie", "image": "heatmap"}


@dataclass(slots=True)
class Mark:
    """One drawn mark: `kind` as in the facts, box in canvas units, for lines the vertices too."""

    kind: str
    box: Box
    color: str | None
    points: Sequence[Point] = ()


@dataclass(slots=True)
class Tick:
    """One labelled tick: where it is along its axis in canvas units, and its words."""

    at: float
    label: str


@dataclass(slots=True)
class PlotArea:
    """What was read of one plotting area; `fact` puts it under the names of `docs/render-facts.md`."""

    box: Box | None = None
    title: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, list[Tick]] = field(default_factory=lambda: {"x": [], "y": []})
    marks: list[Mark] = field(default_factory=list)
    legend: list[tuple[str, str | None]] = field(default_factory=list)
    legend_box: Box | None = None
    projection: str = "rectilinear"

    def fact(self) -> dict[str, Any]:
        """The plotting area as a fact."""
        box = self.box or union(mark.box for mark in self.marks)
        scales = {axis: read_scale(ticks) for axis, ticks in self.ticks.items()}
        counts = Counter(mark.kind for mark in self.marks)
        fact: dict[str, Any] = {
            "title": self.title,
            "x_label": self.labels.get("x", ""),
            "y_label": self.labels.get("y", ""),
            "legend": [words for words, _ in self.legend][:MAX_SERIES],
            "legend_colors": [shade for _, shade in self.legend][:MAX_SERIES],
            "projection": self.projection,
            "marks": dict(sorted(counts.items())),
            "mark_boxes": mark_boxes(self.marks),
            "series": series_facts(self.marks, scales),
        }
        if self.legend_box:
            fact["legend_box"] = rounded(self.legend_box)
        return fact | _frame(box, scales)

    def chart_types(self) -> list[str]:
        """What was drawn, by kind of mark; nothing for the empty area."""
        kinds = Counter(mark.kind for mark in self.marks)
        found = [_TYPES[kind] for kind, _ in kinds.most_common() if kind in _TYPES]
        return [name for name in found if name != "line" or "bar" not in found] if self.projection != "3d" else ["3d"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How positions become values: `linear`, `log` or `category`; `value(at) = slope * at + offset`, then 10 to it."""

    name: str
    slope: float = 0.0
    offset: float = 0.0

    def value(self, at: float) -> float | None:
        """The value at a canvas coordinate, to six digits; `None` on a scale without numbers."""
        if self.name == "category":
            return None
        plain = self.slope * at + self.offset
        if self.name == "log":
            plain = 10.0**plain if abs(plain) < 300 else math.inf
        return float(f"{plain:.6g}") if math.isfinite(plain) else None


def number_of(label: str) -> float | None:
    """The number that a tick label shows; `None` for words."""
    text = label.strip().replace("−", "-").replace("–", "-").replace("\\mathdefault{-", "\\mathdefault{-")
    if match := _POWER.fullmatch(text):
        return float(match.group(1) or 1) * 10.0 ** int(match.group(2))
    match = _PLAIN_NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    return float(match.group(1)) * _FACTORS[match.group(2)] if match else None


def read_scale(ticks: Sequence[Tick]) -> Scale | None:
    """The scale that explains the numbers on the ticks; `category` for words, `None` without ticks.

    Args:
        ticks: of one axis, in any order.
    """
    if not ticks:
        return None
    read = [(tick.at, value) for tick in ticks[:200] if (value := number_of(tick.label)) is not None]
    if len(read) < 2 or len(read) < 0.8 * len(ticks):
        return Scale("category")
    if line := _fit(read):
        return Scale("linear", *line)
    if all(value > 0 for _, value in read) and (line := _fit([(at, math.log10(value)) for at, value in read])):
        return Scale("log", *line)
    return Scale("category")


def _fit(read: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The line through the outermost ticks, if no tick lies more than a hundredth of its rise beside it."""
    (at0, low), (at1, high) = min(read), max(read)
    if at1 - at0 < 1e-6 or not all(map(math.isfinite, (low, high))):
        return None
    slope = (high - low) / (at1 - at0)
    offset = low - slope * at0
    worst = max(abs(value - slope * at - offset) for at, value in read)
    return (slope, offset) if worst <= 0.012 * abs(high - low) and high != low else None


def _frame(box: Box | None, scales: Mapping[str, Scale | None]) -> dict[str, Any]:
    if box is None:
        return {}
    found: dict[str, Any] = {"box": rounded(box)}
    for axis, ends in (("x", (box[0], box[2])), ("y", (box[3], box[1]))):
        scale = scales.get(axis)
        found[f"{axis}_scale"] = scale.name if scale else None
        limits = [scale.value(at) for at in ends] if scale else [None]
        if None not in limits:
            found[f"{axis}_limits"] = limits
    return {name: value for name, value in found.items() if value is not None}


def mark_boxes(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The first marks with box and colour; lines with at most 64 of their vertices, evenly picked."""
    found = []
    for mark in marks[:MAX_MARKS]:
        fact: dict[str, Any] = {"kind": mark.kind, "box": rounded(mark.box)}
        if mark.color:
            fact["color"] = mark.color
        if mark.points:
            step = max(1, math.ceil(len(mark.points) / MAX_POINTS))
            fact["points"] = [[round(x, 2), round(y, 2)] for x, y in mark.points[::step]]
        found.append(fact)
    return found


def upright(boxes: Sequence[Box]) -> bool:
    """Whether bars stand: they share a lower or an upper edge and a width, or more of that than lying bars would."""
    if len(boxes) == 1:
        return boxes[0][3] - boxes[0][1] >= boxes[0][2] - boxes[0][0]
    x0, y0, x1, y1 = ([box[edge] for box in boxes] for edge in range(4))
    standing = _spread([b - a for a, b in zip(x0, x1, strict=True)]) + min(_spread(y0), _spread(y1))
    lying = _spread([b - a for a, b in zip(y0, y1, strict=True)]) + min(_spread(x0), _spread(x1))
    return standing <= lying


def _spread(values: Sequence[float]) -> float:
    return max(values) - min(values)


def series_facts(marks: Sequence[Mark], scales: Mapping[str, Scale | None]) -> list[dict[str, Any]]:
    """The data that marks show: bars and points by colour, each line and area by itself, the slices of a pie."""
    groups: dict[tuple[Any, ...], list[Mark]] = {}
    for number, mark in enumerate(marks[:20_000]):
        own = number if mark.kind in ("line", "area") else None
        groups.setdefault((mark.kind, None if mark.kind == "arc" else mark.color, own), []).append(mark)
    bars = [mark.box for mark in marks if mark.kind == "bar"][:2_000]
    stands = upright(bars) if bars else True
    found = []
    for (kind, shade, _), members in list(groups.items())[:MAX_SERIES]:
        if kind in ("bar", "line", "point", "area", "arc"):
            found.append(_series(kind, shade, members, scales, stands))
    return found


def _series(
    kind: str, shade: str | None, members: Sequence[Mark], scales: Mapping[str, Scale | None], stands: bool
) -> dict[str, Any]:
    fact: dict[str, Any] = {"kind": kind}
    if shade:
        fact["color"] = shade
    if kind == "bar":
        fact["orientation"] = "vertical" if stands else "horizontal"
        return fact | numbers_fact("y" if stands else "x", _heights(members, scales, stands), len(members))
    if kind in ("line", "point"):
        points = [point for mark in members for point in (mark.points or [_centre(mark.box)])]
        fact |= numbers_fact("x", _along([x for x, _ in points], scales.get("x")), len(points))
        return fact | numbers_fact("y", _along([y for _, y in points], scales.get("y")), len(points))
    return fact | {"n": len(members)}


def _centre(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _along(places: Iterable[float], scale: Scale | None) -> list[float]:
    values = [scale.value(at) for at in places] if scale else []
    return [] if None in values else [value for value in values if value is not None]


def _heights(members: Sequence[Mark], scales: Mapping[str, Scale | None], stands: bool) -> list[float]:
    """Lengths of bars in units of the axis; empty where the axis is not linear."""
    scale = scales.get("y" if stands else "x")
    if scale is None or scale.name != "linear":
        return []
    low, high = (1, 3) if stands else (0, 2)
    lengths = [abs((mark.box[high] - mark.box[low]) * scale.slope) for mark in members]
    return [float(f"{value:.5g}") for value in lengths]


def numbers_fact(name: str, values: Sequence[float], count: int) -> dict[str, Any]:
    """`n`, and for one direction (`x` or `y`) the first values, the range and a digest of all of them.

    Args:
        name: the direction.
        values: finite numbers, one for each mark or vertex; empty where they are not known.
        count: how many there are.
    """
    if not values:
        return {"n": count}
    digest = hashlib.sha256(" ".join(f"{value:.6g}" for value in values).encode()).hexdigest()[:16]
    return {
        "n": count,
        name: list(values[:MAX_VALUES]),
        f"{name}_range": [min(values), max(values)],
        f"{name}_digest": digest,
    }
