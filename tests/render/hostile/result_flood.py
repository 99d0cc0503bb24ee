# holds: results beyond the bound end the job
# outcome: exceeded
# limit: output
# ruff: noqa
import os
import struct


def frame(header, body=b"", size=None):
    return struct.pack("!4sII", b"JRF1", len(header), len(body) if size is None else size) + header + body


while True:
    os.write(3, frame(b'{"kind":"picture"}', b"x" * 1_000_000))
