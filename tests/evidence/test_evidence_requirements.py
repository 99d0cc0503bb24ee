from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.evidence import embedding, measure
from janus_reward.evidence.arrangement import sections, wishes
from janus_reward.evidence.ordering import asked_orders

CODE = "import matplotlib.pyplot as plt\nplt.bar(names, values)\n"


def evidence(made):
    found = measure(made)
    assert "signal_errors" not in found.notes
    return found


def chart(values, names=("a", "b", "c", "d"), title="Sales"):
    ticks = [{"role": "tick", "text": name, "axis": "x", "at": float(at)} for at, name in enumerate(names)]
    series = [{"kind": "bar", "n": len(values), "x": list(range(len(values))), "y": list(values)}]
    axes = [{"title": title, "series": series, "marks": {"bar": len(values)}, "x_label": "", "y_label": ""}]
    texts = [*ticks, {"role": "title", "text": title, "box": [0, 0, 100, 20]}]
    return {"texts": texts, "axes": axes, "chart_types": ["bar"], "canvas": [320, 240]}


@pytest.mark.parametrize(
    ("text", "target", "descending"),
    [
        ("a bar chart, list x-axis in descending order", "category", True),
        ("Show a bar chart, and display from low to high by the y-axis please", "value", False),
        ("and could you rank from high to low by the bars please", "any", True),
        ("Sort the bars in ascending order of value", "value", False),
        ("show by the names in desc", "category", True),
        ("the name and revenue of all makers sorted by their revenue in descending order", "any", True),
        ("the last name of students in the descending order of age", "any", True),
        ("order them alphabetically", "category", False),
    ],
)
def test_an_order_is_read_from_how_people_ask(text, target, descending):
    (order,) = asked_orders(text)
    assert (order.target, order.descending) == (target, descending)


@pytest.mark.parametrize(
    "text",
    ["in order to show the order of events", "a line with ascending notes", "show descending chord", "sort it out"],
)
def test_words_about_orders_without_an_order_are_none(text):
    assert all(order.target == "any" for order in asked_orders(text))


@pytest.mark.parametrize(
    ("asked", "values", "kept"),
    [
        ('Bar chart titled "Sales". Sort by the y-axis in descending order.', (9, 5, 4, 1), 1),
        ('Bar chart titled "Sales". Sort by the y-axis in descending order.', (1, 4, 5, 9), 0),
        ('Bar chart titled "Sales". Sort by the y-axis in ascending order.', (1, 9, 5, 4), 0),
        ('Bar chart titled "Sales". Sort by the x-axis in ascending order.', (1, 9, 5, 4), 1),
        ('Bar chart titled "Sales". Sort by the x-axis in descending order.', (1, 9, 5, 4), 0),
        ('Bar chart titled "Sales".', (1, 9, 5, 4), None),
    ],
)
def test_the_order_asked_for_is_compared_with_what_was_plotted(sample, bars, asked, values, kept):
    found = evidence(sample(CODE, "python", asked, bars(), facts=chart(values)))
    assert found.signals["alignment.order_kept"] == kept
    assert any(note.startswith("order:") for note in found.notes.get("contradicted", ())) == (kept == 0)


def test_another_title_in_place_of_the_one_asked_for_is_a_contradiction(sample, bars):
    asked = 'Bar chart with the title "Yearly revenue".'
    right = evidence(sample(CODE, "python", asked, bars(), facts=chart((1, 2, 3, 4), title="Yearly revenue")))
    wrong = evidence(sample(CODE, "python", asked, bars(), facts=chart((1, 2, 3, 4), title="Profit")))
    assert right.signals["alignment.quotes_contradicted"] == 0
    assert wrong.signals["alignment.quotes_contradicted"] == 1
    assert "quote: Yearly revenue" in wrong.notes["contradicted"]


def test_a_misspelt_label_is_a_contradiction_and_a_missing_one_is_unknown(sample, bars):
    asked = 'A bar chart with the annotation "Threshold reached".'
    facts = chart((1, 2, 3, 4))
    facts["texts"].append({"role": "annotation", "text": "Threshhold reached", "box": [0, 0, 90, 10]})
    misspelt = evidence(sample(CODE, "python", asked, bars(), facts=facts))
    absent = evidence(sample(CODE, "python", asked, bars(), facts=chart((1, 2, 3, 4))))
    assert misspelt.signals["alignment.quotes_contradicted"] == 1
    assert absent.signals["alignment.quotes_contradicted"] == 0
    assert "quote: Threshold reached" in absent.notes["not_found"]


def test_another_number_in_a_label_is_not_a_misspelling(sample, bars):
    facts = chart((1, 2, 3, 4), names=("Group 1", "Group 2", "Group 3", "Group 4"))
    found = evidence(sample(CODE, "python", 'Bars up to "Group 5".', bars(), facts=facts))
    assert found.signals["alignment.quotes_contradicted"] == 0


