"""What a policy keeps, drops and sends to people, and that neither the order of rows nor a second start changes it."""

import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from janus_reward.cli import app
from janus_reward.errors import InputError, RunConflict
from janus_reward.run import Run
from janus_reward.select import Policy, load_policy, presets, select_run, what_if
from janus_reward.select.diversity import greedy
from janus_reward.select.policy_file import read_policy
from janus_reward.triple import Decision


def decided(selection):
    return {row["id"]: (row["decision"], row["reason"]) for row in selection.table().to_pylist()}


def policy(**said):
    return Policy.model_validate(said)


def test_every_row_gets_one_decision_with_the_first_reason_that_fits(make_run, tmp_path):
    run = make_run(
        [
            {"score": 4.5},
            {"error": "row 2: not JSON", "outcome": None, "score": None},
            {"outcome": "failed", "score": 1.5, "flags": ["grader_text"]},
            {"flags": ["x", "grader_text"]},
            {"gates": ["title_missing"]},
            {"score": None},
            {"score": 3.0},
            {"task_completion": 2.0},
            {"score": 3.58},
            {"confidence": 0.1},
        ]
    )
    found = decided(
        select_run(
            run,
            policy(
                score={"min": 3.5},
                floors={"task_completion": 3},
                reject_gates=["*"],
                unscored="review",
                review={"margin": 0.1, "confidence": 0.3},
            ),
            tmp_path / "out",
        )
    )
    assert found == {
        "row-0": ("keep", "kept: passes"),
        "row-1": ("drop", "error: bad row"),
        "row-2": ("drop", "outcome: failed"),
        "row-3": ("drop", "flag: grader_text"),
        "row-4": ("drop", "gate: title_missing"),
        "row-5": ("review", "unscored: engine_error"),
        "row-6": ("drop", "score: below 3.5"),
        "row-7": ("drop", "floor: task_completion below 3"),
        "row-8": ("review", "review: within 0.1 of 3.5"),
        "row-9": ("review", "review: confidence below 0.3"),
    }


def test_the_funnel_accounts_for_every_row(make_run, tmp_path):
    rng = random.Random(3)
    rows = [
        {"score": rng.choice([None, 2.0, 3.0, 4.0, 5.0]), "outcome": rng.choice(["ok", "failed", "blank"])}
        for _ in range(200)
    ]
    for name in ("balanced", "strict", "broad", "top-third", "januscoder"):
        summary = select_run(make_run(rows, f"run-{name}"), load_policy(name), tmp_path / name).summary
        assert summary["kept"] + summary["dropped"] + summary["review"] == 200
        assert sum(sum(step["reasons"].values()) for step in summary["funnel"]) == 200
        assert summary["funnel"][-1]["left"] == summary["kept"]


def test_a_criterion_the_rubric_does_not_have_asks_nothing_and_one_without_a_score_is_unscored(make_run, tmp_path):
    run = make_run(
        [
            {"visual_fidelity": None, "visual_fidelity_reason": "not_applicable"},
            {"visual_fidelity": None, "visual_fidelity_reason": "no_render"},
        ]
    )
    found = decided(select_run(run, policy(floors={"*": 3}), tmp_path / "out"))
    assert found["row-0"] == ("keep", "kept: passes")
    assert found["row-1"] == ("drop", "unscored: visual_fidelity no_render")


def test_the_mean_of_whole_levels_is_what_the_reference_cuts(make_run, tmp_path):
    criteria = {"task_relevance": 2.4, "task_completion": 2.4, "visual_fidelity": 3.5, "code_quality": 3.5}
    run = make_run(
        [criteria, {**criteria, "task_relevance": 2.5, "task_completion": 2.5}, {**criteria, "code_quality": 3.4}]
    )
    selection = select_run(run, load_policy("januscoder"), tmp_path / "out")
    assert [row["value"] for row in selection.table().to_pylist()] == [3.0, 3.5, 2.75]
    assert selection.ids() == ["row-0", "row-1"]


def test_text_and_edits_have_the_cuts_of_the_reference(make_run, tmp_path):
    run = make_run(
        [
            {"domain": "algorithm", "outcome": "not_needed", "score": 4.6},
            {"domain": "algorithm", "outcome": "not_needed", "score": 4.4},
            {"task": "edit", "score": 4.0, "code_quality": 2.4},
            {"task": "repair", "domain": "webui", "score": 4.4},
        ]
    )
    assert select_run(run, load_policy("januscoder"), tmp_path / "out").ids() == ["row-0"]


