"""From a triple to its renders: choose the renderer, ask the store first, check the pictures, decide the outcome."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from PIL import Image

from janus_reward.errors import BrowserError, MissingExtra, SandboxError
from janus_reward.picture_file import BadPicture, opened
from janus_reward.render.base import RawRender, RawStill, Renderer, RenderSettings, as_plain
from janus_reward.render.blank import BLANK_INK_SHARE, ink_share, over_white
from janus_reward.render.given import GivenPicture
from janus_reward.render.registry import renderer_class
from janus_reward.render.store import RenderStore, digest
from janus_reward.sample import Sample
from janus_reward.triple import TEXT_DOMAINS, Before, Outcome, Picture, Render, Still, Triple

RenderMode = Literal["auto", "always", "never"]

_UNCACHED: frozenset[Outcome] = frozenset({"timeout", "exceeded"})
"""Outcomes that depend on how busy the machine was: remembered by no store."""

_KEPT_PIXELS = 8_000_000


class RenderFarm:
    """Renders triples with one renderer per language, each started when first needed.

    Args:
        store: where pictures and finished renders are kept.
        settings: what determines the bytes beside code and versions.
        mode: `auto` uses a picture that came with the triple and renders the rest; `always` renders even then;
            `never` only uses pictures that came.

    Attributes:
        opened: by PNG bytes, those pictures of the last `sample` that had to be decoded (within a bound of pixels).
    """

    def __init__(self, store: RenderStore, settings: RenderSettings | None = None, mode: RenderMode = "auto") -> None:
        self.store = store
        self.settings = settings or RenderSettings()
        self.mode = mode
        self._renderers: dict[type[Renderer], Renderer] = {}
        self._given: GivenPicture | None = None
        self.opened: dict[bytes, Image.Image] = {}

    def sample(self, triple: Triple) -> Sample:
        """Render a triple, the state before its edit, and its references."""
        self.opened.clear()
        if triple.error is not None:
            return Sample(triple, Render("not_needed", message="the row has an input error"))
        render = self.render(triple)
        before = self._before(triple.before, triple) if triple.before else None
        references = [still for picture in triple.references for still in self.given((picture,)).stills[:1]]
        return Sample(
            triple=triple,
            render=render,
            stills=self._pictures(render.stills),
            before=before,
            before_stills=self._pictures(before.stills) if before else (),
            references=self._pictures(tuple(references)),
        )

    def render(self, triple: Triple) -> Render:
        """What comes of the triple's own code, or of the picture that came with it."""
        if triple.renders and self.mode != "always":
            return self.given(triple.renders)
        if triple.domain in TEXT_DOMAINS:
            return Render("not_needed")
        if triple.code is None:
            return Render("unsupported", message="there is no code and no picture to look at")
        if self.mode == "never":
            return Render(
                "unsupported", message="no picture came with the triple and rendering is off (--render never)"
            )
        return self.code(triple.code, triple.language)

    def code(self, code: str, language: str | None) -> Render:
        """Render code of a language; the store answers when it has seen the same before."""
        kind = renderer_class(language or "")
        if kind is None or language is None:
            return Render("unsupported", message=f"no renderer for language {language or 'unknown'!r}")
        try:
            return self._drawn(self._renderer(kind), code, language)
        except (MissingExtra, BrowserError, SandboxError) as error:
            return Render("unsupported", renderer=kind.name, message=str(error))

    def _drawn(self, renderer: Renderer, code: str, language: str) -> Render:
        key = digest(
            {
                "renderer": renderer.name,
                "versions": dict(renderer.versions()),
                "settings": as_plain(self.settings),
                "language": language,
                "code": hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest(),
            }
        )
        return self._remembered(key, renderer.name, lambda: renderer.render(code, language))

    def given(self, pictures: tuple[Picture, ...]) -> Render:
        """Pictures that came with the data, decoded in the sandbox and checked like any other."""
        if self._given is None:
            self._given = GivenPicture(self.settings)
        given, payloads = self._given, [_read(picture) for picture in pictures[: self.settings.limits.pictures]]
        key = digest(
            {
                "renderer": "picture",
                "versions": dict(given.versions()),
                "settings": as_plain(self.settings),
                "pictures": [hashlib.sha256(payload).hexdigest() for payload in payloads],
            }
        )
        return self._remembered(key, "picture", lambda: _joined([given.render(payload) for payload in payloads]))

    def close(self) -> None:
        """End every renderer that was started."""
        for renderer in self._renderers.values():
            renderer.close()
        if self._given is not None:
            self._given.close()
        self._renderers, self._given = {}, None

    def _before(self, before: Before, triple: Triple) -> Render | None:
        if before.picture is not None:
            return self.given((before.picture,))
        if before.code is None or self.mode == "never":
            return None
        return self.code(before.code, triple.language)

    def _renderer(self, kind: type[Renderer]) -> Renderer:
        if kind not in self._renderers:
            self._renderers[kind] = kind(self.settings)
        return self._renderers[kind]

    def _remembered(self, key: str, name: str, draw: Callable[[], RawRender]) -> Render:
        known = self.store.render(key)
        if known is not None:
            return known
        start = time.perf_counter()
        render = replace(self._checked(draw()), renderer=name, seconds=time.perf_counter() - start)
        if render.outcome not in _UNCACHED:
            self.store.put_render(key, render)
        return render

    def _checked(self, raw: RawRender) -> Render:
        """Decode every picture within bounds, store it, and let the pixels decide whether there is content."""
        facts = dict(raw.facts)
        if raw.outcome not in ("ok", "partial"):
            return Render(raw.outcome, facts=facts, message=raw.message)
        stills, inks, complaints = [], [], []
        for raw_still in raw.stills[: self.settings.limits.pictures]:
            try:
                stills_of_one, ink = self._still(raw_still)
            except BadPicture as error:
                complaints.append(str(error))
                continue
            stills.append(stills_of_one)
            inks.append(ink)
        if not stills:
            return Render("failed", facts=facts, message=raw.message or (complaints or ["there is no picture"])[0])
        facts["ink_share"] = round(max(inks), 6)
        if max(inks) < BLANK_INK_SHARE:
            message = f"the picture is uniform: {max(inks):.3%} of its pixels differ from the background"
            return Render("blank", tuple(stills), facts=facts, message=raw.message or message)
        outcome: Outcome = "partial" if complaints else raw.outcome
        return Render(outcome, tuple(stills), facts=facts, message=raw.message or "; ".join(complaints) or None)

    def _still(self, raw: RawStill) -> tuple[Still, float]:
        image = raw.image or opened(raw.png, self.settings.limits.pixels)
        if sum(one.width * one.height for one in (image, *self.opened.values())) <= _KEPT_PIXELS:
            self.opened[raw.png] = image
        still = Still(self.store.put_picture(raw.png), image.width, image.height, raw.at_s)
        return still, ink_share(over_white(image))

    def _pictures(self, stills: tuple[Still, ...]) -> tuple[bytes, ...]:
        found = (self.store.picture(still.sha256) for still in stills)
        return tuple(png for png in found if png is not None)


def _read(picture: Picture) -> bytes:
    if picture.data is not None:
        return picture.data
    return Path(picture.path).read_bytes() if picture.path else b""


def _joined(raws: list[RawRender]) -> RawRender:
    """Several given pictures as one render: the first decides the facts, any that failed makes it partial."""
    if len(raws) == 1:
        return raws[0]
    stills = tuple(still for raw in raws for still in raw.stills)
    failed = next((raw for raw in raws if raw.outcome != "ok"), None)
    if failed is None:
        return RawRender("ok", stills, raws[0].facts)
    return RawRender("partial" if stills else failed.outcome, stills, raws[0].facts, failed.message)
