# holds: a sparse file cannot be larger than the bound
# outcome: exceeded
# limit: scratch
# ruff: noqa
with open("sparse", "wb") as file:
    file.truncate(10**13)
