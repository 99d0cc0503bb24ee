"""Damage to Vega-Lite specifications."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.colours import NEAR_GREYS, is_colour, other_hue
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, VISUAL
from janus_reward.corrupt.wording import misspelt

VEGA = ("vega-lite",)
Spec = dict[str, Any]
_MARKS = {"bar": "line", "line": "bar", "area": "bar", "point": "line", "circle": "line", "arc": "bar", "tick": "line"}
_PARTS = ("layer", "hconcat", "vconcat", "concat")
_DEPTH = 12


def read_spec(code: str) -> Spec | None:
    """The specification as an object, or `None`."""
    try:
        spec = json.loads(code)
    except (ValueError, RecursionError):
        return None
    return spec if isinstance(spec, dict) else None


def write_spec(spec: Spec, like: str) -> str:
    """The specification as text, on one line or indented as the text it came from."""
    return json.dumps(spec, indent=2 if "\n" in like.strip() else None, ensure_ascii=False)


def views(spec: Any, depth: int = 0) -> Iterator[Spec]:
    """The specification and every view inside it."""
    if not isinstance(spec, dict) or depth > _DEPTH:
        return
    yield spec
    for name in _PARTS:
        for part in spec.get(name) or () if isinstance(spec.get(name), list) else ():
            yield from views(part, depth + 1)
    yield from views(spec.get("spec"), depth + 1)


def channels(spec: Spec, *names: str) -> list[Spec]:
    """The definitions of the named channels (all when none is named) that show a field, over all views."""
    found = []
    for view in views(spec):
        encoding = view.get("encoding")
        for name, channel in encoding.items() if isinstance(encoding, dict) else ():
            if (
                isinstance(channel, dict)
                and (not names or name in names)
                and ("field" in channel or "aggregate" in channel)
            ):
                found.append(channel)
    return found


def rows(spec: Spec) -> list[Spec]:
    """The inline rows of data."""
    for view in views(spec):
        data = view.get("data")
        values = data.get("values") if isinstance(data, dict) else None
        if isinstance(values, list) and values and all(isinstance(row, dict) for row in values):
            return values
    return []


def changed(case: Case, change: Callable[[Spec], bool]) -> str | None:
    """The code after a change of its specification, or `None` when there is none or `change` says it does not apply."""
    spec = read_spec(case.code)
    if spec is None or not change(spec):
        return None
    return write_spec(spec, case.code)


@corruption("vega.drop_title", 1, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def drop_title(case: Case) -> str | None:
    """The title of the chart is gone."""
    return changed(case, lambda spec: bool(sum(view.pop("title", None) is not None for view in views(spec))))


@corruption("vega.misspell", 1, lowers=(VISUAL, COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def misspell(case: Case) -> str | None:
    """Letters of an axis title or of the title are out of order."""

    def change(spec: Spec) -> bool:
        holders = [*views(spec), *channels(spec)]
        titled = [holder for holder in holders if isinstance(holder.get("title"), str)]
        holder = case.pick(titled)
        wrong = misspelt(holder["title"], case.random) if holder else None
        if holder and wrong:
            holder["title"] = wrong
        return bool(wrong)

    return changed(case, change)


@corruption("vega.drop_axis_titles", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=VEGA)
def drop_axis_titles(case: Case) -> str | None:
    """The axes have no titles."""

    def change(spec: Spec) -> bool:
        for channel in channels(spec, "x", "y"):
            channel["title"] = None
            if isinstance(channel.get("axis"), dict):
                channel["axis"].pop("title", None)
        return bool(channels(spec, "x", "y"))

    return changed(case, change)


@corruption("vega.wrong_type", 3, lowers=(RELEVANCE, COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA)
def wrong_type(case: Case) -> str | None:
    """The marks are of another type than was asked for."""
    if not case.asked(r"\b(bar|line|scatter|pie|donut|column|area|histogram|point|dot|trend)"):
        return None
    return changed(case, lambda spec: any([_other_mark(view) for view in views(spec)]))


@corruption("vega.swap_fields", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA, holdout=True)
def swap_fields(case: Case) -> str | None:
    """What belongs on the x axis stands on the y axis and the other way round."""

    def change(spec: Spec) -> bool:
        swapped = False
        for view in views(spec):
            encoding = view.get("encoding")
            if isinstance(encoding, dict) and encoding.get("x") and encoding.get("y"):
                encoding["x"], encoding["y"] = encoding["y"], encoding["x"]
                swapped = True
        return swapped

    return changed(case, change)


@corruption("vega.swap_series", 3, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA)
def swap_series(case: Case) -> str | None:
    """The values are dealt out to the wrong categories."""

    def change(spec: Spec) -> bool:
        name = _value_field(spec)
        values = [row[name] for row in rows(spec) if name in row] if name else []
        if name is None or len(set(map(str, values))) < 3 or len(values) != len(rows(spec)):
            return False
        for row, value in zip(rows(spec), values[1:] + values[:1], strict=True):
            row[name] = value
        return case.compared or any(f"{value:g}" in case.wanted for value in values if isinstance(value, int | float))

    return changed(case, change)


@corruption("vega.drop_data", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA)
def drop_data(case: Case) -> str | None:
    """All but two of the categories or points are gone."""

    def change(spec: Spec) -> bool:
        values = rows(spec)
        gone = len(values) > 3
        del values[2:]
        return gone

    return changed(case, change)


@corruption("vega.drop_colour", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA, holdout=True)
def drop_colour(case: Case) -> str | None:
    """The colours no longer tell the groups apart, and there is no legend."""

    def change(spec: Spec) -> bool:
        encodings = [view["encoding"] for view in views(spec) if isinstance(view.get("encoding"), dict)]
        gone = [
            encoding.pop(name)
            for encoding in encodings
            for name in ("color", "fill")
            if _shows_field(encoding.get(name))
        ]
        return bool(gone)

    return changed(case, change)


@corruption("vega.drop_legend", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def drop_legend(case: Case) -> str | None:
    """The colours stand for groups, and no legend says for which."""

    def change(spec: Spec) -> bool:
        coloured = channels(spec, "color", "fill", "shape")
        for channel in coloured:
            channel["legend"] = None
        return bool(coloured)

    return changed(case, change)


@corruption(
    "vega.wrong_sort", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA, holdout=True
)
def wrong_sort(case: Case) -> str | None:
    """The order that was asked for runs the other way."""
    if not case.asked(r"\b(sort|order|rank|asc|desc|ascending|descending|low to high|high to low)"):
        return None

    def change(spec: Spec) -> bool:
        return any([_turned_sort(channel) for channel in channels(spec, "x", "y")])

    return changed(case, change)


@corruption("vega.same_palette", 2, lowers=(VISUAL, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def same_palette(case: Case) -> str | None:
    """All groups have nearly the same colour."""

    def change(spec: Spec) -> bool:
        coloured = channels(spec, "color", "fill")
        for channel in coloured:
            channel["scale"] = {**_object(channel.get("scale")), "range": list(NEAR_GREYS)}
            channel["scale"].pop("scheme", None)
        return bool(coloured)

    return changed(case, change)


@corruption("vega.wrong_colours", 2, lowers=(COMPLETION, PRESERVATION), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def wrong_colours(case: Case) -> str | None:
    """The marks have other colours than were asked for."""

    def change(spec: Spec) -> bool:
        return _recoloured(spec, lambda colour: case.compared or colour.lower() in case.wanted)

    return changed(case, change)


@corruption("vega.tiny", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=VEGA, holdout=True)
def tiny(case: Case) -> str | None:
    """The plot is 40 pixels wide and high."""

    def change(spec: Spec) -> bool:
        single = [view for view in views(spec) if "mark" in view or "layer" in view]
        for view in single:
            view["width"], view["height"] = 40, 40
        return bool(single)

    return changed(case, change)


@corruption("vega.tiny_font", 2, lowers=(VISUAL,), keeps=(RELEVANCE, COMPLETION, QUALITY), languages=VEGA)
def tiny_font(case: Case) -> str | None:
    """Labels and titles are three points high."""
    small = {"labelFontSize": 3, "titleFontSize": 3}
    return changed(case, lambda spec: _configured(spec, axis=small, legend=small, title={"fontSize": 3}))


@corruption("vega.low_contrast_text", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def low_contrast_text(case: Case) -> str | None:
    """Labels and titles are almost as light as the ground."""
    pale = {"labelColor": "#ececec", "titleColor": "#ececec"}
    return changed(case, lambda spec: _configured(spec, axis=pale, legend=pale, title={"color": "#ececec"}))


@corruption("vega.crowded_labels", 2, lowers=(VISUAL,), keeps=(RELEVANCE, QUALITY), languages=VEGA)
def crowded_labels(case: Case) -> str | None:
    """Tick labels are large, lie flat and overlap."""
    crowd = {"labelFontSize": 24, "labelAngle": 0, "labelOverlap": False, "labelBound": False}
    return changed(case, lambda spec: bool(channels(spec, "x")) and _configured(spec, axisX=crowd))


@corruption("vega.truncate_axis", 2, lowers=(COMPLETION, VISUAL, PRESERVATION), keeps=(RELEVANCE,), languages=VEGA)
def truncate_axis(case: Case) -> str | None:
    """The value axis of bars starts far above zero."""

    def change(spec: Spec) -> bool:
        name = _value_field(spec) or ""
        values = [row.get(name) for row in rows(spec)]
        numbers = [value for value in values if isinstance(value, int | float)]
        channel = next((item for item in channels(spec, "y", "x") if item.get("field") == name), None)
        if not numbers or channel is None or min(numbers) < 0 or "aggregate" in channel:
            return False
        start = min(numbers) + 0.5 * (max(numbers) - min(numbers))
        channel["scale"] = {"domain": [start, max(numbers)], "clamp": True}
        return start > 0

    return changed(case, change)


@corruption("vega.wrong_aggregate", 2, lowers=(COMPLETION, PRESERVATION), keeps=(QUALITY,), languages=VEGA)
def wrong_aggregate(case: Case) -> str | None:
    """A count, sum or mean that was asked for is another one."""
    if not case.asked(r"\b(average|mean|sum|total|count|number of|median|maximum|minimum)"):
        return None

    def change(spec: Spec) -> bool:
        counted = [
            channel for channel in channels(spec) if isinstance(channel.get("aggregate"), str) and "field" in channel
        ]
        for channel in counted:
            channel["aggregate"] = "min" if channel["aggregate"] != "min" else "max"
        return bool(counted)

    return changed(case, change)


def _other_mark(view: Spec) -> bool:
    mark = view.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    if kind not in _MARKS:
        return False
    view["mark"] = _MARKS[kind]
    encoding = view.get("encoding")
    if kind == "arc" and isinstance(encoding, dict):
        encoding["y"] = encoding.pop("theta", {})
        encoding["x"] = dict(encoding.get("color") or {})
    return True


def _shows_field(channel: object) -> bool:
    return isinstance(channel, dict) and "field" in channel


def _value_field(spec: Spec) -> str | None:
    for channel in channels(spec, "y", "x", "theta"):
        if channel.get("type") == "quantitative" and isinstance(channel.get("field"), str):
            return str(channel["field"])
    return None


def _turned_sort(channel: Spec) -> bool:
    sort = channel.get("sort")
    other = {"ascending": "descending", "descending": "ascending"}
    if isinstance(sort, dict) and isinstance(sort.get("field"), str | None):
        sort["order"] = other.get(str(sort.get("order")), "descending")
    elif isinstance(sort, str) and sort in other:
        channel["sort"] = other[sort]
    elif isinstance(sort, str) and sort.lstrip("-") in ("x", "y", "color"):
        channel["sort"] = sort[1:] if sort.startswith("-") else f"-{sort}"
    elif isinstance(sort, list) and len(sort) > 1:
        channel["sort"] = sort[::-1]
    else:
        return False
    return True


def _recoloured(part: Any, wanted: Callable[[str], bool], depth: int = 0) -> bool:
    if depth > _DEPTH or not isinstance(part, dict | list):
        return False
    items = list(part.items()) if isinstance(part, dict) else list(enumerate(part))
    hit = False
    for key, value in items:
        if isinstance(value, str) and is_colour(value) and wanted(value) and (colour := other_hue(value)):
            part[key] = colour
            hit = True
        elif key != "data":
            hit |= _recoloured(value, wanted, depth + 1)
    return hit


def _configured(spec: Spec, **groups: Spec) -> bool:
    config = _object(spec.get("config"))
    spec["config"] = {**config, **{name: {**_object(config.get(name)), **new} for name, new in groups.items()}}
    return True


def _object(value: object) -> Spec:
    return value if isinstance(value, dict) else {}
