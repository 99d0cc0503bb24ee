"""SVG documents become pictures and facts; hostile ones become a failure and nothing more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.blank import ink_share, open_png
from janus_reward.render.svg import SvgRenderer
from janus_reward.render.svg_facts import SvgDocument, SvgError
from janus_reward.render.svg_geometry import combined, parsed_transform, transformed

pytestmark = pytest.mark.e2e

HOUSE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">
<rect x="20" y="40" width="60" height="50" fill="#ff8800"/>
<g transform="translate(100 20)"><text x="10" y="30" font-size="12" fill="navy">For sale</text></g>
<use href="#roof"/></svg>"""


@pytest.fixture(scope="module")
def renderer() -> Iterator[SvgRenderer]:
    renderer = SvgRenderer(RenderSettings())
    yield renderer
    renderer.close()


def test_a_document_is_drawn_with_its_facts(renderer: SvgRenderer) -> None:
    drawn = renderer.render(HOUSE, "svg")
    assert drawn.outcome == "ok"
    picture = open_png(drawn.stills[0].png, 10**7)
    assert picture.size == (512, 256)
    assert ink_share(picture) > 0.1
    text = drawn.facts["texts"][0]
    assert (text["text"], text["color"], text["size"]) == ("For sale", "#000080", 12)
    assert text["box"][0] == pytest.approx(110)
    assert text["box"][3] == pytest.approx(52.4)
    assert drawn.facts["unresolved_ids"] == ["roof"]
    assert "#ff8800" in drawn.facts["colors"]


def test_two_runs_give_the_same_bytes(renderer: SvgRenderer) -> None:
    assert renderer.render(HOUSE, "svg") == renderer.render(HOUSE, "svg")


def test_a_missing_namespace_is_mended_and_said(renderer: SvgRenderer) -> None:
    drawn = renderer.render('\ufeff\n<svg width="10" height="10"><rect width="5" height="5"/></svg>', "svg")
    assert (drawn.outcome, drawn.facts["repaired"]) == ("ok", ["xmlns"])