def test_the_low_end_of_the_interval_is_cut_and_a_row_without_one_is_unscored(make_run, tmp_path):
    run = make_run(
        [
            {"intervals": {"task_completion": [3.6, 4.4]}},
            {"intervals": {"task_completion": [2.0, 4.9]}},
            {"intervals": {}},
        ]
    )
    asked = policy(score={"of": "task_completion", "side": "low", "min": 3.5})
    assert [reason for _, reason in decided(select_run(run, asked, tmp_path / "out")).values()] == [
        "kept: passes",
        "score: below 3.5",
        "unscored: no_interval",
    ]


def test_licences_are_read_from_meta(make_run, tmp_path):
    run = make_run([{"meta": {"licence": "MIT"}}, {"meta": {"licence": "GPL-3.0"}}, {}, {"meta": {"licence": None}}])
    asked = policy(licence={"allow": ["mit", "apache-2.0"], "unknown": "review"})
    assert [decision for decision, _ in decided(select_run(run, asked, tmp_path / "out")).values()] == [
        "keep",
        "drop",
        "review",
        "review",
    ]


def test_duplicates_and_contaminated_rows_name_their_survivor_and_benchmark_item(make_run, tmp_path):
    run = make_run([{}, {}, {}])
    for name, row in {
        "dedup": {"id": "row-1", "survivor_id": "row-0", "kind": "near", "modality": "code", "similarity": 0.91},
        "decon": {
            "id": "row-2",
            "benchmark": "humaneval",
            "item": "HumanEval/3",
            "evidence": "answer",
            "similarity": 1.0,
            "removed": True,
        },
    }.items():
        (tmp_path / name).mkdir()
        pq.write_table(
            pa.Table.from_pylist([row]), tmp_path / name / ("hits.parquet" if name == "decon" else "removed.parquet")
        )
    selection = select_run(run, policy(), tmp_path / "out", dedup=tmp_path / "dedup", contamination=tmp_path / "decon")
    rows = selection.table().to_pylist()
    assert (rows[1]["reason"], rows[1]["detail"]) == ("duplicate: near", "row-0 (code 0.91)")
    assert (rows[2]["reason"], rows[2]["detail"]) == ("contaminated: humaneval", "HumanEval/3 (answer 1.00)")
    with pytest.raises(InputError, match="deduplicated"):
        select_run(run, load_policy("januscoder-clean"), tmp_path / "other")


def test_the_best_answers_of_an_instruction_stay(make_run, tmp_path):
    run = make_run(
        [
            {"instruction": "Draw  A cat", "score": 4.0},
            {"instruction": "draw a cat ", "score": 4.6},
            {"instruction": "draw a dog", "score": 3.0},
            {"instruction": None, "score": 3.0},
            {"instruction": None, "score": 3.1},
        ]
    )
    kept = select_run(run, policy(per_instruction=1), tmp_path / "out").ids()
    assert kept == ["row-1", "row-2", "row-3", "row-4"]


def test_prompts_that_show_more_than_words_are_not_taken_for_the_same(make_run, tmp_path):
    run = make_run([{"task": "reproduce", "instruction": "Write the code of this chart"}] * 3)
    assert select_run(run, policy(per_instruction=1), tmp_path / "out").summary["kept"] == 3


def test_no_slice_is_more_than_its_share_of_the_selection(make_run, tmp_path):
    rows = [{"domain": "chart", "score": 3 + at / 100} for at in range(100)] + [{"domain": "svg"}] * 20
    run = make_run([*rows, *[{"domain": "webui"}] * 5])
    selection = select_run(run, policy(quotas=[{"by": "domain", "max_share": 0.5}]), tmp_path / "out")
    domains = selection.summary["slices"]["domain"]
    assert {name: counts["kept"] for name, counts in domains.items()} == {"chart": 25, "svg": 20, "webui": 5}
    assert min(row["value"] for row in selection.table().to_pylist()[:100] if row["decision"] == "keep") == 3.75


def test_shares_that_cannot_add_up_are_refused(make_run, tmp_path):
    run = make_run([{"domain": "chart"}, {"domain": "svg"}])
    with pytest.raises(InputError, match="make no whole"):
        select_run(run, policy(quotas=[{"by": "domain", "max_share": 0.3}]), tmp_path / "out")


