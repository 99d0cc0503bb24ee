"""Read any schema: which path of a record is which field of a triple (`--map field=path`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from janus_reward.errors import InputError

FIELDS = (
    "id",
    "instruction",
    "code",
    "language",
    "domain",
    "task",
    "render",
    "reference",
    "before.code",
    "before.render",
    "checklist",
)
"""Fields of a record that a path may be mapped to, besides `meta.NAME`."""

_ABSENT = object()


class FieldMap:
    """Paths by field; a path is dotted keys and list indices: `messages.0.content`, `images.-1`, `meta.task.name`."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        for field, path in mapping.items():
            if field not in FIELDS and not (field.startswith("meta.") and len(field) > len("meta.")):
                raise InputError(
                    f"--map {field}={path}: there is no field `{field}`",
                    hint=f"Fields are: {', '.join(FIELDS)}, meta.NAME.",
                )
            if not path:
                raise InputError(f"--map {field}=: the path is empty", hint="Write --map FIELD=PATH.")
        self._paths = dict(mapping)

    def apply(self, raw: Mapping[str, Any], fields: dict[str, Any]) -> None:
        """Put each mapped value that the record has into `fields`, over what was read there without the map."""
        for field, path in self._paths.items():
            value = look_up(raw, path)
            if value is _ABSENT:
                continue
            if field.startswith("meta."):
                meta = fields.get("meta")
                fields["meta"] = {**(meta if isinstance(meta, Mapping) else {}), field[len("meta.") :]: value}
            else:
                fields[field] = value

    def check(self, records: Iterable[Mapping[str, Any]], source: str) -> None:
        """Raise InputError when a path is in none of the records (and there are records)."""
        missing = dict(self._paths)
        known: dict[str, None] = {}
        for record in records:
            known.update(dict.fromkeys(str(key) for key in list(record)[:100]))
            missing = {f: path for f, path in missing.items() if look_up(record, path) is _ABSENT}
            if not missing:
                return
        for field, path in missing.items() if known else ():
            raise InputError(
                f"--map {field}={path}: no record of {source} has `{path}` (looked at the first 1,000 rows)",
                hint=f"Fields of the records: {', '.join(list(known)[:40])}.",
            )


def look_up(record: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or an absent mark that only this module knows; a key that holds dots wins."""
    if path in record:
        return record[path]
    value: Any = record
    for part in path.split("."):
        value = _step(value, part)
        if value is _ABSENT:
            return _ABSENT
    return value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    if isinstance(value, (list, tuple)) and part.removeprefix("-").isdecimal() and len(part) < 10:
        index = int(part)
        return value[index] if -len(value) <= index < len(value) else _ABSENT
    return _ABSENT
