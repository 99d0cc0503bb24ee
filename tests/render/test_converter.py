"""The converter outlives what it draws: a hostile request ends its own process at most, and the next one is served."""

from __future__ import annotations

import base64
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.errors import SandboxError
from janus_reward.render import converter as converters
from janus_reward.render import converter_process
from janus_reward.render.base import Limits, RenderSettings
from janus_reward.render.converter import Converter, _rendered, acquire, release
from janus_reward.render.frames import encode
from janus_reward.render.given import GivenPicture
from janus_reward.render.svg import SvgRenderer
from janus_reward.render.vega import VegaRenderer

SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="5" height="5" fill="red"/></svg>'
ENDLESS = (
    b'{"$schema": "https://vega.github.io/schema/vega/v5.json", "width": 9, "height": 9,'
    b' "signals": [{"name": "s", "update": "test(/(a+)+$/, \'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\')"}]}'
)


@pytest.fixture
def converter() -> Iterator[Converter]:
    converter = Converter(RenderSettings(limits=Limits(wall_s=8)))
    yield converter
    converter.close()


def process_of(converter: Converter) -> int:
    assert converter._process is not None
    return converter._process.pid


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def bomb(side: int) -> bytes:
    """A small PNG that claims to be `side` by `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")


def with_image(picture: bytes) -> bytes:
    data = base64.b64encode(picture)
    image = b'<image width="9" height="9" href="data:image/png;base64,' + data + b'"/>'
    return SQUARE.replace(b"<rect", image + b"<rect")


@pytest.mark.e2e
def test_one_process_serves_every_kind(converter: Converter) -> None:
    assert converter.convert("svg", SQUARE).outcome == "ok"
    first = process_of(converter)
    assert converter.convert("picture", SQUARE).outcome == "ok"
    assert converter.convert("vega", b'{"marks": []}').outcome in ("ok", "failed")
    assert process_of(converter) == first


@pytest.mark.e2e
@pytest.mark.filterwarnings("ignore:code runs in the weaker sandbox")
def test_the_weaker_sandbox_draws_the_same(converter: Converter, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = converter.convert("svg", SQUARE)
    converter.close()
    monkeypatch.setenv("JANUS_REWARD_SANDBOX", "limits")
    weak = converter.convert("svg", SQUARE)
    assert weak == plain and weak.stills[0].image is not None


@pytest.mark.e2e
def test_a_request_that_never_ends_is_killed_and_the_next_is_served(converter: Converter) -> None:
    assert converter.convert("svg", SQUARE).outcome == "ok"
    first = process_of(converter)
    endless = converter.convert("vega", ENDLESS)
    assert (endless.outcome, endless.facts["limit"]) == ("timeout", "wall")
    assert not alive(first)
    assert converter.convert("svg", SQUARE).outcome == "ok"


@pytest.mark.e2e
def test_a_request_that_kills_its_process_takes_no_neighbour_along(converter: Converter) -> None:
    before = converter.convert("svg", SQUARE)
    first = process_of(converter)
    assert converter.convert("svg", with_image(bomb(50_000))).outcome in ("failed", "exceeded")
    assert converter.convert("svg", SQUARE) == before
    assert alive(process_of(converter))
    assert process_of(converter) == first or not alive(first)


@pytest.mark.e2e
def test_a_process_killed_from_outside_is_replaced(converter: Converter) -> None:
    before = converter.convert("svg", SQUARE)
    os.killpg(process_of(converter), 9)
    assert converter._process is not None
    converter._process._process.wait()
    assert converter.convert("svg", SQUARE) == before


@pytest.mark.e2e
def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    drawn = []
    for _ in range(2):
        converter = Converter(RenderSettings())
        drawn.append((converter.convert("svg", SQUARE), converter.convert("picture", SQUARE)))
        converter.close()
    assert drawn[0] == drawn[1]


@pytest.mark.e2e
def test_a_process_is_recycled_after_its_share_of_requests(
    converter: Converter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converters, "_REQUESTS_PER_PROCESS", 2)
    seen = []
    for _ in range(4):
        assert converter.convert("svg", SQUARE).outcome == "ok"
        seen.append(process_of(converter))
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert not alive(seen[0])


@pytest.mark.e2e
def test_the_successor_is_there_before_it_is_needed(converter: Converter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converters, "_REQUESTS_PER_PROCESS", 3)
    monkeypatch.setattr(converters, "_AHEAD", 1)
    for _ in range(2):
        converter.convert("svg", SQUARE)
    assert converter._next is None
    converter.convert("svg", SQUARE)
    assert converter._next is not None
    coming = converter._next.pid
    assert converter.convert("svg", SQUARE).outcome == "ok"
    assert process_of(converter) == coming
    converter.close()
    assert not alive(coming)


def test_a_sandbox_that_cannot_be_had_leaves_no_files_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> list[str]:
        raise SandboxError("there is no sandbox")

    monkeypatch.setattr(converter_process.jail, "command", refused)
    converter = Converter(RenderSettings())
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(SandboxError):
            converter.convert("svg", SQUARE)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_more_input_than_the_bound_starts_no_process() -> None:
    converter = Converter(RenderSettings(limits=Limits(output_mb=1)))
    refused = converter.convert("svg", b"x" * (2**20 + 1))
    assert (refused.outcome, refused.facts["limit"]) == ("exceeded", "output")
    assert converter._process is None


@pytest.mark.e2e
def test_renderers_share_a_process_and_the_last_one_ends_it() -> None:
    settings = RenderSettings(seed=987_654)
    svg, vega, picture = SvgRenderer(settings), VegaRenderer(settings), GivenPicture(settings)
    assert svg.render(SQUARE.decode(), "svg").outcome == "ok"
    assert picture.render(SQUARE).outcome == "ok"
    shared = acquire(settings)
    pid = process_of(shared)
    release(shared)
    svg.close()
    vega.close()
    assert alive(pid)
    picture.close()
    assert not alive(pid)


def test_each_thread_has_its_own_converter() -> None:
    settings = RenderSettings(seed=987_655)
    ours, theirs = acquire(settings), []
    thread = threading.Thread(target=lambda: theirs.append(acquire(settings)))
    thread.start()
    thread.join()
    assert theirs[0] is not ours
    release(ours)
    release(theirs[0])


END = encode({"kind": "end", "outcome": "ok", "message": None})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        END[:-1],
        END + b"more",
        encode({"kind": "end", "outcome": "splendid", "message": None}),
        encode({"kind": "end", "outcome": ["ok"], "message": None}),
        encode({"kind": "picture", "at_s": None}, b"png"),
    ],
)
def test_a_damaged_answer_is_a_failure(answer: bytes) -> None:
    damaged = _rendered(answer)
    assert (damaged.outcome, damaged.stills, bool(damaged.message)) == ("failed", (), True)


@given(st.binary(max_size=400), st.integers(0, 200))
def test_no_answer_breaks_the_host(noise: bytes, cut: int) -> None:
    answer = encode({"kind": "picture", "at_s": 1}, b"png") + encode({"kind": "facts"}, b"{}") + END
    for hostile in (noise, answer[:cut] + noise, answer[:cut] + noise + answer[cut:]):
        drawn = _rendered(hostile)
        assert drawn.outcome == "ok" or drawn.message
