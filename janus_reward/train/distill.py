"""Recipe `distill`: teach a small language model the verdicts of a stronger judge (TRL's SFTTrainer).

The prompts are those of the judge that it will be: OUT serves as `judge: model`, `engine: transformers`, `model: OUT`.
Empty and cut answers are taught as negatives. Language models only: a student with eyes needs weights that see.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.errors import InputError
from janus_reward.judges.engine.base import Reply
from janus_reward.judges.modes import mode_of
from janus_reward.judges.modes.base import Ask, Unreadable
from janus_reward.judges.modes.settings import ModeSettings
from janus_reward.judges.prompting import TextRule
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.train.coder_score import answers_of
from janus_reward.train.config import Part
from janus_reward.train.language_model import LanguageModel
from janus_reward.train.outcome import claim, finish, finished
from janus_reward.train.splits import drawn
from janus_reward.train.training import Training, last_checkpoint, tell, write_history
from janus_reward.train.verdict_replies import Lesson, ModeName, lessons


class Config(Part):
    """Who teaches whom.

    Args:
        scored: the teacher's run.
        out: folder of the student.
        student: which weights.
        mode: how the student will be asked.
        rubrics: folder of the run's own rubrics.
        texts: longest texts, as in the student's judge file.
        negatives: share of the rows that are also taught empty and cut.
        held_out: share of the triples that are kept for the check after training.
        checked: held-out lessons that the student answers.
        max_length: tokens of prompt and reply.
        training: how long, how fast.
    """

    scored: Path
    out: Path
    student: LanguageModel
    mode: ModeName = "checklist"
    rubrics: Path | None = None
    texts: TextRule = TextRule()
    negatives: Annotated[float, Field(ge=0, le=1)] = 0.25
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.1
    checked: Annotated[int, Field(ge=0)] = 40
    max_length: Annotated[int, Field(ge=64)] = 8192
    training: Training = Training()


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Teach, or go on teaching, and check on held-out triples."""
    asked = config.model_dump(mode="json", exclude={"out"})
    known = finished(config.out, asked)
    if known is not None:
        return known
    rubrics = RubricSet.load(config.rubrics)
    taught: list[Lesson] = []
    kept: list[Lesson] = []
    for lesson in lessons(Run(config.scored), config.mode, rubrics, config.texts, config.negatives):
        (kept if _held_out(lesson.id, config.held_out, config.training.seed) else taught).append(lesson)
    if not taught:
        raise InputError(f"{config.scored} teaches nothing in the mode {config.mode}", hint="See docs/train.md.")
    claim(config.out, asked)
    say(f"{len(taught)} lessons, {len(kept)} held out")
    model, tokenizer, history = _taught(config, taught, say)
    model.save_pretrained(config.out)
    tokenizer.save_pretrained(config.out)
    write_history(config.out, history)
    say("checking the student")
    figures = {"lessons": len(taught), **_checked(model, tokenizer, kept[: config.checked], config)}
    return finish(config.out, asked, figures)


def _taught(config: Config, taught: list[Lesson], say: Callable[[str], None]) -> tuple[Any, Any, list[dict[str, Any]]]:
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    tokenizer, model = config.student.load()
    rows = [
        {"prompt": list(lesson.messages), "completion": [{"role": "assistant", "content": lesson.reply}]}
        for lesson in taught
    ]
    arguments = config.training.arguments(config.out / "checkpoints")
    trainer = SFTTrainer(
        model, args=SFTConfig(max_length=config.max_length, completion_only_loss=True, **arguments),
        train_dataset=Dataset.from_list(rows), processing_class=tokenizer, peft_config=config.student.lora(),
    )  # fmt: skip
    if not len(trainer.train_dataset):
        hint = "Raise `max_length`, or lower `texts`."
        raise InputError(f"every lesson is longer than {config.max_length} tokens", hint=hint)
    tell(trainer, say)
    trainer.train(resume_from_checkpoint=last_checkpoint(config.out / "checkpoints"))
    final = trainer.accelerator.unwrap_model(trainer.model)
    final = final.merge_and_unload() if hasattr(final, "merge_and_unload") else final
    return final, tokenizer, trainer.state.log_history


def _checked(model: Any, tokenizer: Any, kept: list[Lesson], config: Config) -> dict[str, float | int]:
    """How many replies can be read, and how many of their answers are the teacher's."""
    prompts = [list(lesson.messages) for lesson in kept]
    replies = answers_of(model, tokenizer, prompts, 320, config.training.batch)
    readable = agreeing = compared = 0
    for lesson, text in zip(kept, replies, strict=True):
        wanted = json.loads(lesson.reply)
        try:
            given = _read(config.mode, wanted, text)
        except Unreadable:
            continue
        readable += 1
        names = [name for name in wanted if name != "reason"]
        compared += len(names)
        agreeing += sum(given[name] == wanted[name] for name in names)
    share = agreeing / compared if compared else 0.0
    return {"checked": len(kept), "readable": readable, "answers_as_the_teacher": round(share, 4)}


def _read(mode: ModeName, wanted: dict[str, Any], text: str) -> dict[str, Any]:
    """The reply, when the mode's own reader accepts it. Raises Unreadable otherwise."""
    ask = Ask(("any",), "both", tuple(name for name in wanted if name not in ("reason", "discrepancies")))
    mode_of(ModeSettings(name=mode)).read(ask, Reply(text))
    found: dict[str, Any] = json.loads(text.strip().removeprefix("```json").removesuffix("```"))
    return found


def _held_out(id_: str, share: float, seed: int) -> bool:
    return drawn(seed, id_.partition("#")[0]) < share
