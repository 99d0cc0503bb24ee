"""Questions in other words are found by their meaning and confirmed by their own words; neighbours are let alone."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from janus_reward.decontaminate.dataset import decontaminate_dataset
from janus_reward.decontaminate.paraphrase import content_words, prose
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.errors import MissingExtra
from janus_reward.evidence import embedding

QUESTION = "Check if in a list of numbers, any two numbers are closer to each other than the given threshold."
OTHER_WORDS = "Determine whether any two numbers within a numeric list lie closer together than a threshold value."
NEIGHBOUR = "Return the greatest common divisor of two integers by repeated division with remainder."


def settings():
    return DecontaminateSettings(channels=("paraphrase",))


def files(tmp_path, *instructions):
    source, bench = tmp_path / "data.jsonl", tmp_path / "bench.jsonl"
    source.write_text("".join(json.dumps({"instruction": one, "code": "pass"}) + "\n" for one in instructions))
    bench.write_text(json.dumps({"id": "q", "instruction": QUESTION}) + "\n")
    return source, bench


@pytest.mark.skipif(not embedding.available(), reason="needs the extra embed")
def test_a_question_in_other_words_is_found_and_its_neighbour_is_not(tmp_path):
    source, bench = files(tmp_path, OTHER_WORDS, NEIGHBOUR)
    decontaminate_dataset(source, tmp_path / "out", [str(bench)], settings())
    (hit,) = pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist()
    assert (hit["row"], hit["item"], hit["channel"], hit["evidence"]) == (0, "q", "paraphrase", "question")
    assert hit["similarity"] >= settings().paraphrase
    assert hit["row_text"] == OTHER_WORDS and hit["item_text"] == QUESTION


def test_without_the_extra_one_clear_line_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "available", lambda: False)
    source, bench = files(tmp_path, OTHER_WORDS)
    with pytest.raises(MissingExtra, match="embeddings") as error:
        decontaminate_dataset(source, tmp_path / "out", [str(bench)], settings())
    assert "embed" in (error.value.hint or "")


def test_the_prose_of_a_code_is_its_docstring_without_examples():
    code = f'def f(a):\n    """ {QUESTION}\n    >>> f([1])\n    False\n    """\n    return a\n'
    assert prose(None, code) == [QUESTION]
    assert prose(code, None) == [QUESTION]
    assert prose("Plot it.", None) == []


def test_content_words_leave_out_what_every_task_says():
    assert content_words("Write a function to return the thresholds 42") == {"thres", "42"}
