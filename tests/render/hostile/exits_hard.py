# holds: os._exit with 0 before anything was drawn is not ok
# outcome: failed
# ruff: noqa
import os

os._exit(0)
