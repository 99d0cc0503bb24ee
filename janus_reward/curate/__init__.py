"""All of it from one file: score, dedup, decontaminate, select, export, report, as one job that resumes.

from janus_reward.curate import curate, read_config

outcome = curate(read_config("curate.yaml"))
outcome["funnel"], outcome["exports"], outcome["report"]
"""

from __future__ import annotations

from janus_reward.curate.config import CurateConfig, read_config
from janus_reward.curate.job import curate

__all__ = ["CurateConfig", "curate", "read_config"]
