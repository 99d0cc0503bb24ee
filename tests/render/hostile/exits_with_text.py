# holds: sys.exit with a text is a failure
# outcome: failed
import sys

sys.exit("no \ud800 thanks")
