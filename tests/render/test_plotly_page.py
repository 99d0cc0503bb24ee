from __future__ import annotations

import json

import pytest

from janus_reward.render import plotly_page

pytest.importorskip("plotly")


def test_a_figure_cannot_break_out_of_its_script():
    figure = {"data": [], "layout": {"title": {"text": "</script><script>alert(1)</script>"}}}
    page = plotly_page.page(json.dumps(figure))
    assert "</script><script>alert" not in page


def test_what_is_no_figure_is_refused():
    with pytest.raises(ValueError, match="JSON object"):
        plotly_page.page("[1, 2]")
