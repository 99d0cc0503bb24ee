# holds: exit status 0 without a picture is not ok
# outcome: failed
# ruff: noqa
import sys

sys.exit(0)
