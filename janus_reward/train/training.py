"""What the training recipes share: how long, how fast, on what, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.train.config import Part

_SAY_EVERY = 10


class Training(Part):
    """The course of a training.

    Args:
        epochs: over the training split; `steps` wins over it.
        steps: optimiser steps.
        batch: pairs (or rows) a device and step.
        accumulate: steps whose gradients are added up.
        rate: highest learning rate; it warms up and falls as a cosine.
        warmup: share of the steps.
        bf16: mixed precision, on hardware that has it.
        gradient_checkpointing: less memory for a third more time.
        evaluate_every: steps between evaluations and checkpoints.
        patience: evaluations without a better result until it stops; absent trains to the end.
        keep: checkpoints that are kept.
        threads: of the CPU; absent leaves it to torch.
        seed: of every random choice.
        further: arguments handed on to the trainer of transformers or TRL as they are.
    """

    epochs: Annotated[float, Field(gt=0)] = 1.0
    steps: Annotated[int, Field(ge=1)] | None = None
    batch: Annotated[int, Field(ge=1)] = 4
    accumulate: Annotated[int, Field(ge=1)] = 1
    rate: Annotated[float, Field(gt=0, lt=1)] = 1e-4
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.05
    bf16: bool = False
    gradient_checkpointing: bool = False
    evaluate_every: Annotated[int, Field(ge=1)] = 100
    patience: Annotated[int, Field(ge=1)] | None = None
    keep: Annotated[int, Field(ge=1)] = 2
    threads: Annotated[int, Field(ge=1)] | None = None
    seed: int = 0
    further: dict[str, Any] = Field(default_factory=dict)

    def arguments(self, out: Path) -> dict[str, Any]:
        """Arguments of `transformers.TrainingArguments` and of TRL's configs."""
        import torch

        if self.threads is not None:
            torch.set_num_threads(self.threads)
        return {
            "output_dir": str(out),
            "num_train_epochs": self.epochs,
            "max_steps": self.steps or -1,
            "per_device_train_batch_size": self.batch,
            "gradient_accumulation_steps": self.accumulate,
            "learning_rate": self.rate,
            "lr_scheduler_type": "cosine",
            "warmup_steps": self.warmup,
            "bf16": self.bf16,
            "activation_checkpointing": self.gradient_checkpointing,
            "use_cpu": not torch.cuda.is_available(),
            "logging_steps": 1,
            "save_strategy": "steps",
            "save_steps": self.evaluate_every,
            "save_total_limit": self.keep,
            "seed": self.seed,
            "data_seed": self.seed,
            "report_to": [],
            "disable_tqdm": True,
            **self.further,
        }


def tell(trainer: Any, say: Callable[[str], None]) -> None:
    """Say how the training goes, instead of the trainer printing every step."""
    from transformers import PrinterCallback, TrainerCallback

    class Said(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **told: Any) -> None:
            names = [name for name in ("loss", "reward", "eval_loss", "eval_accuracy") if name in (logs or {})]
            if names and (state.global_step % _SAY_EVERY == 0 or "eval_loss" in names):
                figures = ", ".join(f"{name} {float(logs[name]):.4g}" for name in names)
                say(f"step {state.global_step} of {state.max_steps}: {figures}")

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Said)


def last_checkpoint(out: Path) -> str | None:
    """The newest complete checkpoint; `None` when there is none."""
    found = [path for path in out.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
    return str(max(found, key=lambda path: int(path.name.rpartition("-")[2]))) if found else None


def write_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """The trainer's log, a JSON line a step: the curves of the report."""
    lines = (json.dumps(step, sort_keys=True) for step in history)
    (folder / "history.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
