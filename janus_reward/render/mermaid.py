"""Mermaid diagrams: drawn in a page by the local mermaid package."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Mapping

from janus_reward.render import cdn
from janus_reward.render.base import RawRender, RenderSettings
from janus_reward.render.html import HtmlRenderer

LIBRARY = "https://cdn.jsdelivr.net/npm/mermaid@11/dist/mermaid.min.js"

_MARK = "janus-mermaid: "
_OF_PAGES = frozenset({"widgets", "overflow", "served", "boxes", "controls", "ids", "images", "canvases", "drawings"})
_OF_PAGES |= {
    "sections",
    "headings",
    "landmarks",
    "clipping",
    "overlaps",
    "offscreen",
    "links",
    "handlers",
    "probes",
    "tree",
}
_PAGE = """<!doctype html><html><head><meta charset="utf-8">
<style>html,body{{margin:0;background:#fff}}#drawing{{padding:16px;width:max-content;max-width:100%}}</style></head>
<body><template id="source">{source}</template><div id="drawing"></div>
<script src="{library}"></script><script type="module">
const source = document.getElementById("source").content.textContent;
const drawing = document.getElementById("drawing");
mermaid.initialize({{startOnLoad: false, securityLevel: "strict", deterministicIds: true, theme: "default"}});
try {{
  const made = await mermaid.render("diagram", source, drawing);
  drawing.innerHTML = made.svg;
}} catch (error) {{
  document.body.replaceChildren();
  console.error("{mark}" + (error?.message || error));
}}
</script></body></html>"""


class MermaidRenderer:
    """Draws mermaid source. A syntax error is a failure with mermaid's own message."""

    name = "mermaid"

    def __init__(self, settings: RenderSettings) -> None:
        self._pages = HtmlRenderer(settings)

    def versions(self) -> Mapping[str, str]:
        """Those of the page renderer, whose web libraries hold mermaid."""
        return {**self._pages.versions(), "mermaid": "2"}

    def render(self, code: str, language: str = "mermaid") -> RawRender:
        """Draw one diagram; `unsupported` when the web libraries are not installed."""
        if not code.strip():
            return RawRender("failed", message="the diagram is empty")
        if cdn.resolve(LIBRARY) is None:
            return RawRender("unsupported", message="mermaid is not installed here: janus-reward doctor --fix")
        page = _PAGE.format(source=html.escape(code), library=LIBRARY, mark=_MARK)
        drawn = self._pages.render(page, "html")
        complaint = next((text for text in drawn.facts.get("console_errors", ()) if text.startswith(_MARK)), None)
        if complaint is not None:
            return RawRender("failed", facts=drawn.facts, message=complaint.removeprefix(_MARK)[:300])
        facts = {name: value for name, value in drawn.facts.items() if name not in _OF_PAGES}
        return dataclasses.replace(drawn, facts=facts)

    def close(self) -> None:
        """End the page renderer."""
        self._pages.close()
