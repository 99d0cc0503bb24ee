"""janus-reward: decide which visual-code triples to train on.

    import janus_reward as jr

    with jr.Scorer(judge="evidence") as scorer:
        verdict = scorer.score(instruction="Draw a red circle", code="<svg ...>")
        print(verdict.score, verdict.criteria["visual_fidelity"].score)

The public names are those in `__all__`; each is imported when it is first used, so that importing the package is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_reward.lazy import lazily

if TYPE_CHECKING:
    from janus_reward.errors import JanusError
    from janus_reward.export.package import export_selection
    from janus_reward.report.page import report_run
    from janus_reward.run import Run
    from janus_reward.scorer import Filter, Scorer
    from janus_reward.scoring import render_dataset, score_dataset
    from janus_reward.select.policy_file import load_policy
    from janus_reward.select.selection import select_run
    from janus_reward.triple import Decision, Evidence, Render, Score, Triple, Verdict

__version__ = "0.1.0"

_HOMES = {
    "JanusError": "errors",
    "Run": "run",
    "Filter": "scorer",
    "Scorer": "scorer",
    "render_dataset": "scoring",
    "score_dataset": "scoring",
    "load_policy": "select",
    "select_run": "select",
    "export_selection": "export",
    "report_run": "report",
    "Decision": "triple",
    "Evidence": "triple",
    "Render": "triple",
    "Score": "triple",
    "Triple": "triple",
    "Verdict": "triple",
}

__all__ = [
    "Decision",
    "Evidence",
    "Filter",
    "JanusError",
    "Render",
    "Run",
    "Score",
    "Scorer",
    "Triple",
    "Verdict",
    "__version__",
    "export_selection",
    "load_policy",
    "render_dataset",
    "report_run",
    "score_dataset",
    "select_run",
]

__getattr__, __dir__ = lazily(__name__, _HOMES, "__version__")
