# holds: one process cannot take more memory than the bound
# outcome: exceeded
# limit: memory
# ruff: noqa
hoard = []
while True:
    hoard.append(bytearray(50_000_000))
