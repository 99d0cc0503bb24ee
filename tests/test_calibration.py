"""Calibration: a map that never reverses, intervals that hold what they promise, abstention."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from janus_reward.calibration import Calibration, conformal_width, fit_calibration
from janus_reward.triple import Score

SCORES = st.floats(1, 5, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(SCORES, SCORES), min_size=10, max_size=90), SCORES, SCORES)
def test_the_map_never_reverses_two_scores_and_stays_on_the_scale(
    rows: list[tuple[float, float]], one: float, other: float
) -> None:
    raw, labels = zip(*rows, strict=True)
    fitted = fit_calibration(raw, labels, [str(at) for at in range(len(rows))])
    low, high = sorted((one, other))
    assert 1 <= fitted.at(low) <= fitted.at(high) <= 5


@pytest.mark.parametrize("n", [40, 300])
def test_intervals_hold_the_promised_share_of_new_labels(n: int) -> None:
    random = np.random.default_rng(0)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        quality = random.uniform(1, 5, count)
        raw = np.clip(0.4 * quality + 2 + random.normal(0, 0.2, count), 1, 5)
        return raw, np.clip(quality + random.normal(0, 0.5, count), 1, 5)

    raw, labels = draw(n)
    fitted = fit_calibration(raw.tolist(), labels.tolist(), [str(at) for at in range(n)])
    new_raw, new_labels = draw(4000)
    inside = [
        abs(fitted.at(score) - label) <= fitted.half_width for score, label in zip(new_raw, new_labels, strict=True)
    ]
    assert 0.82 <= np.mean(inside) <= 0.97


def test_a_group_is_held_out_as_a_whole() -> None:
    raw = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0]
    labels = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 1.0, 1.0]
    apart = fit_calibration(raw, labels, [str(at) for at in range(10)])
    together = fit_calibration(raw, labels, [str(at // 2) for at in range(10)])
    assert together.half_width >= apart.half_width


def test_the_quantile_has_the_finite_sample_correction() -> None:
    assert conformal_width(np.arange(1.0, 11.0), 0.9) == 10
    assert conformal_width(np.arange(1.0, 101.0), 0.9) == 91


def test_an_unscored_score_stays_unscored() -> None:
    calibration = Calibration(knots=((1, 1), (5, 5)), half_width=1, n=10)
    assert calibration.applied(Score.unscored("no_render")).reason == "no_render"


def test_too_wide_an_interval_is_an_abstention_with_its_reason() -> None:
    calibration = Calibration(knots=((1, 1), (5, 5)), half_width=1.5, n=10)
    assert calibration.applied(Score(3.0), widest=2.9).reason == "disagreement"
    assert calibration.applied(Score(5.0), widest=2.9).interval == (3.5, 5.0)


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_calibration([3.0] * 9, [3.0] * 9, ["g"] * 9)


def test_a_falling_map_is_refused() -> None:
    with pytest.raises(ValidationError, match="must not fall"):
        Calibration(knots=((1, 4), (2, 3)), half_width=1, n=10)
