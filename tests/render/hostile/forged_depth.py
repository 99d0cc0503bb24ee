# holds: facts nested thousands deep are refused
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"facts"}', b'{"a":' * 20_000 + b"1" + b"}" * 20_000))
os._exit(0)
