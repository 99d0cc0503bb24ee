"""Answers run against tests, in the sandbox: programs in the formats of HumanEval and MBPP."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Literal

from janus_reward.render.base import RenderSettings
from janus_reward.render.warm import WarmWorker

_MEMORY_MB = 1024


@dataclass(frozen=True, slots=True)
class ProgramTests:
    """The tests of one item.

    Args:
        format: `humaneval`: `test` defines `check(candidate)`; `mbpp`: `test` is a list of asserts.
        prompt: the beginning of the program that the answer may continue.
        setup: run before the asserts.
        timeout_s: wall time of one program.
    """

    format: Literal["humaneval", "mbpp"]
    test: str
    prompt: str = ""
    entry_point: str = ""
    setup: str = ""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an answer passes, and why not."""

    passed: bool
    message: str | None = None


class ProgramRunner:
    """Runs programs one after the other in a warm, jailed worker."""

    def __init__(self) -> None:
        self._worker = WarmWorker()

    def run(self, answer: str, tests: ProgramTests) -> Outcome:
        """Run an answer with its tests. Raises SandboxError when the sandbox is broken.

        A program passes when it comes to its last line, which prints a word made from the tests: one that ends itself
        before the tests does not.
        """
        word = f"passed {hashlib.sha256((tests.test + answer).encode('utf-8', 'replace')).hexdigest()[:16]}"
        limits = replace(RenderSettings().limits, wall_s=tests.timeout_s, cpu_s=tests.timeout_s, memory_mb=_MEMORY_MB)
        ending = self._worker.run(f"{program(answer, tests)}\nprint({word!r})\n", asdict(RenderSettings(limits=limits)))
        if ending is None:
            return Outcome(False, "the sandboxed worker was lost twice while this program ran")
        if ending.limit is not None:
            return Outcome(False, f"stopped by the limit on {ending.limit}")
        if ending.code == 0 and ending.stdout.rstrip().endswith(word):
            return Outcome(True)
        lines = ending.stderr.strip().splitlines()
        return Outcome(False, lines[-1][:300] if lines else "it ended before its tests")

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def program(answer: str, tests: ProgramTests) -> str:
    """The whole program of an answer and its tests.

    Sources: HumanEval (Chen et al. 2021): prompt, completion, `check(entry_point)`; MBPP (Austin et al. 2021): code,
    then asserts. A chat model's answer that defines the entry point itself replaces the prompt but for its imports.
    """
    if tests.format == "mbpp":
        return "\n".join(("\n".join(answer.splitlines()), tests.setup, tests.test))
    defined = tests.entry_point in _functions(answer)
    beginning = f"{_head(tests.prompt, tests.entry_point)}\n{answer}" if defined else tests.prompt + answer
    return f"{beginning}\n{tests.test}\ncheck({tests.entry_point})"


def _functions(code: str) -> set[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _head(prompt: str, entry_point: str) -> str:
    """What a prompt says before the function asked for: imports and helpers."""
    head, found, _ = prompt.partition(f"def {entry_point}")
    return head if found else ""
