"""The service against the library in this process: throughput at saturation, latency below it, costs, memory over time.

    python reports/serve.py [--rounds N] [--seconds S] [--write reports/serve.md]

Each round measures the library, the service, and the service's latency, one after the other over the same kind of
triples (each brings a picture that nobody has seen): the speed of a shared machine's cores changes within seconds, and
a round compares what was measured side by side. Latency is open-loop: requests are sent at random times at 80% of the
saturation that the same round found, and counted from when they should have been sent. The load generator runs on the
same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import httpx2 as httpx
from serving_corpus import base, endless, machine

from janus_reward.dataset.single import enclosed_triple
from janus_reward.engines.local import LocalEngine
from janus_reward.serve.settings import ServeSettings
from janus_reward.stages import RenderStageConfig, ScoreStageConfig, dead_render

CORES = os.cpu_count() or 1
_PART = 40
_RECYCLE = ServeSettings(Path()).recycle


class Service:
    """`janus-reward serve` with one worker a core."""

    def __init__(self, folder: Path) -> None:
        argv = [
            sys.executable,
            "-m",
            "janus_reward",
            "serve",
            "--port",
            "0",
            "--state",
            str(folder),
            "--workers",
            str(CORES),
        ]
        log = (folder.parent / "log").open("w")
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, text=True)
        found = re.match(r"(http://\S+)", self._process.stdout.readline() if self._process.stdout else "")
        self.url = found.group(1) if found else ""
        while True:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def memory_mb(self) -> float:
        """Memory of the web process and its workers that is theirs alone: resident, less what files back."""
        status = httpx.get(f"{self.url}/v1/status").json()
        pids = [status["pid"], *(pid for some in status["workers"].values() for pid in some)]
        pages = [Path(f"/proc/{pid}/statm").read_text().split() for pid in pids]
        return sum(int(one[1]) - int(one[2]) for one in pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def processor_s(self) -> dict[str, float]:
        """Processor time so far: of the web process, and of its workers with their sandboxes."""
        status = httpx.get(f"{self.url}/v1/status").json()
        workers = [pid for some in status["workers"].values() for pid in some]
        return {"web": _processor_s(status["pid"]), "workers": sum(map(_family_s, workers))}

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _family_s(pid: int) -> float:
    """Of a process and all below it."""
    below = [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    return _processor_s(pid) + sum(map(_family_s, below))


def body(record: dict[str, Any]) -> bytes:
    """A request for one triple."""
    sent = {**record, "render": base64.b64encode(record["render"]).decode()}
    return json.dumps({"triple": sent}).encode()


def session(url: str) -> aiohttp.ClientSession:
    """A client that costs the machine little."""
    return aiohttp.ClientSession(
        url, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(120), raise_for_status=True
    )


async def ask(client: aiohttp.ClientSession, record: dict[str, Any]) -> None:
    """One request; anything but a scored verdict stops the measurement."""
    async with client.post("/v1/score", data=body(record), headers={"content-type": "application/json"}) as answer:
        told = json.loads(await answer.read())
    if told["verdicts"][0]["score"] is None:
        raise SystemExit(f"not scored: {told}")


async def saturated(url: str, records: Iterator[dict[str, Any]], seconds: float) -> float:
    """Triples a second with twice as many requests under way as there are workers."""
    done, end = 0, time.perf_counter() + seconds

    async def worker(client: aiohttp.ClientSession) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await ask(client, next(records))
            done += 1

    start = time.perf_counter()
    async with session(url) as client:
        await asyncio.gather(*(worker(client) for _ in range(2 * CORES)))
    return done / (time.perf_counter() - start)


async def alone(url: str, records: Iterator[dict[str, Any]], requests: int) -> list[float]:
    """Seconds of requests sent one after the other."""
    found = []
    async with session(url) as client:
        for _ in range(requests):
            start = time.perf_counter()
            await ask(client, next(records))
            found.append(time.perf_counter() - start)
    return found


async def latencies(
    url: str, records: Iterator[dict[str, Any]], rate: float, seconds: float, chance: random.Random
) -> list[float]:
    """Seconds from when each request was due, at random times of a mean rate."""
    found, tasks = [], []

    async def one(client: aiohttp.ClientSession, due: float, record: dict[str, Any]) -> None:
        await ask(client, record)
        found.append(time.perf_counter() - due)

    async with session(url) as client:
        due = time.perf_counter() + 0.5
        end = due + seconds
        while due < end:
            record = next(records)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(client, due, record)))
            due += chance.expovariate(rate)
        await asyncio.gather(*tasks)
    return found


class Library:
    """The stages on the cores of this machine, as `score_many(workers=...)` runs them."""

    def __init__(self, folder: Path) -> None:
        config = ScoreStageConfig(RenderStageConfig(folder))
        self._engine: LocalEngine[Any, Any] = LocalEngine(config, CORES, dead_render)

    def rate(self, records: Iterator[dict[str, Any]], seconds: float) -> float:
        """Triples a second; requests are prepared inside the time, as the service's are."""
        done, start = 0, time.perf_counter()

        def batches() -> Iterator[list[Any]]:
            while time.perf_counter() - start < seconds:
                yield [enclosed_triple(next(records))]

        for finished in self._engine.map(batches()):
            if any(one.verdict.score is None for one in finished):
                raise SystemExit("not scored")
            done += len(finished)
        return done / (time.perf_counter() - start)

    def close(self) -> None:
        """End the processes."""
        self._engine.close()


