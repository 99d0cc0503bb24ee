"""Fit the embedded judge and write its weights file.

    python -m training.evidence_judge DATA RUNS [--corruptions FOLDER] [--write FILE]

DATA holds the labelled sets, one folder each; RUNS keeps scored runs and pictures between calls. The same input gives
the same bytes.
`reports/agreement.py` says how good the result is on what it has not seen.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.evidence_judge.corruptions import read_corruptions
from training.evidence_judge.labels import label_sets
from training.evidence_judge.prior import Prior
from training.evidence_judge.recipe import Material, cells
from training.evidence_judge.weights_file import write_weights

REVISION = "4"
WEIGHTS = Path(__file__).parents[2] / "janus_reward" / "judges" / "evidence_weights.json"


def read_material(data: Path, runs: Path, corruptions: Path | None, workers: int | None) -> Material:
    """Everything that is fitted to; scores what is not scored yet."""
    sets = {part.name: part for part in label_sets(data, runs, workers)}
    damaged = None
    if corruptions is not None:
        damaged = read_corruptions(corruptions, runs / "corruptions", runs / "cache", workers)
    return Material(sets, damaged)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--corruptions", type=Path, help="folder written by training/corrupt.py")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--write", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    material = read_material(arguments.data, arguments.runs, arguments.corruptions, arguments.workers)
    write_weights(arguments.write, REVISION, cells(material, Prior()))


if __name__ == "__main__":
    main()
