# holds: a busy loop is ended by its processor time
# outcome: timeout
# limit: cpu|wall
# ruff: noqa
while True:
    pass
