"""SVG, drawn by resvg inside the jail."""

from __future__ import annotations

from collections.abc import Mapping

from janus_reward.render import converter
from janus_reward.render.base import RawRender, RenderSettings
from janus_reward.render.fonts import fonts_version
from janus_reward.render.needed import need


class SvgRenderer:
    """Draws an SVG document; the longer side gets 512 to 1,600 pixels."""

    name = "svg"

    def __init__(self, settings: RenderSettings) -> None:
        self._versions = {**need("resvg-py", "janus-reward"), "fonts": fonts_version()}
        self._converter = converter.acquire(settings)

    def versions(self) -> Mapping[str, str]:
        """Version of resvg and of the system's fonts."""
        return self._versions

    def render(self, code: str, language: str) -> RawRender:
        """Draw the document."""
        return self._converter.convert("svg", code.encode("utf-8", "replace"))

    def close(self) -> None:
        """Give the converter back."""
        converter.release(self._converter)
