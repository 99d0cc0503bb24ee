"""Pictures as a judge gets them: scaled, tall ones tiled, animations thinned out; what was left out is recorded."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image as Pillow
from pydantic import BaseModel, ConfigDict, Field

from janus_reward.judges.engine.base import Image

_TALL = 2.0
_PATCH = 28
_SCALES = (1.0, 0.75, 0.5, 0.35, 0.25)


class PictureRule(BaseModel):
    """The `pictures` block of a judge file.

    Args:
        side: longest side in pixels where the picture alone is judged; larger pictures are scaled down.
        overview: the same where code and facts are there as well, and for each frame of an animation.
        most: pictures in one request, tiles and frames together.
        bytes: largest encoded picture; beyond it JPEG, then smaller.
        tokens_per_patch_side: pixels of one visual token's side, for estimates only (28 for Qwen2.5-VL).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    side: int = Field(default=768, ge=56, le=8192)
    overview: int = Field(default=512, ge=56, le=8192)
    most: int = Field(default=4, ge=1, le=32)
    bytes: int = Field(default=4_000_000, ge=20_000, le=50_000_000)
    tokens_per_patch_side: int = Field(default=_PATCH, ge=4, le=128)

    def tokens(self, width: int, height: int) -> int:
        """Visual tokens of a picture, as models that tile it into patches count them."""
        side = self.tokens_per_patch_side
        return max(1, round(width / side)) * max(1, round(height / side))


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures ready for a request. `cut` says that not all of them, or not the whole of one, is there."""

    images: tuple[Image, ...]
    cut: bool = False


def shown(stills: Sequence[bytes], rule: PictureRule, most: int | None = None, *, detail: bool = True) -> Shown:
    """The stills of one render under a rule; frames are chosen evenly, first and last included.

    Args:
        stills: encoded pictures in order of time.
        rule: size and number.
        most: fewer pictures than the rule allows.
        detail: up to `side` pixels, else up to `overview`.
    """
    rule = rule if detail else rule.model_copy(update={"side": min(rule.side, rule.overview)})
    room = most or rule.most
    chosen = _spread(stills, room)
    room_each = max(1, room // max(len(chosen), 1))
    images: list[Image] = []
    cut = len(chosen) < len(stills)
    for data in chosen:
        parts, complete = _prepared(hashlib.sha256(data).digest(), _Bytes(data), rule, room_each)
        images += parts
        cut = cut or not complete
    return Shown(tuple(images), cut)


class _Bytes:
    """PNG bytes that are no part of a cache key; their hash stands beside them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bytes)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _prepared(sha256: bytes, source: _Bytes, rule: PictureRule, most: int) -> tuple[tuple[Image, ...], bool]:
    with Pillow.open(io.BytesIO(source.data)) as opened:
        picture = opened.convert("RGB")
    tiles, complete = _tiles(picture, rule, most)
    return tuple(_encoded(tile, rule) for tile in tiles), complete


def _tiles(picture: Pillow.Image, rule: PictureRule, most: int) -> tuple[list[Pillow.Image], bool]:
    """One picture, or a tall one as screens from top to bottom."""
    width, height = picture.size
    if height <= _TALL * width or height <= rule.side or most == 1:
        return [_scaled(picture, rule.side)], True
    shrink = min(1.0, rule.side / width)
    screen = max(1, int(min(_TALL * width, rule.side / shrink)))
    needed = -(-height // screen)
    tiles = [picture.crop((0, top, width, min(top + screen, height))) for top in range(0, height, screen)][:most]
    return [_scaled(tile, rule.side) for tile in tiles], needed <= most


def _scaled(picture: Pillow.Image, side: int) -> Pillow.Image:
    longest = max(picture.size)
    if longest <= side:
        return picture
    size = tuple(max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((size[0], size[1]), Pillow.Resampling.LANCZOS)


def _encoded(picture: Pillow.Image, rule: PictureRule) -> Image:
    data = _bytes(picture, "PNG")
    if len(data) <= rule.bytes:
        return Image(data, "image/png", *picture.size)
    for scale in _SCALES:
        smaller = _scaled(picture, max(1, int(max(picture.size) * scale)))
        data = _bytes(smaller, "JPEG")
        if len(data) <= rule.bytes:
            break
    return Image(data, "image/jpeg", *smaller.size)


def _bytes(picture: Pillow.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": 88} if kind == "JPEG" else {"compress_level": 3}))
    return out.getvalue()


def _spread(stills: Sequence[bytes], most: int) -> list[bytes]:
    if len(stills) <= most:
        return list(stills)
    if most == 1:
        return [stills[-1]]
    return [stills[round(at * (len(stills) - 1) / (most - 1))] for at in range(most)]
