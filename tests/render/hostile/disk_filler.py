# holds: the scratch folder has a size
# outcome: exceeded
# limit: scratch
# ruff: noqa
with open("big", "wb") as file:
    while True:
        file.write(b"x" * 1_000_000)
