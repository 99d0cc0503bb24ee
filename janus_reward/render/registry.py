"""Which renderer draws which language: one line each, imported only when used."""

from __future__ import annotations

from importlib import import_module

from janus_reward.render.base import Renderer

RENDERERS: dict[str, str] = {
    "python": "janus_reward.render.python:PythonRenderer",
    "manim": "janus_reward.render.manim:ManimRenderer",
    "html": "janus_reward.render.html:HtmlRenderer",
    "javascript": "janus_reward.render.javascript:JavascriptRenderer",
    "mermaid": "janus_reward.render.mermaid:MermaidRenderer",
    "svg": "janus_reward.render.svg:SvgRenderer",
    "vega-lite": "janus_reward.render.vega:VegaRenderer",
    "vega": "janus_reward.render.vega:VegaRenderer",
}
"""Language to `module:Class`. Languages that are absent have the outcome `unsupported`."""


def renderer_class(language: str) -> type[Renderer] | None:
    """The renderer for a language, or `None` when there is none."""
    target = RENDERERS.get(language)
    if target is None:
        return None
    module, _, name = target.partition(":")
    loaded: type[Renderer] = getattr(import_module(module), name)
    return loaded
