"""What the coder's recipes share: config, data, resuming, before and after."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.errors import InputError
from janus_reward.train.coder_score import CoderScore, Judging, coder_score
from janus_reward.train.config import Part
from janus_reward.train.language_model import LanguageModel
from janus_reward.train.outcome import claim, finish, finished
from janus_reward.train.training import Training, last_checkpoint, tell, write_history

Say = Callable[[str], None]


class CoderConfig(Part):
    """A coder's training.

    Args:
        data: a training set of `janus-reward export`, in the form that the recipe names.
        held_out: an export whose prompts are answered before and after; the data's validation split when absent.
        held_out_most: distinct prompts of it that are answered.
        out: folder of the trained model.
        coder: which weights.
        judging: who scores before and after.
        defaults: fields of the SRC schema that all prompts share, such as `{language: svg, domain: svg}`.
        training: how long, how fast.
    """

    data: Path
    held_out: Path | None = None
    held_out_most: Annotated[int, Field(ge=1)] = 40
    out: Path
    coder: LanguageModel
    judging: Judging = Judging()
    defaults: dict[str, Any] = Field(default_factory=dict)
    training: Training = Training()


def rows(folder: Path, split: str, columns: tuple[str, ...], form: str) -> Any:
    """A split of an exported set as a `datasets.Dataset` with these columns; `None` when there is no such split."""
    from datasets import Dataset

    files = sorted((folder / "data").glob(f"{split}-*.parquet"))
    if not files:
        return None
    data = Dataset.from_parquet([str(path) for path in files])
    missing = [name for name in columns if name not in data.column_names]
    if missing:
        hint = f"Export with --format {form}."
        raise InputError(f"{folder} has no column {missing[0]!r}; this recipe wants the form {form}", hint=hint)
    return data.select_columns(list(columns))


def distinct(data: Any) -> Any:
    """The rows whose prompt did not come before: a `datasets.Dataset` may hold several answers to one."""
    first: dict[str, int] = {}
    for at, prompt in enumerate(data["prompt"]):
        first.setdefault(json.dumps(prompt, sort_keys=True), at)
    return data.select(list(first.values()))


def trained(config: CoderConfig, form: str, columns: tuple[str, ...], make: Any, say: Say) -> dict[str, Any]:
    """Score before, train with the trainer that `make` gives, score after, save; a finished folder is left as it is.

    Args:
        config: of the recipe.
        form: that the data must have.
        columns: of that form, for the trainer.
        make: `(model, tokenizer, data, held_out, arguments) -> trainer`.
        say: told what is being done.
    """
    asked = config.model_dump(mode="json", exclude={"out"})
    known = finished(config.out, asked)
    if known is not None:
        return known
    data = rows(config.data, "train", columns, form)
    held_out = rows(
        config.held_out or config.data, "validation" if config.held_out is None else "train", ("prompt",), form
    )
    if data is None or held_out is None:
        raise InputError(f"{config.data} has no training or no held-out rows", hint="Export with --validation 0.1.")
    claim(config.out, asked)
    tokenizer, model = config.coder.load()
    prompts = distinct(held_out)["prompt"][: config.held_out_most]
    before = _before(config, model, tokenizer, prompts, say)
    trainer = make(model, tokenizer, data, held_out, config.training.arguments(config.out / "checkpoints"))
    checkpoint = last_checkpoint(config.out / "checkpoints")
    count = len(trainer.train_dataset)
    say(f"going on from {Path(checkpoint).name}" if checkpoint else f"training on {count} rows")
    tell(trainer, say)
    trainer.train(resume_from_checkpoint=checkpoint)
    final = trainer.accelerator.unwrap_model(trainer.model)
    final = final.merge_and_unload() if hasattr(final, "merge_and_unload") else final
    final.save_pretrained(config.out)
    tokenizer.save_pretrained(config.out)
    write_history(config.out, trainer.state.log_history)
    say("answering the held-out prompts")
    after = coder_score(final, tokenizer, prompts, config.defaults, config.judging)
    _write_answers(config.out / "after.jsonl", prompts, after)
    figures = {"steps": trainer.state.global_step, "before": before, "after": after.figures()}
    return finish(config.out, asked, figures)


def _before(config: CoderConfig, model: Any, tokenizer: Any, prompts: Any, say: Say) -> dict[str, Any]:
    """Figures of the untrained coder; kept, so that a resumed run does not answer again."""
    kept = config.out / "before.json"
    if kept.is_file():
        known: dict[str, Any] = json.loads(kept.read_text())
        return known
    say(f"answering {len(prompts)} held-out prompts before training")
    score = coder_score(model, tokenizer, prompts, config.defaults, config.judging)
    config.out.mkdir(parents=True, exist_ok=True)
    _write_answers(config.out / "before.jsonl", prompts, score)
    kept.write_text(json.dumps(score.figures()), encoding="utf-8")
    return dict(score.figures())


def _write_answers(path: Path, prompts: Any, score: CoderScore) -> None:
    lines = [
        json.dumps({"prompt": prompt, "answer": answer, "reward": item.value, "reason": item.reason})
        for prompt, answer, item in zip(prompts, score.answers, score.rewarded, strict=True)
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
