from __future__ import annotations

import pytest

from janus_reward.evidence import measure
from janus_reward.evidence.instruction import Instruction

BAR_CODE = """import matplotlib.pyplot as plt
plt.bar(['North', 'South'], [12, 30], color='tab:green')
plt.title('Sales 2024')
"""


def evidence(made):
    found = measure(made)
    assert "signal_errors" not in found.notes
    return found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Draw a bar chart of sales", ("bar",)),
        ("a grouped bars view, please", ("bar",)),
        ("Create a stacked column chart", ("bar",)),
        ("Give me a line plot over time", ("line",)),
        ("bubble chart of income", ("scatter",)),
        ("Use a donut chart", ("pie",)),
        ("show a heat map of correlations", ("heatmap",)),
        ("a radar chart comparing teams", ("polar",)),
        ("3D surface plot of z", ("3d",)),
        ("scatter plot with a line chart below", ("line", "scatter")),
        ("a candlestick chart", ("candlestick",)),
        ("network graph of friends", ("graph",)),
        ("Add a navigation bar and one line of code", ()),
        ("Put a table below the progress bar", ()),
        ("Draw a line from A to B, then a pie shop", ()),
        ("A page about violinists in an area of Paris, with a box of chocolates", ()),
    ],
)
def test_chart_types_are_told_from_words_used_otherwise(text, kinds):
    found = Instruction(text).chart_types
    assert found == kinds or (kinds == () and found == ("violin",) and "violin" in text)


def test_what_an_instruction_asks_for_is_read():
    asked = Instruction(
        'Draw three red bars titled "Sales 2024" with a legend and label the x-axis.\n1. Use #ff8800 for 1,200 units\n'
        "2. it's John's 'best year', 45% more; add a slider and two buttons, written in plotly"
    )
    assert asked.quoted == ("Sales 2024", "best year")
    assert asked.numbers == (45, 1200, 2024)
    assert [color.written for color in asked.colors] == ["#ff8800", "red"]
    assert (asked.wants_title, asked.wants_legend, asked.wants_labels) == (True, True, True)
    assert set(asked.widgets) == {"slider", "button"}
    assert [(count.count, count.thing) for count in asked.counts] == [(3, "bar"), (2, "button")]
    assert list(asked.tools) == ["plotly"]


@pytest.mark.parametrize(
    "text",
    [
        "What are the title and maximum price of each film? Show a pie chart.",
        "Remove the title and draw it without a legend",
        "Group by job title",
        "A legendary game with labels on the boxes",
    ],
)
def test_titles_and_legends_that_are_not_asked_for(text):
    asked = Instruction(text)
    assert (asked.wants_title, asked.wants_legend, asked.wants_labels) == (False, False, False)


def test_a_comment_that_repeats_the_instruction_proves_nothing(sample):
    instruction = 'Draw a bar chart titled "Harvest report" with 77 apples in purple'
    honest = evidence(
        sample("plt.bar(apples, 77, color='purple'); plt.title('Harvest report')", instruction=instruction)
    )
    parrot = evidence(sample(f"# {instruction}\npass", instruction=instruction))
    for name in ("quoted_found", "numbers_found", "colors_found"):
        assert honest.signals[f"alignment.{name}"] == 1, name
        assert parrot.signals[f"alignment.{name}"] == 0, name
    assert honest.signals["alignment.words_found"] > parrot.signals["alignment.words_found"]
    assert parrot.notes["missing_quotes"] == ["Harvest report"]
    assert parrot.notes["missing_colors"] == ["purple"]


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ('def f():\n    """Harvest report in purple."""\n    return 1\n', "python"),
        ('{"description": "Harvest report in purple", "mark": "bar"}', "vega-lite"),
        ("<svg xmlns='http://www.w3.org/2000/svg'><desc>Harvest report in purple</desc></svg>", "svg"),
        ("<html><!-- Harvest report in purple --><p>a</p></html>", "html"),
        ("// Harvest report in purple\nlet a = 1;", "javascript"),
    ],
)
def test_descriptions_that_nobody_sees_prove_nothing_either(sample, code, language):
    found = evidence(sample(code, language, "A 'Harvest report' in purple")).signals
    assert (found["alignment.quoted_found"], found["alignment.colors_found"], found["alignment.words_found"]) == (
        0,
        0,
        0,
    )


