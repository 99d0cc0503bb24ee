"""A structured specification read from an instruction: which parts a page must have, with ids, types and states.

Plans of this kind are common in synthesis: Markdown with bullets or tables that name an element by its id and say what
it is, how it starts and what it is called. Nothing here is specific to one data set: an id is what is written as
`id="name"`, as `#name` in a code span, or as a code span that leads a bullet or a table row below a heading about ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_PARTS = 80
_BLOCK = 1_500
_NAME = r"[A-Za-z][\w-]{1,60}"
_ID = re.compile(rf"\bid\*{{0,2}}`?\s{{0,3}}[=:]\*{{0,2}}\s{{0,3}}[\"'`]{{1,2}}#?(?P<name>{_NAME})[\"'`]")
_HASH = re.compile(rf"`#(?P<name>{_NAME})`")
_LEAD = re.compile(rf"^[ \t]{{0,20}}(?:[-*+|]|\d{{1,2}}\.)[ \t]{{1,8}}\*{{0,2}}`#?(?P<name>{_NAME})`", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t].*$", re.MULTILINE)
_ABOUT_IDS = re.compile(r"\bids?\b|\bcomponents?\b", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")
_MARKS = re.compile(r"[*`]")

_VALUE = r"(?:\"(?P<quoted>[^\"\n]{0,200})\"|'(?P<single>[^'\n]{0,200})'|(?P<bare>[^\s,;|(\"'][^,;|(\n]{0,60}))"
_STATES = {
    "initial": r"(?:initial|default)(?:\s?/\s?default)?(?:\s(?:value|state|text|content|selection|inner\stext)){0,2}",
    "min": r"min(?:imum)?(?:\svalue)?",
    "max": r"max(?:imum)?(?:\svalue)?",
    "step": r"step(?:\ssize)?",
    "label": r"(?:label|button\stext|text)(?:\stext)?",
}
_STATE_PATTERNS = {
    name: re.compile(rf"(?<![\w-]){written}\s?[:=]\s{{0,3}}{_VALUE}", re.IGNORECASE)
    for name, written in _STATES.items()
}
_KINDS: tuple[tuple[str, str], ...] = (
    ("slider", r"type=.?range|\brange input|^(?:.*-)?(?:slider|range)\b"),
    ("select", r"<select|^(?:.*-)?(?:select|dropdown)\b"),
    ("checkbox", r"type=.?checkbox|^(?:.*-)?(?:checkbox|check|chk|toggle)\b"),
    ("radio", r"type=.?radio|^(?:.*-)?radio\b"),
    ("button", r"<button|type: button|^(?:.*-)?(?:btn|button)\b"),
    ("canvas", r"<canvas|^canvas(?!-container)\b"),
    ("input", r"type=.?(?:text|number|color)|<textarea|^(?:.*-)?input\b"),
)
_KIND_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
CONTROLS = frozenset({"slider", "select", "checkbox", "radio", "button", "input"})
"""Kinds of parts that a user drives."""


@dataclass(frozen=True, slots=True)
class Part:
    """One element that the instruction names by id.

    Args:
        id: as written, without `#`.
        kind: `slider`, `select`, `checkbox`, `radio`, `button`, `input`, `canvas`, or `None` where nothing tells.
        states: what is said of it: `initial`, `min`, `max`, `step`, `label`, each as written.
    """

    id: str
    kind: str | None = None
    states: dict[str, str] = field(default_factory=dict)

    @property
    def is_control(self) -> bool:
        """Whether a user drives it."""
        return self.kind in CONTROLS


def read_parts(text: str) -> tuple[Part, ...]:
    """Read the parts that an instruction names by id, in order, each once with all that is said of it."""
    found: dict[str, Part] = {}
    mentions = sorted(_mentions(text))
    for index, (start, end, name) in enumerate(mentions):
        until = mentions[index + 1][0] if index + 1 < len(mentions) else len(text)
        if name not in found and len(found) >= _PARTS:
            continue
        said = _said(text, start, end, min(until, end + _BLOCK))
        known = found.get(name, Part(name))
        found[name] = Part(name, known.kind or _kind(name, said), {**_states(said), **known.states})
    return tuple(found.values())


def _mentions(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _ID.finditer(text):
        yield match.start(), match.end(), match["name"]
    for match in _HASH.finditer(text):
        if not _HEX.match(match["name"]):
            yield match.start(), match.end(), match["name"]
    for start, end in _sections(text):
        for match in _LEAD.finditer(text, start, end):
            if "-" in match["name"] or not match["name"].islower():
                yield match.start(), match.end(), match["name"]


def _sections(text: str) -> Iterator[tuple[int, int]]:
    """Where the text below each heading about ids or components lies."""
    headings = list(_HEADING.finditer(text))
    for index, heading in enumerate(headings):
        if _ABOUT_IDS.search(heading.group()):
            until = headings[index + 1].start() if index + 1 < len(headings) else len(text)
            yield heading.end(), until


def _said(text: str, start: int, end: int, until: int) -> str:
    """What follows an id up to the next one or the next heading; a table row under the names of its columns."""
    line = text[text.rfind("\n", 0, start + 1) + 1 : (text.find("\n", end) + 1 or len(text) + 1) - 1]
    if line.lstrip().startswith("|"):
        return _row(text, start, line)
    heading = _HEADING.search(text, end, until)
    return _MARKS.sub("", text[end : heading.start() if heading else until])


def _row(text: str, start: int, line: str) -> str:
    head = text.rfind("\n|--", 0, start)
    head = head if head >= 0 else max(text.rfind("\n| -", 0, start), text.rfind("\n|:", 0, start))
    names = text[text.rfind("\n", 0, max(head, 0)) + 1 : max(head, 0)].strip("| ").split("|")
    cells = line.strip().strip("|").split("|")
    return ", ".join(
        f"{_MARKS.sub('', name).strip()}: {_MARKS.sub('', cell).strip()}"
        for name, cell in zip(names, cells, strict=False)
    )


def _kind(name: str, said: str) -> str | None:
    """What a part is: by its type where one is given in the first line, else by a word of its id."""
    first = said[:160]
    for kind, pattern in _KIND_PATTERNS:
        if pattern.search(name) or re.search(rf"type:? ?(?:<input )?.{{0,12}}{kind}", first, re.IGNORECASE):
            return kind
    return next((kind for kind, pattern in _KIND_PATTERNS if pattern.search(first.partition("\n")[0])), None)


def _states(said: str) -> dict[str, str]:
    states = {}
    for name, pattern in _STATE_PATTERNS.items():
        match = pattern.search(said)
        if match:
            value = next(group for group in match.groups() if group is not None)
            states[name] = value.strip().rstrip(".").strip()
    return states
