"""One question to a model: from the ledger or the engine, read strictly, once more when it cannot be read."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from janus_reward.judges.cost import Meter
from janus_reward.judges.engine.base import Engine, EngineFailure, Finish, Image, Message, Reply, Request
from janus_reward.judges.material import tokens_of
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.modes.base import Ask, Unreadable, View
from janus_reward.judges.prompting import Prompter, Sheet, digest_of, repair_question
from janus_reward.judges.ready import Readiness
from janus_reward.ledger import Entry, Ledger
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample
from janus_reward.triple import Score

_TRIES = 2
_SHOWN_AGAIN = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """One sample with everything that its questions share. `sheets` are made when the first of them is sent."""

    sample: Sample
    rubric: Rubric
    facts: tuple[str, ...]
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def digest(self) -> bytes:
        """Hash of what a prompt can hold of it."""
        told = {"rubric": self.rubric.sha256, "sample": digest_of(self.sample, self.facts)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()

    def sheet(self, view: View, prompter: Prompter) -> Sheet:
        """The sample under a view, made once."""
        if view not in self.sheets:
            self.sheets[view] = prompter.sheet(self.sample, self.facts, view)
        return self.sheets[view]


@dataclass(frozen=True, slots=True)
class PairCase:
    """Two samples of one rubric, in the order in which they are shown."""

    first: Case
    second: Case

    @property
    def rubric(self) -> Rubric:
        """The rubric of both."""
        return self.first.rubric

    @property
    def sample(self) -> Sample:
        """The sample whose nonce fences the question."""
        return self.first.sample

    def digest(self) -> bytes:
        """Hash of what a prompt can hold of both, in this order."""
        return hashlib.sha256(b"pair" + self.first.digest() + self.second.digest()).digest()

    def sheet(self, view: View, prompter: Prompter) -> Sheet:
        """Both samples under a view, one after the other."""
        one, other = (case.sheet(view, prompter) for case in (self.first, self.second))
        parts = ("The first work:", *one.parts, "The second work:", *other.parts)
        return Sheet(parts, one.flags | other.flags)


Question = tuple[Ask, Case | PairCase, bytes]
"""What is asked, about which case, and that case's digest."""


@dataclass(slots=True)
class Outcome:
    """What came of one question: an answer or the reason why there is none, and what all its tries used."""

    ask: Ask
    answer: Any = None
    failure: Score | None = None
    flags: frozenset[str] = frozenset()
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0

    def add(self, reply: Reply) -> None:
        """Count a reply."""
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        self.seconds += reply.seconds


@dataclass(slots=True)
class _Try:
    """One try: its key, and what went before it."""

    ask: Ask
    case: Case | PairCase
    key: bytes
    previous: Reply | None = None
    complaint: Unreadable | None = None

    def after(self, reply: Reply, complaint: Unreadable) -> _Try:
        """The next try: its key depends on what was said."""
        key = hashlib.sha256(self.key + b"again" + reply.text.encode("utf-8", "surrogatepass")).digest()
        return _Try(self.ask, self.case, key, reply, complaint)


