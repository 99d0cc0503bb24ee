"""What a record leaves out: its domain and its task (language and fences have files of their own)."""

from __future__ import annotations

import re

from janus_reward.dataset.fences import strip_fences
from janus_reward.dataset.language import infer_language, normal_language

__all__ = ["infer_domain", "infer_language", "infer_task", "normal_language", "strip_fences"]

_LOOK_CHARS = 100_000

_OF_LANGUAGE = {
    "svg": "svg",
    "manim": "animation",
    "mermaid": "diagram",
    "dot": "diagram",
    "plantuml": "diagram",
    "vega-lite": "chart",
    "vega": "chart",
}
_PROGRAMS = frozenset(
    {"cpp", "c", "java", "go", "rust", "csharp", "kotlin", "ruby", "bash", "sql", "typescript", "php", "swift"}
)
_PAGES = frozenset({"html", "javascript", "css"})

_PLOT_CODE = re.compile(
    r"\b(?:matplotlib|pyplot|seaborn|plotly|bokeh|altair|plotnine|pygal|mplfinance|ggplot|geom_\w+|wordcloud)\b"
    r"|\.plot\(|\b(?:plot|hist|barplot|boxplot|surf|mesh|contourf?|scatter|bar|pie|heatmap|imagesc|polarplot)\s*\("
)
_MOVING_CODE = re.compile(r"\bFuncAnimation\b|\bArtistAnimation\b")
_SYMBOLIC_CODE = re.compile(r"^[ \t]*(?:import\s+sympy|from\s+sympy)", re.MULTILINE)
_DRAWING_CODE = re.compile(r"^[ \t]*(?:from\s+PIL|import\s+(?:PIL|turtle|pygame|cairo)|from\s+turtle)\b", re.MULTILINE)
_GRAPHVIZ_CODE = re.compile(r"^[ \t]*(?:import\s+(?:graphviz|diagrams)|from\s+(?:graphviz|diagrams))\b", re.MULTILINE)
_CHART_PAGE = re.compile(
    r"new\s+Chart\(|echarts\.init|Plotly\.(?:newPlot|react)|vegaEmbed\(|Highcharts\.|new\s+ApexCharts\("
)
_TIKZ = re.compile(r"\\begin\{tikzpicture\}")
_AXIS = re.compile(r"\\begin\{axis\}")

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (domain, re.compile(pattern, re.IGNORECASE))
    for domain, pattern in (
        (
            "diagram",
            r"\b(?:flow\s?chart|diagram|mind\s?map|gantt|mermaid)\b",
        ),
        ("svg", r"\bsvg\b|\bicon of\b|\bvector (?:icon|graphic|drawing)"),
        ("animation", r"\bmanim\b|\banimat(?:e|es|ed|ion)\b"),
        (
            "chart",
            r"\b(?:bar|line|pie|area|scatter|box|violin|donut|radar|bubble|stacked)[\s-]*(?:charts?|plots?|graphs?)\b",
        ),
        (
            "demo",
            r"\binteractive\b.{0,60}\b(?:demo|demonstration|simulation|visuali[sz]ation)|\bsimulat(?:e|ion|or)\b|\bdemo(?:nstration)?\b",
        ),
        (
            "webui",
            r"\b(?:web\s?(?:page|site)|(?:landing|html|login|dashboard) page|home\s?page|screenshot|navbar)\b",
        ),
        ("artifact", r"\b(?:game|calculator|editor|to-?do|app|application|widget|tool|timer|clock|quiz)\b"),
        ("chart", r"\b(?:charts?|plots?|histogram|heat\s?map|graph|visuali[sz]e|visuali[sz]ation|figure|axis|axes)\b"),
        (
            "symbolic",
            r"\b(?:integra(?:te|l)|derivative|differential equation|symbolic|simplify|factori[sz]e|eigenvalue)\b",
        ),
    )
)
_PAGE_DOMAINS = frozenset({"webui", "demo", "chart"})
_OPENING_CHARS = 300
"""Of the instruction for a page: what it is comes first, details that mention charts or buttons come later."""
_CONTROLS = re.compile(
    r"""<input[^>]{0,200}type=["']?range|<(?:select|button)\b|create(?:Slider|Button|Select)\(""", re.IGNORECASE
)
_DRAWS = re.compile(
    r"<canvas\b|<svg\b|createCanvas\(|createElementNS|getContext\(|Plotly\.|d3\.select|new\s+THREE\.", re.IGNORECASE
)
_REPAIR = re.compile(
    r"\b(?:fix(?:es|ed|ing)?|repair(?:s|ed|ing)?|debug(?:ging)?|bugs?|buggy|broken|malformed|corrupted|display issues?"
    r"|correct the|does(?:n't| not) (?:work|render|run)|errors? in)\b",
    re.IGNORECASE,
)


def infer_domain(instruction: str | None, code: str | None, language: str | None) -> str | None:
    """The domain that language, code and words point to, in this order; `None` when nothing does."""
    if language in _OF_LANGUAGE:
        return _OF_LANGUAGE[language]
    if code and code.strip():
        return _of_code(instruction or "", code[:_LOOK_CHARS], language)
    return _of_words(instruction or "")


def _of_code(instruction: str, code: str, language: str | None) -> str | None:
    if language in _PAGES:
        return _of_page(instruction, code)
    if language == "python":
        return _of_python(code)
    if language in ("r", "matlab"):
        return "chart" if _PLOT_CODE.search(code) else "algorithm"
    if language == "wolfram":
        return "demo" if "Manipulate[" in code else "symbolic"
    if language == "latex":
        return "chart" if _AXIS.search(code) else "diagram" if _TIKZ.search(code) else None
    return "algorithm" if language in _PROGRAMS else _of_words(instruction)


def _of_python(code: str) -> str:
    if _MOVING_CODE.search(code):
        return "animation"
    if _GRAPHVIZ_CODE.search(code):
        return "diagram"
    if _PLOT_CODE.search(code):
        return "chart"
    if _DRAWING_CODE.search(code):
        return "artifact"
    return "symbolic" if _SYMBOLIC_CODE.search(code) else "algorithm"


def _of_page(instruction: str, code: str) -> str:
    worded = _of_words(instruction[:_OPENING_CHARS])
    if worded in ("diagram", "svg", "animation", "artifact"):
        return worded
    if _CONTROLS.search(code) and _DRAWS.search(code):
        return "demo"
    if _CHART_PAGE.search(code):
        return "chart"
    return worded if worded in _PAGE_DOMAINS else "webui"


def _of_words(instruction: str) -> str | None:
    look = instruction[:_LOOK_CHARS]
    return next((domain for domain, pattern in _WORDS if pattern.search(look)), None)


def infer_task(instruction: str | None, *, has_before: bool, has_reference: bool) -> str:
    """`repair` or `edit` where there is a before (also beside a reference), `reproduce` where there is a reference.

    A before is a repair when the instruction speaks of fixing.
    """
    if has_before:
        return "repair" if _REPAIR.search((instruction or "")[:_LOOK_CHARS]) else "edit"
    return "reproduce" if has_reference else "generate"