def test_another_chart_type_is_counted_as_contradicted(sample, bars):
    pie = evidence(sample(CODE, "python", "Draw a pie chart of sales.", bars(), facts=chart((1, 2, 3, 4))))
    bar = evidence(sample(CODE, "python", "Draw a bar chart of sales.", bars(), facts=chart((1, 2, 3, 4))))
    assert pie.signals["alignment.requirements_contradicted"] == 1
    assert bar.signals["alignment.requirements_contradicted"] == 0
    assert bar.signals["alignment.requirements_found"] == 1


def test_comments_satisfy_no_requirement(sample):
    asked = 'Use "Blue Harbor" and 4711.'
    said = evidence(sample("# Blue Harbor 4711\nx = 1\n", "python", asked))
    done = evidence(sample("print('Blue Harbor', 4711)\n", "python", asked))
    assert said.signals["alignment.requirements_found"] == 0
    assert done.signals["alignment.requirements_found"] == 1


def test_named_sections_are_looked_for(sample):
    asked = 'A page with a section titled "Our Story", a pricing section and a hero section.'
    page = "<html><body><section class='hero'>Hi</section><h2>Our Story</h2></body></html>"
    assert set(sections(asked)) == {"our story", "pricing", "hero"}
    found = evidence(sample(page, "html", asked))
    assert found.signals["alignment.sections_found"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("values", "kept"), [((1, 4, 9), 1), ((9, 4, 1), 0)])
def test_bars_without_told_places_show_their_order_by_their_lengths(sample, bars, values, kept):
    facts = chart(values, names=("a", "c", "b"))
    boxes = [{"kind": "bar", "box": [50 * at, 100 - 10 * value, 50 * at + 20, 100]} for at, value in enumerate(values)]
    facts["axes"][0] |= {"series": [{"kind": "bar", "n": 3, "x": [], "y": sorted(values)}], "mark_boxes": boxes}
    found = evidence(sample(CODE, "python", "Bar chart. Sort by the y-axis in ascending order.", bars(), facts=facts))
    assert found.signals["alignment.order_kept"] == kept


@pytest.mark.parametrize(("side", "kept"), [("left", 1), ("right", 0)])
def test_a_sidebar_on_the_wrong_side_is_seen(sample, bars, side, kept):
    boxes = [{"tag": "aside", "box": [0, 0, 80, 240], "parent": -1}]
    facts = {"boxes": boxes, "canvas": [320, 240], "texts": []}
    found = evidence(sample("<html></html>", "html", f"Put the sidebar on the {side}.", bars(), facts=facts))
    assert found.signals["alignment.layout_kept"] == kept


def test_nothing_asked_gives_no_share(sample):
    found = evidence(sample("x = 1", "python", "Do something nice."))
    assert found.signals["alignment.requirements_found"] is None


def test_embeddings_are_none_unless_asked_for(sample, bars, monkeypatch):
    monkeypatch.delenv(embedding.ASKED, raising=False)
    found = evidence(sample(CODE, "python", "A bar chart", bars(), facts=chart((1, 2, 3, 4))))
    assert found.signals["embedding.picture_likeness"] is None
    assert found.signals["embedding.code_likeness"] is None


@pytest.mark.skipif(not embedding.available(), reason="the extra `embed` is not installed")
def test_embeddings_agree_with_the_published_model():
    person = embedding.encoder().encode("That is a happy person")
    published = {"That is a happy dog": 0.695, "That is a very happy person": 0.943, "Today is a sunny day": 0.257}
    for text, cosine in published.items():
        assert float(person @ embedding.encoder().encode(text)) == pytest.approx(cosine, abs=0.002)


@pytest.mark.skipif(not embedding.available(), reason="the extra `embed` is not installed")
def test_a_picture_about_the_instruction_is_more_alike_than_another(sample, bars, monkeypatch):
    monkeypatch.setenv(embedding.ASKED, "1")
    facts = chart((1, 2, 3, 4), names=("beer", "wine", "cider", "rum"), title="Drinks sold last week")
    same = evidence(sample(CODE, "python", "Plot how many beverages were bought.", bars(), facts=facts))
    other = evidence(sample(CODE, "python", "Show the temperature of the ocean.", bars(), facts=facts))
    name = "embedding.picture_likeness"
    assert same.signals[name] > other.signals[name]


@given(st.text(alphabet='sortedbyxy-axis asc desc inorder,.\n"titled', max_size=300))
def test_any_text_can_be_read_for_orders_sections_and_layout(text):
    assert len(asked_orders(text)) <= 5
    assert len(sections(text)) <= 20
    assert len(wishes(text)) <= 10
