"""Preference data from a real run: which pairs, which splits, which bytes."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
import yaml

from janus_reward.errors import InputError
from janus_reward.train import train
from janus_reward.train.dataset import Preferences
from tests.train.corpus import COLOURS, SHAPES, scored

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    scored(folder)
    return folder


def made(corpus, name, **settings):
    config = {"out": name, "scored": "scored", "pairs": "pairs.parquet", "held_out_sources": ["away"], **settings}
    (corpus / f"{name}.yaml").write_text(yaml.safe_dump(config))
    result = train("preference-data", corpus / f"{name}.yaml")
    tables = {
        kind: {
            split: pq.read_table(corpus / name / kind / f"{split}.parquet").to_pylist()
            for split in result["counts"][kind]
        }
        for kind in ("pairs", "answers")
    }
    return result, tables


@pytest.fixture(scope="module")
def plain(corpus):
    return made(corpus, "plain", picture_side=64, balance_length=False)


def test_no_answer_is_lost_and_no_instruction_is_in_two_splits(plain):
    answers = plain[1]["answers"]
    assert sum(map(len, answers.values())) == 4 * len(COLOURS) * len(SHAPES) + 1
    seen = [{row["instruction"] for row in rows} for rows in answers.values()]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]


def test_held_out_sources_and_kinds_are_in_the_test_only(plain):
    result, tables = plain
    assert {row["source"] for split in ("train", "validation") for row in tables["pairs"][split]} == {"home"}
    assert not any(row["held_out_kind"] for split in ("train", "validation") for row in tables["pairs"][split])
    assert "away" in {row["source"] for row in tables["pairs"]["test"]}
    assert result["counts"]["pairs"]["train"] > 10


def test_pairs_are_in_trls_form_with_margins_and_what_must_drop(plain):
    rows = {row["id_rejected"]: row for split in plain[1]["pairs"].values() for row in split}
    row = rows["red-circle~svg.empty"]
    assert row["prompt"] == "Draw an SVG: a red circle" and row["prompt_rejected"] is None
    assert row["chosen"].startswith("```svg\n<svg") and "circle" not in row["rejected"]
    assert (row["margin"], row["lowers"], row["equal"]) == (1.2, ["task_completion"], False)
    assert rows["red-circle~harmless.space"]["equal"]


def test_what_was_not_scored_has_no_target_and_pictures_are_small(plain):
    answers = {row["id"]: row for split in plain[1]["answers"].values() for row in split}
    assert answers["red-circle~svg.empty"]["visual_fidelity"] is None
    assert answers["red-circle~svg.empty"]["picture"] is None
    assert answers["red-circle"]["visual_fidelity"] > 1 and answers["red-circle"]["preservation"] is None
    assert answers["red-circle"]["picture"]["bytes"].startswith(b"\x89PNG")


def test_datasets_reads_both_sets_by_the_card(plain, corpus):
    from datasets import load_dataset

    for name in ("pairs", "answers"):
        loaded = load_dataset(str(corpus / "plain"), name, cache_dir=str(corpus / "cache"))
        assert {split: len(rows) for split, rows in loaded.items()} == plain[0]["counts"][name]


def test_the_same_config_gives_the_same_bytes_and_a_finished_folder_stays(corpus, plain):
    again, _ = made(corpus, "again", picture_side=64, balance_length=False)
    assert again["files"] == plain[0]["files"]
    assert train("preference-data", corpus / "plain.yaml")["files"] == plain[0]["files"]
    (corpus / "other.yaml").write_text((corpus / "plain.yaml").read_text().replace("64", "32"))
    with pytest.raises(InputError, match="other settings"):
        train("preference-data", corpus / "other.yaml")


def test_training_pairs_are_balanced_by_kind_and_length(corpus):
    result, tables = made(corpus, "balanced", per_kind=6)
    rows = [row for row in tables["pairs"]["train"] if not row["equal"]]
    longer = [(len(row["chosen"]) > len(row["rejected"])) - (len(row["chosen"]) < len(row["rejected"])) for row in rows]
    assert longer.count(1) == longer.count(-1)
    assert result["left_out"]["more than per_kind of its kind"] > 0


def only_pair(tables):
    (row,) = [row for split in tables["pairs"].values() for row in split]
    return row


def test_votes_of_people(corpus):
    votes = [
        {"a": "red-circle~svg.empty", "b": "red-circle", "votes_a": 1, "votes_b": 4},
        {"a": "red-circle", "b": "x", "votes_a": 3, "votes_b": 1},
    ]
    (corpus / "votes.jsonl").write_text("".join(json.dumps(vote) + "\n" for vote in votes))
    result, tables = made(corpus, "votes", pairs=None, votes="votes.jsonl", balance_length=False)
    row = only_pair(tables)
    assert (row["origin"], row["id_chosen"], row["margin"]) == ("votes", "red-circle", 1.0)
    assert result["left_out"]["votes: a tie, or a side is not in the run"] == 1


def test_best_of_n_within_a_prompt_passes_over_damaged_twins(corpus):
    _, tables = made(corpus, "best", pairs=None, best_of_n={"margin": 0.05}, balance_length=False)
    row = only_pair(tables)
    assert (row["origin"], row["id_chosen"], row["id_rejected"]) == ("best_of_n", "red-circle", "red-circle-2")
    assert row["margin"] >= 0.05


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("out: x\nscored: scored\nnonsense: 1\n", "unknown key 'nonsense'"),
        ("out: x\n", "'scored' is missing"),
        ("out: x\nscored: nowhere\npairs: pairs.parquet\n", "is no run"),
        ("out: x\nscored: scored\npairs: corpus.jsonl\n", "cannot be read as pairs"),
        ("out: x\nscored: scored\n", "no pairs"),
    ],
)
def test_mistakes_in_a_config_are_told_with_their_place(corpus, text, message):
    (corpus / "wrong.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        train("preference-data", corpus / "wrong.yaml")


def test_an_unknown_recipe_names_those_there_are(corpus):
    with pytest.raises(InputError, match="unknown recipe") as error:
        train("reward-modle", corpus / "plain.yaml")
    assert "reward-model" in error.value.hint


def test_signals_keep_the_names_that_they_were_measured_under(plain, corpus, tmp_path):
    """A later version may measure other signals; the data say which theirs are."""
    folder = tmp_path / "data"
    shutil.copytree(corpus / "plain", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    old = [f"old.{name}" for name in manifest["signals"]]
    (folder / "manifest.json").write_text(json.dumps(manifest | {"signals": old}))
    names, again = (Preferences(place, "train").signals(prior=False).names for place in (corpus / "plain", folder))
    assert again == tuple(f"old.{name}" for name in names) and names
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="no preference data"):
        Preferences(folder, "train")