def test_quotas_by_a_path_in_meta(make_run, tmp_path):
    run = make_run([{"meta": {"source": {"name": name}}} for name in "aaab"])
    asked = policy(quotas=[{"by": "meta.source.name", "only": {"a": 1}}])
    assert select_run(run, asked, tmp_path / "out").summary["kept"] == 2


def test_percentiles_are_taken_in_each_slice(make_run, tmp_path):
    rows = [
        {"domain": domain, "score": base + at / 10} for domain, base in (("chart", 1), ("svg", 4)) for at in range(10)
    ]
    asked = policy(score={"percentile": 70, "by": "domain"})
    selection = select_run(make_run(rows), asked, tmp_path / "out")
    assert selection.ids() == [f"row-{at}" for at in (7, 8, 9, 17, 18, 19)]


def test_diversity_takes_what_is_not_there_yet(make_run, tmp_path):
    same = [{"instruction": "Draw a red bar chart of monthly sales", "score": 4.9}] * 30
    rare = [
        {"instruction": f"{word} {word} sketch {word} diagram", "score": 4.0} for word in ("alpha", "beta", "gamma")
    ]
    run = make_run([*same, *rare])
    plain = select_run(run, policy(target={"size": 5, "diversity": 0}), tmp_path / "plain")
    varied = select_run(run, policy(target={"size": 5, "diversity": 0.8}), tmp_path / "varied")
    assert not set(plain.ids()) & {"row-30", "row-31", "row-32"}
    assert {"row-30", "row-31", "row-32"} < set(varied.ids())


def test_diversity_by_embeddings(make_run, tmp_path):
    vectors = np.zeros((12, 8), np.float32)
    vectors[:10, 0], vectors[10, 1], vectors[11, 2] = 1, 1, 1
    np.save(tmp_path / "vectors.npy", vectors)
    run = make_run([{"score": 4.5}] * 10 + [{"score": 4.0}] * 2)
    asked = policy(target={"size": 3, "diversity": 0.9, "embeddings": str(tmp_path / "vectors.npy")})
    assert {"row-10", "row-11"} < set(select_run(run, asked, tmp_path / "out").ids())
    np.save(tmp_path / "vectors.npy", vectors[:3])
    with pytest.raises(InputError, match="not floats of shape"):
        select_run(run, asked, tmp_path / "other")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([0.2, 0.6, 1.0]))
