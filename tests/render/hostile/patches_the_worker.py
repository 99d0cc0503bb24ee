# holds: modules that a job breaks are whole for the next one
# outcome: ok|failed|partial
# ruff: noqa
import builtins
import json
import sys

import matplotlib
import matplotlib.pyplot as plt

from janus_reward.render import frames
from janus_reward.render.inside import figures, job, supervisor

figures.execute = job.run = supervisor.supervise = frames.encode = lambda *args: None
matplotlib.rcParams["figure.facecolor"] = "red"
plt.rcParams["axes.titlesize"] = 40
json.dumps = lambda *args, **kwargs: "{}"
builtins.open = None
sys.modules["numpy"] = None
