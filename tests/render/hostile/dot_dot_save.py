# holds: ../ leads nowhere outside the sandbox
# outcome: ok|failed|partial
# ruff: noqa
import matplotlib.pyplot as plt

plt.plot([1, 2])
for path in ("../" * 30 + "@CANARY_DIR@/owned", "@CANARY_DIR@/owned.png", "../up.png", "/owned.png"):
    try:
        plt.savefig(path)
    except OSError as problem:
        print(problem)
