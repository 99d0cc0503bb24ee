"""How far the embedded judge agrees with people and with known damage, on what it has not seen.

    python reports/agreement.py DATA RUNS [--corruptions FOLDER] [--write reports/agreement.md]

Every group (task, page, chart, good triple) is judged by weights that were fitted without it; kinds and sources of
damage marked as held out are never fitted on. Simple baselines stand beside it on the same rows, each where it has
values; the likeness by sentence embeddings is there where the runs were scored with JANUS_REWARD_EMBED=1.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from janus_reward.agreement.statistics import bootstrapped, one_against_rest, pairwise_accuracy, spearman, wilson
from janus_reward.judges.evidence import EvidenceJudge
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from training.evidence_judge.__main__ import read_material
from training.evidence_judge.folds import fold_of
from training.evidence_judge.labels import LabelSet
from training.evidence_judge.prior import Prior
from training.evidence_judge.recipe import FOLDS, Material, cells
from training.evidence_judge.rejudge import Rejudged
from training.evidence_judge.tables import Table, column
from training.evidence_judge.weights_file import write_weights

BASELINES = {
    "code length": "code.chars",
    "drawn at all": "execution.drawn",
    "words in the picture": "text.words",
    "edge density": "picture.edge_density",
    "colourfulness": "picture.colorfulness",
    "SSIM to the reference": "reference.ms_ssim",
    "embedding likeness, code": "embedding.code_likeness",
    "embedding likeness, picture": "embedding.picture_likeness",
}
"""Signals that anyone could use alone; each is tried in both directions and the better one is shown."""


def main() -> None:
    """Judge everything out of fold and print (or write) the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--corruptions", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    material = read_material(arguments.data, arguments.runs, arguments.corruptions, arguments.workers)
    text = report(material, arguments.runs)
    print(text)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")


def report(material: Material, runs: Path) -> str:
    """The whole report as Markdown."""
    judges, rubrics = fold_judges(material), RubricSet.load()
    parts = [HEAD]
    for name in SETS:
        part = material.sets.get(name)
        if part is None:
            continue
        rows = Rejudged(Run(runs / name), rubrics)
        parts.append(
            labelled_section(part, rows, judges) if part.rows is not None else pair_section(part, rows, judges)
        )
    if material.corruptions is not None:
        parts.append(damage_section(material, Rejudged(Run(runs / "corruptions"), rubrics), judges))
    return "\n".join(parts) + "\n"


SETS = ("viseval", "interactscience", "calista", "conala")
"""Names of the labelled sets, in the order of the report."""


HEAD = """# Agreement of the embedded judge

Written by `python reports/agreement.py DATA RUNS --corruptions FOLDER --write reports/agreement.md`. Everything is out
of fold: each group is judged by weights fitted without it. Brackets are 95 % bootstrap intervals over groups (labels)
or Wilson intervals (shares). A baseline is one number used alone, in the better of its two directions; one that no row
has a value of is left out.
"""


def fold_judges(material: Material) -> list[EvidenceJudge]:
    """One judge a fold, fitted without the fold's groups in any set."""
    prior, judges = Prior(), []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FOLDS):
            path = Path(folder) / f"{number}.json"
            write_weights(path, f"fold {number}", cells(material.without(number), prior))
            judges.append(EvidenceJudge(path))
    return judges


def labelled_section(part: LabelSet, rows: Rejudged, judges: Sequence[EvidenceJudge]) -> str:
    """Correlations of one labelled set."""
    assert part.rows is not None
    y, group = part.rows.y, part.rows.group
    fold = fold_of(group, FOLDS, 0)
    scores = [rows.scores(str(id_), judges[at]) for id_, at in zip(part.table.ids, fold, strict=True)]
    columns = {
        f"judge, {part.criterion}": _array([score.criteria.get(part.criterion) for score in scores]),
        "judge, total": _array([score.total for score in scores]),
        **_baselines(part.table),
    }
    lines = [
        f"## {part.name}: {len(y)} rows in {len(set(group.tolist()))} groups",
        "",
        _row(*_HEADS),
        _row(*["---"] * 4),
    ]
    for name, x in columns.items():
        lines.append(_correlations(name, x, y, group))
    if part.raters is not None:
        found = bootstrapped(lambda at: one_against_rest(part.raters[at]), group.tolist(), rounds=300)
        lines.append(_row("people: one against the mean of the rest", str(found), "-", f"{len(y)} of {len(y)}"))
    return "\n".join([*lines, ""])


_HEADS = ("what", "Spearman", "pairs within a group ordered right", "scored")


def _correlations(name: str, x: np.ndarray, y: np.ndarray, group: np.ndarray) -> str:
    known = ~np.isnan(x)
    if known.sum() < 3:
        return _row(name, "-", "-", f"{known.sum()} of {len(y)}")
    x, y, named = x[known], y[known], group[known]
    if not name.startswith("judge") and (spearman(x, y) or 0) < 0:
        x = -x
    member = np.unique(named, return_inverse=True)[1]
    rank = bootstrapped(lambda at: spearman(x[at], y[at]), named.tolist())
    inside = "-"
    if len(set(named.tolist())) < len(named) / 2:
        inside = str(bootstrapped(lambda at: pairwise_accuracy(x[at], y[at], member[at]), named.tolist(), rounds=200))
    return _row(name, str(rank), inside, f"{known.sum()} of {len(known)}")


