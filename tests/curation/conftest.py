"""A run folder made of rows that a test writes down, as `score dataset` would have written it."""

import hashlib
import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from janus_reward.dataset import open_source
from janus_reward.run.manifest import RunFolder
from janus_reward.run.schema import score_schema
from janus_reward.run.shards import ShardFolder

CRITERIA = ["task_relevance", "task_completion", "visual_fidelity", "code_quality"]
SIGNALS = ["code.lines", "picture.contrast"]


def picture(text: str, size: tuple[int, int] = (64, 48)) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((2, 2), text, fill="black")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def full_row(row: int, given: dict) -> dict:
    score = given.get("score", 4.0)
    made = {
        "id": f"row-{row}",
        "row": row,
        "instruction": f"Draw thing number {row}",
        "code": f"plot({row})",
        "language": "python",
        "domain": "chart",
        "task": "generate",
        "outcome": "ok",
        "score": score,
        "reason": None if score is not None else "engine_error",
        "confidence": 0.8,
        "flags": [],
        "gates": [],
        "stills": [],
        "checks": [],
        "evidence": {"code.lines": 1.0, "picture.contrast": None},
        "notes": "{}",
        "meta": "{}",
        "judge": "evidence",
        "judge_revision": "test",
        "rubric": "chart-generate",
        "rubric_sha256": "0" * 64,
        "tokens_in": 0,
        "tokens_out": 0,
        "seconds": 0.0,
    }
    for name in CRITERIA:
        made[name] = score
        made[f"{name}_reason"] = None if score is not None else "engine_error"
    made |= given
    if made["code"] is not None:
        made["code_sha256"] = hashlib.sha256(made["code"].encode()).hexdigest()
    if isinstance(made["meta"], dict):
        made["meta"] = json.dumps(made["meta"])
    return made


@pytest.fixture
def make_run(tmp_path):
    def make(rows: list[dict], name: str = "run", shard_rows: int = 64) -> Path:
        path = tmp_path / name
        settings = {
            "command": "score dataset",
            "judge": {"name": "evidence", "revision": "test"},
            "source_sha256": name,
            "rubrics_sha256": "1" * 64,
            "seed": 0,
        }
        folder = RunFolder(path, settings, {"source": "rows.jsonl", "versions": {}})
        shards = ShardFolder(path / "scores", score_schema(CRITERIA, SIGNALS), shard_rows)
        made = [full_row(at, row) for at, row in enumerate(rows)]
        for row in made:
            png = row.pop("png", None)
            if png is not None:
                row["render_sha256"] = hashlib.sha256(png).hexdigest()
                row["stills"] = [row["render_sha256"]]
                target = path / "renders" / row["render_sha256"][:2] / f"{row['render_sha256']}.png"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(png)
        for number in range(max(1, -(-len(made) // shard_rows))):
            shards.write(number, made[number * shard_rows : (number + 1) * shard_rows])
        folder.save(status="done", finished=True, rows=len(made))
        folder.close()
        return path

    return make


@pytest.fixture
def shown_run(make_run, tmp_path):
    """A run whose source shows a reference picture and code before an edit, and that source."""
    (tmp_path / "ref.png").write_bytes(picture("reference"))
    records = [
        {"id": "r", "task": "reproduce", "instruction": "Draw this", "code": "plot()", "reference": "ref.png", "language": "python"},
        {"id": "e", "task": "edit", "instruction": "Make it blue", "code": "<svg/>", "before": {"code": "<svg id='b'/>"}, "language": "svg"},
        {"id": "g", "task": "generate", "instruction": "Draw a dog", "code": "dog()", "language": "python"},
    ]  # fmt: skip
    source = tmp_path / "source.jsonl"
    source.write_text("\n".join(json.dumps(record) for record in records))
    rows = [{name: record[name] for name in ("id", "task", "instruction", "code", "language")} for record in records]
    run = make_run(rows, "shown")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["settings"]["source_sha256"] = open_source(str(source)).fingerprint()
    manifest["info"]["source_path"] = os.path.relpath(source, run)
    (run / "manifest.json").write_text(json.dumps(manifest))
    return run, source
