"""Fences, language, domain and task are told from what a record holds."""

import random

import pytest

from janus_reward.dataset.identity import SeenIds, content_id
from janus_reward.dataset.infer import infer_domain, infer_language, infer_task, normal_language, strip_fences


@pytest.mark.parametrize(
    ("answer", "code", "fence"),
    [
        ("print(1)", "print(1)", None),
        ("```python\nprint(1)\n```", "print(1)", "python"),
        ("```\nprint(1)\n```\n", "print(1)", None),
        ("Sure!\n```py\nprint(1)\n```\nDone.", "print(1)", "py"),
        ("```html\n<p>open", "<p>open", "html"),
        ("~~~js\nlet a = `x`\n~~~", "let a = `x`", "js"),
        ("````md\n```python\nx\n```\n````", "```python\nx\n```", "md"),
        ("```sh\npip install x\n```\n```python\nimport x\nx.draw()\n```", "import x\nx.draw()", "python"),
        ("Text\r\n```python\r\nprint(1)\r\n```\r\n", "print(1)", "python"),
        ("```{.python .numberLines}\nprint(1)\n```", "print(1)", "python"),
        ("```python\n```", "", None),
        ("  ```svg\n<svg/>\n  ```", "<svg/>", "svg"),
        ("use `x` and ``y``", "use `x` and ``y``", None),
    ],
)
def test_the_code_is_taken_out_of_its_fences(answer: str, code: str, fence: str | None) -> None:
    assert strip_fences(answer) == (code, fence)


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    """Use:\n\n```python\nf()\n```\n    """\n    return 1\n',
        "x = '''\n```\nnot the code\n```\n'''\nprint(x)\n",
        "<pre>\n```\nsample\n```\n</pre>",
        "const page = `\n```\nx\n```\n`;",
    ],
)
def test_code_that_holds_a_fence_is_left_alone(code: str) -> None:
    assert strip_fences(code) == (code, None)


def test_separate_blocks_of_one_page_are_joined() -> None:
    answer = (
        "```html\n<html><head></head><body><p>x</p></body></html>\n```\n```css\np { color: red }\n```\n"
        "```javascript\nlet a = 1\n```"
    )
    page, fence = strip_fences(answer)
    assert fence == "html"
    assert (
        page.index("<style>\np { color: red }")
        < page.index("</head>")
        < page.index("<script>\nlet a = 1")
        < page.index("</body>")
    )


