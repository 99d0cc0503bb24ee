"""The stage of a synthesis: candidates rendered and measured, each with the triple it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from janus_reward.errors import JanusError
from janus_reward.evidence import measure
from janus_reward.sample import Sample
from janus_reward.stages import RenderStage, RenderStageConfig, internal
from janus_reward.synthesis.strategies.base import Executed
from janus_reward.triple import Evidence, Render, Triple


@dataclass(frozen=True, slots=True)
class Candidate:
    """A triple to run, and the one beside it."""

    triple: Triple
    companion: Triple | None = None


@dataclass(frozen=True, slots=True)
class ExecutionStageConfig:
    """How to make the stage inside a worker."""

    render: RenderStageConfig

    def __call__(self) -> ExecutionStage:
        """The stage itself."""
        return ExecutionStage(self)


class ExecutionStage:
    """Candidates to measured samples; a defect of ours becomes an error text in its place."""

    def __init__(self, config: ExecutionStageConfig) -> None:
        self._renders = RenderStage(config.render)

    def __call__(self, batch: list[Candidate]) -> list[Executed | str]:
        """Run each candidate."""
        return [self._one(candidate) for candidate in batch]

    def close(self) -> None:
        """End the renderers."""
        self._renders.close()

    def _one(self, candidate: Candidate) -> Executed | str:
        try:
            sample = self._renders.sample(candidate.triple)
            beside = candidate.companion
            return Executed(sample, measure(sample), None if beside is None else self._renders.sample(beside))
        except JanusError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a defect of ours becomes a candidate's error
            return internal(error)


def dead(candidate: Candidate) -> Executed | str:
    """What a candidate that kills its worker each time comes to."""
    message = "the worker process died on this code each time it was tried"
    return Executed(Sample(candidate.triple, Render("failed", message=message)), Evidence({}))
