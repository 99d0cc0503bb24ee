# holds: the number of files is bounded
# outcome: exceeded
# limit: scratch|cpu
# ruff: noqa
import itertools

for i in itertools.count():
    open(f"f{i}", "w").close()
