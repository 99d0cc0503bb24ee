# holds: closing all descriptors harms the job only
# outcome: failed
# ruff: noqa
import os

os.closerange(0, 256)
