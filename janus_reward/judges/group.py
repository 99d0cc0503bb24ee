"""Panels and cascades: several judges behind the one interface."""

from __future__ import annotations

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import cast

from janus_reward.judges.base import Judge, Judgement, waits
from janus_reward.judges.cost import Meter
from janus_reward.judges.file import JudgeFile
from janus_reward.judges.group_file import CascadeFile, PanelFile
from janus_reward.judges.loop import submit
from janus_reward.ledger import Ledger
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Score


def group_of(file: JudgeFile, named: Callable[[str], Judge]) -> Judge:
    """The panel or cascade of a file; `named` makes a member."""
    if isinstance(file, PanelFile):
        return PanelJudge(file, [named(name) for name in file.members])
    cascade = cast(CascadeFile, file)
    return CascadeJudge(cascade, [named(name) for name in cascade.stages])


class _Group:
    """What panels and cascades share: members that may wait, one ledger, one meter."""

    def __init__(self, file: JudgeFile, members: Sequence[Judge], rules: str) -> None:
        self._members = list(members)
        self.name = file.called
        parts = [rules, *(f"{member.name}@{member.revision}" for member in members)]
        self.revision = f"{file.judge}.{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"

    @property
    def in_flight(self) -> int:
        """The most calls that any member can have under way."""
        return max([member.in_flight for member in self._members if waits(member)], default=1)

    def attach(self, ledger: Ledger | None, meter: Meter) -> None:
        """Hand ledger and meter on."""
        for member in self._members:
            if waits(member):
                member.attach(ledger, meter)

    def judge(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> Judgement:
        """`ajudge` for callers without an event loop."""
        return submit(self.ajudge(sample, evidence, rubric)).result()

    @abstractmethod
    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """The group's judgement."""

    def expected(self, sample: Sample, evidence: Evidence, rubric: Rubric) -> tuple[int, int, int]:
        """When every member is asked everything: the most that it can cost."""
        costs = [member.expected(sample, evidence, rubric) for member in self._members if waits(member)]
        calls, tokens_in, tokens_out = (sum(column) for column in zip(*costs, strict=True)) if costs else (0, 0, 0)
        return calls, tokens_in, tokens_out

    def priced(self, tokens_in: int, tokens_out: int) -> tuple[float | None, str | None]:
        """No single price: the members' may differ."""
        return None, None

    async def prepare(self) -> float:
        """Try every member; gives the slowest one's latency."""
        return max([await member.prepare() for member in self._members if waits(member)], default=0.0)

    async def aclose(self) -> None:
        """Close every member."""
        for member in self._members:
            if waits(member):
                await member.aclose()


class PanelJudge(_Group):
    """The mean of several calibrated judges, with their disagreement as interval.

    A member without a score for a criterion is left out; with fewer than `least` left there is none. Small panels of
    different families follow people better than one large judge (Verga et al., 2024).
    """

    def __init__(self, file: PanelFile, members: Sequence[Judge]) -> None:
        super().__init__(file, members, f"{file.widest_spread} {file.least}")
        self._file = file

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """Ask every member, then combine criterion by criterion."""
        found = await _together(self._members, sample, evidence, rubric, only)
        names = [member.name for member in self._members]
        scores = {
            criterion.name: self._combined([judgement.scores.get(criterion.name) for judgement in found], names)
            for criterion in rubric.criteria
        }
        split = {"judge_disagreement"} if any(score.reason == "disagreement" for score in scores.values()) else set()
        return _merged(found, scores, _majority([judgement.checks for judgement in found]), split)

    def _combined(self, scores: Sequence[Score | None], names: Sequence[str]) -> Score:
        given = [(name, score) for name, score in zip(names, scores, strict=True) if score and score.value is not None]
        if len(given) < self._file.least:
            failed = next((score for score in scores if score is not None and score.value is None), None)
            return failed or Score.unscored("engine_error", "too few members gave a score")
        values = [cast(float, score.value) for _, score in given]
        told = ", ".join(f"{name} {score.value:.2f}" for name, score in given)
        if max(values) - min(values) > self._file.widest_spread:
            return Score.unscored("disagreement", told)
        spread = max(values) - min(values)
        interval = (round(min(values), 4), round(max(values), 4))
        confidence = round(1 - spread / 4, 4)
        return Score(round(fmean(values), 4), confidence=confidence, interval=interval, rationale=told)


class CascadeJudge(_Group):
    """Asks a stronger judge only where the ones before it were not sure.

    A stage is sure of a criterion when its interval is narrow, or lies on one side of the filter's threshold. A stage
    without an interval is sure only when it is the last. What a weaker stage was sure of is not asked again.
    """

    def __init__(self, file: CascadeFile, members: Sequence[Judge]) -> None:
        super().__init__(file, members, f"{file.sure_width} {file.threshold}")
        self._file = file

    async def ajudge(
        self, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
    ) -> Judgement:
        """Stage by stage, until nothing is left open."""
        settled: dict[str, Score] = {}
        found: list[Judgement] = []
        wanted = [c.name for c in rubric.criteria if not c.blocked(sample) and (only is None or c.name in only)]
        for number, member in enumerate(self._members):
            judgement = await asked(member, sample, evidence, rubric, wanted)
            found.append(judgement)
            last = number == len(self._members) - 1
            for name, score in judgement.scores.items():
                if name in wanted and (last or self._sure(score)):
                    settled[name] = _signed(score, member.name)
            wanted = [c.name for c in rubric.criteria if c.name in wanted and c.name not in settled]
            if not wanted:
                break
        checks = {id_: answer for judgement in found for id_, answer in judgement.checks.items() if answer is not None}
        return _merged(found, settled, checks, {f"judge_stage_{len(found)}"})

    def _sure(self, score: Score) -> bool:
        if score.value is None or score.interval is None:
            return False
        low, high = score.interval
        threshold = self._file.threshold
        one_side = threshold is not None and (low >= threshold or high < threshold)
        return high - low <= self._file.sure_width or one_side


async def asked(
    judge: Judge, sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None = None
) -> Judgement:
    """Any judge's judgement, awaited where it waits."""
    if waits(judge):
        return await judge.ajudge(sample, evidence, rubric, only)
    return judge.judge(sample, evidence, rubric)


async def _together(
    judges: Sequence[Judge], sample: Sample, evidence: Evidence, rubric: Rubric, only: Collection[str] | None
) -> list[Judgement]:
    """All at once; an error that ends the run is raised after every one has ended."""
    waiting = [asked(judge, sample, evidence, rubric, only) for judge in judges]
    found = await asyncio.gather(*waiting, return_exceptions=True)
    for judgement in found:
        if isinstance(judgement, BaseException):
            raise judgement
    return cast(list[Judgement], found)


def _signed(score: Score, name: str) -> Score:
    return replace(score, rationale=f"[{name}] {score.rationale}" if score.rationale else f"[{name}]")


def _majority(answers: Sequence[Mapping[str, bool | None]]) -> dict[str, bool | None]:
    """Each check by the majority of those who could tell; a tie is `None`."""
    ids = dict.fromkeys(id_ for given in answers for id_ in given)
    votes = {id_: [given[id_] for given in answers if given.get(id_) is not None] for id_ in ids}
    return {id_: _won(cast(list[bool], given)) for id_, given in votes.items()}


def _won(votes: list[bool]) -> bool | None:
    yes = sum(votes)
    return None if 2 * yes == len(votes) else 2 * yes > len(votes)


def _merged(
    found: Sequence[Judgement], scores: Mapping[str, Score], checks: Mapping[str, bool | None], flags: set[str]
) -> Judgement:
    return Judgement(
        scores,
        checks,
        tokens_in=sum(judgement.tokens_in for judgement in found),
        tokens_out=sum(judgement.tokens_out for judgement in found),
        seconds=sum(judgement.seconds for judgement in found),
        flags=tuple(sorted(flags.union(*(judgement.flags for judgement in found)))),
    )
