"""JavaScript without a page: put into a page that has the elements and the libraries the code asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from janus_reward.render.base import RawRender, RenderSettings
from janus_reward.render.html import HtmlRenderer

_LIBRARIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bfunction\s+(?:setup|draw)\s*\(|\bnew\s+p5\b", ("npm/p5@1/lib/p5.min.js",)),
    (r"\bTHREE\.", ("npm/three@0.128.0/build/three.min.js",)),
    (r"\bTHREE\.OrbitControls", ("npm/three@0.128.0/examples/js/controls/OrbitControls.js",)),
    (r"\bd3\.", ("npm/d3@7/dist/d3.min.js",)),
    (r"\bnew\s+Chart\s*\(|\bChart\.", ("npm/chart.js@4/dist/chart.umd.js",)),
    (r"\becharts\.", ("npm/echarts@5/dist/echarts.min.js",)),
    (r"\bPlotly\.", ("npm/plotly.js-dist-min@2/plotly.min.js",)),
    (
        r"\bvegaEmbed\s*\(|\bvega\.",
        (
            "npm/vega@5/build/vega.min.js",
            "npm/vega-lite@5/build/vega-lite.min.js",
            "npm/vega-embed@6/build/vega-embed.min.js",
        ),
    ),
    (r"\bmermaid\.", ("npm/mermaid@11/dist/mermaid.min.js",)),
    (r"\bjQuery\b|(?<![\w$.])\$\(", ("npm/jquery@3/dist/jquery.min.js",)),
    (r"\bgsap\.", ("npm/gsap@3/dist/gsap.min.js",)),
    (r"\banime\(", ("npm/animejs@3/lib/anime.min.js",)),
    (r"\bMatter\.", ("npm/matter-js@0.20/build/matter.min.js",)),
    (r"\bKonva\.", ("npm/konva@9/konva.min.js",)),
    (r"\bfabric\.", ("npm/fabric@5/dist/fabric.min.js",)),
    (r"\bPIXI\.", ("npm/pixi.js@7/dist/pixi.min.js",)),
    (r"\bL\.map\s*\(", ("npm/leaflet@1/dist/leaflet.js",)),
    (r"\bReactDOM\.", ("npm/react@18/umd/react.production.min.js", "npm/react-dom@18/umd/react-dom.production.min.js")),
    (r"(?<![\w$.])_\.\w+\(", ("npm/lodash@4/lodash.min.js",)),
    (r"\bmath\.(?:evaluate|parse|matrix|complex)\b", ("npm/mathjs@11/lib/browser/math.js",)),
)
_FOR_NODE = re.compile(
    r"""\brequire\s*\(\s*["']|\bprocess\.(?:stdout|argv|exit|env)\b|\bmodule\.exports\b|\b__dirname\b"""
)
_FOR_PAGE = re.compile(
    r"\b(?:document|window|canvas|createCanvas|requestAnimationFrame|HTMLElement)\b"
    r"|" + "|".join(pattern for pattern, _ in _LIBRARIES)
)
_BY_ID = re.compile(
    r"""getElementById\(\s*["'`]([\w-]{1,80})["'`]|(?:querySelector|select|Plotly\.\w+|vegaEmbed|L\.map)\(\s*["'`]#?([\w-]{1,80})["'`]|(?:container|element|el)\s*:\s*["'`]#?([\w-]{1,80})["'`]"""
)
_TAGS = frozenset({"body", "html", "head", "canvas", "svg", "div", "document"})
_CANVAS_HINT = r"(?:canvas|getContext|new\s+Chart)"
_PAGE = """<!doctype html><html><head><meta charset="utf-8">
<style>body{{margin:0;background:#fff;font-family:sans-serif}}</style>{libraries}</head>
<body>{elements}<script{kind}>
{code}
</script></body></html>"""


class JavascriptRenderer:
    """Draws canvas and DOM snippets; code for Node that never touches a page is `unsupported`."""

    name = "javascript"

    def __init__(self, settings: RenderSettings) -> None:
        self._pages = HtmlRenderer(settings)

    def versions(self) -> Mapping[str, str]:
        """Those of the page renderer, and of the wrapping."""
        return {**self._pages.versions(), "javascript": "1"}

    def render(self, code: str, language: str = "javascript") -> RawRender:
        """Draw one snippet."""
        if not code.strip():
            return RawRender("failed", message="there is no code")
        if not _FOR_PAGE.search(code):
            kind = "for Node" if _FOR_NODE.search(code) else "without a picture"
            return RawRender("unsupported", message=f"this is code {kind}: it uses no page and no drawing library")
        drawn = self._pages.render(wrapped(code), "html")
        errors = drawn.facts.get("page_errors", ())
        elements = drawn.facts.get("elements", {})
        if drawn.outcome == "ok" and errors and set(elements) <= {"script"}:
            return RawRender("failed", facts=drawn.facts, message=str(errors[0])[:300])
        return drawn

    def close(self) -> None:
        """End the page renderer."""
        self._pages.close()


def wrapped(code: str) -> str:
    """The page around a snippet: its elements by id, the libraries whose names it uses, and the code itself."""
    module = bool(re.search(r"^\s*(?:import\b[^(]|export\b)", code, re.MULTILINE))
    addresses = [file for pattern, files in _LIBRARIES if re.search(pattern, code) for file in files]
    libraries = "".join(f'<script src="https://cdn.jsdelivr.net/{file}"></script>' for file in addresses)
    safe = re.sub(r"</(script)", r"<\\/\1", code, flags=re.IGNORECASE)
    kind = ' type="module"' if module else ""
    return _PAGE.format(libraries="" if module else libraries, elements=_elements(code), kind=kind, code=safe)


def _elements(code: str) -> str:
    """A canvas or a div for each id that the code looks up and does not make itself."""
    ids = dict.fromkeys(found for groups in _BY_ID.findall(code) for found in groups if found)
    wanted = [name for name in ids if name not in _TAGS and not _makes(code, name)]
    made = [_element(code, name) for name in wanted[:50]]
    if re.search(r"""querySelector\(\s*["'`]canvas["'`]""", code) and not any("canvas" in one for one in made):
        made.append('<canvas width="800" height="600"></canvas>')
    free = re.search(r"\bcanvas\b", code) and not re.search(r"\b(?:const|let|var)\s+canvas\b|createElement", code)
    if free and not made and "createCanvas" not in code:
        made.append('<canvas id="canvas" width="800" height="600"></canvas>')
    return "".join(made)


def _makes(code: str, name: str) -> bool:
    return (
        re.search(rf"""\.id\s*=\s*["'`]{re.escape(name)}["'`]|id=\\?["']{re.escape(name)}\\?["']""", code) is not None
    )


def _element(code: str, name: str) -> str:
    """A canvas where the name or its use says so; an SVG where d3 draws into it by that name; else a div."""
    near = re.search(rf"""[^;\n]{{0,80}}["'`]#?{re.escape(name)}["'`][\s\S]{{0,160}}""", code)
    if (
        "canvas" in name.lower()
        or (near and re.search(_CANVAS_HINT, near[0]))
        or re.search(rf"Chart\(\s*['\"]{re.escape(name)}", code)
    ):
        return f'<canvas id="{name}" width="800" height="600"></canvas>'
    if name.lower().startswith("svg"):
        return f'<svg id="{name}" width="800" height="600"></svg>'
    return f'<div id="{name}" style="width:800px;height:600px"></div>'
