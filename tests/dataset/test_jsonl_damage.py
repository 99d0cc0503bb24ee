"""A damaged row is a row with an error; its neighbours are untouched and nothing is lost."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest

from janus_reward.dataset import jsonl as jsonl_module
from janus_reward.dataset import lines as lines_module
from janus_reward.dataset import open_source
from janus_reward.errors import InputError
from janus_reward.triple import Triple

GOOD = {"id": "good", "instruction": "Draw a bar chart", "code": "import matplotlib.pyplot as plt\nplt.bar([1], [2])\n"}


def line(**fields: object) -> bytes:
    return json.dumps({**GOOD, **fields}).encode()


def read(path: Path, **options: object) -> list[Triple]:
    return list(open_source(str(path), **options))


def between(tmp_path: Path, bad: bytes) -> Triple:
    """The triple of a bad line that stands between two good ones, which must come out whole."""
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join([line(id="first"), bad, line(id="last")]) + b"\n")
    first, middle, last = read(path)
    assert (first.id, first.row, first.error) == ("first", 0, None)
    assert (last.id, last.row, last.error) == ("last", 2, None)
    assert last.code == GOOD["code"]
    assert middle.row == 1
    assert middle.error is not None
    assert middle.error.startswith("data.jsonl: row 1 (line 2): ")
    assert str(tmp_path) not in middle.error
    return middle


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b'{"instruction": "x", "code": ', "damaged JSON"),
        (b"hello there", "damaged JSON"),
        (b"[1, 2]", "no object"),
        (b"null", "no object"),
        (b"\x00\x01\x02", "damaged JSON"),
        (b'{"instruction": "caf\xe9", "code": "print(1)"}', "invalid UTF-8"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"instruction": "x", "n": ' + b"9" * 5000 + b"}", "number too long"),
        (line(instruction=7), "field `instruction`: expected text, got a number"),
        (line(code=["a"]), "field `code`: expected text, got a list"),
        (line(code={"a": 1}), "field `code`: expected text, got an object"),
        (line(code=True), "got true or false"),
        (line(language=3), "field `language`"),
        (line(domain="poetry"), "use one of chart"),
        (line(task="write"), "use one of generate"),
        (line(meta="x"), "field `meta`"),
        (line(before="x"), "field `before`"),
        (line(checklist=4), "field `checklist`"),
        (line(checklist=["a", 4]), "field `checklist`"),
        (line(id=["x"]), "field `id`"),
        (line(id="x" * 600), "field `id`"),
        (line(code="x" * 10_000_001), "field `code`: has 10,000,001 characters"),
        (line(instruction="half \ud800 pair"), "UTF-16"),
        (line(meta={"a": "x" * 1_000_001}), "field `meta`"),
        (line(render="missing.png"), "field `render`: there is no file 'missing.png'"),
        (line(render={"a": 1}), "field `render`"),
        (line(render=5), "field `render`: is a number"),
        (line(render="https://example.org/a.png"), "not downloaded"),
        (b'{"foo": 1}', "nothing to judge"),
        (b"{}", "nothing to judge"),
    ],
)
def test_a_bad_row_has_an_error_and_its_neighbours_have_none(tmp_path: Path, bad: bytes, says: str) -> None:
    assert says in str(between(tmp_path, bad).error)


def test_what_can_be_read_of_a_bad_row_is_kept(tmp_path: Path) -> None:
    bad = between(tmp_path, line(id="bad", code=5, render="missing.png", meta={"k": 1}))
    assert (bad.id, bad.instruction, bad.meta) == ("bad", GOOD["instruction"], {"k": 1})
    assert "field `code`" in str(bad.error) and "field `render`" in str(bad.error)


def test_a_text_with_invalid_utf8_is_kept_with_replacements(tmp_path: Path) -> None:
    bad = between(tmp_path, b'{"instruction": "caf\xe9", "code": "print(1)"}')
    assert bad.instruction == "caf\ufffd"
    assert bad.code == "print(1)"


def test_a_second_row_of_the_same_id_is_kept_under_another(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join([line(id="a"), line(id="a"), line(id="a#1"), line(id="b")]))
    triples = read(path)
    assert [t.id for t in triples] == ["a", "a#1", "a#1#2", "b"]
    assert [t.error is None for t in triples] == [True, False, False, True]
    assert "field `id`: 'a' was used by an earlier row" in str(triples[1].error)


def test_equal_rows_without_ids_are_fine_and_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b'{"instruction": "a", "code": "print(1)"}\n' * 3)
    triples = read(path)
    assert len({t.id for t in triples}) == 3
    assert [t.error for t in triples] == [None] * 3


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line(id="a") + b"\r\n\n   \r\n" + b"oops\n" + line(id="b"))
    triples = read(path)
    assert [(t.row, t.id) for t in triples] == [(0, "a"), (1, "damaged-row-1"), (2, "b")]
    assert "row 1 (line 4)" in str(triples[1].error)


def test_a_line_over_the_bound_is_skipped_without_its_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 300)
    monkeypatch.setattr(lines_module, "_BUFFER", 64)
    assert "over the bound" in str(between(tmp_path, line(instruction="x" * 5000)).error)


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_a_compressed_file_that_breaks_off_gives_its_rows_and_one_error(tmp_path: Path, packer: str) -> None:
    text = b"".join(line(id=f"r{n}", instruction=str(n) * 50) + b"\n" for n in range(3000))
    data = gzip.compress(text) if packer == "gzip" else pa.Codec("zstd").compress(text, asbytes=True)
    path = tmp_path / ("data.jsonl.gz" if packer == "gzip" else "data.jsonl.zst")
    path.write_bytes(data[: len(data) * 2 // 3])
    *whole, last = read(path)
    assert len(whole) > 100
    assert [t.id for t in whole] == [f"r{n}" for n in range(len(whole))]
    assert all(t.error is None for t in whole)
    assert "breaks off" in str(last.error)


def test_a_gzip_with_damage_in_the_middle_is_an_error_not_a_crash(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"".join(line(id=f"r{n}") + b"\n" for n in range(5000))))
    data[len(data) // 2 : len(data) // 2 + 50] = b"\xff" * 50
    path = tmp_path / "data.jsonl.gz"
    path.write_bytes(data)
    triples = read(path)
    assert triples[0].error is None
    assert triples[-1].error is not None


@pytest.mark.parametrize("name", ["data.jsonl", "data.json", "data.csv", "data.parquet", "data.jsonl.gz"])
def test_an_empty_file_is_a_source_without_rows_and_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    source = open_source(str(tmp_path / name))
    assert list(source) == []
    assert source.note == f"{name} holds no rows"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.jsonl", b"\x89PNG\r\n\x1a\n" + b"\0" * 50),
        ("data.jsonl", b"%PDF-1.4\n"),
        ("data.jsonl", bytes(range(256)) * 20),
        ("data.jsonl", '{"a": 1}\n'.encode("utf-16")),
        ("data.parquet", b"PAR1 but not really PAR1"),
        ("data.json", b"not json"),
        ("data.csv", b"\x89PNG\r\n\x1a\n"),
        ("data.xyz", b"?"),
    ],
)
def test_a_file_that_is_no_data_is_refused_with_its_name_and_a_hint(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as refusal:
        read(tmp_path / name)
    assert refusal.value.message.startswith(name)
    assert refusal.value.hint
    assert str(tmp_path) not in refusal.value.message


@pytest.mark.parametrize("src", ["nowhere.jsonl", "no/such/folder/data.jsonl", "hf:a b c"])
def test_a_source_that_is_not_there_is_refused(src: str) -> None:
    with pytest.raises(InputError):
        open_source(src)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no data"):
        open_source(str(tmp_path))


def test_a_plain_file_named_gz_and_a_gzip_without_the_name_are_both_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(line(id="plain"))
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(line(id="packed")))
    assert read(tmp_path / "a.jsonl.gz")[0].id == "plain"
    assert read(tmp_path / "b.jsonl")[0].id == "packed"


def test_limit_count_and_start_agree(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\n".join(line(id=f"r{n}") for n in range(10)))
    source = open_source(str(path), limit=7)
    assert source.count() == 7
    assert [t.row for t in source.iter(4)] == [4, 5, 6]
    assert open_source(str(path), limit=0).count() == 0
    with pytest.raises(InputError, match="--limit"):
        open_source(str(path), limit=-1)


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(line())
    before = open_source(str(path)).fingerprint()
    assert before == open_source(str(path)).fingerprint()
    path.write_bytes(line(id="other"))
    assert before != open_source(str(path)).fingerprint()


def test_every_binary_signature_is_named_in_the_refusal(tmp_path: Path) -> None:
    for magic, kind in jsonl_module._MAGIC.items():
        (tmp_path / "x.jsonl").write_bytes(magic + b"more")
        with pytest.raises(InputError, match=kind.split(" (")[0]):
            open_source(str(tmp_path / "x.jsonl"))
