"""What a deduplication is asked to do, and what follows from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from janus_reward.errors import InputError

Modality = Literal["code", "instruction", "render"]
Agree = Literal["auto", "any", "all"]
Keep = Literal["best", "first"]
Measure = Literal["jaccard", "containment"]

MODALITIES: tuple[str, ...] = get_args(Modality)
REVISION = 1
"""Raised whenever tokens, hashes or picture features change: fingerprints of two revisions cannot be compared."""


@dataclass(frozen=True, slots=True)
class DedupSettings:
    """How near-duplicates are told.

    Args:
        threshold: similarity of code and of instruction, in (0, 1], from which they agree.
        on: what is compared.
        agree: `auto`: code must agree, and the instruction or the picture with it where both triples have them; without
            code, all that both have. `any`: one of `on` is enough. `all`: everything that either triple has.
        keep: which of two duplicates survives: `best` score, then first by content; or the `first` in order.
        measure: `jaccard`, or `containment` (shared part of the smaller set). Candidates are found by Jaccard either
            way.
        shingle: tokens per shingle of code.
        prose_shingle: words per shingle of instructions.
        normalise_names, normalise_literals: take every identifier, every number and string, for the same.
        picture_threshold: similarity of ink from which pictures agree.
        num_perm, seed: of the MinHash.
        recall: chance, at the threshold itself, that a pair is looked at; decides the bands.
        frequent: share of documents from which a shingle is boilerplate; 1 turns this off.
        representatives: survivors that one bucket remembers.

    Raises:
        InputError: a value is out of its range.
    """

    threshold: float = 0.8
    on: tuple[Modality, ...] = ("code", "instruction", "render")
    agree: Agree = "auto"
    keep: Keep = "best"
    measure: Measure = "jaccard"
    shingle: int = 5
    prose_shingle: int = 2
    normalise_names: bool = False
    normalise_literals: bool = False
    picture_threshold: float = 0.85
    num_perm: int = 128
    seed: int = 1
    recall: float = 0.999
    frequent: float = 0.1
    representatives: int = 64

    def __post_init__(self) -> None:
        for name in ("threshold", "picture_threshold", "frequent"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise InputError(f"{name} {value} is not in (0, 1]")
        if not self.on or any(name not in MODALITIES for name in self.on) or len(set(self.on)) < len(self.on):
            raise InputError(f"on={','.join(self.on)!r}: expected some of {', '.join(MODALITIES)}, each once")
        _one_of("agree", self.agree, get_args(Agree))
        _one_of("keep", self.keep, get_args(Keep))
        _one_of("measure", self.measure, get_args(Measure))
        self._check_counts()

    def _check_counts(self) -> None:
        bounds = {
            "shingle": (1, 64),
            "prose_shingle": (1, 64),
            "num_perm": (16, 1024),
            "representatives": (1, 10_000),
            "seed": (0, 2**32 - 1),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise InputError(f"{name} {getattr(self, name)} is not between {low} and {high}")
        if not 0.5 <= self.recall < 1:
            raise InputError(f"recall {self.recall} is not in [0.5, 1)")

    @property
    def banding(self) -> tuple[int, int]:
        """Bands and rows per band."""
        return choose_bands(self.threshold, self.num_perm, self.recall)

    @property
    def normalise(self) -> int:
        """The bits that the lexer takes."""
        return int(self.normalise_names) + 2 * int(self.normalise_literals)

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        bands, rows = self.banding
        return {**asdict(self), "on": list(self.on), "bands": bands, "rows": rows, "revision": REVISION}


def choose_bands(threshold: float, num_perm: int, recall: float) -> tuple[int, int]:
    """Bands b and rows r with the longest rows for which 1 - (1 - t**r)**b reaches the recall at the threshold t.

    Verification makes false candidates cheap, so recall decides (Leskovec, Rajaraman, Ullman: Mining of Massive
    Datasets, section 3.4.2); (num_perm, 1) when no longer row will do.
    """
    for rows in range(min(num_perm, 32), 1, -1):
        bands = num_perm // rows
        if 1 - (1 - threshold**rows) ** bands >= recall:
            return bands, rows
    return num_perm, 1


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} {value!r} is not one of {', '.join(known)}")
