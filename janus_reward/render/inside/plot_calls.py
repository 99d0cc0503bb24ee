"""Notes which plotting functions drew on an axes, where the drawn shapes alone would not tell."""

from __future__ import annotations

import functools
import inspect
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axes import Axes
from mpl_toolkits.mplot3d import Axes3D

from janus_reward.render.inside.patching import replace

AXES_CALLS: dict[str, str | None] = {
    "hist": "histogram",
    "hist2d": "heatmap",
    "hexbin": "heatmap",
    "boxplot": "box",
    "bxp": "box",
    "violin": "violin",
    "violinplot": "violin",
    "stackplot": "area",
    "streamplot": "quiver",
    "pie": "pie",
    "stem": "stem",
    "plot": "line",
    "bar": "bar",
    "barh": "bar",
    "scatter": "scatter",
    "fill_between": "area",
    "fill_betweenx": "area",
    "pcolormesh": None,
    "imshow": None,
    "errorbar": None,
    "contour": None,
    "contourf": None,
    "axhline": None,
    "axvline": None,
    "loglog": None,
    "matshow": None,
    "arrow": None,
    "quiver": None,
    "add_collection": None,
    "add_patch": None,
}
"""Method of `Axes` to the chart type it draws; `None` counts only inside a function of `LIBRARY_CALLS`."""

LIBRARY_CALLS: dict[str, dict[str, str]] = {
    "seaborn": {
        "histplot": "histogram",
        "distplot": "histogram",
        "kdeplot": "density",
        "violinplot": "violin",
        "boxplot": "box",
        "boxenplot": "box",
        "stripplot": "scatter",
        "swarmplot": "scatter",
        "heatmap": "heatmap",
    },
    "networkx": {
        "draw": "graph",
        "draw_networkx": "graph",
        "draw_networkx_nodes": "graph",
        "draw_networkx_edges": "graph",
    },
    "scipy.cluster.hierarchy": {"dendrogram": "tree"},
    "squarify": {"plot": "treemap"},
    "matplotlib_venn": {"venn2": "venn", "venn3": "venn", "venn2_circles": "venn", "venn3_circles": "venn"},
    "pandas.plotting": {"parallel_coordinates": "parallel", "scatter_matrix": "scatter", "radviz": "radviz"},
}
"""Library functions to the chart type that they draw on whichever axes they touch."""


FIGURE_CALLS: dict[str, dict[str, str]] = {
    "catplot": {"box": "box", "boxen": "box", "violin": "violin", "strip": "scatter", "swarm": "scatter"},
    "displot": {"hist": "histogram", "kde": "density"},
}
"""Functions of seaborn that draw whole figures, and the chart type by their `kind`."""


_NO_PLOTS = frozenset({"add_collection", "add_patch"})


class PlotCalls:
    """Which chart types were asked for on each axes; only the outermost call counts.

    Attributes:
        made: outermost calls of plotting functions by name, `bar`, `seaborn.heatmap`.
    """

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self._of: weakref.WeakKeyDictionary[Axes, dict[str, None]] = weakref.WeakKeyDictionary()
        self._open: list[str | None] = []

    def install(self) -> None:
        """Wrap the plotting methods of `Axes`, and the plotting functions of libraries that are loaded."""
        for name, kind in AXES_CALLS.items():
            setattr(Axes, name, self._method(getattr(Axes, name), kind))
        Axes3D.bar3d = self._method(Axes3D.bar3d, "bar3d")
        replace(Axes, clear=self._forgetting(Axes.clear), cla=self._forgetting(Axes.cla))
        for module_name, functions in LIBRARY_CALLS.items():
            module = sys.modules.get(module_name)
            for name, kind in functions.items() if module else ():
                if hasattr(module, name):
                    setattr(module, name, self._function(getattr(module, name), kind, f"{module_name}.{name}"))

        seaborn = sys.modules.get("seaborn")
        for name, kinds in FIGURE_CALLS.items() if seaborn else ():
            setattr(seaborn, name, self._by_kind(getattr(seaborn, name), kinds))

    def of(self, axes: Axes) -> list[str]:
        """Give the chart types noted for an axes, in the order of the calls."""
        return list(self._of.get(axes, ()))

    def _count(self, name: str) -> None:
        if not self._open and name not in _NO_PLOTS:
            self.made[name] += 1

    @contextmanager
    def _within(self, kind: str | None) -> Iterator[None]:
        self._open.append(kind)
        try:
            yield
        finally:
            self._open.pop()

    def _method(self, plain: Callable[..., Any], kind: str | None) -> Callable[..., Any]:
        @functools.wraps(plain)
        def noting(axes: Axes, *args: Any, **kwargs: Any) -> Any:
            outer = next((name for name in self._open if name), None) or kind
            self._count(plain.__name__)
            with self._within(kind):
                result = plain(axes, *args, **kwargs)
            if outer:
                self._of.setdefault(axes, {})[outer] = None
            return result

        return noting

    def _function(self, plain: Callable[..., Any], kind: str, name: str) -> Callable[..., Any]:
        @functools.wraps(plain)
        def within(*args: Any, **kwargs: Any) -> Any:
            self._count(name)
            with self._within(kind):
                return plain(*args, **kwargs)

        return within

    def _by_kind(self, plain: Callable[..., Any], kinds: dict[str, str]) -> Callable[..., Any]:
        default = inspect.signature(plain).parameters["kind"].default

        @functools.wraps(plain)
        def within(*args: Any, **kwargs: Any) -> Any:
            self._count(f"seaborn.{plain.__name__}")
            with self._within(kinds.get(str(kwargs.get("kind", default)))):
                return plain(*args, **kwargs)

        return within

    def _forgetting(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(plain)
        def clear(axes: Axes) -> None:
            self._of.pop(axes, None)
            plain(axes)

        return clear
