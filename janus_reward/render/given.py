"""Pictures that came with the data: decoded inside the jail, because they may lie."""

from __future__ import annotations

from collections.abc import Mapping

from janus_reward.render import converter
from janus_reward.render.base import RawRender, RenderSettings
from janus_reward.render.fonts import fonts_version
from janus_reward.render.needed import need


class GivenPicture:
    """PNG, JPEG, WebP, GIF, BMP, SVG or the first page of a PDF, told from the content and not from the name."""

    name = "picture"

    def __init__(self, settings: RenderSettings) -> None:
        self._versions = {**need("pillow", "janus-reward"), "fonts": fonts_version()}
        self._converter = converter.acquire(settings)

    def versions(self) -> Mapping[str, str]:
        """Version of Pillow and of the system's fonts."""
        return self._versions

    def render(self, payload: bytes) -> RawRender:
        """Decode one picture; a plain PNG is kept byte for byte."""
        if not payload:
            return RawRender("failed", message="the picture file is empty")
        return self._converter.convert("picture", payload)

    def close(self) -> None:
        """Give the converter back."""
        converter.release(self._converter)
