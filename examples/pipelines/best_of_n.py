"""Best of n: rank several answers to one instruction. Answers that could not be scored come last, with their reason.

The answers are an example triple and its broken twins; in your pipeline they are n samples of the coder.

    python examples/pipelines/best_of_n.py [ID]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import janus_reward as jr

TRIPLES = Path(__file__).resolve().parents[1] / "data" / "triples.jsonl"


def answers_to(good_id: str) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in TRIPLES.read_text(encoding="utf-8").splitlines()]
    answers = [record for record in records if good_id in (record["id"], record["meta"].get("twin_of"))]
    if not answers:
        raise SystemExit(f"no example {good_id!r}; the ids are the folders in examples/src")
    return [with_reference_found(record) for record in answers]


def with_reference_found(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its reference as a path that does not depend on the working folder."""
    if "reference" not in record:
        return record
    return record | {"reference": str(TRIPLES.parent / record["reference"])}


def rank_of(verdict: jr.Verdict) -> tuple[bool, float]:
    return verdict.score is None, -(verdict.score or 0.0)


def main(good_id: str) -> None:
    answers = answers_to(good_id)
    with jr.Scorer(judge="evidence") as scorer:
        verdicts = list(scorer.score_many(answers))
    for answer, verdict in sorted(zip(answers, verdicts, strict=True), key=lambda pair: rank_of(pair[1])):
        total = f"{verdict.score:.2f}" if verdict.score is not None else f"unscored ({verdict.reason})"
        print(f"{total:>22}  {answer['id']}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "bar-bakery")
