"""The parts of a synthesis by themselves: scenes by syntax, fragments, replies, novelty, translation's comparison."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.sample import Sample
from janus_reward.synthesis.animation_split import scenes
from janus_reward.synthesis.config import StrategyPart
from janus_reward.synthesis.novelty import Novelty
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.replies import NotUsable, code_of, instruction_of
from janus_reward.synthesis.seeds import Material, fragment, read_material
from janus_reward.synthesis.strategies import STRATEGIES, strategy_class
from janus_reward.synthesis.strategies.base import Executed, Hopeless
from janus_reward.triple import Evidence, Render, Still, Triple

MANIM = """
from manim import *
import numpy as np

SPEED = 2
UNUSED = 3


def dot_at(x):
    return Dot([x, 0, 0]).scale(SPEED)


class Base(MovingCameraScene):
    pass


class Opening(Base):
    def construct(self):
        title = Text("Prime numbers")
        dots = VGroup(*[dot_at(x) for x in (2, 3, 5)])
        self.play(Write(title), run_time=2)
        self.play(FadeIn(dots), title.animate.shift(UP))
        self.wait()


class Helper:
    def construct(self):
        return 1


class Closing(Scene):
    def construct(self):
        self.play(FadeOut(MathTex(r"x^2"), Square()))
"""


def test_scenes_are_found_by_what_they_derive_from_with_objects_animations_and_texts():
    opening, closing = scenes(MANIM)
    assert (opening.name, closing.name) == ("Opening", "Closing")
    assert opening.objects == ("Text", "VGroup")
    assert opening.animations == ("Write", "FadeIn", "shift")
    assert (opening.texts, closing.texts) == (("Prime numbers",), ("x^2",))
    assert opening.construct.startswith("def construct(self)")


def test_a_scene_brings_what_it_uses_and_nothing_else():
    code = scenes(MANIM)[0].code
    compile(code, "scene", "exec")
    assert "SPEED = 2" in code
    assert "def dot_at" in code
    assert "class Base" in code
    assert "UNUSED" not in code
    assert "Closing" not in code


def test_what_does_not_parse_has_no_scenes():
    assert scenes("class A(Scene:\n  def") == []


def test_a_fragment_begins_at_a_paragraph_and_of_an_animation_is_a_whole_scene():
    lines = "\n".join(f"x{at} = {at}" if at % 5 else "" for at in range(40))
    piece = fragment(Triple(0, "a", code=lines, language="python"), 10, Random(1)).split("\n")
    assert len(piece) == 10
    assert piece[0].startswith(("x1 ", "x6 ", "x11", "x16", "x21", "x26", "x31")) or not piece[0]
    assert "class" in fragment(Triple(0, "b", code=MANIM, language="manim"), 3, Random(1))


@pytest.mark.parametrize(
    ("reply", "instruction"),
    [
        ("Draw three bars of fruit.", "Draw three bars of fruit."),
        ("**Task:** Draw three bars of fruit.\n", "Draw three bars of fruit."),
        ('New task: "Draw three bars of fruit."', "Draw three bars of fruit."),
        ('"One" and "two" are the titles', '"One" and "two" are the titles'),
    ],
)
def test_an_instruction_is_freed_of_labels_and_quotes(reply, instruction):
    assert instruction_of(reply) == instruction


@pytest.mark.parametrize("reply", ["", "Draw.", "```python\nx\n```", "x" * 5000])
def test_what_is_no_instruction_is_refused(reply):
    with pytest.raises(NotUsable):
        instruction_of(reply)


def test_code_is_taken_out_of_prose():
    assert code_of("Here it is:\n```python\nx = 1\n```\nDone.") == "x = 1\n"
    with pytest.raises(NotUsable):
        code_of("```python\n```")


def test_novelty_tells_the_most_similar_earlier_instruction_within_a_scope():
    novelty = Novelty(0.5)
    novelty.add("Draw a bar chart of the rain in five cities", "first", "a")
    name, similarity = novelty.repeats("draw a bar chart of the rain, in SIX cities", "a")
    assert (name, round(similarity, 6)) == ("first", round(8 / 12, 6))
    assert novelty.repeats("draw a bar chart of the rain, in SIX cities", "b") is None
    assert novelty.repeats("A pie of the budget", "a") is None


@given(st.text(min_size=1, max_size=60))
def test_everything_repeats_itself(text):
    novelty = Novelty(1.0)
    novelty.add(text, "it")
    assert novelty.repeats(text) == ("it", 1.0)


def material():
    seed = Triple(0, "s", "A chart of fruit", "plt.bar()", "python", "chart", "generate")
    drawing = Triple(
        1, "d", "A red circle", '<svg viewBox="0 0 9 9"><circle r="3" fill="red"/></svg>', "svg", "svg", "generate"
    )
    return Material((seed, drawing), (seed, drawing), {})


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_plans_the_same_for_the_same_seed_and_names_its_parents(name):
    part = StrategyPart(jobs=3)
    first, second = (
        [plan for plan, _ in zip(strategy_class(name)(part).plans(material(), Random(7)), range(3), strict=False)]
        for _ in range(2)
    )
    assert first == second
    assert all(plan.parents for plan in first)
    assert len({plan.id for plan in first}) == len(first)


def test_a_translation_must_draw_the_texts_of_its_source():
    def drawn(*words):
        facts = {"texts": [{"role": "text", "text": word} for word in words]}
        triple = Triple(0, "t", language="vega-lite")
        return Sample(triple, Render("ok", (Still("", 1, 1),), facts=facts), (b"png",))

    strategy = strategy_class("translation")(StrategyPart(jobs=1))
    plan = Plan("p", "translation", "", "chart", "vega-lite", "generate")
    source = drawn("Sales", "North", "South", "2024")
    assert "25%" in strategy.wrong(plan, Executed(drawn("Sales", "x"), Evidence({}), source))
    assert strategy.wrong(plan, Executed(drawn("Sales", "North", "South"), Evidence({}), source)) is None


def test_what_no_other_reply_could_mend_is_said_as_such():
    drawn = Sample(Triple(0, "t", language="svg"), Render("ok", (Still("", 1, 1),)), (b"png",))
    plan = Plan("p", "", "", "svg", "svg", "generate")
    seen = {"translation": Evidence({}), "edit": Evidence({}), "repair": Evidence({"change.picture_changed": 0.0})}
    for name, evidence in seen.items():
        words = strategy_class(name)(StrategyPart(jobs=1)).wrong(plan, Executed(drawn, evidence))
        assert isinstance(words, Hopeless)


def test_a_program_without_a_picture_is_not_translated():
    seeds = [Triple(0, "a", "sort", "print()", "python", domain, "generate") for domain in ("algorithm", "chart")]
    strategy = strategy_class("translation")(StrategyPart(jobs=1, pairs=(("python", "vega-lite"),)))
    plans = strategy.plans(Material(tuple(seeds), tuple(seeds), {}), Random(1))
    assert [plan.domain for plan in plans] == ["chart"]


def test_seeds_that_are_marked_as_bad_are_left_out(tmp_path):
    import json

    rows = [{"instruction": "A", "code": "<svg/>", "meta": {"good": good}} for good in (True, False)]
    (tmp_path / "s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert len(read_material(str(tmp_path / "s.jsonl"), None, ["chart", "svg"], tmp_path).seeds) == 1
