"""The forms a training set can have: which columns, made how, written by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from janus_reward.errors import InputError
from janus_reward.export.conversation import PLACEHOLDER, answer_text, messages, prompt_text, user_message
from janus_reward.export.records import Record

Row = dict[str, Any]
Kind = Literal["text", "turns", "number", "picture", "pictures", "paths"]
"""What a column holds; `export/files.py` says what that is in Parquet, `export/croissant.py` in Croissant."""

Wanted = Literal["kept", "scored", "pairs"]


@dataclass(frozen=True, slots=True)
class Format:
    """One form.

    Args:
        name: as `--format` names it.
        about: for the card.
        container: `parquet`, `jsonl` or `tar`.
        wanted: which records it takes: kept ones, all that may serve as an example of their score, or pairs.
        columns: name to kind, without those of the run's criteria.
        row: makes a row of a record, with the pictures of the prompt as bytes or paths under `images`.
        task: of the Hub's list of tasks.
        reserved: whether texts such as `<image>` in a row would be taken for pictures by the trainer.
    """

    name: str
    about: str
    container: Literal["parquet", "jsonl", "tar"]
    wanted: Wanted
    columns: dict[str, Kind]
    row: Callable[..., Row]
    task: str = "text-generation"
    reserved: bool = False


def format_named(name: str) -> Format:
    """The format of that name. Raises InputError naming those there are."""
    if name not in FORMATS:
        raise InputError(f"unknown format {name!r}", hint=f"Formats: {', '.join(FORMATS)}.")
    return FORMATS[name]


def _sharegpt(record: Record) -> Row:
    shown = "".join(PLACEHOLDER for _ in record.inputs)
    turns = [
        {"from": "human", "value": shown + prompt_text(record)},
        {"from": "gpt", "value": answer_text(record)},
    ]
    return {"conversations": turns, "images": list(record.inputs), "id": record.id, "weight": record.weight}


def _sft(record: Record) -> Row:
    return {"messages": messages(record), "images": list(record.inputs), "id": record.id, "weight": record.weight}


def _prompt_completion(record: Record) -> Row:
    turns = messages(record)
    own = {"prompt": turns[:1], "completion": turns[1:], "images": list(record.inputs)}
    return {**own, "id": record.id, "weight": record.weight}


def _preference(pair: tuple[Record, Record]) -> Row:
    chosen, rejected = pair
    scores = (chosen.value or 0.0, rejected.value or 0.0)
    return {
        "prompt": [user_message(chosen)],
        "chosen": [{"role": "assistant", "content": answer_text(chosen)}],
        "rejected": [{"role": "assistant", "content": answer_text(rejected)}],
        "images": list(chosen.inputs),
        "margin": round(scores[0] - scores[1], 6),
        "score_chosen": scores[0],
        "score_rejected": scores[1],
        "id_chosen": chosen.id,
        "id_rejected": rejected.id,
    }


def _reward(record: Record) -> Row:
    own: Row = {"prompt": prompt_text(record), "completion": answer_text(record), "images": list(record.inputs)}
    own |= {"render": record.render, "score": record.score, **record.criteria}
    return {**own, "domain": record.domain, "task": record.task, "decision": record.decision, "id": record.id}


def _triple(record: Record) -> Row:
    return {
        "id": record.id,
        "instruction": record.instruction,
        "code": record.code,
        "language": record.language,
        "domain": record.domain,
        "task": record.task,
        "before": record.before,
        "images": list(record.inputs),
        "render": record.render,
        "score": record.score,
        **record.criteria,
        "tier": record.tier,
        "weight": record.weight,
        "judge": record.judge,
        "meta": record.meta,
    }


_TRIPLE: dict[str, Kind] = {
    "id": "text",
    "instruction": "text",
    "code": "text",
    "language": "text",
    "domain": "text",
    "task": "text",
    "before": "text",
    "images": "pictures",
    "render": "picture",
    "score": "number",
    "tier": "text",
    "weight": "number",
    "judge": "text",
    "meta": "text",
}
_END: dict[str, Kind] = {"images": "pictures", "id": "text", "weight": "number"}

FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format(
            "sharegpt", "Conversations for LLaMA-Factory, with `dataset_info.json`; pictures as files.", "jsonl",
            "kept",
            {"conversations": "turns", "images": "paths", "id": "text", "weight": "number"}, _sharegpt, reserved=True,
        ),
        Format(
            "sft", "Conversations in TRL's form (`messages`), for `SFTTrainer`.", "parquet", "kept",
            {"messages": "turns", **_END}, _sft,
        ),
        Format(
            "prompt-completion", "TRL's conversational prompts and completions, for a loss on the answer alone.",
            "parquet", "kept", {"prompt": "turns", "completion": "turns", **_END}, _prompt_completion,
        ),
        Format(
            "preference", "Better and worse answers to one prompt with the difference of their scores, for DPO and "
            "reward models.", "parquet", "pairs",
            {
                "prompt": "turns", "chosen": "turns", "rejected": "turns", "images": "pictures", "margin": "number",
                "score_chosen": "number", "score_rejected": "number", "id_chosen": "text", "id_rejected": "text",
            },
            _preference, "reinforcement-learning",
        ),
        Format(
            "reward", "Answers of all qualities with their scores by criterion (null: no score, to be masked), for "
            "reward models.", "parquet", "scored",
            {
                "prompt": "text", "completion": "text", "images": "pictures", "render": "picture", "score": "number",
                "domain": "text", "task": "text", "decision": "text", "id": "text",
            },
            _reward, "text-classification",
        ),
        Format(
            "parquet", "The triples as a plain table, pictures as files by their hash.", "parquet", "kept",
            {**_TRIPLE, "images": "paths", "render": "text"}, _triple,
        ),
        Format(
            "datasets", "The triples with their pictures inside, in the layout of a dataset repository.", "parquet",
            "kept", _TRIPLE, _triple,
        ),
        Format(
            "webdataset", "Tar shards of one JSON object and its pictures a sample.", "tar", "kept", _TRIPLE, _triple,
        ),
    )
}  # fmt: skip
"""Every form by its name."""


def columns(form: Format, criteria: list[str]) -> dict[str, Kind]:
    """All columns of a form, those of the run's criteria behind `score`."""
    found: dict[str, Kind] = {}
    for name, kind in form.columns.items():
        found[name] = kind
        if name == "score":
            found |= dict.fromkeys(criteria, "number")
    return found


def rows(form: Format, records: Iterator[Any]) -> Iterator[tuple[str, Row]]:
    """Rows with the group by which they are split; records may be pairs."""
    for item in records:
        first = item[0] if isinstance(item, tuple) else item
        yield first.group, form.row(item)
