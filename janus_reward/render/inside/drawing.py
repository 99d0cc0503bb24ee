"""What the converter's drawing functions return and raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image


@dataclass(frozen=True, slots=True)
class Drawing:
    """PNG bytes with the second of virtual time each belongs to, and the facts.

    Args:
        stills: the pictures.
        facts: about them.
        image: the only picture decoded, where that had to be done in any case.
    """

    stills: tuple[tuple[bytes, float | None], ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    image: Image.Image | None = None


class DrawingError(Exception):
    """The input cannot be drawn, and why, in one line; `outcome` is failed or exceeded."""

    def __init__(self, message: str, outcome: str = "failed", **facts: Any) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.facts = facts
