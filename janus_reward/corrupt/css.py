"""One CSS property of a page changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from janus_reward.corrupt.base import Case, Severity, corruption
from janus_reward.corrupt.colours import is_dark, other_hue
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.css_source import Declaration, declarations, rules
from janus_reward.corrupt.markup_source import MarkupSource
from janus_reward.corrupt.splice import Edit, scaled_numbers, spliced

HTML = ("html",)
_COLOURED = re.compile(
    r"#[0-9a-fA-F]{3,6}\b|rgba?\([^)]{5,40}\)|\b(?:red|green|blue|orange|purple|teal|navy|white|black)\b"
)

Change = Callable[[Declaration, Case], "str | None"]


def _property(
    name: str,
    severity: Severity,
    doc: str,
    properties: str,
    change: Change,
    *,
    everywhere: bool = False,
    holdout: bool = False,
) -> None:
    """Register the kind that changes one declaration of the named properties (a regular expression).

    `everywhere`: it is a defect in any page; else only where the page is held against a reference or a state before.
    """

    def damage(case: Case) -> str | None:
        if not (everywhere or case.compared):
            return None
        source = MarkupSource.read(case.code)
        fitting = [item for item in declarations(source) if re.fullmatch(properties, item.name)]
        case.random.shuffle(fitting)
        fitting.sort(key=lambda item: -min(item.used, 4))
        edits = [
            Edit(item.start, item.end, new) for item in fitting if (new := change(item, case)) and new != item.value
        ]
        return spliced(case.code, edits[:1]) if edits else None

    damage.__doc__ = doc
    lowers = (VISUAL, PRESERVATION)
    corruption(name, severity, lowers=lowers, keeps=(RELEVANCE, QUALITY), languages=HTML, holdout=holdout)(damage)


def _added(
    name: str, severity: Severity, doc: str, declaration: str, *, everywhere: bool = False, holdout: bool = False
) -> None:
    """Register the kind that adds one declaration to a rule that is in use."""

    def damage(case: Case) -> str | None:
        if not (everywhere or case.compared):
            return None
        places = [place for place in rules(MarkupSource.read(case.code)) if place[0] not in ("*", "html", ":root")]
        place = case.pick(places)
        return spliced(case.code, [Edit(place[1], place[1], f" {declaration};")]) if place else None

    damage.__doc__ = doc
    lowers = (VISUAL, PRESERVATION)
    corruption(name, severity, lowers=lowers, keeps=(RELEVANCE, QUALITY), languages=HTML, holdout=holdout)(damage)


def _other_colour(item: Declaration, case: Case) -> str | None:
    found = _COLOURED.search(item.value)
    colour = other_hue(found.group()) if found else None
    return item.value.replace(found.group(), colour, 1) if found and colour else None


def _scaled(factor: float) -> Change:
    def change(item: Declaration, case: Case) -> str | None:
        if "calc(" in item.value or "var(" in item.value or not re.search(r"[1-9]", item.value):
            return None
        return scaled_numbers(item.value, factor)

    return change


def _one_of(*values: str) -> Change:
    def change(item: Declaration, case: Case) -> str | None:
        return next((value for value in values if value != item.value.strip().lower()), None)

    return change


def _other_weight(item: Declaration, case: Case) -> str | None:
    heavy = item.value.strip().lower() in ("bold", "bolder", "600", "700", "800", "900")
    return "400" if heavy else "800"


def _moved(item: Declaration, case: Case) -> str | None:
    if "var(" in item.value or "calc(" in item.value:
        return None
    found = re.match(r"-?\d*\.?\d+(px|rem|em|%)?|auto", item.value)
    return f"48px{item.value[found.end() :]}" if found and not item.value.startswith("48px") else None


_property("css.colour", 1, "The colour of one kind of text is another one.", "color", _other_colour)
_property("css.background", 2, "One background has another colour.", "background(-color)?", _other_colour)
_property(
    "css.border",
    1,
    "One border has another colour.",
    "border(-(top|left|right|bottom))?(-color)?",
    _other_colour,
    holdout=True,
)
_property("css.margin", 1, "One margin is 48 pixels.", "margin(-(top|left|right|bottom))?", _moved)
_property("css.padding", 1, "One padding is 48 pixels.", "padding(-(top|left|right|bottom))?", _moved)
_property("css.font_size", 2, "One font is 1.8 times as large.", "font-size", _scaled(1.8))
_property("css.tiny_font", 2, "One font is a third as large.", "font-size", _scaled(0.33), everywhere=True)
_property("css.font_weight", 1, "Bold and regular are exchanged.", "font-weight", _other_weight)
_property(
    "css.font_family", 1, "One font is another family.", "font-family", _one_of("'Courier New', monospace", "serif")
)
_property("css.radius", 1, "Round corners are square, or rounder.", "border-radius", _one_of("0", "28px"), holdout=True)
_property("css.line_height", 1, "Lines stand 1.9 times as far apart.", "line-height", _scaled(1.9), holdout=True)
_property("css.squeezed_lines", 2, "Lines run into each other.", "line-height", _scaled(0.4), everywhere=True)
_property("css.align", 1, "Text is aligned to another side.", "text-align", _one_of("right", "center"))
_property("css.width", 2, "One block has 45% of its width.", "(max-)?width", _scaled(0.45))
_property("css.layout", 2, "A row is a column or the other way round.", "flex-direction", _one_of("column", "row"))
_property(
    "css.no_grid",
    2,
    "A grid or a row of blocks is a plain stack.",
    "display",
    lambda item, case: "block" if item.value in ("flex", "grid") else None,
)
_property(
    "css.gradient",
    1,
    "A gradient has another colour.",
    "background(-image)?",
    lambda item, case: _other_colour(item, case) if "gradient" in item.value else None,
)
_added("css.opacity", 2, "One kind of block is nearly transparent.", "opacity: 0.18", everywhere=True)
_added("css.display_none", 3, "One kind of block is not shown.", "display: none !important", everywhere=True)
_added(
    "css.rotated",
    2,
    "One kind of block is turned by 8 degrees.",
    "transform: rotate(8deg)",
    everywhere=True,
    holdout=True,
)
_added("css.letter_spacing", 1, "Letters stand wide apart.", "letter-spacing: 0.35em")


@corruption("css.low_contrast", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=HTML)
def low_contrast(case: Case) -> str | None:
    """All text hardly stands out from a ground that is light, or dark."""
    at = case.code.lower().rfind("</head>")
    dark = is_dark(_ground(MarkupSource.read(case.code)))
    if at < 0 or dark is None:
        return None
    colour = "#22262b" if dark else "#e6e6e8"
    rule = f"<style>body, body * {{ color: {colour} !important; }}</style>\n"
    return spliced(case.code, [Edit(at, at, rule)])


def _ground(source: MarkupSource) -> str:
    """The background of the body as written, with its variable looked up; white when there is none."""
    for selector, name, value in ((item.selector, item.name, item.value) for item in declarations(source)):
        if name in ("background", "background-color") and re.search(r"(^|,\s*)body\s*($|,)", selector):
            variable = re.match(r"var\(\s*(--[\w-]{1,60})", value)
            known = re.search(rf"{variable[1]}\s*:\s*([^;}}]{{1,100}})", source.code) if variable else None
            return known[1] if known else value
    return "#ffffff"


@corruption(
    "css.same_colour_text",
    3,
    lowers=(VISUAL, COMPLETION, PRESERVATION),
    keeps=(RELEVANCE,),
    languages=HTML,
    holdout=True,
)
def same_colour_text(case: Case) -> str | None:
    """One kind of text has the colour of its ground and cannot be seen."""
    items = declarations(MarkupSource.read(case.code))
    grounds = {item.selector: item.value for item in items if item.name in ("background", "background-color")}
    hidden = [item for item in items if item.name == "color" and _COLOURED.fullmatch(grounds.get(item.selector, ""))]
    item = case.pick(hidden)
    return spliced(case.code, [Edit(item.start, item.end, grounds[item.selector])]) if item else None
