"""A look at a corpus that is stopped goes on, and ends with the same bytes; pictures given as references count."""

from __future__ import annotations

import io
import json

import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw

from janus_reward.decontaminate import dataset
from janus_reward.decontaminate.dataset import decontaminate_dataset
from janus_reward.decontaminate.state import StoppableDetector
from janus_reward.errors import RunConflict, Stopped

QUESTION = (
    "Draw a small multiple of twelve line charts, one for every month, in which the temperature of the last thirty "
    "years is grey and the present year stands out in red; the axes are shared."
)
FILES = ("kept.parquet", "hits.parquet", "report.md", "certificate.json")


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr("janus_reward.decontaminate.reading._TEXT_ROWS", 10)
    monkeypatch.setattr(dataset, "SEGMENT_ROWS", 20)
    rows = [{"id": f"r{n}", "instruction": f"Count the ships of harbour {n}.", "code": "print(1)"} for n in range(95)]
    for n in (3, 41, 94):
        rows[n] |= {"instruction": f"{QUESTION} Thanks {n}.", "meta": {"source": "Weather Gallery"}}
    source, bench = tmp_path / "data.jsonl", tmp_path / "weather.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    bench.write_text(json.dumps({"id": "w1", "instruction": QUESTION}) + "\n")
    return source, bench


@pytest.mark.parametrize("after", [1, 3, 7, 9])
def test_a_run_stopped_anywhere_goes_on_and_ends_with_the_same_bytes(data, tmp_path, monkeypatch, after):
    source, bench = data
    decontaminate_dataset(source, tmp_path / "whole", [str(bench)])
    looked, look = [], StoppableDetector.look

    def stopping(self, rows):
        if len(looked) == after:
            raise KeyboardInterrupt
        looked.append(rows.batch.rows[0])
        look(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(StoppableDetector, "look", stopping)
        with pytest.raises(Stopped):
            decontaminate_dataset(source, tmp_path / "out", [str(bench)])
    assert not (tmp_path / "out" / "kept.parquet").exists()
    seen = []
    monkeypatch.setattr(
        StoppableDetector, "look", lambda self, rows: (seen.append(rows.batch.rows[0]), look(self, rows))
    )
    counts = decontaminate_dataset(source, tmp_path / "out", [str(bench)])
    assert (counts["rows"], counts["removed"]) == (95, 3)
    assert seen[0] == after // 2 * 20, "rows of finished segments are not looked at again"
    for name in FILES:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not (tmp_path / "out" / ".segments").exists()


def test_a_stop_between_looking_and_deciding_looks_at_nothing_twice(data, tmp_path, monkeypatch):
    source, bench = data
    with monkeypatch.context() as patch:

        def stop(*_):
            raise KeyboardInterrupt

        patch.setattr(StoppableDetector, "segment_hits", stop)
        with pytest.raises(Stopped):
            decontaminate_dataset(source, tmp_path / "out", [str(bench)])
    monkeypatch.setattr(StoppableDetector, "look", None)
    assert decontaminate_dataset(source, tmp_path / "out", [str(bench)])["removed"] == 3
    assert pq.read_table(tmp_path / "out" / "hits.parquet").column("row").to_pylist() == [3, 41, 94]


def test_a_changed_source_is_refused_instead_of_mixed(data, tmp_path):
    source, bench = data
    decontaminate_dataset(source, tmp_path / "out", [str(bench)])
    source.write_text(source.read_text().replace("harbour 7.", "harbour seven."))
    with pytest.raises(RunConflict):
        decontaminate_dataset(source, tmp_path / "out", [str(bench)])


def drawing(size: tuple[int, int], heights: tuple[float, ...]) -> bytes:
    image = Image.new("RGB", size, "white")
    pen, (width, height) = ImageDraw.Draw(image), size
    for n, share in enumerate(heights):
        left = width * (0.1 + 0.8 * n / len(heights))
        pen.rectangle(
            (left, height * (0.9 - 0.8 * share), left + width * 0.1, height * 0.9), fill=(30, 90 + 30 * n, 200)
        )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_the_reference_picture_of_a_row_is_looked_at_as_well_as_its_render(tmp_path):
    leaked, other = (0.2, 0.9, 0.4, 0.7, 0.5), (0.9, 0.1, 0.8, 0.2, 0.3)
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "a.png").write_bytes(drawing((400, 300), leaked))
    (tmp_path / "bench" / "b.jsonl").write_text(json.dumps({"id": "i", "image": "a.png"}) + "\n")
    (tmp_path / "own.png").write_bytes(drawing((640, 480), other))
    (tmp_path / "ref.png").write_bytes(drawing((800, 600), leaked))
    rows = [
        {"id": "asked", "instruction": "Reproduce it.", "code": "pass", "render": "own.png", "reference": "ref.png"},
        {"id": "clean", "instruction": "Reproduce it.", "code": "pass", "render": "own.png"},
    ]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    decontaminate_dataset(tmp_path / "data.jsonl", tmp_path / "out", [str(tmp_path / "bench" / "b.jsonl")])
    hits = pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist()
    assert [(hit["id"], hit["evidence"]) for hit in hits] == [("asked", "picture")]
