"""Time and memory of a selection over many rows: a made run of scores, then `janus-reward select` on it.

    python reports/select_speed.py [--rows 1000000] [--write reports/select_speed.md]

The run is made of random scores, flags, outcomes and instructions of 8 to 30 words (seeded) beside 1,500 characters
of code, in shards as `score dataset` writes them. Each policy runs in a process of its own; time includes the start of
Python and writing the decisions; memory is the peak of that process. Baseline: the plain loop that everyone writes (a
dict a row, one comparison, one JSON line out).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from janus_reward.run import Run
from janus_reward.run.manifest import RunFolder
from janus_reward.run.schema import score_schema
from janus_reward.run.shards import ShardFolder

CRITERIA = ["task_relevance", "task_completion", "visual_fidelity", "code_quality"]
SHARD = 50_000
POLICIES = {
    "preset balanced (gates, cut, floor, review band)": "balanced",
    "one answer per instruction, quotas": (
        "per_instruction: 1\nquotas: [{by: domain, max_share: 0.4}, {by: meta.source, max: 200000}]\n"
    ),
    "target of a tenth, by quality alone": "target: {size: TENTH, diversity: 0}\n",
    "target of a tenth, quality and diversity": "target: {size: TENTH, diversity: 0.4}\n",
}


def made_run(folder: Path, rows: int) -> Path:
    """A run of random scores."""
    rng = np.random.default_rng(0)
    words = [f"word{number}" for number in range(20_000)]
    settings = {"command": "score dataset", "judge": {"name": "made", "revision": "0"}, "rows": rows}
    opened = RunFolder(folder, settings, {"source": "made"})
    schema = score_schema(CRITERIA, ["code.lines"])
    shards = ShardFolder(folder / "scores", schema, SHARD)
    for number, start in enumerate(range(0, rows, SHARD)):
        shards.write_table(number, _shard(schema, start, min(SHARD, rows - start), rng, words))
    opened.save(status="done", finished=True, rows=rows)
    opened.close()
    return folder


def _shard(schema: pa.Schema, start: int, count: int, rng: np.random.Generator, words: list[str]) -> pa.Table:
    scores = np.clip(rng.normal(3.7, 0.8, (len(CRITERIA) + 1, count)), 1, 5)
    picked = random.Random(start)
    texts = [" ".join(picked.choices(words, k=picked.randint(8, 30))) for _ in range(count)]
    filler = "x = [1, 2, 3]\n" * 100
    columns = {
        "id": [f"row-{at:08d}" for at in range(start, start + count)],
        "row": list(range(start, start + count)),
        "instruction": [texts[at - at % 3] for at in range(count)],
        "code": [f"# {at}\n{filler}" for at in range(start, start + count)],
        "language": rng.choice(["python", "html", "svg"], count).tolist(),
        "domain": rng.choice(["chart", "webui", "svg", "demo"], count, p=[0.6, 0.2, 0.1, 0.1]).tolist(),
        "task": ["generate"] * count,
        "outcome": rng.choice(["ok", "failed", "blank", "partial"], count, p=[0.85, 0.08, 0.04, 0.03]).tolist(),
        "score": scores[0].tolist(),
        "confidence": rng.random(count).tolist(),
        "flags": [["grader_text"] if value < 0.01 else [] for value in rng.random(count)],
        "gates": [[] for _ in range(count)],
        "meta": [json.dumps({"source": f"s{at % 50}", "licence": "MIT"}) for at in range(count)],
        **{name: scores[at + 1].tolist() for at, name in enumerate(CRITERIA)},
    }
    arrays = [pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(count, f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MiB of a command, which must succeed."""
    wrapper = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", wrapper, *command], check=True, capture_output=True, text=True)
    return time.perf_counter() - start, int(done.stdout) / 1024


def plain_loop(run: Path, out: Path) -> tuple[float, float]:
    """The baseline, in a process of its own."""
    code = (
        "import json, sys\nfrom pathlib import Path\nimport pyarrow.parquet as pq\n"
        "with open(sys.argv[2], 'w') as out:\n"
        "    for file in sorted(Path(sys.argv[1], 'scores').glob('*.parquet')):\n"
        "        for row in pq.read_table(file).to_pylist():\n"
        "            keep = row['score'] is not None and row['score'] >= 3.5 and row['outcome'] == 'ok'\n"
        "            out.write(json.dumps({'id': row['id'], 'keep': keep}) + '\\n')\n"
    )
    return measured([sys.executable, "-c", code, str(run), str(out)])


def lines(rows: int) -> Iterator[str]:
    """The report."""
    yield f"# Selecting from {rows:,} rows\n"
    yield f"`python reports/select_speed.py --rows {rows}`; {platform.machine()}, {os.cpu_count()} cores, Python "
    yield f"{platform.python_version()}, pyarrow {pa.__version__}. Seed 0.\n"
    yield "| what | seconds | rows per second | peak MiB | against the loop |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run = made_run(folder / "run", rows)
        base, memory = plain_loop(run, folder / "loop.jsonl")
        yield f"| plain loop, one cut only | {base:.1f} | {rows / base:,.0f} | {memory:,.0f} | 1.0x |"
        for number, (name, policy) in enumerate(POLICIES.items()):
            seconds, memory = _selected(run, folder, number, policy.replace("TENTH", str(max(1, rows // 10))))
            yield f"| {name} | {seconds:.1f} | {rows / seconds:,.0f} | {memory:,.0f} | {base / seconds:.1f}x |"
        assert len(Run(run)) == rows


def _selected(run: Path, folder: Path, number: int, policy: str) -> tuple[float, float]:
    named = policy
    if ":" in policy:
        named = str(folder / f"policy-{number}.yaml")
        Path(named).write_text(policy, encoding="utf-8")
    command = [sys.executable, "-m", "janus_reward", "select", str(run), "--policy", named, "--json"]
    return measured([*command, "-o", str(folder / f"out-{number}")])


def main() -> None:
    """Print the report; write it with --write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    text = "\n".join(lines(given.rows)) + "\n"
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
