"""Bounds on one row of input; what goes past a bound becomes an error of its row, never a crash."""

from __future__ import annotations

MAX_TEXT_CHARS = 10_000_000
"""Characters of an instruction, a code, or any other text field."""

MAX_LINE_BYTES = 64 * 1024 * 1024
"""Bytes of one JSONL line or one item of a JSON list; the rest of a longer line is skipped, not read into memory."""

MAX_PICTURE_BYTES = 32 * 1024 * 1024
"""Bytes of one picture, as a file or inside the record."""

MAX_PICTURES = 64
"""Pictures in one field."""

MAX_CHECKLIST = 1_000
"""Questions of one checklist."""

MAX_META_CHARS = 1_000_000
"""Characters of all the text and numbers below `meta`."""

MAX_META_DEPTH = 32
"""Levels of nesting below `meta`."""

MAX_ID_CHARS = 512
"""Characters of an id."""

MAPPED_ROWS = 1_000
"""Rows looked at, when a source is opened, to see whether the paths of a field map exist."""
