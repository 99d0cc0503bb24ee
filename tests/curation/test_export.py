"""Training sets, each opened by what reads it: `datasets`, Croissant, LLaMA-Factory's and TRL's documented forms."""

import hashlib
import io
import json
import tarfile
from importlib.util import find_spec

import datasets
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.errors import InputError, RunConflict
from janus_reward.export import FORMATS, export_selection
from janus_reward.select import Policy, select_run

HOSTILE = "```\n</script>| `x` \u202e {{ 7*7 }} \ud800"


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 10), colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def chosen(make_run, tmp_path):
    """A selection over six rows: two answers to one prompt, a hostile one, one without a picture, one dropped."""
    run = make_run(
        [
            {"instruction": "Draw a cat", "score": 4.5, "png": png("red"), "meta": {"licence": "mit"}},
            {"instruction": "draw a  cat", "score": 3.5, "png": png("blue"), "meta": {"licence": "mit"}},
            {"instruction": HOSTILE.replace("\ud800", ""), "code": "a\n````\nb", "meta": {"licence": "mit"}},
            {"domain": "algorithm", "outcome": "not_needed", "meta": {"licence": "mit"}},
            {"instruction": "Draw a cat", "score": 2.0, "outcome": "failed"},
            {"code": "<svg><image>x</image></svg>", "language": "svg"},
        ]
    )
    return select_run(
        run, Policy.model_validate({"score": {"min": 3}, "tiers": [{"name": "all", "min": 1}]}), tmp_path / "sel"
    )


def load(path, **more):
    return datasets.load_dataset(str(path), cache_dir=str(path.parent / "cache"), **more)


@pytest.fixture
def source_run(shown_run, tmp_path):
    """A selection of everything in a run whose prompts show more than words, and its source."""
    run, source = shown_run
    return select_run(run, Policy(), tmp_path / "sel-shown"), source


def test_every_form_holds_the_kept_rows_and_true_hashes(chosen, tmp_path):
    for name in FORMATS:
        made = export_selection(chosen, tmp_path / name, name)
        for file in made["files"]:
            data = (tmp_path / name / file["path"]).read_bytes()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["bytes"])
        assert (tmp_path / name / "README.md").read_text().startswith("---\nlicense: ")
        expected = {"preference": 2, "reward": 6, "sharegpt": 4}.get(name, 5)
        assert made["rows"] == expected, name
    assert made["left_out"] == {}


def test_the_same_selection_gives_the_same_bytes(chosen, tmp_path):
    for name in FORMATS:
        first = export_selection(chosen, tmp_path / "a" / name, name, name="set")
        second = export_selection(chosen, tmp_path / "b" / name, name, name="set")
        assert [file for file in first["files"]] == [file for file in second["files"]]


def test_datasets_reads_pictures_that_are_those_of_the_run(chosen, tmp_path):
    export_selection(chosen, tmp_path / "set", "datasets")
    loaded = load(tmp_path / "set")["train"]
    assert loaded[0]["render"].getpixel((0, 0)) == (255, 0, 0)
    assert loaded[3]["render"] is None
    assert loaded[2]["code"] == "a\n````\nb"
    assert pq.ParquetFile(tmp_path / "set" / "data" / "train-00000.parquet").metadata.row_group(0).num_rows <= 100


