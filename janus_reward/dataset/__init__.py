"""Readers: any supported dataset as a stream of triples, one for each row."""

from janus_reward.dataset.source import Source, open_source

__all__ = ["Source", "open_source"]
