"""Throughput of the chat client against a server of fixed latency: `python reports/model_clients.py [--write]`.

The baseline in the same run is the reference way: one process per worker, each with a blocking client. The server is a
process of its own that answers every request after the latency; the ideal is in flight / latency.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import time
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path

from janus_reward.judges.engine.base import Message, Request
from janus_reward.judges.engine.chat import ChatEngine, ChatSettings

_REPLY = {
    "object": "chat.completion",
    "model": "fixed",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"reason": "seen"}'}}
    ],
    "usage": {"prompt_tokens": 900, "completion_tokens": 12},
}
_PROMPT = "The material of one triple, about as long as a short program with its instruction. " * 40


def serve(latency_s: float, pipe: Connection) -> None:
    """Answer every request after a fixed time, for as long as the process lives; sends its port."""
    data = json.dumps(_REPLY).encode()
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data) + data

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                at = head.lower().index(b"content-length:") + 15
                await reader.readexactly(int(head[at : head.index(b"\r", at)]))
                await asyncio.sleep(latency_s)
                writer.write(reply)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=2048)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def ours(port: int, in_flight: int, count: int) -> tuple[float, float]:
    """Seconds for so many requests after a warm-up, and CPU seconds of this process in them."""
    engine = ChatEngine(ChatSettings(endpoint=f"http://127.0.0.1:{port}/v1", in_flight=in_flight), "fixed", "1")
    request = Request((Message("user", (_PROMPT,)),), max_tokens=32)
    left = iter(range(10**9))

    async def worker(last: int) -> None:
        while next(left) < last:
            await engine.complete(request)

    async def burst(last: int) -> None:
        await asyncio.gather(*(worker(last) for _ in range(in_flight)))

    await burst(6 * in_flight)
    start, cpu = time.perf_counter(), time.process_time()
    await burst(7 * in_flight + count)
    took, used = time.perf_counter() - start, time.process_time() - cpu
    await engine.aclose()
    return took, used


def blocking(port: int, count: int) -> int:
    """One worker of the reference way: a client that waits for each reply before it sends the next request."""
    body = json.dumps({"model": "fixed", "messages": [{"role": "user", "content": _PROMPT}], "max_tokens": 32}).encode()
    for _ in range(count):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/chat/completions", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as reply:
            json.load(reply)
    return count


def processes(port: int, workers: int, each: int) -> tuple[float, float]:
    """Seconds and MiB of the reference way with so many worker processes."""
    context = multiprocessing.get_context("fork")
    start = time.perf_counter()
    with context.Pool(workers) as pool:
        pool.starmap(blocking, [(port, each)] * workers, chunksize=1)
        took = time.perf_counter() - start
        memory = sum(_private_mib(child.pid) for child in multiprocessing.active_children())
    return took, memory


def _private_mib(pid: int | None) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


async def memory(port: int, count: int) -> list[float]:
    """Resident MiB of this process after each tenth of so many requests."""
    engine = ChatEngine(ChatSettings(endpoint=f"http://127.0.0.1:{port}/v1", in_flight=256), "fixed", "1")
    request = Request((Message("user", ("short",)),), max_tokens=32)
    seen = []
    for _ in range(10):
        left = iter(range(count // 10))

        async def worker(left: object = left) -> None:
            for _ in left:  # type: ignore[attr-defined]
                await engine.complete(request)

        await asyncio.gather(*(worker() for _ in range(256)))
        seen.append(_rss_mib())
    await engine.aclose()
    return seen


class _Server:
    def __init__(self, latency_s: float) -> None:
        parent, child = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(latency_s, child), daemon=True)
        self._process.start()
        self.port: int = parent.recv()

    def __enter__(self) -> int:
        return self.port

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.join()


def measured(latency_s: float, in_flight: int, rounds: int) -> str:
    """One line of the table: the median of three."""
    count = in_flight * rounds
    with _Server(latency_s) as port:
        tries = [asyncio.run(ours(port, in_flight, count)) for _ in range(3)]
    ideal = in_flight / latency_s
    took, cpu = statistics.median(t for t, _ in tries), statistics.median(c for _, c in tries)
    rate = count / took
    told = f"{rate:.0f}/s | {ideal:.0f}/s | {rate / ideal:.1%} | {1000 * cpu / count:.2f} ms"
    return f"| our client | {in_flight} | {latency_s:g} s | {told} |"


def reference(latency_s: float, workers: int, rounds: int) -> str:
    """The same for the reference way; the ideal is that of 256 in flight."""
    with _Server(latency_s) as port:
        took, mib = processes(port, workers, rounds)
    rate, ideal = workers * rounds / took, 256 / latency_s
    told = f"{rate:.0f}/s | {ideal:.0f}/s | {rate / ideal:.1%} | {mib:.0f} MiB private in {workers} processes"
    return f"| blocking, a process each | {workers} | {latency_s:g} s | {told} |"


def report(soak: int) -> str:
    """The whole report."""
    cores = len(os.sched_getaffinity(0))
    lines = ["# Throughput of the judge's client", "", "Made by `python reports/model_clients.py --write`.", ""]
    lines += [
        f"{cores} cores shared with the server process and whatever else runs here (load average "
        f"{os.getloadavg()[0]:.0f}); median of three runs of ours.",
        "",
    ]
    lines += ["| client | in flight | latency | requests | ideal | share of ideal | CPU a request / memory |"]
    lines += ["|---|---|---|---|---|---|---|"]
    lines += [measured(2.0, 256, 4), measured(1.0, 256, 6), measured(0.5, 256, 8), measured(1.0, 64, 6)]
    workers = max(1, (os.cpu_count() or 2) // 2)
    lines += [reference(1.0, workers, 6), reference(1.0, 64, 4)]
    lines += [
        "",
        f"The reference pipeline starts half as many workers as there are cores ({workers} here); 64 is a generous",
    ]
    lines += ["choice. The share is of what 256 requests in flight would reach.", ""]
    with _Server(0.05) as port:
        seen = asyncio.run(memory(port, soak))
    lines += [f"Memory over {soak:,} requests at 256 in flight, resident MiB after each tenth:", ""]
    lines += [" ".join(f"{value:.1f}" for value in seen), ""]
    lines += [f"Last less second tenth: {seen[-1] - seen[1]:+.1f} MiB.", ""]
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="write reports/models/clients.md")
    parser.add_argument("--soak", type=int, default=100_000)
    args = parser.parse_args()
    text = report(args.soak)
    print(text)
    if args.write:
        path = Path(__file__).parent / "models" / "clients.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
