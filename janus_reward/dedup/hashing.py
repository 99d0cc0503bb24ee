"""The hash of a shingle, in plain Python: the reference for the compiled kernel, and a `hashfunc` for datasketch.

A token is hashed by FNV-1a (64 bits); a shingle by Horner's rule over its token hashes modulo 2**64, then folded to
32 bits by a multiply and a shift. Zero is kept free (it becomes one), so that it can mark an empty slot.
"""

from __future__ import annotations

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
STEP = 0x9E3779B97F4A7C15
FOLD = 0xD6E8FEB86659FD93
_MASK = (1 << 64) - 1


def token_hash64(token: bytes) -> int:
    """FNV-1a of a token's bytes (Fowler, Noll, Vo), 64 bits."""
    value = FNV_OFFSET
    for byte in token:
        value = ((value ^ byte) * FNV_PRIME) & _MASK
    return value


def shingle_hash32(shingle: bytes) -> int:
    """The 32-bit hash of a shingle, given as its tokens joined by single spaces.

    `datasketch.MinHash(num_perm=128, seed=1, hashfunc=shingle_hash32)` fed with such shingles gives the signature that
    `janus_reward.dedup.signatures` computes.
    """
    value = 0
    for token in shingle.split(b" "):
        value = (value * STEP + token_hash64(token)) & _MASK
    return fold32(value)


def fold32(value: int) -> int:
    """A 64-bit polynomial folded to 32 bits, never 0."""
    value = ((value ^ (value >> 29)) * FOLD) & _MASK
    return (value >> 32) or 1
