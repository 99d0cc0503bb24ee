"""Which rows are decided, and why: every row is settled once, by the first thing that settles it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janus_reward.select.policy import Choice

Mask = NDArray[np.bool_]

CHOICES: tuple[Choice, ...] = ("keep", "drop", "review")
_OPEN = -1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel.

    Args:
        name: what was asked: the part of the reasons before the colon.
        drop, review, keep: rows that it settled so.
        left: rows that went on.
        reasons: rows by full reason.
    """

    name: str
    drop: int
    review: int
    keep: int
    left: int
    reasons: dict[str, int]


class Decisions:
    """The decisions over `count` rows; all are open at first."""

    def __init__(self, count: int) -> None:
        self._choice = np.full(count, _OPEN, dtype=np.int8)
        self._reason = np.full(count, -1, dtype=np.int32)
        self.reasons: list[str] = []
        self._places: dict[str, int] = {}
        self._asked: dict[str, None] = {}
        self.details: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._choice)

    @property
    def open(self) -> Mask:
        """Rows that nothing has settled yet, (n,)."""
        return np.asarray(self._choice == _OPEN)

    @property
    def choice(self) -> NDArray[np.int8]:
        """Places in `CHOICES`, (n,)."""
        return self._choice

    @property
    def reason(self) -> NDArray[np.int32]:
        """Places in `reasons`, (n,)."""
        return self._reason

    def kept(self) -> Mask:
        """Rows that are kept, (n,)."""
        return np.asarray(self._choice == CHOICES.index("keep"))

    def settle(self, choice: Choice, where: Mask, reason: str) -> None:
        """Settle the open rows among `where` (n,). A reason reads `step: what`."""
        chosen = where & self.open
        self._reason[chosen] = self._place(reason)
        self._choice[chosen] = CHOICES.index(choice)

    def settle_each(self, choice: Choice, codes: NDArray[np.int32], names: Sequence[str], step: str) -> None:
        """Settle open rows whose code (n,) is not negative, each with the name it stands for."""
        self._asked.setdefault(step)
        chosen = self.open & (codes >= 0)
        place = np.full(len(names), -1, dtype=np.int32)
        for code in np.unique(codes[chosen]).tolist():
            place[code] = self._place(f"{step}: {names[code]}")
        self._reason[chosen] = place[codes[chosen]]
        self._choice[chosen] = CHOICES.index(choice)

    def steps(self) -> list[Step]:
        """The funnel, in the order in which things were first asked, also of those that settled nothing."""
        left, found = len(self), []
        counts = self._counts()
        for name in self._asked:
            own = {reason: count for reason, count in counts.items() if reason.partition(":")[0] == name}
            totals = [sum(count[at] for count in own.values()) for at in range(len(CHOICES))]
            left -= sum(totals[1:])
            reasons = {reason: sum(count) for reason, count in own.items() if sum(count)}
            found.append(Step(name, totals[1], totals[2], totals[0], left, reasons))
        return found

    def _counts(self) -> dict[str, tuple[int, ...]]:
        settled = self._choice >= 0
        flat = self._reason[settled] * len(CHOICES) + self._choice[settled]
        table = np.bincount(flat, minlength=len(self.reasons) * len(CHOICES)).reshape(-1, len(CHOICES))
        return {reason: tuple(table[at].tolist()) for at, reason in enumerate(self.reasons)}

    def _place(self, reason: str) -> int:
        if reason not in self._places:
            self._places[reason] = len(self.reasons)
            self._asked.setdefault(reason.partition(":")[0])
            self.reasons.append(reason)
        return self._places[reason]
