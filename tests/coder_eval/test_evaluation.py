"""A coder evaluated through the library and the command line: a scripted endpoint, the real sandbox, one worker."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from janus_reward.coder_eval import Coder, EvalRun, compare, evaluate_coder, load_suite, suite_names
from janus_reward.coder_eval.programs import ProgramRunner, ProgramTests, program
from janus_reward.errors import InputError, RunConflict
from tests.judges.endpoint import Endpoint, texts

ITEMS = [
    {"id": "add", "prompt": 'def add(a, b):\n    """Sum."""\n', "answer": "    return a + b\n", "entry": "add"},
    {"id": "neg", "prompt": 'def neg(a):\n    """Minus a."""\n', "answer": "    return -a\n", "entry": "neg"},
    {"id": "inc", "prompt": 'def inc(a):\n    """Plus one."""\n', "answer": "    return a + 1\n", "entry": "inc"},
]
CHECKS = {"add": "candidate(2, 3) == 5", "neg": "candidate(4) == -4", "inc": "candidate(1) == 2"}
FUNCTIONS = {
    "title": "Three functions",
    "items": {"file": "functions.jsonl"},
    "map": {"instruction": "prompt", "code": "answer"},
    "language": "python",
    "domain": "algorithm",
    "task": "generate",
    "prompt": "function",
    "tests": {"format": "humaneval", "prompt": "prompt", "entry_point": "entry", "test": "test"},
    "metrics": ["passed"],
    "k": [1, 2],
    "sampling": {"n": 2, "temperature": 0.5},
}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><g><rect width="9" height="9" fill="{}"/></g></svg>'
)
DRAWINGS = {
    "title": "Squares",
    "items": {"file": "squares.jsonl"},
    "language": "svg",
    "domain": "svg",
    "task": "generate",
    "prompt": "drawing",
    "metrics": ["svg_valid", "tree_bleu", "pixels", "task_score", "visual_score"],
}


@pytest.fixture
def suites(tmp_path):
    lines = [{**item, "test": f"def check(candidate):\n    assert {CHECKS[item['id']]}\n"} for item in ITEMS]
    (tmp_path / "functions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    squares = [
        {"id": color, "instruction": f"A {color} square", "code": DRAWING.format(color)} for color in ("red", "teal")
    ]
    (tmp_path / "squares.jsonl").write_text("".join(json.dumps(line) + "\n" for line in squares))
    for name, suite in (("functions", FUNCTIONS), ("squares", DRAWINGS)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(suite))
    return tmp_path


def answer(request):
    """Right for add, right every second time for neg, no code for inc."""
    said = texts(request)
    if "def add" in said:
        return "```python\ndef add(a, b):\n    return a + b\n```"
    if "def neg" in said:
        return f"```python\ndef neg(a):\n    return {'-a' if request['seed'] % 2 else 'a'}\n```"
    return ""


@pytest.fixture
def endpoint():
    server = Endpoint(answer)
    yield server
    server.close()


def test_passes_are_counted_by_item_and_the_ledger_pays_the_second_run(suites, endpoint):
    suite, ledger = str(suites / "functions.yaml"), suites / "ledger"
    options = {"data": suites, "workers": 1, "ledger": ledger}
    run = evaluate_coder(Coder(endpoint.url, "small"), suite, suites / "a", **options)
    assert {line.name: line.estimate.value for line in run.results()} == {
        "pass@1": pytest.approx((1 + 0.5 + 0) / 3),
        "pass@2": pytest.approx(2 / 3),
    }
    assert [(row["id"], row["sample"], row["passed"], row["reason"]) for row in run.rows][-2:] == [
        ("inc", 0, 0.0, "no_code"),
        ("inc", 1, 0.0, "no_code"),
    ]
    assert run.manifest["cost"]["calls"] == 6
    again = evaluate_coder(Coder(endpoint.url, "small"), suite, suites / "b", **options)
    assert len(endpoint.requests) == 6
    assert again.manifest["cost"]["from_ledger"] == 6
    plain = [{name: row[name] for name in ("id", "code", "passed", "key")} for row in run.rows]
    assert plain == [{name: row[name] for name in ("id", "code", "passed", "key")} for row in again.rows]
    assert evaluate_coder(Coder(endpoint.url, "small"), suite, suites / "b", **options).rows == again.rows
    with pytest.raises(RunConflict, match="limit"):
        evaluate_coder(Coder(endpoint.url, "small"), suite, suites / "b", limit=1, **options)


def test_answers_of_a_file_are_measured_and_two_coders_are_compared_by_item(suites):
    suite, worse = str(suites / "squares.yaml"), suites / "worse.jsonl"
    blue = DRAWING.format("blue").replace("<g>", "").replace("</g>", "")
    worse.write_text(
        json.dumps({"id": "red", "answer": f"Here:\n```svg\n{blue}\n```"})
        + "\n"
        + json.dumps({"id": "teal", "answer": "<svg"})
    )
    options = {"data": suites, "workers": 1, "cache": suites / "cache"}
    top = evaluate_coder("reference", suite, suites / "top", **options)
    assert top.metrics == ["svg_valid", "tree_bleu", "pixels"]
    assert all(line.estimate.value == pytest.approx(1) for line in top.results())
    low = evaluate_coder(str(worse), suite, suites / "low", **options)
    by_id = {row["id"]: row for row in low.rows}
    assert by_id["red"]["svg_valid"] == 1
    assert by_id["red"]["tree_bleu"] == 0
    assert 0 < by_id["red"]["pixels"] < 1
    assert by_id["teal"]["outcome"] == "failed"
    assert [by_id["teal"][name] for name in low.metrics] == [0, 0, 0]
    [valid, *_] = compare(low, top)
    assert (valid.first, valid.second, valid.better, valid.worse, valid.same) == (0.5, 1.0, 1, 0, 1)
    with pytest.raises(InputError, match="different items"):
        compare(top, evaluate_coder("reference", str(suites / "functions.yaml"), suites / "f", data=suites, workers=1))


def test_an_item_whose_reference_draws_nothing_is_no_part_of_what_compares(suites):
    blank = {"id": "none", "instruction": "Nothing", "code": DRAWING.format("none")}
    (suites / "squares.jsonl").write_text(json.dumps(blank) + "\n")
    suite = str(suites / "squares.yaml")
    for coder in ("reference", str(suites / "empty.jsonl")):
        (suites / "empty.jsonl").write_text('{"id": "none", "answer": ""}\n')
        run = evaluate_coder(coder, suite, suites / coder[-9:-6], data=suites, workers=1)
        [row] = run.rows
        assert (row["svg_valid"], row["tree_bleu"], row["tree_bleu_reason"]) == (0, None, "not_applicable")


def grade(request):
    """A fair grade for the task, nothing readable at the first try for the visual score."""
    if "how alike" in texts(request):
        return '{"reason": "close", "score": 40}' if "cannot be read" in texts(request) else "about forty"
    return json.dumps({"reason": "fine", "score": 80})


TABLES = [
    {
        "id": at,
        "data_csv": f"day,eggs\nMon,{at + 3}\nTue,4\n",
        "code_data": "import pandas as pd\n\ndf = pd.read_csv('data.csv')",
        "task__plot_description": "Draw the eggs of each day as bars.",
        "task__plot_style": "No grid.",
        "code_plot": "import matplotlib.pyplot as plt\nplt.bar(df['day'], df['eggs'])\nplt.title('Eggs')\nplt.show()",
    }
    for at in range(2)
]


def test_a_program_plots_the_table_that_lies_beside_it_and_the_coder_is_told_of_its_head(tmp_path):
    """The layout of PandasPlotBench's data set, read from a local file by the suite of the package."""
    (tmp_path / "pandasplotbench.jsonl").write_text("".join(json.dumps(line) + "\n" for line in TABLES))
    asked = []

    def plots(request):
        asked.append(texts(request))
        if "Mon,3" in asked[-1]:
            return "```python\ndf.plot.line(x='day', y='eggs', title='Eggs')\n```"
        return "```python\ndf.plot.bar(x='hour', y='eggs')\n```"

    server = Endpoint(plots)
    try:
        top = evaluate_coder("reference", "pandasplotbench", tmp_path / "top", data=tmp_path, workers=1)
        run = evaluate_coder(server.url, "pandasplotbench", tmp_path / "run", data=tmp_path, workers=1)
    finally:
        server.close()
    assert [(row["incorrect_code"], row["chart_low_level"], row["ms_ssim"]) for row in top.rows] == [(0, 1, 1)] * 2
    assert [row["incorrect_code"] for row in run.rows] == [0, 1]
    assert "hour" in run.rows[1]["message"]
    assert 0 < run.rows[0]["chart_low_level"] < 1
    assert "Draw the eggs of each day as bars.\nNo grid." in asked[0]
    assert "df = pd.read_csv('data.csv')" in asked[0]
    assert "need --grader" in run.summary()["note"]
    assert not {"visual_score", "task_score"} & set(run.metrics)  # no grader: left out, not 0


