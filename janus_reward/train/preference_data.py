"""Recipe `preference-data`: pairs and labels from a scored run, split by source and instruction, in `datasets` format.

OUT holds two sets: `answers` (every answer once: texts, facts, signals, picture, targets by criterion, null where there
is none) and `pairs` (TRL's prompt / chosen / rejected, with margins and what each damage must lower), a card and a
manifest with the hash of every file. The same input and config give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from janus_reward.corrupt import HELD_OUT_SOURCES
from janus_reward.errors import DiskError, InputError
from janus_reward.evidence import SIGNALS
from janus_reward.run import Run
from janus_reward.train.answers import Answer, read_answers
from janus_reward.train.config import Part
from janus_reward.train.pairs import Pair, best_of_n, damaged, voted
from janus_reward.train.preference_card import card
from janus_reward.train.preference_files import write_sets
from janus_reward.train.splits import assign_splits, balanced, usable


class BestOfN(Part):
    """Pairs of a better and a worse answer to one prompt, by their scores.

    Args:
        margin: least difference of the totals.
        most: pairs a prompt.
    """

    margin: Annotated[float, Field(gt=0, le=4)] = 0.5
    most: Annotated[int, Field(ge=1)] = 3


class Config(Part):
    """What the data is made of.

    Args:
        out: the folder; it appears when it is complete.
        scored: a finished run of `score dataset`, or of `render` for pairs without scores and signals.
        pairs: `pairs.parquet` of `training/corrupt.py`, whose triples the run scored.
        votes: a label file of human preferences (`a`, `b`, `votes_a`, `votes_b` or `preferred`).
        best_of_n: pairs by score within a prompt; absent leaves them out.
        group_by: field of `meta` whose rows stay together, beside those of one instruction.
        held_out_sources: sources (`meta.source`) that go to the test split as a whole.
        validation_sources: sources that go to the validation split as a whole, for early stopping.
        validation: share of the groups in the validation split.
        test: share of the groups in the test split.
        per_kind: most training pairs of one kind of damage.
        balance_length: as many training pairs in which the better answer is the longer one as the other way round.
        picture_side: pixels of the longer side of pictures; absent leaves pictures out.
    """

    out: Path
    scored: Path
    pairs: Path | None = None
    votes: Path | None = None
    best_of_n: BestOfN | None = None
    group_by: str | None = None
    held_out_sources: tuple[str, ...] = tuple(sorted(HELD_OUT_SOURCES))
    validation_sources: tuple[str, ...] = ()
    validation: Annotated[float, Field(ge=0, lt=0.5)] = 0.1
    test: Annotated[float, Field(gt=0, lt=0.8)] = 0.2
    per_kind: Annotated[int, Field(ge=1)] = 500
    balance_length: bool = True
    picture_side: Annotated[int, Field(ge=16, le=2048)] | None = None
    seed: int = 0


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the data; a finished folder of the same config is left as it is."""
    settings = config.model_dump(mode="json", exclude={"out"})
    known = _finished(config.out, settings)
    if known is not None:
        return known
    say("reading the run")
    answers = read_answers(Run(config.scored), config.group_by)
    say(f"{len(answers)} answers; pairing")
    left_out: Counter[str] = Counter()
    pairs = _pairs(config, answers, left_out)
    if not pairs:
        raise InputError(f"{config.scored}: no pairs can be made of it", hint="Give pairs, votes or best_of_n.")
    sources = (config.held_out_sources, config.validation_sources)
    split = assign_splits(answers, *sources, config.validation, config.test, config.seed)
    sound = usable(pairs, split, left_out)
    training = [pair for pair in sound if split[pair.better] == "train"]
    rest = [pair for pair in sound if split[pair.better] != "train"]
    chosen = balanced(training, answers, config.per_kind, config.balance_length, config.seed, left_out) + rest
    say(f"{len(chosen)} pairs; writing")
    return _write(config, settings, answers, chosen, split, left_out)


def _pairs(config: Config, answers: dict[str, Answer], left_out: Counter[str]) -> list[Pair]:
    found: list[Pair] = []
    if config.pairs is not None:
        found += damaged(config.pairs, answers, left_out)
    if config.votes is not None:
        found += voted(config.votes, answers, left_out)
    if config.best_of_n is not None:
        found += best_of_n(answers, config.best_of_n.margin, config.best_of_n.most)
    return found


def _write(
    config: Config,
    settings: dict[str, Any],
    answers: dict[str, Answer],
    pairs: list[Pair],
    split: dict[str, str],
    left_out: Counter[str],
) -> dict[str, Any]:
    part = config.out.with_name(f".{config.out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        counts = write_sets(part, answers, pairs, split, Run(config.scored), config.picture_side)
        judge = (Run(config.scored).manifest["settings"].get("judge") or {}).get("name")
        made = {"settings": settings, "judge": judge, "counts": counts, "left_out": dict(sorted(left_out.items()))}
        made["signals"] = list(SIGNALS)
        (part / "README.md").write_text(card(made, pairs, split, answers), encoding="utf-8")
        made["files"] = {
            path.relative_to(part).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(part.rglob("*"))
            if path.is_file()
        }
        (part / "manifest.json").write_text(json.dumps(made, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(config.out)
    except OSError as error:
        raise DiskError(
            f"cannot write {config.out}: {error.strerror or error}", hint="Free space, try again."
        ) from error
    return {**made, "out": str(config.out)}


def _finished(out: Path, settings: dict[str, Any]) -> dict[str, Any] | None:
    manifest = out / "manifest.json"
    if not manifest.is_file():
        if out.exists() and any(out.iterdir()):
            raise InputError(f"{out} holds something else", hint="Give another `out`.")
        return None
    made: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    if made.get("settings") != settings:
        raise InputError(f"{out} was made with other settings", hint="Give another `out`, or delete the folder.")
    return {**made, "out": str(out)}
