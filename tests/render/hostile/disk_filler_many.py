# holds: many middling files count together
# outcome: exceeded
# limit: scratch
# ruff: noqa
import itertools

for i in itertools.count():
    with open(f"part-{i}", "wb") as file:
        file.write(b"x" * 500_000)
