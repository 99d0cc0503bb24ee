"""What is where: numbers, names and axes of charts, order and covers of pages, shapes of drawings."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from janus_reward.evidence import measure
from janus_reward.evidence.axis_roles import wanted_roles
from janus_reward.evidence.given_literals import given_literals
from janus_reward.evidence.number_rows import named_numbers, number_rows


def series(label, values, **more):
    return {
        "kind": "line",
        "label": label,
        "n": len(values),
        "x": list(range(len(values))),
        "y": values,
        "color": "#0000ff",
        **more,
    }


def tick(axis, text, at):
    return {"role": "tick", "axis": axis, "text": text, "at": at, "axes": 0, "box": [at, 0, at + 5, 5]}


def chart(*drawn, texts=(), **axes):
    plot = {"box": [20, 20, 300, 220], "series": list(drawn), "marks": {"line": len(drawn)}, **axes}
    return {"canvas": [320, 240], "axes": [plot], "texts": list(texts)}


def signals(sample, bars, instruction, facts=None, **more):
    return measure(sample(instruction=instruction, png=bars(), facts=facts, **more)).signals


@pytest.mark.parametrize(
    "text, rows",
    [
        ("rent: 540, 565, 620 and more", {"rent": (540, 565, 620)}),
        ("Mon 34 52 88, Tue 29 47 92", {"Mon": (34, 52, 88), "Tue": (29, 47, 92)}),
        ("scores = [65, 78.5,\n 72]", {"scores": (65, 78.5, 72)}),
        ("the years 2019, 2020, 2021", {}),
        ("population 1,200, 3,400, 900", {"population": (1200, 3400, 900)}),
    ],
)
def test_rows_of_numbers_are_read_with_their_names(text, rows):
    assert {row.name: row.values for row in number_rows(text)} == rows


def test_pairs_of_a_name_and_a_number_are_read():
    assert named_numbers("sold: croissants 148, rye bread 96 and bagels (121) on 2 days") == (
        {"croissants": 148, "rye bread": 96, "bagels": 121},
    )


def test_numbers_in_another_order_are_told_from_numbers_that_are_not_there(sample, bars):
    text = "Lines. Exports: 5, 6, 4, 7. Imports: 6, 9, 5, 8."
    names = ("alignment.rows_plotted", "alignment.rows_in_order", "alignment.rows_named")

    def found(*drawn):
        values = signals(sample, bars, text, chart(*drawn))
        return tuple(values[name] for name in names)

    assert found(series("exports", [5, 6, 4, 7]), series("imports", [6, 9, 5, 8])) == (1, 1, 1)
    assert found(series("exports", [6, 9, 5, 8]), series("imports", [5, 6, 4, 7])) == (1, 1, 0)
    assert found(series("exports", [7, 4, 6, 5]), series("imports", [6, 9, 5, 8])) == (1, 0.5, 1)
    assert found(series("exports", [5, 6, 4, 7]), series("imports", [6, 16, 5, 8])) == (0.5, 1, 1)


def test_bars_that_stand_at_the_wrong_names_are_seen(sample, bars):
    def found(heights):
        marks = [
            {"kind": "bar", "box": [at, 200 - height, at + 20, 200]}
            for at, height in zip((40, 90, 140), heights, strict=True)
        ]
        ticks = [tick("x", name, at + 10) for name, at in (("oak", 40), ("elm", 90), ("ash", 140))]
        facts = chart({"kind": "bar", "n": 3, "y": heights, "x": [0, 1, 2]}, texts=ticks, mark_boxes=marks)
        return signals(sample, bars, "Bars: oak 30, elm 50, ash 90.", facts)["alignment.named_values_kept"]

    assert found([30, 50, 90]) == 1
    assert found([90, 50, 30]) == 0


def test_slices_at_the_wrong_names_are_seen(sample, bars):
    def found(shares):
        texts = [{"role": "label", "text": text, "axes": 0} for text in ("Oak", "Elm", "Ash", "18%", "170 trees")]
        facts = chart({"kind": "arc", "n": 3, "y": shares}, texts=texts)
        return signals(sample, bars, "Pie: oak 30, elm 50, ash 90.", facts)["alignment.named_values_kept"]

    assert found([0.18, 0.29, 0.53]) == 1
    assert found([0.53, 0.29, 0.18]) == 0
    assert found([0.33, 0.33, 0.33]) == 0


def test_groups_are_told_apart_where_the_request_means_colours(sample, bars):
    def found(text):
        facts = chart({"kind": "bar", "n": 2, "y": [3, 4], "x": [0, 1], "color": "#1f77b4"})
        return signals(sample, bars, text, facts)["alignment.groups_shown"]

    assert found("A stacked bar chart of rents by city and type.") == 0
    assert found("Bars of the rent by city, grouped by type.") == 0
    assert found("The distribution of cities and the mean rent, and group by attribute cities, as bars.") is None


def test_numbers_read_off_an_axis_are_as_exact_as_its_pixels(sample, bars):
    def plotted(drawn):
        facts = chart(series("", drawn))
        return signals(sample, bars, "A line of the tide: 11.2, 4.1, 1.3, 8.4 m.", facts)["alignment.rows_plotted"]

    assert plotted([11.223, 4.123, 1.323, 8.423]) == 1
    assert plotted([11.2, 4.1, 2.3, 8.4]) == 0
    assert plotted([]) is None


@pytest.mark.parametrize(
    "text, roles",
    [
        ('x axis "Year", y axis "Rent (EUR)"', {"x": {"year"}, "y": {"rent", "eur"}}),
        ("show the revenue by month", {"value": {"revenu"}, "category": {"month"}}),
        ("draw the number of ships by flag", {"category": {"flag"}}),
        ("the relationship between height and weight", {"x": {"height"}, "y": {"weight"}}),
    ],
)
def test_an_instruction_tells_which_quantity_belongs_where(text, roles):
    assert {one.role: set(one.stems) for one in wanted_roles(text)} == roles


def test_exchanged_axis_labels_are_seen(sample, bars):
    def found(x, y):
        return signals(sample, bars, "A line of the rent by year", chart(series("", [1, 2]), x_label=x, y_label=y))

    assert found("Year", "Rent")["alignment.axes_kept"] == 1
    assert found("Rent", "Year")["alignment.axes_kept"] == 0
    assert found("a", "b")["alignment.axes_kept"] is None


def test_a_label_over_ticks_of_another_kind_is_seen(sample, bars):
    ticks = [tick("x", name, at) for at, name in enumerate(("Jan", "Feb", "Mar"))]
    ticks += [tick("y", value, at) for at, value in enumerate(("0", "5000", "10000"))]

    def found(x, y):
        facts = chart(series("", [1, 2, 3]), texts=ticks, x_label=x, y_label=y)
        return signals(sample, bars, None, facts)["chart.label_misfit_share"]

    assert found("Month", "Sales ($)") == 0
    assert found("Sales ($)", "Month") == 1


def test_bars_lie_only_where_that_was_asked_for(sample, bars):
    def found(text, orientation):
        lying = {"kind": "bar", "n": 2, "x": [1, 2], "y": [0, 1], "orientation": orientation}
        marks = [{"kind": "bar", "box": [30, 40, 90, 60]}, {"kind": "bar", "box": [30, 80, 120, 100]}]
        return signals(sample, bars, text, chart(lying, mark_boxes=marks))["alignment.bars_upright"]

    assert found("A bar chart of cups", "vertical") == 1
    assert found("A bar chart of cups", "horizontal") == 0
    assert found("Horizontal bars of cups", "horizontal") == 1
    assert found("Horizontal bars of cups", "vertical") == 0


def test_data_given_as_code_must_come_back_unchanged(sample, bars):
    text = 'Use this:\nscores = [65, 78, 72]\nlabel = "Pupils"\n'
    assert given_literals(text) == {"scores": [65, 78, 72], "label": "Pupils"}

    def found(code):
        return signals(sample, bars, text, code=code)["alignment.literals_kept"]

    assert found('scores = [65, 78, 72]\nlabel = "Pupils"') == 1
    assert found('scores = [65, 87, 72]\nlabel = "Pupils"') == 0.5
    assert found("values = [1]") is None


def test_labels_of_other_series_and_data_that_is_never_drawn_are_seen(sample, bars):
    head = "names = ['Wind power', 'Solar power']\nwind = [1, 2]\nsolar = [2, 1]\n"

    def found(code):
        return signals(sample, bars, None, code=head + code)

    right = "ax.plot(x, wind, label=names[0])\nax.plot(x, solar, label=names[1])"
    wrong = "ax.plot(x, solar, label=names[0])\nax.plot(x, wind, label='Solar power')"
    assert found(right)["code.mislabelled_series"] == 0
    assert found(wrong)["code.mislabelled_series"] == 1
    assert found(right)["code.unread_names"] == 0
    assert found("ax.plot(x, wind, label=names[0])")["code.unread_names"] == 1


def test_columns_that_a_specification_never_names_are_counted(sample, bars):
    spec = '{"data": {"values": [{"day": 1, "cups": 2}]}, "mark": "bar", "encoding": {"x": {"field": "day"}%s}}'
    for more, share in ((', "y": {"field": "cups"}', 0), ("", 0.5)):
        found = measure(sample(code=spec % more, language="vega-lite", png=bars())).signals
        assert found["chart.unused_columns"] == share


def page(boxes, texts=()):
    return {"canvas": [800, 600], "boxes": boxes, "texts": list(texts)}


def test_a_box_over_the_content_and_a_footer_on_top_are_seen(sample, bars):
    words = [
        {"kind": "text", "tag": "p", "box": [50, 100 * row, 400, 100 * row + 40], "chars": 9} for row in range(1, 5)
    ]

    def found(*more):
        return measure(sample(code="<p>", language="html", png=bars(), facts=page([*words, *more]))).signals

    cover = {"kind": "box", "tag": "div", "box": [0, 0, 800, 600], "parent": -1}
    assert found()["page.buried_share"] == 0
    assert found(cover)["page.buried_share"] == 1
    assert found({"kind": "landmark", "tag": "footer", "box": [0, 550, 800, 600]})["page.landmarks_misplaced"] == 0
    assert found({"kind": "landmark", "tag": "footer", "box": [0, 0, 800, 60]})["page.landmarks_misplaced"] == 1


def test_named_texts_are_expected_in_the_order_of_the_instruction(sample, bars):
    def found(*order):
        texts = [{"text": name, "box": [0, 50 * row, 90, 50 * row + 20]} for row, name in enumerate(order)]
        made = sample(
            code="<p>",
            language="html",
            instruction='Sections "Start", "Menu", "Contact"',
            png=bars(),
            facts=page([], texts),
        )
        return measure(made).signals["alignment.quotes_in_order"]

    assert found("Start", "Menu", "Contact") == 1
    assert found("Contact", "Menu", "Start") == 0
    assert found("Start", "Menu") is None


def drawing(shapes):
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{shapes}</svg>'


def test_a_rectangle_in_percent_that_hides_the_drawing_is_seen(sample, bars):
    shapes = '<circle cx="50" cy="50" r="20" fill="red"/><rect x="40" y="75" width="20" height="10" fill="blue"/>'
    cover = '<rect x="10%" y="10%" width="80%" height="80%" fill="#333"/>'

    def found(body):
        return measure(sample(code=drawing(body), language="svg", png=bars())).signals

    assert found(shapes)["svg.buried_share"] == 0
    assert found(cover + shapes)["svg.buried_share"] == 0
    assert found(shapes + cover)["svg.buried_share"] > 0.2
    assert found(shapes)["svg.outline_weight"] == 0
    assert found(shapes.replace("/>", ' stroke="#222" stroke-width="4"/>'))["svg.outline_weight"] > 0.1


def test_shapes_on_common_lines_are_told_from_shapes_anywhere(sample, bars):
    tidy = "".join(f'<rect x="{x}" y="10" width="10" height="10"/>' for x in (10, 40, 80))
    loose = "".join(f'<rect x="{x}" y="{x * 0.7}" width="{x / 9}" height="{x / 7}"/>' for x in (11, 33, 71))
    shares = [measure(sample(code=drawing(body), language="svg", png=bars())).signals for body in (tidy, loose)]
    assert [found["svg.aligned_share"] for found in shares] == [1, 0]


def test_one_changed_colour_lowers_the_likeness_cell_by_cell(sample, bars):
    def found(png):
        return measure(sample(png=png, reference=bars())).signals

    same, other = found(bars()), found(bars(color="#b41f77"))
    assert same["reference.cell_match"] == 1 and same["reference.cell_distance"] == 0
    assert 0.8 < other["reference.cell_match"] < 1 and other["reference.cell_distance"] > 0


def test_turned_blocks_lower_the_share_of_upright_edges(sample):
    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).rectangle((60, 60, 340, 240), fill="navy")
    shares = []
    for turn in (0, 12):
        out = io.BytesIO()
        image.rotate(turn, fillcolor="white").save(out, "PNG")
        shares.append(measure(sample(png=out.getvalue())).signals["aesthetics.upright_edges"])
    assert shares[0] > 0.9 and shares[1] < 0.2
