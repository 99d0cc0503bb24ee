"""Model judges through `score dataset`: every row comes out once, nothing is scored by default, runs resume."""

import json
import shutil
import threading

import pytest
import yaml

from janus_reward.errors import InputError, JanusError, RubricError, Stopped
from janus_reward.judges import judge_named
from janus_reward.judges.engine.base import EndpointDown, EndpointRefused
from janus_reward.scorer import Scorer
from janus_reward.scoring import score_dataset
from tests.judges.endpoint import Endpoint, FaultProxy, by_schema, completion, texts

CRITERIA = ("task_relevance", "task_completion", "visual_fidelity", "code_quality")


def write_rows(folder, count=6):
    folder.mkdir(parents=True, exist_ok=True)
    from PIL import Image

    rows = []
    for number in range(count):
        picture = Image.new("RGB", (64, 48), "white")
        picture.paste((number * 20, 90, 200), (10, 5 + number, 50, 40))
        picture.save(folder / f"{number}.png")
        code = f"import matplotlib.pyplot as plt\n# comment {number}\nplt.bar([1, 2], [{number}, 3])\nplt.show()\n"
        row = {"id": f"r{number}", "instruction": f"Bars of {number} and 3", "code": code, "render": f"{number}.png"}
        rows.append(row | {"language": "python", "domain": "chart", "task": "generate", "checklist": ["Two bars?"]})
    rows[3]["code"] = None
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{not json\n")
    return path


def write_judge(path, url, **fields):
    chat = {"endpoint": url, "backoff_s": 0.001, "timeout_s": 60, "in_flight": 8} | fields.pop("chat", {})
    content = {"judge": "model", "engine": "chat", "model": "fake", "revision": "1", "vision": True, "chat": chat}
    path.write_text(yaml.safe_dump(content | fields))
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_rows(tmp_path_factory.mktemp("rows"))


@pytest.fixture
def endpoint():
    server = Endpoint()
    yield server
    server.close()


def scored(source, out, judge, **options):
    return score_dataset(source, out, judge=str(judge), workers=1, shard_rows=4, render="never", **options)


def table(run):
    rows = run.table().to_pylist()
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_every_row_is_judged_by_what_it_may_see(source, endpoint, tmp_path):
    run = scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url))
    rows = table(run)
    assert len(rows) == 7
    assert all(row["score"] is not None for row in rows if row["id"] != "r3" and row["error"] is None)
    assert rows[6]["error"] is not None
    assert rows[3]["code_quality_reason"] == "no_code"
    assert all(1 <= row[name] <= 5 for row in rows for name in CRITERIA if row[name] is not None)
    asked = [body for _, body in endpoint.requests if "Criterion:" in texts(body)]
    for body in asked:
        question = texts(body).rsplit("Criterion: ", 1)[1]
        pictures = isinstance(body["messages"][1]["content"], list)
        if question.startswith("visual_fidelity"):
            assert pictures
            assert "plt.bar" not in texts(body)
        if question.startswith("code_quality"):
            assert not pictures
            assert "# comment" in texts(body)
        if question.startswith("task_completion"):
            assert pictures
            assert "own_1: Two bars?" in texts(body)
            assert "# comment" not in texts(body)
    checks = {check["id"] for check in rows[0]["checks"]}
    assert "checklist.1" in checks


def test_prompts_of_one_rubric_begin_alike_and_end_with_the_criterion(source, endpoint, tmp_path):
    scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url))
    asked = [texts(body) for _, body in endpoint.requests if "Criterion:" in texts(body)]
    system = {text.split("⟦instruction")[0] for text in asked}
    assert len(system) == 1
    assert all("Criterion: " in text.strip().split("\n")[-1] for text in asked)


def test_rescoring_from_the_ledger_makes_no_call_and_gives_the_same_bytes(source, endpoint, tmp_path):
    judge = write_judge(tmp_path / "j.yaml", endpoint.url)
    first = scored(source, tmp_path / "a", judge, ledger=tmp_path / "ledger")
    calls = len(endpoint.requests)
    second = scored(source, tmp_path / "b", judge, ledger=tmp_path / "ledger")
    assert len(endpoint.requests) == calls
    assert first.table().to_pylist() == second.table().to_pylist()
    assert second.summary().cost["calls"] == 0


