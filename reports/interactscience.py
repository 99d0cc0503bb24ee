"""How well the evidence tells good interactive demos from bad ones: out of fold by task, with intervals.

    python reports/interactscience.py DATA_DIR RUN [--write reports/interactscience.md] [--cache DIR] [--workers N]

DATA_DIR holds `triples.jsonl.gz` and `labels.jsonl` (`id`, `task_id`, `mean_checklist_score`: the mean of a strong
judge's answers to a checklist over screenshots, 0-5). The set is scored into RUN first, unless that was done before.
A small blend of models is fitted on the signals, on whole tasks that it is not tried on: forests and ridge regression
on the score itself, and on what is above or below the mean of the task.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer, StandardScaler

import janus_reward as jr

Vector = NDArray[np.float64]

FOLDS, REPEATS, BOOTSTRAPS = 5, 3, 1000
WITHIN = 0.5
"""Weight of the two models of what is above or below the mean of the task, beside 1 for those of the score."""

KNOWN = 0.3
"""Signals that fewer of the rows than this have are left out."""

BASELINES: tuple[tuple[str, str], ...] = (
    ("code length", "code.chars"),
    ("rendered at all", "execution.drawn"),
    ("words shown", "text.words"),
    ("edge density", "picture.edge_density"),
    ("places for drawings that are filled", "plan.places_filled"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of the set: (n, k) signals with NaN for none, (n,) scores, (n,) tasks."""

    names: tuple[str, ...]
    signals: Vector
    scores: Vector
    tasks: NDArray[np.str_]

    def column(self, name: str) -> Vector:
        """One signal, none as its median (0 when nothing is known)."""
        values = self.signals[:, self.names.index(name)]
        known = values[np.isfinite(values)]
        return np.where(np.isfinite(values), values, np.median(known) if len(known) else 0.0)


def main() -> None:
    """Score, fit out of fold, print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--cache", type=Path, help="folder of renders shared between runs")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    source = next(path for path in sorted(arguments.data.glob("triples.jsonl*")))
    run = jr.score_dataset(source, arguments.run, workers=arguments.workers, cache=arguments.cache)
    rows = {row["id"]: row["evidence"] for row in run.table(["id", "evidence"]).to_pylist()}
    labels = [json.loads(line) for line in (arguments.data / "labels.jsonl").read_text().splitlines()]
    text = report(table(rows, labels))
    if arguments.write:
        arguments.write.write_text(text)
    print(text)


def table(rows: dict[str, Any], labels: list[dict[str, Any]]) -> Table:
    """Signals and labels side by side; rows without evidence are left out."""
    kept = [label for label in labels if rows.get(label["id"])]
    names = tuple(sorted({name for label in kept for name in rows[label["id"]]}))
    values = [[_number(rows[label["id"]].get(name)) for name in names] for label in kept]
    scores = np.array([label["mean_checklist_score"] for label in kept], dtype=np.float64)
    return Table(names, np.array(values), scores, np.array([label["task_id"] for label in kept]))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")


def out_of_fold(data: Table, seed: int) -> Vector:
    """(n,) predictions, each by models that saw no row of its task."""
    tasks = np.array(sorted(set(data.tasks)))
    np.random.default_rng(seed).shuffle(tasks)
    predicted = np.zeros(len(data.scores))
    for fold in range(FOLDS):
        held = np.isin(data.tasks, tasks[fold::FOLDS])
        predicted[held] = blend(data, ~held, held, seed)
    return predicted


def blend(data: Table, fitted: NDArray[np.bool_], held: NDArray[np.bool_], seed: int) -> Vector:
    """Predictions for the held rows: each model's, in units of its own spread on the fitted rows."""
    known = np.isfinite(data.signals[fitted]).mean(axis=0) > KNOWN
    train, test = data.signals[fitted][:, known], data.signals[held][:, known]
    scores = data.scores[fitted]
    above = scores - task_means(scores, data.tasks[fitted])
    total = np.zeros(int(held.sum()))
    for target, weight in ((scores, 1.0), (above, WITHIN)):
        for model in (forest(seed), ridge()):
            model.fit(train, target)
            total += weight * model.predict(test) / target.std()
    return total


def forest(seed: int) -> Any:
    """Extremely randomised trees (Geurts et al. 2006) over the signals, none as the median."""
    trees = ExtraTreesRegressor(300, min_samples_leaf=4, max_features=0.3, random_state=seed)
    return make_pipeline(SimpleImputer(strategy="median"), trees)


def ridge() -> Any:
    """Strongly shrunk linear regression over ranks."""
    ranks = QuantileTransformer(n_quantiles=50, output_distribution="uniform")
    return make_pipeline(SimpleImputer(strategy="median"), ranks, StandardScaler(), Ridge(300))


