"""Verdicts a second when a run is rescored from the ledger: `python reports/ledger_speed.py [--write] [--rows N]`.

A scripted endpoint on this machine answers once for each question; then the same triples are judged again, with every
reply out of the ledger and the endpoint shut. Timed are the judge (ledger, strict reader, totals) by wall and by CPU,
and the baseline: the first pass over the same triples, which asks.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from janus_reward.judges.base import Judgement
from janus_reward.judges.cost import Meter
from janus_reward.judges.loop import submit
from janus_reward.judges.model import ModelJudge
from janus_reward.judges.model_file import ModelFile
from janus_reward.ledger import Ledger
from janus_reward.rubric import Rubric, RubricSet
from janus_reward.sample import Sample
from janus_reward.triple import Evidence, Render, Triple
from janus_reward.verdict import verdict
from tests.judges.endpoint import Endpoint

_TOGETHER = 256


def samples(count: int) -> list[Sample]:
    """Short programs that differ in one number."""
    triples = [
        Triple(
            row,
            f"r{row}",
            instruction=f"Add {row} to each number of a list",
            code=f"def add(numbers):\n    return [number + {row} for number in numbers]\n",
            language="python",
            domain="algorithm",
            task="generate",
        )
        for row in range(count)
    ]
    return [Sample(triple, Render("not_needed")) for triple in triples]


def judge(url: str, ledger: Ledger) -> ModelJudge:
    """A checklist judge at that address, pinned, so that the ledger serves it wherever it is."""
    said = {"judge": "model", "engine": "chat", "model": "scripted", "revision": "1"}
    made = ModelJudge(ModelFile.model_validate(said | {"chat": {"endpoint": url, "in_flight": _TOGETHER}}))
    made.attach(ledger, Meter())
    return made


async def judged(made: ModelJudge, chosen: list[Sample], rubric: Rubric) -> list[Judgement]:
    """All of them, as many at once as the engine takes."""
    found: list[Judgement] = []
    for start in range(0, len(chosen), _TOGETHER):
        part = chosen[start : start + _TOGETHER]
        found += await asyncio.gather(*(made.ajudge(sample, Evidence({}), rubric) for sample in part))
    for sample, judgement in zip(chosen, found, strict=True):
        verdict(sample, Evidence({}), rubric, judgement, made)
    await made.aclose()
    return found


def timed(made: ModelJudge, chosen: list[Sample], rubric: Rubric) -> tuple[float, float, list[Judgement]]:
    """Wall seconds, CPU seconds of this process, and the judgements."""
    start, cpu = time.perf_counter(), time.process_time()
    found = submit(judged(made, chosen, rubric)).result()
    return time.perf_counter() - start, time.process_time() - cpu, found


def report(count: int) -> str:
    """The whole report."""
    chosen, rubric = samples(count), RubricSet.load().rubrics["code-generate"]
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite")
        server = Endpoint()
        first = timed(judge(server.url, ledger), chosen, rubric)
        server.close()
        again = timed(judge("http://127.0.0.1:9/v1", ledger), chosen, rubric)
    if [one.scores for one in first[2]] != [one.scores for one in again[2]]:
        raise SystemExit("rescoring gave other scores")
    calls = len(ledger)
    lines = ["# Rescoring from the ledger", "", "Made by `python reports/ledger_speed.py --write`.", ""]
    lines += [f"{count} triples, {calls} replies, one process; load of the machine {os.getloadavg()[0]:.0f}.", ""]
    lines += ["| pass | verdicts a second, wall | verdicts a CPU second | scores differ |", "|---|---|---|---|"]
    for name, (wall, cpu, _) in {"first, asks a local endpoint": first, "again, from the ledger alone": again}.items():
        lines.append(f"| {name} | {count / wall:.0f} | {count / cpu:.0f} | 0 |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="write reports/models/ledger.md")
    parser.add_argument("--rows", type=int, default=2000)
    args = parser.parse_args()
    text = report(args.rows)
    print(text)
    if args.write:
        (Path(__file__).parent / "models" / "ledger.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
