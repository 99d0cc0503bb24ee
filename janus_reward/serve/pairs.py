"""The worker that asks a model which of two works is better, in both orders, for `/v1/compare`."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from janus_reward.errors import EngineError, InputError, JanusError
from janus_reward.judges.cost import Budget, Meter
from janus_reward.judges.file import read_judge_file
from janus_reward.judges.loop import submit
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.pairwise import Entrant, PairJudge, Preference
from janus_reward.ledger import FILE, Ledger
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.serve.child import Reply
from janus_reward.serve.tasks import Failed
from janus_reward.stages import Finished, internal
from janus_reward.tracing import continued
from janus_reward.triple import Evidence


@dataclass(frozen=True, slots=True)
class PairWork:
    """How to make the worker that compares: a judge file, rubrics, the ledger's folder, what it may cost."""

    judge: Path
    rubrics: Path | None
    ledger: Path
    budget: str | None

    def __call__(self) -> PairServing:
        """The serving itself."""
        return PairServing(self)


class PairServing:
    """`(measured a, measured b, trace)` to a `Pairwise` answer, many at once.

    Raises:
        InputError: the file is not about a single model; or as its engine says.
    """

    def __init__(self, work: PairWork) -> None:
        file = read_judge_file(work.judge)
        if file.judge != "model":
            raise InputError(
                f"{work.judge}: a {file.judge} judge compares no pairs",
                hint="Give --compare a judge file with `judge: model`.",
            )
        self._name = file.called
        self._rubrics = RubricSet.load(work.rubrics)
        self._ledger = Ledger(work.ledger / FILE)
        meter = Meter(Budget.parse(work.budget) if work.budget else None, uuid.uuid4().hex)
        self._judge = PairJudge(cast(ModelFile, file), self._ledger, meter)

    def about(self) -> Mapping[str, Any]:
        """Who compares."""
        return {"compares": self._name}

    def take(self, message: bytes, reply: Reply) -> None:
        """Begin to compare; the reply follows when both orders are answered."""
        a, b, trace = pickle.loads(message)
        rubric = self._shared(a, b)
        if isinstance(rubric, str):
            reply(pickle.dumps(self._told(None, rubric)))
            return
        with continued(trace):
            comparing = submit(self._judge.acompare(_entrant(a), _entrant(b), rubric))
        comparing.add_done_callback(lambda done: reply(pickle.dumps(self._answer(done))))

    def close(self) -> None:
        """Close engine and ledger."""
        submit(self._judge.aclose()).result()
        self._ledger.close()

    def _shared(self, a: Finished, b: Finished) -> Rubric | str:
        """The rubric of both, or why there is none."""
        if a.sample is None or b.sample is None:
            return "engine_error"
        rubrics = [self._rubrics.pick(one.triple.domain, one.triple.task, one.triple.language) for one in (a, b)]
        if rubrics[0].sha256 != rubrics[1].sha256:
            return f"different rubrics: {rubrics[0].name}, {rubrics[1].name}"
        return rubrics[0]

    def _answer(self, comparing: Future[Preference]) -> Any:
        try:
            found = comparing.result()
        except JanusError as error:
            return Failed(error)
        except Exception as error:  # noqa: BLE001 - a defect of ours is answered too, as in the stages
            return Failed(EngineError(internal(error)))
        undecided = next((choice.reason for choice in found.choices.values() if choice.reason), "not_applicable")
        return self._told(found, None if found.better else undecided)

    def _told(self, found: Preference | None, reason: str | None) -> dict[str, Any]:
        choices = {} if found is None else {name: asdict(choice) for name, choice in found.choices.items()}
        tokens = (0, 0) if found is None else (found.tokens_in, found.tokens_out)
        return {
            "judge": self._name,
            "better": found.better if found else None,
            "reason": reason,
            "criteria": choices,
            "tokens_in": tokens[0],
            "tokens_out": tokens[1],
        }


def _entrant(measured: Finished) -> Entrant:
    assert measured.sample is not None
    return Entrant(measured.sample, measured.evidence or Evidence({}))
