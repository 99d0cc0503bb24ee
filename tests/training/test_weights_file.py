"""The weights file: every kind of triple gets the weights that the layers by hand give it; the bytes are stable."""

from __future__ import annotations

from pathlib import Path

from janus_reward.judges.evidence_weights import load_weights
from janus_reward.triple import DOMAINS, TASKS
from training.evidence_judge.prior import Prior
from training.evidence_judge.weights_file import cells_by_hand, write_weights


def test_the_cells_say_what_the_layers_say(tmp_path: Path) -> None:
    prior = Prior()
    write_weights(tmp_path / "w.json", "test", cells_by_hand(prior))
    weights = load_weights(tmp_path / "w.json")
    for criterion in prior.criteria:
        for domain in DOMAINS:
            for task in TASKS:
                wanted, cell = prior.weights(criterion, domain, task), weights.cell(criterion, domain, task)
                if wanted is None or not wanted.curves:
                    assert cell is None
                    continue
                assert cell is not None and cell.base == wanted.base
                assert {name: curve.knots for name, curve in cell.signals.items()} == wanted.curves


def test_the_same_cells_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    write_weights(first, "test", cells_by_hand(Prior()))
    write_weights(second, "test", load_weights(first).cells)
    assert first.read_bytes() == second.read_bytes()


def test_the_shipped_weights_are_small_and_every_criterion_has_a_cell_for_all() -> None:
    from janus_reward.judges import evidence_weights

    assert Path(evidence_weights.__file__).with_name("evidence_weights.json").stat().st_size < 1_000_000
    weights = load_weights()
    for criterion in ("task_relevance", "task_completion", "visual_fidelity", "code_quality"):
        assert weights.cell(criterion, None, None) is not None
