"""Answers to the items of a suite: from a model, from a file, or the reference answers themselves."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from janus_reward.coder_eval.asking import Asker
from janus_reward.coder_eval.items import Item, Items
from janus_reward.dataset.fences import strip_fences
from janus_reward.errors import InputError, JanusError
from janus_reward.generation import Generator, Made
from janus_reward.judges.loop import submit
from janus_reward.triple import Reason

REFERENCE = "reference"
"""The pseudo-model whose answers are the suite's own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one item.

    Args:
        row: position of the item; `number`: of the sample, from 0.
        code: taken out of the reply; `None` when there is none, then `reason` says why.
        key: of the reply in the ledger, hex; empty for what no model said.
    """

    row: int
    number: int
    item: Item
    code: str | None
    reason: Reason | None = None
    message: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    key: str = ""


class Answers(Protocol):
    """Where answers come from."""

    @property
    def called(self) -> str:
        """The coder's name."""
        ...

    @property
    def samples(self) -> int:
        """Answers to each item."""
        ...

    def identity(self) -> Mapping[str, Any]:
        """What determines the answers, for the settings of a run."""
        ...

    def stream(self, items: Items, start: int) -> Iterator[Answer]:
        """Every answer in order (item by item, sample by sample), from the `start`-th on."""
        ...


class ModelAnswers:
    """Answers of a model, many requests under way at once.

    Args:
        generator: asks it.
        asker: makes the requests.
        samples: answers to each item.
    """

    def __init__(self, generator: Generator, asker: Asker, samples: int) -> None:
        self._generator, self._asker, self.samples = generator, asker, samples
        self.called = generator.model.called

    def identity(self) -> Mapping[str, Any]:
        """Weights, prompts and sampling."""
        return {"model": self._generator.identity, **self._asker.identity(), "samples": self.samples}

    def stream(self, items: Items, start: int) -> Iterator[Answer]:
        """As the protocol. Raises EndpointDown, EndpointRefused, BudgetSpent."""
        window: deque[tuple[int, int, Item, Future[Made]]] = deque()
        try:
            for row, number, item in _numbered(items, self.samples, start):
                made = submit(self._generator.ask(self._asker.request(item, number)))
                window.append((row, number, item, made))
                if len(window) > self._generator.in_flight:
                    yield _answered(*window.popleft())
            while window:
                yield _answered(*window.popleft())
        except JanusError:
            wait([made for *_, made in window])  # what is under way ends and is kept in the ledger
            raise
        finally:
            for *_, made in window:
                made.cancel()


class GivenAnswers:
    """Answers that were written before: JSONL with `id` and `answer` (or `code`), several lines an item for samples.

    Raises:
        InputError: the file cannot be read; the message names the line.
    """

    def __init__(self, path: Path) -> None:
        self.called = path.stem
        self._texts = _read_answers(path)

    @property
    def samples(self) -> int:
        """The most answers that an item has."""
        return max((len(texts) for texts in self._texts.values()), default=1)

    def identity(self) -> Mapping[str, Any]:
        """The answers themselves."""
        return {"answers": self._texts}

    def stream(self, items: Items, start: int) -> Iterator[Answer]:
        """As the protocol; an item without an answer has the reason `no_code`."""
        for row, number, item in _numbered(items, self.samples, start):
            texts = self._texts.get(item.triple.id, [])
            text = texts[number] if number < len(texts) else ""
            yield _coded(Answer(row, number, item, None), text)


class ReferenceAnswers:
    """The suite's reference answers as if a model had given them: the top of every metric."""

    called = REFERENCE
    samples = 1

    def identity(self) -> Mapping[str, Any]:
        """Nothing: the suite determines them."""
        return {"answers": REFERENCE}

    def stream(self, items: Items, start: int) -> Iterator[Answer]:
        """As the protocol."""
        for row, number, item in _numbered(items, 1, start):
            reason: Reason | None = None if item.triple.code else "no_code"
            yield Answer(row, number, item, item.triple.code, reason)


def _numbered(items: Items, samples: int, start: int) -> Iterator[tuple[int, int, Item]]:
    every = ((row, number, item) for row, item in enumerate(items) for number in range(samples))
    return islice(every, start, None)


def _answered(row: int, number: int, item: Item, made: Future[Made]) -> Answer:
    said = made.result()
    answer = Answer(
        row, number, item, None, said.reason, said.message, said.tokens_in, said.tokens_out, said.seconds, said.key
    )
    return _coded(answer, said.text)


def _coded(answer: Answer, text: str) -> Answer:
    """The answer with the code of a reply; a reply that was cut still has the code that it has."""
    code, _ = strip_fences(text)
    if answer.reason not in (None, "truncated"):
        return answer
    if not code.strip():
        return replace(answer, reason=answer.reason or "no_code")
    return replace(answer, code=code)


def _read_answers(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the answers {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text = row["answer"] if "answer" in row else row["code"]
            found.setdefault(str(row["id"]), []).append(str(text or ""))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}:{number}: an answer is an object with `id` and `answer`") from error
    return found
