# holds: memory cannot be hidden in nameless files
# outcome: failed
# ruff: noqa
import os

os.memfd_create("hidden")
print("BREACH: memfd")
