"""The same answers by plain Python: tokens by a regular expression, sets by `set`."""

import re

from janus_reward.dedup.hashing import shingle_hash32

WORD = re.compile(r"[A-Za-z0-9_]+")


def shingle_strings(text, size=5):
    tokens = WORD.findall(text)
    if not tokens:
        return set()
    size = min(size, len(tokens))
    return {" ".join(tokens[i : i + size]) for i in range(len(tokens) - size + 1)}


def shingle_hashes(text, size=5):
    return {shingle_hash32(shingle.encode()) for shingle in shingle_strings(text, size)}


def jaccard(left, right):
    a, b = shingle_strings(left), shingle_strings(right)
    return len(a & b) / len(a | b) if a | b else 0.0
