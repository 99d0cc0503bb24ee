from __future__ import annotations

from janus_reward.render.base import RenderSettings
from janus_reward.render.javascript import JavascriptRenderer, wrapped


def test_a_sketch_gets_p5_and_no_other_library():
    page = wrapped("function setup(){createCanvas(9,9)}")
    assert page.count("<script src=") == 1
    assert "p5.min.js" in page


def test_elements_that_the_code_looks_up_are_there():
    page = wrapped("new Chart(document.getElementById('sales'), {}); document.getElementById('info').textContent = 1")
    assert '<canvas id="sales"' in page
    assert '<div id="info"' in page


def test_code_cannot_close_its_own_script():
    assert "</script><b>" not in wrapped("document.title = '</script><b>'")


def test_code_for_node_is_unsupported_without_a_browser():
    renderer = JavascriptRenderer(RenderSettings())
    assert renderer.render("const fs = require('fs'); console.log(1)").outcome == "unsupported"
