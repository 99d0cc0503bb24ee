"""Samples made in memory: pictures by Pillow, facts by hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw

from janus_reward.sample import Sample
from janus_reward.triple import Before, Render, Triple

Bars = Callable[..., bytes]
MakeSample = Callable[..., Sample]


def to_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def bars() -> Bars:
    """A picture of bars on a plain ground."""

    def draw(
        color: str = "#1f77b4", ground: str = "white", size: tuple[int, int] = (320, 240), shift: int = 0
    ) -> bytes:
        image = Image.new("RGB", size, ground)
        pen = ImageDraw.Draw(image)
        for position, height in enumerate((60, 120, 90)):
            left = 60 + shift + 70 * position
            pen.rectangle((left, 200 - height, left + 40, 200), fill=color)
        return to_png(image)

    return draw


@pytest.fixture(scope="session")
def sample() -> MakeSample:
    """A sample from the few fields that a test is about."""

    def make(
        code: str | None = None,
        language: str | None = "python",
        instruction: str | None = None,
        png: bytes | None = None,
        facts: dict[str, Any] | None = None,
        before_code: str | None = None,
        before_png: bytes | None = None,
        before_facts: dict[str, Any] | None = None,
        reference: bytes | None = None,
        outcome: str | None = None,
        **fields: Any,
    ) -> Sample:
        is_edit = before_code is not None or before_png is not None
        triple = Triple(
            row=0,
            id="t",
            instruction=instruction,
            code=code,
            language=language,
            before=Before(code=before_code) if is_edit else None,
            **fields,
        )
        return Sample(
            triple=triple,
            render=Render(outcome or ("ok" if png else "failed"), renderer="test", facts=facts or {}),
            stills=(png,) if png else (),
            before=Render("ok", facts=before_facts or {}) if is_edit else None,
            before_stills=(before_png,) if before_png else (),
            references=(reference,) if reference else (),
        )

    return make