def test_a_grader_sees_the_picture_and_is_asked_once_more_when_it_cannot_be_read(suites):
    server = Endpoint(grade)
    judge = {"judge": "model", "engine": "chat", "model": "vlm", "vision": True, "chat": {"endpoint": server.url}}
    (suites / "grader.yaml").write_text(yaml.safe_dump(judge))
    suite = str(suites / "squares.yaml")
    run = evaluate_coder(
        "reference", suite, suites / "g", data=suites, workers=1, grader=str(suites / "grader.yaml"), limit=1
    )
    server.close()
    assert [(row["task_score"], row["visual_score"]) for row in run.rows] == [(80, 40)]
    assert len(server.requests) == 3
    shown = [part["type"] for part in server.requests[0][1]["messages"][-1]["content"]]
    assert "image_url" in shown


@pytest.mark.parametrize(
    ("code", "passes", "said"),
    [
        ("def add(a, b):\n    return a + b", True, None),
        ("    return a + b", True, None),
        ("import sys\nsys.exit(0)\ndef add(a, b): ...", False, "before its tests"),
        ("import os\nos._exit(0)\ndef add(a, b): ...", False, "before its tests"),
        ("def add(a, b):\n    return a - b", False, "AssertionError"),
        ("def add(a, b):\n    while True: pass", False, "limit"),
    ],
)
def test_a_program_passes_only_when_it_comes_to_its_end(tester, code, passes, said):
    tests = ProgramTests(
        "humaneval", "def check(candidate):\n    assert candidate(2, 3) == 5\n", "def add(a, b):\n", "add"
    )
    outcome = tester.run(code, ProgramTests(tests.format, tests.test, tests.prompt, "add", timeout_s=3))
    assert outcome.passed is passes
    assert said is None or said in outcome.message


