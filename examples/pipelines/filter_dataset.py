"""Filter a `datasets.Dataset`: add the score and the decision as columns, keep the rows that pass.

python examples/pipelines/filter_dataset.py [ROWS] [WORKERS]
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import datasets

import janus_reward as jr

TRIPLES = Path(__file__).resolve().parents[1] / "data" / "triples.jsonl"
COLUMNS = ("id", "instruction", "code", "language", "domain", "task")


def examples(rows: int) -> datasets.Dataset:
    """The first rows that need neither a reference nor a before."""
    with TRIPLES.open(encoding="utf-8") as lines:
        generated = (record for record in map(json.loads, lines) if record["task"] == "generate")
        return datasets.Dataset.from_list(
            [{name: record[name] for name in COLUMNS} for record in islice(generated, rows)]
        )


def judged(dataset: datasets.Dataset, policy: jr.Filter, workers: int) -> datasets.Dataset:
    """The dataset with the columns `score`, `decision` and `reason`."""
    with jr.Scorer(judge="evidence") as scorer:
        verdicts = list(scorer.score_many(dataset, workers=workers))
    decisions = [policy.decide(verdict) for verdict in verdicts]
    return (
        dataset.add_column("score", [verdict.score for verdict in verdicts])
        .add_column("decision", [decision.verdict for decision in decisions])
        .add_column("reason", [decision.reason for decision in decisions])
    )


def main(rows: int, workers: int) -> None:
    policy = jr.Filter(min_score=4, floors={"task_completion": 3})
    table = judged(examples(rows), policy, workers)
    kept = table.filter(lambda decision: decision == "keep", input_columns="decision")
    print(f"kept {len(kept)} of {len(table)}")
    for reason, count in Counter(table["reason"]).most_common():
        print(f"{count:4}  {reason}")


if __name__ == "__main__":
    main(rows=int(sys.argv[1]) if len(sys.argv) > 1 else 12, workers=int(sys.argv[2]) if len(sys.argv) > 2 else 1)
