"""A model that fills in a form about one answer; twice asked at most, by way of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from janus_reward.coder_eval.grading.form import Form, Unreadable, form_of
from janus_reward.coder_eval.measures import MEASURES, Case
from janus_reward.coder_eval.stage import Measured
from janus_reward.coder_eval.suite import Suite
from janus_reward.errors import InputError
from janus_reward.generation import Account, Generator, Made
from janus_reward.judges.engine.base import Image, Message, Request
from janus_reward.judges.file import read_judge_file
from janus_reward.judges.loop import settled
from janus_reward.judges.material import cleaned, cut_middle, fence, nonce_of
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.pictures import shown
from janus_reward.triple import Score

_FOLDER = Path(__file__).parent / "prompts"
_MOST_TOKENS = 700


class Grader:
    """Grades by a judge file of a model.

    Args:
        file: says how it is asked: sampling, pictures, how much of a text.
        generator: asks it.
    """

    def __init__(self, file: ModelFile, generator: Generator) -> None:
        self._file, self._generator = file, generator

    @property
    def called(self) -> str:
        """The grader's name."""
        return self._file.called

    @property
    def sha256(self) -> str:
        """Hash of everything that determines its grades beside the answers."""
        prompts = "\0".join(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.j2")))
        return hashlib.sha256(f"{self._file.digest(self._generator.identity)}\0{prompts}".encode()).hexdigest()

    async def grade(self, metric: str, case: Case) -> Score:
        """The value on 0-100, or the reason why there is none. Raises only what ends the run."""
        form = form_of(metric, case.sample.triple.checklist)
        still = case.reference_still
        if form is None or (form.reference and still is None):
            return Score.unscored("not_applicable", "the item has nothing to compare with or to ask")
        if not self._file.vision:
            return Score.unscored("not_applicable", "this grader sees no pictures")
        request = self._request(form, case, still if form.reference else None)
        return await self._read(form, request)

    async def _read(self, form: Form, request: Request) -> Score:
        made = await self._generator.ask(request)
        for last in (False, True):
            if made.reason not in (None, "truncated"):
                return Score.unscored(made.reason, made.message)
            try:
                return Score(form.total(made.text))
            except Unreadable as complaint:
                if last:
                    return Score.unscored(made.reason or "unparsable", str(complaint))
                made = await self._generator.ask(_again(request, made, complaint))
        raise AssertionError("the second try returns")

    def _request(self, form: Form, case: Case, reference: bytes | None) -> Request:
        triple, texts, rule = case.sample.triple, self._file.texts, self._file.pictures
        most = max(1, rule.most // 2) if reference else rule.most
        pictures: list[str | Image] = list(shown(case.sample.stills, rule, most).images)
        if reference is not None:
            wanted = shown([reference], rule, most).images
            pictures = ["The reference:", *wanted, "The answer's picture:", *pictures]
        nonce = nonce_of(self._file.sampling.seed, (triple.instruction or "", case.code, *triple.checklist))

        def block(name: str, text: str, room: int) -> str:
            return fence(name, cut_middle(cleaned(text).text, room)[0], nonce)

        question = (
            _environment()
            .get_template(form.template)
            .render(
                instruction=block("instruction", triple.instruction or "(none)", texts.instruction),
                code=block("code", case.code, texts.code),
                questions="\n".join(f"q{at}: {text}" for at, text in enumerate(triple.checklist, 1)),
                parts=form.parts,
            )
        )
        system = Message("system", (_environment().get_template("system.j2").render().strip(),))
        drawn = self._file.sampling
        return Request(
            (system, Message("user", (*pictures, question.strip()))),
            form.schema if self._file.structured else None,
            _MOST_TOKENS,
            drawn.temperature,
            drawn.top_p,
            drawn.seed,
        )


def grader_of(named: str, suite: Suite, account: Account) -> Grader:
    """The grader of a judge file, on the account.

    Raises:
        InputError: the file is none of a model, or the suite asks no grader.
    """
    if not any(MEASURES[name].by == "grader" for name in suite.metrics):
        raise InputError("this suite asks no grader", hint="Leave --grader out.")
    file = read_judge_file(Path(named))
    if not isinstance(file, ModelFile):
        raise InputError(f"{named} is no judge file of a model", hint="See docs/model-judges.md.")
    return Grader(file, account.add(Generator(file)))


async def graded(answers: Sequence[Measured], grader: Grader, metrics: Sequence[str]) -> list[Measured]:
    """Answers with the grader's scores for what was drawn; every question is asked at once."""
    return await settled(_graded(answer, grader, metrics) for answer in answers)


async def _graded(answer: Measured, grader: Grader, metrics: Sequence[str]) -> Measured:
    case = answer.case
    if case is None:
        return answer
    found = await settled(grader.grade(name, case) for name in metrics)
    return replace(answer, scores={**answer.scores, **dict(zip(metrics, found, strict=True))}, case=None)


def _again(request: Request, made: Made, complaint: Unreadable) -> Request:
    said = Message("assistant", (made.text[:2000] or "(nothing)",))
    turn = Message("user", (f"That reply cannot be read: {complaint}. Answer again with the JSON object alone.",))
    return replace(request, messages=(*request.messages, said, turn), max_tokens=2 * request.max_tokens)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
