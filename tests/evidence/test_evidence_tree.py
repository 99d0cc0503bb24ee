"""What an edit changed on a page: one property of one element is found and named, an identical page has no change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.evidence import measure
from janus_reward.evidence.tree_change import Node, compared, read_tree
from janus_reward.render.base import RenderSettings
from janus_reward.render.farm import RenderFarm
from janus_reward.render.page_tree import checked_tree
from janus_reward.render.store import RenderStore
from janus_reward.sample import Sample
from janus_reward.triple import Before, Triple

PAGE = """<!DOCTYPE html><html><head><style>
body { font: 16px sans-serif; color: #222 } .card { padding: 12px; border: 1px solid #999; border-radius: 4px }
h1 { color: navy } button { background: #06c; color: white }
</style></head><body><h1 id="top">Prices</h1><div class="card"><p>Small</p><p>Large</p></div>
<button class="buy">Buy</button></body></html>"""

EDITS = [
    ("border-radius: 4px", "border-radius: 14px", "div.card", "border-top-left-radius"),
    ("padding: 12px", "padding: 13px", "div.card", "padding-left"),
    ("h1 { color: navy }", "h1 { color: maroon }", "h1#top", "color"),
    ("background: #06c", "background: linear-gradient(#06c, #09f)", "button.buy", "background-image"),
    ("color: #222", "color: #333", "body", "color"),
    (".card {", ".card { opacity: 0.9;", "div.card", "opacity"),
    ("button {", "button { letter-spacing: 1px;", "button.buy", "letter-spacing"),
    ("h1 {", "h1::after { content: '!' } h1 {", "h1#top", "::after content"),
    ("<p>Large</p>", "<p>Larger</p>", "p", "text"),
    ("<p>Small</p>", "", "p", "element"),
]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = RenderFarm(RenderStore(tmp_path_factory.mktemp("tree")), RenderSettings(), "auto")
    yield made
    made.close()


def sample(farm: RenderFarm, before: str, after: str, instruction: str = "Edit the page") -> Sample:
    triple = Triple(0, "t", instruction, after, "html", "webui", "edit", before=Before(code=before))
    return farm.sample(triple)


@pytest.mark.e2e
class TestRealPages:
    @pytest.mark.parametrize(("old", "new", "element", "prop"), EDITS)
    def test_one_change_is_found_and_named(self, farm: RenderFarm, old: str, new: str, element: str, prop: str) -> None:
        assert old in PAGE
        evidence = measure(sample(farm, PAGE, PAGE.replace(old, new)))
        assert evidence.signals["change.elements_changed"] == 1
        assert any(note.startswith(f"{element} {prop}:") for note in evidence.notes["changes"])

    def test_an_identical_page_has_no_change(self, farm: RenderFarm) -> None:
        evidence = measure(sample(farm, PAGE, PAGE))
        assert evidence.signals["change.properties_changed"] == 0
        assert "changes" not in evidence.notes

    def test_what_was_asked_is_told_from_what_was_not(self, farm: RenderFarm) -> None:
        asked = "Make the corners of the card rounder"
        made = measure(sample(farm, PAGE, PAGE.replace("radius: 4px", "radius: 14px"), asked)).signals
        beside = measure(sample(farm, PAGE, PAGE.replace("padding: 12px", "padding: 40px"), asked)).signals
        assert (made["change.asked_properties_made"], made["change.unasked_property_share"]) == (1, 0)
        assert (beside["change.asked_properties_made"], beside["change.unasked_property_share"]) == (0, 1)

    def test_an_inserted_element_does_not_shift_all_others(self, farm: RenderFarm) -> None:
        more = PAGE.replace("<h1", "<nav>Home</nav><h1")
        signals = measure(sample(farm, PAGE, more)).signals
        assert signals["change.elements_changed"] == 1 and signals["change.elements_lost"] == 0


NODES = st.lists(
    st.builds(
        Node, st.sampled_from(["div", "p", "a"]), st.sampled_from(["", "#x", ".y"]), st.integers(0, 3),
        st.sampled_from(["", "word"]), st.dictionaries(st.sampled_from(["color", "margin-top"]), st.sampled_from("ab")),
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(NODES, NODES)
def test_no_change_is_told_exactly_where_there_is_none(old: list[Node], new: list[Node]) -> None:
    assert bool(compared(old, new).changes) == (old != new) or [n.depth for n in old] != [n.depth for n in new]
    assert compared(old, old).changes == ()


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.fixed_dictionaries({"styles": st.lists(ANY, max_size=3), "nodes": st.lists(ANY, max_size=3)}) | ANY)
def test_a_hostile_tree_is_no_tree(seen: Any) -> None:
    tree = checked_tree(seen)
    assert tree is None or read_tree({"tree": tree})
    read_tree({"tree": seen})


def test_facts_of_a_forged_tree_are_bounded() -> None:
    huge = {"styles": [{"color": "x" * 10_000}] * 9_000, "nodes": [{"tag": "p", "style": 10**9}] * 9_000}
    tree = checked_tree(huge)
    assert tree is None or (len(tree["nodes"]) <= 1500 and all("style" not in node for node in tree["nodes"]))


def test_the_script_ships_with_the_package() -> None:
    assert Path(__file__).parents[2].joinpath("janus_reward/render/page/tree.js").is_file()
