"""The two sets of preference data as Parquet that `datasets` reads: answers and pairs, a file a split."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.evidence import SIGNALS
from janus_reward.export.conversation import fenced
from janus_reward.run import Run
from janus_reward.train.answers import Answer
from janus_reward.train.pairs import Pair

SPLITS = ("train", "validation", "test")
_ROWS = 200


def write_sets(
    folder: Path,
    answers: Mapping[str, Answer],
    pairs: Sequence[Pair],
    split: Mapping[str, str],
    run: Run,
    side: int | None,
) -> dict[str, dict[str, int]]:
    """Write `answers/` and `pairs/`; gives rows by set and split. Answers that no pair names are written too."""
    counts: dict[str, dict[str, int]] = {"answers": {}, "pairs": {}}
    for name in SPLITS:
        own = [answer for id_, answer in answers.items() if split[id_] == name]
        both = sorted(
            (pair for pair in pairs if split[pair.better] == name), key=lambda pair: (pair.better, pair.worse)
        )
        rows = (_answer_row(answer, _picture(run, answer, side)) for answer in own)
        criteria = list(own[0].targets) if own else []
        _write(folder / "answers" / f"{name}.parquet", rows, _answer_features(criteria))
        _write(folder / "pairs" / f"{name}.parquet", (_pair_row(pair, answers) for pair in both), _pair_features())
        counts["answers"][name], counts["pairs"][name] = len(own), len(both)
    return counts


def _answer_row(answer: Answer, picture: bytes | None) -> dict[str, Any]:
    return {
        "id": answer.id,
        "instruction": answer.instruction,
        "code": answer.code,
        "language": answer.language,
        "domain": answer.domain,
        "task": answer.task,
        "source": answer.source,
        "facts": list(answer.facts),
        "signals": list(answer.signals),
        "picture": None if picture is None else {"bytes": picture, "path": None},
        "score": answer.score,
        **answer.targets,
    }


def _pair_row(pair: Pair, answers: Mapping[str, Answer]) -> dict[str, Any]:
    better, worse = answers[pair.better], answers[pair.worse]
    return {
        "prompt": better.instruction,
        "prompt_rejected": None if worse.instruction == better.instruction else worse.instruction,
        "chosen": fenced(better.code, better.language),
        "rejected": fenced(worse.code, worse.language),
        "margin": pair.margin,
        "id_chosen": better.id,
        "id_rejected": worse.id,
        "origin": pair.origin,
        "kind": pair.kind,
        "severity": pair.severity,
        "lowers": list(pair.lowers),
        "keeps": list(pair.keeps),
        "equal": pair.equal,
        "held_out_kind": pair.held_out_kind,
        "source": better.source,
        "domain": better.domain,
    }


def _picture(run: Run, answer: Answer, side: int | None) -> bytes | None:
    """The render, scaled down; `None` without one, or when its file is gone."""
    if side is None or answer.render is None or not (path := run.picture(answer.render)).is_file():
        return None
    from PIL import Image

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _answer_features(criteria: Sequence[str]) -> Any:
    from datasets import Features, Image, Value
    from datasets.features import List

    texts = dict.fromkeys(("id", "instruction", "code", "language", "domain", "task", "source"), Value("string"))
    measured = {"facts": List(Value("string")), "signals": List(Value("float64"), length=len(SIGNALS))}
    return Features({
        **texts, **measured, "picture": Image(), "score": Value("float64"),
        **dict.fromkeys(criteria, Value("float64")),
    })  # fmt: skip


def _pair_features() -> Any:
    from datasets import Features, Value
    from datasets.features import List

    texts = ("prompt", "prompt_rejected", "chosen", "rejected", "id_chosen", "id_rejected", "origin", "kind")
    return Features({
        **dict.fromkeys(texts, Value("string")), "margin": Value("float64"), "severity": Value("int64"),
        "lowers": List(Value("string")), "keeps": List(Value("string")), "equal": Value("bool"),
        "held_out_kind": Value("bool"), "source": Value("string"), "domain": Value("string"),
    })  # fmt: skip


def _write(path: Path, rows: Iterator[dict[str, Any]], features: Any) -> None:
    schema = features.arrow_schema
    path.parent.mkdir(exist_ok=True)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        batch: list[dict[str, Any]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _ROWS:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
