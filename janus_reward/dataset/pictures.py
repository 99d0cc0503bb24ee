"""Pictures that come with a record: found, bounded and kept inside the dataset's folder; never decoded here."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from janus_reward.dataset.bounds import MAX_PICTURE_BYTES, MAX_PICTURES
from janus_reward.triple import Picture

_DATA_URL = re.compile(r"data:[\w.+/-]{0,100}((?:;[\w=.+-]{0,100}){0,5}),")
_BASE64_HEADS = ("iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "PHN2Zy", "PD94bWwg", "JVBERi")
_MIB = 1024 * 1024


class PictureProblem(Exception):
    """A picture that cannot be used; the text says what is wrong and what to do."""


def read_pictures(value: Any, folder: Path | None) -> tuple[list[Picture], list[str]]:
    """The usable pictures of a field, in order, and what is wrong with the others.

    Args:
        value: a path, bytes, a data URL, base64, SVG text, an object with `bytes`, `path` or `url`, a PIL image, or a
            list of those.
        folder: relative paths start here; a path that leads out of it, also by a link, is refused.
    """
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    items = [item for item in items if not _absent(item)]
    problems = []
    if len(items) > MAX_PICTURES:
        problems.append(f"has {len(items):,} pictures, over the bound of {MAX_PICTURES}; keep fewer")
        items = items[:MAX_PICTURES]
    pictures = []
    for item in items:
        try:
            pictures.append(_picture(item, folder))
        except PictureProblem as problem:
            problems.append(str(problem))
    return pictures, problems


def _absent(item: Any) -> bool:
    """Whether an item stands for no picture: null, empty text, or an object of nulls, as tables hold them."""
    if isinstance(item, Mapping):
        return all(value is None for value in item.values())
    return item is None or (isinstance(item, str) and not item.strip())


def _picture(value: Any, folder: Path | None) -> Picture:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _of_bytes(bytes(value))
    if isinstance(value, str):
        return _of_text(value, folder)
    if isinstance(value, Mapping):
        return _of_struct(value, folder)
    if isinstance(value, Image.Image):
        buffer = io.BytesIO()
        value.save(buffer, format="PNG")
        return _of_bytes(buffer.getvalue())
    raise PictureProblem(f"is {kind_of(value)}, not a picture; give a path, bytes, or base64 text")


def _of_bytes(data: bytes) -> Picture:
    if not data:
        raise PictureProblem("is a picture of 0 bytes; write it again")
    _check_size(len(data), "the picture")
    return Picture(data=data)


def _check_size(size: int, name: str) -> None:
    if size > MAX_PICTURE_BYTES:
        raise PictureProblem(
            f"{name} has {size:,} bytes, over the bound of {MAX_PICTURE_BYTES // _MIB} MiB; make it smaller"
        )


def _of_struct(value: Mapping[str, Any], folder: Path | None) -> Picture:
    for key in ("bytes", "data", "path", "url", "image"):
        inner = value.get(key)
        if isinstance(inner, (str, bytes)) and inner:
            return _picture(inner, folder)
    if value.get("bytes") == b"":
        return _of_bytes(b"")
    raise PictureProblem("is an object without `bytes` or `path`; give one of the two")


def _of_text(value: str, folder: Path | None) -> Picture:
    if value.startswith("data:"):
        return _of_data_url(value)
    if value[:200].lstrip()[:4].lower() == "<svg" or (value.startswith("<?xml") and "<svg" in value):
        return _of_bytes(value.encode("utf-8", "replace"))
    if len(value) > 256 and value.startswith(_BASE64_HEADS):
        return _of_bytes(_decoded(value))
    if re.match(r"[a-z][a-z0-9+.-]{1,20}://", value, re.IGNORECASE):
        raise PictureProblem(f"{_shown(value)} is an address; pictures are not downloaded, save it beside the dataset")
    return Picture(path=str(_inside(value, folder)))


def _of_data_url(value: str) -> Picture:
    head = _DATA_URL.match(value)
    if head is None:
        raise PictureProblem("is a data URL that cannot be read; write data:image/png;base64,...")
    body = value[head.end() :]
    if ";base64" not in head.group(1):
        raise PictureProblem("is a data URL without base64; write data:image/png;base64,...")
    return _of_bytes(_decoded(body))


def _decoded(text: str) -> bytes:
    _check_size(len(text) * 3 // 4, "the picture")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PictureProblem("is base64 that cannot be decoded; encode the picture again") from None


def _inside(value: str, folder: Path | None) -> Path:
    """The file a path names, links followed. Raises PictureProblem when it is outside the folder, missing or empty."""
    name = _shown(value)
    if folder is None:
        raise PictureProblem(f"{name} is a path, but this source has no folder; put the picture's bytes in the record")
    try:
        root = folder.resolve()
        path = (root / value).resolve()
        if not path.is_relative_to(root):
            raise PictureProblem(
                f"{name} leads out of the dataset's folder; move the picture into it and use a relative path"
            )
        if not path.is_file():
            raise PictureProblem(f"there is no file {name}; paths start from the folder of the source file")
        size = path.stat().st_size
    except (OSError, ValueError, RuntimeError):
        raise PictureProblem(f"{name} cannot be opened; check the path and its permissions") from None
    if size == 0:
        raise PictureProblem(f"{name} has 0 bytes; write the picture again")
    _check_size(size, name)
    return path


def _shown(value: str) -> str:
    """A path for a message; of an absolute one only the last part, so that no message tells of the host."""
    name = (
        value.replace("\\", "/").rstrip("/").rpartition("/")[2]
        if value.startswith(("/", "~", "\\")) or ":" in value[:12]
        else value
    )
    return ascii(name[:120])


def kind_of(value: Any) -> str:
    """The type of a value in words, for messages."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", bytes: "bytes", type(None): "null"}
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return names.get(type(value), f"a {type(value).__name__}")
