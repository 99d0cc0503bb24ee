"""Triples that bring their pictures, no two alike: what the reports on serving and scale are measured with."""

from __future__ import annotations

import itertools
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import janus_reward as jr

EXAMPLES = Path(__file__).parents[1] / "examples" / "data" / "triples.jsonl"
_FIELDS = ("instruction", "code", "language", "domain")


def base(count: int) -> list[dict[str, Any]]:
    """The first good examples with a picture of their own, drawn once: records with `render` as PNG bytes."""
    found: list[dict[str, Any]] = []
    with EXAMPLES.open(encoding="utf-8") as lines, jr.Scorer() as scorer:
        for record in map(json.loads, lines):
            plain = record["meta"].get("good") and not record.get("render") and not record.get("before")
            if not plain or record.get("reference") or record.get("domain") in ("algorithm", "symbolic"):
                continue
            picture = scorer.picture(scorer.score({name: record[name] for name in _FIELDS if name in record}))
            if picture is not None:
                found.append(
                    {name: record[name] for name in _FIELDS if name in record} | {"render": picture.read_bytes()}
                )
            if len(found) == count:
                break
    return found


def endless(records: list[dict[str, Any]], start: int = 0) -> Iterator[dict[str, Any]]:
    """The records over and over, each time with another remark in the PNG, so that no store knows the picture."""
    for number in itertools.count(start):
        record = records[number % len(records)]
        yield {**record, "render": _marked(record["render"], number)}


def _marked(png: bytes, number: int) -> bytes:
    """The same pixels in other bytes: a text chunk before the end (PNG, third edition, 11.3.3.3)."""
    body = b"tEXtNumber\0%d" % number
    end = png.rindex(b"IEND") - 4
    return png[:end] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + png[end:]


def machine() -> str:
    """Processor, cores and versions, in words."""
    import os
    import platform
    from importlib.metadata import version

    names = ("janus-reward", "fastapi", "uvicorn", "ray", "numpy", "pillow")
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    found = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}; {found}"
