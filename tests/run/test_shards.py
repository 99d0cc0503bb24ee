"""Shards are there whole or not at all, and a manifest refuses what does not belong to it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.errors import DiskError, RunConflict
from janus_reward.run.manifest import RunFolder, differences
from janus_reward.run.shards import ShardFolder, batches, parts

SCHEMA = pa.schema([("id", pa.string()), ("row", pa.int64())])


def rows(count: int, start: int = 0) -> list[dict[str, object]]:
    return [{"id": f"r{start + number}", "row": start + number} for number in range(count)]


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    shards = ShardFolder(tmp_path, SCHEMA, rows=3)
    shards.write(0, rows(3))
    shards.write(1, rows(2, start=3))
    assert [row for batch in batches(tmp_path) for row in batch.to_pylist()] == rows(5)
    assert (shards.finished(), shards.count()) == (2, 5)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        ShardFolder(tmp_path / name, SCHEMA, rows=3).write(0, rows(3))
    assert parts(tmp_path / "a")[0].read_bytes() == parts(tmp_path / "b")[0].read_bytes()


def test_a_half_written_shard_is_not_a_shard_and_goes_away(tmp_path: Path) -> None:
    (tmp_path / ".part-000000.tmp").write_bytes(b"PAR1 half")
    shards = ShardFolder(tmp_path, SCHEMA, rows=3)
    assert shards.finished() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_gap_ends_what_counts_as_finished(tmp_path: Path) -> None:
    shards = ShardFolder(tmp_path, SCHEMA, rows=1)
    shards.write(0, rows(1))
    shards.write(2, rows(1))
    assert shards.finished() == 1


def test_a_failing_disk_is_a_disk_error_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = ShardFolder(tmp_path, SCHEMA, rows=1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("janus_reward.run.shards.os.fsync", full)
    with pytest.raises(DiskError, match="No space left"):
        shards.write(0, rows(1))
    assert list(tmp_path.iterdir()) == []


def test_another_run_in_the_folder_is_refused_with_what_differs(tmp_path: Path) -> None:
    RunFolder(tmp_path / "run", {"seed": 0, "judge": {"name": "evidence"}}, {}).close()
    with pytest.raises(RunConflict, match=r"seed: 0 there, 1 now"):
        RunFolder(tmp_path / "run", {"seed": 1, "judge": {"name": "evidence"}}, {})


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(RunConflict, match=r"thesis\.tex"):
        RunFolder(tmp_path, {}, {})
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_two_writers_are_refused(tmp_path: Path) -> None:
    first = RunFolder(tmp_path, {}, {})
    with pytest.raises(RunConflict, match="another process"):
        RunFolder(tmp_path, {}, {})
    first.close()
    RunFolder(tmp_path, {}, {}).close()


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(RunConflict, match=r"manifest\.json"):
        RunFolder(tmp_path, {}, {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=3), json_values, max_size=4))
def test_settings_do_not_differ_from_their_own_json(settings: dict[str, object]) -> None:
    assert differences(json.loads(json.dumps(settings)), settings) == []


@given(st.dictionaries(st.text(max_size=3), json_values, min_size=1, max_size=4), st.data())
def test_a_changed_setting_is_always_named(settings: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(settings)))
    assert any(line.startswith(name) for line in differences(settings, {**settings, name: "something else entirely"}))
