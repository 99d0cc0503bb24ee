# holds: a frame that claims four gigabytes is refused without allocating them
# outcome: failed
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


os.write(3, frame(b'{"kind":"picture"}', b"", size=0xFFFFFFF0))
os._exit(0)
