"""From the shapes that records come in to one flat set of fields: the names of `fieldmap.FIELDS`, and `meta`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from janus_reward.dataset.chat import from_chat, is_chat
from janus_reward.dataset.fieldmap import FIELDS, FieldMap
from janus_reward.dataset.reference_records import from_reference, is_reference

_ALIASES = {
    "instruction": ("prompt", "question", "query"),
    "code": ("output", "response", "completion", "answer"),
}
"""Names that other datasets use, tried in order when a record lacks the field itself."""


def flat_fields(raw: Mapping[str, Any], field_map: FieldMap | None) -> dict[str, Any]:
    """The fields of a record by flat name, values untouched; fields that the record lacks are absent.

    A mapped path wins over the record's own field, that over a chat or a reference record, that over an alias.
    """
    fields: dict[str, Any] = {}
    if is_chat(raw):
        fields.update(from_chat(raw))
    elif is_reference(raw):
        fields.update(from_reference(raw))
    else:
        fields.update(_aliased(raw))
    _own(raw, fields)
    _with_input(raw, fields)
    if field_map is not None:
        field_map.apply(raw, fields)
    return fields


def _own(raw: Mapping[str, Any], fields: dict[str, Any]) -> None:
    for name in FIELDS:
        if raw.get(name) is not None:
            fields[name] = raw[name]
    if "checklist" in fields:
        fields["checklist"] = _opened(fields["checklist"])
    _nested(raw, "before", ("code", "render"), fields)
    meta = _opened(raw.get("meta"))
    dotted = {key[len("meta.") :]: value for key, value in raw.items() if key.startswith("meta.")}
    if meta is None and not dotted:
        return
    if isinstance(meta, Mapping) or meta is None:
        fields["meta"] = {**fields.get("meta", {}), **(meta or {}), **dotted}
    else:
        fields["meta"] = meta


def _nested(raw: Mapping[str, Any], name: str, inner: tuple[str, ...], fields: dict[str, Any]) -> None:
    value = _opened(raw.get(name))
    if value is None:
        return
    if not isinstance(value, Mapping):
        fields[name] = value
        return
    for key in inner:
        if value.get(key) is not None:
            fields[f"{name}.{key}"] = value[key]


def _opened(value: Any) -> Any:
    """A JSON object or list written as text, as tables hold it, opened; anything else as it is."""
    if not (isinstance(value, str) and value.lstrip().startswith(("{", "["))):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _aliased(raw: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, others in _ALIASES.items():
        if raw.get(name) is None:
            found = next((raw[other] for other in others if isinstance(raw.get(other), str)), None)
            if found is not None:
                fields[name] = found
    return fields


def _with_input(raw: Mapping[str, Any], fields: dict[str, Any]) -> None:
    """Alpaca records hold the instruction in two parts, `instruction` and `input`, beside an `output`."""
    asked, more = fields.get("instruction"), raw.get("input")
    if isinstance(asked, str) and isinstance(more, str) and more.strip() and isinstance(raw.get("output"), str):
        fields["instruction"] = f"{asked}\n\n{more}"