def test_row_order_and_concurrency_change_no_verdict(source, endpoint, tmp_path):
    lines = source.read_text().splitlines(keepends=True)
    shutil.copytree(source.parent, tmp_path / "turned")
    (tmp_path / "turned" / "data.jsonl").write_text("".join(reversed(lines[:6])))
    one = write_judge(tmp_path / "one.yaml", endpoint.url, chat={"in_flight": 1})
    many = write_judge(tmp_path / "many.yaml", endpoint.url, chat={"in_flight": 32})
    straight = {row["id"]: {**row, "row": 0} for row in table(scored(source, tmp_path / "a", one, limit=6))}
    turned = {
        row["id"]: {**row, "row": 0} for row in table(scored(tmp_path / "turned" / "data.jsonl", tmp_path / "b", many))
    }
    assert straight == turned


FAULTS = (429, "cut", 500, "half_json", "wrong_type", "reset", 503, "slow", "not_chat")


def test_faults_on_the_way_lose_no_row_and_change_no_score(source, endpoint, tmp_path):
    proxy = FaultProxy(endpoint, lambda number, request: FAULTS[number // 2 % len(FAULTS)] if number % 2 else None)
    clean = scored(source, tmp_path / "clean", write_judge(tmp_path / "c.yaml", endpoint.url))
    faulty = scored(source, tmp_path / "faulty", write_judge(tmp_path / "f.yaml", proxy.url, chat={"retries": 12}))
    proxy.close()
    assert table(clean) == table(faulty)
    assert set(proxy.seen) == {None, *FAULTS}


def test_an_endpoint_that_dies_stops_the_run_and_the_same_command_ends_it_with_the_same_rows(
    source, endpoint, tmp_path
):
    dead = threading.Event()
    proxy = FaultProxy(endpoint, lambda number, request: "reset" if dead.is_set() else None)
    judge = write_judge(tmp_path / "j.yaml", proxy.url, chat={"retries": 1, "in_flight": 2})
    answered = []

    def dying(request):
        answered.append(1)
        if len(answered) == 16:
            dead.set()
        return by_schema(request)

    endpoint.answer = dying
    with pytest.raises(EndpointDown):
        scored(source, tmp_path / "run", judge)
    dead.clear()
    resumed = table(scored(source, tmp_path / "run", judge))
    proxy.close()
    endpoint.answer = by_schema
    whole = table(scored(source, tmp_path / "whole", write_judge(tmp_path / "w.yaml", endpoint.url)))
    assert [row["id"] for row in resumed] == [row["id"] for row in whole]
    failed = [row for row in resumed if row["score"] is None and row["reason"] == "engine_error"]
    assert len(failed) <= 4
    by_id = {row["id"]: row for row in whole}
    assert all(
        row == by_id[row["id"]] for row in resumed if "engine_error" not in [row[f"{c}_reason"] for c in CRITERIA]
    )


def test_a_reply_that_stays_unreadable_is_a_reason_on_that_criterion_alone(source, endpoint, tmp_path):
    endpoint.answer = lambda request: (
        "Great work! 5/5" if "Criterion: task_relevance" in texts(request) else by_schema(request)
    )
    rows = table(scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url), limit=2))
    for row in rows:
        assert (row["task_relevance"], row["task_relevance_reason"]) == (None, "unparsable")
        assert row["task_completion"] is not None
        assert (row["score"], row["reason"]) == (None, "unparsable")
    asked = [body for _, body in endpoint.requests if "Criterion: task_relevance" in texts(body)]
    assert len(asked) == 4
    assert "could not be read" in texts(asked[-1])


def test_one_repair_is_enough_when_the_second_reply_is_good(source, endpoint, tmp_path):
    endpoint.answer = lambda request: (
        by_schema(request) if "could not be read" in texts(request) or "Criterion:" not in texts(request) else "oops"
    )
    run = scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url), limit=2)
    assert run.summary().scored == 2


def test_a_truncated_reply_gets_more_room_once(source, endpoint, tmp_path):
    endpoint.answer = lambda request: (
        completion('{"reason": "', "length") if "Criterion:" in texts(request) else by_schema(request)
    )
    rows = table(scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url), limit=1))
    assert rows[0]["task_relevance_reason"] == "truncated"
    rooms = [body["max_tokens"] for _, body in endpoint.requests if "Criterion: task_relevance" in texts(body)]
    assert rooms[1] == 2 * rooms[0]


def test_a_refusal_is_a_reason_and_is_not_argued_with(source, endpoint, tmp_path):
    endpoint.answer = lambda request: (
        "I'm sorry, I can't do that." if "Criterion:" in texts(request) else by_schema(request)
    )
    rows = table(scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url), limit=1))
    assert {rows[0][f"{name}_reason"] for name in CRITERIA} == {"refused"}
    assert sum("Criterion:" in texts(body) for _, body in endpoint.requests) == 4


