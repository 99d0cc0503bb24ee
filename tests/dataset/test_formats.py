"""The same records come out of every format."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from janus_reward.dataset import open_source
from janus_reward.dataset.hf import HubReader
from janus_reward.dataset.source import Source
from janus_reward.errors import InputError
from janus_reward.triple import Picture, Triple


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


RECORDS: list[dict[str, Any]] = [
    {
        "id": f"r{n}",
        "instruction": f"Fix chart {n}",
        "code": f"import matplotlib.pyplot as plt\nplt.bar([1], [{n}])",
        "render": "pictures/a.png",
        "before": {"code": f"plt.bar([1], [{n}])"},
        "checklist": ["Is it a bar chart?"],
        "meta": {"n": n, "tags": ["x"]},
    }
    for n in range(7)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(png())
    return tmp_path


def lines() -> bytes:
    return "\n".join(map(json.dumps, RECORDS)).encode()


def write(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(RECORDS), path, row_group_size=3)
    elif name == "saved":
        datasets.Dataset.from_list(RECORDS).save_to_disk(str(path))
        (path / "pictures").mkdir()
        (path / "pictures" / "a.png").write_bytes(png())
    elif name.endswith(".zst"):
        path.write_bytes(pa.Codec("zstd").compress(lines(), asbytes=True))
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(lines()[:100]) + gzip.compress(lines()[100:]))
    elif name == "list.json":
        path.write_text(json.dumps(RECORDS, indent=2))
    elif name == "nested.json":
        path.write_text(json.dumps({"data": RECORDS}, indent=2))
    else:
        path.write_bytes(lines())
    return path


def check(triples: list[Triple]) -> None:
    assert [t.error for t in triples] == [None] * 7
    for n, triple in enumerate(triples):
        assert (triple.row, triple.id, triple.instruction) == (n, f"r{n}", f"Fix chart {n}")
        assert (triple.language, triple.domain, triple.task) == ("python", "chart", "repair")
        assert triple.code == RECORDS[n]["code"]
        assert triple.before is not None and triple.before.code == f"plt.bar([1], [{n}])"
        assert triple.checklist == ("Is it a bar chart?",)
        assert triple.meta == {"n": n, "tags": ["x"]}
        assert Path(str(triple.renders[0].path)).read_bytes() == png()


NAMES = [
    "a.jsonl",
    "a.ndjson",
    "a.jsonl.gz",
    "a.jsonl.zst",
    "lines.json",
    "list.json",
    "nested.json",
    "a.parquet",
    "saved",
]


@pytest.mark.parametrize("name", NAMES)
def test_records_come_out_of_every_format_alike(folder: Path, name: str) -> None:
    source = open_source(str(write(folder, name)))
    check(list(source))
    assert list(source.iter(5)) == list(source)[5:]
    assert source.count() in (7, None)
    assert source.name.startswith(name)
    assert source.note is None
    assert source.fingerprint() == open_source(str(folder / name)).fingerprint()


def test_a_csv_gives_dotted_columns_as_nested_fields(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,instruction,code,before.code,meta.source,checklist\n"
        'a,"say ""1""","print(1)\nprint(2)",print(0),web,"[""ok?""]"\n\nb,short\nc,no code,,,,\n'
    )
    a, b, c = open_source(str(tmp_path / "a.csv"))
    assert (a.instruction, a.code, a.meta, a.checklist) == (
        'say "1"',
        "print(1)\nprint(2)",
        {"source": "web"},
        ("ok?",),
    )
    assert a.before is not None and a.before.code == "print(0)"
    assert b.error is not None and "has 2 values for 6 columns" in b.error and b.instruction == "short"
    assert (c.id, c.code, c.error) == ("c", None, None)


def test_a_tsv_with_invalid_utf8_loses_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"id\tinstruction\na\tcaf\xe9\nb\tfine\n")
    a, b = open_source(str(tmp_path / "a.tsv"))
    assert a.error is not None and "invalid UTF-8" in a.error and a.instruction == "caf\ufffd"
    assert b.error is None


def test_a_folder_of_parquet_files_is_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for part in (1, 0):
        rows = [{"id": f"{part}-{n}", "instruction": "x"} for n in range(2)]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "data" / f"train-{part}.parquet")
    source = open_source(str(tmp_path))
    assert [t.id for t in source] == ["0-0", "0-1", "1-0", "1-1"]
    assert source.count() == 4


def test_a_damaged_part_of_a_parquet_file_costs_only_its_own_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = [{"id": f"r{n}", "instruction": f"{n} " * 200} for n in range(40)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=10, compression="gzip", use_dictionary=False)
    about = pq.ParquetFile(path).metadata.row_group(1).column(1)
    data = bytearray(path.read_bytes())
    start = about.data_page_offset
    data[start : start + about.total_compressed_size] = b"\xff" * about.total_compressed_size
    path.write_bytes(data)
    triples = list(open_source(str(path)))
    assert [t.row for t in triples] == list(range(40))
    assert [t.row for t in triples if t.error] == list(range(10, 20))
    assert triples[39].id == "r39"


def test_invalid_utf8_in_a_parquet_cell_is_an_error_of_that_row_only(tmp_path: Path) -> None:
    texts = pa.array([b"fine", b"caf\xe9", b"fine too"], pa.binary()).view(pa.string())
    table = pa.table({"id": ["a", "b", "c"], "instruction": texts, "code": ["print(1)"] * 3})
    pq.write_table(table, tmp_path / "a.parquet")
    a, b, c = open_source(str(tmp_path / "a.parquet"))
    assert (a.error, c.error, c.instruction) == (None, None, "fine too")
    assert b.error is not None and "`instruction` (invalid UTF-8)" in b.error and b.code == "print(1)" and b.id == "b"


