# holds: memory cannot be hidden in nameless files
# outcome: failed
import os

os.memfd_create("hidden")
print("BREACH: memfd")
