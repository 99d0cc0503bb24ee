"""Sources and runs at addresses: the same bytes as from paths, and any machine can go on."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid

import fsspec
import pytest

import janus_reward as jr
from janus_reward.errors import InputError, MissingExtra

PNG_ROW = {
    "instruction": "A red circle",
    "code": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="{}"/></svg>',
}


def corpus(rows=9):
    lines = [{**PNG_ROW, "id": f"r{at}", "code": PNG_ROW["code"].replace("{}", str(at + 1))} for at in range(rows)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def bucket():
    """A real S3-compatible server in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    settings = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    before = dict(os.environ)
    os.environ.update(settings, AWS_DEFAULT_REGION="us-east-1")
    try:
        fsspec.filesystem("s3").mkdir("bucket")
        yield "s3://bucket"
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.kill()
        server.wait()


@pytest.fixture(params=["memory", "file", "s3"])
def place(request, tmp_path):
    name = uuid.uuid4().hex
    if request.param == "s3":
        return f"{request.getfixturevalue('bucket')}/{name}"
    return f"memory://{name}" if request.param == "memory" else f"file://{tmp_path}/there"


def put(address, data):
    system, path = fsspec.url_to_fs(address)
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    system.pipe_file(path, data)


def shards(address):
    system, path = fsspec.url_to_fs(address)
    system.invalidate_cache()
    return {name.rpartition("/")[2]: system.cat_file(name) for name in sorted(system.find(f"{path}/scores"))}


@pytest.mark.e2e
def test_an_address_gives_the_bytes_of_a_path_and_another_machine_goes_on(place, tmp_path):
    put(f"{place}/corpus.jsonl", corpus())
    (tmp_path / "corpus.jsonl").write_bytes(corpus())
    here = jr.score_dataset(tmp_path / "corpus.jsonl", tmp_path / "run", workers=1, shard_rows=3)
    ours = {path.name: path.read_bytes() for path in (tmp_path / "run" / "scores").glob("*")}

    class Lost(Exception):
        pass

    def lose(progress):
        if progress.done >= 7:
            raise Lost

    ask = {"workers": 1, "shard_rows": 3}
    with pytest.raises(Lost):
        jr.score_dataset(f"{place}/corpus.jsonl", f"{place}/run", on_progress=lose, **ask)
    partial = shards(f"{place}/run")
    assert 0 < len(partial) < 3
    shutil.rmtree(tmp_path / "cache")
    seen = []
    jr.score_dataset(
        f"{place}/corpus.jsonl", f"{place}/run", on_progress=lambda progress: seen.append(progress.resumed), **ask
    )
    assert set(seen) == {3 * len(partial)}
    assert shards(f"{place}/run") == ours
    system, path = fsspec.url_to_fs(f"{place}/run")
    assert json.loads(system.cat_file(f"{path}/manifest.json"))["finished"]
    pictures = {name.rpartition("/")[2] for name in system.find(f"{path}/renders") if name.endswith(".png")}
    assert pictures == {file.name for file in (here.path / "renders").glob("??/*.png")}


def test_a_folder_of_shards_is_a_source_and_a_changed_one_is_read_anew():
    place = f"memory://{uuid.uuid4().hex}"
    from janus_reward.storage import fetched

    put(f"{place}/data/a.jsonl", corpus(2))
    put(f"{place}/data/b.jsonl", corpus(1))
    first = fetched(f"{place}/data")
    assert sorted(file.name for file in first.iterdir()) == ["a.jsonl", "b.jsonl"]
    assert fetched(f"{place}/data") == first
    put(f"{place}/data/b.jsonl", corpus(5))
    assert (fetched(f"{place}/data") / "b.jsonl").read_bytes() == corpus(5)


def test_what_is_not_there_or_not_known_is_told(tmp_path):
    with pytest.raises(InputError, match="there is nothing"):
        jr.score_dataset("memory://nothing-here/x.jsonl", tmp_path / "run")
    with pytest.raises((InputError, MissingExtra)):
        jr.score_dataset("nosuchscheme://x/y.jsonl", tmp_path / "run")
