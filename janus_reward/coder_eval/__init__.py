"""Evaluating the coder that the data makes: suites, metrics by their published definitions, runs that resume.

    from janus_reward.coder_eval import Coder, compare, evaluate_coder

    run = evaluate_coder(Coder("http://localhost:8000/v1", name="qwen"), "humaneval", "runs/he", data="benchmarks")
    for line in run.results(): print(line.name, line.estimate)
    compare(run, evaluate_coder("http://localhost:8001/v1", "humaneval", "runs/he2", data="benchmarks"))

The metrics themselves are plain functions in `janus_reward.coder_eval.metrics`. Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

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

__getattr__, __dir__ = lazily(__name__, _HOMES)
