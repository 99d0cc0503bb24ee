"""The local engine keeps order and loses no record, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from janus_reward.engines.local import LocalEngine


class Doubler:
    """Doubles numbers; dies at once on the deadly ones."""

    def __init__(self, deadly: frozenset[int]) -> None:
        self.deadly = deadly

    def __call__(self, batch: list[int]) -> list[int]:
        if self.deadly.intersection(batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return [2 * number for number in batch]

    def close(self) -> None:
        """Nothing to end."""


def batches(count: int, size: int) -> list[list[int]]:
    return [list(range(start, min(start + size, count))) for start in range(0, count, size)]


def run(deadly: frozenset[int], workers: int = 2, count: int = 40, size: int = 3) -> list[int]:
    engine: LocalEngine[int, int] = LocalEngine(partial(Doubler, deadly), workers, on_death=lambda number: -number)
    try:
        return [result for batch in engine.map(batches(count, size)) for result in batch]
    finally:
        engine.close()


def test_results_come_in_order() -> None:
    assert run(frozenset()) == [2 * number for number in range(40)]


@pytest.mark.parametrize("deadly", [frozenset({0}), frozenset({17}), frozenset({39}), frozenset({3, 4, 30})])
def test_only_the_record_that_kills_its_worker_is_given_up(deadly: frozenset[int]) -> None:
    assert run(deadly) == [-number if number in deadly else 2 * number for number in range(40)]


def test_the_source_is_read_only_a_little_ahead() -> None:
    taken = 0

    def source() -> Iterator[list[int]]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield [number]

    engine: LocalEngine[int, int] = LocalEngine(partial(Doubler, frozenset()), 1, on_death=lambda number: -number)
    results = engine.map(source())
    assert next(results) == [0]
    assert taken <= 8
    results.close()  # type: ignore[attr-defined]
    engine.close()


def test_an_exception_in_a_stage_reaches_the_caller() -> None:
    engine: LocalEngine[int, int] = LocalEngine(partial(Doubler, "no set"), 1, on_death=lambda number: number)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        list(engine.map([[1]]))
    engine.kill()


@pytest.mark.e2e
def test_a_script_without_a_main_guard_is_told_so_at_once(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text('{"instruction": "A circle", "code": "<svg/>"}\n' * 50, encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text('import janus_reward as jr\njr.score_dataset("data.jsonl", "run", workers=1)\n', encoding="utf-8")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "EngineError" in done.stderr and "__main__" in done.stderr
