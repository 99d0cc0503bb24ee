"""The reader of results from a sandbox: whatever arrives, it answers with frames and a reason, never an exception."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janus_reward.render import frames

HEADERS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=4)


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=50)), max_size=5))
def test_what_was_written_is_read_again(sent: list[tuple[dict[str, object], bytes]]) -> None:
    sent = [({**header, "kind": "picture"}, body) for header, body in sent]
    reading = frames.decode(b"".join(frames.encode(header, body) for header, body in sent))
    assert reading.problem is None
    assert [(dict(frame.header), frame.body) for frame in reading.frames] == sent


@given(st.binary(max_size=200), st.binary(max_size=30))
def test_any_bytes_after_a_good_frame_leave_that_frame_alone(junk: bytes, body: bytes) -> None:
    reading = frames.decode(frames.encode({"kind": "picture"}, body) + junk)
    assert reading.frames[0].body == body
    assert reading.problem is not None or len(junk) == 0 or junk.startswith(frames.MAGIC)


@pytest.mark.parametrize(
    "text",
    [
        b'{"kind":"facts","a":NaN}',
        b'{"kind":"facts","a":1e999}',
        b'{"kind":"facts","a":' + b"[" * 50 + b"]" * 50 + b"}",
        b'{"kind":"facts","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"kind":"facts","a":' + b"9" * 100_000 + b"}",
        b'{"kind":"\xff"}',
        b'{"kind":7}',
        b"[]",
        b"",
        pickle.dumps(math.inf),
    ],
)
def test_a_header_that_is_no_plain_json_object_is_a_reason(text: bytes) -> None:
    stream = frames.MAGIC + len(text).to_bytes(4, "big") + bytes(4) + text
    reading = frames.decode(stream)
    assert reading.frames == ()
    assert reading.problem


def test_a_length_that_lies_is_a_reason() -> None:
    stream = bytearray(frames.encode({"kind": "picture"}, b"1234"))
    stream[8:12] = b"\xff\xff\xff\xf0"
    assert frames.decode(bytes(stream)).problem == "a result is cut off or lies about its length"


def test_endless_small_frames_are_bounded() -> None:
    reading = frames.decode(frames.encode({"kind": "x"}) * (frames.MAX_FRAMES + 1))
    assert len(reading.frames) == frames.MAX_FRAMES
    assert reading.problem
