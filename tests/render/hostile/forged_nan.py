# holds: NaN is not JSON
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"facts"}', b'{"figures":NaN}'))
os._exit(0)
