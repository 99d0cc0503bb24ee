"""The yield of a synthesis: how far plans came, by strategy, why the others did not, and what a kept triple cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from janus_reward.run.schema import Row
from janus_reward.synthesis.job import STAGES


@dataclass(slots=True)
class Funnel:
    """One strategy.

    Attributes:
        reached: plans that came at least as far as each of `STAGES`.
        first_try: kept at the first try.
        reasons: of the dropped.
    """

    reached: Counter[str] = field(default_factory=Counter)
    first_try: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    generation_s: float = 0.0

    @property
    def planned(self) -> int:
        """All plans."""
        return self.reached["planned"]

    @property
    def kept(self) -> int:
        """Kept triples."""
        return self.reached["kept"]

    def add(self, row: Row) -> None:
        """Count a row of the table of jobs."""
        for stage in STAGES[: STAGES.index(row["stage"]) + 1]:
            self.reached[stage] += 1
        if row["status"] == "kept":
            self.first_try += row["tries"] == 1
        else:
            self.reasons[str(row["reason"]).partition(":")[0][:60]] += 1
        self.calls += row["calls"]
        self.tokens_in += row["tokens_in"]
        self.tokens_out += row["tokens_out"]
        self.generation_s += row["generation_s"]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with what one kept triple cost (`None` when nothing was kept)."""
        kept = self.kept
        tokens = self.tokens_in + self.tokens_out
        return {
            "reached": {stage: self.reached[stage] for stage in STAGES},
            "yield": kept / self.planned if self.planned else None,
            "kept_at_first_try": self.first_try,
            "reasons": dict(self.reasons.most_common()),
            "calls": self.calls,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "generation_s": round(self.generation_s, 3),
            "per_kept": {
                "calls": self.calls / kept,
                "tokens": tokens / kept,
                "generation_s": self.generation_s / kept,
            }
            if kept
            else None,
        }


def funnels(rows: Iterable[Row]) -> Mapping[str, Funnel]:
    """Count rows by strategy, and all of them under `all`."""
    found: dict[str, Funnel] = defaultdict(Funnel)
    total = Funnel()
    for row in rows:
        found[row["strategy"]].add(row)
        total.add(row)
    return {**found, "all": total}
