# holds: files without a name count too
# outcome: exceeded|timeout
# limit: scratch
# weak: files without a name are not seen by the look into the folder; the number of open files and their size bound them
# weak-outcome: failed|exceeded
# weak-limit: scratch|none
# ruff: noqa
import os

held = []
while True:
    fd = os.open("x", os.O_CREAT | os.O_RDWR)
    os.unlink("x")
    os.write(fd, b"x" * 2_000_000)
    held.append(fd)