def pair_section(part: LabelSet, rows: Rejudged, judges: Sequence[EvidenceJudge]) -> str:
    """Accuracy on compared pairs of which both sides are unseen."""
    assert part.pairs is not None
    fold = fold_of(part.pairs.group, FOLDS, 0)
    unseen = np.flatnonzero(fold[:, 0] == fold[:, 1])
    names = part.pairs.group[unseen]

    def score(at: int, side: int) -> float | None:
        return rows.scores(str(part.pairs.group[at, side]), judges[fold[at, side]]).criteria[part.criterion]

    gaps = {f"judge, {part.criterion}": _array([_gap(score(at, 0), score(at, 1)) for at in unseen])}
    index = part.table.index()
    for name, x in _baselines(part.table).items():
        gap = _array([x[index[str(a)]] - x[index[str(b)]] for a, b in names])
        gaps[name] = -gap if np.nansum(np.sign(gap)) < 0 else gap
    lines = [
        f"## {part.name}: {len(unseen)} decided pairs of unseen pages",
        "",
        _row("what", "majority predicted"),
        _row("---", "---"),
    ]
    for name, gap in gaps.items():
        right = (np.sign(gap[~np.isnan(gap)]) + 1) / 2
        named = names[~np.isnan(gap), 0].tolist()
        found = bootstrapped(lambda at: float(right[at].mean()) if len(at) else None, named)  # noqa: B023
        lines.append(_row(name, str(found) if len(right) else "-"))
    return "\n".join([*lines, ""])


def damage_section(material: Material, rows: Rejudged, judges: Sequence[EvidenceJudge]) -> str:
    """How often the damaged twin is below the good one, by kind; and how far harmless changes move the score."""
    damage = material.corruptions
    assert damage is not None
    fold = {str(id_): int(at) for id_, at in zip(damage.table.ids, fold_of(damage.groups(), FOLDS, 0), strict=True)}
    judged: dict[tuple[str, int], float | None] = {}

    def overall(id_: str, number: int) -> float | None:
        if (id_, number) not in judged:
            judged[id_, number] = rows.scores(id_, judges[number]).overall
        return judged[id_, number]

    gaps = [
        (pair, _gap(overall(pair["good_id"], fold[pair["good_id"]]), overall(pair["bad_id"], fold[pair["good_id"]])))
        for pair in damage.pairs
    ]
    harmful = [(pair, gap) for pair, gap in gaps if pair["lowers"]]
    harmless = [(pair, gap) for pair, gap in gaps if not pair["lowers"]]
    groups: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "fitted kinds, unseen triples": lambda pair: not pair["holdout"],
        "held-out kinds": lambda pair: bool(pair["holdout_kind"]),
        "held-out sources": lambda pair: bool(pair["holdout_source"]),
    }
    table = damage.table
    baselines = _baselines(table)
    lines = [
        "## Damaged twins",
        "",
        _row("what", "below its good one", *baselines),
        _row(*["---"] * (2 + len(baselines))),
    ]
    for name, chosen in groups.items():
        kept = [(pair, gap) for pair, gap in harmful if chosen(pair)]
        lines.append(_row(name, _share(kept), *_baseline_shares(kept, table.index(), baselines)))
    lines += ["", "## Damaged twins by kind", "", _row("kind", "family", "held out", "below"), _row(*["---"] * 4)]
    for kind in sorted({pair["kind"] for pair, _ in harmful}):
        kept = [(pair, gap) for pair, gap in harmful if pair["kind"] == kind]
        held = all(pair["holdout"] for pair, _ in kept)
        lines.append(_row(kind, kept[0][0]["family"], "yes" if held else "", _share(kept)))
    lines += ["", "## Harmless changes", "", _row("kind", "mean shift", "largest", "pairs"), _row(*["---"] * 4)]
    for kind in sorted({pair["kind"] for pair, _ in harmless}):
        moves = np.abs([gap for pair, gap in harmless if pair["kind"] == kind and gap is not None])
        if len(moves):
            lines.append(_row(kind, f"{moves.mean():.3f}", f"{moves.max():.3f}", str(len(moves))))
    moves = np.abs([gap for _, gap in harmless if gap is not None])
    if len(moves):
        lines.append(_row("all", f"{moves.mean():.3f}", f"{moves.max():.3f}", str(len(moves))))
    return "\n".join([*lines, ""])


def _share(pairs: Sequence[tuple[Mapping[str, Any], float | None]]) -> str:
    known = [gap for _, gap in pairs if gap is not None]
    if not known:
        return "-"
    below = sum(gap > 1e-9 for gap in known)
    found = wilson(below, len(known))
    return f"{found.value:.1%} [{found.low:.1%}, {found.high:.1%}], n={found.n}"


def _baseline_shares(
    pairs: Sequence[tuple[Mapping[str, Any], float | None]], at: Mapping[str, int], baselines: Mapping[str, np.ndarray]
) -> list[str]:
    shares = []
    for x in baselines.values():
        gaps = _array([x[at[pair["good_id"]]] - x[at[pair["bad_id"]]] for pair, _ in pairs])
        gaps = gaps[~np.isnan(gaps)]
        shares.append(f"{max((gaps > 0).mean(), (gaps < 0).mean()):.1%}" if len(gaps) else "-")
    return shares


def _baselines(table: Table) -> dict[str, np.ndarray]:
    """The baselines that some row of the table has a value of."""
    found = {name: table.x[:, column(signal)] for name, signal in BASELINES.items()}
    return {name: x for name, x in found.items() if not np.isnan(x).all()}


def _gap(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _array(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
