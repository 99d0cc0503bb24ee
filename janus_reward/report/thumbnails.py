"""Pictures of the page: small, re-encoded, inside the page itself."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import lru_cache
from pathlib import Path

from PIL import Image

_WIDTH, _HEIGHT = 560, 700
_MAX_PIXELS = 60_000_000
_QUALITY = 72


Picture = Path | bytes


def thumbnail(picture: Picture | None) -> str | None:
    """A picture as a data URL of at most 560 x 700 pixels; `None` when it is gone, too large or no picture."""
    data = None if picture is None else _encoded(picture)
    return None if data is None else "data:image/webp;base64," + base64.b64encode(data).decode("ascii")


class PictureFolder:
    """Small pictures as files in `pictures/` beside the page; called like `thumbnail`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, picture: Picture | None) -> str | None:
        """The path of the file, relative to the page."""
        data = None if picture is None else _encoded(picture)
        if data is None:
            return None
        name = f"pictures/{hashlib.sha256(data).hexdigest()[:32]}.webp"
        target = self._folder / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return name


@lru_cache(maxsize=512)
def _encoded(picture: Picture) -> bytes | None:
    try:
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                return None
            small = _flat(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    small.thumbnail((_WIDTH, _HEIGHT * 2), Image.Resampling.LANCZOS)
    small = small.crop((0, 0, small.width, min(small.height, _HEIGHT)))
    file = io.BytesIO()
    small.save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """On white, where the picture is transparent."""
    if picture.mode not in ("RGBA", "LA", "P"):
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(ground, clear).convert("RGB")
