"""Triples as ordinary SRC records, with their pictures beside the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus_reward.triple import Picture, Triple


def record(triple: Triple, id_: str, meta: Mapping[str, Any], folder: Path) -> str:
    """One line of JSONL; reference and before pictures are copied into `folder/pictures` and named relative to it."""
    fields: dict[str, Any] = {
        "id": id_,
        "instruction": triple.instruction,
        "code": triple.code,
        "language": triple.language,
        "domain": triple.domain,
        "task": triple.task,
        "meta": dict(meta),
    }
    if triple.references:
        fields["reference"] = [_copied(picture, folder) for picture in triple.references]
    if triple.before is not None:
        before = {"code": triple.before.code}
        if triple.before.picture is not None:
            before["render"] = _copied(triple.before.picture, folder)
        fields["before"] = before
    if triple.checklist:
        fields["checklist"] = list(triple.checklist)
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def _copied(picture: Picture, folder: Path) -> str:
    data = picture.data if picture.data is not None else Path(picture.path or "").read_bytes()
    name = f"{hashlib.sha256(data).hexdigest()[:24]}.png"
    target = folder / "pictures" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.write_bytes(data)
    return f"pictures/{name}"
