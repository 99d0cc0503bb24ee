"""Stills of matplotlib animations: a few frames at fixed times instead of a film."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import animation as mpl_animation
from PIL import Image

if TYPE_CHECKING:
    from janus_reward.render.inside.hooks_matplotlib import MatplotlibHooks

MAX_FRAMES = 2000
_played: set[int] = set()


class _Enough(Exception):
    """Ends the drawing of an animation once its last still is taken."""


class StillsWriter(mpl_animation.AbstractMovieWriter):
    """A movie writer that draws only the frames at the given positions."""

    def __init__(self, hooks: MatplotlibHooks, interval_s: float, positions: Sequence[int]) -> None:
        super().__init__()
        self._hooks = hooks
        self._interval_s = interval_s
        self._positions = positions
        self._at = -1

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        """Remember the figure; no file is opened."""
        self.fig, self.outfile, self.dpi = fig, outfile, dpi

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Take the frame if it is one of the stills."""
        self._at += 1
        if self._at in self._positions:
            self._take(savefig_kwargs)
        if self._at >= self._positions[-1]:
            raise _Enough

    def finish(self) -> None:
        """An animation that ended before its last still time gives its last frame."""
        if -1 < self._at < self._positions[-1] and self._at not in self._positions:
            self._take({})

    def _take(self, options: dict[str, Any]) -> None:
        at_s = round(self._at * self._interval_s, 6)
        self._hooks.take(self.fig, at_s=at_s, **{"dpi": self.dpi or "figure", **options})


def install(hooks: MatplotlibHooks) -> None:
    """Patch the animation classes so that saving and showing them gives stills."""
    plain_init = mpl_animation.Animation.__init__

    def __init__(self: Any, fig: Any, *args: Any, **kwargs: Any) -> None:
        plain_init(self, fig, *args, **kwargs)
        hooks.state(fig.figure).animations.append(self)

    def save(self: Any, filename: Any, writer: Any = None, *_args: Any, dpi: Any = None, **_kwargs: Any) -> None:
        play(hooks, self, dpi=dpi)
        hooks.capture.claim(filename)
        if isinstance(filename, str | Path):
            _write_placeholder(Path(filename))

    def to_markup(self: Any, *_args: Any, **_kwargs: Any) -> str:
        play(hooks, self)
        return "<p>animation</p>"

    mpl_animation.Animation.__init__ = __init__
    mpl_animation.Animation.save = save
    mpl_animation.Animation.to_jshtml = to_markup
    mpl_animation.Animation.to_html5_video = to_markup
