"""What is found, what is let alone, and that the result hangs on nothing but the content."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from janus_reward.decontaminate.detect import Detector
from janus_reward.decontaminate.items import Item, Items
from janus_reward.decontaminate.plotted import other_data
from janus_reward.decontaminate.registry import Benchmark
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.batch import Batch

QUESTION = (
    "A ferry carries cars over a fjord; each row of the log holds a departure, the number of cars and the wind. Draw "
    "for every weekday the median number of cars as bars, and mark the days on which the wind stopped the ferry."
)
ANSWER = '''
import statistics

def median_by_weekday(log):
    """Median number of cars for each weekday of the log."""
    days = {}
    for departure, cars, wind in log:
        if wind < 20:
            days.setdefault(departure.weekday(), []).append(cars)
    result = {}
    for day, counts in sorted(days.items()):
        result[day] = statistics.median(counts)
    return result
'''
RENAMED = """
import statistics

def f(rows):
    groups = {}
    for a, b, c in rows:
        if c < 35:
            groups.setdefault(a.weekday(), []).append(b)
    out = {}
    for k, v in sorted(groups.items()):
        out[k] = statistics.median(v)
    return out
"""
OTHER = """
import pandas as pd
import matplotlib.pyplot as plt

frame = pd.read_csv("ferry.csv", parse_dates=["departure"])
calm = frame[frame.wind < 20]
calm.groupby(calm.departure.dt.day_name()).cars.median().plot.bar(color="teal")
plt.title("Cars by weekday")
plt.tight_layout()
plt.savefig("ferry.png")
"""


def detector(*items: Item, **options) -> Detector:
    benchmark = Benchmark(id="ferries", title="Ferries", sources=("ferry archive",))
    return Detector([Items(benchmark, items, "0" * 64, "ferries.jsonl", 0)], DecontaminateSettings(**options))


def item(**given) -> Item:
    fields = {"question": QUESTION, "answer": ANSWER, "code": ANSWER, "picture": None, "language": "python"}
    return Item("ferries", "f1", **(fields | given))


def found(rows, *items, **options):
    instructions, codes = zip(*rows, strict=True)
    looked = detector(*(items or (item(),)), **options)
    looked.add(
        Batch(
            pa.array([f"r{k}" for k in range(len(rows))]), np.arange(len(rows)),
            code=pa.array(codes, pa.large_string()), instruction=pa.array(instructions, pa.large_string()),
            languages=pa.array(["python"] * len(rows)),
        )
    )  # fmt: skip
    return looked.hits()


@pytest.mark.parametrize(
    ("row", "evidence"),
    [
        ((f"Please: {QUESTION} Thanks.", None), {"question"}),
        ((QUESTION.upper().replace(" ", "\n"), None), {"question"}),
        ((None, f"print('start')\n{ANSWER}\nprint('end')"), {"answer", "code"}),
        ((None, RENAMED), {"code"}),
        (("Something else.", f"# {QUESTION}\nx = 1"), {"question"}),
    ],
    ids=["question", "other layout", "answer in a longer file", "renamed", "question in a comment"],
)
def test_an_item_is_found_however_it_is_dressed(row, evidence):
    hits = found([row, ("Draw a pie of my expenses.", OTHER)])
    assert {hit.row for hit in hits} == {0}
    assert {hit.evidence for hit in hits} == evidence
    assert {(hit.benchmark, hit.item) for hit in hits} == {("ferries", "f1")}


def test_another_solution_of_the_same_task_in_other_words_is_let_alone():
    assert found([("Bars of the median number of cars by weekday, please.", OTHER)]) == []


def test_the_matched_spans_are_the_matched_text():
    prefix = "Ünïcödé first – "
    (hit,) = found([(f"{prefix}{QUESTION}", None)])
    assert hit.place.row_start >= len(prefix) - 1
    assert f"{prefix}{QUESTION}"[hit.place.row_start : hit.place.row_end][:400] == hit.place.row_text
    assert QUESTION[hit.place.item_start : hit.place.item_end][:400] == hit.place.item_text
    assert hit.place.share > 0.95


def test_what_all_items_share_is_no_evidence():
    template = (
        "You are an expert. Write clean and complete code for the following task and explain every single step of it. "
    )
    items = [item(question=f"{template} Subject number {k} alone.", answer="", code="") for k in range(60)]
    items = [Item(i.benchmark, str(k), i.question, "", "", None, None) for k, i in enumerate(items)]
    assert found([(f"{template} Plot the tides of Bergen.", None)], *items) == []


def test_boilerplate_of_the_corpus_is_no_evidence_but_a_whole_item_is():
    head = "The quick survey of the northern fjords was made by boat in the summer of a very dry year. "
    tail = "Every station was visited twice and the readings of both visits were kept side by side in one book."
    asked = item(question=head + tail, answer="", code="")
    others = [(f"{head} Number {k} is another story that goes its own way entirely.", None) for k in range(40)]
    assert [hit.row for hit in found([*others, (head + tail, None)], asked)] == [40]


def test_a_short_item_counts_only_as_a_whole_and_alone():
    short = item(question="Create a box plot for full payment status", answer="", code="")
    rows = [
        ("Please create a box plot for full payment status.", None),
        ("Create a box plot for full payment status of customers, then compare with last year in a second panel, and "
         "write a summary of what changed between them under the plot.", None),
        ("Create a box plot for the prices.", None),
    ]  # fmt: skip
    assert [hit.row for hit in found(rows, short)] == [0]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing(order):
    rows = [(QUESTION, None), (None, ANSWER), (None, RENAMED), ("Draw a pie.", OTHER), (None, None)]
    named = {(order[hit.row], hit.evidence, hit.channel, hit.similarity) for hit in found([rows[k] for k in order])}
    assert named == {(hit.row, hit.evidence, hit.channel, hit.similarity) for hit in found(rows)}


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), code=st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_is_not_contaminated(text, code):
    assert found([(text, code)]) == []


def test_batches_add_up_to_one_reading():
    rows = [(QUESTION, None), (None, ANSWER), ("Draw a pie.", OTHER)]
    apart = detector(item())
    for number, (instruction, code) in enumerate(rows):
        apart.add(
            Batch(
                pa.array([f"r{number}"]), np.array([number]), code=pa.array([code], pa.large_string()),
                instruction=pa.array([instruction], pa.large_string()), languages=pa.array(["python"]),
            )
        )  # fmt: skip
    assert apart.hits() == found(rows)


def chart(size, heights, color="teal"):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    wide = size[0] / (len(heights) * 2 + 1)
    for k, height in enumerate(heights):
        left = wide * (2 * k + 1)
        draw.rectangle((left, size[1] * (0.9 - 0.8 * height), left + wide, size[1] * 0.9), fill=color)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def pictures_found(*pictures, against):
    looked = detector(item(question="", answer="", code="", picture=against))
    looked.add(
        Batch(pa.array([str(k) for k in range(len(pictures))]), np.arange(len(pictures)), pictures=list(pictures))
    )
    return [hit.row for hit in looked.hits()]


def test_a_chart_drawn_again_in_another_size_is_found_and_other_charts_are_let_alone():
    heights = (0.2, 0.9, 0.4, 0.7, 0.5)
    again = chart((900, 620), heights)
    others = [chart((640, 480), (0.9, 0.2, 0.8, 0.3, 0.1)), chart((640, 480), heights, "orange"), b"no picture", None]
    assert pictures_found(again, *others, against=chart((640, 480), heights)) == [0]


def test_a_picture_whose_code_holds_other_data_is_another_chart():
    def bars(values):
        return f"import matplotlib.pyplot as plt\nplt.figure(figsize=(8.5, 6.25))\nplt.bar(range(6), {values})\nplt.show()\n"

    picture = chart((640, 480), (0.2, 0.9, 0.4, 0.7, 0.5))
    looked = Detector(
        [
            Items(
                Benchmark(id="b", title="B"),
                (item(question="", answer="", code=bars([12, 48, 33, 57, 21, 64]), picture=picture),),
                "",
                "",
                0,
            )
        ],
        DecontaminateSettings(channels=("picture",)),
    )
    codes = [bars([12, 48, 33, 57, 21, 64]), bars([91, 18, 73, 44, 26, 88]), "plt.plot(table)", None]
    looked.add(
        Batch(pa.array(list("abcd")), np.arange(4), code=pa.array(codes, pa.large_string()), pictures=[picture] * 4)
    )
    assert [hit.row for hit in looked.hits()] == [0, 2, 3]


@pytest.mark.parametrize(
    ("said", "matches"),
    [
        ("Countries in Europe by total land area", True),
        ("Countries in Europe by total population count", True),
        ("Major crops harvested last year", False),
        ("tight", True),
    ],
)
def test_where_numbers_are_few_the_words_shown_tell_charts_apart(said, matches):
    def pie(title):
        return f"plt.pie(read('sizes.csv'))\nplt.title({title!r})\n"

    assert other_data(pie("Countries in Europe by total land area"), pie(said)) is not matches


def test_blank_pictures_match_nothing():
    blank = chart((640, 480), ())
    assert pictures_found(blank, against=blank) == []


def test_rows_of_the_benchmark_s_own_source_are_counted():
    looked = detector(item())
    looked.add(
        Batch(pa.array(["a", "b"]), np.arange(2), sources=pa.array(["The Ferry Archive, 2019", None]),
              instruction=pa.array(["x", "y"]))
    )  # fmt: skip
    assert dict(looked.overlaps) == {("ferries", "The Ferry Archive, 2019"): 1}
