# holds: a job cannot claim another end than it had
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"facts"}', b'{"exit":{"code":0,"signal":null},"limit":"wall","stdout":"nice"}'))
os._exit(7)