def test_greedy_selection_is_within_its_bound_of_exhaustive_choice(seed, count, diversity):
    rng = np.random.default_rng(seed)
    count = min(count, 8)
    quality, sketches = rng.random(count), rng.integers(0, 6, (count, 4)).astype(np.uint32)
    size = max(1, count // 2)
    chosen = greedy(quality, [sketches], np.arange(count, dtype=np.uint64), size, diversity)

    def value(places):
        counts = np.bincount(sketches[list(places)].ravel(), minlength=6)
        novelty = sum(1 / step for count in counts for step in range(1, count + 1)) / 4
        return (1 - diversity) * quality[list(places)].sum() + diversity * novelty

    from itertools import combinations

    best = max(value(places) for places in combinations(range(count), size))
    assert len(set(chosen.tolist())) == size
    assert value(chosen) >= (1 - 1 / np.e - 0.05) * best - 1e-9


def test_the_order_of_rows_changes_nothing(make_run, tmp_path):
    rng = random.Random(5)
    rows = [
        {
            "id": f"id-{at}",
            "instruction": f"task {at % 17}",
            "score": rng.choice([3.0, 4.0, 4.0, 5.0]),
            "domain": rng.choice(["chart", "svg"]),
        }
        for at in range(120)
    ]
    asked = policy(per_instruction=4, quotas=[{"by": "domain", "max": 30}], target={"size": 25, "diversity": 0.5})
    first = set(select_run(make_run(rows, "a"), asked, tmp_path / "first").ids())
    rng.shuffle(rows)
    second = set(select_run(make_run(rows, "b", shard_rows=7), asked, tmp_path / "second").ids())
    assert len(first) == 25
    assert first == second


def test_a_finished_selection_is_returned_and_another_policy_is_refused(make_run, tmp_path):
    run = make_run([{"score": 4.0}, {"score": 2.0}])
    first = select_run(run, policy(score={"min": 3}), tmp_path / "out")
    file = next((tmp_path / "out" / "decisions").glob("*.parquet"))
    before = file.read_bytes()
    assert select_run(run, policy(score={"min": 3}), tmp_path / "out").summary == first.summary
    assert file.read_bytes() == before
    with pytest.raises(RunConflict, match=r"policy\.score\.min"):
        select_run(run, policy(score={"min": 4}), tmp_path / "out")


def test_what_if_agrees_with_selecting_at_that_cut(make_run, tmp_path):
    run = make_run([{"score": 1 + at / 10} for at in range(40)])
    asked = policy(score={"min": 3}, review={"margin": 0.15})
    for found in what_if(run, asked, [2.0, 3.33, 4.5]):
        summary = select_run(run, asked.with_cut(found.cut), tmp_path / f"out-{found.cut}").summary
        assert (found.kept, found.review, found.dropped) == (summary["kept"], summary["review"], summary["dropped"])


def test_a_cut_by_precision_keeps_what_people_call_good(make_run, tmp_path):
    rng = random.Random(1)
    scores = [1 + 4 * at / 399 for at in range(400)]
    run = make_run([{"score": score} for score in scores])
    labels = [
        {"id": f"row-{at}", "rating": 5 if score + rng.gauss(0, 0.4) > 3.5 else 2} for at, score in enumerate(scores)
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)))
    (tmp_path / "p.yaml").write_text("score: {precision: 0.9, good: 4, labels: labels.jsonl}\n")
    selection = select_run(run, read_policy(tmp_path / "p.yaml"), tmp_path / "out")
    kept = {label["id"]: label["rating"] for label in labels}
    good = [kept[id_] >= 4 for id_ in selection.ids()]
    assert sum(good) / len(good) >= 0.9
    assert 2.5 < selection.summary["cuts"][0] < 4.0
    (tmp_path / "p.yaml").write_text("score: {precision: 1.0, good: 4, labels: labels.jsonl}\n")
    with pytest.raises(InputError, match="no cut keeps"):
        select_run(run, read_policy(tmp_path / "p.yaml"), tmp_path / "other")


def test_a_function_decides_row_by_row(make_run, tmp_path):
    def mine(row):
        return Decision("keep", "short") if len(row["code"]) < 8 else Decision("drop", "long")

    selection = select_run(make_run([{"code": "x"}, {"code": "x" * 30}]), mine, tmp_path / "out")
    assert decided(selection) == {"row-0": ("keep", "short"), "row-1": ("drop", "long")}


def test_a_function_sees_what_is_neither_copy_nor_leak_and_its_change_is_noticed(make_run, tmp_path, monkeypatch):
    run = make_run([{}, {}, {"code": "x"}])
    removed = {"id": "row-1", "survivor_id": "row-0", "kind": "near", "modality": "code", "similarity": 0.9}
    (tmp_path / "dedup").mkdir()
    pq.write_table(pa.Table.from_pylist([removed]), tmp_path / "dedup" / "removed.parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "my_policy.py"
    file.write_text(
        "from janus_reward import Decision\ndef decide(row):\n    return Decision('keep', 'length: fits')\n"
    )
    asked = load_policy("my_policy:decide")
    selection = select_run(run, asked, tmp_path / "out", dedup=tmp_path / "dedup")
    assert [reason for _, reason in decided(selection).values()] == ["length: fits", "duplicate: near", "length: fits"]
    assert selection.summary["funnel"][-1]["name"] == "length"
    file.write_text(file.read_text() + "# another\n")
    with pytest.raises(RunConflict, match=r"policy\.sha256"):
        select_run(run, asked, tmp_path / "out", dedup=tmp_path / "dedup")


@pytest.mark.parametrize(
    ("answer", "told"),
    [(lambda row: "keep", "said 'keep' of row 0"), (lambda row: row["nothing"], "failed at row 0 (row-0): KeyError")],
)
def test_a_function_that_fails_is_told_by_row(make_run, tmp_path, answer, told):
    with pytest.raises(InputError) as error:
        select_run(make_run([{}]), answer, tmp_path / "out")
    assert told in str(error.value)
    assert not (tmp_path / "out").exists()


def test_other_labels_in_the_same_file_are_another_selection(make_run, tmp_path):
    run = make_run([{"score": 1 + at / 25} for at in range(100)])
    labels = tmp_path / "labels.jsonl"
    labels.write_text("\n".join(json.dumps({"id": f"row-{at}", "rating": 5 if at > 30 else 1}) for at in range(100)))
    (tmp_path / "p.yaml").write_text(
        "exceptions: [{when: {domain: [chart]}, score: {precision: 0.8, labels: labels.jsonl}}]\n"
    )
    select_run(run, read_policy(tmp_path / "p.yaml"), tmp_path / "out")
    labels.write_text(labels.read_text().replace("1}", "2}"))
    with pytest.raises(RunConflict, match="policy_files"):
        select_run(run, read_policy(tmp_path / "p.yaml"), tmp_path / "out")


def test_a_run_that_is_not_finished_is_not_selected_from(make_run, tmp_path):
    run = make_run([{}, {}])
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "finished": False}))
    with pytest.raises(InputError, match="is not finished: 2 rows so far"):
        select_run(run, policy(), tmp_path / "out")
    assert what_if(run, policy(), [3.0])[0].kept == 2


