import ast
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janus_reward.corrupt import FAMILIES, KINDS
from janus_reward.corrupt.__main__ import reference
from janus_reward.corrupt.base import corruption
from janus_reward.evidence.markup import check_xml
from janus_reward.rubric import RubricSet
from janus_reward.triple import Before, Picture, Triple

REPO = Path(__file__).parents[2]

CHART = """import matplotlib.pyplot as plt

BAR_WIDTH = 0.4
months = ["May", "June", "July"]
sold = [12.5, 40, 33]
lent = [3, 9, 21]

# Draw both series.
fig, ax = plt.subplots(figsize=(8, 4))
ax.bar(months, sold, BAR_WIDTH, label="Sold", color="#1f77b4")
ax.bar(months, lent, BAR_WIDTH, label="Lent", color="orange")
ax.set_title("Books by month")
ax.set_xlabel("Month")
ax.set_ylabel("Books (thousands)")
ax.legend(loc="upper left", ncol=2)
plt.tight_layout()
plt.show()
"""
WANTED = (
    'Bar chart titled "Books by month" of books sold (12.5, 40, 33) and lent (3, 9, 21) in May, June, July; '
    "blue and orange bars, y label with the unit (thousands), legend."
)
PAGE = """<!DOCTYPE html>
<html><head><title>Tea</title><style>
body { margin: 0; font-size: 16px; background: #ffffff; color: #222222; }
.card { padding: 12px; border-radius: 8px; border: 1px solid #cccccc; font-weight: 700; line-height: 1.5; }
.row { display: flex; flex-direction: row; text-align: left; width: 600px; }
</style></head>
<body>
<header class="row"><h1>The tea house</h1><button onclick="order()">Order now</button></header>
<section class="card" id="menu"><h2>Menu</h2><p>Green tea, black tea and a long list of herbs.</p></section>
<section class="card" id="hours"><h2>Hours</h2><p>Open from nine to five on every day of the week.</p></section>
<footer class="row"><p>Call us at any time you like, we answer.</p><img src="cup.png" alt="A cup"></footer>
<script>function order() { document.getElementById("menu").textContent = "Thank you for your order of today"; }</script>
</body></html>
"""
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 80" width="400" height="320">
  <rect x="0" y="0" width="100" height="80" fill="#87ceeb"/>
  <path d="M 10 70 L 50 20 L 90 70 C 80 75 60 76 50 76 C 40 76 20 75 10 70 Z" fill="green"/>
  <circle cx="80" cy="15" r="8" fill="gold"/>
  <text x="10" y="10">Hill</text><text x="60" y="10">Sun</text>
