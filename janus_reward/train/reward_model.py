"""Recipe `reward-model`: a multi-head reward model on preference data, text, vision, or measured signals alone.

OUT is what `--judge reward:OUT` takes; checkpoints lie in `OUT/checkpoints` until it is finished. A run that was killed
goes on from the last one with the same losses as if it had not been.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.errors import InputError
from janus_reward.reward_model.backbone import Backbone
from janus_reward.reward_model.settings import FILE, JUDGE, RewardSettings
from janus_reward.train.config import Part
from janus_reward.train.dataset import Preferences
from janus_reward.train.outcome import claim, finish, finished
from janus_reward.train.training import Training, last_checkpoint, tell, write_history

_PROBE = 400
_STEEP = 2.0


class Losses(Part):
    """Weights of the losses, as `janus_reward.reward_model.losses.Weights`."""

    pairwise: Annotated[float, Field(ge=0)] = 1.0
    order: Annotated[float, Field(ge=0)] = 0.5
    regression: Annotated[float, Field(ge=0)] = 0.2
    centre: Annotated[float, Field(ge=0)] = 0.01
    length: Annotated[float, Field(ge=0)] = 0.0


class Config(Part):
    """What is trained on what.

    Args:
        data: of the recipe `preference-data`.
        out: folder of the model.
        backbone: which weights.
        heads: criteria with a head of their own; all that the data has when absent, none when empty.
        tokens: about the most tokens of a text.
        facts: the text tells what was measured.
        signals: a branch beside the backbone reads the measured signals.
        prior: the scores of the evidence judge, which must have scored the run, are among the signals, and the model
            begins as that judge: training learns what to change.
        losses: weights.
        training: how long, how fast.
    """

    data: Path
    out: Path
    backbone: Backbone
    heads: tuple[str, ...] | None = None
    tokens: Annotated[int, Field(ge=32, le=131_072)] = 512
    facts: bool = False
    signals: bool = False
    prior: bool = False
    losses: Losses = Losses()
    training: Training = Training()


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Train, or go on training, and save; a finished folder of the same config is left as it is."""
    asked = config.model_dump(mode="json", exclude={"out"})
    known = finished(config.out, asked)
    if known is not None:
        return known
    if config.backbone.kind == "none" and not config.signals:
        raise InputError("a model without a backbone reads signals alone", hint="Set `signals: true`.")
    if config.prior and not (config.signals and _judged_by_evidence(config.data)):
        raise InputError(
            "a prior needs `signals: true` and data scored by the evidence judge",
            hint="Score with it, or leave it out.",
        )
    train, validation = Preferences(config.data, "train"), Preferences(config.data, "validation")
    if not len(train) or not len(validation):
        raise InputError(f"{config.data} has no pairs to train on, or none to hold out")
    settings = _settings(config, train)
    say(f"{len(train)} pairs, {len(validation)} held out; heads: reward {' '.join(settings.criteria)}")
    claim(config.out, asked)
    return _trained(config, settings, train, validation, asked, say)


