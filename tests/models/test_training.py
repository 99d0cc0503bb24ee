"""Recipes that need torch, on a tiny random language model: train, resume, judge, evaluate, export."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import yaml

from janus_reward.errors import InputError
from janus_reward.judges import judge_named
from janus_reward.scorer import Scorer
from janus_reward.train import train
from tests.train.corpus import scored, svg

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("training")
    scored(place)
    written(
        place,
        "data",
        scored="scored",
        pairs="pairs.parquet",
        held_out_sources=["away"],
        balance_length=False,
        picture_side=64,
    )
    train("preference-data", place / "data.yaml")
    written(place, "backbone", kind="text", texts="corpus.jsonl", hidden=32, layers=2)
    train("small-backbone", place / "backbone.yaml")
    return place


def written(place, name, **settings):
    path = place / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"out": name, **settings}))
    return path


def reward_config(place, name, **settings):
    training = {"steps": 8, "batch": 4, "rate": 1e-3, "evaluate_every": 2, "threads": 1, **settings.pop("training", {})}
    backbone = {"model": "./backbone", "tune": "lora", **settings.pop("backbone", {})}
    return written(place, name, data="data", backbone=backbone, tokens=96, training=training, **settings)


@pytest.fixture(scope="module")
def model(folder):
    made = train("reward-model", reward_config(folder, "model", signals=True, facts=True))
    assert made["figures"]["steps"] == 8
    return folder / "model"


def losses(folder):
    history = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [step["loss"] for step in history if "loss" in step]


def test_a_killed_training_goes_on_with_the_same_losses(folder, model):
    """SIGKILL once the second checkpoint is there; the same command then ends with the curve of an unbroken run."""
    config = reward_config(folder, "killed", signals=True, facts=True)
    program = (
        "import sys, os, signal, janus_reward.train.reward_trainer as t\n"
        "from janus_reward.train import train\n"
        "save = t.RewardTrainer._save_checkpoint\n"
        "def saved(self, *a, **k):\n"
        "    save(self, *a, **k)\n"
        "    if self.state.global_step == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
        "t.RewardTrainer._save_checkpoint = saved\n"
        "train('reward-model', sys.argv[1])\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    ended = subprocess.run([sys.executable, "-c", program, str(config)], env=environment, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    assert not (folder / "killed" / "recipe.json").exists()
    train("reward-model", config)
    assert losses(folder / "killed") == pytest.approx(losses(model), rel=1e-5)


def test_it_is_a_judge_like_any_other(model):
    with Scorer(judge=f"reward:{model}") as scorer:
        verdict = scorer.score(
            instruction="Draw an SVG: a red circle", code=svg('<circle cx="60" cy="60" r="40" fill="red"/>')
        )
        empty = scorer.score(instruction="Draw an SVG: a red circle", code=svg(""))
    assert verdict.judge == "reward:model" and 1 < verdict.score < 5
    assert all(1 < score.value < 5 for score in verdict.criteria.values() if score.value is not None)
    assert empty.criteria["visual_fidelity"].reason == "no_render"


def test_a_dataset_is_scored_in_batches_with_the_same_numbers(model, folder):
    from janus_reward.scoring import score_dataset

    run = score_dataset(folder / "corpus.jsonl", folder / "judged", judge=f"reward:{model}", limit=12, workers=1)
    rows = run.table(["id", "score", "task_completion", "judge_revision"]).to_pylist()
    with Scorer(judge=f"reward:{model}") as scorer:
        lines = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()[:2]]
        one_by_one = [scorer.score(line).criteria["task_completion"].value for line in lines]
    assert [row["task_completion"] for row in rows[:2]] == pytest.approx(one_by_one, abs=1e-3)
    assert {row["judge_revision"] for row in rows} == {judge_named(f"reward:{model}").revision}


def test_evaluation_compares_with_evidence_and_untrained(model, folder):
    path = written(folder, "eval", data="data", models=["model"])
    path.write_text(path.read_text().replace("out: eval", "out: eval.md"))
    figures = train("reward-eval", path)["figures"]
    assert list(figures) == ["evidence judge", "untrained", "model"]
    whole = figures["model"]["all held-out pairs"]
    assert 0 <= whole["low"] <= whole["value"] <= whole["high"] <= 1 and whole["n"] > 20
    assert "svg.empty" in (folder / "eval.md").read_text()


def test_a_text_model_is_exported_for_transformers_and_vllm(folder):
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    train("reward-model", reward_config(folder, "texts", heads=["task_completion"], training={"steps": 2}))
    path = written(folder, "parity", model="texts", data="data", rows=12, tolerance=1e-3)
    path.write_text(path.read_text().replace("out: parity", "out: parity.json"))
    made = train("reward-parity", folder / "parity.yaml")
    assert made["figures"]["transformers"] < 1e-3 and made["figures"]["reloaded"] < 1e-3
    assert "vllm serve" in made["command"]
    plain = AutoModelForSequenceClassification.from_pretrained(folder / "texts")
    assert plain.config.id2label == {0: "reward", 1: "task_completion"}
    assert AutoTokenizer.from_pretrained(folder / "texts").pad_token is not None


def test_a_vision_model_sees_the_picture(folder):
    from janus_reward.reward_model.scoring import LoadedReward
    from janus_reward.train.dataset import Preferences

    written(folder, "eyes", kind="vision", texts="corpus.jsonl", hidden=32, layers=2, side=64)
    train("small-backbone", folder / "eyes.yaml")
    backbone = {"model": "./eyes", "kind": "vision", "tune": "full"}
    train(
        "reward-model",
        reward_config(folder, "vision", backbone=backbone, heads=["visual_fidelity"], training={"steps": 2}),
    )
    loaded, data = LoadedReward.open(folder / "vision"), Preferences(folder / "data", "test")
    item = data.item(data.pairs[0]["id_chosen"], loaded.settings)
    other = data.item("green-bar" if "green-bar" in data.ids else data.ids[-1], loaded.settings)
    blind = type(item)(item.text, item.signals, other.picture)
    seen, unseen = loaded.scores([item, blind])
    assert item.picture is not None and not np.allclose(seen, unseen)


def test_trls_reward_trainer_gives_a_model_of_the_same_kind(folder):
    path = written(folder, "trl", data="data", backbone={"model": "./backbone", "tune": "full"}, tokens=128,
                   training={"steps": 2, "batch": 2, "threads": 1, "evaluate_every": 2})  # fmt: skip
    train("reward-trl", path)
    with Scorer(judge=f"reward:{folder / 'trl'}") as scorer:
        verdict = scorer.score(instruction="Draw an SVG: a dot", code=svg('<circle cx="60" cy="60" r="4"/>'))
    assert len({score.value for score in verdict.criteria.values() if score.value is not None}) == 1


def test_mistakes_in_a_config_are_found_before_training(folder):
    with pytest.raises(InputError, match="no criterion 'beauty'"):
        train("reward-model", reward_config(folder, "wrong", heads=["beauty"]))
    with pytest.raises(InputError, match="another config"):
        (folder / "model.yaml").write_text((folder / "model.yaml").read_text().replace("steps: 8", "steps: 9"))
        train("reward-model", folder / "model.yaml")
