"""Which coder is evaluated, and where its answers come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.coder_eval.answers import REFERENCE, Answers, GivenAnswers, ModelAnswers, ReferenceAnswers
from janus_reward.coder_eval.asking import Asker
from janus_reward.coder_eval.suite import Suite
from janus_reward.errors import InputError
from janus_reward.generation import Account, Generator, generator_file


@dataclass(frozen=True, slots=True)
class Coder:
    """Which coder, and how many answers.

    Args:
        model: as `generator_file` takes it; a `.jsonl` file of answers; or `reference`.
        name: that the address knows the model by.
        samples, temperature: instead of the suite's.
    """

    model: str
    name: str | None = None
    samples: int | None = None
    temperature: float | None = None

    def sampled(self, suite: Suite) -> Suite:
        """The suite with the samples and the temperature that were asked for instead of its own."""
        asked: dict[str, Any] = {"n": self.samples, "temperature": self.temperature}
        drawn = suite.sampling.model_copy(update={name: value for name, value in asked.items() if value is not None})
        return suite.model_copy(update={"sampling": drawn})

    def answers(self, suite: Suite, folder: Path, account: Account) -> Answers:
        """Where its answers to a suite come from; a model is added to the account.

        Raises:
            InputError: there is no such model, or the suite has no reference answers.
        """
        if self.model == REFERENCE:
            if not suite.answers_are_references:
                raise InputError("this suite has no reference answers", hint="Give a model or a file of answers.")
            return ReferenceAnswers()
        if self.model.endswith(".jsonl"):
            return GivenAnswers(Path(self.model))
        file = generator_file(self.model, model=self.name)
        asker = Asker(suite, folder, file, suite.sampling)
        return ModelAnswers(account.add(Generator(file)), asker, suite.sampling.n)
