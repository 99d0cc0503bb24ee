"""Whether a page's controls do anything, from the probes that the browser made with real input events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def responsive(facts: Mapping[str, Any]) -> float | None:
    """Share of the driven controls that could be reached, changed something, and threw nothing.

    After the functional tests of InteractScience (2025), which drive what a plan names; here every control of the
    page is driven (at most 12), so that no test has to be written.

    Returns: 0 to 1, 0 for a page without controls; `None` where nothing was probed although there are controls, or all
    probes are undecided (a page that moves by itself).
    """
    probes, controls = facts.get("probes"), facts.get("controls")
    if not isinstance(probes, list) or not probes:
        return None if controls else 0.0
    decided = [probe for probe in probes if _decided(probe)]
    return sum(map(_works, decided)) / len(decided) if decided else None


def _decided(probe: Any) -> bool:
    return isinstance(probe, Mapping) and (bool(probe.get("error")) or probe.get("changed") is not None)


def _works(probe: Mapping[str, Any]) -> bool:
    return bool(probe.get("reached")) and bool(probe.get("changed")) and not probe.get("error")
