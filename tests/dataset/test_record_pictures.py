"""Pictures of a record: what is taken, what is refused, and that nothing outside the dataset's folder is read."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from janus_reward.dataset import open_source, pictures
from janus_reward.dataset.pictures import read_pictures
from janus_reward.triple import Picture, Triple

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.png").write_bytes(PNG)
    (data / "empty.png").write_bytes(b"")
    (data / "inner").mkdir()
    (tmp_path / "outside.png").write_bytes(b"secret of the host")
    (data / "link.png").symlink_to(tmp_path / "outside.png")
    (data / "inner" / "good_link.png").symlink_to(data / "a.png")
    (data / "loop.png").symlink_to(data / "loop.png")
    return data.resolve()


def read_one(folder: Path, **fields: Any) -> Triple:
    (folder / "data.jsonl").write_text(json.dumps({"instruction": "x", **fields}))
    (triple,) = open_source(str(folder / "data.jsonl"))
    return triple


@pytest.mark.parametrize("value", ["a.png", "./a.png", "inner/../a.png", "inner/good_link.png"])
def test_a_path_starts_at_the_source_file(folder: Path, value: str) -> None:
    triple = read_one(folder, render=value)
    assert (triple.error, triple.renders) == (None, (Picture(path=str(folder / "a.png")),))


def test_an_absolute_path_below_the_folder_is_fine(folder: Path) -> None:
    assert (
        read_one(folder, reference=[str(folder / "a.png"), "a.png"]).references == (Picture(str(folder / "a.png")),) * 2
    )


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("../outside.png", "leads out"),
        ("inner/../../outside.png", "leads out"),
        ("link.png", "leads out"),
        ("/etc/passwd", "leads out"),
        ("/proc/self/environ", "leads out"),
        ("loop.png", ""),
        ("inner", "no file"),
        ("nothing.png", "no file"),
        ("empty.png", "has 0 bytes"),
        ("a\0b.png", "cannot be opened"),
        ("x" * 5000, "cannot be opened"),
        ("file:///etc/passwd", "address"),
        ("data:image/png;base64,!!!", "cannot be decoded"),
        ("data:image/png,abc", "without base64"),
        ("data:image/png;base64,", "0 bytes"),
        ({"bytes": None, "path": "../outside.png"}, "leads out"),
        ({"path": 4}, "without `bytes`"),
        ([["a.png"]], "is a list"),
    ],
)
def test_what_is_no_picture_of_the_dataset_is_an_error(folder: Path, value: Any, says: str) -> None:
    triple = read_one(folder, render=["a.png", value], code="print(1)")
    assert triple.renders == (Picture(path=str(folder / "a.png")),)
    assert triple.error is not None
    assert triple.error.startswith("data.jsonl: row 0 (line 1): field `render`: ")
    assert says in triple.error
    assert str(folder) not in triple.error and "/etc" not in triple.error


def test_a_picture_inside_the_record_is_kept_as_bytes() -> None:
    encoded = base64.b64encode(PNG).decode()
    svg = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    values = [
        PNG,
        bytearray(PNG),
        f"data:image/png;base64,{encoded}",
        encoded,
        {"bytes": PNG, "path": "x.png"},
        {"url": f"data:;base64,{encoded}"},
    ]
    found, problems = read_pictures([*values, svg], None)
    assert problems == []
    assert found == [Picture(data=PNG)] * 6 + [Picture(data=svg.encode())]


def test_a_decoded_picture_becomes_png_bytes() -> None:
    found, problems = read_pictures(Image.new("RGB", (3, 2), "blue"), None)
    assert problems == []
    with Image.open(io.BytesIO(found[0].data or b"")) as image:
        assert image.size == (3, 2)


def test_nothing_in_place_of_a_picture_is_no_error() -> None:
    assert read_pictures([None, "", " ", {"bytes": None, "path": None}], None) == ([], [])


def test_bounds_on_size_and_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURE_BYTES", 100)
    monkeypatch.setattr(pictures, "MAX_PICTURES", 2)
    found, problems = read_pictures([PNG, b"ok", b"never seen"], folder)
    assert found == [Picture(data=b"ok")]
    assert "3 pictures" in problems[0] and "over the bound" in problems[1]
    assert "over the bound" in read_pictures("a.png", folder)[1][0]


def test_a_source_without_a_folder_opens_no_path() -> None:
    assert "no folder" in read_pictures("a.png", None)[1][0]
