"""Renders the scenes of judged manim code: a few frames at fixed times instead of a film, so no encoder is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import manim
from manim.renderer.cairo_renderer import CairoRenderer
from PIL import Image

from janus_reward.render.inside import hooks_pillow, program
from janus_reward.render.inside.capture import Capture
from janus_reward.render.inside.patching import replace

QUALITY: dict[str, Any] = {
    "renderer": "cairo",
    "dry_run": True,
    "disable_caching": True,
    "progress_bar": "none",
    "verbosity": "ERROR",
    "pixel_width": 854,
    "pixel_height": 480,
    "frame_rate": 15,
    "preview": False,
}
"""Manim's low quality; nothing is written."""


class StillsOfScenes:
    """Patches manim's renderer so that frames are drawn only at the still times and at the end of a scene."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.rendered: list[type] = []
        self._pillow = hooks_pillow.PillowHooks(capture)
        self._taken_s = -1.0

    def install(self) -> None:
        """Put the hooks in place."""
        plain_render: Any = manim.Scene.render

        def render_scene(scene: Any, *args: Any, **kwargs: Any) -> Any:
            self.rendered.append(type(scene))
            self._taken_s = -1.0
            try:
                return plain_render(scene, *args, **kwargs)
            finally:
                self._take_last(scene)

        replace(manim.Scene, render=render_scene)
        replace(CairoRenderer, render=self._render, freeze_current_frame=self._freeze)

    def _render(self, renderer: Any, scene: Any, time: float, moving_mobjects: Any = None) -> None:
        """Stand in for the drawing of one frame."""
        if self._passes(renderer, 1.0 / renderer.camera.frame_rate):
            renderer.update_frame(scene, moving_mobjects)
            self._take(renderer)

    def _freeze(self, renderer: Any, duration: float) -> None:
        """Stand in for a wait, whose one frame is drawn already."""
        if self._passes(renderer, float(duration)):
            self._take(renderer)

    def _passes(self, renderer: Any, seconds: float) -> bool:
        """Move the renderer's clock on; whether it passes a still time."""
        before, renderer.time = renderer.time, renderer.time + seconds
        return any(before + 1e-9 < at_s <= renderer.time + 1e-9 for at_s in self.capture.still_times_s)

    def _take_last(self, scene: Any) -> None:
        renderer = scene.renderer
        if renderer.time <= self._taken_s or (renderer.time == 0 and not scene.mobjects):
            return
        renderer.static_image = None
        renderer.update_frame(scene)
        self._take(renderer)

    def _take(self, renderer: Any) -> None:
        self._taken_s = renderer.time
        at_s = round(float(renderer.time), 6) if renderer.time > 0 else None
        self._pillow.take(Image.fromarray(renderer.get_frame()).convert("RGB"), at_s)


def run(code: str, capture: Capture) -> dict[str, Any] | None:
    """Run the code, then render each scene that it defines and did not render itself.

    Returns: the exception that ended the code or a scene, as facts, or `None`.
    """
    manim.config.update(QUALITY)
    stills = StillsOfScenes(capture)
    stills.install()
    scope, exception = program.run(code)
    if exception is not None:
        return exception
    scenes = scenes_of(scope)
    capture.facts.update(figures=len(scenes), animated=True)
    for scene in scenes:
        if scene not in stills.rendered:
            exception = exception or _render(scene)
    return exception


def scenes_of(scope: Mapping[str, Any]) -> list[type]:
    """Give the scene classes that a program defined itself, in the order of their definition."""
    classes = [value for value in scope.values() if isinstance(value, type) and issubclass(value, manim.Scene)]
    own = [value for value in classes if value.__module__ == "__main__"]
    bases = {base for value in own for base in value.__mro__[1:]}
    return list(dict.fromkeys(value for value in own if value not in bases))


def _render(scene: type) -> dict[str, Any] | None:
    try:
        scene().render()
    except Exception as error:  # noqa: BLE001 - the scene is judged code, and may raise anything
        return program.describe_own(error)
    return None
