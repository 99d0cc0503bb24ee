# holds: a segmentation fault is the end of this job only, and dumps no core
# outcome: failed
# ruff: noqa
import ctypes

ctypes.string_at(0)
