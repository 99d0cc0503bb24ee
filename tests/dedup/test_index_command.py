"""`janus-reward dedup index`: an index looked after from the command line."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.dedup import DedupIndex, DedupSettings, dedup_dataset
from janus_reward.errors import JanusError
from tests.dedup.test_dataset import triples, write


@pytest.fixture
def folder(tmp_path):
    """An index of 13 documents in two segments, made by two commands with settings of their own."""
    rows, asked = triples(), {"settings": DedupSettings(threshold=0.7), "index": tmp_path / "index"}
    dedup_dataset(write(tmp_path / "1.jsonl", rows[:12]), tmp_path / "run1", **asked)
    dedup_dataset(write(tmp_path / "2.jsonl", rows[12:]), tmp_path / "run2", **asked)
    return tmp_path / "index"


def run(*args):
    return CliRunner().invoke(app, ["dedup", "index", *map(str, args)])


def told(*args, code=0):
    done = run(*args, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_it_is_shown_by_its_own_settings(folder):
    found = told("show", folder)
    assert (found["documents"], found["forgotten"], found["segments"], found["batches"]) == (13, 0, 2, 2)
    assert found["settings"]["threshold"] == 0.7
    assert found["bytes"] == sum(path.stat().st_size for path in (folder / "segments").rglob("*") if path.is_file())
    assert "13 documents" in run("show", folder).output and "jaccard >= 0.7" in run("show", folder).output


def test_what_is_removed_no_longer_stands_in_the_way_and_compacting_frees_its_room(folder, tmp_path):
    assert "4 ids, 3 documents would be forgotten, 13 in the index" in run(
        "remove", folder, "t0", "t1", "t9", "nobody", "--dry-run"
    ).output.replace("\n", " ")
    found = told("remove", folder, "t0", "t1", "t9", "nobody", "t0")
    assert (found["ids"], found["removed"], found["documents"], found["errors"]) == (4, 3, 10, 0)
    assert told("remove", folder, "t0")["removed"] == 0, "it is gone already"

    sizes = told("compact", folder)
    assert (sizes["before"]["segments"], sizes["before"]["forgotten"]) == (2, 3)
    assert (sizes["after"]["segments"], sizes["after"]["forgotten"], sizes["after"]["documents"]) == (1, 0, 10)
    assert sizes["after"]["bytes"] < sizes["before"]["bytes"]
    assert "every file is whole" in run("check", folder).output

    again = dedup_dataset(
        write(tmp_path / "3.jsonl", triples()), tmp_path / "run3", DedupSettings(threshold=0.7), index=folder
    )
    assert (again["rows"], again["survivors"]) == (15, 3), "what was forgotten may come again"


def test_ids_come_from_files_of_all_forms_and_bad_rows_are_named(folder, tmp_path):
    lines = ['{"id": "t0", "code": "x"}', '{"code": "without"}', "{broken", "", '{"id": "t1"}', '{"id": "  "}']
    (tmp_path / "ids.jsonl").write_text("\n".join(lines))
    done = run("remove", folder, "t2", "--ids", tmp_path / "ids.jsonl")
    assert done.exit_code == 1
    assert "3 ids, 3 documents forgotten, 10 in the index now" in done.output
    assert "ids.jsonl: row 1 (line 2): there is no id" in done.stderr
    assert "ids.jsonl: row 2 (line 3): damaged JSON" in done.stderr
    assert "ids.jsonl: row 4 (line 6): there is no id" in done.stderr
    assert done.stdout.strip().endswith("3 rows have errors")

    (tmp_path / "ids.txt").write_bytes("\ufefft3\r\n\r\n t4 \n".encode() + b"\xff\n")
    found = told("remove", folder, "--ids", tmp_path / "ids.txt", code=1)
    assert (found["removed"], found["errors"]) == (2, 1)
    pq.write_table(pa.table({"id": ["t5", "t6", None], "row": [5, 6, 7]}), tmp_path / "ids.parquet")
    found = told("remove", folder, "--ids", tmp_path / "ids.parquet", code=1)
    assert (found["removed"], found["errors"], found["documents"]) == (2, 1, 6)


def test_damage_is_named(folder):
    victim = next(folder.glob("segments/*/code.values.bin"))
    victim.write_bytes(bytes([victim.read_bytes()[0] ^ 1]) + victim.read_bytes()[1:])
    done = subprocess.run(
        [sys.executable, "-m", "janus_reward", "dedup", "index", "check", str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f"{victim.parent.name}/code.values.bin was damaged" in done.stderr


def test_wrong_usage_says_what_to_do_and_makes_nothing(folder, tmp_path):
    (tmp_path / "ids.bin").write_bytes(b"t0")
    for args, words in (
        (("show", tmp_path / "nowhere"), "holds no index"),
        (("compact", tmp_path), "holds no index"),
        (("remove", folder), "--ids FILE"),
        (("remove", folder, "--ids", tmp_path / "absent/ids.txt"), "there is no such file"),
        (("remove", folder, "--ids", tmp_path / "ids.bin"), "the ending .bin is not a format"),
    ):
        error = run(*args).exception
        assert isinstance(error, JanusError) and error.exit_code == 2
        assert words in str(error)
    assert not (tmp_path / "nowhere").exists()
    with DedupIndex.existing(folder):
        assert "another process" in str(run("show", folder).exception)
    assert told("show", folder)["documents"] == 13
