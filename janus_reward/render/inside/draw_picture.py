"""Picture files to canonical PNG: bounded before decoding, told from their content."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from janus_reward.render.inside import draw_svg
from janus_reward.render.inside.drawing import Drawing, DrawingError

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_PLAIN_MODES = ("L", "RGB", "RGBA", "P")
_SVG = re.compile(rb"^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*<(\w+:)?svg[\s>]", re.DOTALL)
_PDF_LONG_SIDE = 1200
_FRAMES = 3
_ORIENTATION = 0x0112
_UPRIGHT = 1


def draw(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    """Decode a picture file.

    Raises:
        DrawingError: it is no picture, damaged, or larger than allowed.
    """
    if payload[:1024].lstrip().startswith(b"%PDF"):
        return _pdf(payload, settings)
    if _SVG.match(payload[:65536]):
        return draw_svg.draw(payload, settings)
    return _raster(payload, settings)


def _raster(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    most = int(settings["limits"]["pixels"])
    Image.MAX_IMAGE_PIXELS = most
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(payload), formats=_FORMATS)
            _check(image.width, image.height, most)
            frames = getattr(image, "n_frames", 1)
            image.load()
            if frames > 1:
                return _animation(image, frames)
            png, shown = _canonical(image, payload)
            return Drawing(((png, None),), {"canvas": [image.width, image.height]}, shown)
    except UnidentifiedImageError as error:
        raise DrawingError("the file is no picture (PNG, JPEG, WebP, GIF, BMP, SVG or PDF)") from error
    except Image.DecompressionBombError as error:
        raise DrawingError(f"the picture claims far more than {most} pixels", "exceeded", limit="pixels") from error
    except (OSError, SyntaxError, EOFError) as error:
        raise DrawingError(f"the picture is damaged: {error}") from error


def _canonical(image: Image.Image, payload: bytes) -> tuple[bytes, Image.Image]:
    """The file when it is a plain PNG, otherwise a PNG without metadata, turned as its EXIF says; and its image."""
    upright = image.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT
    if image.format == "PNG" and image.mode in _PLAIN_MODES and upright:
        return payload, image
    clean = _clean(ImageOps.exif_transpose(image))
    return _png(clean), clean


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _clean(image: Image.Image) -> Image.Image:
    """The pixels in a plain mode, and nothing else that came with them."""
    if image.mode.startswith("I"):
        image = _eight_bit(image)
    plain = image if image.mode in ("L", "RGB", "RGBA") else image.convert("RGBA" if _has_alpha(image) else "RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _eight_bit(image: Image.Image) -> Image.Image:
    """Greys of 16 bits as 8 bits: Pillow's own conversion makes everything above 255 white."""
    return image.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info


def _animation(image: Image.Image, frames: int) -> Drawing:
    """First, middle and last frame, each with the second it is shown at."""
    wanted = sorted({0, frames // 2, frames - 1})[:_FRAMES]
    stills, elapsed_ms = [], 0.0
    for number in range(frames):
        image.seek(number)
        if number in wanted:
            stills.append((_png(_clean(image.convert("RGBA"))), round(elapsed_ms / 1000, 3)))
        elapsed_ms += float(image.info.get("duration") or 100)
    return Drawing(tuple(stills), {"canvas": [image.width, image.height], "animated": True})


def _pdf(payload: bytes, settings: Mapping[str, Any]) -> Drawing:
    try:
        import pypdfium2
    except ImportError as error:
        raise DrawingError("PDF pictures need pypdfium2: pip install 'janus-reward[render]'") from error
    try:
        document = pypdfium2.PdfDocument(payload)
        page = document[0]
        width, height = page.get_size()
        scale = _PDF_LONG_SIDE / max(width, height)
        _check(int(width * scale), int(height * scale), int(settings["limits"]["pixels"]))
        image = page.render(scale=scale).to_pil().convert("RGB")
    except (pypdfium2.PdfiumError, IndexError, ZeroDivisionError) as error:
        raise DrawingError(f"the PDF is damaged: {error}") from error
    return Drawing(((_png(_clean(image)), None),), {"canvas": [round(width, 2), round(height, 2)]})


def _check(width: int, height: int, most: int) -> None:
    if width * height > most:
        raise DrawingError(f"the picture has {width} by {height} pixels, more than {most}", "exceeded", limit="pixels")
    if width < 1 or height < 1:
        raise DrawingError("the picture has no pixels")
