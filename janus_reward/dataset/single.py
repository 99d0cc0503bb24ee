"""One record on its own, as the library's callers hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus_reward.dataset.field_values import Problems
from janus_reward.dataset.identity import content_id
from janus_reward.dataset.record import Place, build_triple, explicit_id
from janus_reward.dataset.shapes import flat_fields
from janus_reward.triple import Triple


def triple_from(record: Mapping[str, Any], row: int = 0, folder: Path | None = None) -> Triple:
    """The triple of one record; with `error` set when something is wrong with it, as for a row of a dataset.

    Args:
        record: fields of the SRC schema, or any record shape that the readers know.
        row: its position, when it is one of many.
        folder: that relative picture paths start from and may not leave; the working folder when `None`.
    """
    fields = flat_fields(record, None)
    own_id = explicit_id(fields) or content_id(fields)
    return build_triple(fields, Place(row, "record", folder=folder or Path.cwd()), own_id, Problems())


def enclosed_triple(record: Mapping[str, Any], row: int = 0) -> Triple:
    """The triple of a record that came from elsewhere: its pictures are bytes inside it, and no path is followed."""
    fields = flat_fields(record, None)
    own_id = explicit_id(fields) or content_id(fields)
    return build_triple(fields, Place(row, "record"), own_id, Problems())
