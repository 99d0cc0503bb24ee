"""A small corpus of every kind of row, written into a folder; and the command line as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

CHART = """import matplotlib.pyplot as plt
plt.bar(["north", "south", "west"], [3, 5, {height}])
plt.title("Sales by region")
plt.xlabel("region")
plt.ylabel("sales")
plt.show()
"""
CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><circle cx="50" cy="50" r="{radius}" fill="red"/></svg>'
PAGE = "<!DOCTYPE html><html><head><title>Shop</title></head><body><h1>Shop {number}</h1><button>Buy</button></body></html>"
BARS = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"fruit": "apple", "count": 3}, {"fruit": "pear", "count": 5}]},
    "mark": "bar",
    "encoding": {"x": {"field": "fruit", "type": "nominal"}, "y": {"field": "count", "type": "quantitative"}},
}


def svg_rows(count: int) -> list[dict[str, object]]:
    """Cheap rows that all differ."""
    return [
        {"id": f"circle-{number}", "instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(radius=5 + number)}
        for number in range(count)
    ]


def mixed_rows() -> list[dict[str, object]]:
    """One row of each kind that a corpus holds."""
    return [
        {"id": "chart", "instruction": 'A bar chart titled "Sales by region"', "code": CHART.format(height=4)},
        {
            "id": "crash",
            "instruction": 'A bar chart titled "Sales by region"',
            "code": "import nothing_like_this\n",
            "language": "python",
            "domain": "chart",
        },
        {"id": "blank", "instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(radius=0)},
        {"id": "circle", "instruction": "Draw an SVG: a red circle", "code": CIRCLE.format(radius=40)},
        {"id": "page", "instruction": "A shop page with a buy button", "code": PAGE.format(number=1)},
        {"id": "bars", "instruction": "A bar chart of fruit counts", "code": json.dumps(BARS)},
        {
            "id": "sort",
            "instruction": "Write a Python function that sorts a list",
            "code": "def sort(a):\n    return sorted(a)\n",
            "domain": "algorithm",
        },
        {"id": "cobol", "instruction": "Print a chart", "code": "DISPLAY 'X'.", "language": "cobol", "domain": "chart"},
        {"id": "picture-only", "instruction": "A blue box", "code": None, "render": "box.png", "domain": "chart"},
        {"id": "lost-picture", "instruction": "A blue box", "code": None, "render": "nowhere.png", "domain": "chart"},
        {"id": "lying-picture", "instruction": "A blue box", "code": None, "render": "lying.png", "domain": "chart"},
        {
            "id": "edit",
            "task": "edit",
            "instruction": "Make the circle blue",
            "code": CIRCLE.format(radius=40).replace("red", "blue"),
            "before": {"code": CIRCLE.format(radius=40)},
        },
        {"id": "nothing", "instruction": "A bar chart", "code": None, "domain": "chart"},
    ]


def write_corpus(folder: Path, rows: list[dict[str, object]], damage: bool = False) -> Path:
    """Write rows as JSONL with their pictures; `damage` adds two lines that are no records."""
    folder.mkdir(parents=True, exist_ok=True)
    box = Image.new("RGB", (120, 80), "white")
    ImageDraw.Draw(box).rectangle((20, 20, 90, 60), fill="blue")
    box.save(folder / "box.png")
    (folder / "lying.png").write_text("this is no picture")
    lines = [json.dumps(row).encode() for row in rows]
    if damage:
        lines[1:1] = [b'{"id": "torn", "instruction": "x", "co', b"\xff\xfe not text"]
    path = folder / "corpus.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def command(*arguments: object) -> list[str]:
    """The command line in this interpreter."""
    return [sys.executable, "-m", "janus_reward", *map(str, arguments)]


def janus(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "160"},
        timeout=300,
        check=False,
    )


def score_bytes(run: Path) -> dict[str, bytes]:
    """Name and bytes of every shard of scores."""
    return {path.name: path.read_bytes() for path in sorted((run / "scores").glob("*.parquet"))}
