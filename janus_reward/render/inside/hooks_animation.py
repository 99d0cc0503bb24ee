"""Stills of matplotlib animations: a few frames at fixed times instead of a film."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import animation as mpl_animation
from PIL import Image

from janus_reward.render.inside.patching import replace

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
        self.fig, self.outfile, self.dpi = fig, outfile, dpi or fig.dpi

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Take the frame if it is one of the stills."""
        self._at += 1
        if self._at in self._positions:
            self._take(savefig_kwargs)
        if self._at >= self._positions[-1]:
            raise _Enough

    def finish(self) -> None:
        """Take the last frame of an animation that ended before its last still time."""
        if -1 < self._at < self._positions[-1] and self._at not in self._positions:
            self._take({})

    def _take(self, options: dict[str, Any]) -> None:
        at_s = round(self._at * self._interval_s, 6)
        self._hooks.take(self.fig, at_s=at_s, **{"dpi": self.dpi, **options})


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

    replace(mpl_animation.Animation, __init__=__init__, save=save, to_jshtml=to_markup, to_html5_video=to_markup)


def is_played(animation: Any) -> bool:
    """Whether the stills of this animation were taken."""
    return id(animation) in _played


def play(hooks: MatplotlibHooks, animation: Any, dpi: Any = None) -> None:
    """Draw the stills of an animation once; frames between them are computed but not drawn."""
    if is_played(animation):
        return
    _played.add(id(animation))
    hooks.capture.facts["animated"] = True
    interval_s = max(float(getattr(animation.event_source, "interval", 200.0)), 1.0) / 1000
    writer = StillsWriter(hooks, interval_s, _positions(hooks.capture.still_times_s, interval_s, _length(animation)))
    figure = animation._fig.figure
    animation._draw_was_started = True
    with suppress(_Enough):
        _draw_frames(animation, writer, figure, dpi)
    hooks.state(figure).taken = hooks.state(figure).saved = True


def _draw_frames(animation: Any, writer: StillsWriter, figure: Any, dpi: Any) -> None:
    writer.setup(figure, None, None if dpi in (None, "figure") else dpi)
    animation._init_draw()
    for frame in _frames(animation):
        animation._draw_next_frame(frame, blit=False)
        writer.grab_frame()
    writer.finish()


def _frames(animation: Any) -> Iterator[Any]:
    return itertools.islice(animation.new_frame_seq(), MAX_FRAMES)


def _length(animation: Any) -> int | None:
    """Frames of an animation, or `None` where it may have no end."""
    frames = getattr(animation, "_framedata", None)
    if frames is not None:
        return len(frames)
    count: int | None = getattr(animation, "_save_count", None)
    return count


def _positions(times_s: Sequence[float], interval_s: float, frames: int | None) -> list[int]:
    """Frames at the still times; those of a shorter film are spread over its length in the same proportions."""
    if not times_s:
        return [0]
    last = MAX_FRAMES if frames is None else min(frames, MAX_FRAMES)
    if last * interval_s > times_s[-1]:
        return sorted({min(int(at_s / interval_s), last - 1) for at_s in times_s})
    return sorted({round((last - 1) * at_s / times_s[-1]) for at_s in times_s} if last else {0})


def _write_placeholder(path: Path) -> None:
    """Write a small valid picture where the film would be, for programs that look at it; other formats stay empty."""
    buffer = io.BytesIO()
    if path.suffix.lower() in {".gif", ".png", ".webp"}:
        Image.new("RGB", (1, 1), "white").save(buffer, "PNG" if path.suffix == ".apng" else path.suffix[1:])
    try:
        path.write_bytes(buffer.getvalue())
    except OSError:
        return
