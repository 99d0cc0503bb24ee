"""Texts from a language model: which model, and every reply by way of the ledger and the meter.

Used by the evaluation of a coder, by synthesis, and by what grades their answers.
"""

from janus_reward.generation.account import Account
from janus_reward.generation.generator import Generator, Made
from janus_reward.generation.model import GeneratorFile, generator_file

__all__ = ["Account", "Generator", "GeneratorFile", "Made", "generator_file"]
