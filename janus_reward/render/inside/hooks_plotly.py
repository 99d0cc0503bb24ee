"""Takes the figures that a program shows or writes with plotly, as JSON for the parent to draw.

`write_image` and `to_image` give the program a plain white picture of the right size: no browser runs in the sandbox.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly.basedatatypes
import plotly.io
import plotly.offline
from PIL import Image

from janus_reward.render.inside import introspect
from janus_reward.render.inside.capture import Capture
from janus_reward.render.inside.patching import replace
from janus_reward.render.plotly_facts import plotly_facts

MAX_JSON = 16 * 1024 * 1024
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"/>'
_PILLOW_NAMES = {"jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "pdf": "PDF", "png": "PNG"}


class PlotlyHooks:
    """Patches plotly's ways out in this process, which ends with its job."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self._known: set[bytes] = set()
        self._plain_write_html: Any = plotly.io.write_html

    def install(self) -> None:
        """Put the hooks in place."""
        ways_out = {name: getattr(self, name) for name in ("show", "write_image", "write_html", "to_image")}
        for module in (plotly.io, plotly.offline, importlib.import_module("plotly.offline.offline")):
            known = ways_out | {"plot": self.plot, "iplot": self.show}
            replace(module, **{name: function for name, function in known.items() if hasattr(module, name)})
        replace(plotly.basedatatypes.BaseFigure, _ipython_display_=self.show, **ways_out)

    def show(self, fig: Any, *_args: Any, **_kwargs: Any) -> None:
        """Stands in for `fig.show` and `plotly.io.show`."""
        self.take(fig)

    def plot(self, figure_or_data: Any, *_args: Any, filename: str = "temp-plot.html", **_kwargs: Any) -> str:
        """Stands in for `plotly.offline.plot`, which names the page that it wrote."""
        self.take(figure_or_data)
        return f"file://{filename}"

    def write_html(self, fig: Any, file: Any, *args: Any, **kwargs: Any) -> None:
        """Stands in for `fig.write_html`: takes the figure, then writes the page without opening it."""
        self.take(fig)
        self.capture.claim(file)
        self._plain_write_html(fig, file, *args, **(kwargs | {"auto_open": False}))

    def write_image(self, fig: Any, file: Any, format: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Stands in for `fig.write_image`: takes the figure, and writes a white picture for code that reads it back."""
        self.capture.claim(file)
        kind = format or (Path(file).suffix[1:] if isinstance(file, str | Path) else "png")
        picture = self.to_image(fig, kind, *args, **kwargs)
        if hasattr(file, "write"):
            file.write(picture)
        else:
            Path(file).write_bytes(picture)

    def to_image(
        self, fig: Any, format: str | None = None, width: Any = None, height: Any = None, *_a: Any, **_k: Any
    ) -> bytes:
        """Stands in for `fig.to_image`: takes the figure, and gives a white picture."""
        self.take(fig)
        size = int(width or fig.layout.width or 700), int(height or fig.layout.height or 500)
        if (format or "png").lower() == "svg":
            return _SVG.format(*size).encode()
        self.capture.allow(*size)
        buffer = io.BytesIO()
        with self.capture.hushed():
            Image.new("RGB", size, "white").save(buffer, _PILLOW_NAMES.get((format or "png").lower(), "PNG"))
        return buffer.getvalue()

    def take(self, fig: Any) -> None:
        """Send a figure as JSON, with its facts."""
        if not isinstance(fig, plotly.basedatatypes.BaseFigure):
            fig = importlib.import_module("plotly.graph_objects").Figure(fig)
        text = fig.to_json()
        if len(text) > MAX_JSON:
            self.capture.facts["limit"] = "output"
            self.capture.warn(f"plotly: a figure of {len(text)} characters is over the limit of {MAX_JSON}")
            return
        self._known.add(hashlib.sha256(text.encode()).digest())
        if self.capture.document("plotly", text.encode()):
            self._note_facts(text)

    def take_unshown(self, values: Iterable[Any]) -> None:
        """Send figures that a program built and never showed."""
        for value in values:
            if isinstance(value, plotly.basedatatypes.BaseFigure) and (value.data or value.layout.annotations):
                self.take(value)

    def finish(self) -> None:
        """Count the figures in the facts."""
        if self._known:
            self.capture.facts["figures"] = self.capture.facts.get("figures", 0) + len(self._known)

    def _note_facts(self, text: str) -> None:
        try:
            introspect.merge(self.capture.facts, plotly_facts(json.loads(text)))
        except introspect.EXPECTED as error:
            self.capture.facts["introspection_error"] = type(error).__name__