def test_after_a_mistake_in_the_policy_the_same_folder_takes_the_right_one(make_run, tmp_path):
    run = make_run([{}])
    with pytest.raises(InputError, match="no criterion"):
        select_run(run, policy(floors={"beauty": 3}), tmp_path / "out")
    assert select_run(run, policy(), tmp_path / "out").summary["kept"] == 1


def test_tiers_and_weights_stand_beside_kept_rows(make_run, tmp_path):
    asked = policy(
        score={"min": 3},
        tiers=[{"name": "gold", "min": 4.5}, {"name": "broad", "min": 3}],
        weight={"low": 3, "high": 5, "least": 0.2},
    )
    rows = select_run(make_run([{"score": 4.6}, {"score": 3.0}, {"score": 2.0}]), asked, tmp_path / "out").table()
    assert rows["tier"].to_pylist() == ["gold", "broad", None]
    assert rows["weight"].to_pylist() == [0.84, 0.2, None]


def test_every_preset_is_readable_and_says_what_it_is_for():
    for name, path in presets().items():
        assert read_policy(path).about, name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("score: {min: 9}\n", "p.yaml:1: score.min"),
        ("outcomes: [fine]\n", "unknown outcome 'fine'"),
        ("scor: {min: 3}\n", "unknown key 'scor'"),
        ("- a\n", "no mapping"),
        ("quotas:\n  - {by: domain}\n", "a quota needs"),
        ("score: {of: total, side: low}\n", "side: low"),
    ],
)
def test_a_wrong_policy_file_is_told_by_file_and_line(tmp_path, text, told):
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        load_policy(tmp_path / "p.yaml")
    assert told in str(error.value)


def test_unknown_names_are_told(make_run, tmp_path):
    run = make_run([{}])
    with pytest.raises(InputError, match="no policy 'best'"):
        load_policy("best")
    with pytest.raises(InputError, match="no criterion 'beauty'"):
        select_run(run, policy(floors={"beauty": 3}), tmp_path / "a")
    with pytest.raises(InputError, match="no column 'colour'"):
        select_run(run, policy(quotas=[{"by": "colour", "max": 3}]), tmp_path / "b")


def test_the_command_line(make_run, tmp_path):
    run = make_run([{"score": 4.0}, {"score": 2.0}])
    runner = CliRunner()
    said = runner.invoke(app, ["select", str(run), "--policy", "broad", "-o", str(tmp_path / "out"), "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["kept"] == 1
    said = runner.invoke(app, ["select", str(run), "--policy", "broad", "--what-if", "2:3:0.5", "--json"])
    assert [item["kept"] for item in json.loads(said.stdout)] == [2, 1, 1]
    assert isinstance(runner.invoke(app, ["select", str(run), "--policy", "broad"]).exception, InputError)


def test_an_empty_run_selects_nothing(make_run, tmp_path):
    for name in presets():
        if name != "januscoder-clean":
            summary = select_run(make_run([], f"run-{name}"), load_policy(name), tmp_path / name).summary
            assert (summary["rows"], summary["kept"], summary["coverage"]) == (0, 0, None)
    assert len(Run(Path(tmp_path / "run-broad"))) == 0
