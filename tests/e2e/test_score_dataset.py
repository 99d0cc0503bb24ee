"""The main job, through the command line, with the real sandbox and browser."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import janus_reward as jr
from janus_reward.run import Run
from tests.e2e.corpus import janus, mixed_rows, score_bytes, svg_rows, write_corpus

pytestmark = pytest.mark.e2e

COLUMNS = [
    "id",
    "row",
    "instruction",
    "code",
    "language",
    "domain",
    "task",
    "outcome",
    "render_sha256",
    "score",
    "reason",
    "confidence",
    "task_relevance",
    "task_relevance_reason",
    "task_completion",
    "task_completion_reason",
    "visual_fidelity",
    "visual_fidelity_reason",
    "code_quality",
    "code_quality_reason",
    "checks",
    "flags",
    "evidence",
    "judge",
    "rubric",
    "rubric_sha256",
    "tokens_in",
    "tokens_out",
    "seconds",
    "error",
    "meta",
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("mixed")
    source = write_corpus(folder, mixed_rows(), damage=True)
    done = janus("score", "dataset", source, "-o", folder / "run", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["rows"] == len(mixed_rows()) + 2
    return Run(folder / "run")


def test_every_row_comes_out_once_in_order(mixed: Run) -> None:
    table = mixed.table(["id", "row"])
    assert table.column("row").to_pylist() == list(range(len(mixed_rows()) + 2))
    assert len(set(table.column("id").to_pylist())) == len(table)


def test_the_columns_are_those_of_the_contract(mixed: Run) -> None:
    assert set(COLUMNS) <= set(mixed.table().column_names)


@pytest.mark.parametrize(
    ("triple", "outcome"),
    [
        ("chart", "ok"), ("crash", "failed"), ("blank", "blank"), ("circle", "ok"), ("page", "ok"), ("bars", "ok"),
        ("sort", "not_needed"), ("cobol", "unsupported"), ("picture-only", "ok"), ("lying-picture", "failed"), ("edit", "ok"),
    ],
)  # fmt: skip
def test_outcomes_are_decided_by_facts(mixed: Run, triple: str, outcome: str) -> None:
    assert mixed[triple]["outcome"] == outcome, mixed[triple]["message"]


def test_a_score_is_a_value_or_a_reason(mixed: Run) -> None:
    criteria = [name.removesuffix("_reason") for name in mixed.table().column_names if name.endswith("_reason")]
    for row in mixed.table().to_pylist():
        assert (row["score"] is None) != (row["reason"] is None)
        for name in criteria:
            assert (row[name] is None) != (row[f"{name}_reason"] is None), (row["id"], name)


def test_visual_criteria_need_a_picture(mixed: Run) -> None:
    for row in mixed.table().to_pylist():
        if row["outcome"] in ("failed", "blank", "unsupported"):
            assert (row["visual_fidelity"], row["visual_fidelity_reason"]) == (None, "no_render"), row["id"]


def test_what_cannot_be_seen_is_not_scored(mixed: Run) -> None:
    assert mixed["picture-only"]["code_quality_reason"] == "no_code"
    assert mixed["picture-only"]["visual_fidelity"] is not None
    assert mixed["cobol"]["score"] is None
    assert mixed["nothing"]["score"] is None


def test_broken_input_is_a_row_with_an_error_that_names_its_line(mixed: Run) -> None:
    broken = [row for row in mixed.table().to_pylist() if row["error"]]
    assert [row["row"] for row in broken] == [1, 2, 11]
    assert all(row["score"] is None and row["reason"] == "bad_input" for row in broken)
    assert "line 2" in broken[0]["error"]
    assert "nowhere.png" in broken[2]["error"]


def test_a_crash_scores_below_its_good_twin(mixed: Run) -> None:
    assert mixed["crash"]["score"] < mixed["chart"]["score"]
    assert mixed["blank"]["score"] < mixed["circle"]["score"]


def test_the_picture_of_a_row_is_in_the_run(mixed: Run) -> None:
    assert mixed.picture(mixed["chart"]["render_sha256"]).read_bytes().startswith(b"\x89PNG")


def test_the_manifest_says_what_was_done(mixed: Run) -> None:
    manifest = mixed.manifest
    assert (manifest["status"], manifest["rows"]) == ("done", len(mixed))
    assert manifest["settings"]["judge"]["name"] == "evidence"
    assert Counter(manifest["summary"]["outcomes"]) == Counter(
        row["outcome"] for row in mixed.table().to_pylist() if row["outcome"]
    )


def test_two_runs_give_the_same_bytes_whatever_the_number_of_workers(mixed: Run, tmp_path: Path) -> None:
    source = mixed.path.parent / "corpus.jsonl"
    assert janus("score", "dataset", source, "-o", tmp_path / "run", "--workers", 1).returncode == 1
    assert score_bytes(tmp_path / "run") == score_bytes(mixed.path)


def test_the_same_command_again_changes_nothing(mixed: Run) -> None:
    before = score_bytes(mixed.path)
    again = janus("score", "dataset", mixed.path.parent / "corpus.jsonl", "-o", mixed.path)
    assert (again.returncode, score_bytes(mixed.path)) == (1, before)


def test_other_settings_into_the_same_run_are_refused_with_what_differs(mixed: Run) -> None:
    refused = janus("score", "dataset", mixed.path.parent / "corpus.jsonl", "-o", mixed.path, "--seed", 7)
    assert refused.returncode == 2
    assert "seed: 0 there, 7 now" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["score", "dataset", "nowhere.jsonl", "-o", "run"], "nowhere.jsonl"),
        (["score", "dataset", "corpus.jsonl", "-o", "run", "--judge", "oracle"], "oracle"),
        (["score", "dataset", "corpus.jsonl", "-o", "run", "--map", "code"], "FIELD=PATH"),
        (["score", "dataset", "corpus.jsonl", "-o", "run", "--render", "maybe"], "auto, always, never"),
        (["score", "dataset", "corpus.jsonl", "-o", "run", "--engine", "cloud"], "cloud"),
        (["inspect", "."], "manifest.json"),
        (["score", "one", "--instruction", "x"], "--code"),
    ],
)
def test_usage_errors_say_what_to_do(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    write_corpus(tmp_path, svg_rows(1))
    refused = janus(*arguments, cwd=tmp_path)
    assert refused.returncode == 2
    assert complaint in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_empty_source_is_a_run_of_no_rows(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    done = janus("score", "dataset", tmp_path / "empty.jsonl", "-o", tmp_path / "run", "--json")
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, 0)
    assert pq.read_table(tmp_path / "run" / "scores").num_rows == 0


def test_inspect_shows_one_triple(mixed: Run) -> None:
    shown = janus("inspect", mixed.path, "--id", "chart")
    assert shown.returncode == 0
    assert ".png" in shown.stdout
    assert "visual_fidelity" in shown.stdout
    assert "text.title" in shown.stdout
    unknown = janus("inspect", mixed.path, "--id", "chrt")
    assert unknown.returncode == 2
    assert "chart" in unknown.stderr


def test_score_one_prints_a_verdict(tmp_path: Path) -> None:
    (tmp_path / "circle.svg").write_text(str(svg_rows(30)[20]["code"]))
    done = janus(
        "score", "one", "--instruction", "Draw an SVG: a red circle", "--code", tmp_path / "circle.svg", "--json"
    )
    verdict = json.loads(done.stdout)
    assert 1 <= verdict["score"] <= 5
    assert verdict["criteria"]["visual_fidelity"]["value"] is not None


def test_render_writes_outcomes_without_judging(tmp_path: Path) -> None:
    source = write_corpus(tmp_path, mixed_rows()[:4])
    done = janus("render", source, "-o", tmp_path / "run", "--json")
    assert (done.returncode, json.loads(done.stdout)["outcomes"]) == (0, {"ok": 2, "blank": 1, "failed": 1})
    assert "score" not in Run(tmp_path / "run").table().column_names


def test_the_library_gives_the_same_verdicts_as_the_command(mixed: Run) -> None:
    rows = [row for row in mixed_rows() if row["id"] in ("chart", "crash", "circle", "bars", "edit", "sort")]
    with jr.Scorer(judge="evidence") as scorer:
        singles = [scorer.score(row) for row in rows]
        for row, verdict in zip(rows, singles, strict=True):
            assert verdict.score == mixed[str(row["id"])]["score"], row["id"]
        assert [verdict.score for verdict in scorer.score_many(iter(rows), workers=2)] == [v.score for v in singles]
