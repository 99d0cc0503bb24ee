"""The vocabulary of chart types: how people ask for them, and what renderers and code call them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_CHART = r"(?:[ -]?(?:charts?|plots?|graphs?|diagrams?|visuali[sz]ations?))"


@dataclass(frozen=True, slots=True)
class ChartType:
    """One kind of chart.

    Args:
        signs: lower-case strings of which one is in every text that asks for it (spares the slower pattern).
        asked: how an instruction asks for it.
        drawn: names in `facts["chart_types"]` that satisfy it.
        coded: how code draws it (matched in code without comments), for pictures without structure.
    """

    name: str
    signs: tuple[str, ...]
    asked: re.Pattern[str]
    drawn: frozenset[str]
    coded: re.Pattern[str]


def _kind(name: str, signs: str, asked: str, drawn: str, coded: str) -> ChartType:
    return ChartType(name, tuple(signs.split()), re.compile(asked), frozenset(drawn.split()), re.compile(coded))


CHART_TYPES: tuple[ChartType, ...] = (
    _kind(
        "bar",
        "bar column",
        rf"\b(?:bar|column)s?{_CHART}|\b(?:grouped|stacked|horizontal|vertical|clustered|group|stack)(?:ed"
        rf"|ing)? (?:bar|column)s?\b"
        r"|\bbarplot|\bcountplot|\bbarh?\(|\bbars (?:for|represent|show|colou?red)",
        "bar barh bar3d column histogram interval candlestick waterfall",
        r"\.barh?\(|(?:bar|count)plot\(|\"(?:mark|type)\":\s*(?:\{\s*\"type\":\s*)?\"bar\"|type:\s*['\"]bar"
        r"|kind=['\"]barh?['\"]",
    ),
    _kind(
        "line",
        "line trend time spline",
        rf"\bline{_CHART}|\blines? (?:chart|plot|graph)|\blineplot|\btrend lines?\b|\bmulti-?line\b"
        rf"|\btime[- ]series plot|\bspline plot",
        "line lines spline step",
        r"\.(?:plot|step|semilogx|semilogy|loglog)\(|lineplot\(|\"(?:mark"
        r"|type)\":\s*(?:\{\s*\"type\":\s*)?\"(?:line|trail)\"|type:\s*['\"]line",
    ),
    _kind(
        "scatter",
        "scatter bubble dot point strip swarm",
        rf"\bscatter(?:ing|ed)?{_CHART}?\b|\bscatterplot|\bbubble{_CHART}|\bdot plot|\bpoint{_CHART}"
        rf"|\bstrip ?plot|\bswarm ?plot",
        "scatter point points bubble circle strip swarm",
        r"\.scatter\(|(?:scatter|strip|swarm|rel)plot\(|\"(?:mark|type)\":\s*(?:\{\s*\"type\":\s*)?\"(?:point"
        r"|circle|square)\"|['\"](?:scatter|bubble)",
    ),
    _kind(
        "pie",
        "pie donut doughnut ring",
        rf"\b(?:pie|donut|doughnut|ring){_CHART}|\bpies?\b(?! (?:shop|recipe))|\b(?:donut|doughnut)s? chart",
        "pie donut arc doughnut sunburst",
        r"\.pie\(|\"arc\"|['\"](?:pie|doughnut|donut)['\"]|go\.Pie",
    ),
    _kind(
        "area",
        "area stack stream",
        rf"\b(?:stacked )?area{_CHART}|\bstack ?plot|\bstream ?graph",
        "area stackplot stream streamgraph fill density ridgeline",
        r"\.(?:stackplot|fill_between|area)\(|\"area\"|stackgroup|fill=['\"]to",
    ),
    _kind(
        "histogram",
        "hist",
        rf"\bhistograms?\b|\bhistplot|\bhist{_CHART}",
        "histogram hist bar density kde step",
        r"\.hist\(|histplot\(|displot\(|\"bin\"|['\"]histogram|bincount|np\.histogram",
    ),
    _kind(
        "heatmap",
        "heat matrix matshow",
        r"\bheat ?-?maps?\b|\bconfusion matrix\b|\bcorrelation matrix\b|\bmatshow\b",
        "heatmap image matrix mesh rect hexbin contour",
        r"\.(?:imshow|pcolormesh|pcolor|matshow|hexbin)\(|heatmap\(|Heatmap|\"rect\"",
    ),
    _kind(
        "box",
        "box",
        rf"\bbox(?: ?-?(?:and|&) ?-?whiskers?)?{_CHART}|\bboxplots?\b|\bbox ?-?(?:and|&)? ?whiskers?",
        "box boxplot",
        r"boxplot\(|\"boxplot\"|go\.Box|px\.box",
    ),
    _kind("violin", "violin", r"\bviolin", "violin", r"violin"),
    _kind("errorbar", "error", r"\berror ?-?bars?\b|\berrorbar", "errorbar errorpoint", r"errorbar|yerr|xerr|error_y"),
    _kind(
        "polar",
        "radar spider polar rose star radial",
        rf"\b(?:radar|spider|polar|rose|star){_CHART}|\bradar\b(?= (?:chart|plot|for|comparing|showing))"
        rf"|\bradial (?:bar )?chart",
        "polar radar rose radial",
        r"polar|radar|Scatterpolar|\"theta\"",
    ),
    _kind("contour", "contour", r"\bcontour", "contour contourf", r"contour"),
    _kind(
        "3d",
        "3d 3-d surface wireframe",
        r"\b3[- ]?d (?:surface|scatter|plot|chart|bar|line|visuali[sz]ation|graph|wireframe|view)"
        r"|\bsurface plot|\bwireframe plot",
        "3d surface scatter3d wireframe trisurf bar3d",
        r"3d|plot_surface|Surface|THREE\.|WEBGL",
    ),
    _kind("treemap", "tree", r"\btree ?-?maps?\b", "treemap", r"treemap|squarify|Treemap"),
    _kind("sankey", "sankey alluvial", rf"\bsankey|\balluvial{_CHART}?", "sankey", r"[Ss]ankey"),
    _kind(
        "candlestick",
        "candle ohlc k-line",
        rf"\bcandle ?-?sticks?\b|\bohlc\b|\bk-line{_CHART}?",
        "candlestick ohlc",
        r"[Cc]andlestick|mplfinance|[Oo]hlc",
    ),
    _kind(
        "graph",
        "network force node-link knowledge directed",
        r"\bnetwork (?:graph|diagram|plot|chart|visuali[sz]ation)|\bforce[- ]directed|\bnode-link"
        r"|\bknowledge graph|\bdirected graph",
        "graph network force tree",
        r"networkx|nx\.|forceSimulation|['\"]graph['\"]|vis\.Network",
    ),
    _kind(
        "flowchart",
        "flow sequence gantt mind org",
        r"\bflow ?charts?\b|\bflow diagram|\bsequence diagram|\bgantt|\bmind ?map|\borg(?:anization)?(?:al)? chart",
        "flowchart sequence gantt mindmap tree graph diagram",
        r"flowchart|graph (?:TD|LR|TB)|sequenceDiagram|gantt|mindmap",
    ),
    _kind(
        "quiver",
        "quiver vector stream",
        r"\bquiver|\bvector fields?\b|\bstream ?plot",
        "quiver streamplot",
        r"quiver|streamplot",
    ),
    _kind("funnel", "funnel", rf"\bfunnel{_CHART}", "funnel", r"[Ff]unnel"),
    _kind(
        "map",
        "choropleth geo world",
        r"\bchoropleth|\bgeo ?map\b|\bworld map",
        "choropleth map geo geoshape",
        r"choropleth|geoshape|[Gg]eo",
    ),
)


def asked_types(instruction: str) -> tuple[str, ...]:
    """Names of the chart types an instruction asks for, in the order of the vocabulary.

    Words that name a type only by accident ("line of code", "navigation bar", "table") are not taken: a bare `line` or
    `bar` counts only beside a word such as chart, plot or graph, or as part of a compound such as `stacked bar`.
    """
    lowered = instruction.lower()
    return tuple(
        kind.name for kind in CHART_TYPES if any(sign in lowered for sign in kind.signs) and kind.asked.search(lowered)
    )


def drawn_types(reported: Iterable[str]) -> tuple[str, ...]:
    """Chart types that satisfy what a renderer reported in `chart_types`."""
    names = {name.lower() for name in reported}
    return tuple(kind.name for kind in CHART_TYPES if kind.drawn & names)


def coded_types(stripped: str) -> tuple[str, ...]:
    """Chart types whose drawing calls occur in code without comments."""
    return tuple(kind.name for kind in CHART_TYPES if kind.coded.search(stripped))
