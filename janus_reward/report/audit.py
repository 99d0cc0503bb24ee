"""What a report is about: a run, and what was decided and found about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.errors import InputError
from janus_reward.run import Run
from janus_reward.select.rows import Rows
from janus_reward.select.screens import first_of
from janus_reward.select.selection import Selection

PASSING = ("ok", "partial", "not_needed")
CUT_STEPS = ("score", "floor", "review", "review flag", "percentile", "kept", "same instruction", "quota", "target")
"""Steps of a selection that come after everything that no cut can change."""

LATER_STEPS = ("percentile", "same instruction", "quota", "target")
"""Steps that look at rows beside each other, or at the distribution: no cut alone tells what they do."""


@dataclass(frozen=True)
class Audit:
    """The inputs of a report.

    Args:
        run: of `score dataset`.
        selection: what a policy decided about it.
        dedup, contamination: folders of the other commands about this run.
        compare: an earlier run of the same rows.
        card: the JSON that `judge card -o` wrote.
    """

    run: Run
    selection: Selection | None = None
    dedup: Path | None = None
    contamination: Path | None = None
    compare: Run | None = None
    card: Path | None = None
    title: str = field(default="")

    @cached_property
    def rows(self) -> Rows:
        """The run's columns."""
        return Rows(self.run)

    @cached_property
    def decisions(self) -> tuple[list[str], list[str]]:
        """Decision and reason of every row; without a selection empty texts."""
        if self.selection is None:
            return [""] * len(self.rows), [""] * len(self.rows)
        table = self.selection.table()
        if table.num_rows != len(self.rows):
            raise InputError(f"{self.selection.path} is not a selection of {self.run.path}")
        return table["decision"].to_pylist(), table["reason"].to_pylist()

    @cached_property
    def eligible(self) -> NDArray[np.bool_]:
        """Rows that only a cut, a quota or a size decides about, (n,)."""
        if self.selection is None:
            outcomes, names = self.rows.words("outcome")
            good = [at for at, name in enumerate(names) if name in PASSING]
            return np.isin(outcomes, good) & (self.rows.words("error")[0] < 0)
        return np.array([reason.partition(":")[0] in CUT_STEPS for reason in self.decisions[1]], dtype=bool)

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The number by which the policy ranks, NaN where there is none, (n,); without a selection the total."""
        if self.selection is None:
            return self.rows.numbers("score")
        return np.asarray(self.selection.table()["value"].to_numpy(), dtype=np.float64)

    @cached_property
    def review_flagged(self) -> NDArray[np.bool_]:
        """Rows with a flag that sends them to people whatever their score, (n,)."""
        wanted = (self.policy.get("review") or {}).get("flags") or ()
        return np.asarray(first_of(self.rows.lists("flags"), wanted)[0] >= 0)

    @property
    def policy(self) -> dict[str, Any]:
        """What the policy says, complete with defaults; empty without a selection or one by a function."""
        return {} if self.selection is None else dict(self.selection.manifest["settings"]["policy"])

    @property
    def cut(self) -> float | None:
        """The cut of the selection's general rules."""
        cuts = self.selection.summary["cuts"] if self.selection is not None else []
        return float(cuts[-1]) if cuts and cuts[-1] is not None else None

    @property
    def name(self) -> str:
        """What the report is called."""
        return self.title or self.run.path.resolve().name
