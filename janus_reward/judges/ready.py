"""Whether an engine gives what a judge file needs; if not, the run does not start, or does without where it may."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from janus_reward.judges.engine.base import EndpointRefused, Engine
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.modes import Mode, mode_of
from janus_reward.judges.selftest import Capabilities, Probe, probe
from janus_reward.ledger import Entry, Ledger

_WORDS: Mapping[Probe, str] = {
    "text": "an answer",
    "schema": "replies bound by a JSON schema",
    "logprobs": "log probabilities",
    "image": "pictures",
}
_FALLBACKS: Mapping[str, Probe] = {"plain_text": "schema", "text_only": "image", "stated_digit": "logprobs"}


class Readiness:
    """What the judge uses of its engine. Without `fallback` this is what the file says, checked before the first call.

    Args:
        file: what is needed, and what the run may do without.
        engine: what must give it.

    Attributes:
        vision, structured: whether pictures are shown and schemas sent.
        mode: as it is really used.
    """

    def __init__(self, file: ModelFile, engine: Engine) -> None:
        self._file, self._engine = file, engine
        self._turn = asyncio.Lock()
        self._checked = self._settled = False
        self._missing: tuple[Probe, ...] = ()
        self.capabilities: Capabilities | None = None
        self.vision = file.vision
        self.structured = file.structured and not (file.mode.name == "likert" and file.mode.reasoning)
        self.mode: Mode = mode_of(file.mode)

    @property
    def needs(self) -> tuple[Probe, ...]:
        """The probes that must go well."""
        likert = self._file.mode.name == "likert" and not self._file.mode.stated_digit
        wanted = {"text": True, "schema": self.structured, "logprobs": likert, "image": self._file.vision}
        return tuple(name for name in _WORDS if wanted[name])

    @property
    def key(self) -> str:
        """What falls back, for the ledger's keys."""
        return " ".join(self._missing)

    async def settle(self, ledger: Ledger | None) -> None:
        """Find out what falls back, before the first prompt is made; the ledger remembers it, so no call is needed."""
        if not self._file.fallback or self._settled:
            return
        async with self._turn:
            if self._settled:
                return
            key = hashlib.sha256(f"capabilities {self._file.digest(self._engine.identity.as_key())}".encode()).digest()
            known = ledger.get(key) if ledger is not None else None
            missing: list[Probe] = known.body["missing"] if known else await self._probed()
            if known is None and ledger is not None:
                kept = ledger.put(key, Entry({"missing": missing}, self._file.called, "stop", 0, 0, 0.0))
                missing = kept.body["missing"]
            self._fall_back(missing)
            self._settled = True

    async def check(self) -> None:
        """Before the first call: refuse to go on without what is needed. Raises EndpointRefused."""
        if self._checked:
            return
        async with self._turn:
            if not self._checked:
                if not self._settled:
                    await self._probed()
                self._checked = True

    async def _probed(self) -> list[Probe]:
        """Names of what is missing and may be done without; raises for the rest."""
        self.capabilities = await probe(self._engine, self.needs)
        missing = [name for name in self.needs if not self.capabilities.honours(name)]
        allowed = {_FALLBACKS[name] for name in self._file.fallback}
        if lacking := [name for name in missing if name not in allowed]:
            raise _refused(lacking, self.capabilities, self._file)
        self._checked = True
        return missing

    def _fall_back(self, missing: Sequence[Probe]) -> None:
        self._missing = tuple(missing)
        self.vision = self.vision and "image" not in missing
        self.structured = self.structured and "schema" not in missing
        if "logprobs" in missing:
            self.mode = mode_of(self._file.mode.model_copy(update={"stated_digit": True}))


def _refused(lacking: Sequence[Probe], found: Capabilities, file: ModelFile) -> EndpointRefused:
    """Everything that is missing at once, each with what came instead; nothing else was tried where no answer came."""
    if "text" in lacking:
        return EndpointRefused(
            f"{file.called} does not answer: {found.findings['text'].words}",
            hint="Is the server up, are address and model right? `janus-reward judge test` tries them.",
        )
    told = [f"{_WORDS[name]} ({found.findings[name].words})" for name in lacking]
    ways = {probe: fallback for fallback, probe in _FALLBACKS.items()}
    may = [ways[name] for name in lacking if name in ways]
    hint = f"`fallback: [{', '.join(may)}]` in the judge file lets the run do without." if may else None
    return EndpointRefused(f"{file.called} does not give what this judge needs: {'; '.join(told)}", hint=hint)
