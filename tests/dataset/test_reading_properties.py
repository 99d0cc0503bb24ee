"""What holds for any input: no exception but InputError, one triple a row, the same triples from any start."""

import gzip
import json
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from janus_reward.dataset import open_source
from janus_reward.dataset.field_values import Problems
from janus_reward.dataset.fieldmap import FIELDS, FieldMap
from janus_reward.dataset.json_file import list_items
from janus_reward.dataset.record import Place, build_triple
from janus_reward.dataset.shapes import flat_fields
from janus_reward.errors import InputError
from janus_reward.triple import DOMAINS, TASKS, Triple

RECORD_KEYS = [
    *FIELDS, "before", "meta", "messages", "conversations", "images", "image", "system", "prompt", "output", "input",
    "new_description", "new_code", "old_code", "task_info", "turns", "meta.x", "response",
]  # fmt: skip
TURN_KEYS = [
    "role",
    "content",
    "from",
    "value",
    "type",
    "text",
    "image",
    "image_url",
    "url",
    "path",
    "bytes",
    "question",
]
WORDS = [
    "user", "assistant", "gpt", "human", "system", "text", "image", "<image>", "```python\nprint(1)\n```", "```", "~~~",
    "<svg/>", "{",
    '{"mark": 1}', "a.png", "../a.png", "/etc/passwd", "\0", "\ud800", "data:image/png;base64,AA", "Code:\nx=1",
]  # fmt: skip
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=8)
    | st.sampled_from(WORDS)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(TURN_KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
records = st.dictionaries(st.sampled_from(RECORD_KEYS) | st.text(max_size=6), values, max_size=7)


def read_bytes(data: bytes, name: str = "data.jsonl") -> list[Triple] | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            return list(open_source(str(path)))
        except InputError:
            return None


def check(triple: Triple) -> None:
    """What every triple promises, whatever it was made from."""
    assert triple.id
    assert triple.domain is None or triple.domain in DOMAINS
    assert triple.task is None or triple.task in TASKS
    assert triple.error is not None or triple.instruction or triple.code or triple.renders
    for text in (triple.id, triple.instruction, triple.code, triple.language, triple.error, *triple.checklist):
        assert text is None or text.encode("utf-8")
    json.dumps(triple.meta, allow_nan=False).encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_refusal(data: bytes) -> None:
    triples = read_bytes(data)
    if triples is not None and data[:4] != b"\x28\xb5\x2f\xfd" and data[:2] != b"\x1f\x8b":
        assert len(triples) == sum(1 for line in data.split(b"\n") if line.strip())
        assert [t.row for t in triples] == list(range(len(triples)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60).map(lambda b: b.replace(b"\n", b" ")), max_size=8), st.integers(0, 8))
def test_lines_of_anything_never_touch_a_good_neighbour(junk: list[bytes], place: int) -> None:
    good = b'{"id": "good", "instruction": "a", "code": "print(1)"}'
    lines = [b"{}", *junk[:place], good, *junk[place:]]
    triples = read_bytes(b"\n".join(lines))
    assert triples is not None
    assert [t.error for t in triples if t.id == "good"] == [None]
    assert len({t.id for t in triples}) == len(triples)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["data.json", "data.csv", "data.tsv", "data.parquet", "data.jsonl.gz"]))
def test_any_bytes_under_any_name_are_rows_or_a_refusal(data: bytes, name: str) -> None:
    for triple in read_bytes(data, name) or []:
        check(triple)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.integers(0, 400))
def test_a_gzip_cut_anywhere_never_raises(noise: bytes, cut: int) -> None:
    packed = gzip.compress(b'{"instruction": "a"}\n' * 20 + noise)
    read_bytes(packed[:cut] + noise[:3], "data.jsonl.gz")


@settings(max_examples=400, deadline=None)
@given(records)
def test_any_record_is_a_triple(raw: dict[str, Any]) -> None:
    fields = flat_fields(raw, None)
    with tempfile.TemporaryDirectory() as folder:
        triple = build_triple(fields, Place(3, "data.jsonl", 4, Path(folder).resolve()), "some-id", Problems())
    check(triple)
    assert all(picture.data is not None for picture in triple.renders + triple.references)


@settings(max_examples=150, deadline=None)
@given(
    records,
    st.dictionaries(
        st.sampled_from(FIELDS), st.sampled_from(["messages.0.content", "images.-1", "a.b", "turns", "0"]), min_size=1
    ),
)
def test_any_record_is_a_triple_under_any_map(raw: dict[str, Any], mapping: dict[str, str]) -> None:
    check(build_triple(flat_fields(raw, FieldMap(mapping)), Place(0, "data.jsonl"), "some-id", Problems()))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([b'{"id": "a", "code": "print(1)"}', b'{"code": "print(2)"}', b"oops", b"", b'{"id": "b"}']),
        max_size=12,
    ),
    st.integers(0, 13),
)
def test_reading_from_a_row_on_is_the_same_as_slicing(lines: list[bytes], start: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.jsonl"
        path.write_bytes(b"\n".join(lines))
        source = open_source(str(path))
        everything = list(source)
        assert list(source.iter(start)) == everything[start:]
        assert list(source) == everything


@settings(max_examples=150, deadline=None)
@given(
    st.lists(values.filter(lambda v: "bytes" not in repr(type(v))), max_size=6), st.integers(1, 9), st.integers(0, 3)
)
def test_a_json_list_is_cut_into_its_items_at_any_chunk_size(items: list[Any], chunk: int, indent: int) -> None:
    class Chunked:
        def __init__(self, data: bytes) -> None:
            self.parts = [data[n : n + chunk] for n in range(0, len(data), chunk)]

        def read1(self, _size: int) -> bytes:
            return self.parts.pop(0) if self.parts else b""

    listed = json.loads(json.dumps(items, default=str))
    data = json.dumps(listed, indent=indent or None).encode()
    found = list(list_items(Chunked(data)))
    assert [error for _, error in found] == [None] * len(listed)
    assert repr([json.loads(item) for item, _ in found]) == repr(listed)


def peak_of_reading(path: Path, rows: int) -> int:
    with path.open("w") as file:
        for n in range(rows):
            file.write(
                json.dumps({"instruction": f"Draw {n}", "code": f"import numpy\nprint({n})", "language": "python"})
                + "\n"
            )
    tracemalloc.start()
    assert sum(1 for _ in open_source(str(path))) == rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_grows_by_no_more_than_the_ids(tmp_path: Path) -> None:
    small = peak_of_reading(tmp_path / "small.jsonl", 2_000)
    large = peak_of_reading(tmp_path / "large.jsonl", 20_000)
    assert large - small < 18_000 * 48
