"""The recipe: which cells are fitted, on what, and how their base and interval are set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from janus_reward.calibration import Calibration, fit_calibration
from janus_reward.judges.evidence import squash
from janus_reward.judges.evidence_weights import Cell
from training.evidence_judge.additive import Additive, Labelled, Ordered, fit
from training.evidence_judge.corruptions import Corruptions
from training.evidence_judge.folds import fold_of, rows_out_of_fold
from training.evidence_judge.labels import LabelSet
from training.evidence_judge.prior import Prior
from training.evidence_judge.signs import load_signs
from training.evidence_judge.tables import NAMES
from training.evidence_judge.weights_file import cells_by_hand, special_first

FOLDS = 5
_GOOD = 4.4
"""What a known-good triple scores in the middle, where no people say otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One fitted cell.

    Args:
        labels: names of the label sets that it is fitted on, with their weights against the corruptions.
        elsewhere: weight of corruptions of other domains and tasks.
    """

    criterion: str
    domains: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    labels: Mapping[str, float] | None = None
    elsewhere: float = 0.3
    ridge: float = 0.05
    lasso: float = 0.005
    pieces: int = 4


PLANS: tuple[Plan, ...] = (
    Plan("visual_fidelity", ("chart",), labels={"viseval": 1.0}, ridge=0.1, pieces=2),
    Plan("visual_fidelity", ("webui",), labels={"calista": 4.0}, ridge=0.2, pieces=1),
    Plan("visual_fidelity", ("demo", "artifact")),
    Plan("visual_fidelity", ("svg",)),
    Plan("visual_fidelity"),
    Plan("task_completion", ("chart",)),
    Plan("task_completion", ("webui",)),
    Plan("task_completion", ("demo", "artifact"), labels={"interactscience": 2.0}, elsewhere=0.1, ridge=0.1),
    Plan("task_completion", ("svg",)),
    Plan("task_completion", ("algorithm", "symbolic"), labels={"conala": 1.0}, elsewhere=0.1),
    Plan("task_completion"),
    Plan("task_relevance", ("chart",)),
    Plan("task_relevance", ("svg",)),
    Plan("task_relevance"),
    *(
        Plan(criterion, domains, ("reproduce",))
        for criterion in ("visual_fidelity", "task_completion")
        for domains in (("chart",), ("webui", "demo", "artifact"), ("svg",), ())
    ),
    Plan("task_relevance", tasks=("reproduce",)),
    Plan("code_quality"),
    Plan("instruction_adherence", tasks=("edit", "repair")),
    Plan("preservation", tasks=("edit", "repair")),
)
"""Every fitted cell; kinds of triples without one keep the weights by hand."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that is fitted to."""

    sets: Mapping[str, LabelSet]
    corruptions: Corruptions | None

    def without(self, number: int) -> Material:
        """The material without the groups of one fold, in every set at once."""
        sets = {name: _without(part, number) for name, part in self.sets.items()}
        corruptions = self.corruptions
        if corruptions is not None:
            corruptions = corruptions.without(fold_of(corruptions.groups(), FOLDS, 0) == number)
        return Material(sets, corruptions)


def cells(material: Material, prior: Prior) -> list[Cell]:
    """Every cell of the judge: the fitted ones, and those by hand for other kinds of triples.

    Args:
        material: what is fitted to; a plan whose labelled sets are missing is fitted on what else it has.
        prior: the weights by hand.
    """
    fitted = [cell for plan in PLANS for cell in [_fitted(plan, material, prior)] if cell is not None]
    kept = [cell for cell in cells_by_hand(prior) if not any(_covers(other, cell) for other in fitted)]
    return special_first([*fitted, *kept])


def _covers(fitted: Cell, by_hand: Cell) -> bool:
    """Whether a fitted cell is for all that a cell by hand is for, and as special in its task."""
    if fitted.criterion != by_hand.criterion or bool(fitted.tasks) != bool(by_hand.tasks):
        return False
    tasks = not fitted.tasks or set(by_hand.tasks) <= set(fitted.tasks)
    return tasks and _domains_covered(fitted, by_hand)


