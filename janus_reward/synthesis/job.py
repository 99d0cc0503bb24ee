"""One plan on its way: what was made so far, what was wrong with it, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from janus_reward.generation import Made
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.strategies.base import Executed, Strategy
from janus_reward.triple import Verdict

Step = Literal["propose", "generate"]

STAGES = ("planned", "proposed", "novel", "answered", "drawn", "checked", "kept")
"""How far a plan came: an instruction that can be used, one that repeats none, a code, a picture, the strategy's own
check, the judge."""


@dataclass(slots=True)
class Job:
    """A plan, and what became of it.

    Attributes:
        stage: the furthest of `STAGES` that any try reached.
        status: `open` until it is kept or dropped; `error` for a defect of ours.
        reason: of the last try, in one word or a few; `complaint`: what the model is told.
        said: last reply by step, and what was wrong with it.
        history: one entry for each thing that was wrong.
        keys: of the replies in the ledger.
    """

    plan: Plan
    strategy: Strategy
    instruction: str | None = None
    code: str | None = None
    stage: str = "planned"
    status: Literal["open", "kept", "dropped", "error"] = "open"
    reason: str = ""
    tries: int = 0
    said: dict[Step, tuple[str, str]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    executed: Executed | None = None
    verdict: Verdict | None = None
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.instruction, self.code = self.plan.instruction, self.plan.code
        if self.plan.instruction is not None:
            self.reach("novel")
        if self.plan.instruction is not None and self.plan.code is not None:
            self.reach("answered")

    def needs(self, step: Step) -> bool:
        """Whether this step's product is missing and a model is to make it now."""
        if self.status != "open":
            return False
        if step == "propose":
            return self.strategy.propose is not None and self.instruction is None
        return self.strategy.generate is not None and self.instruction is not None and self.code is None

    @property
    def whole(self) -> bool:
        """Whether there is a triple to run."""
        return self.status == "open" and self.instruction is not None and self.code is not None

    @property
    def maker(self) -> Step:
        """The step that is told of what is wrong with the whole."""
        return "generate" if self.strategy.generate is not None else "propose"

    def paid(self, made: Made) -> None:
        """Count a reply."""
        self.calls += 1
        self.tokens_in += made.tokens_in
        self.tokens_out += made.tokens_out
        self.seconds += made.seconds
        self.keys.append(made.key)

    def reach(self, stage: str) -> None:
        """Note that a try came this far."""
        if STAGES.index(stage) > STAGES.index(self.stage):
            self.stage = stage

    def fail(self, step: Step, reason: str, complaint: str, reply: str = "") -> None:
        """Note what is wrong; the step makes it anew in the next round, told of the complaint."""
        self.reason = reason
        self.history.append({"try": self.tries, "step": step, "reason": reason, "complaint": complaint})
        last = reply or self.said.get(step, ("", ""))[0]
        self.said[step] = (last, complaint)
        if step == "propose":
            self.instruction = self.plan.instruction
        self.code = self.plan.code

    def drop(self, reason: str | None = None) -> None:
        """Give it up, for the last reason or for this one."""
        self.status, self.reason = "dropped", reason or self.reason

    def keep(self) -> None:
        """It passed everything."""
        self.status, self.reason = "kept", "passes"
        self.reach("kept")
