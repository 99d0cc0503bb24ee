# holds: a number of a million digits is refused
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"facts"}', b'{"a":' + b"9" * 1_000_000 + b"}"))
os._exit(0)
