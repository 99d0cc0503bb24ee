"""Recipe `reward-eval`: reward models on held-out pairs, beside the evidence judge and the untrained backbone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janus_reward.agreement.labels import Ratings, read_labels
from janus_reward.agreement.statistics import Estimate, bootstrapped, spearman
from janus_reward.errors import InputError
from janus_reward.train.config import Part
from janus_reward.train.dataset import Preferences
from janus_reward.train.pair_figures import (
    Scored,
    accuracy,
    calibration_error,
    gain,
    length_bias,
    moved_by_controls,
    slices,
)

EVIDENCE, UNTRAINED = "evidence judge", "untrained"


class Config(Part):
    """What is compared on what.

    Args:
        data: of the recipe `preference-data`; its test split is used.
        out: Markdown file of the report; figures go beside it as JSON.
        models: folders of the recipe `reward-model`; the last one is compared in detail.
        untrained: also the last model as it was before training.
        labels: ratings of people by id, to correlate with.
    """

    data: Path
    out: Path
    models: tuple[Path, ...]
    untrained: bool = True
    labels: Path | None = None


def run(config: Config, say: Callable[[str], None]) -> dict[str, Any]:
    """Score the test answers with every model and write the report."""
    data = Preferences(config.data, "test")
    if not config.models or not len(data):
        raise InputError("nothing to evaluate", hint="Name `models`, and data with a test split.")
    numbers = {EVIDENCE: {id_: data.answer(id_)["score"] for id_ in data.ids}}
    if config.untrained:
        say("the last model before training")
        numbers[UNTRAINED] = _numbers(_untrained(config.models[-1]), data)
    for folder in config.models:
        say(folder.name)
        numbers[folder.name] = _numbers(_opened(folder), data)
    scored = [_scored(name, values, data) for name, values in numbers.items()]
    held_out = json.loads((config.data / "manifest.json").read_text())["settings"]["held_out_sources"]
    table = _Table(data, scored, held_out)
    lines = list(table.lines())
    if config.labels is not None:
        lines += list(_correlations(config.labels, numbers))
    config.out.parent.mkdir(parents=True, exist_ok=True)
    config.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    figures = table.figures()
    config.out.with_suffix(".json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return {"out": str(config.out), "figures": figures}


class _Table:
    """The report's lines."""

    def __init__(self, data: Preferences, scored: Sequence[Scored], held_out: Sequence[str]) -> None:
        self._pairs, self._scored = data.pairs, scored
        self._masks = slices(data.pairs, held_out)
        self._common = np.asarray(~np.isnan(np.stack([item.right for item in scored])).any(axis=0), dtype=np.bool_)
        self._groups = [pair["id_chosen"] for pair in data.pairs]
        codes = [[len(data.answer(pair[side])["code"]) for pair in data.pairs] for side in ("id_chosen", "id_rejected")]
        self._lengths = np.array(codes, dtype=float)

    def figures(self) -> dict[str, Any]:
        """Accuracy of every scorer by slice: value, low, high, n."""
        return {
            item.name: {name: _plain(accuracy(item, mask, self._common)) for name, mask in self._masks.items()}
            for item in self._scored
        }

    def lines(self) -> Iterator[str]:
        """Markdown."""
        decided = self._masks["all held-out pairs"]
        common = int((decided & self._common).sum())
        yield "Accuracy: share of held-out pairs whose better answer gets the higher number, a tie counting one half,"
        yield f"with Wilson's 95 % interval, on the {common} of {int(decided.sum())} decided pairs for which every"
        yield "scorer has numbers. The evidence judge's number is its total."
        yield ""
        yield from _table(["scorer", *self._masks], self._accuracies())
        yield ""
        best, evidence = self._scored[-1], self._scored[0]
        yield f"Accuracy of {best.name} less that of the evidence judge on the same pairs, 95 % interval over triples:"
        yield ""
        gains = [(name, str(gain(best, evidence, mask, self._groups))) for name, mask in self._masks.items()]
        yield from _table(["slice", "gain"], gains)
        yield ""
        yield "Length, calibration and harmless changes:"
        yield ""
        heads = ["scorer", "right where the better one is longer", "where it is shorter", "Spearman with length"]
        yield from _table([*heads, "calibration error", "move under harmless changes (sd)"], self._biases())
        yield ""
        yield "By kind of damage:"
        yield ""
        yield from _table(["kind", "pairs", *(item.name for item in self._scored)], self._kinds())

    def _accuracies(self) -> Iterator[tuple[str, ...]]:
        for item in self._scored:
            yield (item.name, *(_share(accuracy(item, mask, self._common)) for mask in self._masks.values()))

    def _biases(self) -> Iterator[tuple[str, ...]]:
        equal = np.array([pair["equal"] for pair in self._pairs], dtype=bool)
        gap = self._lengths[0] - self._lengths[1]
        for item in self._scored:
            lengths = self._lengths.ravel()
            up, down, rank = length_bias(item, (gap > 0) & ~equal, (gap < 0) & ~equal, lengths, self._common)
            error = f"{calibration_error(item, ~equal):.3f}" if item.name != EVIDENCE else "-"
            told = "-" if rank is None else f"{rank:.2f}"
            yield item.name, _share(up), _share(down), told, error, f"{moved_by_controls(item, equal):.3f}"

    def _kinds(self) -> Iterator[tuple[str, ...]]:
        for kind in sorted({pair["kind"] for pair in self._pairs if not pair["equal"]}):
            mask = np.array([pair["kind"] == kind for pair in self._pairs], dtype=bool)
            shares = [accuracy(item, mask, self._common) for item in self._scored]
            if shares[0].n:
                values = ["-" if share.value is None else f"{share.value:.0%}" for share in shares]
                yield kind or "(not damage)", str(shares[0].n), *values


