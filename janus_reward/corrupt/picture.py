"""Answers whose picture is empty or another one."""

from __future__ import annotations

import re

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, VISUAL
from janus_reward.corrupt.markup_source import MarkupSource
from janus_reward.corrupt.python_source import PythonSource
from janus_reward.corrupt.splice import Edit, spliced
from janus_reward.corrupt.vega import changed, views

_LOST = (COMPLETION, VISUAL, PRESERVATION)


@corruption("picture.empty_figure", 3, lowers=_LOST, languages=("python",), breaks=True)
def empty_figure(case: Case) -> str | None:
    """The figure is cleared before it is shown, so that the picture is blank."""
    source = PythonSource.read(case.code) if case.triple.domain == "chart" else None
    return source.before_the_end(["plt.clf()"]) if source else None


@corruption("picture.empty_axes", 3, lowers=_LOST, languages=("python",), breaks=True)
def empty_axes(case: Case) -> str | None:
    """The axes are drawn with their labels, but without data."""
    source = PythonSource.read(case.code) if case.triple.domain == "chart" else None
    lines = ["for artist in [*plt.gca().lines, *plt.gca().patches, *plt.gca().collections]:", "    artist.remove()"]
    return source.before_the_end(lines) if source else None


@corruption("picture.blank_page", 3, lowers=_LOST, languages=("html",), breaks=True)
def blank_page(case: Case) -> str | None:
    """The page is there but nothing of it is shown."""
    source = MarkupSource.read(case.code)
    body = source.first("body")
    return spliced(case.code, [source.style(body, "display: none")]) if body else None


@corruption("picture.blank_drawing", 3, lowers=_LOST, languages=("svg",), breaks=True)
def blank_drawing(case: Case) -> str | None:
    """The drawing has no shapes."""
    root = MarkupSource.read(case.code).first("svg")
    return spliced(case.code, [Edit(root.open_end, root.close, "\n")]) if root and root.length > 2 else None


@corruption("picture.no_data", 3, lowers=_LOST, languages=("vega-lite",), breaks=True)
def no_data(case: Case) -> str | None:
    """The chart has no data, so that it shows no marks."""

    def change(spec: dict[str, object]) -> bool:
        hit = False
        for view in views(spec):
            data = view.get("data")
            if isinstance(data, dict) and data.get("values"):
                data["values"] = []
                hit = True
        return hit

    return changed(case, change)


@corruption("picture.dark_box", 3, lowers=(VISUAL, COMPLETION, PRESERVATION), languages=("html", "svg"), holdout=True)
def dark_box(case: Case) -> str | None:
    """A dark box covers the middle of the picture."""
    if case.triple.language == "svg":
        at = case.code.rfind("</svg>")
        box = '<rect x="22%" y="22%" width="56%" height="56%" fill="#333"/>'
    else:
        at = case.code.lower().rfind("</body>")
        place = "position: fixed; left: 20%; top: 15%; width: 60%; height: 60%"
        box = f'<div style="{place}; background: #333; z-index: 9999"></div>'
    return spliced(case.code, [Edit(at, at, box + "\n")]) if at >= 0 else None


@corruption("picture.inverted", 2, lowers=(VISUAL, PRESERVATION), languages=("html", "svg"), holdout=True)
def inverted(case: Case) -> str | None:
    """All colours are inverted, where the colours are given by a reference."""
    if not case.compared:
        return None
    source = MarkupSource.read(case.code)
    root = source.first("html") if case.triple.language == "html" else source.first("svg")
    return (
        spliced(case.code, [source.style(root, "filter: invert(1)")])
        if root and re.search(r"#|rgb", case.code)
        else None
    )
