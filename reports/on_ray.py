"""Ray against the local engine on one machine, and how the pipeline grows with simulated nodes.

    python reports/on_ray.py [--rounds N] [--rows R] [--write reports/on_ray.md]

First part: the same rows scored by `score_dataset` with both engines in turn, on as many cores; rows bring pictures.
The cluster is started once, before; each run starts its own workers, with both engines. A few rows alone tell what that
start takes, and so what the rows take.

Second part: clusters of 1, 2, 4 and 8 nodes of one core each, all on this machine. The work of a batch is a wait as
long as a batch of real rows takes, so that the nodes' cores are simulated and the pipeline (reading, shipping, order,
handing back) is real. Linear means that n nodes do n times as much as one.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from serving_corpus import base, endless, machine

import janus_reward as jr
from janus_reward.engines.on_ray import stream
from janus_reward.engines.ray_settings import RaySettings, Share

CORES = os.cpu_count() or 1
NODES = (1, 2, 4, 8)
_FEW = 40
_BATCH_S, _BATCHES_PER_NODE, _BATCH_BYTES = 0.8, 25, 800_000


def write_corpus(path: Path, rows: int, start: int) -> None:
    """Rows as JSONL."""
    with path.open("w", encoding="utf-8") as file:
        for record in islice(endless(base(12), start), rows):
            picture = base64.b64encode(record["render"]).decode()
            file.write(json.dumps({**record, "render": f"data:image/png;base64,{picture}"}) + "\n")


def scored(source: Path, out: Path, engine: str) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    run = jr.score_dataset(source, out, engine=engine, ray=RaySettings() if engine == "ray" else None, workers=CORES)
    seconds = time.perf_counter() - start
    if run.summary().scored < 0.9 * len(run):
        raise SystemExit(f"{engine}: scored {run.summary().scored} of {len(run)}")
    return seconds


@dataclass(frozen=True)
class Times:
    """Seconds of one engine: of a run of a few rows, and of one of all."""

    few: float
    all: float

    @property
    def rows(self) -> float:
        """What is left for the rows beyond the few."""
        return self.all - self.few


def one_machine(rows: int, rounds: int) -> list[tuple[Times, Times]]:
    """Local and Ray runs, in turn."""
    import ray

    found = []
    ray.init(num_cpus=CORES, log_to_driver=False, logging_level="error")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = folder / "few.jsonl", folder / "all.jsonl"
        write_corpus(sources[0], _FEW, 0)
        write_corpus(sources[1], rows, _FEW)
        for number in range(rounds):
            local, on_ray = (
                Times(*(scored(source, folder / f"{engine}{number}{source.stem}", engine) for source in sources))
                for engine in ("local", "ray")
            )
            found.append((local, on_ray))
    ray.shutdown()
    return found


@dataclass(frozen=True)
class Batches:
    """Batches about as large as those of rows with pictures."""

    count: int

    def __call__(self) -> Iterator[bytes]:
        """One after the other."""
        for _ in range(self.count):
            yield os.urandom(_BATCH_BYTES)


@dataclass(frozen=True)
class Waiting:
    """Work that takes as long as a batch, and no core."""

    def __call__(self) -> Callable[[bytes], tuple[float, bytes]]:
        """The work: hands back when it ended, and pictures."""

        def work(batch: bytes) -> tuple[float, bytes]:
            time.sleep(_BATCH_S)
            return time.time(), batch[: _BATCH_BYTES // 2]

        return work


def scale_out(nodes: int) -> float:
    """Batches a second, from the first that every node has done to the last, of a cluster of small nodes."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 200 * 2**20})
    for _ in range(nodes):
        cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
    try:
        share = Share(actors=(nodes, nodes))
        ended = [at for at, _ in stream(ray, Batches(nodes * _BATCHES_PER_NODE), Waiting(), share, None)]
        first, last = 3 * nodes, len(ended) - nodes
        return (last - first) / (ended[last] - ended[first])
    finally:
        ray.shutdown()
        cluster.shutdown()


def report(pairs: list[tuple[Times, Times]], rates: dict[int, float], arguments: argparse.Namespace) -> str:
    """The tables as Markdown."""
    rows = [
        (
            title,
            *(statistics.median(getattr(one, name) for one in column) for column in zip(*pairs, strict=True)),
            statistics.median(getattr(b, name) / getattr(a, name) for a, b in pairs),
        )
        for name, title in (
            ("few", f"{_FEW} rows: the start"),
            ("rows", f"the other {arguments.rows - _FEW} rows"),
            ("all", f"{arguments.rows} rows; a ratio of at most 1.15 was wanted"),
        )
    ]
    first = "\n".join(f"| {title} | {local:.1f} | {ray:.1f} | {ratio:.2f} |" for title, local, ray, ratio in rows)
    lines = [
        f"| {nodes} | {rate:.2f} | {rate / rates[NODES[0]]:.2f} | {rate / rates[NODES[0]] / nodes:.0%} |"
        for nodes, rate in rates.items()
    ]
    return f"""# Ray against the local engine

Made by `python reports/on_ray.py --rounds {arguments.rounds} --rows {arguments.rows} --write reports/on_ray.md` on
{machine()}.
Load average when it ended: {os.getloadavg()[1]:.1f} over 5 minutes. The cluster is there when Ray begins.

| rows with pictures, {CORES} cores, {len(pairs)} rounds in turn | local engine, s | Ray, s | ratio, median |
|---|---:|---:|---:|
{first}

Simulated nodes, one core each, on this one machine: a batch waits {_BATCH_S} s instead of computing, all else is real.

| nodes | batches a second | against one node | of linear |
|---:|---:|---:|---:|
{chr(10).join(lines)}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    pairs = one_machine(arguments.rows, arguments.rounds)
    rates = {nodes: scale_out(nodes) for nodes in NODES}
    text = report(pairs, rates, arguments)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
