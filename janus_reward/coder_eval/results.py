"""What an evaluation found: means with intervals, pass@k, cost an item; and two coders compared item by item."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.agreement.statistics import Estimate, bootstrapped
from janus_reward.coder_eval.measures import MEASURES
from janus_reward.coder_eval.metrics.pass_at_k import pass_at_k
from janus_reward.errors import InputError
from janus_reward.run.manifest import read_manifest
from janus_reward.run.shards import parts


@dataclass(frozen=True, slots=True)
class MetricResult:
    """One line of the table.

    Args:
        estimate: mean over items (each the mean of its samples) with its 95 % bootstrap interval over items.
        scored, answers: answers with a value, of how many.
        of_drawn: the mean over the answers that were drawn; `None` where that makes no difference.
        seconds: median wall seconds that the metric itself took for an answer.
    """

    name: str
    estimate: Estimate
    scored: int
    answers: int
    of_drawn: float | None
    seconds: float | None
    doc: str


@dataclass(frozen=True, slots=True)
class Paired:
    """One metric of two coders on the items that both answered.

    Args:
        difference: second minus first, mean over items, with its 95 % bootstrap interval.
        better, worse, same: items on which the second coder is higher, lower, equal.
    """

    name: str
    first: float
    second: float
    difference: Estimate
    better: int
    worse: int
    same: int


class EvalRun:
    """The folder of an evaluation, opened for reading.

    Raises:
        InputError: the folder holds none.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        manifest = read_manifest(self.path)
        if manifest is None or manifest["settings"].get("command") != "eval coder":
            raise InputError(f"{path} is no evaluation of a coder", hint="Give the folder that -o named.")
        self.manifest: dict[str, Any] = manifest

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, in the order of the suite."""
        return list(self.manifest["settings"]["metrics"])

    @property
    def coder(self) -> str:
        """The coder's name."""
        return str(self.manifest["settings"]["coder"]["name"])

    @cached_property
    def table(self) -> pa.Table:
        """One row an answer."""
        return pa.concat_tables(pq.read_table(part) for part in parts(self.path / "answers"))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of `table` as mappings."""
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found

    def results(self) -> list[MetricResult]:
        """The table of all metrics; `passed` gives a line for each k."""
        found: list[MetricResult] = []
        for name in self.metrics:
            found += self._passes() if name == "passed" else [self._result(name)]
        return found

    def values(self, name: str) -> dict[str, float]:
        """Mean of each item's samples, by item; items without a value are left out."""
        of: dict[str, list[float]] = defaultdict(list)
        for row in self.rows:
            if row[name] is not None:
                of[row["id"]].append(row[name])
        return {item: float(np.mean(values)) for item, values in of.items()}

    def summary(self) -> dict[str, Any]:
        """The run as plain values; what `--json` prints."""
        results = [asdict(result) for result in self.results()]
        return {
            "path": str(self.path),
            "status": self.manifest.get("status"),
            "coder": self.coder,
            "suite": self.manifest["settings"]["suite"]["title"],
            "note": self.manifest["settings"]["suite"].get("note"),
            "items": len({row["id"] for row in self.rows}),
            "answers": len(self.rows),
            "errors": sum(row["error"] is not None for row in self.rows),
            "metrics": results,
            "cost": self.manifest.get("cost") or {},
            "seconds": self.seconds(),
            "wall_s": round(float(self.manifest.get("wall_s", 0.0)), 3),
        }

    def seconds(self) -> dict[str, float]:
        """Median wall seconds of one answer by step."""
        steps: dict[str, list[float]] = defaultdict(list)
        for row in self.rows:
            for name, value in json.loads(row["seconds"]).items():
                steps[name].append(value)
        return {name: round(float(np.median(values)), 6) for name, values in steps.items()}

    def _result(self, name: str) -> MetricResult:
        values = self.values(name)
        drawn = [row[name] for row in self.rows if row[name] is not None and row["outcome"] in ("ok", "partial")]
        scored = sum(row[name] is not None for row in self.rows)
        of_drawn = float(np.mean(drawn)) if drawn and len(drawn) < scored else None
        estimate = _mean(list(values.values()), list(values))
        seconds = self.seconds().get(name)
        return MetricResult(name, estimate, scored, len(self.rows), of_drawn, seconds, MEASURES[name].doc)

    def _passes(self) -> list[MetricResult]:
        """pass@k for each k of the suite that the samples allow."""
        of: dict[str, list[float]] = defaultdict(list)
        for row in self.rows:
            if row["passed"] is not None:
                of[row["id"]].append(row["passed"])
        found = []
        for k in self.manifest["settings"]["suite"]["k"]:
            told = {item: pass_at_k(len(values), round(sum(values)), k) for item, values in of.items()}
            known = {item: value for item, value in told.items() if value is not None}
            if of and not known:
                continue
            estimate = _mean(list(known.values()), list(known))
            scored = sum(map(len, of.values()))
            doc = f"pass@{k}: {MEASURES['passed'].doc}"
            seconds = self.seconds().get("tests")
            found.append(MetricResult(f"pass@{k}", estimate, scored, len(self.rows), None, seconds, doc))
        return found


def compare(first: EvalRun, second: EvalRun) -> list[Paired]:
    """Two coders on the same suite, paired by item.

    Raises:
        InputError: the runs are of different suites, or have no item in common.
    """
    suites = [run.manifest["settings"]["items_sha256"] for run in (first, second)]
    if suites[0] != suites[1]:
        raise InputError(f"{first.path} and {second.path} are of different items", hint="Compare runs of one suite.")
    found = []
    for name in first.metrics:
        if name in second.metrics and (paired := _paired(name, first.values(name), second.values(name))):
            found.append(paired)
    if not found:
        raise InputError(f"{first.path} and {second.path} have no scored item in common")
    return found


def _paired(name: str, first: Mapping[str, float], second: Mapping[str, float]) -> Paired | None:
    both = sorted(first.keys() & second.keys())
    if not both:
        return None
    one, other = (np.array([side[item] for item in both]) for side in (first, second))
    gain = other - one
    return Paired(
        name,
        float(one.mean()),
        float(other.mean()),
        _mean(list(gain), both),
        int((gain > 1e-12).sum()),
        int((gain < -1e-12).sum()),
        int((np.abs(gain) <= 1e-12).sum()),
    )


def _mean(values: Sequence[float], groups: Sequence[str]) -> Estimate:
    told = np.array(values, dtype=np.float64)
    return bootstrapped(lambda rows: float(told[rows].mean()) if len(rows) else None, groups)
