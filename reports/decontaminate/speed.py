r"""How fast: rows against benchmark items, one core, beside the set of 13-grams that everyone writes.

    python reports/decontaminate/speed.py DATA CORPUS.parquet [--rows N] [--repeat 3] [--write FILE] \
        [--datatrove PYTHON]

Rows are the texts of CORPUS (`reports/dedup/corpus.py`), taken for code; items those of the benchmarks of `planted.py`
and of nvBench 2.0, text channels on. Both get texts in memory and give the rows that match. CPU seconds of a process of
its own with one thread, the making of the index included, compiled before by a run on 200 rows; median of the repeats.
PYTHON is one that has datatrove 0.10 and spacy: its own filter then reads the first of the same rows, and its time is
scaled to all of them, without that of its index.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from planted import PLANTED

from janus_reward.decontaminate.detect import Detector
from janus_reward.decontaminate.items import Items, read_items
from janus_reward.decontaminate.registry import Registry
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.batch import Batch

WORD = re.compile(r"\w+")
_BATCH = 4096


def ours(texts: list[str], known: list[Items]) -> int:
    """All text channels, every hit confirmed."""
    detector = Detector(known, DecontaminateSettings(channels=("words", "structure")))
    for at in range(0, len(texts), _BATCH):
        code = pa.array(texts[at : at + _BATCH], pa.large_string())
        rows = np.arange(at, at + len(code))
        languages = pa.repeat("python", len(code))
        detector.add(Batch(pa.array(rows).cast(pa.string()), rows, code=code, languages=languages))
    return len({hit.row for hit in detector.hits()})


def naive(texts: list[str], known: list[Items]) -> int:
    """A Python set of the items' 13-grams of lower-case words; a row goes at the first that it has."""
    grams: set[str] = set()
    for one in known:
        for item in one.items:
            for text in (item.question, item.answer):
                words = WORD.findall(text.lower())
                grams.update(" ".join(words[i : i + 13]) for i in range(len(words) - 12))
    found = 0
    for text in texts:
        words = WORD.findall(text.lower())
        found += any(" ".join(words[i : i + 13]) in grams for i in range(len(words) - 12))
    return found


DATATROVE, _FEW = "datatrove 0.10, its 13-gram filter", 1_000
ENGINES = {"janus-reward, words and structure": ours, "set of 13-grams": naive}


def datatrove(python: str, texts: list[str], known: list[Items], rows: int) -> dict[str, float]:
    """Datatrove's filter over the first texts, its seconds scaled to `rows`."""
    with tempfile.TemporaryDirectory() as folder:
        items = [text for one in known for item in one.items for text in (item.question, item.answer) if text]
        names = []
        for name, lines in (("items", items), ("texts", texts)):
            names.append(str(Path(folder) / f"{name}.jsonl"))
            Path(names[-1]).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        command = [python, str(Path(__file__).with_name("datatrove_speed.py")), *names]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return {**found, "cpu": found["cpu"] * rows / len(texts)}


def child(name: str, data: Path, corpus: Path, rows: int, python: str | None) -> None:
    """One measured run."""
    registry = Registry.load()
    known = [read_items(registry.find(one)[0], None, data) for one in (*PLANTED, "nvbench2")]
    texts = pq.read_table(corpus, columns=["text"]).column("text").slice(0, rows).to_pylist()
    if name == DATATROVE:
        print(json.dumps(datatrove(python or "", texts[:_FEW], known, len(texts))))
        return
    ENGINES[name](texts[:200], known)
    started = time.process_time()
    found = ENGINES[name](texts, known)
    items = sum(len(one.items) for one in known)
    print(json.dumps({"cpu": time.process_time() - started, "rows": len(texts), "items": items, "found": found}))


def main() -> None:
    """Run each engine in turns, print (or write) the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--datatrove", metavar="PYTHON")
    parser.add_argument("--child")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child, asked.data, asked.corpus, asked.rows, asked.datatrove)
        return
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in ENGINES}
    if asked.datatrove:
        runs[DATATROVE] = []
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    for number in range(asked.repeat):
        for name in runs if number == 0 else ENGINES:
            command = [sys.executable, __file__, str(asked.data), str(asked.corpus), "--rows", str(asked.rows)]
            command += ["--datatrove", asked.datatrove] if asked.datatrove else []
            done = subprocess.run(
                [*command, "--child", name], env=environment, capture_output=True, text=True, check=True
            )
            runs[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
    text = report(runs)
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


def report(runs: dict[str, list[dict[str, float]]]) -> str:
    """The table as Markdown."""
    first = runs["janus-reward, words and structure"]
    best = statistics.median(run["cpu"] for run in first)
    lines = [
        "# Speed of decontamination", "",
        f"`python reports/decontaminate/speed.py DATA CORPUS`: {first[0]['rows']:,} rows against {first[0]['items']:,} "
        f"items, one core, Python {platform.python_version()}, {len(first)} runs in turns.", "",
        "| engine | CPU s (median; min-max) | against ours | rows flagged |", "| --- | ---: | ---: | ---: |",
    ]  # fmt: skip
    for name, done in runs.items():
        cpus = [run["cpu"] for run in done]
        middle = statistics.median(cpus)
        lines.append(
            f"| {name} | {middle:.1f} ({min(cpus):.1f}-{max(cpus):.1f}) | {middle / best:.1f}x | {done[0]['found']:,} |"
        )
    if DATATROVE in runs:
        lines.append(f"\ndatatrove: {_FEW:,} of the rows, once, scaled; its index is not counted.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
