# holds: a message of 50 MB is cut
# outcome: failed
# ruff: noqa
raise ValueError("x" * 50_000_000)
