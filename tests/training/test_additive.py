"""The fit behind the evidence judge: signs are kept, pairs and labels are learnt, the same data give the same curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.evidence_judge.additive import Additive, Labelled, Ordered, fit
from training.evidence_judge.folds import fold_of, pairs_out_of_fold, rows_out_of_fold

NAMES = ("up", "down", "free", "unused")


def labelled(n: int = 200, seed: int = 0) -> Labelled:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 4))
    y = 3 + 0.6 * x[:, 0] - 0.4 * x[:, 1] - 0.5 * x[:, 2] ** 2 + random.normal(0, 0.1, n)
    x[random.random(x.shape) < 0.1] = np.nan
    return Labelled("set", x, y, np.array([f"g{at // 4}" for at in range(n)]))


SIGNS = {"up": 1, "down": -1, "free": 0}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([1, 4]))
def test_a_signal_never_pushes_against_its_sign(seed: int, pieces: int) -> None:
    random = np.random.default_rng(seed)
    x = random.normal(size=(60, 4))
    rows = Labelled("set", x, 3 - x[:, 0] + x[:, 1], np.array([str(at) for at in range(60)]))
    model = fit(NAMES, SIGNS, [rows], [], pieces=pieces)
    assert np.all(np.diff([points for _, points in model.curves.get("up", ((0.0, 0.0),))]) >= 0)
    assert np.all(np.diff([points for _, points in model.curves.get("down", ((0.0, 0.0),))]) <= 0)
    assert "unused" not in model.curves


def test_labels_are_learnt_also_where_a_free_signal_has_a_best_value() -> None:
    rows = labelled()
    model = fit(NAMES, SIGNS, [rows], [], ridge=1e-4, lasso=1e-4)
    found = model.predict(rows.x) + model.bases["set"]
    assert np.corrcoef(found, rows.y)[0, 1] > 0.8
    free = np.array([points for _, points in model.curves["free"]])
    assert free.max() > free[0] and free.max() > free[-1]


def test_pairs_alone_are_enough_and_their_margins_are_met() -> None:
    random = np.random.default_rng(0)
    good = random.normal(size=(80, 4))
    bad = good.copy()
    bad[:, 0] -= random.uniform(1, 2, 80)
    group = np.array([[str(at)] for at in range(80)])
    model = fit(NAMES, SIGNS, [], [Ordered("pairs", good, bad, np.full(80, 0.5), group)], ridge=1e-3, lasso=1e-4)
    assert (model.predict(good) - model.predict(bad)).mean() > 0.4


def test_pairs_that_must_not_differ_hold_a_signal_back() -> None:
    random = np.random.default_rng(0)
    good = random.normal(size=(80, 4))
    bad, same = good.copy(), good.copy()
    bad[:, :2] += [-1.5, 1.5]
    same[:, 1] += 1.5
    group = np.array([[str(at)] for at in range(80)])
    lowered = Ordered("lowers", good, bad, np.ones(80), group)
    kept = Ordered("keeps", good, same, np.zeros(80), group, weight=5.0)
    model = fit(NAMES, SIGNS, [], [lowered, kept], ridge=1e-3, lasso=1e-4)
    assert np.abs(model.predict(good) - model.predict(same)).mean() < 0.1
    assert (model.predict(good) - model.predict(bad)).mean() > 0.5


def test_what_was_not_measured_adds_nothing() -> None:
    model = fit(NAMES, SIGNS, [labelled()], [])
    assert model.predict(np.full((3, 4), np.nan)).tolist() == [0, 0, 0]


def test_the_prior_stands_where_the_data_say_nothing() -> None:
    prior = {"unused": ((0.0, 0.0), (1.0, 1.0))}
    random = np.random.default_rng(0)
    x = np.full((50, 4), np.nan)
    rows = Labelled("set", x, random.normal(3, 1, 50), np.array([str(at) for at in range(50)]))
    assert fit(NAMES, SIGNS, [rows], [], prior).curves["unused"] == ((0.0, 0.0), (1.0, 1.0))


def test_the_same_data_give_the_same_curves() -> None:
    assert fit(NAMES, SIGNS, [labelled()], []) == fit(NAMES, SIGNS, [labelled()], [])


def test_nothing_to_fit_to_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to fit"):
        fit(NAMES, SIGNS, [], [])


class TestFolds:
    def test_a_group_is_never_split(self) -> None:
        rows = labelled()
        fold = fold_of(rows.group, 5, 0)
        assert all(len(set(fold[rows.group == name])) == 1 for name in set(rows.group))

    def test_no_row_is_predicted_by_a_model_that_saw_its_group(self) -> None:
        rows = labelled(80)
        seen: list[set[str]] = []

        def memory(parts: list[Labelled], _: list[Ordered]) -> Additive:
            seen.append(set(parts[0].group.tolist()))
            return Additive(NAMES, {}, {"set": float(len(seen))})

        found = rows_out_of_fold(memory, rows, [], [], folds=4)  # type: ignore[arg-type]
        for number, groups in enumerate(seen, start=1):
            assert not groups & set(rows.group[found == number].tolist())
        assert not np.isnan(found).any()

    def test_pairs_are_tested_only_with_both_sides_unseen(self) -> None:
        names = [f"p{at}" for at in range(20)]
        group = np.array([(a, b) for a in names for b in names if a < b])
        x = np.zeros((len(group), 4))
        pairs = Ordered("votes", x, x, np.ones(len(group)), group)
        trained: list[set[str]] = []

        def memory(_: list[Labelled], parts: list[Ordered]) -> Additive:
            trained.append(set(parts[0].group.ravel().tolist()))
            return Additive(NAMES, {})

        _, tested = pairs_out_of_fold(memory, pairs, [], [], folds=4)  # type: ignore[arg-type]
        fold = fold_of(group, 4, 0)
        assert tested.tolist() == (fold[:, 0] == fold[:, 1]).tolist()
        for number, groups in zip(sorted(set(fold[tested][:, 0].tolist())), trained, strict=True):
            assert not groups & set(group[(fold == number)].ravel().tolist())
