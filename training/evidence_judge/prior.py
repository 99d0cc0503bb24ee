"""The weights by hand: what was known before anything was fitted, and what is used where nothing can be fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from janus_reward.evidence import SIGNALS
from training.evidence_judge.additive import Curves

BY_HAND = Path(__file__).with_name("by_hand.yaml")


@dataclass(frozen=True, slots=True)
class ByHand:
    """Base and curves of one criterion for one kind of triple."""

    base: float
    curves: Curves


class Prior:
    """The layered file: weights for any triple, and what domains and then tasks add, replace or (null) take away.

    Raises:
        ValueError: a signal is unknown.
    """

    def __init__(self, path: Path = BY_HAND) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._criteria: Mapping[str, Any] = content["criteria"]
        self._domains: Mapping[str, Any] = content["domains"]
        self._tasks: Mapping[str, Any] = content["tasks"]
        for layer in (self._criteria, *self._domains.values(), *self._tasks.values()):
            for weights in layer.values():
                unknown = set(weights.get("signals", {})) - set(SIGNALS)
                if unknown:
                    raise ValueError(f"{path.name}: unknown signals {sorted(unknown)}")

    @property
    def criteria(self) -> list[str]:
        """Every criterion that some layer knows."""
        layers = (self._criteria, *self._domains.values(), *self._tasks.values())
        return sorted({name for layer in layers for name in layer})

    @property
    def tasks(self) -> list[str]:
        """The tasks with a layer of their own."""
        return sorted(self._tasks)

    @property
    def domains(self) -> list[str]:
        """The domains with a layer of their own."""
        return sorted(self._domains)

    def weights(self, criterion: str, domain: str = "", task: str = "") -> ByHand | None:
        """Weights of a criterion for a kind of triple; `None` when no layer gives a base."""
        base: float | None = None
        for layer in self._layers(domain, task):
            base = layer.get(criterion, {}).get("base", base)
        kept = {
            name: tuple((float(x), float(y)) for x, y in knots)
            for name, knots in self._curves(criterion, domain, task).items()
            if knots is not None
        }
        return None if base is None else ByHand(float(base), kept)

    def taken_away(self, criterion: str, domain: str = "", task: str = "") -> frozenset[str]:
        """Signals that a layer takes away (null): for such triples they say nothing, fitted or not."""
        return frozenset(name for name, knots in self._curves(criterion, domain, task).items() if knots is None)

    def _layers(self, domain: str, task: str) -> tuple[Mapping[str, Any], ...]:
        return self._criteria, self._domains.get(domain, {}), self._tasks.get(task, {})

    def _curves(self, criterion: str, domain: str, task: str) -> dict[str, Any]:
        curves: dict[str, Any] = {}
        for layer in self._layers(domain, task):
            curves |= layer.get(criterion, {}).get("signals", {})
        return curves
