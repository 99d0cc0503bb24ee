"""`janus-reward judge agree | calibrate | card` on a real run, as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import janus_reward as jr
from janus_reward.cli import app
from janus_reward.errors import InputError, JanusError
from janus_reward.run import Run

CODES = {
    "clean": "def area(width, height):\n    return width * height\n",
    "unused": "import os\nimport sys\n\ndef area(width, height):\n    return width * height\n",
    "undefined": "def area(width, height):\n    return wdith * height\n",
    "broken": "def area(width, height:\n    return width * height\n",
    "cut": "def area(width, height):\n    # the rest of the code here\n    ...\n",
    "bare": "def area(a, b):\n    try:\n        return a * b\n    except:\n        pass\n",
}
GRADES = {"clean": 5, "unused": 4, "undefined": 2, "broken": 1, "cut": 1, "bare": 3}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("judge")
    asked = {"instruction": "Compute an area", "domain": "algorithm", "language": "python"}
    rows = [{"id": f"{name}-{copy}", "code": code, **asked} for copy in range(3) for name, code in CODES.items()]
    source = folder / "data.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return jr.score_dataset(source, folder / "run", workers=1)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    rows = [{"id": f"{name}-{copy}", "score": GRADES[name], "kind": name} for copy in range(3) for name in GRADES]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def call(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["judge", *map(str, arguments)])
    if isinstance(result.exception, JanusError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_agreement_is_told_as_a_table_as_json_and_as_markdown(run: Run, labels: Path, tmp_path: Path) -> None:
    out = tmp_path / "agree.md"
    told = call("agree", run.path, "--labels", labels, "--criterion", "code_quality", "--by", "outcome", "-o", out)
    assert "Spearman" in told and "18 of 18" in told
    assert "| Spearman |" in out.read_text(encoding="utf-8")
    found = json.loads(call("agree", run.path, "--labels", labels, "--criterion", "code_quality", "--json"))
    assert found["whole"]["measures"]["spearman"]["value"] > 0.5


def test_a_column_that_is_not_there_is_refused_with_those_there_are(run: Run, labels: Path) -> None:
    with pytest.raises(InputError, match="no column 'taste'") as refused:
        call("agree", run.path, "--labels", labels, "--criterion", "taste")
    assert "code_quality" in (refused.value.hint or "")


def test_a_calibrated_judge_file_scores_on_the_labels_scale(run: Run, labels: Path, tmp_path: Path) -> None:
    judge = tmp_path / "judge.yaml"
    call("calibrate", run.path, "--labels", labels, "--criterion", "code_quality", "--group", "kind", "-o", judge)
    again = jr.score_dataset(run.path.parent / "data.jsonl", tmp_path / "run", judge=str(judge), workers=1)
    row = again["unused-0"]
    if row["code_quality"] is None:
        assert row["code_quality_reason"] == "disagreement"
    else:
        low, high = row["intervals"]["code_quality"]
        assert low <= row["code_quality"] <= high
    assert row["judge"] == "evidence" and "calibrated" in row["judge_revision"]


def test_calibrating_on_pairs_or_on_too_little_is_refused(run: Run, tmp_path: Path) -> None:
    pairs, few = tmp_path / "p.jsonl", tmp_path / "f.jsonl"
    pairs.write_text('{"a": "clean-0", "b": "cut-0", "preferred": "a"}\n', encoding="utf-8")
    few.write_text('{"id": "clean-0", "score": 5}\n', encoding="utf-8")
    for file, message in ((pairs, "holds pairs"), (few, "too few")):
        with pytest.raises(InputError, match=message):
            call("calibrate", run.path, "--labels", file, "--criterion", "code_quality", "-o", tmp_path / "j.yaml")


def test_a_report_card_counts_damage_seen_and_scores_raised(run: Run, tmp_path: Path) -> None:
    kinds = [("undefined", "code.wrong_name"), ("cut", "code.stub"), ("clean", "attack.text"), ("clean", "harmless.x")]
    rows = [
        {
            "good_id": f"clean-{copy}",
            "bad_id": f"{bad}-{copy}",
            "kind": kind,
            "family": kind.partition(".")[0],
            "lowers": ["code_quality"] if kind.startswith("code") else [],
            "holdout_kind": kind == "code.stub",
            "holdout_source": False,
        }
        for copy in range(3)
        for bad, kind in kinds
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pairs.parquet")
    out = tmp_path / "card.md"
    call("card", run.path, "--pairs", tmp_path / "pairs.parquet", "--retest", run.path, "-o", out)
    lines = {line["name"]: line["estimate"] for line in json.loads(out.with_suffix(".json").read_text())["lines"]}
    assert lines["kinds and sources that were fitted on"]["value"] == 1
    assert lines["held-out kinds and sources"]["n"] == 3
    assert lines["text that begs: scores raised by more than 0.05"]["value"] == 0
    assert lines["rows with the same score"]["value"] == 1
    assert "# Report card of the judge evidence" in out.read_text(encoding="utf-8")


def test_labels_of_another_run_are_an_error_that_shows_this_runs_ids(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "others.jsonl"
    for row in ({"id": "elsewhere", "score": 3}, {"a": "elsewhere", "b": "nowhere", "preferred": "a"}):
        path.write_text(json.dumps(row), encoding="utf-8")
        with pytest.raises(InputError, match="none of the labels") as caught:
            call("agree", run.path, "--labels", path, "--criterion", "code_quality")
        assert "bare-0" in str(caught.value.hint)


def test_a_broken_line_of_labels_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": "clean-0", "score": 3}\n{"id": "clean-1"', encoding="utf-8")
    with pytest.raises(InputError, match="row 2: not JSON"):
        call("agree", run.path, "--labels", path, "--criterion", "code_quality")
