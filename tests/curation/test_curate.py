"""One file, one job: every step runs once, resumes, and runs again only when something before it changed."""

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.curate import curate, read_config
from janus_reward.curate import steps as rooms
from janus_reward.errors import InputError, RunConflict

RECORDS = [
    {"id": "a", "instruction": "Draw a red circle", "code": "<svg xmlns='http://www.w3.org/2000/svg'/>", "language": "svg"},
    {"id": "b", "instruction": "Sort a list of numbers", "code": "def f(x):\n    return sorted(x)\n", "language": "python", "domain": "algorithm"},
    {"id": "c", "instruction": "Reverse a text", "code": "def g(x):\n    return x[::-1]\n", "language": "python", "domain": "algorithm"},
]  # fmt: skip
CONFIG = """
source: corpus.jsonl
out: job
coverage: 0.5
score: {render: never, workers: 1}
select: {policy: {name: mine, outcomes: [ok, partial, not_needed], score: {min: 1}}}
export:
  - {format: sharegpt}
  - {format: datasets, name: hub}
report: {title: Three rows, gallery: 10}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    file = tmp_path / "curate.yaml"
    file.write_text(CONFIG)
    return file


def run(file):
    said: list[tuple[str, str]] = []
    outcome = curate(read_config(file), on_step=lambda name, state: said.append((name, state)))
    return outcome, dict(said)


@pytest.mark.e2e
def test_one_file_leads_from_rows_to_sets_and_a_report(config, tmp_path):
    outcome, said = run(config)
    assert said == dict.fromkeys(("score", "select", "export", "report"), "runs")
    assert outcome["rows"] == 3
    assert outcome["selection"]["kept"] == outcome["exports"]["sharegpt"]["rows"] == 2
    assert (tmp_path / "job" / "export" / "hub" / "data" / "train-00000.parquet").exists()
    assert "Three rows" in (tmp_path / "job" / "report" / "audit.html").read_text()[:400]
    assert "# Audit of Three rows" in (tmp_path / "job" / "report" / "audit.md").read_text()
    again, said = run(config)
    assert said == dict.fromkeys(("score", "select", "export", "report"), "done before")
    assert again["selection"] == outcome["selection"]


@pytest.mark.e2e
def test_a_changed_policy_repeats_the_steps_from_there_on_and_keeps_the_scores(config, tmp_path):
    run(config)
    scores = next((tmp_path / "job" / "score" / "scores").glob("*.parquet"))
    before = scores.stat().st_mtime_ns
    config.write_text(CONFIG.replace("score: {min: 1}", "score: {min: 5}"))
    outcome, said = run(config)
    assert said == {"score": "done before", "select": "again", "export": "again", "report": "again"}
    assert outcome["selection"]["kept"] == 0
    assert scores.stat().st_mtime_ns == before


@pytest.mark.e2e
def test_a_job_that_was_stopped_goes_on(config, monkeypatch):
    def full(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("janus_reward.export.package.export_selection", full)
        with pytest.raises(Exception, match="stopped by a signal"):
            run(config)
    outcome, said = run(config)
    assert (said["select"], said["export"]) == ("done before", "runs")
    assert outcome["exports"]["hub"]["rows"] == 2


def killed_at(file, line: str) -> bool:
    """Start the command and kill it as soon as it says `line`; whether it got there."""
    command = [sys.executable, "-m", "janus_reward", "curate", str(file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as started:
        for said in started.stderr:
            if said.strip() == line:
                started.send_signal(signal.SIGKILL)
                return True
    return False


def content(job) -> dict[str, str]:
    """Hashes of a job's files; manifests without what no two runs agree on."""
    found = {}
    for path in sorted(job.rglob("*")):
        name = path.relative_to(job).as_posix()
        if not path.is_file() or path.name == ".lock" or "timings" in name:
            continue
        data = path.read_bytes()
        if path.name == "manifest.json":
            data = re.sub(rb': \d+\.\d+(e-?\d+)?|"batch": "\w+"', b": of this start", data)
        if path.name in ("audit.html", "audit.md"):
            data = re.sub(rb'"cost":\{[^}]*\{[^}]*\}[^}]*\}', b"", data)
        found[name] = hashlib.sha256(data).hexdigest()
    return found


