"""A real small coder through synthesis and evaluation: weak, so what is checked is that nothing is lost or made up.

Run by `bash scripts/test_models.sh`, as `test_real_model.py` is.
"""

import json

import pytest
import yaml

from janus_reward.coder_eval import Coder, evaluate_coder
from janus_reward.synthesis import read_config, synthesize
from janus_reward.synthesis.job import STAGES
from tests.models.test_real_model import address  # noqa: F401

pytestmark = pytest.mark.model

SEED = {
    "id": "square",
    "instruction": "Draw a red square in an SVG of 100 by 100",
    "code": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect x="20" y="20" width="60" height="60" fill="red"/></svg>\n',
    "language": "svg",
    "domain": "svg",
    "task": "generate",
}


@pytest.fixture
def generator(address):  # noqa: F811
    chat = {"endpoint": f"{address}/v1", "in_flight": 2, "timeout_s": 900}
    return {"engine": "chat", "name": "smollm2", "model": "smollm2", "revision": "q4_1", "chat": chat}


def test_every_plan_of_a_real_synthesis_ends_with_a_reason_and_its_cost(generator, tmp_path):
    (tmp_path / "seeds.jsonl").write_text(json.dumps(SEED) + "\n")
    config = {
        "generator": generator,
        "seeds": "seeds.jsonl",
        "taxonomy": ["svg"],
        "strategies": {"recontextualization": {"jobs": 1}, "guided_evolution": {"jobs": 1}, "edit": {"jobs": 1}},
        "tries": 2,
        "accept": {"min_score": 2.5},
        "drawing": {"max_tokens": 250, "max_instruction_tokens": 80},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    made = synthesize(*read_config(tmp_path / "config.yaml"), tmp_path / "run", workers=1)
    rows = list(made.rows())
    assert len(rows) == 3
    for row in rows:
        assert row["status"] in ("kept", "dropped")
        assert row["reason"]
        assert row["tokens_in"] > 50
        assert row["tokens_out"] > 0
        assert len(row["keys"]) == row["calls"]
    kept = (tmp_path / "run" / "triples.jsonl").read_text().splitlines()
    assert len(kept) == made.funnel["all"].kept
    reached = [made.funnel["all"].reached[stage] for stage in STAGES]
    assert reached == sorted(reached, reverse=True)
    assert sum(made.funnel["all"].reasons.values()) + made.funnel["all"].kept == 3


def test_a_real_coder_is_evaluated_and_its_answers_are_not_paid_twice(generator, tmp_path):
    items = [
        {"id": name, "instruction": f"Draw a {name} in SVG", "code": SEED["code"]} for name in ("circle", "square")
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    suite = {
        "title": "Two drawings",
        "items": {"file": "items.jsonl"},
        "language": "svg",
        "domain": "svg",
        "task": "generate",
        "prompt": "drawing",
        "metrics": ["svg_valid", "tree_bleu", "ms_ssim", "rubric"],
        "sampling": {"max_tokens": 250},
    }
    (tmp_path / "suite.yaml").write_text(yaml.safe_dump(suite))
    (tmp_path / "coder.yaml").write_text(yaml.safe_dump(generator))
    options = {"data": tmp_path, "workers": 1, "ledger": tmp_path / "ledger"}
    coder, suite_file = Coder(str(tmp_path / "coder.yaml")), str(tmp_path / "suite.yaml")
    run = evaluate_coder(coder, suite_file, tmp_path / "a", **options)
    assert [row["id"] for row in run.rows] == ["circle", "square"]
    assert all(row["tokens_out"] > 0 for row in run.rows)
    assert all(line.scored == 2 for line in run.results() if line.name != "rubric")
    again = evaluate_coder(coder, suite_file, tmp_path / "b", **options)
    assert again.manifest["cost"]["calls"] == 0
    assert [row["code"] for row in again.rows] == [row["code"] for row in run.rows]
