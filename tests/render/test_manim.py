import importlib.util
import shutil

import pytest

from janus_reward.render.base import RenderSettings
from janus_reward.render.manim import ManimRenderer, scene_names

with_manim = pytest.mark.skipif(
    importlib.util.find_spec("manim") is None, reason="manim is not installed (pip install 'janus-reward[manim]')"
)

TURN = """
from manim import *

class Base(Scene):
    def end(self):
        self.wait(1)

class Turn(Base):
    def construct(self):
        square = Square(color=BLUE, fill_opacity=1)
        self.play(Create(square), run_time=1)
        self.play(square.animate.shift(RIGHT * 3), run_time=2)
        self.end()
"""


@pytest.fixture(scope="module")
def renderer():
    made = ManimRenderer(RenderSettings())
    yield made
    made.close()


def test_without_manim_the_outcome_names_the_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    raw = ManimRenderer(RenderSettings()).render(TURN, "manim")
    assert raw.outcome == "unsupported"
    assert "pip install 'janus-reward[manim]'" in raw.message
    assert "libpango1.0-dev" in raw.message


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (TURN, ["Base", "Turn"]),
        ("import manim as m\nclass A(m.ThreeDScene): pass", ["A"]),
        ("class B(A): pass\nclass A(Scene): pass", ["A", "B"]),
        ("class A: pass\nclass B(A, metaclass=M): pass", []),
        ("x = 1", []),
    ],
)
def test_scenes_are_found_without_running_the_code(code, names):
    assert scene_names(code) == names


@with_manim
@pytest.mark.parametrize("code", ["x = 1", "class A(Scene:\n    pass"])
def test_code_without_a_scene_fails_without_running(code):
    raw = ManimRenderer(RenderSettings()).render(code, "manim")
    assert raw.outcome == "failed"
    assert raw.message


@with_manim
@pytest.mark.e2e
def test_a_scene_gives_stills_at_fixed_times_and_its_last_frame(renderer):
    first, second = renderer.render(TURN, "manim"), renderer.render(TURN, "manim")
    assert first.outcome == "ok", first.message
    assert [still.at_s for still in first.stills] == [pytest.approx(8 / 15), 2.0, 4.0]
    assert [still.png for still in first.stills] == [still.png for still in second.stills]
    assert first.facts["canvas"] == [854, 480]


@with_manim
@pytest.mark.e2e
def test_a_scene_that_raises_keeps_what_it_drew(renderer):
    raw = renderer.render(TURN.replace("self.end()", "raise ValueError('no')"), "manim")
    assert (raw.outcome, raw.message) == ("partial", "ValueError: no")
    assert raw.facts["exception"]["line"] == 13
    assert "/" not in raw.facts["stderr"], "no paths of the host"


@with_manim
@pytest.mark.e2e
@pytest.mark.skipif(shutil.which("latex") is not None, reason="LaTeX is installed here")
def test_a_scene_with_tex_says_that_it_needs_latex(renderer):
    code = "from manim import *\nclass T(Scene):\n    def construct(self):\n        self.add(MathTex('x'))"
    raw = renderer.render(code, "manim")
    assert raw.outcome == "unsupported"
    assert "LaTeX" in raw.message
