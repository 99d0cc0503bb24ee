"""Collecting people's ratings: the draw is what it says, nothing is lost, the page answers its raters only."""

import http.client
import json
import random
import threading

import numpy as np
import pytest
from typer.testing import CliRunner

from janus_reward.agreement import Ratings, read_labels
from janus_reward.cli import app
from janus_reward.errors import InputError
from janus_reward.label import LabelStore, draw_sample, estimate_labels, export_labels, serve
from janus_reward.label.estimate import prediction_powered
from janus_reward.rubric import RubricSet
from janus_reward.run import Run


def rows_of(count: int, seed: int = 1) -> list[dict]:
    rng = random.Random(seed)
    made = []
    for at in range(count):
        scores = {name: rng.uniform(1, 5) for name in ("task_completion", "visual_fidelity")}
        made.append({"id": f"r{at}", "score": sum(scores.values()) / 2, "instruction": f"Task {at // 2}", **scores})
    return made


def begun(store, run, **more):
    store.begin(run, **{"size": 40, "pairs": 5, "criteria": ["score"], "cut": 3.5, "seed": 0, **more})


def test_rows_are_in_the_sample_as_often_as_their_probability_says(make_run):
    run = Run(make_run(rows_of(300)))
    drawn = np.zeros(300)
    chances = np.full(300, np.nan)
    for seed in range(60):
        sample = draw_sample(run, 90, 3.5, seed)
        drawn[sample.places] += 1
        chances[sample.places] = sample.probability
    known = ~np.isnan(chances)
    spread = np.sqrt(60 * chances[known] * (1 - chances[known]))
    far = np.abs(drawn[known] - 60 * chances[known]) / np.maximum(spread, 1e-9)
    assert known.all()
    assert len(set(np.round(chances, 6))) >= 3
    assert np.mean(far > 3) < 0.02
    assert abs(drawn.sum() / 60 - chances.sum()) < 3


def test_the_sample_does_not_depend_on_the_order_of_rows(make_run):
    rows = rows_of(100)
    first = Run(make_run(rows, "a"))
    rows.reverse()
    second = Run(make_run(rows, "b"))
    samples = []
    for run in (first, second):
        ids = run.table(["id"])["id"].to_pylist()
        drawn = draw_sample(run, 30, 3.0)
        samples.append([ids[place] for place in drawn.places])
    assert samples[0] == samples[1]


def test_answers_are_kept_changed_and_read_by_judge_agree(make_run, tmp_path):
    run = Run(make_run(rows_of(60)))
    with LabelStore(tmp_path / "l.sqlite") as store:
        begun(store, run)
        ratings = [item for item in store.items() if item["kind"] == "rating"]
        pair = next(item for item in store.items() if item["kind"] == "pair")
        for item in ratings:
            store.rate(item["item"], "ana", "score", 2)
            store.rate(item["item"], "ana", "score", 4)
            store.rate(item["item"], "bo", "score", 5)
        store.rate(ratings[0]["item"], "bo", "score", None)
        store.vote(pair["item"], "ana", "a")
        store.vote(pair["item"], "bo", "tie")
    with LabelStore(tmp_path / "l.sqlite") as store:
        counts = export_labels(store, tmp_path / "labels.jsonl")
    assert counts == {"score": len(ratings), "pairs": 1}
    read = read_labels(tmp_path / "labels.jsonl")
    assert isinstance(read, Ratings)
    assert sorted(read.mean.tolist()) == [4.0] + [4.5] * (len(ratings) - 1)
    votes = json.loads((tmp_path / "labels.pairs.jsonl").read_text())
    assert (votes["votes_a"], votes["votes_b"]) == (1.5, 0.5)


def test_a_file_begun_for_something_else_is_refused(make_run, tmp_path):
    run, other = Run(make_run(rows_of(30), "a")), Run(make_run(rows_of(31), "b"))
    with LabelStore(tmp_path / "l.sqlite") as store:
        begun(store, run)
        begun(store, run)
        with pytest.raises(InputError, match="begun otherwise: seed"):
            begun(store, run, seed=2)
        with pytest.raises(InputError, match="begun otherwise: run"):
            begun(store, other)


