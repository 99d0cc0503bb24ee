"""The render store gives back what was put in, or nothing at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from janus_reward.errors import DiskError
from janus_reward.render.store import RenderStore, digest
from janus_reward.triple import Render, Still


def test_a_render_comes_back_with_its_pictures(tmp_path: Path) -> None:
    store = RenderStore(tmp_path)
    still = Still(store.put_picture(b"png bytes"), 4, 3, 0.5)
    render = Render("ok", (still,), "python", {"texts": [{"role": "title", "text": "Ä"}]}, None, 0.25)
    store.put_render("key", render)
    store.close()
    again = RenderStore(tmp_path)
    assert again.render("key") == render
    assert again.picture(still.sha256) == b"png bytes"
    assert again.render("other") is None


def test_a_render_whose_picture_is_gone_is_not_remembered(tmp_path: Path) -> None:
    store = RenderStore(tmp_path)
    still = Still(store.put_picture(b"png"), 1, 1)
    store.put_render("key", Render("ok", (still,)))
    store.path(still.sha256).unlink()
    assert store.render("key") is None


def test_a_damaged_picture_is_never_handed_out(tmp_path: Path) -> None:
    store = RenderStore(tmp_path)
    sha256 = store.put_picture(b"png")
    store.path(sha256).write_bytes(b"pn")
    assert store.picture(sha256) is None
    assert store.put_picture(b"png") == sha256
    assert store.picture(sha256) == b"png"


def test_a_folder_that_cannot_be_made_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError):
        RenderStore(tmp_path / "file")


def test_a_damaged_index_is_a_disk_error_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"this is no database at all, " * 100)
    with pytest.raises(DiskError):
        RenderStore(tmp_path)


def test_two_processes_may_share_a_store(tmp_path: Path) -> None:
    one, two = RenderStore(tmp_path), RenderStore(tmp_path)
    one.put_render("a", Render("failed", message="x"))
    two.put_render("b", Render("failed", message="y"))
    assert one.render("b") == Render("failed", message="y")
    assert sqlite3.connect(tmp_path / "index.sqlite").execute("SELECT count(*) FROM renders").fetchone() == (2,)


def test_a_cache_answers_for_a_new_store_and_fills_it(tmp_path: Path) -> None:
    first = RenderStore(tmp_path / "a", cache=tmp_path / "cache")
    still = Still(first.put_picture(b"png"), 1, 1)
    first.put_render("key", Render("ok", (still,)))
    second = RenderStore(tmp_path / "b", cache=tmp_path / "cache")
    assert second.render("key") == Render("ok", (still,))
    assert second.picture(still.sha256) == b"png"
    second.close()
    assert RenderStore(tmp_path / "b").render("key") == Render("ok", (still,))


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1}) != digest({"a": 1, "b": [2, 1]})
