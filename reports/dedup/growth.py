"""Time and memory of one streamed run: `python reports/dedup/growth.py corpus.parquet [...] --scratch DIR`.

Row groups are read one by one, as a corpus beyond memory would be. CPU seconds of this process (one thread), reading
the
Parquet file included; the peak of anonymous memory is sampled every 50 ms (files read in place may be dropped at any
time and do not count); each corpus in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.engine import dedup_batches, dedup_texts
from janus_reward.dedup.plan import memory_plan
from janus_reward.dedup.settings import DedupSettings


def anonymous() -> int:
    """MiB of anonymous memory now."""
    with Path("/proc/self/status").open() as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("RssAnon"))


def watch(peak: list[int], done: threading.Event) -> None:
    """Keep the highest."""
    while not done.wait(0.05):
        peak[0] = max(peak[0], anonymous())


def batches(path: str) -> Iterator[Batch]:
    """The corpus, 4,096 rows at a time."""
    with pq.ParquetFile(path) as file:
        row = 0
        for number in range(file.num_row_groups):
            for group in file.read_row_group(number, columns=["id", "text"]).to_batches(4096):
                yield Batch(group.column("id"), np.arange(row, row + len(group)), code=group.column("text"))
                row += len(group)


def measure(path: str, scratch: Path) -> None:
    """One row of the table."""
    settings = DedupSettings(on=("code",))
    dedup_texts(["warm up", "warm up", "x"], settings)
    peak, done = [anonymous()], threading.Event()
    thread = threading.Thread(target=watch, args=(peak, done))
    thread.start()
    cpu, wall = time.process_time(), time.perf_counter()
    result = dedup_batches(batches(path), settings, folder=scratch / "fingerprints", texts=False)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    done.set()
    thread.join()
    disk = sum(file.stat().st_size for file in scratch.rglob("*.bin")) / 2**20
    table = pq.read_table(path, columns=["origin", "jaccard"])
    origin, similar = table.column("origin").to_numpy(), table.column("jaccard").to_numpy()
    planted = np.flatnonzero((origin >= 0) & (similar >= settings.threshold))
    gone = result.links.survivor >= 0
    found = 1 - (~gone[planted] & ~gone[origin[planted]]).mean()
    plan = memory_plan(len(result), settings, keep_texts=False).memory_bytes / 2**20
    print(
        f"| {len(result):,} | {cpu:.1f} | {cpu / len(result) * 1e6:.1f} | {wall:.1f} | {peak[0]:,} | {plan:,.0f} "
        f"| {disk:,.0f} | {len(result.survivors):,} | {found:.4%} of {len(planted):,} |",
        flush=True,
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="+")
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--child", action="store_true")
    asked = parser.parse_args()
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if asked.child:
        scratch = Path(tempfile.mkdtemp(dir=asked.scratch))
        try:
            measure(asked.corpus[0], scratch)
        finally:
            shutil.rmtree(scratch)
        return
    print("| documents | CPU s | us/doc | wall s | peak anonymous MiB | planned MiB | scratch MiB | stay | found |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for path in asked.corpus:
        more = ["--scratch", str(asked.scratch)] if asked.scratch else []
        subprocess.run([sys.executable, __file__, path, "--child", *more], check=True, env=os.environ)


if __name__ == "__main__":
    main()
