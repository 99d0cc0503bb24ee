# holds: warnings for ever end with the processor time
# outcome: timeout
# limit: cpu|wall
# ruff: noqa
import warnings

i = 0
while True:
    i += 1
    warnings.warn(f"again {i}", stacklevel=1)
