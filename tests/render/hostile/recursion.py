# holds: endless recursion in Python is an exception
# outcome: failed
# ruff: noqa
def again():
    return again()


again()
