import json
import shutil
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from janus_reward.dedup import DedupSettings, dedup_dataset
from janus_reward.errors import RunConflict
from tests.dedup.test_dedup import VOCABULARY
from tests.dedup.test_pictures import CHART, bars, png

CODE = "\n".join(f"x{i} = {word}" for i, word in enumerate(VOCABULARY[:60]))


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def triples(count=12):
    rows = []
    for i in range(count):
        words = VOCABULARY[i * 20 : i * 20 + 60]
        rows.append(
            {
                "id": f"t{i}",
                "instruction": f"Plot series {i} with {words[0]} and {words[1]}",
                "code": "\n".join(words),
                "language": "python",
            }
        )
    rows.append({**rows[0], "id": "copy", "code": rows[0]["code"] + "  # a remark\n\n"})
    rows.append({**rows[1], "id": "near", "code": rows[1]["code"].replace(VOCABULARY[79], "other")})
    rows.append({**rows[2], "id": "other-task", "instruction": "Write a poem about the sea instead"})
    return rows


def cli(*args):
    return subprocess.run([sys.executable, "-m", "janus_reward", *map(str, args)], capture_output=True, text=True)


def test_the_command_writes_what_it_promises(tmp_path):
    src = write(tmp_path / "a.jsonl", triples())
    done = cli("dedup", src, "-o", tmp_path / "run", "--threshold", "0.8", "--on", "code,instruction,render", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert (counts["rows"], counts["removed"], counts["removed_exact"]) == (15, 2, 1)
    removed = {
        frozenset((row["id"], row["survivor_id"])): row
        for row in pq.read_table(tmp_path / "run/removed.parquet").to_pylist()
    }
    assert set(removed) == {frozenset(("t0", "copy")), frozenset(("t1", "near"))}
    assert all(
        row["similarity"] >= 0.8 and row["modality"] == "code+instruction" and row["shared"] for row in removed.values()
    )
    kept = pq.read_table(tmp_path / "run/survivors.parquet")["id"].to_pylist()
    assert len(kept) == 13 and "other-task" in kept and "t2" in kept
    clusters = pq.read_table(tmp_path / "run/clusters.parquet").to_pylist()
    assert sorted(row["size"] for row in clusters) == [2, 2]
    assert "boilerplate" in (tmp_path / "run/report.txt").read_text()
    assert json.loads((tmp_path / "run/manifest.json").read_text())["status"] == "done"
    assert "plan for 15 documents" in done.stderr
    assert not (tmp_path / "run/.fingerprints").exists()


def test_a_bad_row_is_counted_and_kept(tmp_path):
    src = tmp_path / "a.jsonl"
    write(src, triples())
    src.write_text(src.read_text() + "{not json}\n")
    done = cli("dedup", src, "-o", tmp_path / "run")
    assert done.returncode == 1 and done.stdout.strip().endswith("1 rows have errors")
    assert "row 15 (damaged-row-15): a.jsonl: row 15 (line 16): damaged JSON" in done.stderr
    assert len(pq.read_table(tmp_path / "run/survivors.parquet")) == 14


@pytest.mark.parametrize(
    "args", [("--threshold", "2"), ("--on", "sound"), ("--agree", "most"), ("--normalise", "x"), ("--map", "code")]
)
def test_wrong_usage_says_so(tmp_path, args):
    done = cli("dedup", write(tmp_path / "a.jsonl", triples()), "-o", tmp_path / "run", *args)
    assert done.returncode == 2 and args[0].strip("-") in done.stderr


def test_the_same_command_returns_the_same_and_another_is_refused(tmp_path):
    src = write(tmp_path / "a.jsonl", triples())
    first = dedup_dataset(src, tmp_path / "run")
    before = (tmp_path / "run/removed.parquet").stat().st_mtime_ns
    assert dedup_dataset(src, tmp_path / "run") == first
    assert (tmp_path / "run/removed.parquet").stat().st_mtime_ns == before
    with pytest.raises(RunConflict, match="threshold"):
        dedup_dataset(src, tmp_path / "run", DedupSettings(threshold=0.9))


def test_two_runs_give_the_same_bytes_and_leftovers_do_not_matter(tmp_path):
    src = write(tmp_path / "a.jsonl", triples())
    dedup_dataset(src, tmp_path / "a")
    (tmp_path / "b/.fingerprints/keys").mkdir(parents=True)
    (tmp_path / "b/.fingerprints/keys/code.000.bin").write_bytes(b"half")
    dedup_dataset(src, tmp_path / "b")
    for name in ("removed.parquet", "survivors.parquet", "clusters.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_index_carries_over_to_the_next_batch_and_a_repeat_adds_nothing(tmp_path):
    rows = triples()
    first, second = write(tmp_path / "1.jsonl", rows[:8]), write(tmp_path / "2.jsonl", rows[8:])
    asked = {"settings": DedupSettings(), "index": tmp_path / "index"}
    assert dedup_dataset(first, tmp_path / "r1", **asked)["removed"] == 0
    done = dedup_dataset(second, tmp_path / "r2", **asked)
    assert done["removed"] == 2
    assert {row["survivor_id"] for row in pq.read_table(tmp_path / "r2/removed.parquet").to_pylist()} == {"t0", "t1"}
    manifest = json.loads((tmp_path / "r2/manifest.json").read_text())
    del manifest["finished"]
    (tmp_path / "r2/manifest.json").write_text(json.dumps(manifest))
    again = dedup_dataset(second, tmp_path / "r2", **asked)
    assert again["removed"] == 2


def score_run(folder, rows, pictures):
    """A run folder as `score dataset` leaves it, as far as dedup reads it."""
    (folder / "scores").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "settings": {}, "status": "done"}))
    import hashlib

    hashes = []
    for data in pictures:
        sha = None if data is None else hashlib.sha256(data).hexdigest()
        hashes.append(sha)
        if sha:
            target = folder / "renders" / sha[:2] / f"{sha}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    count = len(rows)
    table = pa.table(
        {
            "id": [row["id"] for row in rows],
            "row": list(range(count)),
            "instruction": [row["instruction"] for row in rows],
            "code": [row["code"] for row in rows],
            "language": ["python"] * count,
            "score": [row["score"] for row in rows],
            "outcome": ["ok"] * count,
            "render_sha256": pa.array(hashes, pa.string()),
            "error": pa.nulls(count, pa.string()),
        }
    )
    pq.write_table(table, folder / "scores/part-000000.parquet")
    return folder


