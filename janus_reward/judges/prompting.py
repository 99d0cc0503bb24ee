"""Prompts from the templates in `prompts/`: rubric first, then the sample, the criterion last.

The system turn is the same for every sample of a rubric, and the sample's turn begins the same for every criterion that
sees the same material, so an engine with a prefix cache computes neither twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from janus_reward.judges.engine.base import Image, Message
from janus_reward.judges.material import cleaned, cut_middle, fence, nonce_of, without_comments
from janus_reward.judges.modes.base import Ask, View
from janus_reward.judges.pictures import PictureRule, shown
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample

_FOLDER = Path(__file__).parent / "prompts"
_SOURCES: tuple[str, ...] = ("prompting", "material", "pictures", "facts", "modes.base", "modes.checklist")
_SOURCES += ("modes.likert", "modes.discrepancies", "modes.reference")


class TextRule(BaseModel):
    """The `texts` block of a judge file: the most tokens of each text; longer ones lose their middle.

    Args:
        code: of the code, also of the code before an edit.
        instruction: of the instruction and of all own checks together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: int = Field(default=6000, ge=100, le=200_000)
    instruction: int = Field(default=2000, ge=50, le=100_000)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one sample looks like under one view.

    Args:
        parts: of the user turn, without the question.
        flags: `judge_cut_code`, `judge_cut_text`, `judge_cut_picture`, and what was neutralised.
    """

    parts: tuple[str | Image, ...]
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prompter:
    """Makes prompts by one judge's rules.

    Args:
        mode: name of the mode, which picks the rules that the model reads.
        options: further values for the mode's template.
        vision: whether pictures are shown at all.
        seed: part of every fence's nonce.
    """

    mode: str
    texts: TextRule
    pictures: PictureRule
    vision: bool
    seed: int = 0
    options: tuple[tuple[str, Any], ...] = ()

    def system(self, rubric: Rubric) -> Message:
        """The turn that every sample of a rubric begins with."""
        return Message("system", (_system(rubric.sha256, _Same(rubric), self.mode, self.options),))

    def sheet(self, sample: Sample, facts: Sequence[str], view: View) -> Sheet:
        """The sample under a view; a pure function of sample and facts."""
        triple = sample.triple
        flags: set[str] = set()
        nonce = self._nonce(sample)
        texts = _Texts(self.texts, flags)
        code = texts.code(triple.code, triple.language, comments=view == "code") if view != "picture" else None
        before = triple.before.code if triple.before and view != "picture" else None
        images, captions = self._images(sample, flags) if view != "code" else ((), ())
        head = _text(
            "head.j2",
            fence=lambda name, text: fence(name, text, nonce),
            instruction=texts.plain(triple.instruction or "(none)"),
            before_code=texts.code(before, triple.language, comments=view == "code"),
            captions=captions,
        )
        tail = _text(
            "tail.j2",
            fence=lambda name, text: fence(name, text, nonce),
            facts=[texts.plain(fact) for fact in facts] if view == "both" else [],
            code=code,
        )
        parts: list[str | Image] = [head, *images, *([tail] if tail else [])]
        return Sheet(tuple(parts), frozenset(flags))

    def question(self, ask: Ask, sample: Sample) -> str:
        """The last part: which criterion, which checks."""
        nonce = self._nonce(sample)
        own = cut_middle("\n".join(cleaned(text).text for text in ask.own), self.texts.instruction)[0]
        return _text(
            "ask.j2",
            fence=lambda name, text: fence(name, text, nonce),
            own=[own] if own else [],
            mode=self.mode,
            criterion=", ".join(ask.criteria),
            ids=ask.ids,
        )

    def _nonce(self, sample: Sample) -> str:
        triple = sample.triple
        before = (triple.before.code if triple.before else None) or ""
        return nonce_of(self.seed, (triple.instruction or "", triple.code or "", before, *triple.checklist))

    def _images(self, sample: Sample, flags: set[str]) -> tuple[tuple[Image, ...], tuple[str, ...]]:
        """The pictures with what each is: reference, before, result."""
        if not self.vision:
            return (), ()
        groups = [
            ("reference", sample.references),
            ("before the edit", sample.before_stills),
            ("result", sample.stills),
        ]
        present = [(name, stills) for name, stills in groups if stills]
        images: list[Image] = []
        captions: list[str] = []
        for name, stills in present:
            view = shown(stills, self.pictures, max(1, self.pictures.most // len(present)))
            images += view.images
            total = len(view.images)
            captions += [name if total == 1 else f"{name}, {number} of {total}" for number in range(1, total + 1)]
            if view.cut:
                flags.add("judge_cut_picture")
        return tuple(images), tuple(captions)


def repair_question(complaint: str) -> str:
    """What is said to a model whose reply could not be read."""
    return _text("repair.j2", complaint=complaint)


@lru_cache(maxsize=1)
def prompts_sha256() -> str:
    """Over the templates and the modules that fill them: another wording is another prompt."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.j2")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for name in _SOURCES:
        source = import_module(f"janus_reward.judges.{name}").__file__
        digest.update(name.encode() + b"\0" + Path(str(source)).read_bytes())
    return digest.hexdigest()


class _Same:
    """A rubric beside its hash in a cache key."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same)

    def __hash__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class _Texts:
    """Cleans and cuts, and notes what it did."""

    rule: TextRule
    flags: set[str]

    def plain(self, text: str) -> str:
        """An instruction or a fact."""
        return self._fit(text, self.rule.instruction, "judge_cut_text")

    def code(self, code: str | None, language: str | None, *, comments: bool) -> str:
        """Code, without comments unless they are what is judged."""
        if not code:
            return ""
        return self._fit(code if comments else without_comments(code, language), self.rule.code, "judge_cut_code")

    def _fit(self, text: str, most: int, flag: str) -> str:
        made = cleaned(text)
        self.flags.update(f"judge_removed_{name}" for name in made.found)
        kept, left_out = cut_middle(made.text, most)
        if left_out:
            self.flags.add(flag)
        return kept


@lru_cache(maxsize=128)
def _system(sha256: str, same: _Same, mode: str, options: tuple[tuple[str, Any], ...]) -> str:
    return _text("system.j2", rubric=same.rubric, mode=mode, **dict(options))


def _text(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values).strip("\n")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Prompts are plain text: nothing is escaped, and material is inserted as a value, never as a template.
    return Environment(
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def digest_of(sample: Sample, facts: Iterable[str]) -> Mapping[str, Any]:
    """Everything of a sample that a prompt can hold, small enough to hash: texts by their hashes, pictures too."""
    triple = sample.triple
    return {
        "instruction": _sha(triple.instruction),
        "code": _sha(triple.code),
        "language": triple.language,
        "stills": [still.sha256 for still in sample.render.stills] if sample.stills else [],
        "before": _sha(triple.before.code if triple.before else None),
        "before_stills": [_sha(data) for data in sample.before_stills],
        "references": [_sha(data) for data in sample.references],
        "checklist": [_sha(question) for question in triple.checklist],
        "facts": list(facts),
    }


def _sha(text: str | bytes | None) -> str | None:
    if text is None:
        return None
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()