def _domains_covered(fitted: Cell, by_hand: Cell) -> bool:
    """A cell for all domains replaces the one by hand for all; of single domains only where its task is its own."""
    if not by_hand.domains:
        return not fitted.domains
    return set(by_hand.domains) <= set(fitted.domains) or (not fitted.domains and bool(fitted.tasks))


def _fitted(plan: Plan, material: Material, prior: Prior) -> Cell | None:
    known = prior.weights(plan.criterion, next(iter(plan.domains), ""), next(iter(plan.tasks), ""))
    labelled, ordered = _targets(plan, material)
    if known is None or not (labelled or ordered):
        return None
    gone = prior.taken_away(plan.criterion, next(iter(plan.domains), ""), next(iter(plan.tasks), ""))
    signs = {name: sign for name, sign in load_signs()[plan.criterion].items() if name not in gone}

    def fit_on(rows: Sequence[Labelled], pairs: Sequence[Ordered]) -> Additive:
        return fit(NAMES, signs, rows, pairs, known.curves, ridge=plan.ridge, lasso=plan.lasso, pieces=plan.pieces)

    model = fit_on(labelled, ordered)
    content = {
        "criterion": plan.criterion,
        "domains": plan.domains,
        "tasks": plan.tasks,
        "base": round(float(np.clip(_base(plan, model, labelled, material, known.base), 1, 5)), 3),
        "signals": {name: [list(knot) for knot in model.curves[name]] for name in sorted(model.curves)},
        "calibration": _calibration(fit_on, labelled, ordered),
        "fitted_on": sorted({part.name.split("/")[0] for part in labelled} | set(plan.labels or ()) | {"corruptions"}),
    }
    return Cell.model_validate(content) if model.curves else None


def _targets(plan: Plan, material: Material) -> tuple[list[Labelled], list[Ordered]]:
    labelled: list[Labelled] = []
    ordered: list[Ordered] = []
    for name, weight in (plan.labels or {}).items():
        part = material.sets.get(name)
        if part is not None and part.rows is not None:
            labelled.append(replace(part.rows, weight=weight))
        if part is not None and part.pairs is not None:
            ordered.append(replace(part.pairs, weight=weight * part.pairs.weight))
    if material.corruptions is not None:
        ordered += material.corruptions.ordered(plan.criterion, plan.domains, plan.tasks, plan.elsewhere)
    return labelled, ordered


def _base(plan: Plan, model: Additive, labelled: Sequence[Labelled], material: Material, by_hand: float) -> float:
    """The labels' own level; without labels the one that puts the middle known-good triple at `_GOOD`."""
    if labelled:
        return model.bases[labelled[0].name]
    corruptions = material.corruptions
    if corruptions is None:
        return by_hand
    at = corruptions.table.index()
    good = sorted({at[pair["good_id"]] for pair in corruptions.pairs})
    table = corruptions.table
    rows = [row for row in good if not plan.domains or table.domain[row] in plan.domains]
    rows = [row for row in rows if not plan.tasks or table.task[row] in plan.tasks]
    return _GOOD - float(np.median(model.predict(table.x[rows]))) if len(rows) >= 5 else by_hand


def _calibration(
    fit_on: Callable[[Sequence[Labelled], Sequence[Ordered]], Additive],
    labelled: Sequence[Labelled],
    ordered: Sequence[Ordered],
) -> Calibration | None:
    """From out-of-fold predictions of the first labelled set; `None` without one."""
    if not labelled:
        return None
    rows = labelled[0]
    raw = [squash(value) for value in rows_out_of_fold(fit_on, rows, labelled[1:], ordered).tolist()]
    return fit_calibration(raw, rows.y.tolist(), rows.group.tolist(), rows.name)


def _without(part: LabelSet, number: int) -> LabelSet:
    rows, pairs = part.rows, part.pairs
    if rows is not None:
        rows = rows.take(fold_of(rows.group, FOLDS, 0) != number)
    if pairs is not None:
        inside: NDArray[np.bool_] = (fold_of(pairs.group, FOLDS, 0) == number).any(axis=1)
        pairs = pairs.take(~inside)
    return replace(part, rows=rows, pairs=pairs)
