import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from janus_reward.corrupt import KINDS
from janus_reward.corrupt.deal import chosen, dealt
from janus_reward.dataset import open_source

REPO = Path(__file__).parents[2]
EXAMPLES = REPO / "examples" / "data" / "triples.jsonl"


def goods(count: int, seed: int = 0):
    return chosen(open_source(str(EXAMPLES)), count, seed, lambda triple: "twin_of" not in triple.meta)


def test_the_same_seed_deals_the_same_damage_and_another_seed_another():
    def deal(seed: int):
        return [
            (item.good.id, item.kind.name, item.bad.code)
            for item in dealt(goods(12, 0), list(KINDS.values()), 5, 1, seed)
        ]

    assert deal(0) == deal(0)
    assert deal(0) != deal(1)


def test_no_triple_gets_more_than_it_may_and_kinds_are_dealt_evenly():
    pairs = list(dealt(goods(20), list(KINDS.values()), 4, 1, 0))
    for good in {item.good.id for item in pairs}:
        mine = [item.kind for item in pairs if item.good.id == good]
        assert sum(not kind.harmless for kind in mine) <= 4
        assert sum(kind.harmless for kind in mine) <= 1
        assert len({kind.name for kind in mine}) == len(mine)
    assert len({item.kind.name for item in pairs}) > 40


def test_a_broken_twin_is_never_taken_for_a_good_one():
    assert all("twin_of" not in triple.meta for triple in goods(1000))
    rows = [json.loads(line) for line in EXAMPLES.read_text().splitlines()]
    assert len(goods(1000)) == sum(row["meta"].get("good", False) for row in rows)


def run(out: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(REPO / "training" / "corrupt.py"), *arguments, "-o", str(out), "--workers", "1"]
    return subprocess.run(command, capture_output=True, text=True, cwd=out.parent)


def test_an_unknown_kind_is_refused_with_a_way_on(tmp_path):
    done = run(tmp_path / "out", str(EXAMPLES), "--kinds", "chart.nonsense")
    assert done.returncode == 2
    assert "docs/corruptions.md" in done.stderr


@pytest.mark.e2e
def test_the_command_writes_pairs_whose_damage_shows_and_resumes_to_the_same_bytes(tmp_path):
    source = tmp_path / "few.jsonl"
    wanted = ("line-rents", "lighthouse", "vegalite-tides", "merge-intervals")
    lines = [line for line in EXAMPLES.read_text().splitlines() if json.loads(line)["id"] in wanted]
    source.write_text("\n".join(lines) + "\n")
    out = tmp_path / "out"
    first = run(out, str(source), "--per-triple", "5")
    assert first.returncode == 0, first.stderr
    pairs = pq.read_table(out / "pairs.parquet").to_pylist()
    records = {row.id: row for row in open_source(str(out / "triples.jsonl"))}
    assert len(pairs) >= 12
    assert {row["good_id"] for row in pairs} <= set(wanted)
    for row in pairs:
        kind = KINDS[row["kind"]]
        assert records[row["bad_id"]].error is None
        assert records[row["bad_id"]].renders == ()
        assert row["visible"] or kind.shows != "yes" or kind.breaks or row["good_outcome"] == "not_needed"
        assert not (kind.harmless and row["visible"])
        assert row["holdout_kind"] == kind.holdout
    before = {name: (out / name).read_bytes() for name in ("pairs.parquet", "triples.jsonl")}
    assert run(out, str(source), "--per-triple", "5").returncode == 0
    assert before == {name: (out / name).read_bytes() for name in before}