@pytest.mark.parametrize(("value", "criterion"), [(6, "score"), (True, "score"), ("4", "score"), (3, "beauty")])
def test_what_is_no_rating_is_refused(make_run, tmp_path, value, criterion):
    with LabelStore(tmp_path / "l.sqlite") as store:
        begun(store, Run(make_run(rows_of(30))))
        with pytest.raises(InputError):
            store.rate(store.items()[0]["item"], "ana", criterion, value)


def test_estimates_hold_the_truth_as_often_as_they_promise_and_use_a_good_judge():
    """2,000 rows, labels that follow the judge with noise; 95 % intervals over 300 unequal draws."""
    rng = np.random.default_rng(4)
    judge = rng.uniform(1, 5, 2000)
    truth = np.clip(0.5 + 0.8 * judge + rng.normal(0, 0.5, 2000), 1, 5)
    chance = np.where(np.abs(judge - 3.5) < 0.4, 0.15, 0.04)
    held = plain_held = 0
    widths = []
    for _ in range(300):
        taken = rng.random(2000) < chance
        found = prediction_powered(truth[taken], judge[taken], chance[taken], judge)
        held += found.low <= truth.mean() <= found.high
        plain_held += found.plain_low <= truth.mean() <= found.plain_high
        widths.append((found.high - found.low) / (found.plain_high - found.plain_low))
    assert 0.9 <= held / 300 <= 0.99
    assert 0.9 <= plain_held / 300 <= 0.99
    assert np.median(widths) < 0.65


def test_a_useless_judge_costs_next_to_nothing():
    rng = np.random.default_rng(5)
    judge, truth = rng.uniform(1, 5, 1000), rng.uniform(1, 5, 1000)
    taken = rng.random(1000) < 0.1
    found = prediction_powered(truth[taken], judge[taken], np.full(taken.sum(), 0.1), judge)
    assert found.weight < 0.35
    assert (found.high - found.low) / (found.plain_high - found.plain_low) < 1.1


def test_estimates_of_a_run(make_run, tmp_path):
    rows = rows_of(400)
    run = Run(make_run(rows))
    with LabelStore(tmp_path / "l.sqlite") as store:
        begun(store, run, size=120, pairs=0)
        scores = {row["id"]: row["score"] for row in rows}
        for item in store.items():
            store.rate(item["item"], "ana", "score", round(scores[item["row_id"]]))
    found = estimate_labels(run, tmp_path / "l.sqlite")
    truth = np.mean([round(score) for score in scores.values()])
    assert found["mean"]["low"] <= truth <= found["mean"]["high"]
    assert found["mean"]["rows"] == 400