def test_a_budget_stops_the_run_and_a_larger_one_goes_on_without_paying_twice(source, endpoint, tmp_path):
    judge = write_judge(tmp_path / "j.yaml", endpoint.url, prices={"input": 1000, "output": 1000})
    with pytest.raises(Stopped, match="budget"):
        scored(source, tmp_path / "run", judge, budget="4.0")
    spent = json.loads((tmp_path / "run" / "manifest.json").read_text())["cost"]
    assert 0 < spent["money"] <= 4.0
    run = scored(source, tmp_path / "run", judge, budget="1000")
    whole = scored(source, tmp_path / "whole", judge)
    assert table(run) == table(whole)
    assert run.summary().cost["calls"] == whole.summary().cost["calls"]


def test_a_budget_of_money_without_prices_and_an_unreadable_budget_are_refused(source, endpoint, tmp_path):
    judge = write_judge(tmp_path / "j.yaml", endpoint.url)
    with pytest.raises(InputError, match="prices"):
        scored(source, tmp_path / "a", judge, budget="5")
    with pytest.raises(InputError, match="no budget"):
        scored(source, tmp_path / "b", judge, budget="lots")
    with pytest.raises(InputError, match="cost something"):
        scored(source, tmp_path / "c", "evidence", budget="5")


def test_the_forecast_is_told_before_the_run(source, endpoint, tmp_path):
    told = []
    judge = write_judge(tmp_path / "j.yaml", endpoint.url, prices={"input": 1, "output": 2})
    scored(source, tmp_path / "run", judge, on_notice=told.append)
    assert "7 rows" in told[0]
    assert "USD" in told[0]


def unbound(request):
    return completion("the sea, the sea", tokens=[])


def bound_without_probabilities(request):
    return completion("3" if "digit" in texts(request) else '{"answer": "basalt"}', tokens=[])


@pytest.mark.parametrize(
    ("answer", "mode", "lacking"),
    [
        (unbound, "checklist", {"replies bound by a JSON schema"}),
        (unbound, "likert", {"replies bound by a JSON schema", "log probabilities"}),
        (bound_without_probabilities, "likert", {"log probabilities"}),
    ],
)
def test_a_run_does_not_start_on_what_the_endpoint_does_not_honour(source, endpoint, tmp_path, answer, mode, lacking):
    endpoint.answer = answer
    judge = write_judge(tmp_path / "j.yaml", endpoint.url, vision=False, mode={"name": mode})
    with pytest.raises(EndpointRefused) as refused:
        scored(source, tmp_path / "run", judge)
    told = str(refused.value)
    assert {words for words in ("replies bound by a JSON schema", "log probabilities") if words in told} == lacking
    assert not list((tmp_path / "run").glob("scores/*.parquet"))


def test_an_address_where_nothing_answers_is_told_as_that(source, tmp_path):
    judge = write_judge(tmp_path / "j.yaml", "http://127.0.0.1:9/v1", chat={"retries": 0})
    with pytest.raises(EndpointRefused, match="does not answer") as refused:
        scored(source, tmp_path / "run", judge)
    assert "fallback" not in str(refused.value)
    assert "judge test" in (refused.value.hint or "")


def test_a_budget_of_nothing_stops_before_the_first_row(source, endpoint, tmp_path):
    with pytest.raises(Stopped, match="budget"):
        scored(source, tmp_path / "run", write_judge(tmp_path / "j.yaml", endpoint.url), budget="0 tokens")
    assert not any("Criterion:" in texts(body) for _, body in endpoint.requests)


def test_a_run_falls_back_only_where_the_file_says_so(source, endpoint, tmp_path):
    good = {"reason": "x", "subject": "yes", "kind": "yes"} | {f"at_least_{n}": "yes" for n in (2, 3, 4, 5)}
    endpoint.answer = lambda request: (
        json.dumps(good) if "Criterion: task_relevance. Checks: " in texts(request) else "plain"
    )
    judge = write_judge(tmp_path / "j.yaml", endpoint.url, vision=False, fallback=["plain_text"])
    rows = table(scored(source, tmp_path / "run", judge, limit=1))
    assert rows[0]["task_relevance"] == 5.0
    assert all("response_format" not in body for _, body in endpoint.requests[-3:])


def test_a_judge_without_eyes_leaves_visual_criteria_to_the_evidence_or_unscored(source, endpoint, tmp_path):
    blind = table(scored(source, tmp_path / "a", write_judge(tmp_path / "a.yaml", endpoint.url, vision=False), limit=1))
    assert (blind[0]["visual_fidelity"], blind[0]["visual_fidelity_reason"]) == (None, "not_applicable")
    helped = write_judge(tmp_path / "b.yaml", endpoint.url, vision=False, evidence=["visual_fidelity"])
    assert table(scored(source, tmp_path / "b", helped, limit=1))[0]["visual_fidelity"] is not None
    assert not any(
        isinstance(message["content"], list) for _, body in endpoint.requests for message in body["messages"]
    )


