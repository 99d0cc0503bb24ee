"""Writes the judge's weights file: fitted cells where there was something to fit to, the weights by hand elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

from janus_reward.judges.evidence_weights import Cell
from training.evidence_judge.prior import ByHand, Prior


def cells_by_hand(prior: Prior) -> list[Cell]:
    """One cell for every kind of triple whose weights differ from those of the more general kind."""
    found: list[Cell] = []
    for criterion in prior.criteria:
        for task, domain in sorted(product(("", *prior.tasks), ("", *prior.domains)), key=_generality):
            weights = prior.weights(criterion, domain, task)
            if weights is None or not weights.curves:
                continue
            cell = hand_cell(criterion, domain, task, weights)
            general = next((other for other in special_first(found) if other.fits(criterion, domain, task)), None)
            if general is None or (general.base, general.signals) != (cell.base, cell.signals):
                found.append(cell)
    return special_first(found)


def special_first(cells: Iterable[Cell]) -> list[Cell]:
    """Cells in the order in which they are tried: those for a task and domain, for a task, for a domain, for all."""
    return sorted(cells, key=lambda cell: (cell.criterion, -2 * bool(cell.tasks) - bool(cell.domains)))


def _generality(kind: tuple[str, str]) -> tuple[bool, bool]:
    task, domain = kind
    return bool(task), bool(domain)


def write_weights(path: Path, revision: str, cells: Sequence[Cell]) -> None:
    """Write the file, one curve a line; the same cells give the same bytes."""
    parts = ",\n".join(_written(cell) for cell in cells)
    path.write_text(f'{{"revision": {json.dumps(revision)},\n"cells": [\n{parts}\n]}}\n', encoding="utf-8")


def hand_cell(criterion: str, domain: str, task: str, weights: ByHand) -> Cell:
    """The weights by hand of one kind of triple as a cell."""
    return Cell.model_validate(
        {
            "criterion": criterion,
            "domains": [domain] if domain else [],
            "tasks": [task] if task else [],
            "base": weights.base,
            "signals": {name: [list(knot) for knot in weights.curves[name]] for name in sorted(weights.curves)},
        }
    )


def _written(cell: Cell) -> str:
    content = cell.model_dump(mode="json", exclude_defaults=True)
    signals = content.pop("signals")
    head = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items())
    curves = ",\n".join(f"    {json.dumps(name)}: {json.dumps(curve['knots'])}" for name, curve in signals.items())
    return f'  {{{head}, "signals": {{\n{curves}}}}}'
