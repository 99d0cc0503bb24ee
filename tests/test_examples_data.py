"""The example dataset: what a user who runs it relies on."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from janus_reward.dataset import open_source
from janus_reward.triple import DOMAINS, TASKS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MEGABYTE = 1_000_000


def load_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_build", EXAMPLES / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = load_build()


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    files = [EXAMPLES / "data" / "triples.jsonl", EXAMPLES / "data" / "manim.jsonl"]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_built_files_are_current() -> None:
    stale = [path.name for path, text in build.build().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run python examples/build.py"


def test_ids_are_unique_and_words_are_those_of_the_schema(records: list[dict[str, Any]]) -> None:
    assert [id_ for id_, count in Counter(record["id"] for record in records).items() if count > 1] == []
    assert {record["domain"] for record in records} == set(DOMAINS)
    assert {record["task"] for record in records} == set(TASKS)


def test_there_are_enough_good_triples_and_twins(records: list[dict[str, Any]]) -> None:
    good = [record for record in records if record["meta"].get("good")]
    assert len(good) >= 44
    assert len(records) - len(good) >= 70


def test_every_twin_names_its_good_one_and_differs_only_in_code(records: list[dict[str, Any]]) -> None:
    good = {record["id"]: record for record in records if record["meta"].get("good")}
    twins = [record for record in records if "twin_of" in record["meta"]]
    for twin in twins:
        original = good[twin["meta"]["twin_of"]]
        assert twin["id"] == f"{original['id']}--{twin['meta']['broken']}"
        assert twin["meta"]["what"].endswith(".")
        assert twin["code"] != original["code"]
        assert {key for key in original if original[key] != twin[key]} == {"id", "code", "meta"}


def test_every_good_triple_has_one_to_three_twins(records: list[dict[str, Any]]) -> None:
    counts = Counter(record["meta"].get("twin_of", record["id"]) for record in records)
    assert {id_: count - 1 for id_, count in counts.items() if not 2 <= count <= 4} == {}


def test_every_kind_of_damage_occurs_at_least_twice(records: list[dict[str, Any]]) -> None:
    kinds = Counter(record["meta"]["broken"] for record in records if "broken" in record["meta"])
    assert [kind for kind, count in kinds.items() if count < 2] == []


def test_edits_bring_their_before_and_reproductions_their_picture(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert ("before" in record) == (record["task"] in {"edit", "repair"})
        assert ("reference" in record) == (record["task"] == "reproduce")
        if "reference" in record:
            png = (EXAMPLES / "data" / record["reference"]).read_bytes()
            assert png.startswith(b"\x89PNG") and len(png) < 40_000


def test_the_examples_stay_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*") if path.is_file()) < 2 * MEGABYTE


def test_a_change_that_does_not_fit_the_source_is_refused() -> None:
    with pytest.raises(build.SourceError, match="occurs 0 times"):
        build.replaced("code", {"old": "absent", "new": "x"}, "here")
    with pytest.raises(build.SourceError, match="matches 2 lines"):
        build.without_line("a\na\n", "a", "here")


def test_the_package_reads_every_record(records: list[dict[str, Any]]) -> None:
    triples = list(open_source(str(EXAMPLES / "data" / "triples.jsonl")))
    assert [triple.error for triple in triples if triple.error] == []
    plain = [record for record in records if record["language"] != "manim"]
    fields = ("id", "language", "domain", "task", "code")
    assert [[getattr(triple, name) for name in fields] for triple in triples] == [
        [record[name] for name in fields] for record in plain
    ]