def test_pictures_by_hash_lie_beside_the_plain_table(chosen, tmp_path):
    export_selection(chosen, tmp_path / "set", "parquet")
    row = load(tmp_path / "set")["train"][0]
    data = (tmp_path / "set" / row["render"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() in row["render"]


def test_llama_factory_finds_conversations_by_its_documented_description(source_run, tmp_path):
    selection, source = source_run
    export_selection(selection, tmp_path / "set", "sharegpt", source=source, name="mine")
    told = json.loads((tmp_path / "set" / "dataset_info.json").read_text())["mine"]
    assert told["formatting"] == "sharegpt"
    rows = [json.loads(line) for line in (tmp_path / "set" / told["file_name"]).read_text().splitlines()]
    tags = told["tags"]
    for row in rows:
        turns = row[told["columns"]["messages"]]
        assert [turn[tags["role_tag"]] for turn in turns] == [tags["user_tag"], tags["assistant_tag"]]
        shown = sum(turn[tags["content_tag"]].count("<image>") for turn in turns)
        assert shown == len(row[told["columns"]["images"]])
        for path in row["images"]:
            Image.open(tmp_path / "set" / path).verify()
    assert [len(row["images"]) for row in rows] == [1, 0, 0]
    assert "<svg id='b'/>" in rows[1]["conversations"][0]["value"]
    assert load(tmp_path / "set")["train"].num_rows == 3


def test_a_row_whose_text_would_be_taken_for_a_picture_is_left_out_and_counted(chosen, tmp_path):
    made = export_selection(chosen, tmp_path / "set", "sharegpt")
    assert list(made["left_out"].values()) == [1]
    assert "<image>" in next(iter(made["left_out"]))


def test_the_source_is_found_where_the_run_read_it(source_run, tmp_path):
    made = export_selection(source_run[0], tmp_path / "set", "sft")
    assert (made["rows"], made["left_out"]) == (3, {})


@pytest.mark.parametrize("gone", [True, False])
def test_without_the_source_as_it_was_rows_that_show_more_are_left_out_and_counted(source_run, tmp_path, gone):
    selection, source = source_run
    if gone:
        source.unlink()
    else:
        source.write_text(source.read_text() + "\n{}")
    made = export_selection(selection, tmp_path / "set", "sft")
    assert made["rows"] == 1
    assert sum(made["left_out"].values()) == 2
    assert all("give --source" in why for why in made["left_out"])
    assert "images" not in load(tmp_path / "set")["train"].column_names


def test_another_source_is_refused(source_run, tmp_path):
    selection, source = source_run
    source.write_text(source.read_text() + "\n{}")
    with pytest.raises(InputError, match="is not the dataset"):
        export_selection(selection, tmp_path / "set", "sft", source=source)


def conversation(value) -> bool:
    return isinstance(value, list) and all(set(turn) == {"role", "content"} for turn in value)


def test_trl_takes_the_rows_for_conversations(source_run, chosen, tmp_path):
    selection, source = source_run
    wanted = {
        "sft": ["messages"],
        "prompt-completion": ["prompt", "completion"],
        "preference": ["prompt", "chosen", "rejected"],
    }
    for name, columns in wanted.items():
        of_pairs = name == "preference"
        export_selection(chosen if of_pairs else selection, tmp_path / name, name, source=None if of_pairs else source)
        rows = load(tmp_path / name)["train"]
        for row in rows:
            assert all(conversation(row[column]) for column in columns)
        if find_spec("trl"):
            from trl.data_utils import is_conversational

            assert is_conversational(rows[0])
    visual = load(tmp_path / "sft")["train"]
    assert [len(images) for images in visual["images"]] == [1, 0, 0]


def test_pairs_hold_the_best_answer_beside_worse_ones_with_their_margin(chosen, tmp_path):
    export_selection(chosen, tmp_path / "set", "preference", margin=0.5)
    rows = load(tmp_path / "set")["train"]
    assert [(row["id_chosen"], row["id_rejected"], row["margin"]) for row in rows] == [
        ("row-0", "row-1", 1.0),
        ("row-0", "row-4", 2.5),
    ]
    export_selection(chosen, tmp_path / "wide", "preference", margin=2)
    assert load(tmp_path / "wide")["train"]["id_rejected"] == ["row-4"]


def test_reward_tables_keep_missing_scores_missing(make_run, tmp_path):
    run = make_run([{}, {"visual_fidelity": None, "visual_fidelity_reason": "no_render", "score": 2.0}])
    selection = select_run(run, Policy.model_validate({"score": {"min": 3}}), tmp_path / "sel")
    export_selection(selection, tmp_path / "set", "reward")
    rows = load(tmp_path / "set")["train"]
    assert rows["visual_fidelity"] == [4.0, None]
    assert rows["decision"] == ["keep", "drop"]


def test_webdataset_shards_open_as_samples(chosen, tmp_path):
    made = export_selection(chosen, tmp_path / "set", "webdataset")
    assert made["rows"] == 5
    shards = [file["path"] for file in made["files"] if file["path"].endswith(".tar")]
    assert shards == ["data/train-code-00000.tar", "data/train-render-00000.tar"]
    with tarfile.open(tmp_path / "set" / shards[1]) as tar:
        assert {member.mtime for member in tar} == {0}
    loaded = load(tmp_path / "set", name="render", split="train")
    assert loaded[0]["json"]["instruction"] == "Draw a cat"
    assert loaded[0]["render.png"].getpixel((0, 0)) == (255, 0, 0)
    assert load(tmp_path / "set", name="code", split="train").num_rows == 3


def test_croissant_is_valid_and_reads_the_rows(chosen, tmp_path):
    import mlcroissant

    for name in ("datasets", "sharegpt", "reward"):
        export_selection(chosen, tmp_path / name, name)
        dataset = mlcroissant.Dataset(str(tmp_path / name / "croissant.json"))
        assert not dataset.metadata.ctx.issues.errors
        assert dataset.metadata.ctx.is_v1_1()
        assert dataset.metadata.data_biases
        first = next(iter(dataset.records(record_set="train" if name == "sharegpt" else "train-00000")))
        assert first[next(key for key in first if key.endswith("/id"))] == b"row-0"


def test_all_answers_to_a_prompt_are_on_one_side_of_a_split(make_run, tmp_path):
    run = make_run([{"instruction": f"Task {at % 40}", "code": f"c{at}"} for at in range(200)])
    selection = select_run(run, Policy(), tmp_path / "sel")
    made = export_selection(selection, tmp_path / "set", "parquet", validation=0.3)
    assert sum(made["splits"].values()) == 200
    loaded = load(tmp_path / "set")
    sides = [set(loaded[split]["instruction"]) for split in ("train", "validation")]
    assert sides[0] and sides[1] and not sides[0] & sides[1]


def test_a_selection_with_too_few_scores_is_not_exported_unless_told(make_run, tmp_path):
    run = make_run([{"score": 4.0}] + [{"score": None}] * 3)
    selection = select_run(run, Policy(), tmp_path / "sel")
    with pytest.raises(InputError, match=r"only 25\.0% of the rows"):
        export_selection(selection, tmp_path / "set", "sft")
    assert export_selection(selection, tmp_path / "set", "sft", coverage=0.2)["rows"] == 1


def test_a_finished_set_is_returned_and_something_else_is_not_overwritten(chosen, tmp_path):
    first = export_selection(chosen, tmp_path / "set", "sft")
    assert export_selection(chosen, tmp_path / "set", "sft") == first
    with pytest.raises(RunConflict, match="holds something else"):
        export_selection(chosen, tmp_path / "set", "reward")
    assert not list(tmp_path.glob(".*.part"))


def test_the_certificate_of_decontaminate_is_published_with_the_set(make_run, tmp_path):
    import pyarrow as pa

    (tmp_path / "decon").mkdir()
    table = pa.Table.from_pylist(
        [{"id": "row-1", "benchmark": "mbpp", "item": "1", "evidence": "answer", "similarity": 1.0, "removed": True}]
    )
    pq.write_table(table, tmp_path / "decon" / "hits.parquet")
    (tmp_path / "decon" / "certificate.json").write_text('{"benchmarks": ["mbpp"]}')
    selection = select_run(make_run([{}, {}]), Policy(), tmp_path / "sel", contamination=tmp_path / "decon")
    made = export_selection(selection, tmp_path / "set", "sft")
    assert made["rows"] == 1
    assert json.loads((tmp_path / "set" / "certificate.json").read_text()) == {"benchmarks": ["mbpp"]}
    assert "see `certificate.json`" in (tmp_path / "set" / "README.md").read_text()


def test_the_card_of_a_hostile_set_is_still_its_own(make_run, tmp_path):
    licence = "x`|\n# Owned\n<script>alert(1)</script>"
    run = make_run([{"meta": {"licence": licence}}, {}])
    export_selection(select_run(run, Policy(), tmp_path / "sel"), tmp_path / "set", "sft")
    text = (tmp_path / "set" / "README.md").read_text()
    assert "<script" not in text
    assert "\n# Owned" not in text


def test_the_command_line(chosen, tmp_path):
    runner = CliRunner()
    done = runner.invoke(app, ["export", str(chosen.path), "-o", str(tmp_path / "set"), "--format", "sft", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["splits"] == {"train": 5}
    again = [
        "select",
        str(chosen.run().path),
        "--policy",
        "broad",
        "-o",
        str(tmp_path / "both"),
        "--format",
        "sharegpt",
    ]
    assert runner.invoke(app, again).exit_code == 0
    assert (tmp_path / "both" / "sharegpt" / "dataset_info.json").exists()
    assert isinstance(
        runner.invoke(app, ["export", str(chosen.path), "-o", "x", "--format", "zip"]).exception, InputError
    )
