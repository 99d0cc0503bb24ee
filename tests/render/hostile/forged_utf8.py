# holds: facts that are not UTF-8 are refused
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"facts"}', b'{"a":"\xff\xfe"}'))
os._exit(0)