@pytest.fixture
def served(make_run, tmp_path):
    run = Run(make_run(rows_of(30)))
    store = LabelStore(tmp_path / "l.sqlite")
    begun(store, run, size=20)
    server = serve(run, store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
    store.close()


def ask(server, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request(method, path, body=body, headers={"Host": f"127.0.0.1:{server.server_port}", **(headers or {})})
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def test_the_server_answers_its_own_page_only(served):
    item = next(item["item"] for item in served.items if item["kind"] == "rating")
    answer = json.dumps({"item": item, "rater": "eve", "criterion": "score", "value": 1})
    assert ask(served, "GET", "/state?rater=eve")[0] == 403
    assert ask(served, "GET", f"/state?rater=eve&token={served.token}", {"Host": "evil.example"})[0] == 403
    assert ask(served, "POST", "/answer", {"X-Token": "guess"}, answer)[0] == 403
    assert ask(served, "POST", "/answer", {"X-Token": served.token}, "x" * 9000)[0] == 403
    assert ask(served, "POST", "/answer", {"X-Token": served.token}, "[" * 4000)[0] == 400
    for path in ("/../manifest.json", "/picture/../../manifest.json", "/picture/" + "0" * 64, "/row?id=nobody"):
        joined = "&" if "?" in path else "?"
        assert ask(served, "GET", f"{path}{joined}token={served.token}")[0] == 404
    for length in ("-1", "x", "\u00b2", "9" * 30):
        assert ask(served, "POST", "/answer", {"X-Token": served.token, "Content-Length": length}, b"")[0] == 403
    assert ask(served, "POST", "/answer", {"X-Token": "t\u00f6ken"}, answer)[0] == 403
    assert ask(served, "GET", f"/state?rater=eve&token={served.token}&token=x")[0] == 403
    for wrong in (
        {"item": 2**70},
        {"item": True},
        {"item": "1"},
        {"rater": ""},
        {"rater": 5},
        {"value": 4.5},
        {"value": [1]},
        {"criterion": "x"},
    ):
        assert (
            ask(served, "POST", "/answer", {"X-Token": served.token}, json.dumps({**json.loads(answer), **wrong}))[0]
            == 400
        )
    assert served.store.done("eve") == {}
    assert ask(served, "POST", "/answer", {"X-Token": served.token}, answer)[0] == 200
    assert served.store.done("eve") == {item: {"score": 1}}


def test_raters_see_no_scores_and_each_their_own_order(served):
    row = json.loads(ask(served, "GET", f"/row?id={served.items[0]['row_id']}&token={served.token}")[1])
    assert not {"score", "task_completion", "rationales"} & set(row)
    orders = [[item["item"] for item in served.state(name)["items"]] for name in ("ana", "bo")]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_raters_see_what_the_prompt_shows_and_what_the_levels_mean(shown_run, tmp_path):
    path, _ = shown_run
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["settings"]["rubrics_sha256"] = RubricSet.load().sha256
    (path / "manifest.json").write_text(json.dumps(manifest))
    run = Run(path)
    with LabelStore(tmp_path / "l.sqlite") as store:
        begun(store, run, size=1000, pairs=0)
        server = serve(run, store)
        server.server_close()
    assert set(server.shown) == {"r", "e", "g"}
    assert server.shown["e"]["before"] == "<svg id='b'/>"
    assert server.inputs[server.shown["r"]["inputs"][0]] == ((tmp_path / "ref.png").read_bytes(), "image/png")
    assert len(server.shown["g"]["guide"]["task_completion"]["levels"]) == 5


def test_a_rater_comes_back_under_the_same_name_however_it_is_spaced(served):
    item = next(item["item"] for item in served.items if item["kind"] == "rating")
    served.store.rate(item, "  Ana   Maria ", "score", 4)
    assert served.state(" Ana Maria")["done"] == {item: {"score": 4}}


@pytest.mark.e2e
def test_a_person_rates_by_keyboard_and_comes_back(served):
    playwright = pytest.importorskip("playwright.sync_api")
    from janus_reward.render.browser import program

    count = len(served.items)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(program()), args=["--no-sandbox"])
        tab = browser.new_page()
        errors: list[str] = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(served.address)
        tab.locator("#rater").fill("ana")
        tab.keyboard.press("Enter")
        for done in range(3):
            first = tab.locator(".ask").get_attribute("data-item")
            tab.keyboard.press("4")
            tab.wait_for_function("(old) => document.querySelector('.ask').dataset.item !== old", arg=first)
            assert tab.locator("#count").inner_text() == f"{done + 1} of {count} done"
        tab.reload()
        tab.locator("#rater").fill("ana")
        tab.locator("#start").click()
        tab.locator(".ask").wait_for()
        assert tab.locator("#count").inner_text() == f"3 of {count} done"
        browser.close()
    assert errors == []
    assert [answer["score"] for answer in served.store.done("ana").values()] == [4, 4, 4]


def test_the_command_line_exports_and_estimates(make_run, tmp_path):
    path = make_run(rows_of(80))
    with LabelStore(path / "labels.sqlite") as store:
        begun(store, Run(path), size=60, pairs=0)
        for item in store.items():
            store.rate(item["item"], "ana", "score", 3)
    runner = CliRunner()
    said = runner.invoke(app, ["label", str(path), "--estimate", "--json"])
    assert json.loads(said.stdout)["estimates"][0]["mean"]["value"] == pytest.approx(3.0)
    said = runner.invoke(app, ["label", str(path), "--export", str(tmp_path / "l.jsonl")])
    assert said.exit_code == 0, said.output
    said = runner.invoke(app, ["judge", "agree", str(path), "--labels", str(tmp_path / "l.jsonl"), "--json"])
    assert said.exit_code == 0, said.output
