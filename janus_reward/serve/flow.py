"""The way of a triple through the service: the gate, the workers that render and measure, the judge."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Mapping, Sequence
from typing import Any

from janus_reward.render.base import RenderSettings
from janus_reward.serve.answers import difference, lost_answer
from janus_reward.serve.failures import Absent, Ending, Lost
from janus_reward.serve.gate import Gate
from janus_reward.serve.metrics import Metrics
from janus_reward.serve.pairs import PairWork
from janus_reward.serve.pool import Pool
from janus_reward.serve.settings import ServeSettings
from janus_reward.serve.tasks import Failed, IndexWork, JudgeWork, StageWork
from janus_reward.stages import Finished, MeasureStageConfig, RenderStageConfig, ScoreStageConfig
from janus_reward.tracing import Span, outgoing, span

_JUDGE_SLOTS = 1024
_INDEX_SLOTS = 1


class Flow:
    """All workers of a service, started together.

    Args:
        settings: of the service.
        metrics: told about every triple.
    """

    def __init__(self, settings: ServeSettings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics
        self.store = settings.state / "renders"
        self.gate = Gate(settings.queue + settings.workers)
        ledger = settings.ledger or settings.state
        work = JudgeWork(settings.judge, settings.rubrics, ledger, settings.budget)
        self._judge = Pool(work, 1, slots=_JUDGE_SLOTS, single=False)
        self._pairs: Pool | None = None
        if settings.compare is not None:
            pairs = PairWork(settings.compare, settings.rubrics, ledger, settings.budget)
            self._pairs = Pool(pairs, 1, slots=_JUDGE_SLOTS, single=False)
        self._index = Pool(IndexWork(settings.index), 1, slots=_INDEX_SLOTS) if settings.index else None
        self.stages: Pool | None = None
        self.about: dict[str, Any] = {}
        self.done = 0

    @property
    def waits(self) -> bool:
        """Whether the judge has a worker of its own."""
        return bool(self.about.get("waits"))

    @property
    def ready(self) -> bool:
        """Whether a triple that comes now will be scored."""
        pools = [self.stages, *([self._judge] if self.waits else []), *(p for p in (self._index, self._pairs) if p)]
        return all(pool is not None and pool.ready and pool.failure is None for pool in pools)

    @property
    def pools(self) -> dict[str, Pool]:
        """The pools that serve, by name."""
        known = {"stage": self.stages, "judge": self._judge if self.waits else None, "index": self._index}
        known["pairs"] = self._pairs
        return {name: pool for name, pool in known.items() if pool is not None}

    async def start(self) -> None:
        """Start everything; returns when the first triple can be taken.

        Raises:
            JanusError: the judge, the sandbox or the index cannot be used.
        """
        self._settings.state.mkdir(parents=True, exist_ok=True)
        self._judge.start()
        for pool in (self._index, self._pairs):
            if pool is not None:
                pool.start()
        self.about = await self._judge.known()
        self.stages = Pool(StageWork(self._stage()), self._settings.workers, recycle=self._settings.recycle)
        self.stages.start()
        if not self.waits:
            await self._judge.close()
        await self.stages.known()
        for pool in (self._index, self._pairs):
            if pool is not None:
                await pool.known()

    def hand_back(self) -> None:
        """Give back everything that is not answered."""
        for pool in self.pools.values():
            pool.hand_back()

    async def close(self) -> None:
        """End every worker."""
        await asyncio.gather(self._judge.close(), *(pool.close() for pool in self.pools.values()))

    async def score(
        self, records: Sequence[Mapping[str, Any]], include: Sequence[str], deadline: float
    ) -> list[dict[str, Any]]:
        """A verdict for each record, in order.

        Raises:
            Busy, Late, Ending: as they say; nothing of the request is answered then.
        """
        with self.gate.hold(len(records)):
            return list(await _together(self._scored(record, include, deadline) for record in records))

    async def compare(
        self, a: Mapping[str, Any], b: Mapping[str, Any], include: Sequence[str], margin: float, deadline: float
    ) -> dict[str, Any]:
        """Two records by their totals and, where a model compares, by what it says in both orders.

        Raises:
            Busy, Late, Ending: as they say.
        """
        with self.gate.hold(2):
            works = [self._scored(record, include, deadline) for record in (a, b)]
            *verdicts, pairwise = await _together([*works, self._pairwise(a, b, deadline)])
        return difference(verdicts[0], verdicts[1], margin, pairwise)

    async def render(self, record: Mapping[str, Any], pictures: bool, deadline: float) -> dict[str, Any]:
        """What comes of a record's code. Raises Busy, Late, Ending."""
        include = ("pictures",) if pictures else ()
        with self.gate.hold(1):
            try:
                return _good(await self._through(self.stages, ("render", record, include), deadline))
            except Lost:
                lost = {"outcome": "failed", "message": "drawing ended its worker process each time it was tried"}
                return {**lost, "language": None, "renderer": None, "stills": [], "facts": {}, "seconds": 0.0}

    async def dedup(self, records: Sequence[Mapping[str, Any]], add: bool, deadline: float) -> dict[str, Any]:
        """Which records the index has already. Raises Absent without an index, and Busy, Late, Ending."""
        if self._index is None:
            raise Absent("this service has no index", hint="Start it with --index DIR.")
        with self.gate.hold(len(records)):
            try:
                return _good(await self._through(self._index, (list(records), add), deadline))
            except Lost as error:
                raise Ending("the index's worker died on this request", hint="See the service's log.") from error

    async def _scored(self, record: Mapping[str, Any], include: Sequence[str], deadline: float) -> dict[str, Any]:
        start = time.monotonic()
        with span("triple") as ours:
            try:
                brief = self._brief(record)
                found = await self._through(self.stages, ("score", record, include), deadline, brief=brief)
                if isinstance(found, Finished):
                    found = await self._through(self._judge, (found, include, outgoing()), deadline)
                verdict = _good(found)
            except Lost:
                verdict = lost_answer(str(record.get("id") or ""), self.about)
            _tell(ours, verdict)
        self.gate.passed()
        self.done += 1
        self._metrics.scored(verdict, time.monotonic() - start)
        return verdict

    async def _pairwise(self, a: Mapping[str, Any], b: Mapping[str, Any], deadline: float) -> dict[str, Any] | None:
        if self._pairs is None:
            return None
        try:
            works = (self._through(self.stages, ("measure", record, ()), deadline) for record in (a, b))
            measured = [found if isinstance(found, Finished) else _good(found) for found in await _together(works)]
            return _good(await self._through(self._pairs, (*measured, outgoing()), deadline))
        except Lost as error:
            raise Ending("a worker died on this request", hint="See the service's log.") from error

    def _brief(self, record: Mapping[str, Any]) -> bool:
        """Whether nothing of a record has to be drawn."""
        return bool(record.get("render")) and not record.get("before") and self._settings.render != "always"

    async def _through(self, pool: Pool | None, message: Any, deadline: float, *, brief: bool = False) -> Any:
        if pool is None:
            raise Ending("the service is not up yet", hint="Ask /readyz.", retry_after_s=2)
        return pickle.loads(await pool.submit(pickle.dumps(message), deadline, brief=brief))

    def _stage(self) -> ScoreStageConfig | MeasureStageConfig:
        settings = self._settings
        rendering = RenderStageConfig(self.store, None, RenderSettings(seed=settings.seed), settings.render)
        if self.waits:
            return MeasureStageConfig(rendering)
        return ScoreStageConfig(rendering, settings.judge, settings.rubrics)


def _good(found: Any) -> dict[str, Any]:
    """The answer, or Ending when our own machinery stopped."""
    if isinstance(found, Failed):
        raise Ending(found.error.message, hint=found.error.hint, retry_after_s=5)
    answer: dict[str, Any] = found
    return answer


def _tell(ours: Span, verdict: Mapping[str, Any]) -> None:
    """What came of a triple, and where its time went; the rest of the span it waited."""
    seconds = {f"{stage}_s": value for stage, value in verdict["seconds"].items()}
    ours.tell(**{name: verdict[name] for name in ("outcome", "reason", "score", "tokens_in", "tokens_out")}, **seconds)


async def _together(works: Any) -> Sequence[Any]:
    """All results in order; the first failure ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
