"""Runs that are stopped at any point go on where they were and end with the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from janus_reward.run import Run
from tests.e2e.corpus import command, janus, mixed_rows, score_bytes, svg_rows, write_corpus

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROWS = 36
SETTINGS = ("--shard-rows", 2, "--workers", 2)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("source"), mixed_rows()[:6] + svg_rows(ROWS - 6))


@pytest.fixture(scope="module")
def whole(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    run = tmp_path_factory.mktemp("whole") / "run"
    assert janus("score", "dataset", source, "-o", run, *SETTINGS).returncode == 0
    return score_bytes(run)


def start(source: Path, run: Path) -> subprocess.Popen[bytes]:
    arguments = command("score", "dataset", source, "-o", run, *SETTINGS)
    return subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=heed_interrupts
    )


def heed_interrupts() -> None:
    """A shell starts what it puts into the background with SIGINT ignored, and the tests may be such a thing."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[bytes], limit_s: float = 120) -> None:
    end = time.monotonic() + limit_s
    while not condition() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


def shards(run: Path) -> int:
    return len(list((run / "scores").glob("part-*.parquet")))


def test_killed_at_many_points_it_ends_with_the_same_bytes(
    source: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    """SIGKILL before the first shard, between two, while one is written, and after the last: nothing lost, nothing twice."""
    run, dice, kills = tmp_path / "run", random.Random(0), 0
    for _ in range(30):
        process, before = start(source, run), shards(run)
        wait_until(lambda before=before: shards(run) > before, process)  # type: ignore[misc]
        if process.poll() is not None:
            break
        time.sleep(dice.random() * 0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 5
    assert janus("score", "dataset", source, "-o", run, *SETTINGS).returncode == 0
    assert score_bytes(run) == whole
    assert Run(run).table(["row"]).column("row").to_pylist() == list(range(ROWS))


def test_killed_before_anything_was_written_it_starts_over(
    source: Path, whole: dict[str, bytes], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    process = start(source, run)
    wait_until(lambda: (run / "manifest.json").exists(), process)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert janus("score", "dataset", source, "-o", run, *SETTINGS).returncode == 0
    assert score_bytes(run) == whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly_and_says_how_to_resume(
    source: Path, whole: dict[str, bytes], tmp_path: Path, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    process = start(source, run)
    wait_until(lambda: shards(run) >= 1, process)
    process.send_signal(number)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 3
    assert b"run the same command again" in complaint
    assert Run(run).manifest["status"] == "stopped"
    assert janus("score", "dataset", source, "-o", run, *SETTINGS).returncode == 0
    assert score_bytes(run) == whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KiB, where the test may make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_the_run_and_loses_nothing(source: Path, whole: dict[str, bytes], small_disk: Path) -> None:
    run = small_disk / "run"
    full = janus("score", "dataset", source, "-o", run, *SETTINGS)
    assert full.returncode == 3
    assert "cannot write" in full.stderr
    assert "Free space" in full.stderr
    assert "Traceback" not in full.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert janus("score", "dataset", source, "-o", run, *SETTINGS).returncode == 0
    assert score_bytes(run) == whole