def test_sizes_in_points_are_drawn(renderer: SvgRenderer) -> None:
    drawn = renderer.render('<svg width="72pt" height="36pt"><rect width="50" height="20"/></svg>', "svg")
    assert (drawn.outcome, drawn.facts["canvas"]) == ("ok", [96, 48])


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("<svg><rect></svg>", "ParseError: mismatched tag at line 1"),
        ("", "ParseError"),
        ("<html/>", "<html>, not <svg>"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "declares entities"),
        ("<svg>" + "<g>" * 5000 + "</g>" * 5000 + "</svg>", "deep"),
        ('<svg width="1000000" height="1"/>', "cannot be drawn"),
        ('<svg width="-4" height="4"/>', "cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_says_why(renderer: SvgRenderer, code: str, complaint: str) -> None:
    drawn = renderer.render(code, "svg")
    assert drawn.outcome == "failed"
    assert complaint in str(drawn.message)


def test_a_turned_root_turns_about_its_middle_as_in_a_browser(renderer: SvgRenderer) -> None:
    corner = '<svg viewBox="0 0 10 10" width="512" height="512"{}><rect width="2" height="2"/></svg>'
    turned = renderer.render(corner.format(' transform="rotate(180)"'), "svg")
    picture = open_png(turned.stills[0].png, 10**7)
    assert picture.getpixel((500, 500)) == (0, 0, 0)
    assert picture.getpixel((10, 10)) == (255, 255, 255)


def test_a_white_drawing_is_shown_on_grey(renderer: SvgRenderer) -> None:
    drawn = renderer.render('<svg viewBox="0 0 9 9"><circle cx="4" cy="4" r="3" fill="#fff"/></svg>', "svg")
    assert drawn.facts["background"] == "#808080"
    assert ink_share(open_png(drawn.stills[0].png, 10**7)) > 0.1
    nothing = renderer.render('<svg viewBox="0 0 9 9"/>', "svg")
    assert nothing.facts["background"] == "#ffffff"


def test_nothing_outside_the_document_is_loaded(renderer: SvgRenderer) -> None:
    outside = HOUSE.replace("<use ", '<image href="file:///etc/passwd" width="9" height="9"/><use ')
    drawn = renderer.render(outside, "svg")
    assert drawn.facts["blocked"] == ["file:///etc/passwd"]
    assert drawn.stills == renderer.render(HOUSE, "svg").stills


def test_an_almost_white_drawing_is_shown_on_grey(renderer: SvgRenderer) -> None:
    drawn = renderer.render('<svg viewBox="0 0 9 9"><circle cx="4" cy="4" r="3" fill="#f8f8ff"/></svg>', "svg")
    assert drawn.facts["background"] == "#808080"


def test_addresses_in_styles_are_named(renderer: SvgRenderer) -> None:
    style = "<style>@import 'https://a.invalid/x.css?key=1'; rect {fill: url(https://b.invalid/y)}</style>"
    drawn = renderer.render(HOUSE.replace("<use ", style + '<rect style="fill:url(#sky)"/><use '), "svg")
    assert drawn.facts["blocked"] == ["https://a.invalid/x.css", "https://b.invalid/y"]
    assert drawn.facts["unresolved_ids"] == ["sky", "roof"]


def test_a_document_nested_as_deep_as_allowed_is_drawn(renderer: SvgRenderer) -> None:
    deep = '<svg viewBox="0 0 9 9">' + "<g>" * 390 + '<rect width="5" height="5"/>' + "</g>" * 390 + "</svg>"
    drawn = renderer.render(deep, "svg")
    assert drawn.outcome == "ok"
    assert ink_share(open_png(drawn.stills[0].png, 10**7)) > 0.1


@pytest.mark.parametrize(
    "text", ['<text font-size="1e308" x="1e308">hi</text>', '<text transform="scale(1e300) scale(1e300)">hi</text>']
)
def test_a_text_that_lies_beyond_all_numbers_has_no_box(renderer: SvgRenderer, text: str) -> None:
    drawn = renderer.render(f'<svg viewBox="0 0 9 9">{text}<rect width="5" height="5"/></svg>', "svg")
    assert (drawn.outcome, drawn.facts["texts"][0]["text"]) == ("ok", "hi")
    assert "box" not in drawn.facts["texts"][0]


def test_words_that_matplotlib_drew_as_outlines_are_read(renderer: SvgRenderer) -> None:
    padding = "<!--" + " " * 40_000 + "-->"
    glyphs = f'{padding}<g id="text_1"><!-- Sales by month --><g><path d="M0 0h5v5z"/></g></g>'
    drawn = renderer.render(f'<svg viewBox="0 0 9 9">{glyphs}</svg>', "svg")
    assert [text["text"] for text in drawn.facts["texts"]] == ["Sales by month"]


def test_a_flood_of_elements_is_bounded_and_the_next_document_is_fine() -> None:
    renderer = SvgRenderer(RenderSettings(limits=Limits(wall_s=4)))
    circles = "".join(f'<circle cx="{n % 100}" cy="50" r="40" filter="url(#b)"/>' for n in range(60_000))
    blur = '<filter id="b"><feGaussianBlur stdDeviation="50"/></filter>'
    try:
        flood = renderer.render(f'<svg viewBox="0 0 100 100">{blur}{circles}</svg>', "svg")
        assert flood.outcome in ("timeout", "exceeded")
        assert renderer.render(HOUSE, "svg").outcome == "ok"
    finally:
        renderer.close()


numbers = st.floats(-100, 100).map(lambda value: round(value, 3))


@given(numbers, numbers, numbers, numbers, st.floats(-360, 360).map(lambda angle: round(angle, 2)))
def test_transforms_compose_like_their_parts(x: float, y: float, dx: float, dy: float, angle: float) -> None:
    both = parsed_transform(f"translate({dx} {dy}) rotate({angle})")
    apart = combined(parsed_transform(f"translate({dx},{dy})"), parsed_transform(f"rotate({angle})"))
    assert transformed(both, x, y) == pytest.approx(transformed(apart, x, y))


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_an_error(text: str) -> None:
    import xml.etree.ElementTree as ET

    with pytest.raises((SvgError, ET.ParseError)):
        SvgDocument(text)
