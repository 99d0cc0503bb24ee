"""What `judge agree` computes: known values, limits, coverage, and how wrong label files are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.agreement import PairLabels, Ratings, compare, compare_pairs, read_labels
from janus_reward.agreement.statistics import (
    bootstrapped,
    krippendorff_alpha,
    one_against_rest,
    pairwise_accuracy,
    quadratic_kappa,
    spearman,
)
from janus_reward.errors import InputError

LEVELS = st.lists(st.integers(1, 5), min_size=3, max_size=30)


def jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


class TestStatistics:
    def test_alpha_is_that_of_the_published_worked_example(self) -> None:
        # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section E: interval alpha 0.849.
        nan = np.nan
        observers = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
        assert krippendorff_alpha(np.array(observers).T) == pytest.approx(0.849, abs=5e-4)

    @settings(deadline=None)
    @given(LEVELS)
    def test_full_agreement_is_one_and_reversal_is_minus_one(self, levels: list[int]) -> None:
        y = np.array(levels, dtype=float)
        if np.ptp(y) == 0:
            assert spearman(y, y) is None and pairwise_accuracy(y, y) is None
            return
        assert spearman(y, y) == pytest.approx(1)
        assert spearman(-y, y) == pytest.approx(-1)
        assert pairwise_accuracy(y, y) == 1 and pairwise_accuracy(-y, y) == 0
        assert quadratic_kappa(y, y) == pytest.approx(1)
        assert krippendorff_alpha(np.column_stack([y, y])) == pytest.approx(1)

    def test_a_judge_that_always_says_the_same_orders_no_pair(self) -> None:
        assert pairwise_accuracy(np.ones(4), np.array([1.0, 2, 3, 4])) == 0.5

    def test_pairs_count_only_inside_their_group(self) -> None:
        x, y, task = np.array([1.0, 2, 9, 8]), np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1])
        assert pairwise_accuracy(x, y, task) == 0.5

    def test_the_interval_holds_the_value_and_shrinks_with_more_groups(self) -> None:
        random = np.random.default_rng(1)

        def width(n: int) -> float:
            x = random.normal(size=n)
            y = x + random.normal(size=n)
            found = bootstrapped(lambda rows: spearman(x[rows], y[rows]), [str(i) for i in range(n)])
            assert found.value is not None and found.low is not None and found.high is not None
            assert found.low <= found.value <= found.high
            return found.high - found.low

        assert width(400) < width(40)

    def test_few_groups_have_no_interval(self) -> None:
        x = np.arange(8.0)
        found = bootstrapped(lambda rows: spearman(x[rows], x[rows]), ["a"] * 4 + ["b"] * 4)
        assert found.value == pytest.approx(1) and found.low is None

    def test_the_ceiling_ignores_raters_who_did_not_rate(self) -> None:
        ratings = np.array([[1, 1, np.nan], [2, 2, np.nan], [3, 4, np.nan], [5, 5, np.nan]])
        assert one_against_rest(ratings) == pytest.approx(1)


class TestCompare:
    def test_unscored_rows_lower_the_coverage_and_nothing_else(self) -> None:
        ratings = Ratings(("a", "b", "c", "d", "e"), np.array([[1.0], [2], [3], [4], [5]]), tuple("abcde"), "score")
        found = compare({"a": 1.0, "b": 2.0, "c": None, "d": 4.0, "x": 1.0}, ratings)
        assert (found.whole.labelled, found.whole.scored, found.missing) == (4, 3, 1)
        assert found.whole.coverage == 0.75
        assert found.whole.measures["spearman"].value == pytest.approx(1)

    def test_other_scales_are_mapped_before_kappa(self) -> None:
        ratings = Ratings(tuple("abcd"), np.array([[0.0], [2], [3], [4]]), tuple("abcd"), "grade")
        found = compare({"a": 1.0, "b": 3.0, "c": 4.0, "d": 5.0}, ratings, scale=(0, 4))
        assert found.whole.measures["quadratic_kappa"].value == pytest.approx(1)
        assert found.whole.measures["mean_error"].value == pytest.approx(0)

    def test_slices_hold_every_row_once(self) -> None:
        ratings = Ratings(tuple("abcdef"), np.arange(6.0)[:, None], tuple("abcdef"), "score")
        found = compare(dict.fromkeys("abcdef", 3.0), ratings, {"a": "x", "b": "x", "c": "y"})
        assert {part.name: part.labelled for part in found.slices} == {"?": 3, "x": 2, "y": 1}

    def test_ties_of_people_are_left_out_and_ties_of_the_judge_count_half(self) -> None:
        pairs = PairLabels(("a", "a", "b", "a"), ("b", "c", "c", "z"), np.array([1.0, 0.0, 2.0, 1.0]))
        found = compare_pairs({"a": 4.0, "b": 3.0, "c": 3.0}, pairs)
        assert (found.scored, found.decided, found.missing) == (2, 2, 1)
        assert found.accuracy.value == 0.75


class TestLabels:
    def test_ratings_of_several_people_and_of_one(self, tmp_path: Path) -> None:
        read = read_labels(jsonl(tmp_path / "l.jsonl", [{"id": "a", "expert": [1, 2, 2]}, {"id": "b", "expert": [4]}]))
        assert isinstance(read, Ratings)
        assert read.mean.tolist() == [pytest.approx(5 / 3), 4]
        (tmp_path / "l.csv").write_text("id,grade,task\na,3,t1\nb,,t1\n", encoding="utf-8")
        table = read_labels(tmp_path / "l.csv", group="task")
        assert isinstance(table, Ratings)
        assert (table.ids, table.groups) == (("a",), ("t1",))

    def test_votes_and_preferences_are_read_alike(self, tmp_path: Path) -> None:
        rows = [{"a": "x", "b": "y", "votes_a": 1, "votes_b": 3}, {"a": "x", "b": "z", "preferred": "a"}]
        read = read_labels(jsonl(tmp_path / "p.jsonl", rows))
        assert isinstance(read, PairLabels)
        assert read.lead.tolist() == [-2, 1]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "holds no labels"),
            ("{", "not JSON"),
            ("[1]", "row 1: a label is an object"),
            ('{"id": "a", "taste": 3}', "no field with ratings among id, taste"),
            ('{"id": "a", "score": 1}\n{"score": 2}', "row 2: a rating has `id`"),
            ('{"id": "a", "score": "good"}', "row 1: 'good' is not a number"),
            ('{"id": "a", "score": NaN}', "row 1: a rating is a finite number"),
            ('{"a": "x", "b": "y"}', "row 1: no votes"),
        ],
    )
    def test_a_wrong_label_file_is_refused_with_its_row(self, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "l.jsonl"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            read_labels(path)
