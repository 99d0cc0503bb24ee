"""The coder's recipes and judge distillation on a tiny random model: they run to the end and leave what they promise."""

import json

import pytest
import yaml

from janus_reward.export import export_selection
from janus_reward.scoring import score_dataset
from janus_reward.select.policy_file import load_policy
from janus_reward.select.selection import select_run
from janus_reward.train import train
from training.small_drawings import corpus

pytestmark = pytest.mark.model

SHORT = {"steps": 2, "batch": 4, "evaluate_every": 2, "threads": 1}
SHARED = {"defaults": {"language": "svg", "domain": "svg"}, "held_out_most": 2, "training": SHORT,
          "judging": {"tokens": 8, "batch": 2}, "coder": {"model": "./backbone", "tune": "full"}}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("coder")
    (place / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus(12, 0)))
    score_dataset(place / "corpus.jsonl", place / "scored", workers=1)
    select_run(place / "scored", load_policy("broad"), place / "selected")
    for form in ("prompt-completion", "preference"):
        export_selection(place / "selected", place / form, form, validation=0.3, margin=0.1)
    run(place, "small-backbone", "backbone", texts="corpus.jsonl", vocabulary=1000, hidden=32, layers=1)
    return place


def run(place, recipe, name, **settings):
    path = place / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"out": name, **settings}))
    return train(recipe, path)


@pytest.mark.parametrize(
    ("recipe", "data", "further"),
    [
        ("coder-sft", "prompt-completion", {}),
        ("coder-dpo", "preference", {}),
        ("coder-dpo", "preference", {"sft": 1.0}),
        ("coder-grpo", "prompt-completion", {"generations": 4, "completion_tokens": 8, "reward": {"workers": 1}}),
    ],
)
def test_a_coder_is_trained_and_scored_before_and_after(folder, recipe, data, further):
    from transformers import AutoModelForCausalLM

    name = "-".join([recipe, *further])
    made = run(folder, recipe, name, data=data, **SHARED, **further)
    assert made["figures"]["steps"] == 2
    assert made["figures"]["before"]["answers"] == made["figures"]["after"]["answers"] == 2
    AutoModelForCausalLM.from_pretrained(folder / name)
    history = [json.loads(line) for line in (folder / name / "history.jsonl").read_text().splitlines()]
    assert any("loss" in step for step in history)
    if recipe == "coder-grpo":
        assert any("janus/scored" in step for step in history), "the reward's own metrics are in TRL's log"


def test_a_judge_is_distilled_with_negatives(folder):
    made = run(folder, "distill", "distill", scored="scored", student={"model": "./backbone", "tune": "lora", "rank": 4},
               checked=2, max_length=8192, held_out=0.2, training={**SHORT, "batch": 1})  # fmt: skip
    assert made["figures"]["lessons"] > 48 and made["figures"]["checked"] == 2
