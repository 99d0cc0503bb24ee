"""Takes the pictures that a program shows or saves with pillow."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence, ImageShow

from janus_reward.render.inside.capture import Capture, PixelLimit, pixel_key
from janus_reward.render.inside.patching import replace

MAX_FRAMES = 2000
_DEFAULT_FRAME_MS = 100.0
_PICTURE_FORMATS = frozenset(
    {"PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "TGA", "ICO", "PDF", "AVIF", "JPEG2000"}
)


class PillowHooks:
    """Patches `Image.save` and `Image.show` in this process, which ends with its job."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self._plain_save: Callable[..., None] = Image.Image.save

    def install(self) -> None:
        """Put the hooks in place."""

        def save(image: Image.Image, fp: Any, format: str | None = None, **params: Any) -> None:
            if self.capture.quiet:
                self._plain_save(image, fp, format, **params)
            else:
                self._save(image, fp, format, params)

        def show(image: Image.Image, *_args: Any, **_kwargs: Any) -> bool:
            self.take(image)
            return True

        replace(Image.Image, save=save, show=show)
        replace(ImageShow, show=show)

    def take(self, image: Image.Image, at_s: float | None = None, *, spare: bool = False) -> None:
        """Send one picture as PNG; a spare one counts only when the program makes no other."""
        if self.capture.full:
            return
        try:
            self.capture.allow(*image.size)
        except PixelLimit as refused:
            self.capture.warn(f"pillow: {refused}")
            return
        png, key = self.encode(image)
        if spare:
            self.capture.spare(png, key)
        elif self.capture.picture(png, key, None, at_s):
            self.capture.facts.setdefault("canvas", list(image.size))

    def encode(self, image: Image.Image) -> tuple[bytes, bytes]:
        """PNG bytes of an image, and the key of its pixels."""
        rgba = image.convert("RGBA")
        buffer = io.BytesIO()
        with self.capture.hushed():
            self._plain_save(rgba if _has_alpha(rgba) else rgba.convert("RGB"), buffer, "PNG")
        return buffer.getvalue(), pixel_key(*rgba.size, rgba.tobytes())

    def take_file(self, path: Path) -> None:
        """Send the picture in a file, or up to three frames of an animated one. Raises OSError for a damaged file."""
        with Image.open(path) as image:
            self.capture.allow(*image.size)
            frames = getattr(image, "n_frames", 1)
            if frames == 1:
                self.take(image)
                return
            self._take_film(ImageSequence.Iterator(image), frames, image.info.get("duration"))

    def take_unsaved(self, values: Iterable[Any]) -> None:
        """Keep images that a program built and never showed, for the case that it made nothing else."""
        for value in values:
            if isinstance(value, Image.Image) and value.width * value.height > 1:
                self.take(value, spare=True)

    def _save(self, image: Image.Image, fp: Any, format: str | None, params: dict[str, Any]) -> None:
        named = isinstance(fp, str | os.PathLike)
        self.capture.claim(fp)
        try:
            with self.capture.hushed():
                self._plain_save(image, fp, format, **params)
        except OSError as error:
            if not named or error.errno is None:
                raise
            self.capture.warn(f"Image.save: the file was not written ({error.strerror})")
        if params.get("save_all"):
            more = list(itertools.islice(params.get("append_images") or (), MAX_FRAMES))
            own = [frame.copy() for frame in itertools.islice(ImageSequence.Iterator(image), MAX_FRAMES)]
            self._take_film([*own, *more], len(own) + len(more), params.get("duration"))
        else:
            self.take(image, spare=not named)

    def _take_film(self, frames: Iterable[Image.Image], count: int, duration_ms: Any) -> None:
        self.capture.facts["animated"] = True
        wanted = film_positions(self.capture.still_times_s, count, duration_ms)
        for place, frame in enumerate(frames):
            if place in wanted:
                self.take(frame, at_s=wanted[place])


def film_positions(times_s: Iterable[float], count: int, duration_ms: Any) -> dict[int, float]:
    """Which frames of a film of `count` frames to take, and the second at which each begins.

    Args:
        times_s: the still times.
        count: frames of the film.
        duration_ms: of each frame, one number or one for each; missing or zero means 100.
    """
    times = sorted(times_s)
    each = duration_ms if isinstance(duration_ms, list | tuple) else [duration_ms] * count
    starts, at_s = [], 0.0
    for place in range(count):
        starts.append(at_s)
        at_s += float((each[place] if place < len(each) else None) or _DEFAULT_FRAME_MS) / 1000
    if not times or count == 0:
        return {0: 0.0} if count else {}
    scale = 1.0 if at_s > times[-1] else starts[-1] / times[-1]
    places = {max(p for p, start in enumerate(starts) if start <= time_s * scale + 1e-9) for time_s in times}
    return {place: round(starts[place], 6) for place in sorted(places)}


def _has_alpha(rgba: Image.Image) -> bool:
    lowest: Any = rgba.getchannel("A").getextrema()[0]
    return bool(lowest < 255)
