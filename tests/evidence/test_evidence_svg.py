"""What an SVG's source tells: what cannot be seen, what lies outside, what adds nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janus_reward.evidence import measure

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'


def svg(sample, body, head=HEAD):
    evidence = measure(sample(f"{head}{body}</svg>", "svg"))
    assert "signal_errors" not in evidence.notes
    return {name.removeprefix("svg."): value for name, value in evidence.signals.items() if name.startswith("svg.")}


def test_a_sound_drawing_has_nothing_hidden_or_outside(sample):
    found = svg(sample, '<rect x="10" y="10" width="80" height="80" fill="red"/><circle cx="50" cy="50" r="20"/>')
    assert found["shapes"] == 2
    assert found["view_box"] == 1
    assert found["palette"] == 2
    for name in ("degenerate_share", "hidden_share", "off_canvas_share", "off_canvas_shapes", "repeated_share"):
        assert found[name] == 0, name
    assert found["content_share"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    "shape",
    [
        '<rect width="0" height="5"/>',
        '<path d=""/>',
        '<path d="M5 5Z"/>',
        '<circle cx="5" cy="5" r="0"/>',
        '<polyline points=""/>',
        '<line x1="5" y1="5" x2="5" y2="5" stroke="red"/>',
        '<path d="M10 10 L90 10"/>',
    ],
)
def test_a_shape_without_extent_is_degenerate(sample, shape):
    assert svg(sample, shape + '<rect width="9" height="9"/>')["degenerate_share"] == 0.5


def test_a_stroked_line_is_not_degenerate(sample):
    assert svg(sample, '<path d="M10 10 L90 10" stroke="red"/>')["degenerate_share"] == 0


@pytest.mark.parametrize(
    "paint",
    [
        'fill="none"',
        'opacity="0"',
        'style="display:none"',
        'visibility="hidden"',
        'fill-opacity="0"',
        'class="gone"',
    ],
)
def test_a_shape_that_is_not_painted_is_hidden(sample, paint):
    body = f'<style>.gone{{fill:none}}</style><rect width="9" height="9" {paint}/><rect width="8" height="8"/>'
    assert svg(sample, body)["hidden_share"] == 0.5


def test_the_opacity_of_a_group_hides_what_it_holds(sample):
    assert svg(sample, '<g opacity="0"><rect width="9" height="9"/></g>')["hidden_share"] == 1


def test_a_shape_under_a_later_opaque_rectangle_is_hidden_and_one_over_it_is_not(sample):
    cover, dot = '<rect width="100" height="100" fill="white"/>', '<circle cx="50" cy="50" r="9"/>'
    assert svg(sample, dot + cover)["hidden_share"] == 0.5
    assert svg(sample, cover + dot)["hidden_share"] == 0


def test_shapes_outside_of_the_view_box_are_counted_after_their_transforms(sample):
    found = svg(
        sample, '<g transform="translate(200 0)"><rect width="20" height="20"/></g><rect width="20" height="20"/>'
    )
    assert found["off_canvas_shapes"] == 1
    assert found["off_canvas_share"] == pytest.approx(0.5)


def test_a_shape_half_outside_counts_half(sample):
    assert svg(sample, '<rect x="90" y="0" width="20" height="20"/>')["off_canvas_share"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "root", ["<svg>", '<svg viewBox="0 0 0 0">', '<svg viewBox="0 0 10 100" width="100" height="10">']
)
def test_a_root_without_a_sound_view_box_is_seen(sample, root):
    assert svg(sample, "<g/>", head=root)["view_box"] == 0


def test_copies_idle_groups_duplicate_ids_and_broken_numbers_are_counted(sample):
    shape = '<rect width="9.123" height="9"/>'
    found = svg(sample, f'<g>{shape}</g>{shape}<g id="a" fill="red"/><path id="a" d="M0 0 L NaN 5"/>')
    assert found["repeated_share"] == pytest.approx(1 / 3)
    assert found["idle_group_share"] == 1
    assert found["duplicate_ids"] == 1
    assert found["bad_numbers"] == 1
    assert found["decimals"] == 3


def test_misspelled_elements_are_unknown_and_foreign_ones_are_not(sample):
    body = '<pth d="M0 0h9v9z"/><filter><feBlend/></filter><metadata><x:y xmlns:x="urn:z"/></metadata><tspan/>'
    assert svg(sample, body)["unknown_elements"] == 1


def test_symmetry_tells_a_mirrored_picture_from_a_lopsided_one(sample, bars):
    code = HEAD + "</svg>"
    centred = measure(sample(code, "svg", png=bars(shift=0))).signals["svg.symmetry"]
    shifted = measure(sample(code, "svg", png=bars(shift=55))).signals["svg.symmetry"]
    assert centred > shifted


def test_a_document_that_does_not_parse_has_no_svg_signals_but_those_of_its_picture(sample):
    assert {value for value in svg(sample, "<g>").values()} == {None}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    d=st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789.,-+e \n", max_size=120),
    number=st.sampled_from(["1e308", "-1e400", "NaN", "", "1e-320", "50%", "9" * 400]),
    view_box=st.sampled_from(["0 0 1e308 1e308", "0 0 1 1", "a b", "-1e9 -1e9 1e-9 1e-9"]),
)
def test_any_numbers_are_measured_without_a_defect(sample, d, number, view_box):
    body = f'<g transform="scale({number}) rotate(3)"><path d="{d}" stroke="red" stroke-width="{number}"/>'
    body += f'<rect x="{number}" width="{number}" height="3" opacity="{number}"/></g>'
    svg(sample, body, head=f'<svg viewBox="{view_box}">')