def task_means(scores: Vector, tasks: NDArray[np.str_]) -> Vector:
    """(n,) mean score of each row's task."""
    means = {task: float(scores[tasks == task].mean()) for task in set(tasks)}
    return np.array([means[task] for task in tasks])


def pairs_right(predicted: Vector, data: Table) -> dict[str, tuple[float, int]]:
    """For each task: pairs of unlike score that are ordered right (a tie counts half), and pairs."""
    found = {}
    for task in sorted(set(data.tasks)):
        rows = data.tasks == task
        wanted, given = data.scores[rows], predicted[rows]
        sign = np.sign(wanted[:, None] - wanted[None, :])
        agree = sign * np.sign(given[:, None] - given[None, :])
        upper = np.triu(sign != 0, 1)
        found[task] = (float((upper * (agree + 1) / 2).sum()), int(upper.sum()))
    return found


def measured(predicted: Vector, data: Table) -> tuple[str, str]:
    """Spearman with the score and pairs ordered right, each with a 95 % bootstrap interval over tasks."""
    pairs = pairs_right(predicted, data)
    tasks = sorted(set(data.tasks))
    rows = {task: np.flatnonzero(data.tasks == task) for task in tasks}

    def correlation(chosen: list[str]) -> float:
        index = np.concatenate([rows[task] for task in chosen])
        if np.ptp(predicted[index]) == 0:
            return 0.0
        return float(spearmanr(predicted[index], data.scores[index]).statistic)

    def accuracy(chosen: list[str]) -> float:
        return sum(pairs[task][0] for task in chosen) / max(1, sum(pairs[task][1] for task in chosen))

    return _interval(correlation, tasks, "{:.3f}"), _interval(accuracy, tasks, "{:.1%}")


def _interval(statistic: Callable[[list[str]], float], tasks: list[str], form: str) -> str:
    chance = np.random.default_rng(0)
    again = [statistic([tasks[i] for i in chance.integers(0, len(tasks), len(tasks))]) for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(again, [0.025, 0.975])
    return f"{form.format(statistic(tasks))} [{form.format(low)}, {form.format(high)}]"


def report(data: Table) -> str:
    """The report as Markdown."""
    blended = np.mean([out_of_fold(data, seed) for seed in range(REPEATS)], axis=0)
    lines = [
        "# Interactive demos: evidence against a strong judge's checklists",
        "",
        "Made by `python reports/interactscience.py DATA_DIR RUN --write reports/interactscience.md`.",
        f"{len(data.scores)} pages of {len(set(data.tasks))} tasks. Every figure of the blend is out of fold: whole",
        f"tasks are held out ({FOLDS} folds, mean of {REPEATS} shuffles). Intervals are 95 %, by {BOOTSTRAPS}",
        "bootstraps over tasks.",
        f"Machine: {os.cpu_count()} cores, {platform.machine()}.",
        "",
        "| what | Spearman with the score | pairs within a task ordered right |",
        "|---|---|---|",
        "| to reach (aim) | 0.50 (0.70) | 78% (88%) |",
        _line("blend over all signals", blended, data),
    ]
    lines += [_line(f"{words} (`{name}`)", data.column(name), data) for words, name in BASELINES if name in data.names]
    return "\n".join([*lines, "", *families(data)]) + "\n"


def _line(words: str, predicted: Vector, data: Table) -> str:
    correlation, accuracy = measured(predicted, data)
    return f"| {words} | {correlation} | {accuracy} |"


def families(data: Table) -> list[str]:
    """What is lost without each family of signals (one shuffle)."""
    lines = [
        "Without a family of signals (one shuffle of the folds):",
        "",
        "| left out | Spearman | pairs |",
        "|---|---|---|",
    ]
    names = sorted({name.partition(".")[0] for name in data.names})
    for left_out in ("", *names):
        kept = [i for i, name in enumerate(data.names) if name.partition(".")[0] != left_out]
        if not left_out or _known(data, left_out):
            less = Table(tuple(data.names[i] for i in kept), data.signals[:, kept], data.scores, data.tasks)
            predicted = out_of_fold(less, 0)
            right = pairs_right(predicted, data).values()
            share = sum(good for good, _ in right) / sum(count for _, count in right)
            correlation = float(spearmanr(predicted, data.scores).statistic)
            lines.append(f"| {left_out or 'nothing'} | {correlation:.3f} | {share:.1%} |")
    return lines


def _known(data: Table, family: str) -> bool:
    """Whether enough rows have some signal of the family."""
    own = [i for i, name in enumerate(data.names) if name.partition(".")[0] == family]
    return bool((np.isfinite(data.signals[:, own]).mean(axis=0) > KNOWN).any())


if __name__ == "__main__":
    main()
