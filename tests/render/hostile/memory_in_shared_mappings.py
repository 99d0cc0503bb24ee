# holds: memory cannot be hidden in shared anonymous mappings
# outcome: failed
# ruff: noqa
import mmap

hidden = [mmap.mmap(-1, 100_000_000) for _ in range(3)]
print("BREACH: shared anonymous memory", len(hidden))
