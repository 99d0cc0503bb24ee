"""Evaluating the coder that the data makes: suites, metrics by their published definitions, runs that resume.

    from janus_reward.coder_eval import Coder, compare, evaluate_coder

    run = evaluate_coder(Coder("http://localhost:8000/v1", name="qwen"), "humaneval", "runs/he", data="benchmarks")
    for line in run.results(): print(line.name, line.estimate)
    compare(run, evaluate_coder("http://localhost:8001/v1", "humaneval", "runs/he2", data="benchmarks"))

The metrics themselves are plain functions in `janus_reward.coder_eval.metrics`. Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Coder": "coder",
    "EvalRun": "results",
    "MEASURES": "measures",
    "Suite": "suite",
    "compare": "results",
    "evaluate_coder": "evaluation",
    "load_suite": "suite",
    "suite_names": "suite",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return __all__
