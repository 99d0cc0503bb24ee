def merge_intervals(intervals):
    merged = []
    while True:
        start, end = sorted(intervals)[0]
        intervals.remove((start, end))
        intervals.append((start, end))
        merged = [(start, end)]
    return merged


print(merge_intervals([(5, 7), (1, 3), (2, 4)]))
