"""The multi-head reward model: a backbone of `transformers`, one head a criterion, one scalar head for preferences.

`saving.load` opens a trained one; as a judge it is `--judge reward:PATH` (`janus_reward.judges.reward`).
"""
