"""From scores to keep, drop or review: policies, and the command that applies one to a run.

    from janus_reward.select import load_policy, select_run, what_if

    selection = select_run("runs/a", load_policy("balanced"), "selected/a")
    selection.summary["kept"], what_if("runs/a", load_policy("balanced"), [3.0, 3.5, 4.0])

Names are imported when first used.
"""

from __future__ import annotations

from janus_reward.lazy import lazily

_HOMES = {
    "Policy": "policy",
    "load_policy": "policy_file",
    "presets": "policy_file",
    "Selection": "selection",
    "select_run": "selection",
    "what_if": "other_cuts",
}

__all__ = sorted(_HOMES)

__getattr__, __dir__ = lazily(__name__, _HOMES)