def _trained(
    config: Config,
    settings: RewardSettings,
    train: Preferences,
    validation: Preferences,
    asked: dict[str, Any],
    say: Callable[[str], None],
) -> dict[str, Any]:
    from transformers import EarlyStoppingCallback, TrainingArguments

    from janus_reward.reward_model.backbone import merged
    from janus_reward.reward_model.collator import Collator
    from janus_reward.reward_model.losses import Weights
    from janus_reward.reward_model.saving import save
    from janus_reward.train.reward_trainer import PairCollator, PairDataset, RewardTrainer

    checkpoints = config.out / "checkpoints"
    course = config.training
    arguments = TrainingArguments(
        eval_strategy="steps", eval_steps=course.evaluate_every, per_device_eval_batch_size=course.batch,
        load_best_model_at_end=True, metric_for_best_model="eval_accuracy", greater_is_better=True,
        remove_unused_columns=False, label_names=[],
        **{**course.arguments(checkpoints), "activation_checkpointing": False},
    )  # fmt: skip
    model, processor = build(config, settings)
    trainer = RewardTrainer(
        weights=Weights(**config.losses.model_dump()),
        model=model,
        args=arguments,
        data_collator=PairCollator(Collator(processor, settings)),
        train_dataset=PairDataset(train, settings),
        eval_dataset=PairDataset(validation, settings),
        callbacks=[EarlyStoppingCallback(course.patience)] if course.patience else [],
    )
    checkpoint = last_checkpoint(checkpoints)
    say(f"going on from {Path(checkpoint).name}" if checkpoint else "training")
    tell(trainer, say)
    trainer.train(resume_from_checkpoint=checkpoint)
    best = trainer.state.best_metric
    model = trainer.accelerator.unwrap_model(trainer.model).cpu().eval()
    model.net = merged(model.net) if model.net is not None else None
    if trainer.is_world_process_zero():
        saved = save(config.out, model, processor, settings)
        saved = placed(config.out, saved, train)
        write_history(config.out, trainer.state.log_history)
        figures = {"steps": trainer.state.global_step, "validation_accuracy": best, "revision": saved.revision}
        finish(config.out, asked, figures)
        shutil.rmtree(checkpoints, ignore_errors=True)
    return finished(config.out, asked) or {"out": str(config.out)}


def build(config: Config, settings: RewardSettings) -> tuple[Any, Any]:
    """The model before training, with its processor; the seed decides the fresh weights."""
    from transformers import set_seed

    from janus_reward.reward_model.backbone import text_net, tuned, vision_net
    from janus_reward.reward_model.heads import RewardModel

    set_seed(config.training.seed)
    outputs, net, processor = 1 + len(settings.criteria), None, None
    if config.backbone.kind != "none":
        processor, net = (vision_net if config.backbone.kind == "vision" else text_net)(config.backbone, outputs)
        net = tuned(net, config.backbone)
        if config.training.gradient_checkpointing:
            getattr(net, "backbone", net).activation_checkpointing_enable({"use_reentrant": False})
    model = RewardModel(net, len(settings.standard.names), outputs)
    if config.prior:
        _begin_as_the_judge(model, settings)
    return model, processor


def _begin_as_the_judge(model: Any, settings: RewardSettings) -> None:
    """Scalar head: two logits a point of the total. Criteria: the judge's own points."""
    standard = settings.standard
    for output, name in enumerate(("total", *settings.criteria)):
        if f"{JUDGE}{name}" in standard.names:
            at = standard.names.index(f"{JUDGE}{name}")
            steep = _STEEP if output == 0 else 1.0
            model.branch.begin_at(output, at, steep * standard.spread[at], steep * (standard.mean[at] - 3.0))


def _settings(config: Config, train: Preferences) -> RewardSettings:
    unknown = sorted(set(config.heads or ()) - set(train.criteria))
    if unknown:
        raise InputError(f"the data has no criterion {unknown[0]!r}", hint=f"It has {', '.join(train.criteria)}.")
    made = RewardSettings(
        kind="vision" if config.backbone.kind == "vision" else "text",
        criteria=train.criteria if config.heads is None else config.heads,
        tokens=config.tokens,
        facts=config.facts,
    )
    if not config.signals:
        return made
    return made.model_copy(update={"standard": train.signals(config.prior)})


def placed(out: Path, settings: RewardSettings, train: Preferences) -> RewardSettings:
    """Note where the scalar head puts training answers, so that it can stand for a score of 1-5."""
    from janus_reward.reward_model.scoring import LoadedReward

    ids = train.ids[:_PROBE]
    scalar = LoadedReward.open(out).scores([train.item(id_, settings) for id_ in ids])[:, 0]
    spread = float(scalar.std()) or 1.0
    made = settings.model_copy(update={"middle": round(float(scalar.mean()), 6), "spread": round(spread, 6)})
    (out / FILE).write_text(made.model_dump_json(indent=1), encoding="utf-8")
    return made


def _judged_by_evidence(data: Path) -> bool:
    manifest = data / "manifest.json"
    return manifest.is_file() and json.loads(manifest.read_text(encoding="utf-8")).get("judge") == "evidence"
