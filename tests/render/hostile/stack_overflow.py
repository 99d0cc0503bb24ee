# holds: endless recursion in C ends this job only
# outcome: failed
# ruff: noqa
import ctypes

kind = ctypes.CFUNCTYPE(ctypes.c_int)
again = kind(lambda: again())
import sys

sys.setrecursionlimit(10**9)
again()
