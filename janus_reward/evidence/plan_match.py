"""A structured specification held against the code of the page that answers it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from janus_reward.evidence.lexis import numbers_of
from janus_reward.evidence.specification import Part, read_parts
from janus_reward.evidence.view import View
from janus_reward.evidence.wiring import Wiring, wiring

_SPAN = re.compile(r"`([^`\n]{2,200})`")
_CALL = re.compile(r"^([A-Za-z_$][\w$]{2,60})\([^`]{0,80}\)$")
_EVENT = re.compile(r"`(input|change|click|mousedown|mousemove|mouseup|keydown|drag|resize|wheel|pointerdown)`")
_BUILT_IN = re.compile(r"(?:Math|document|window|console|Plotly|THREE|ctx)\.|^(?:sin|cos|tan|exp|sqrt|log|setup|draw)$")
_SPACES = re.compile(r"\s+")
NUMBER = re.compile(r"[-+]?\d{1,12}(?:\.\d{1,12})?\Z")
_MANY = 60
_CHECKED = frozenset({"checked", "selected", "on", "active"})
_UNCHECKED = frozenset({"unchecked", "not checked", "off", "inactive"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a number of requirements: how many were asked, found, and answered differently."""

    asked: int
    found: int
    contradicted: int = 0

    @property
    def share(self) -> float | None:
        """Share found; `None` when nothing was asked."""
        return self.found / self.asked if self.asked else None


class Plan:
    """A specification and the page that answers it."""

    def __init__(self, view: View, text: str, parts: tuple[Part, ...], page: Wiring) -> None:
        self._view = view
        self.text = text
        self.parts = parts
        self.page = page

    @cached_property
    def controls(self) -> tuple[Part, ...]:
        """Parts that a user drives."""
        return tuple(part for part in self.parts if part.is_control)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Ids of parts that the page neither declares nor makes."""
        return tuple(part.id for part in self.parts if not self.there(part))

    def there(self, part: Part) -> bool:
        """Whether the page declares or makes an element of this id."""
        return part.id in self.page.by_id or part.id in self.page.made

    @cached_property
    def states(self) -> Answer:
        """Initial values and bounds of declared controls."""
        asked = found = wrong = 0
        for part in self.controls:
            element = self.page.by_id.get(part.id)
            for name in ("initial", "min", "max", "step") if element else ():
                wanted = part.states.get(name)
                verdict = state_held(element.states, name, wanted) if element and wanted else None
                asked += verdict is not None
                found += verdict is True
                wrong += verdict is False
        return Answer(asked, found, wrong)

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """Functions that the instruction names in code spans, those of libraries left out."""
        spans = (span for span in _SPAN.findall(self.text) if not _BUILT_IN.search(span))
        names = (match.group(1) for span in spans if (match := _CALL.match(span.strip())))
        return tuple(dict.fromkeys(name for name in names if not _BUILT_IN.search(name)))[:_MANY]

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Events that the instruction names in code spans."""
        return tuple(dict.fromkeys(_EVENT.findall(self.text)))

    @cached_property
    def constants(self) -> frozenset[float]:
        """Numbers in code spans, small whole ones left out: they are everywhere."""
        spans = " ; ".join(_SPAN.findall(self.text)[:2_000])
        return frozenset(number for number in numbers_of(spans) if number not in range(11))

    @cached_property
    def shown(self) -> str | None:
        """The words of the picture on one line, folded."""
        words = self._view.picture_words
        return None if words is None else folded(words)


def plan(view: View) -> Plan | None:
    """The plan of a view and its page, if both are there. Ask for it with `view.once(plan)`."""
    page = view.once(wiring)
    if page is None or view.instruction is None:
        return None
    parts = read_parts(view.instruction.text)
    return Plan(view, view.instruction.text, parts, page) if parts else None


def state_held(given: Mapping[str, object], name: str, wanted: str) -> bool | None:
    """Whether a control has a state as asked: `None` where it says nothing of it or the wish is no plain value.

    Args:
        given: `value`, `min`, `max`, `step` as strings, `checked` as a bool; what is absent is not known.
        name: `initial`, `min`, `max` or `step`.
        wanted: as the instruction writes it.
    """
    if wanted.lower() in _CHECKED | _UNCHECKED:
        checked = given.get("checked")
        return checked == (wanted.lower() in _CHECKED) if isinstance(checked, bool) else None
    value = given.get("value" if name == "initial" else name)
    if not isinstance(value, str) or not NUMBER.match(wanted):
        return None
    value = value.strip()
    return abs(float(value) - float(wanted)) < 1e-9 if NUMBER.match(value) else None


def folded(text: str) -> str:
    """A text on one line, without differences of case."""
    return _SPACES.sub(" ", text).strip().casefold()
