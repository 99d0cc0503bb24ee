"""The door into the sandboxed process: import the libraries once, then run one judged program and take its pictures."""

from __future__ import annotations

import importlib
import io
import os
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from janus_reward.render.inside.capture import Capture, Emit

_SINGLE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

LIBRARIES = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "pylab",
    "matplotlib.animation",
    "matplotlib.backends.backend_pdf",
    "matplotlib.backends.backend_svg",
    "mpl_toolkits.mplot3d",
    "mpl_toolkits.axes_grid1",
    "seaborn",
    "plotly.graph_objects",
    "plotly.express",
    "plotly.io",
    "plotly.io._base_renderers",
    "plotly.io._kaleido",
    "plotly.io._renderers",
    "pandas.plotting._matplotlib",
    "plotly.subplots",
    "plotly.figure_factory",
    "plotly.offline",
    "PIL.Image",
    "PIL.ImageDraw",
    "PIL.ImageFont",
    "PIL.ImageFilter",
    "scipy.stats",
    "scipy.interpolate",
    "scipy.signal",
    "scipy.spatial",
    "scipy.cluster.hierarchy",
    "scipy.ndimage",
    "scipy.optimize",
    "time_machine",
)
"""Imported once, before the forks."""

OPTIONAL = (
    "networkx",
    "squarify",
    "matplotlib_venn",
    "sklearn.cluster",
    "sklearn.decomposition",
    "sklearn.linear_model",
)
"""Imported where they are installed."""


def warm() -> None:
    """Import the drawing libraries and fill their caches, in a process that then only forks. Starts no threads."""
    for name in _SINGLE_THREAD:
        os.environ[name] = "1"
    os.environ["MPLBACKEND"] = "agg"
    for name in LIBRARIES:
        importlib.import_module(name)
    for name in OPTIONAL:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for name in ("hooks_matplotlib", "hooks_pillow", "hooks_plotly", "leftovers", "program", "determinism"):
        importlib.import_module(f"janus_reward.render.inside.{name}")
    _warm_caches()


def execute(code: str, settings: Mapping[str, Any], emit: Emit) -> None:
    """Run one judged program in this process and send what it draws; for a fresh fork whose folder is the scratch.

    Args:
        code: the program; it runs as `__main__`.
        settings: `RenderSettings` as a dict; with `program`: `manim` the scenes of the code are rendered.
        emit: sends one frame. Headers: {`kind`: `picture`, `at_s`, `figure`} with PNG bytes; {`kind`: `plotly`, `svg`,
            `html`} with a document that the parent draws; last, always, {`kind`: `facts`} with JSON.
    """
    capture = Capture(emit, settings)
    _settle(settings)
    _hook_warnings(capture)
    if settings.get("program") == "manim":
        manim_job = importlib.import_module("janus_reward.render.inside.manim_job")
        exception = manim_job.run(code, capture)
    else:
        exception = _run(code, capture)
    if exception is not None:
        capture.facts["exception"] = exception
    capture.finish()


def _settle(settings: Mapping[str, Any]) -> None:
    from janus_reward.render.inside import determinism

    determinism.settle(int(settings.get("seed", 0)), float(settings.get("epoch_s", 1_735_732_800)))


def _run(code: str, capture: Capture) -> dict[str, Any] | None:
    """Run the program with all hooks in place; returns the exception that ended it."""
    from janus_reward.render.inside import hooks_matplotlib, hooks_pillow, hooks_plotly, leftovers, program

    figures = hooks_matplotlib.MatplotlibHooks(capture)
    pillow = hooks_pillow.PillowHooks(capture)
    plotly = hooks_plotly.PlotlyHooks(capture)
    for hooks in (figures, pillow, plotly):
        hooks.install()
    scope, exception = program.run(code)
    steps: tuple[Callable[[], None], ...] = (
        figures.finish,
        lambda: plotly.take_unshown([] if capture.shown else list(scope.values())),
        plotly.finish,
        lambda: leftovers.take_leftovers(capture, pillow),
        lambda: pillow.take_unsaved([] if capture.shown else list(scope.values())),
        capture.send_spares,
    )
    for step in steps:
        exception = _try(step, exception)
    return exception


def _try(step: Callable[[], None], exception: dict[str, Any] | None) -> dict[str, Any] | None:
    """Take one closing step; what it raises counts as the program's own exception, for it comes from its objects."""
    from janus_reward.render.inside.program import describe_own

    try:
        step()
    except Exception as error:  # noqa: BLE001 - the figures are the judged code's, and may raise anything when drawn
        return exception or describe_own(error)
    return exception


def _hook_warnings(capture: Capture) -> None:
    def note(message: Warning | str, category: type[Warning], *_args: Any, **_kwargs: Any) -> None:
        capture.warn(f"{category.__name__}: {message}")

    warnings.showwarning = note


def _warm_caches() -> None:
    """Draw one small figure of each kind, so that fonts, tickers and mathtext are loaded before the first fork."""
    importlib.import_module("PIL.Image").init()
    pyplot = importlib.import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([0, 1], [1, 2], label="$x^2$")
    axes.set_title("warm")
    axes.legend()
    for kind in ("png", "pdf", "svg"):
        figure.savefig(io.BytesIO(), format=kind)
    pyplot.close(figure)
    _warm_plotly()


def _warm_plotly() -> None:
    """Build one figure of each common kind: plotly imports its parts only when they are first used."""
    frame = importlib.import_module("pandas").DataFrame({"x": [1, 2], "y": [2, 1], "k": ["a", "b"]})
    express = importlib.import_module("plotly.express")
    for draw in (express.line, express.scatter, express.bar):
        draw(frame, x="x", y="y", color="k").to_json()
    importlib.import_module("plotly.io").to_html(express.histogram(frame, x="x"), include_plotlyjs=False)
