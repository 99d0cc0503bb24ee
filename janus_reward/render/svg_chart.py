"""Whether an SVG is a chart, and what it then says: by the groups that matplotlib writes, or by class names."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from janus_reward.render import svg_matplotlib, svg_vega
from janus_reward.render.svg_geometry import Matrix


def chart_facts(root: ET.Element, matrix: Matrix, canvas: tuple[float, float]) -> dict[str, Any]:
    """`texts`, `axes`, `chart_types` and `outside_texts` of a chart; empty for any other drawing.

    Args:
        root: a document parsed with its comments.
        matrix: from the document's user units to the canvas.
        canvas: width and height.
    """
    if vega := svg_vega.read(root, matrix):
        return {**vega.facts(), "chart_types": vega.chart_types()[:50]}
    return svg_matplotlib.read(root, matrix, canvas)
