"""From a request's triple to a record for the workers: pictures as bytes, checked before anything decodes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from janus_reward.render.base import Limits
from janus_reward.serve.failures import Invalid, TooLarge
from janus_reward.serve.picture_head import picture_size
from janus_reward.serve.wire import TripleIn

_UPLOAD = "upload:"
_PIXELS = Limits().pixels

Uploads = Mapping[str, bytes]


def record_of(triple: TripleIn, uploads: Uploads) -> dict[str, Any]:
    """The record of a triple.

    Args:
        triple: as it came.
        uploads: the parts of a multipart request by name.

    Raises:
        Invalid: a picture is no base64 or names a part that is not there. TooLarge: it says it has too many pixels.
    """
    record: dict[str, Any] = triple.model_dump(
        exclude={"render", "reference", "before", "meta"}, exclude_none=True, exclude_defaults=True
    )
    for name in ("render", "reference"):
        given = getattr(triple, name)
        if given:
            record[name] = [_picture(text, uploads, name) for text in ([given] if isinstance(given, str) else given)]
    if triple.before is not None:
        before: dict[str, Any] = {"code": triple.before.code} if triple.before.code is not None else {}
        if triple.before.render is not None:
            before["render"] = _picture(triple.before.render, uploads, "before.render")
        record["before"] = before
    return record


def pictures_of(parts: Sequence[Any]) -> list[str]:
    """The pictures among the parts of a chat message's content, as `TripleIn` takes them."""
    found = []
    for part in parts:
        inner = part.get("image_url") if isinstance(part, Mapping) else None
        url = inner.get("url") if isinstance(inner, Mapping) else inner
        if isinstance(url, str):
            found.append(url)
    return found


def _picture(text: str, uploads: Uploads, field: str) -> bytes:
    if text.startswith(_UPLOAD):
        data = uploads.get(text.removeprefix(_UPLOAD))
        if data is None:
            raise Invalid(f"{field} names a part that the request lacks", hint="Send it as multipart/form-data.")
    else:
        data = _decoded(text, field)
    if not data:
        raise Invalid(f"{field} is a picture of 0 bytes")
    size = picture_size(data)
    if size is not None and size[0] * size[1] > _PIXELS:
        raise TooLarge(f"{field} has {size[0]} x {size[1]} pixels, over the bound of {_PIXELS}")
    return data


def _decoded(text: str, field: str) -> bytes:
    body = text
    if text.startswith("data:"):
        head, comma, body = text.partition(",")
        if not comma or not head.endswith(";base64"):
            raise Invalid(f"{field} is a data URL without base64", hint="Write data:image/png;base64,...")
    try:
        return base64.b64decode(body.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        hint = "Give base64, a data URL, or upload:NAME; paths and addresses are not followed."
        raise Invalid(f"{field} is not base64", hint=hint) from None
