"""The faults of a chart taken together: those that keep it from being read, and those that make it harder to read.

The division was made with the expert ratings of VisEval's public charts in view (Chen et al. 2024): charts that mislead
or hide their data were rated far below untidy ones. Nothing is fitted: each fault counts by its share, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from janus_reward.evidence import chart_layout, chart_scale, chart_ticks
from janus_reward.evidence.plots import labels, plots
from janus_reward.evidence.signal import Measure, signal
from janus_reward.evidence.view import View

_SEEN = 0.02
"""Share from which on a fault that is grave however small counts as whole."""


def _whole(measure: Measure) -> Measure:
    def from_a_little_on(view: View) -> float | None:
        share = measure(view)
        return None if share is None else float(share > _SEEN)

    return from_a_little_on


GRAVE: Mapping[str, Callable[[View], float | None]] = {
    "value_axis_reversed": chart_scale.value_axis_reversed,
    "stray_ticks": _whole(chart_ticks.stray_tick_share),
    "legend_clipped": _whole(chart_layout.legend_clipped_share),
    "legend_over_data": chart_layout.legend_over_data,
    "ticks_overlap": chart_ticks.tick_overlap_share,
}
"""Faults that hide data or what it means, or show it the wrong way round."""

UNTIDY: Mapping[str, Callable[[View], float | None]] = {
    "ticks_clipped": chart_layout.tick_clipped_share,
    "text_clipped": chart_layout.text_clipped_share,
    "text_collides": chart_layout.text_collision_share,
    "ticks_upright": chart_ticks.upright_tick_share,
    "fractional_ticks": chart_ticks.fractional_tick_share,
    "order_broken": chart_ticks.order_broken,
    "bars_vanish": chart_scale.vanishing_bar_share,
    "baseline_cut": chart_scale.baseline_cut,
    "labels_missing": chart_layout.axis_labels_missing,
}
"""Faults that make a chart harder to read."""


@signal("chart.grave_faults", unit="faults", high=len(GRAVE))
def grave_faults(view: View) -> float | None:
    """Sum of faults that hide data or turn it round: hanging bars, stray or heaped ticks, legends cut or over it."""
    return _sum(view, GRAVE)


@signal("chart.untidiness", unit="faults", high=len(UNTIDY))
def untidiness(view: View) -> float | None:
    """Sum of the lesser faults' shares: clipped, colliding, upright or missing labels, broken order, cut baselines."""
    return _sum(view, UNTIDY)


def _sum(view: View, faults: Mapping[str, Callable[[View], float | None]]) -> float | None:
    """Sum of the faults that can be measured; none where no plotting area or no place of a text is told."""
    if not view.once(plots) or not any(label.box for label in view.once(labels)):
        return None
    return sum(share for fault in faults.values() if (share := fault(view)) is not None)
