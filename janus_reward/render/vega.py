"""Vega-Lite and Vega, compiled and drawn by vl-convert inside the jail."""

from __future__ import annotations

from collections.abc import Mapping

from janus_reward.render import converter
from janus_reward.render.base import RawRender, RenderSettings
from janus_reward.render.fonts import fonts_version
from janus_reward.render.needed import need


class VegaRenderer:
    """Draws a Vega-Lite or Vega specification; data from the network is refused."""

    name = "vega"

    def __init__(self, settings: RenderSettings) -> None:
        self._versions = {**need("vl-convert-python", "janus-reward"), "fonts": fonts_version()}
        self._converter = converter.acquire(settings)

    def versions(self) -> Mapping[str, str]:
        """Version of vl-convert and of the system's fonts."""
        return self._versions

    def render(self, code: str, language: str) -> RawRender:
        """Draw the specification."""
        return self._converter.convert(language, code.encode("utf-8", "replace"))

    def close(self) -> None:
        """Give the converter back."""
        converter.release(self._converter)