def test_likert_and_reference_and_discrepancies_score_through_the_same_path(source, endpoint, tmp_path):
    endpoint.answer = lambda request: "3" if "digit" in texts(request) else by_schema(request)
    for name in ("likert", "reference", "discrepancies"):
        judge = write_judge(tmp_path / f"{name}.yaml", endpoint.url, mode={"name": name})
        assert scored(source, tmp_path / name, judge, limit=2).summary().scored == 2


def test_the_library_scores_with_a_judge_file(endpoint, tmp_path):
    judge = write_judge(tmp_path / "j.yaml", endpoint.url, vision=False, evidence=["visual_fidelity"])
    with Scorer(str(judge), render="never") as scorer:
        verdict = scorer.score(
            instruction="Add two numbers", code="def add(a, b):\n    return a + b\n", language="python"
        )
    assert verdict.judge == "fake"
    assert verdict.tokens_in > 0


def test_a_panel_averages_and_tells_its_disagreement_and_a_cascade_asks_the_strong_judge_only_when_needed(
    source, tmp_path
):
    level = {"low": 1, "high": 4}
    servers = {}
    for name, steps in level.items():

        def answer(request, steps=steps):
            found = json.loads(made) if (made := by_schema(request)).startswith("{") else None
            if found is None or "at_least_2" not in found:
                return made
            answers = {n: "yes" if i < steps else "no" for i, n in enumerate(k for k in found if k.startswith("at_"))}
            return json.dumps({n: answers.get(n, found[n] if n == "reason" else "unsure") for n in found})

        servers[name] = Endpoint(answer)
        write_judge(tmp_path / f"{name}.yaml", servers[name].url, name=name)
    (tmp_path / "panel.yaml").write_text("judge: panel\nmembers: [low.yaml, high.yaml]\nwidest_spread: 3.5\n")
    rows = table(scored(source, tmp_path / "p", tmp_path / "panel.yaml", limit=2))
    low, high = rows[0]["intervals"]["task_relevance"]
    assert low <= rows[0]["task_relevance"] <= high
    (tmp_path / "strict.yaml").write_text("judge: panel\nmembers: [low.yaml, high.yaml]\nwidest_spread: 0.5\n")
    split = table(scored(source, tmp_path / "s", tmp_path / "strict.yaml", limit=2, ledger=tmp_path / "p"))
    assert split[0]["reason"] == "disagreement"
    (tmp_path / "cascade.yaml").write_text("judge: cascade\nstages: [evidence, low.yaml, high.yaml]\nsure_width: 4\n")
    before = len(servers["high"].requests)
    cascade = table(scored(source, tmp_path / "c", tmp_path / "cascade.yaml", limit=2))
    assert cascade[0]["judge"] == "cascade"
    assert len(servers["high"].requests) > before
    for server in servers.values():
        server.close()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("judge: model\nengine: chat\nmodel: x\n", "chat"),
        ("judge: model\nengine: warp\nmodel: x\n", "engine"),
        ("judge: model\nengine: chat\nmodel: x\nchat: {endpoint: 'http://x', api_key: sk-1}\n", "api_key"),
        ("judge: model\nengine: chat\nmodel: x\nchat: {endpoint: 'http://x'}\nmode: {name: vibes}\n", "mode"),
        ("judge: panel\nmembers: [evidence]\n", "members"),
        ("judge: nobody\n", "unknown judge"),
    ],
)
def test_a_wrong_judge_file_is_refused_with_its_place(tmp_path, text, complaint):
    path = tmp_path / "judge.yaml"
    path.write_text(text)
    with pytest.raises((RubricError, InputError), match=complaint):
        judge_named(str(path))


def test_speed_settings_do_not_make_another_judge_and_sampling_does(tmp_path):
    plain = judge_named(str(write_judge(tmp_path / "a.yaml", "http://x")))
    faster = judge_named(str(write_judge(tmp_path / "b.yaml", "http://y", chat={"in_flight": 99})))
    warmer = judge_named(str(write_judge(tmp_path / "c.yaml", "http://x", sampling={"temperature": 0.7})))
    assert plain.revision == faster.revision != warmer.revision


def test_errors_of_judges_are_janus_errors():
    assert issubclass(EndpointDown, JanusError)
    assert EndpointDown("x").exit_code == 3