async def memory(service: Service, records: Iterator[dict[str, Any]], requests: int) -> list[float]:
    """MiB after every hundredth request."""
    found = []
    async with session(service.url) as client:
        for at in range(0, requests, 20):
            await asyncio.gather(*(ask(client, next(records)) for _ in range(20)))
            if at % 100 == 80:
                found.append(service.memory_mb())
    return found


async def processor(service: Service, records: Iterator[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds of processor time a request, by who takes it: the median of ten parts.

    A part in which a sandboxed process ended, and took its count along, falls out that way.
    """
    parts = []
    async with session(service.url) as client:
        for _ in range(10):
            before, own = service.processor_s(), time.process_time()
            for _ in range(0, _PART, 4):
                await asyncio.gather(*(ask(client, next(records)) for _ in range(4)))
            own, after = time.process_time() - own, service.processor_s()
            parts.append({name: after[name] - before[name] for name in before} | {"load generator": own})
    return {name: 1000 * statistics.median(part[name] for part in parts) / _PART for name in parts[0]}


@dataclass(frozen=True)
class Round:
    """Triples a second of the library and of the service, then seconds of the service's requests at 80% of that."""

    library: float
    service: float
    waits: list[float]

    def quantile(self, percent: int) -> float:
        """Milliseconds."""
        return 1000 * statistics.quantiles(self.waits, n=100)[percent - 1]


def measured(service: Service, library: Library, records: Iterator[dict[str, Any]], seconds: float) -> Iterator[Round]:
    """Rounds without end."""
    chance = random.Random(1)
    while True:
        plain = library.rate(records, seconds)
        served = asyncio.run(saturated(service.url, records, seconds))
        yield Round(plain, served, asyncio.run(latencies(service.url, records, 0.8 * served, 2 * seconds, chance)))


def report(rounds: list[Round], single: list[float], costs: dict[str, float], mb: list[float], arguments: Any) -> str:
    """The tables as Markdown."""
    library, service = (statistics.median(getattr(one, name) for one in rounds) for name in ("library", "service"))
    ratio = statistics.median(one.service / one.library for one in rounds)
    rates = [one.library for one in rounds]
    cuts = {percent: sorted(one.quantile(percent) for one in rounds) for percent in (50, 90, 99)}
    row = {
        percent: f"{statistics.median(found):.0f} ({found[0]:.0f}-{found[-1]:.0f})" for percent, found in cuts.items()
    }
    settled = mb[len(mb) // 3 :]
    slope = statistics.linear_regression(range(len(settled)), settled).slope * 10
    command = f"python reports/serve.py --rounds {arguments.rounds} --seconds {arguments.seconds:g}"
    requests = sum(len(one.waits) for one in rounds)
    return f"""# The service against the library

Made by `{command} --write reports/serve.md` on
{machine()}.
Each triple brings a picture that nobody has seen; judge `evidence`; the load generator runs on the same cores.
Medians of {len(rounds)} rounds, each of the library, the service at saturation, and the service at 80% of that.
Load average when it ended: {os.getloadavg()[1]:.1f} over 5 minutes (what this run itself takes is about {CORES}).
Between the rounds the library's own rate went from {min(rates):.1f} to {max(rates):.1f}: the cores are shared.

| | library, {CORES} processes | service, {CORES} workers | ratio | bar |
|---|---:|---:|---:|---:|
| triples a second at saturation | {library:.1f} | {service:.1f} | {ratio:.2f} | 0.90 |

| latency at 80% of saturation ({0.8 * service:.1f} a second, {requests} requests, open loop) | ms (rounds) | bar |
|---|---:|---:|
| p50 | {row[50]} | 60 |
| p90 | {row[90]} | |
| p99 | {row[99]} | 250 |
| requests one after the other, p50 | {1000 * statistics.median(single):.0f} | |
| a triple in the library, {CORES} processes busy | {1000 * CORES / library:.0f} | |

| processor time a request | ms |
|---|---:|
| workers with their sandboxes | {costs["workers"]:.1f} |
| web process | {costs["web"]:.1f} |
| load generator | {costs["load generator"]:.1f} |

| memory of web process and workers | MiB |
|---|---:|
| after {100 * (len(mb) - len(settled) + 1)} requests / after {100 * len(mb)} | {settled[0]:.0f} / {settled[-1]:.0f} |
| growth per 1,000 requests (least squares over the last two thirds) | {slope:+.2f} |
| so at most, until every worker is replaced ({_RECYCLE:,} triples each) | {slope * CORES * _RECYCLE / 1000:+.0f} |
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--requests", type=int, default=4000, help="of the memory test")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    records = endless(base(20))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service, library = Service(folder / "state"), Library(folder / "store")
        try:
            library.rate(records, 3)
            asyncio.run(saturated(service.url, records, 3))
            rounds = list(islice(measured(service, library, records, arguments.seconds), arguments.rounds))
            single = asyncio.run(alone(service.url, records, 100))
            costs = asyncio.run(processor(service, records))
            mb = asyncio.run(memory(service, records, arguments.requests))
        finally:
            service.close()
            library.close()
    text = report(rounds, single, costs, mb, arguments)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
