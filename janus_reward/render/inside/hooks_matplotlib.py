"""Takes the pictures of matplotlib and seaborn: every figure that a program saves, shows, closes or leaves open.

A PNG that the program saves is taken as it is; other formats are drawn once more as PNG with the same options. Into PDF
and EPS files goes that drawing instead of vectors, whose making would cost more than all the rest.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pylab as pylab
from matplotlib import _pylab_helpers, cbook, pyplot
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from janus_reward.render.inside import hooks_animation, introspect
from janus_reward.render.inside.artists import artist_tree
from janus_reward.render.inside.capture import MAX_ITEMS, Capture, PixelLimit, pixel_key
from janus_reward.render.inside.patching import replace
from janus_reward.render.inside.plot_calls import PlotCalls

_FOR_THE_FILE_ONLY = ("format", "backend", "metadata", "pil_kwargs", "orientation", "papertype")
_PAPER = {"pdf": "PDF", "ps": "EPS", "eps": "EPS"}
MAX_PAUSES = 1000


@dataclass(slots=True)
class FigureState:
    """What is known of one figure: its number, and whether its picture was taken, saved by the code, or is animated."""

    number: int
    taken: bool = False
    saved: bool = False
    animations: list[Any] = field(default_factory=list)


class MatplotlibHooks:
    """Patches matplotlib's entry points in this process, which ends with its job."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.calls = PlotCalls()
        self._states: weakref.WeakKeyDictionary[Figure, FigureState] = weakref.WeakKeyDictionary()
        self._count = 0
        self._at_s: float | None = None
        self._fresh: bool | None = None
        self._pngs = 0
        self._drawn: list[Text] | None = None
        self._paused_s = 0.0
        self._pauses = 0
        self._print_figure: Callable[..., Any] = FigureCanvasBase.print_figure
        self._print_png: Callable[..., Any] = FigureCanvasAgg.print_png

    def install(self) -> None:
        """Put the hooks in place."""
        self._hook_figures()
        self._hook_canvases()
        self._hook_text()
        self._hook_windows()
        self.calls.install()
        hooks_animation.install(self)

    def state(self, figure: Figure) -> FigureState:
        """Give the state of a figure, made at first sight."""
        if figure not in self._states:
            self._count += 1
            self._states[figure] = FigureState(self._count)
        return self._states[figure]

    def take(self, figure: Figure, at_s: float | None = None, **options: Any) -> None:
        """Draw a figure as PNG with the options of `print_figure`, and send it; one over the limit is left out."""
        if self.capture.full:
            return
        self._at_s, self._fresh = at_s, True
        try:
            with self._tolerated(None):
                self._print_figure(figure.canvas, io.BytesIO(), format="png", **options)
        finally:
            self._at_s = self._fresh = None
            figure.stale = False

    def take_shown(self, figures: Iterable[Figure]) -> None:
        """Take what a window would show of these figures, if it is new."""
        for figure in figures:
            state = self.state(figure)
            waiting = [animation for animation in state.animations if not hooks_animation.is_played(animation)]
            for animation in waiting:
                hooks_animation.play(self, animation)
            if not waiting and not (state.taken and (not figure.stale or state.animations)):
                self.take(figure, dpi="figure")

    def finish(self) -> None:
        """Take the figures that were drawn and neither saved nor shown."""
        open_figures = _open_figures()
        loose = [figure for figure in self._states if figure not in open_figures and not introspect.is_empty(figure)]
        loose.sort(key=lambda figure: self._states[figure].number)
        self._take_unsaved(open_figures + [figure for figure in loose if not self._states[figure].taken])
        if self._count:
            self.capture.facts["figures"] = self._count

    def _take_unsaved(self, figures: Iterable[Figure]) -> None:
        self.take_shown(f for f in figures if not self.state(f).saved or self._has_unplayed(f))

    def _has_unplayed(self, figure: Figure) -> bool:
        return any(not hooks_animation.is_played(animation) for animation in self.state(figure).animations)

    def _hook_figures(self) -> None:
        plain_init: Callable[..., None] = Figure.__init__

        def __init__(figure: Figure, *args: Any, **kwargs: Any) -> None:
            plain_init(figure, *args, **kwargs)
            self.state(figure)

        replace(Figure, __init__=__init__, show=lambda figure, *_args, **_kwargs: self.take_shown([figure]))

    def _hook_canvases(self) -> None:
        plain_renderer: Callable[..., None] = RendererAgg.__init__

        def print_figure(canvas: FigureCanvasBase, filename: Any, *args: Any, **kwargs: Any) -> Any:
            return self._save(canvas, filename, args, kwargs)

        def print_png(canvas: FigureCanvasAgg, filename_or_obj: Any, **kwargs: Any) -> None:
            self._save_png(canvas, filename_or_obj, kwargs)

        def bounded(renderer: RendererAgg, width: float, height: float, dpi: float) -> None:
            self.capture.allow(width, height)
            plain_renderer(renderer, width, height, dpi)

        replace(FigureCanvasBase, print_figure=print_figure, start_event_loop=_no_window, draw_idle=_no_window)
        replace(FigureCanvasAgg, print_png=print_png)
        replace(RendererAgg, __init__=bounded)

    def _hook_text(self) -> None:
        plain_draw: Callable[..., None] = Text.draw

        def draw(text: Text, renderer: Any) -> None:
            if self._drawn is not None:
                self._drawn.append(text)
            plain_draw(text, renderer)

        replace(Text, draw=draw)
        logging.getLogger("matplotlib.font_manager").addFilter(self._note_font)
        if shutil.which("latex") is None:
            replace(Text, get_usetex=lambda _text: False)

    def _note_font(self, record: logging.LogRecord) -> bool:
        """Keep a font that is missing as one warning, where matplotlib would tell it for each text again."""
        self.capture.warn(record.getMessage())
        return False

    def _hook_windows(self) -> None:
        plain_close: Callable[..., None] = pyplot.close

        def close(fig: Any = None) -> None:
            before = _open_figures()
            plain_close(fig)
            remaining = _open_figures()
            self._take_unsaved(figure for figure in before if figure not in remaining)

        def show(*_args: Any, block: bool | None = None, **_kwargs: Any) -> None:
            self.take_shown(_open_figures())
            if block or (block is None and not matplotlib.is_interactive()):
                _pylab_helpers.Gcf.destroy_all()

        for module in (pyplot, pylab):
            replace(module, show=show, close=close, pause=self._pause, switch_backend=_stay_agg)
        replace(matplotlib, use=_stay_agg)

    def _pause(self, interval: float) -> None:
        """One step of a hand-made animation: takes a still each time its virtual clock passes a still time."""
        before, self._paused_s = self._paused_s, self._paused_s + max(float(interval), 0.001)
        self._pauses += 1
        for at_s in self.capture.still_times_s:
            if before < at_s <= self._paused_s:
                self.capture.facts["animated"] = True
                for figure in _open_figures():
                    self.take(figure, at_s=at_s, dpi="figure")
                    self.state(figure).taken = True
        if self._pauses > MAX_PAUSES and self._paused_s > max(self.capture.still_times_s, default=0.0):
            self.capture.warn(f"plt.pause: stopped after {MAX_PAUSES} steps")
            raise SystemExit(0)

    def _save(self, canvas: FigureCanvasBase, filename: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        figure = canvas.figure
        state, pngs = self.state(figure), self._pngs
        self._fresh = self._is_new(figure)
        options = dict(zip(("dpi", "facecolor", "edgecolor"), args, strict=False)) | kwargs
        drawing = {name: value for name, value in options.items() if name not in _FOR_THE_FILE_ONLY}
        paper = _paper_format(filename, options)
        result = None
        with self._tolerated(filename), self.capture.hushed():
            if paper:
                self._save_paper(canvas, filename, paper, drawing)
            else:
                result = self._print_figure(canvas, filename, *args, **kwargs)
        state.saved = True
        if self._fresh and self._pngs == pngs and "limit" not in self.capture.facts:
            self.take(figure, **drawing)
        self._fresh = None
        figure.stale = False
        return result

    def _save_paper(self, canvas: FigureCanvasBase, path: str, kind: str, options: dict[str, Any]) -> None:
        buffer = io.BytesIO()
        self._print_figure(canvas, buffer, format="png", **options)
        with Image.open(buffer) as picture:
            picture.convert("RGB").save(path, kind)

    def _save_png(self, canvas: FigureCanvasAgg, target: Any, kwargs: dict[str, Any]) -> None:
        figure = canvas.figure
        fresh = self._is_new(figure) if self._fresh is None else self._fresh
        metadata = {"Software": "matplotlib"} | (kwargs.pop("metadata", None) or {})
        buffer = io.BytesIO()
        self._drawn = [] if fresh else None
        try:
            with self.capture.hushed():
                self._print_png(canvas, buffer, metadata=metadata, **kwargs)
            if fresh:
                self._send(canvas, buffer.getvalue())
        finally:
            self._drawn = None
        self._pngs += 1
        self.state(figure).taken = True
        figure.stale = False
        with self._tolerated(target), cbook.open_file_cm(target, "wb") as file:
            file.write(buffer.getvalue())

    def _send(self, canvas: FigureCanvasAgg, png: bytes) -> None:
        figure, renderer = canvas.figure, canvas.renderer
        size = int(renderer.width), int(renderer.height)
        pixels: memoryview = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        key = pixel_key(*size, pixels)
        if introspect.is_empty(figure):
            self.capture.spare(png, key)
            return
        if not self.capture.picture(png, key, self.state(figure).number, self._at_s):
            return
        try:
            facts = introspect.figure_facts(figure, renderer, size, self._drawn or [], self.calls.of)
        except introspect.EXPECTED as error:
            self.capture.facts["introspection_error"] = type(error).__name__
            return
        introspect.merge(self.capture.facts, facts)
        self.capture.facts["plot_calls"] = dict(self.calls.made.most_common(MAX_ITEMS))
        if "artists" not in self.capture.facts:
            self.capture.facts["artists"] = artist_tree(figure)

    def _is_new(self, figure: Figure) -> bool:
        return bool(figure.stale) or not self.state(figure).taken

    @contextmanager
    def _tolerated(self, target: Any) -> Iterator[None]:
        """Goes on where the sandbox refuses the file of a picture that is taken anyway, or the picture is too large."""
        self.capture.claim(target)
        try:
            yield
        except PixelLimit as refused:
            self.capture.warn(f"savefig: {refused}")
        except OSError as error:
            if not isinstance(target, str | os.PathLike):
                raise
            self.capture.warn(f"savefig: the file was not written ({error.strerror or type(error).__name__})")


def _no_window(*_args: Any, **_kwargs: Any) -> None:
    """Stand in for what only refreshes a window; Agg would draw the whole figure once more."""


def _stay_agg(*_args: Any, **_kwargs: Any) -> None:
    """Stand in for `matplotlib.use` and `switch_backend`: the pictures are drawn by Agg whatever is asked."""


def _paper_format(target: Any, options: dict[str, Any]) -> str | None:
    """`PDF` or `EPS` for a file of that kind, by pillow's names; `None` for other formats and for open files."""
    if not isinstance(target, str | os.PathLike):
        return None
    kind = options.get("format") or Path(target).suffix[1:]
    return _PAPER.get(str(kind).lower())


def _open_figures() -> list[Figure]:
    return [manager.canvas.figure for manager in _pylab_helpers.Gcf.get_all_fig_managers()]
