# holds: a PNG that claims 60000 x 60000 pixels is not decoded in the sandbox beyond its bounds
# outcome: failed|exceeded|ok
# ruff: noqa
import struct
import zlib


def chunk(kind, data):
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


header = struct.pack("!IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
with open("bomb.png", "wb") as file:
    file.write(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND", b"")
    )
