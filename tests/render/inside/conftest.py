"""Runs small programs as the sandbox does, but without walls: in a fork of a warm process, in a scratch folder."""

import io
import json
import os
import struct
import traceback
from dataclasses import asdict, dataclass, replace

import pytest
from PIL import Image

from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.inside import figures

_HEAD = struct.Struct("!II")


@dataclass(frozen=True)
class Played:
    """The frames of one program, in order; the facts are the last."""

    frames: list

    @property
    def facts(self):
        header, body = self.frames[-1]
        assert header == {"kind": "facts"}
        return json.loads(body)

    def bodies(self, kind):
        return [body for header, body in self.frames if header["kind"] == kind]

    def headers(self, kind):
        return [header for header, _ in self.frames if header["kind"] == kind]

    @property
    def pictures(self):
        return [Image.open(io.BytesIO(body)) for body in self.bodies("picture")]

    def texts(self, role):
        return [text["text"] for text in self.facts["texts"] if text["role"] == role]


@pytest.fixture(scope="session")
def _warm():
    figures.warm()


@pytest.fixture
def play(_warm, tmp_path):
    count = 0

    def run(code, **limits):
        nonlocal count
        count += 1
        folder = tmp_path / f"scratch{count}"
        folder.mkdir()
        settings = asdict(replace(RenderSettings(), limits=replace(Limits(), **limits)))
        return Played(_forked(code, settings, folder))

    return run


def _forked(code, settings, folder):
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        _execute(code, settings, folder, write_end)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, "the hooks themselves failed; see the captured stderr"
    return _frames(data)


def _execute(code, settings, folder, write_end):
    status = 1
    try:
        os.chdir(folder)
        with os.fdopen(write_end, "wb") as stream:

            def emit(header, body):
                text = json.dumps(header).encode()
                stream.write(_HEAD.pack(len(text), len(body)) + text + bytes(body))

            figures.execute(code, settings, emit)
        status = 0
    except BaseException:  # noqa: BLE001 - a fork must never return into pytest
        traceback.print_exc()
    finally:
        os._exit(status)


def _frames(data):
    frames, at = [], 0
    while at < len(data):
        head, body = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        frames.append((json.loads(data[at : at + head]), data[at + head : at + head + body]))
        at += head + body
    return frames
