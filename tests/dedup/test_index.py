import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dedup import Batch, DedupIndex, DedupSettings, dedup_batches
from janus_reward.errors import RunConflict
from tests.dedup.test_dedup import CORPORA, make_corpus

FIRST = DedupSettings(on=("code",), keep="first")


def pieces(texts, cuts):
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(texts)), len(texts)]
    return [piece(texts, low, high) for low, high in pairwise(edges) if high > low]


def piece(texts, low, high):
    return Batch(
        pa.array([str(i) for i in range(low, high)]), np.arange(low, high), code=pa.array(texts[low:high], pa.string())
    )


def outcome(result):
    return {(row["id"], row["survivor_id"], row["similarity"]) for row in result.removed.to_pylist()}


@settings(max_examples=20, deadline=None)
@given(CORPORA, st.lists(st.integers(1, 80), max_size=6), st.sampled_from([2, 64]))
def test_batch_by_batch_equals_all_at_once(tmp_path_factory, texts, cuts, room):
    asked = replace(FIRST, representatives=room)
    at_once = outcome(dedup_batches([piece(texts, 0, len(texts))], asked))
    folder = tmp_path_factory.mktemp("index")
    found = set()
    for part in pieces(texts, cuts):
        with DedupIndex(folder, asked) as index:
            found |= outcome(index.add([part]))
    assert found == at_once


def test_a_query_changes_nothing_and_finds_what_came_before(tmp_path):
    texts = make_corpus(1)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(texts, 0, len(texts))])
        size = len(index)
        assert index.query([piece(texts, 0, len(texts))]).removed.num_rows == len(texts)
        assert len(index) == size


def test_a_forgotten_document_no_longer_stands_in_the_way(tmp_path):
    texts = make_corpus(2, copies=0)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(texts, 0, 60)])
        assert index.remove(["3", "5", "unknown"]) == 2
        result = index.query([piece(texts, 0, 60)])
        assert result.survivors.tolist() == [3, 5]
        index.compact()
        assert len(index) == 58
        assert index.query([piece(texts, 0, 60)]).survivors.tolist() == [3, 5]
    with DedupIndex(tmp_path / "i", FIRST) as index:
        assert index.query([piece(texts, 0, 60)]).survivors.tolist() == [3, 5]


def test_many_small_batches_keep_few_segments(tmp_path):
    texts = make_corpus(3, documents=64, copies=0)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        for at in range(0, 64, 2):
            index.add([piece(texts, at, at + 2)])
        assert len(list((tmp_path / "i" / "segments").iterdir())) <= 7
        assert len(index) == 64
        index.check()


def test_other_settings_and_a_second_process_are_refused(tmp_path):
    with DedupIndex(tmp_path / "i", FIRST), pytest.raises(RunConflict, match="another process"):
        DedupIndex(tmp_path / "i", FIRST)
    with pytest.raises(RunConflict, match="threshold"):
        DedupIndex(tmp_path / "i", replace(FIRST, threshold=0.9))


def test_damage_is_found(tmp_path):
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(make_corpus(4), 0, 60)])
    victim = next((tmp_path / "i" / "segments").glob("*/code.values.bin"))
    data = bytearray(victim.read_bytes())
    data[5] ^= 1
    victim.write_bytes(data)
    with DedupIndex(tmp_path / "i", FIRST) as index, pytest.raises(RunConflict, match="checksum"):
        index.check()
    victim.write_bytes(data[:-4])
    with pytest.raises(RunConflict, match="expected"):
        DedupIndex(tmp_path / "i", FIRST)


KILLED = """
import os, signal, sys
from pathlib import Path
import janus_reward.dedup.segment as segment, janus_reward.dedup.index as index
from tests.dedup.test_index import FIRST, piece, make_corpus
name, count, name_of_work = sys.argv[2], int(sys.argv[3]), sys.argv[4]
calls = 0
def killing(real):
    def inner(*args, **kwargs):
        global calls
        calls += 1
        if calls > count:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return inner
opened = index.DedupIndex(Path(sys.argv[1]), FIRST)
setattr(segment, name, killing(getattr(segment, name)))
setattr(index, name, killing(getattr(index, name))) if hasattr(index, name) else None
works = {
    "compact": opened.compact,
    "add": lambda: opened.add([piece(make_corpus(5), 20, 40)], "second"),
    "remove": lambda: opened.remove(["3", "5"]),
}
works[name_of_work]()
"""


def kill(folder, step, after, work):
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), step, str(after), work],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("step", "after"), [("_write", 5), ("sync_folder", 0), ("write_json", 0)])
def test_killed_while_compacting_no_document_is_lost_and_none_comes_back(tmp_path, step, after):
    texts = make_corpus(6, copies=0)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(texts, 0, 60)], "first")
        assert index.remove(["3", "5"]) == 2
    kill(tmp_path / "i", step, after, "compact")
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.check()
        assert len(index) == 58
        assert index.query([piece(texts, 0, 60)]).survivors.tolist() == [3, 5]
        index.compact()
        assert len(index) == 58
        assert not [path for path in (tmp_path / "i" / "segments").iterdir() if path.name.startswith((".", "dead"))]


@pytest.mark.parametrize(
    ("step", "after"), [("_write", 0), ("_write", 20), ("sync_folder", 0), ("write_json", 0), ("write_json", 1)]
)
def test_killed_while_adding_the_index_is_as_before_or_as_after(tmp_path, step, after):
    texts = make_corpus(5)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(texts, 0, 20)], "first")
        before = len(index)
    kill(tmp_path / "i", step, after, "add")
    whole = outcome(dedup_batches([piece(texts, 0, 40)], FIRST))
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.check()
        if index.has_batch("second"):
            assert len(index) > before
        else:
            assert len(index) == before
            found = outcome(index.add([piece(texts, 20, 40)], "second"))
            assert {row for row in whole if int(row[0]) >= 20} == found
        assert not [path for path in (tmp_path / "i" / "segments").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("step", ["_write", "sync_folder", "write_json"])
def test_killed_while_forgetting_all_documents_are_still_there(tmp_path, step):
    texts = make_corpus(6, copies=0)
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(texts, 0, 60)], "first")
    kill(tmp_path / "i", step, 0, "remove")
    with DedupIndex(tmp_path / "i", FIRST) as index:
        assert len(index) == 60
        assert not list((tmp_path / "i" / "segments").glob("dead*"))
        assert index.remove(["3", "5"]) == 2


def test_what_is_forgotten_is_on_the_disk_before_the_index_names_it(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(os, "fsync", lambda handle: done.append(Path(f"/proc/self/fd/{handle}").readlink()))
    with DedupIndex(tmp_path / "i", FIRST) as index:
        index.add([piece(make_corpus(6, copies=0), 0, 60)])
        done.clear()
        index.remove(["3"])
    marks, segments, state, _ = done
    assert marks.name.startswith("dead-")
    assert segments.name == "segments"
    assert state.name == ".index.json.part"
    next((tmp_path / "i" / "segments").glob("dead-*")).write_bytes(b"")
    with pytest.raises(RunConflict, match="0 bytes, expected 60"):
        DedupIndex(tmp_path / "i", FIRST)