def test_pictures_of_a_saved_dataset_stay_the_bytes_they_were(tmp_path: Path) -> None:
    rows = [
        {"instruction": "x", "render": {"bytes": png(), "path": None}, "reference": [{"bytes": png(), "path": "b.png"}]}
    ]
    features = datasets.Features(
        {
            "instruction": datasets.Value("string"),
            "render": datasets.Image(),
            "reference": datasets.List(datasets.Image()),
        }
    )
    datasets.Dataset.from_list(
        [*rows, {"instruction": "none", "render": None, "reference": []}], features=features
    ).save_to_disk(str(tmp_path / "d"))
    one, two = open_source(str(tmp_path / "d"))
    assert (one.error, one.renders, one.references) == (None, (Picture(data=png()),), (Picture(data=png()),))
    assert (two.error, two.renders, two.references) == (None, (), ())


def test_splits_are_read_in_order_or_one_by_name(tmp_path: Path) -> None:
    one = datasets.Dataset.from_list([{"id": "a", "instruction": "x"}])
    two = datasets.Dataset.from_list([{"id": "b", "instruction": "y"}])
    datasets.DatasetDict(train=one, test=two).save_to_disk(str(tmp_path / "d"))
    assert [t.id for t in open_source(str(tmp_path / "d"))] == ["a", "b"]
    assert [t.id for t in open_source(f"{tmp_path / 'd'}:test")] == ["b"]
    with pytest.raises(InputError, match="no split `nope`") as refusal:
        open_source(f"{tmp_path / 'd'}:nope")
    assert refusal.value.hint == "Splits: train, test."


def test_a_saved_dataset_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "state.json").write_text("{")
    with pytest.raises(InputError, match="cannot be loaded"):
        open_source(str(tmp_path / "d"))


def test_a_streamed_dataset_gives_its_rows_batch_by_batch() -> None:
    stream = datasets.Dataset.from_list([{"id": f"r{n}", "instruction": "x"} for n in range(150)]).to_iterable_dataset()
    source = Source(HubReader("org/name", {"train": stream}, "abc"))
    assert [t.id for t in source] == [f"r{n}" for n in range(150)]
    assert source.format == "hub"
    assert source.fingerprint() != Source(HubReader("org/name", {"train": stream}, "abd")).fingerprint()


def test_a_hub_id_without_a_network_is_one_clear_error() -> None:
    code = (
        "from janus_reward.dataset import open_source\nfrom janus_reward.errors import InputError\n"
        "try:\n    open_source('some-org/some-name:train')\nexcept InputError as e:\n    print(e)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"HF_HUB_OFFLINE": "1", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.startswith("some-org/some-name:train: cannot be read from the Hub")
    assert "network" in done.stdout


def test_files_of_one_stem_are_one_triple(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    files = {
        "bar.py": "print(1)",
        "bar.txt": "Draw it",
        "bar.png": "x",
        "sub/icon.svg": "<svg/>",
        "sub/icon.before.svg": "<svg>",
        "sub/icon.md": "Fix the broken icon",
        "spec.vl.json": '{"mark": "bar"}',
        "spec.svg": "<svg/>",
        "copy.html": "<p>x</p>",
        "copy.reference.png": "x",
        "README.md": "not a triple",
        ".hidden.py": "no",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    bar, copy, spec, icon = open_source(str(tmp_path))
    assert (bar.id, bar.instruction, bar.code, bar.language, len(bar.renders)) == (
        "bar",
        "Draw it",
        "print(1)",
        "python",
        1,
    )
    assert (copy.id, copy.task, copy.language, len(copy.references)) == ("copy", "reproduce", "html", 1)
    assert (spec.id, spec.language, len(spec.renders)) == ("spec", "vega-lite", 1)
    assert (icon.id, icon.task, icon.language, icon.renders) == ("sub/icon", "repair", "svg", ())
    assert icon.before is not None and icon.before.code == "<svg>"


def test_a_link_out_of_the_folder_is_an_error_and_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret = 1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.py").symlink_to(tmp_path / "secret")
    (tmp_path / "data" / "b.py").write_bytes(b"x = '\xff'")
    a, b = open_source(str(tmp_path / "data"))
    assert a.code is None and a.error is not None and "leads out of the folder" in a.error
    assert b.code == "x = '\ufffd'" and b.error is not None and "invalid UTF-8" in b.error


def test_a_damaged_item_of_a_json_list_leaves_its_neighbours_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '[{"id": "a", "code": "x=1"}, {"id": }, 7, {"id": "b"}}, {"id": "c", "code": "a]"}]'
    )
    triples = list(open_source(str(tmp_path / "a.json")))
    assert [t.error is None for t in triples] == [True, False, False, False, True]
    assert (triples[4].id, triples[4].code) == ("c", "a]")


@pytest.mark.parametrize("text", ['[{"code": "x"}, {"code": ', '[{"code": "x"}', '[{"code": "x"}] more'])
def test_a_json_list_that_breaks_off_says_so_in_a_last_row(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    *_, last = open_source(str(tmp_path / "a.json"))
    assert last.error is not None and "later rows are lost" in last.error


def test_several_jsonl_files_of_a_folder_are_one_source(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"id": "b", "instruction": "x"}\noops\n')
    (tmp_path / "a.jsonl").write_text('{"id": "a", "instruction": "x"}\n')
    triples = list(open_source(str(tmp_path)))
    assert [t.id for t in triples] == ["a", "b", "damaged-row-2"]
    assert str(triples[2].error).startswith("b.jsonl: row 2 (line 2): ")