def _opened(folder: Path) -> Any:
    from janus_reward.reward_model.scoring import LoadedReward

    return LoadedReward.open(folder)


def _untrained(folder: Path) -> Any:
    """The model that the folder's own config makes, with its fresh heads."""
    from janus_reward.reward_model.saving import chosen, read_settings
    from janus_reward.reward_model.scoring import LoadedReward
    from janus_reward.train.reward_model import Config as Recipe
    from janus_reward.train.reward_model import build

    asked = json.loads((folder / "recipe.json").read_text())["config"]
    recipe = Recipe.model_validate({**asked, "out": folder})
    settings = read_settings(folder)
    model, processor = build(recipe, settings)
    return LoadedReward(model.to(chosen("auto")).eval(), processor, settings)


def _numbers(model: Any, data: Preferences) -> dict[str, float | None]:
    ids = data.ids
    scalar = model.scores([data.item(id_, model.settings) for id_ in ids])[:, 0].tolist()
    return dict(zip(ids, scalar, strict=True))


def _scored(name: str, numbers: dict[str, float | None], data: Preferences) -> Scored:
    sides = [
        np.array([np.nan if (value := numbers[pair[side]]) is None else value for pair in data.pairs])
        for side in ("id_chosen", "id_rejected")
    ]
    return Scored(name, sides[0], sides[1])


def _correlations(path: Path, numbers: dict[str, dict[str, float | None]]) -> Iterator[str]:
    labels = read_labels(path)
    if not isinstance(labels, Ratings):
        raise InputError(f"{path} holds votes, not ratings")
    truth = dict(zip(labels.ids, labels.mean.tolist(), strict=True))
    yield ""
    yield "Spearman with people's ratings:"
    yield ""
    rows = []
    for name, values in numbers.items():
        ids = [id_ for id_ in truth if values.get(id_) is not None]
        x = np.array([values[id_] for id_ in ids], dtype=float)
        y = np.array([truth[id_] for id_ in ids])

        def statistic(at: NDArray[np.int_], x: NDArray[np.float64] = x, y: NDArray[np.float64] = y) -> float | None:
            return spearman(x[at], y[at])

        rows.append((name, str(bootstrapped(statistic, ids)), str(len(ids))))
    yield from _table(["scorer", "Spearman", "rated"], rows)


def _plain(estimate: Estimate) -> dict[str, float | int | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}


def _share(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.value:.1%} [{estimate.low:.1%}, {estimate.high:.1%}], n={estimate.n}"


def _table(head: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)
