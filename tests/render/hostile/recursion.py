# holds: endless recursion in Python is an exception
# outcome: failed
def again():
    return again()


again()