@pytest.fixture(scope="module")
def tester():
    tester = ProgramRunner()
    yield tester
    tester.close()


def test_a_whole_function_replaces_the_prompt_but_for_its_imports():
    tests = ProgramTests("humaneval", "def check(c): ...", "import math\ndef area(r):\n    '''x'''\n", "area")
    assert program("def area(r):\n    return math.pi", tests).startswith("import math\n\ndef area(r):\n    return")
    assert program("    return 3", tests).startswith("import math\ndef area(r):\n    '''x'''\n    return 3")


def test_every_suite_of_the_package_can_be_read():
    assert {"humaneval", "mbpp", "chartmimic-customized", "design2code"} <= set(suite_names())
    assert all(load_suite(name)[0].metrics for name in suite_names())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metrics": ["beauty"]}, "unknown metric 'beauty'"),
        ({"items": {"file": "nowhere.jsonl"}}, "--data DIR"),
        ({"prompt": "sonnet"}, "cannot read the prompt"),
        ({"show": "reference"}, "sees? none"),
    ],
)
def test_a_wrong_suite_is_refused_before_anything_is_asked(suites, endpoint, change, words):
    (suites / "wrong.yaml").write_text(yaml.safe_dump({**FUNCTIONS, **change}))
    with pytest.raises(InputError) as told:
        evaluate_coder(Coder(endpoint.url), str(suites / "wrong.yaml"), suites / "w", data=suites, workers=1)
    assert endpoint.requests == []
    assert __import__("re").search(words, str(told.value))


def test_the_command_says_what_is_wrong_with_a_model_and_lists_the_suites(suites):
    command = [sys.executable, "-m", "janus_reward", "eval"]
    asked = ["coder", "--model", "nowhere.bin", "--suite", str(suites / "functions.yaml"), "--data", str(suites)]
    run = subprocess.run([*command, *asked, "-o", str(suites / "x")], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "'nowhere.bin' is no model" in run.stderr
    listed = subprocess.run([*command, "suites"], capture_output=True, text=True, check=True, env=os.environ).stdout
    assert "humaneval: HumanEval (passed)" in listed


def test_a_folder_that_holds_something_else_is_no_evaluation(tmp_path):
    with pytest.raises(InputError, match="no evaluation"):
        EvalRun(tmp_path)