@pytest.mark.e2e
def test_a_job_that_is_killed_at_any_step_ends_with_the_same_bytes(config, tmp_path):
    config.write_text(CONFIG + "dedup: {threshold: 0.8}\n")
    run(config)
    clean = content(tmp_path / "job")
    shutil.rmtree(tmp_path / "job")
    for step in ("score", "dedup", "select", "export", "report"):
        assert killed_at(config, f"{step}: runs"), step
    outcome, said = run(config)
    assert (said["score"], said["select"]) == ("done before", "done before")
    assert outcome["exports"]["hub"]["rows"] == 2
    assert content(tmp_path / "job") == clean


@pytest.mark.e2e
def test_another_corpus_into_the_same_job_is_refused(config, tmp_path):
    run(config)
    (tmp_path / "corpus.jsonl").write_text(json.dumps(RECORDS[0]))
    with pytest.raises(RunConflict, match="source_sha256"):
        run(config)


def test_the_steps_stand_in_the_order_of_the_funnel():
    assert [step.name for step in rooms.STEPS] == ["score", "dedup", "decontaminate", "select", "export", "report"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source: x\n", "'out' is missing"),
        ("source: x\nout: y\nscroe: {}\n", "unknown key 'scroe'"),
        ("source: x\nout: y\nexport: [{format: sft, validation: 2}]\n", "curate.yaml:3: export.0"),
        ("source: x\nout: y\nexport: [{format: zip}]\n", "unknown format 'zip'"),
        ("source: x\nout: y\nselect:\n  policy:\n    scor: {min: 3}\n", "curate.yaml:5: scor: unknown key"),
        ("- x", "no mapping"),
    ],
)
def test_a_wrong_file_is_told_by_file_and_line(tmp_path, text, told):
    file = tmp_path / "curate.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read_config(file)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("select: {policy: best}\n", "no policy 'best'"),
        ("select: {policy: nowhere.yaml}\n", "nowhere.yaml: cannot be read"),
        ("select: {policy: januscoder-clean}\n", "the policy needs the step dedup"),
        ("dedup: {treshold: 0.8}\n", "dedup: unknown key 'treshold'"),
        ("dedup: {threshold: 7}\n", "threshold"),
        ("decontaminate: {data: x}\n", "`against` is a list"),
        ("decontaminate: {against: [humanevil]}\n", "'humanevil' is neither a benchmark"),
        ("export: [{format: sft}, {format: sft}]\n", "sft is there twice"),
    ],
)
def test_what_no_step_could_do_is_refused_before_a_row_is_scored(tmp_path, text, told):
    (tmp_path / "corpus.jsonl").write_text(json.dumps(RECORDS[0]))
    file = tmp_path / "curate.yaml"
    file.write_text(f"source: corpus.jsonl\nout: job\n{text}")
    with pytest.raises(InputError) as error:
        run(file)
    assert told in str(error.value)
    assert not (tmp_path / "job").exists()


def test_files_that_the_configuration_names_lie_beside_it(tmp_path):
    file = tmp_path / "curate.yaml"
    file.write_text(
        "source: x\nout: job\nscore: {judge: judge.yaml, ledger: replies}\n"
        "decontaminate: {against: [mbpp, mbpp=items.jsonl, items.jsonl], data: items}\n"
        "select: {policy: {score: {precision: 0.9, labels: labels.jsonl}}}\n"
    )
    (tmp_path / "items.jsonl").write_text("")
    config = read_config(file)
    items = f"{tmp_path / 'items.jsonl'}"
    assert config.decontaminate == {"against": ["mbpp", f"mbpp={items}", items], "data": str(tmp_path / "items")}
    assert (config.score.judge, config.score.ledger) == (str(tmp_path / "judge.yaml"), str(tmp_path / "replies"))
    assert config.select.policy["score"]["labels"] == str(tmp_path / "labels.jsonl")


@pytest.mark.e2e
def test_the_command_line(config, tmp_path):
    said = CliRunner().invoke(app, ["curate", str(config), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["report"] == str(tmp_path / "job" / "report" / "audit.html")