</svg>
"""
SPEC = {
    "title": "Weight by animal",
    "data": {
        "values": [{"a": name, "b": value} for name, value in (("cat", 4), ("dog", 20), ("cow", 700), ("ant", 1))]
    },
    "mark": "bar",
    "encoding": {
        "x": {"field": "a", "type": "nominal", "title": "Animal", "sort": "-y"},
        "y": {"field": "b", "type": "quantitative", "title": "Weight"},
        "color": {"field": "a", "type": "nominal"},
    },
}


def chart(**changes: object) -> Triple:
    return Triple(
        **{
            "row": 0,
            "id": "t",
            "instruction": WANTED,
            "code": CHART,
            "language": "python",
            "domain": "chart",
            "task": "generate",
        }
        | changes
    )


def page(**changes: object) -> Triple:
    wanted = "A page of a tea house with menu and hours."
    return Triple(
        **{
            "row": 0,
            "id": "p",
            "instruction": wanted,
            "code": PAGE,
            "language": "html",
            "domain": "webui",
            "task": "generate",
        }
        | changes
    )


def drawing(**changes: object) -> Triple:
    wanted = "A green hill under a gold sun, with labels."
    return Triple(
        **{
            "row": 0,
            "id": "s",
            "instruction": wanted,
            "code": DRAWING,
            "language": "svg",
            "domain": "svg",
            "task": "generate",
        }
        | changes
    )


def vega(**changes: object) -> Triple:
    wanted = "A bar chart of animals by weight (4, 20, 700, 1), in descending order."
    return Triple(
        **{
            "row": 0,
            "id": "v",
            "instruction": wanted,
            "code": json.dumps(SPEC, indent=2),
            "language": "vega-lite",
            "domain": "chart",
            "task": "generate",
        }
        | changes
    )


def damaged(name: str, triple: Triple, stranger: Triple | None = None, seed: int = 0) -> Triple | None:
    return KINDS[name].applies(triple, Random(seed), stranger)


def code_after(name: str, triple: Triple) -> str:
    bad = damaged(name, triple)
    assert bad is not None, f"{name} should apply"
    return bad.code or ""


def test_there_are_enough_kinds_and_about_a_quarter_is_held_out():
    kinds = [kind for kind in KINDS.values() if not kind.harmless]
    assert len(kinds) >= 40
    assert 0.2 <= sum(kind.holdout for kind in kinds) / len(kinds) <= 0.3
    assert {kind.family for kind in KINDS.values()} == set(FAMILIES)


def test_every_kind_of_damage_lowers_something_and_names_real_criteria():
    criteria = set(RubricSet.load(None).criteria)
    for kind in KINDS.values():
        assert set(kind.lowers) | set(kind.keeps) <= criteria, kind.name
        assert bool(kind.lowers) != kind.harmless, kind.name
        assert (kind.severity == 0) == kind.harmless, kind.name


def test_the_page_of_the_docs_is_current():
    assert (REPO / "docs" / "corruptions.md").read_text() == reference()


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match="rename"):
        corruption("chart.drop_title", 1)(lambda case: None)


TRIPLES = {"chart": chart(), "page": page(), "drawing": drawing(), "vega": vega()}
STRANGER = chart(
    id="o", instruction="Pie of votes", code="import matplotlib.pyplot as plt\nplt.pie([1, 2])\nplt.show()\n"
)


@pytest.mark.parametrize("task", ["generate", "reproduce", "edit"])
@pytest.mark.parametrize("triple", TRIPLES.values(), ids=TRIPLES)
def test_every_kind_either_changes_the_triple_or_does_not_apply(triple, task):
    before = Before(code=(triple.code or "").replace("#", "#0", 1) + " ") if task == "edit" else None
    references = (Picture(path="a.png"),) if task == "reproduce" else ()
    parts = {name: getattr(triple, name) for name in ("row", "id", "instruction", "code", "language", "domain")}
    good = Triple(**parts, task=task, before=before, references=references, renders=(Picture(path="b.png"),))
    applied = 0
    for kind in KINDS.values():
        bad = kind.applies(good, Random(1), STRANGER)
        again = kind.applies(good, Random(1), STRANGER)
        assert bad == again, f"{kind.name} is not the same twice"
        if bad is None:
            continue
        applied += 1
        assert (bad.code, bad.instruction, bad.references) != (good.code, good.instruction, good.references), kind.name
        assert bad.renders == (), f"{kind.name} keeps a picture of the good answer"
        assert bad.id == good.id
    assert applied > 12


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS.values() if "python" in kind.languages and not kind.breaks],
    ids=lambda kind: kind.name,
)
def test_damage_that_must_not_break_python_leaves_code_that_parses(kind):
    bad = kind.applies(chart(task="reproduce"), Random(3), STRANGER)
    if bad is not None:
        ast.parse(bad.code or "")


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if "svg" in kind.languages and not kind.breaks], ids=lambda kind: kind.name
)
def test_damage_that_must_not_break_svg_leaves_well_formed_markup(kind):
    bad = kind.applies(drawing(task="reproduce"), Random(3), STRANGER)
    if bad is not None:
        assert check_xml(bad.code or "").ok


@pytest.mark.parametrize(
    ("name", "gone", "left"),
    [
        ("chart.drop_title", "set_title", "set_xlabel"),
        ("chart.drop_axis_labels", "set_xlabel", "set_title"),
        ("chart.drop_legend", "ax.legend", 'label="Sold"'),
        ("chart.missing_unit", "(thousands)", '"Month"'),
        ("chart.wrong_type", "ax.bar(", "ax.plot(months, sold"),
        ("chart.drop_series", "months, lent", "months, sold"),
        ("chart.wrong_colours", '"orange"', "# Draw both series."),
        ("chart.clipped", "tight_layout", "subplots_adjust"),
    ],
)
def test_a_chart_loses_what_the_kind_says_and_nothing_else(name, gone, left):
    code = code_after(name, chart())
    assert gone not in code
    assert left in code


def test_swapped_series_keep_their_names_and_exchange_their_data():
    code = code_after("chart.swap_series", chart())
    assert 'ax.bar(months, lent, BAR_WIDTH, label="Sold"' in code
    assert 'ax.bar(months, sold, BAR_WIDTH, label="Lent"' in code


def test_only_values_that_were_asked_for_are_shifted():
    assert damaged("chart.shift_value", chart(instruction="Bar chart of books by month")) is None
    code = code_after("chart.shift_value", chart())
    assert "[12.5, 40, 33]" not in code or "[3, 9, 21]" not in code


def test_a_title_that_nobody_asked_for_may_be_missing():
    assert damaged("chart.drop_title", chart(instruction="Bars of the books sold and lent")) is None
    assert (
        damaged("chart.drop_title", chart(instruction="Bars of the books sold and lent", task="reproduce")) is not None
    )


def test_slight_style_is_damage_only_against_a_reference():
    assert damaged("css.radius", page()) is None
    assert damaged("css.radius", page(task="reproduce")) is not None


@pytest.mark.parametrize(
    "name", [name for name in KINDS if name.startswith("css.") and "contrast" not in name and "same_colour" not in name]
)
def test_one_css_property_changes_one_place(name):
    bad = damaged(name, page(task="reproduce"))
    if bad is None:
        pytest.skip("the page has no such property")
    changed = [
        (old, new) for old, new in zip(PAGE.split("\n"), (bad.code or "").split("\n"), strict=True) if old != new
    ]
    assert len(changed) == 1


def test_text_of_low_contrast_is_dark_on_a_dark_page():
    assert "#e6e6e8" in code_after("css.low_contrast", page())
    dark = page(
        code=PAGE.replace("background: #ffffff", "background: var(--night)").replace(
            "body {", ":root { --night: #101418; } body {"
        )
    )
    assert "#22262b" in code_after("css.low_contrast", dark)


def test_a_dropped_section_takes_its_words_along():
    code = code_after("html.drop_section", page())
    assert ("Green tea" in code) + ("nine to five" in code) + ("Call us" in code) == 2
    assert "The tea house" in code or "Menu" in code


def test_lorem_ipsum_replaces_the_long_texts_and_keeps_the_script():
    code = code_after("html.lorem_ipsum", page())
    assert "Green tea" not in code
    assert 'function order() { document.getElementById("menu").textContent = "Thank you' in code


def test_a_vega_chart_stays_valid_json_and_changes_its_mark():
    spec = json.loads(code_after("vega.wrong_type", vega()))
    assert spec == {**SPEC, "mark": "line"}


def test_a_wrong_order_in_vega_turns_the_sort():
    assert json.loads(code_after("vega.wrong_sort", vega()))["encoding"]["x"]["sort"] == "y"


def test_a_mismatch_takes_the_code_of_a_stranger():
    bad = damaged("instruction.mismatch", chart(), STRANGER)
    assert bad is not None
    assert (bad.instruction, bad.code) == (WANTED, STRANGER.code)
    assert damaged("instruction.mismatch", chart(), None) is None


def test_an_edit_that_is_not_made_hands_back_the_before():
    before = Before(code=CHART.replace("orange", "red"))
    assert code_after("edit.not_made", chart(task="edit", before=before)) == before.code
    assert damaged("edit.not_made", chart()) is None


def test_an_unrelated_change_keeps_the_edit_and_breaks_something_else():
    before = Before(code=DRAWING.replace("gold", "red"))
    code = code_after("edit.unrelated_change", drawing(task="edit", before=before))
    assert code not in (DRAWING, before.code)


def test_an_attack_in_a_comment_leaves_every_statement():
    code = code_after("attack.comment", chart())
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(CHART))
    assert "5" in code.split("\n")[0] or "rating" in code.split("\n")[0]


@pytest.mark.parametrize("name", ["harmless.comments", "harmless.blank_lines", "harmless.reformatted"])
def test_harmless_changes_of_python_leave_the_same_program(name):
    good = chart(code=CHART.replace("# Draw both series.\n", "")) if name == "harmless.reformatted" else chart()
    assert ast.dump(ast.parse(code_after(name, good))) == ast.dump(ast.parse(good.code or ""))


def test_renamed_variables_give_the_same_results():
    program = "total = 0\nrate = 3\nfor step in range(4):\n    total += step * rate\nprint(total)\n"
    bad = code_after("harmless.renamed_variables", chart(code=program))
    assert "total" not in [node.id for node in ast.walk(ast.parse(bad)) if isinstance(node, ast.Name)]
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for code in (program, bad)
    ]
    assert runs[0] == runs[1] == b"18\n"


def test_another_key_order_is_the_same_specification():
    code = code_after("harmless.key_order", vega())
    assert json.loads(code) == SPEC
    assert list(json.loads(code)) != list(SPEC)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=300), st.sampled_from(["python", "html", "svg", "vega-lite", "r"]))
def test_any_text_as_code_is_damaged_or_left_alone_but_never_an_error(code, language):
    triple = chart(code=code or "x", language=language, task="reproduce", before=Before(code="y"))
    for kind in KINDS.values():
        kind.applies(triple, Random(0), STRANGER)


@pytest.mark.parametrize(
    "code", ["(" * 5_000, "<div>" * 20_000, "[" * 50_000, '{"a":' * 50_000, "x = " + "-" * 30_000 + "1"]
)
def test_deeply_nested_code_is_survived(code):
    for language in ("python", "html", "svg", "vega-lite"):
        triple = chart(code=code, language=language, task="reproduce")
        for kind in KINDS.values():
            kind.applies(triple, Random(0), STRANGER)
