"""Measure the engines on a planted corpus: `python reports/dedup/bench.py corpus.parquet [--only NAME] [--repeat 3]`.

Every run is a process of its own, one thread; CPU seconds of the process from texts in memory to survivors (imports and
compilation before, by a run on 200 documents), and the peak of its memory. Metrics: `found`: planted variants with J
>= T that do not stay beside their original; `unverified`: removals that no kept document resembles by T.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from corpus import shingles
from engines import ENGINES


def child(name: str, path: str, threshold: float, out: str) -> None:
    """One measured run."""
    texts = pq.read_table(path, columns=["text"]).column("text").combine_chunks()
    ENGINES[name](texts.slice(0, 200), threshold)
    wall, cpu = time.perf_counter(), time.process_time()
    survivor = ENGINES[name](texts, threshold)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    np.save(out, survivor)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "wall": wall, "memory": memory, "anonymous": anonymous_peak()}))


def anonymous_peak() -> float:
    """MiB of anonymous memory now (the peak is not told apart by the kernel)."""
    with Path("/proc/self/status").open() as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("RssAnon"))


def quality(path: str, survivor: np.ndarray, threshold: float) -> dict:
    """How right a result is."""
    table = pq.read_table(path, columns=["text", "origin", "jaccard"])
    origin, similar = table.column("origin").to_numpy(), table.column("jaccard").to_numpy()
    planted = np.flatnonzero((origin >= 0) & (similar >= threshold))
    missed = [i for i in planted if survivor[i] < 0 and survivor[origin[i]] < 0]
    removed = np.flatnonzero(survivor >= 0)
    sample = np.random.RandomState(0).permutation(removed)[:4000]
    texts = table.column("text")
    wrong = 0
    for i in sample:
        mine, other = shingles(texts[int(i)].as_py()), shingles(texts[int(survivor[i])].as_py())
        alike = len(mine & other) >= threshold * len(mine | other) - 1e-9
        wrong += not alike or survivor[survivor[i]] >= 0
    return {
        "planted": len(planted),
        "found": 1 - len(missed) / max(1, len(planted)),
        "unverified": wrong / max(1, len(sample)),
        "removed": len(removed),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--threshold", type=float, default=0.8)
    parser.add_argument("--only", action="append")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs=2, metavar=("NAME", "OUT"))
    asked = parser.parse_args()
    if asked.child:
        child(asked.child[0], asked.corpus, asked.threshold, asked.child[1])
        return
    one = {name: "1" for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_NUM_THREADS")}
    names, times, rows = asked.only or list(ENGINES), {}, {}
    for turn in range(asked.repeat):
        for name in names:
            out = f"{asked.corpus}.{names.index(name)}.npy"
            command = [
                "taskset",
                "-c",
                "0",
                sys.executable,
                __file__,
                asked.corpus,
                "--threshold",
                str(asked.threshold),
            ]
            done = subprocess.run(
                [*command, "--child", name, out], env={**os.environ, **one}, capture_output=True, text=True
            )
            if done.returncode:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                continue
            found = json.loads(done.stdout.strip().splitlines()[-1])
            times.setdefault(name, []).append(found)
            if turn == 0:
                rows[name] = quality(asked.corpus, np.load(out), asked.threshold)
            print(f"turn {turn}: {name}: {found}", file=sys.stderr, flush=True)
            Path(out).unlink()
    show(asked, times, rows)


def show(asked: argparse.Namespace, times: dict, rows: dict) -> None:
    """The table."""
    count = pq.read_metadata(asked.corpus).num_rows
    print(f"{count:,} documents, threshold {asked.threshold}, {platform.machine()}, {asked.repeat} runs, one core\n")
    print("| engine | CPU s (median; min-max) | us/doc | slower than ours | peak MiB | found | unverified | removed |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    ours = statistics.median(run["cpu"] for run in times["janus-reward"]) if "janus-reward" in times else None
    for name, runs in times.items():
        cpus = [run["cpu"] for run in runs]
        middle, row = statistics.median(cpus), rows[name]
        ratio = f"{middle / ours:.1f}x" if ours else ""
        print(
            f"| {name} | {middle:.2f} ({min(cpus):.2f}-{max(cpus):.2f}) | {middle / count * 1e6:.1f} | {ratio} "
            f"| {max(run['memory'] for run in runs):.0f} | {row['found']:.4%} of {row['planted']:,} "
            f"| {row['unverified']:.2%} | {row['removed']:,} |"
        )


if __name__ == "__main__":
    main()
