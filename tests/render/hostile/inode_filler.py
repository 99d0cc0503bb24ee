# holds: the number of files is bounded
# outcome: exceeded
# limit: scratch|cpu
import itertools

for i in itertools.count():
    open(f"f{i}", "w").close()
