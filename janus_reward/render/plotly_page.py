"""A page that draws one plotly figure with the plotly.js that plotly itself ships: same bytes every time."""

from __future__ import annotations

import functools
import json
from importlib import resources

from janus_reward.errors import MissingExtra

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>html,body{{margin:0;background:#fff}}</style></head>
<body><div id="figure"></div><script>{library}</script>
<script>
const figure = {figure};
const layout = figure.layout || {{}};
layout.width = layout.width || {width};
layout.height = layout.height || {height};
Plotly.newPlot("figure", figure.data || [], layout, {{staticPlot: true, displayModeBar: false}}).then(() => {{
  if (figure.frames && figure.frames.length) return Plotly.addFrames("figure", figure.frames);
}});
</script></body></html>"""


def page(figure_json: str, width: int = 1000, height: int = 600) -> str:
    """An HTML page that draws a plotly figure, still and without controls of its own.

    Args:
        figure_json: what `Figure.to_json()` gives; it is parsed and written anew, so it cannot break out of the script.
        width: CSS pixels, where the figure's layout does not say.
        height: likewise.

    Raises:
        ValueError: the text is no JSON object.
        MissingExtra: plotly is not installed.
    """
    figure = json.loads(figure_json)
    if not isinstance(figure, dict):
        raise ValueError("a plotly figure is a JSON object")
    text = json.dumps(figure, sort_keys=True).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return _PAGE.format(library=_library(), figure=text, width=width, height=height)


@functools.cache
def _library() -> str:
    try:
        file = resources.files("plotly") / "package_data" / "plotly.min.js"
    except ModuleNotFoundError as error:
        raise MissingExtra("plotly is not installed", hint="pip install 'janus-reward[render]'") from error
    return file.read_text(encoding="utf-8").replace("</script", "<\\/script")