LANGUAGES = [
    ("python", "import matplotlib.pyplot as plt\nplt.bar([1], [2])"),
    ("python", "x = 1\nfor i in range(3):\n    print(i)"),
    ("manim", "from manim import *\n\nclass A(Scene):\n    def construct(self):\n        self.play(Create(Circle()))"),
    ("html", "<!DOCTYPE html>\n<html><body><svg></svg></body></html>"),
    ("html", "<div class='a'><p>hello</p></div>"),
    ("svg", '<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ("vega-lite", '{"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar"}'),
    ("vega-lite", '{"data": {"values": []}, "mark": "bar", "encoding": {}}'),
    ("vega", '{"$schema": "https://vega.github.io/schema/vega/v5.json", "marks": []}'),
    ("vega", '{"width": 10, "scales": [], "marks": []}'),
    ("mermaid", "graph TD\n  A --> B"),
    ("mermaid", "---\ntitle: x\n---\n%% note\nsequenceDiagram\n  A->>B: hi"),
    ("mermaid", 'pie title Pets\n  "Dogs" : 3'),
    ("dot", "digraph G { a -> b }"),
    ("latex", "\\documentclass{article}\n\\begin{document}x\\end{document}"),
    ("javascript", "const c = document.getElementById('c');\nc.addEventListener('click', () => { draw(); });"),
    ("javascript", "function setup() {\n  createCanvas(400, 400);\n}\nfunction draw() {\n  background(220);\n}"),
    ("r", "library(ggplot2)\ndf <- data.frame(x = c(1, 2))\nggplot(df, aes(x)) + geom_histogram()"),
    ("matlab", "clear all;\nx = linspace(0, 1, 10);\nplot(x, x.^2);\nhold on\n% done"),
    ("wolfram", "Manipulate[Plot[Sin[a x], {x, 0, 2 Pi}], {a, 1, 5}]"),
    ("cpp", "#include <iostream>\nint main() { std::cout << 1; }"),
]


@pytest.mark.parametrize(("language", "code"), LANGUAGES)
def test_the_language_is_told_from_the_code(language: str, code: str) -> None:
    assert infer_language(code) == language


def test_prose_is_no_language() -> None:
    assert infer_language("I am sorry, but that is not something that can be drawn.") is None
    assert infer_language("") is None
    assert infer_language(None, "py") == "python"


def test_a_named_language_decides_and_the_content_refines_it() -> None:
    assert infer_language("anything", "JS") == "javascript"
    assert infer_language("anything", "Brainfuck") == "brainfuck"
    assert infer_language("print(1)", "text") == "python" == infer_language("print(1)", "plaintext")
    assert infer_language("from manim import *\n", "python") == "manim"
    assert infer_language('{"mark": "bar", "encoding": {}}', "json") == "vega-lite"
    assert infer_language('{"a": 1}', "json") == "json"
    assert normal_language("VegaLite") == "vega-lite" and normal_language(" ") is None


@pytest.mark.parametrize(
    ("domain", "instruction", "code", "language"),
    [
        ("chart", "", "import seaborn as sns\nsns.heatmap(x)", "python"),
        ("animation", "", "from matplotlib.animation import FuncAnimation", "python"),
        ("symbolic", "", "import sympy\nsympy.integrate(x)", "python"),
        ("algorithm", "Draw a plan", "def solve(n):\n    return n", "python"),
        ("svg", "", "<svg/>", "svg"),
        ("animation", "", "x", "manim"),
        ("diagram", "", "graph TD", "mermaid"),
        ("chart", "", "{}", "vega-lite"),
        ("webui", "Write a landing page", "<html></html>", "html"),
        ("demo", "Show pendulums", "<input type='range'><canvas></canvas>", "html"),
        ("artifact", "Write a snake game", "<canvas></canvas>", "html"),
        ("chart", "Show sales", "<script>new Chart(c, {})</script>", "html"),
        ("chart", "Draw a pie chart of pets", None, None),
        ("diagram", "A flowchart of a login", None, None),
        (None, "Tell me more", None, None),
    ],
)
def test_the_domain_is_told_from_language_code_and_words(
    domain: str | None, instruction: str, code: str | None, language: str | None
) -> None:
    assert infer_domain(instruction, code, language) == domain


def test_the_task_follows_from_what_is_there() -> None:
    assert infer_task("Draw", has_before=False, has_reference=False) == "generate"
    assert infer_task("Fix it", has_before=False, has_reference=True) == "reproduce"
    assert infer_task("Make it red", has_before=True, has_reference=False) == "edit"
    assert infer_task("Fix the broken axis", has_before=True, has_reference=True) == "repair"


@pytest.mark.parametrize(
    "text",
    [
        "```" + " " * 300_000 + "`",
        "```a\n" * 60_000,
        "`" * 300_000,
        "\n" * 300_000 + "```",
        "[CODE]\n" * 40_000,
        "function(" * 40_000,
        "<!--" * 60_000,
        "---\n" * 60_000,
        "a" * 300_000,
        "<input" * 50_000,
        "plot(" * 50_000,
        "(*" * 100_000,
        "AB[" * 100_000,
        "interactive " * 30_000,
        " \t" * 150_000 + "x",
    ],
)
def test_hostile_texts_are_read_in_time_that_grows_with_their_length(text: str) -> None:
    code, fence = strip_fences(text)
    language = infer_language(code, fence)
    infer_domain(text, text, language)
    infer_domain(text, text, "html")
    infer_domain(text, None, None)


def test_the_id_depends_on_what_makes_a_triple_and_on_nothing_else() -> None:
    base = {"instruction": "a", "code": "b", "render": ["p.png", {"bytes": b"1", "path": None}]}
    assert content_id(base) == content_id({**base, "meta": {"x": 1}, "id": "z", "checklist": ["q"]})
    assert len(content_id(base)) == 16
    changes = [
        {"instruction": "c"},
        {"code": None},
        {"language": "r"},
        {"task": "edit"},
        {"before.code": "x"},
        {"render": ["p.png"]},
        {"instruction": None, "code": "ab"},
    ]
    assert len({content_id({**base, **change}) for change in [{}, *changes]}) == 1 + len(changes)


def test_ids_seen_before_are_known_after_the_table_has_grown() -> None:
    seen, known, draw = SeenIds(), set(), random.Random(0)
    for _ in range(30_000):
        id_ = str(draw.randrange(20_000))
        assert seen.add(id_) == (id_ not in known)
        known.add(id_)


def test_a_claimed_id_is_unique_whatever_came_before() -> None:
    seen = SeenIds()
    claimed = [seen.claim(id_, row)[0] for row, id_ in enumerate(["a", "a#2", "a", "a", "a#2", "a#3"])]
    assert claimed[0] == "a"
    assert len(set(claimed)) == 6
