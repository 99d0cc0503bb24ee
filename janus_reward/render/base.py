"""What a renderer is: one small class that turns code into raw pictures and facts.

A renderer decides nothing about blankness, hashing or storing: `janus_reward.render.farm` does that for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Literal, Protocol

from PIL import Image

RawOutcome = Literal["ok", "partial", "failed", "timeout", "exceeded", "unsupported"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one render job; every one of them is enforced by the kernel or by the parent, never by the job.

    Args:
        wall_s: seconds of wall time until the job and all its descendants are killed (outcome `timeout`).
        cpu_s: seconds of processor time (outcome `timeout`).
        memory_mb: MiB of memory over all processes of the job (outcome `exceeded`).
        processes: processes and threads alive at once.
        files: open files per process.
        scratch_mb: MiB the job may write to its scratch folder, all files together.
        output_mb: MiB of stdout and stderr kept, and of pictures and facts handed back.
        pictures: pictures kept of one job.
        pixels: pixels of one picture; a larger one is refused before it is decoded.
    """

    wall_s: float = 30.0
    cpu_s: float = 20.0
    memory_mb: int = 2048
    processes: int = 64
    files: int = 256
    scratch_mb: int = 256
    output_mb: int = 64
    pictures: int = 8
    pixels: int = 40_000_000


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Everything, beside the code and the versions, that determines the bytes of a render; part of the cache key.

    Args:
        width, height: CSS pixels of the viewport for pages.
        max_height: CSS pixels at which a tall page is cut (recorded in the facts as `cut`).
        still_times_s: seconds of virtual time at which animated renders are stopped.
        seed: for `random`, `numpy.random` and `Math.random`.
        epoch_s: Unix time that the frozen clock starts at.
    """

    width: int = 1280
    height: int = 800
    max_height: int = 8000
    still_times_s: tuple[float, ...] = (0.5, 2.0, 4.0)
    seed: int = 0
    epoch_s: int = 1_735_732_800  # 2025-01-01T12:00:00Z
    limits: Limits = field(default_factory=Limits)


@cache
def as_plain(settings: RenderSettings) -> dict[str, Any]:
    """The settings as JSON-able values: the same object each time, not to be changed."""
    return asdict(settings)


@dataclass(frozen=True, slots=True)
class RawStill:
    """A picture as the renderer handed it over: hostile until the farm has checked it.

    Args:
        png: bytes.
        at_s: second of virtual time.
        image: what they hold (RGB, or RGBA where something shows through), where the jail has decoded them.
    """

    png: bytes
    at_s: float | None = None
    image: Image.Image | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RawRender:
    """What a renderer returns. `message` is one line without host paths; required unless `outcome` is ok."""

    outcome: RawOutcome
    stills: tuple[RawStill, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    message: str | None = None


class Renderer(Protocol):
    """One language family's way to pictures. Instances are used by one thread at a time and closed at the end."""

    name: str

    def __init__(self, settings: RenderSettings) -> None: ...

    def versions(self) -> Mapping[str, str]:
        """Name to version of every program, library and font set that determines the bytes (cheap; may cache)."""
        ...

    def render(self, code: str, language: str) -> RawRender:
        """Render one code. Raises SandboxError or BrowserError only when the machinery itself is broken."""
        ...

    def close(self) -> None:
        """End every process this renderer started."""
        ...
