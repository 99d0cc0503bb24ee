"""What a linter would name, language by language."""

from __future__ import annotations

import pytest

from janus_reward.evidence import measure


def code(sample, source, language="python", **fields):
    evidence = measure(sample(source, language, **fields))
    assert "signal_errors" not in evidence.notes
    return {name.removeprefix("code."): value for name, value in evidence.signals.items() if name.startswith("code.")}


def test_tidy_python_has_nothing_to_name(sample):
    found = code(sample, "import numpy as np\n\ndef mean(values):\n    return np.mean(values)\n\nprint(mean([1, 2]))\n")
    for name in ("missing_data", "deprecated_calls", "wildcard_imports", "imports_in_loops", "globals_mutated"):
        assert found[name] == 0, name
    for name in ("unused_results", "repeated_literals", "bug_risks", "impossible_calls"):
        assert found[name] == 0, name
    assert found["longest_function"] == 1


@pytest.mark.parametrize(
    ("signal", "source"),
    [
        ("wildcard_imports", "from math import *\n"),
        ("imports_in_loops", "for i in range(3):\n    import os\n"),
        ("globals_mutated", "a = 1\ndef f():\n    global a\n    a = 2\nf()\n"),
        ("unused_results", "df = f()\ndf.dropna()\nprint(df)\n"),
        ("unused_results", "a = 1\na == 2\nprint(a)\n"),
        ("repeated_literals", "f('steelblue')\n" * 4),
        ("bug_risks", "def f(a=[]):\n    return a\n"),
        ("bug_risks", "x = 1\nprint(x == None)\n"),
        ("bug_risks", "list = [1]\n"),
        ("bug_risks", "d = {'a': 1, 'a': 2}\n"),
        ("bug_risks", "v = [1]\nfor i in range(len(v)):\n    print(v[i])\n"),
        ("deprecated_calls", "import numpy as np\nx = np.float(3)\n"),
        ("deprecated_calls", "import seaborn as sns\nsns.distplot([1])\n"),
        ("deprecated_calls", "from matplotlib.cm import get_cmap\nc = get_cmap('jet')\n"),
        ("deprecated_calls", "import matplotlib.pyplot as plt\nplt.hist([1], normed=True)\n"),
        ("deprecated_calls", "df = f()\nfor a in df.iteritems():\n    print(a)\n"),
    ],
)  # fmt: skip
def test_a_bad_habit_in_python_is_counted(sample, signal, source):
    assert code(sample, source)[signal] >= 1


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("import pandas as pd\ndf = pd.read_csv('sales.csv')\n", 1),
        ("path = 'sales.csv'\nwith open(path) as f:\n    print(f.read())\n", 1),
        ("from PIL import Image\nImage.open('a.png')\n", 1),
        ("import seaborn as sns\nsns.load_dataset('iris')\n", 1),
        ("import pandas as pd\nimport io\ndf = pd.read_csv(io.StringIO('a,b'))\n", 0),
        ("open('a.txt', 'w').write('x')\nprint(open('a.txt').read())\n", 0),
        ("import pandas as pd\ndef f(df):\n    df.to_csv('a.csv')\n    return pd.read_csv('a.csv')\n", 0),
        ("import matplotlib.pyplot as plt\nplt.savefig('a.png')\n", 0),
    ],
)
def test_data_that_the_triple_does_not_bring_is_counted(sample, source, count):
    assert code(sample, source)["missing_data"] == count


@pytest.mark.parametrize(
    ("source", "language", "count"),
    [
        ('<img src="photo.jpg"><img src="data:image/png;base64,AA">', "html", 1),
        ('<script src="https://cdn.example/d3.js"></script><link rel="stylesheet" href="https://x/y.css">', "html", 0),
        ('<link rel="stylesheet" href="style.css">', "html", 1),
        ("<script>fetch('data.json'); d3.csv(`rows.csv`)</script>", "html", 2),
        ("<script>// fetch('data.json')\n</script>", "html", 0),
        ('{"data": {"url": "data/cars.json"}, "mark": "bar"}', "vega-lite", 1),
        ('d <- read.csv("a.csv")\n', "r", 1),
    ],
)
def test_missing_data_of_other_languages_is_counted(sample, source, language, count):
    assert code(sample, source, language)["missing_data"] == count


PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A</title>
<meta name="viewport" content="width=device-width"><style>.used { color: red } li > a:hover { color: blue }</style></head>
<body><h1 class="used">A</h1><ul><li><a href="#x">b</a></li></ul><label for="q">Q</label><input id="q">
<img src="data:," alt="x"></body></html>"""


def test_a_tidy_page_has_nothing_to_name(sample):
    found = code(sample, PAGE, "html")
    for name in ("page_basics_missing", "unclosed_tags", "duplicate_ids", "deprecated_markup", "images_without_alt"):
        assert found[name] == 0, name
    for name in ("unlabelled_fields", "inline_style_share", "inline_handlers", "important_marks", "css_unused_share"):
        assert found[name] == 0, name
    assert found["css_duplicate_rules"] == 0


@pytest.mark.parametrize(
    ("signal", "old", "new"),
    [
        ("page_basics_missing", "<!DOCTYPE html>", ""),
        ("page_basics_missing", ' lang="en"', ""),
        ("page_basics_missing", '<meta name="viewport" content="width=device-width">', ""),
        ("unclosed_tags", "</h1>", ""),
        ("duplicate_ids", "<li>", '<li id="q">'),
        ("deprecated_markup", "<h1", '<center></center><h1 align="left"'),
        ("images_without_alt", ' alt="x"', ""),
        ("unlabelled_fields", ' for="q"', ""),
        ("inline_style_share", "<li>", '<li style="color:red">'),
        ("inline_handlers", "<li>", '<li onclick="f()">'),
        ("important_marks", "color: red", "color: red !important"),
        ("css_unused_share", ".used {", ".nowhere { top: 0 } .used {"),
        ("css_duplicate_rules", "</style>", ".used { color: red }</style>"),
    ],
)
def test_a_flaw_of_a_page_is_seen(sample, signal, old, new):
    assert PAGE.count(old) == 1
    assert code(sample, PAGE.replace(old, new), "html")[signal] > 0


def test_a_class_that_a_script_sets_is_used(sample):
    page = PAGE.replace("</style>", "@media print { .late { top: 0 } }</style>")
    assert code(sample, page, "html")["css_unused_share"] > 0
    page = page.replace("</body>", "<script>e.classList.add('late')</script></body>")
    assert code(sample, page, "html")["css_unused_share"] == 0


def test_key_frames_are_no_rules(sample):
    page = PAGE.replace("</style>", "@keyframes turn { from { top: 0 } to { top: 1px } }</style>")
    assert code(sample, page, "html")["css_unused_share"] == 0


@pytest.mark.parametrize(
    ("signal", "source", "value"),
    [
        ("loose_equality", "if (a == 1 && b === 2) f()", 0.5),
        ("loose_equality", "if (a == null && b === 2) f()", 0),
        ("var_share", "var a = 1; let b = 2", 0.5),
        ("debug_left_over", "console.log('x'); f('console.log(1)') // console.log(2)", 1),
        ("globals_mutated", "const a = 1;\nlost = 2;\nlet b;\nb = 3;", 1),
        ("deprecated_calls", "document.write('x'); s.substr(1); const t = 'escape('", 2),
        ("repeated_literals", "f('steelblue');" * 4, 1),
        ("longest_function", "function f() {\n  // said\n\n  return 1\n}", 3),
    ],
)
def test_habits_in_javascript_are_measured(sample, signal, source, value):
    assert code(sample, source, "javascript")[signal] == value
    assert code(sample, f"<script>{source}</script>", "html")[signal] == value


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("'a'.decode('utf-8')", 1),
        ("len(a, b)", 1),
        ("sorted(x, reverse=True)", 0),
        ("'a b'.split().append(3)", 0),
        ("' '.join(['a']).appendd(3)", 1),
        ("import re\nre.findal('a', b)", 1),
        ("import datetime\ndatetime.strptime(a, b)", 0),
        ("from datetime import datetime\ndatetime.strptime(a, b)", 0),
        ("def len(a, b):\n    return a\nlen(1, 2)", 0),
        ("f(*args)\nlen(*args)", 0),
        ("math.pi()", 1),
    ],
)
def test_calls_that_python_refuses_are_counted(sample, source, count):
    assert code(sample, source)["impossible_calls"] == count


def test_names_of_the_instruction_may_stay_undefined(sample):
    found = code(sample, "total = sum(prices) + secret", instruction="sum the list `prices`")
    assert found["unasked_names"] == 1


def test_literals_and_calls_that_the_instruction_asks_for_are_seen(sample):
    instruction = "replace 'cat' by 'dog' in `text` at most 7 times"
    good = measure(sample("text.replace('cat', 'dog', 7)", instruction=instruction)).signals
    bad = measure(sample("text.find('cow', 99)", instruction=instruction)).signals
    assert good["alignment.literals_asked"] == 1
    assert good["alignment.calls_asked"] == 1
    assert bad["alignment.literals_asked"] == bad["alignment.calls_asked"] == 0
