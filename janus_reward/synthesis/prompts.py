"""Requests from the templates in `prompts/`: the first try's, and those that hold the last reply and what was wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from janus_reward.generation.generator import conversation
from janus_reward.judges.engine.base import Message, Request
from janus_reward.judges.material import cleaned, cut_middle
from janus_reward.synthesis.config import Drawing
from janus_reward.synthesis.job import Job, Step

_FOLDER = Path(__file__).parent / "prompts"
_SEED_TOKENS, _SHOWN_AGAIN = 4_000, 6_000


def request(job: Job, step: Step, drawing: Drawing, seed: int) -> Request:
    """The request of a step in the job's current try; the same job, try and seed give the same request."""
    template = job.strategy.propose if step == "propose" else job.strategy.generate
    values = {name: _safe(value) for name, value in job.plan.values.items()}
    first = _text(str(template), values | {"instruction": job.instruction or "", "language": job.plan.language})
    turns = [Message("user", (first,))]
    if step in job.said:
        reply, complaint = job.said[step]
        turns.append(Message("assistant", (reply[:_SHOWN_AGAIN] or "(nothing)",)))
        turns.append(Message("user", (_text("feedback.j2", {"step": step, "complaint": complaint}),)))
    drawn = hashlib.sha256(f"{seed} {job.plan.id} {step} {job.tries}".encode()).digest()
    return Request(
        conversation(_text("system.j2", {}), turns),
        max_tokens=drawing.max_instruction_tokens if step == "propose" else drawing.max_tokens,
        temperature=drawing.temperature,
        top_p=drawing.top_p,
        seed=int.from_bytes(drawn[:4], "big") >> 1,
    )


def prompts_sha256() -> Mapping[str, str]:
    """Hash of each template: another wording makes other triples."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(_FOLDER.glob("*.j2"))}


def _safe(value: Any) -> Any:
    """Material without marks that models reserve and words to a grader, cut to a bound."""
    return cut_middle(cleaned(value).text, _SEED_TOKENS)[0] if isinstance(value, str) else value


def _text(template: str, values: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(**values).strip()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
