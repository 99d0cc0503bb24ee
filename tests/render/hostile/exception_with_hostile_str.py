# holds: an exception whose text cannot be had is still an exception
# outcome: failed
# ruff: noqa
class Rude(Exception):
    def __str__(self):
        raise SystemExit(0)


raise Rude
