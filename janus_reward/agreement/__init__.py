"""How far a judge agrees with people: labels beside a run's scores, statistics with intervals, the human ceiling."""

from __future__ import annotations

from janus_reward.agreement.card import Card, Line, judge_card
from janus_reward.agreement.compare import Agreement, PairAgreement, Slice, compare, compare_pairs
from janus_reward.agreement.labels import PairLabels, Ratings, read_labels
from janus_reward.agreement.statistics import Estimate

__all__ = [
    "Agreement",
    "Card",
    "Estimate",
    "Line",
    "PairAgreement",
    "PairLabels",
    "Ratings",
    "Slice",
    "compare",
    "compare_pairs",
    "judge_card",
    "read_labels",
]
