"""What is measured and judged: a triple together with everything that was rendered for it."""

from __future__ import annotations

from dataclasses import dataclass

from janus_reward.triple import Render, Triple


@dataclass(frozen=True, slots=True)
class Sample:
    """A triple with its renders; pictures are PNG bytes that the farm has checked and stored.

    Args:
        triple: the record as read, with task, domain and language settled.
        render: what came of `triple.code` (or of the picture that came with the triple).
        stills: PNG bytes of `render.stills`, same order.
        before: the render of `triple.before` for `edit` and `repair`, else `None`.
        before_stills: PNG bytes of `before.stills`.
        references: PNG bytes of the reference pictures of a `reproduce` task.
    """

    triple: Triple
    render: Render
    stills: tuple[bytes, ...] = ()
    before: Render | None = None
    before_stills: tuple[bytes, ...] = ()
    references: tuple[bytes, ...] = ()
