"""The command: files in, folder out, clear words when something is wrong."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.decontaminate.dataset import decontaminate_dataset
from janus_reward.decontaminate.registry import Registry
from janus_reward.errors import InputError, RunConflict

QUESTION = (
    "Draw a small multiple of twelve line charts, one for every month, in which the temperature of the last thirty "
    "years is grey and the present year stands out in red; the axes are shared."
)
HOSTILE = "<script>alert(1)</script> | [x](javascript:1) " + QUESTION


@pytest.fixture
def data(tmp_path):
    rows = [
        {"id": "clean", "instruction": "Plot the rainfall of Bergen as bars.", "code": "print(1)"},
        {"id": "leak", "instruction": f"Task: {HOSTILE}", "code": "print(2)", "meta": {"source": "Weather Gallery"}},
        {"id": "empty"},
    ]
    source, bench = tmp_path / "data.jsonl", tmp_path / "weather.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    bench.write_text(json.dumps({"id": "w1", "instruction": QUESTION, "code": ""}) + "\n")
    return source, bench


def test_the_row_that_holds_an_item_goes_and_the_report_says_why(data, tmp_path):
    source, bench = data
    out = tmp_path / "out"
    counts = decontaminate_dataset(source, out, [str(bench)])
    assert (counts["rows"], counts["removed"], counts["kept"]) == (3, 1, 2)
    assert pq.read_table(out / "kept.parquet").column("id").to_pylist() == ["clean", "empty"]
    (hit,) = pq.read_table(out / "hits.parquet").to_pylist()
    assert (hit["id"], hit["benchmark"], hit["item"], hit["evidence"], hit["removed"]) == (
        "leak", "weather", "w1", "question", True,
    )  # fmt: skip
    assert "temperature of the last thirty" in hit["row_text"]
    report = (out / "report.md").read_text()
    assert "<script>" not in report and "](javascript" not in report
    certificate = json.loads((out / "certificate.json").read_text())
    assert len(certificate["benchmarks"][0]["sha256"]) == 64
    assert certificate["benchmarks"][0]["revision"] == "unversioned"
    assert certificate["counts"]["removed"] == 1


@pytest.mark.parametrize(
    ("asked", "about", "revision"),
    [
        ("own", "", "v1.2"),
        ("own", "sha256: {sha256}", "v1.2"),
        ("own", f"sha256: '{'0' * 64}'", "unversioned"),
        ("own={bench}", "", "unversioned"),
        ("own={bench}", "sha256: {sha256}", "v1.2"),
    ],
)
def test_the_certificate_tells_the_revision_of_the_very_bytes_that_were_read(data, tmp_path, asked, about, revision):
    source, bench = data
    first = tmp_path / "first"
    decontaminate_dataset(source, first, [str(bench)])
    (known,) = json.loads((first / "certificate.json").read_text())["benchmarks"]
    entry = f"{{id: own, title: Own, file: weather.jsonl, revision: v1.2, fields: {{question: instruction}}, {about}}}"
    registry = tmp_path / "registry.yaml"
    registry.write_text(f"benchmarks: [{entry.replace('{sha256}', known['sha256'])}]")
    out, against = tmp_path / "out", asked.format(bench=bench)
    decontaminate_dataset(source, out, [against], registry=Registry.load(registry), data=tmp_path)
    (told,) = json.loads((out / "certificate.json").read_text())["benchmarks"]
    assert told["revision"] == revision


def test_a_dry_run_removes_nothing_and_tells_the_same(data, tmp_path):
    source, bench = data
    counts = decontaminate_dataset(source, tmp_path / "out", [str(bench)], dry_run=True)
    assert (counts["contaminated"], counts["removed"]) == (1, 0)
    assert pq.read_table(tmp_path / "out" / "kept.parquet").num_rows == 3


def test_two_runs_give_the_same_bytes_and_a_finished_one_is_read_again(data, tmp_path):
    source, bench = data
    for name in ("a", "b", "a"):
        decontaminate_dataset(source, tmp_path / name, [str(bench)])
    for file in ("kept.parquet", "hits.parquet", "report.md", "certificate.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_benchmark_in_the_same_folder_is_refused(data, tmp_path):
    source, bench = data
    decontaminate_dataset(source, tmp_path / "out", [str(bench)])
    other = tmp_path / "other.jsonl"
    other.write_text(
        json.dumps({"id": "o", "instruction": "Something else entirely, in quite a few more words."}) + "\n"
    )
    with pytest.raises(RunConflict):
        decontaminate_dataset(source, tmp_path / "out", [str(other)])


@pytest.mark.parametrize(
    ("against", "told"),
    [
        ("nowhere", "neither a benchmark of the registry nor a file"),
        ("nobody=x.jsonl", "no benchmark is called 'nobody'"),
        ("dtvbench", "dtvbench.jsonl is not below the data folder"),
    ],
)
def test_what_cannot_be_compared_with_is_named(data, tmp_path, against, told):
    with pytest.raises(InputError, match=told):
        decontaminate_dataset(data[0], tmp_path / "out", [against], data=tmp_path)


def test_a_broken_line_of_a_benchmark_is_named(data, tmp_path):
    bench = tmp_path / "broken.jsonl"
    bench.write_text('{"instruction": "a"}\n{"instruction": \n')
    with pytest.raises(InputError, match=r"broken\.jsonl.*2"):
        decontaminate_dataset(data[0], tmp_path / "out", [str(bench)])


def test_the_registry_has_each_benchmark_once_with_fields_to_look_at():
    registry = Registry.load()
    assert len(registry) >= 30
    for benchmark in registry:
        fields = benchmark.fields
        assert fields.question or fields.answer, benchmark.id
        assert benchmark.licence or benchmark.note or benchmark.home, benchmark.id


def test_a_registry_of_ones_own_is_checked(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("benchmarks:\n- {id: a, title: A}\n- {id: b}\n")
    with pytest.raises(InputError, match="entry 2: title"):
        Registry.load(path)


def test_the_command_prints_the_report_and_where_it_lies(data, tmp_path):
    source, bench = data
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["decontaminate", str(source), "-o", str(out), "--against", str(bench)])
    assert done.exit_code == 1, done.output  # the empty row is an error of the source
    assert "1 removed" in done.output and "results:" in done.output and "1 rows have errors" in done.output
    assert "row 2 (empty): data.jsonl: row 2 (line 3)" in done.output
    again = CliRunner().invoke(app, ["decontaminate", str(source), "-o", str(out), "--against", str(bench), "--json"])
    assert json.loads(again.stdout.splitlines()[-1])["kept"] == 2
