"""Judges rows of a finished run again, from the evidence it holds: no rendering, no measuring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from janus_reward.judges.base import Judge
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.sample import Sample
from janus_reward.triple import Before, Evidence, Render, Still, Triple, Verdict
from janus_reward.verdict import verdict

_THERE = b"only its presence counts: the judge reads evidence"


@dataclass(frozen=True, slots=True)
class Scores:
    """What a judge says of one row: the total and the criteria, `None` where it gave a reason.

    Args:
        overall: the total; without one the mean of what was scored (rows without an instruction have no total).
    """

    total: float | None
    criteria: Mapping[str, float | None]

    @property
    def overall(self) -> float | None:
        """The total, or the mean of the scored criteria."""
        if self.total is not None:
            return self.total
        scored = [value for value in self.criteria.values() if value is not None]
        return sum(scored) / len(scored) if scored else None


class Rejudged:
    """The rows of a run with their evidence, to be judged by any evidence judge."""

    def __init__(self, run: Run, rubrics: RubricSet) -> None:
        names = ["id", "row", "instruction", "code", "language", "domain", "task", "outcome", "stills", "evidence"]
        self.rows: Mapping[str, Mapping[str, Any]] = {
            row["id"]: row for row in run.table([*names, "error"]).to_pylist() if row["error"] is None
        }
        self._rubrics = rubrics

    def scores(self, id_: str, judge: Judge) -> Scores:
        """The scores of one row."""
        found = self._verdict(self.rows[id_], judge)
        return Scores(found.score, {name: score.value for name, score in found.criteria.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def _verdict(self, row: Mapping[str, Any], judge: Judge) -> Verdict:
        triple = Triple(
            row=row["row"],
            id=row["id"],
            instruction=row["instruction"],
            code=row["code"],
            language=row["language"],
            domain=row["domain"],
            task=row["task"],
            before=Before(code="there") if row["task"] in ("edit", "repair") else None,
        )
        stills = tuple(Still(sha256, 1, 1) for sha256 in row["stills"])
        sample = Sample(
            triple,
            Render(row["outcome"], stills),
            stills=(_THERE,) * len(stills),
            references=(_THERE,) if row["task"] == "reproduce" else (),
        )
        evidence = Evidence(row["evidence"])
        rubric = self._rubrics.pick(triple.domain, triple.task, triple.language)
        return verdict(sample, evidence, rubric, judge.judge(sample, evidence, rubric), judge)
