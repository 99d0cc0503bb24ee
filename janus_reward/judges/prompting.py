"""Prompts from the templates in `prompts/`: rubric first, then the sample, the criterion last.

The system turn is the same for every sample of a rubric. A sample's turn begins with the instruction and, for criteria
that see it, the code; then come pictures, comments and facts, and last the question. So an engine with a prefix cache
computes rubric, instruction and code once, whatever is asked.
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
from janus_reward.judges.material import cleaned, comments_of, cut_middle, fence, nonce_of, without_comments
from janus_reward.judges.modes.base import Ask, View
from janus_reward.judges.pictures import PictureRule, shown
from janus_reward.rubric import Rubric
from janus_reward.sample import Sample

_FOLDER = Path(__file__).parent / "prompts"
_SOURCES: tuple[str, ...] = ("prompting", "material", "pictures", "facts", "modes.base", "modes.checklist")
_SOURCES += ("modes.likert", "modes.discrepancies", "modes.reference", "modes.pairwise")


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
        bound: replies are bound by a schema, which names the checks; they need not be named in the question again.
        seed: part of every fence's nonce.
    """

    mode: str
    texts: TextRule
    pictures: PictureRule
    vision: bool
    bound: bool = False
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
        before = triple.before.code if triple.before else None
        head = _text(
            "head.j2",
            fence=lambda name, text: fence(name, text, nonce),
            instruction=texts.plain(triple.instruction or "(none)"),
            before_code=texts.code(before, triple.language) if view != "picture" else "",
            code=texts.code(triple.code, triple.language) if view != "picture" else "",
        )
        images, captions = self._images(sample, view, flags) if view != "code" else ((), ())
        tail = _text(
            "tail.j2",
            fence=lambda name, text: fence(name, text, nonce),
            captions=captions,
            comments=texts.comments(triple.code, triple.language) if view == "code" else [],
            facts=[texts.plain(fact) for fact in facts] if view == "both" else [],
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
            ids=() if self.bound and ask.whole else ask.ids,
        )

    def _nonce(self, sample: Sample) -> str:
        triple = sample.triple
        before = (triple.before.code if triple.before else None) or ""
        return nonce_of(self.seed, (triple.instruction or "", triple.code or "", before, *triple.checklist))

    def _images(self, sample: Sample, view: View, flags: set[str]) -> tuple[tuple[Image, ...], tuple[str, ...]]:
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
            detail = (view == "picture" or self.mode == "reference") and len(stills) == 1
            made = shown(stills, self.pictures, max(1, self.pictures.most // len(present)), detail=detail)
            images += made.images
            total = len(made.images)
            captions += [name if total == 1 else f"{name}, {number} of {total}" for number in range(1, total + 1)]
            if made.cut:
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

    def code(self, code: str | None, language: str | None) -> str:
        """Code without its comments."""
        return self._fit(without_comments(code, language), self.rule.code, "judge_cut_code") if code else ""

    def comments(self, code: str | None, language: str | None) -> list[str]:
        """What the code's comments say, for the criterion that judges them."""
        told = "\n".join(comments_of(code or "", language))
        return [self._fit(told, self.rule.code, "judge_cut_code")] if told else []

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