def test_the_picture_answers_for_title_labels_legend_and_quotes(sample, bars):
    instruction = 'Bar chart titled "Sales 2024", label the x-axis "Region", with a legend'
    axes = {"title": "Sales 2024", "x_label": "Region", "y_label": "Sum", "legend": ["a"], "marks": {"bar": 2}}
    texts = [{"role": "title", "text": "Sales 2024"}, {"role": "axis_label", "text": "Region"}]
    drawn = evidence(sample(BAR_CODE, instruction=instruction, png=bars(), facts={"axes": [axes], "texts": texts}))
    for part in ("title", "labels", "legend"):
        assert drawn.signals[f"alignment.{part}_asked_missing"] == 0, part
    assert drawn.signals["alignment.quoted_in_picture"] == 1

    bare = {"title": "", "x_label": "", "y_label": "", "legend": [], "marks": {"bar": 2}}
    missing = evidence(sample(BAR_CODE, instruction=instruction, png=bars(), facts={"axes": [bare], "texts": []}))
    for part in ("title", "labels", "legend"):
        assert missing.signals[f"alignment.{part}_asked_missing"] == 1, part
    assert missing.notes["missing_parts"] == ["title", "axis labels", "legend"]
    assert missing.signals["alignment.quoted_in_picture"] == 0

    unknown = evidence(sample(BAR_CODE, instruction=instruction, png=bars()))
    assert unknown.signals["alignment.title_asked_missing"] is None


def test_another_chart_type_than_asked_is_seen_and_noted(sample, bars):
    drawn = evidence(sample("x", instruction="Draw a pie chart", png=bars(), facts={"chart_types": ["bar"]}))
    assert drawn.signals["alignment.chart_type"] == 0
    assert drawn.notes["asked_chart_types"] == ["pie"]
    assert drawn.notes["drawn_chart_types"][0] == "bar"
    right = evidence(sample("x", instruction="Draw a bar chart", png=bars(), facts={"chart_types": ["bar"]}))
    assert right.signals["alignment.chart_type"] == 1
    without_picture = evidence(sample(BAR_CODE, instruction="Draw a bar chart"))
    assert without_picture.signals["alignment.chart_type"] == 1


def test_a_colour_is_found_by_eye_not_only_by_name(sample, bars):
    blue = evidence(sample("draw()", instruction="Make the bars blue", png=bars("#1f77b4")))
    assert blue.signals["alignment.colors_found"] == 1
    red = evidence(sample("draw()", instruction="Make the bars blue", png=bars("#d62728")))
    assert red.signals["alignment.colors_found"] == 0
    near = evidence(sample("draw()", instruction="Bars in #1f77b4", png=bars("#2077b4")))
    assert near.signals["alignment.colors_found"] == 1


def test_what_an_edit_is_to_replace_need_not_be_there(sample):
    asked = Instruction("Change the bars from red to brown and replace 'Old' with 'New'")
    assert ([color.written for color in asked.colors], asked.quoted) == (["brown"], ("New",))
    found = evidence(sample("<rect fill='#a52a2a'/>", "svg", "Change the fill from #000000 to white"))
    assert found.notes["missing_colors"] == ["white"]


def test_counts_and_widgets_are_held_against_the_page(sample, bars):
    instruction = "A page with three buttons, a slider and a contact form"
    facts = {"widgets": {"button": 2, "slider": 1}, "elements": {"div": 4}}
    found = evidence(sample("<html></html>", "html", instruction, bars(), facts))
    assert found.signals["alignment.widgets_asked_found"] == pytest.approx(2 / 3)
    assert found.signals["alignment.counts_found"] == 0
    assert found.notes["wrong_counts"] == ["3 buttons, not 2"]


def test_the_library_that_was_asked_for(sample):
    assert evidence(sample(BAR_CODE, instruction="Use plotly")).signals["alignment.language_match"] == 0
    assert evidence(sample(BAR_CODE, instruction="Use matplotlib")).signals["alignment.language_match"] == 1


def test_words_are_found_in_part_and_quotes_word_by_word(sample):
    asked = "sort dictionary `scores` by 'user name'"
    near = evidence(sample("sorted(scores.items(), key=lambda pair: pair['name'])", instruction=asked)).signals
    far = evidence(sample("print(42)  # sort dictionary scores user name", instruction=asked)).signals
    assert near["alignment.quoted_words_found"] == pytest.approx(2 / 3)
    assert near["alignment.subwords_found"] > 0.3
    assert (far["alignment.quoted_words_found"], far["alignment.subwords_found"]) == (0, 0)


def test_no_instruction_means_no_alignment(sample, bars):
    found = evidence(sample(BAR_CODE, png=bars())).signals
    assert {name for name, value in found.items() if name.startswith("alignment.") and value is not None} == set()


def test_chinese_instructions_are_compared_by_pairs_of_signs(sample):
    found = evidence(sample("plt.title('销售数据')", instruction="请绘制销售数据图表")).signals
    assert 0 < found["alignment.words_found"] < 1
