"""Pictures of a prompt: the reference of a reproduction, the state before an edit."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image

from janus_reward.triple import Picture, Triple

_FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
_MAX_PIXELS = 40_000_000


class PromptProblem(Exception):
    """A prompt cannot be shown as it was; the text says why."""


def prompt_pictures(triple: Triple) -> tuple[bytes, ...]:
    """The pictures that the prompt of a triple shows, opened and bounded.

    Raises:
        PromptProblem: one is missing, is no picture, or is too large.
    """
    if triple.task == "reproduce":
        if not triple.references:
            raise PromptProblem("task reproduce: no reference picture")
        return tuple(_read(picture) for picture in triple.references)
    before = triple.before.picture if triple.before is not None else None
    return () if before is None or triple.task not in ("edit", "repair") else (_read(before),)


def extension(data: bytes) -> str:
    """`png`, `jpg` or `webp`. Raises PromptProblem for anything else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                form, pixels = picture.format, picture.width * picture.height
                picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PromptProblem("a picture of the prompt cannot be opened") from error
    if form not in _FORMATS or pixels > _MAX_PIXELS:
        raise PromptProblem("a picture of the prompt is no PNG, JPEG or WebP of at most 40 megapixels")
    return _FORMATS[form]


def _read(picture: Picture) -> bytes:
    try:
        data = picture.data if picture.data is not None else Path(str(picture.path)).read_bytes()
    except OSError as error:
        raise PromptProblem("a picture of the prompt is gone") from error
    extension(data)
    return data
