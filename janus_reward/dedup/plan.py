"""What a corpus of a given size will need, before anything is read."""

from __future__ import annotations

from dataclasses import dataclass

from janus_reward.dedup.pictures import INK_BYTES
from janus_reward.dedup.settings import DedupSettings

_GIB = 1 << 30
_SHARING = 0.5
_BANDS_SHARED = 0.5
_ID_BYTES = 32
_BASE = 400 << 20


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Bytes by purpose.

    Args:
        memory: anonymous memory at the peak, by purpose.
        disk: scratch files, by purpose; they are read in place and may be dropped from memory at any time.
    """

    documents: int
    memory: dict[str, int]
    disk: dict[str, int]

    @property
    def memory_bytes(self) -> int:
        """Peak of anonymous memory."""
        return sum(self.memory.values())

    @property
    def disk_bytes(self) -> int:
        """Scratch on disk."""
        return sum(self.disk.values())

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {size / _GIB:.2f}" for name, size in self.memory.items())
        return (
            f"plan for {self.documents:,} documents: {self.memory_bytes / _GIB:.2f} GiB of memory ({parts}), "
            f"{self.disk_bytes / _GIB:.2f} GiB of scratch on disk"
        )


def memory_plan(
    documents: int, settings: DedupSettings, *, text_bytes: int = 2_500, shingles: int = 250, keep_texts: bool = True
) -> MemoryPlan:
    """The need of a corpus.

    Args:
        documents: their number.
        settings: of the run; bands and modalities count.
        text_bytes: mean bytes of code and instruction together.
        shingles: mean shingles of code and instruction together.
        keep_texts: whether texts are kept for showing shared parts.

    The largest memory is at grouping: the table of one band (a key and a place for twice the documents, rounded up to a
    power of two), and the memberships found so far, for which half of the documents in half of the bands are assumed.
    """
    bands, _ = settings.banding
    slots = 1 << max(4, (2 * documents).bit_length())
    pictures = documents if "render" in settings.on else 0
    memberships = int(documents * _SHARING * (bands + 1) * _BANDS_SHARED)
    memory = {
        "table of one band": slots * 16 + documents * 8,
        "memberships": memberships * 12 + documents * 8,
        "ranks": documents * 24,
        "links": documents * 33,
        "ids": documents * (_ID_BYTES + 8),
        "base": _BASE,
    }
    disk = {
        "shingles": documents * (shingles * 4 + 32),
        "band keys": documents * (bands + 1) * 12,
        "texts": documents * (text_bytes + 16) if keep_texts else 0,
        "pictures": pictures * (INK_BYTES + 12 * 12),
        "ids and ranks": documents * (_ID_BYTES + 40),
    }
    return MemoryPlan(documents, memory, disk)
