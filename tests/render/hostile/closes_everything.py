# holds: closing all descriptors harms the job only
# outcome: failed
import os

os.closerange(0, 256)