def test_of_a_run_the_best_score_stays_and_pictures_speak(tmp_path):
    rows = [
        {"id": "weak", "instruction": "one way to ask", "code": CODE, "score": 2.0},
        {"id": "strong", "instruction": "quite another wording here", "code": CODE + "\ny = 1", "score": 4.5},
        {"id": "other-picture", "instruction": "something else entirely now", "code": CODE + "\nz = 2", "score": 3.0},
        {"id": "unscored", "instruction": "one way to ask", "code": CODE, "score": None},
    ]
    pictures = [png(CHART), png(bars([0.3, 0.9, 0.5, 0.7], (800, 600))), png(bars([0.9, 0.1, 0.2, 0.2])), None]
    run = score_run(tmp_path / "scored", rows, pictures)
    counts = dedup_dataset(run, tmp_path / "out")
    removed = {row["id"]: row for row in pq.read_table(tmp_path / "out/removed.parquet").to_pylist()}
    assert removed["weak"]["survivor_id"] == "strong" and removed["weak"]["modality"] == "code+render"
    assert "other-picture" not in removed and counts["survivors"] == 3
    kept = {row["id"]: row["score"] for row in pq.read_table(tmp_path / "out/survivors.parquet").to_pylist()}
    assert kept["strong"] == 4.5 and kept["unscored"] is None
    shutil.rmtree(run / "renders")
    assert dedup_dataset(run, tmp_path / "without")["rows"] == 4
