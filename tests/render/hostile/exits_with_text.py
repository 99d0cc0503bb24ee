# holds: sys.exit with a text is a failure
# outcome: failed
# ruff: noqa
import sys

sys.exit("no \ud800 thanks")
