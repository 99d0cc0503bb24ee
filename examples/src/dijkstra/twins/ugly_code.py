import os, sys, heapq, random
g = {}
d = {}
p = {}
def shortest_path(graph, start, goal):
    global g, d, p
    g = graph
    d = {}
    p = {}
    a = []
    for i in g:
        if i not in a: a.append(i)
        for j in g[i]:
            if j not in a: a.append(j)
    for i in a: d[i] = 999999999
    d[start] = 0
    for x in range(1000):
        for i in a:
            for j in a:
                try:
                    if d[i] + g[i][j] < d[j]:
                        d[j] = d[i] + g[i][j]
                        p[j] = i
                except:
                    pass
    if d[goal] == 999999999:
        return None
    else:
        l = [goal]
        try:
            while True:
                l.append(p[l[-1]])
        except:
            pass
        l2 = []
        for i in range(len(l)):
            l2.append(l[len(l) - 1 - i])
        return (d[goal], l2)
        print("done")
print(shortest_path({"A": {"B": 4, "C": 1}, "C": {"B": 2, "D": 7}, "B": {"D": 3}}, "A", "D"))
