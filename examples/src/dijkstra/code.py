from heapq import heappop, heappush

Graph = dict[str, dict[str, float]]


def shortest_path(graph: Graph, start: str, goal: str) -> tuple[float, list[str]] | None:
    """Length and nodes of the shortest way from start to goal (Dijkstra), or None when there is no way."""
    queue = [(0.0, start)]
    length_to = {start: 0.0}
    came_from: dict[str, str] = {}
    while queue:
        length, node = heappop(queue)
        if node == goal:
            return length, nodes_back(came_from, goal)
        if length > length_to[node]:
            continue
        for neighbour, weight in graph.get(node, {}).items():
            candidate = length + weight
            if candidate < length_to.get(neighbour, float("inf")):
                length_to[neighbour] = candidate
                came_from[neighbour] = node
                heappush(queue, (candidate, neighbour))
    return None


def nodes_back(came_from: dict[str, str], goal: str) -> list[str]:
    """The nodes from the start to the goal."""
    nodes = [goal]
    while nodes[-1] in came_from:
        nodes.append(came_from[nodes[-1]])
    return nodes[::-1]


if __name__ == "__main__":
    roads = {"A": {"B": 4, "C": 1}, "C": {"B": 2, "D": 7}, "B": {"D": 3}}
    print(shortest_path(roads, "A", "D"))