class Asker:
    """Asks one model by one judge file.

    Args:
        key: hash of everything about judge and prompts that determines a reply.
    """

    def __init__(self, file: ModelFile, engine: Engine, ready: Readiness, key: bytes) -> None:
        self._file, self._engine, self._ready, self._key = file, engine, ready, key
        self.ledger: Ledger | None = None
        self.meter = Meter()

    async def ask_all(self, questions: Sequence[Question]) -> list[Outcome]:
        """The outcomes of some questions, in order; one look-up in the ledger, then the engine for the rest at once.

        Those under way end and are kept before an error that ends the run is raised; nothing else is raised.
        """
        tries = [self._first(*question) for question in questions]
        known = self.ledger.get_all([one.key for one in tries]) if self.ledger is not None and tries else {}
        if all(one.key in known for one in tries):
            return [await self._outcome(one, known) for one in tries]
        outcomes = await asyncio.gather(*(self._outcome(one, known) for one in tries), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return cast(list[Outcome], outcomes)

    def _first(self, ask: Ask, case: Case | PairCase, digest: bytes) -> _Try:
        told = json.dumps([ask.criteria, ask.view, ask.ids, ask.logprobs, ask.max_tokens, self._ready.key])
        return _Try(ask, case, hashlib.sha256(self._key + digest + told.encode()).digest())

    async def _outcome(self, attempt: _Try, known: Mapping[bytes, Entry]) -> Outcome:
        ask = attempt.ask
        outcome = Outcome(ask)
        for _ in range(_TRIES):
            try:
                reply, flags = await self._reply(attempt, known)
            except EngineFailure as failure:
                outcome.failure = Score.unscored(failure.reason, failure.message)
                return outcome
            outcome.add(reply)
            outcome.flags |= flags
            try:
                outcome.answer, outcome.failure = self._ready.mode.read(ask, reply), None
            except Unreadable as unreadable:
                outcome.failure = Score.unscored(unreadable.reason, unreadable.complaint)
                if unreadable.reason == "refused":
                    return outcome
                attempt = attempt.after(reply, unreadable)
                continue
            return outcome
        return outcome

    def estimate(self, request: Request) -> int:
        """About how many tokens a prompt has."""
        parts = [part for message in request.messages for part in message.parts]
        rule = self._file.pictures
        return sum(rule.tokens(p.width, p.height) if isinstance(p, Image) else tokens_of(p) for p in parts)

    def request(self, ask: Ask, case: Case | PairCase) -> Request:
        """The first try's prompt, its longest-lived part first."""
        prompter = self._prompter()
        sheet = case.sheet(ask.view, prompter)
        messages = (prompter.system(case.rubric), Message("user", (*sheet.parts, prompter.question(ask, case.sample))))
        drawn = self._file.sampling
        schema = ask.schema if self._ready.structured else None
        return Request(messages, schema, ask.max_tokens, drawn.temperature, drawn.top_p, drawn.seed, ask.logprobs)

    async def _reply(self, attempt: _Try, known: Mapping[bytes, Entry]) -> tuple[Reply, frozenset[str]]:
        """From the ledger, or from the engine and into the ledger. `known`: what was looked up for the first tries."""
        entry = known.get(attempt.key)
        if entry is None and attempt.previous is not None and self.ledger is not None:
            entry = self.ledger.get(attempt.key)
        if entry is not None:
            self.meter.hits += 1
            return _remembered(entry)
        await self._ready.check()
        reply = await self._paid(_next(self.request(attempt.ask, attempt.case), attempt))
        flags = attempt.case.sheet(attempt.ask.view, self._prompter()).flags
        body = {**reply.as_body(), "flags": sorted(flags)}
        if self.ledger is None:
            return reply, flags
        counts = (reply.tokens_in, reply.tokens_out, reply.seconds, self.meter.run)
        return _remembered(self.ledger.put(attempt.key, Entry(body, self._file.called, reply.finish, *counts)))

    async def _paid(self, request: Request) -> Reply:
        """The engine's reply, within the budget."""
        prices, expected = self._file.prices, self.estimate(request)
        held = (expected + request.max_tokens, self.meter.hold(expected, request.max_tokens, prices))
        reply = None
        try:
            reply = await self._engine.complete(request)
        finally:
            used = (reply.tokens_in, reply.tokens_out, reply.cached_in or 0) if reply else None
            self.meter.settle(held, used, prices)
        return reply

    def _prompter(self) -> Prompter:
        file = self._file
        options = (("reasoning", file.mode.reasoning),)
        bound, seed = self._ready.structured, file.sampling.seed
        return Prompter(file.mode.name, file.texts, file.pictures, self._ready.vision, bound, seed, options)


def _next(request: Request, attempt: _Try) -> Request:
    """A try's request: with more room after a reply that was cut, with the complaint after one that was unreadable."""
    if attempt.previous is None or attempt.complaint is None:
        return request
    if attempt.complaint.reason == "truncated":
        return replace(request, max_tokens=2 * request.max_tokens)
    said = Message("assistant", (attempt.previous.text[:_SHOWN_AGAIN] or "(nothing)",))
    again = Message("user", (repair_question(attempt.complaint.complaint),))
    return replace(request, messages=(*request.messages, said, again))


def _remembered(entry: Entry) -> tuple[Reply, frozenset[str]]:
    tokens = (entry.tokens_in, entry.tokens_out)
    reply = Reply.from_body(entry.body, cast(Finish, entry.finish), tokens, entry.seconds)
    return reply, frozenset(entry.body["flags"])
