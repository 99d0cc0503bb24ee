"""Changes that must not move any score: the controls."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from itertools import pairwise

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.criteria import EVERYTHING
from janus_reward.corrupt.markup_source import Element, MarkupSource
from janus_reward.corrupt.naming import renamed
from janus_reward.corrupt.python_source import PythonSource
from janus_reward.corrupt.splice import Edit, spliced
from janus_reward.triple import Triple

_NOTES = ("# Prepare the values", "# Set up the figure", "# Draw", "# Finish the layout")
_NAMES = ("entry", "record", "series", "panel", "amount", "group", "limit", "spacing", "marker", "block")


@corruption("harmless.renamed_variables", 0, keeps=EVERYTHING, languages=("python",), shows="no")
def renamed_variables(case: Case) -> str | None:
    """Variables have other, equally good names."""
    shift = case.random.randrange(len(_NAMES))

    def name_of(number: int, name: str) -> str:
        suffix = "" if number < len(_NAMES) else f"_{number // len(_NAMES) + 1}"
        return f"{_NAMES[(number + shift) % len(_NAMES)]}_{name.split('_')[0]}{suffix}"

    return renamed(case.code, name_of)


@corruption("harmless.comments", 0, keeps=EVERYTHING, languages=("python", "html", "svg"), shows="no")
def comments(case: Case) -> str | None:
    """A few short, true comments more."""
    if case.triple.language == "python":
        source = PythonSource.read(case.code)
        starts = [source.span(item)[0] for item in source.tree.body] if source else []
        places = starts[1 :: max(1, len(starts) // 4)][: len(_NOTES)]
        edits = [_line_before(case.code, at, note) for at, note in zip(places, _NOTES, strict=False)]
        return source.edited(edits) if source else None
    source_ = MarkupSource.read(case.code)
    root = source_.first("body") or source_.first("svg")
    children = [item for item in root.children if item.tag not in ("tspan", "text")][:3] if root else []
    notes = [Edit(item.start, item.start, f"<!-- {item.tag} {number} -->") for number, item in enumerate(children, 1)]
    return spliced(case.code, notes) if notes else None


@corruption("harmless.blank_lines", 0, keeps=EVERYTHING, languages=("python",), shows="no")
def blank_lines(case: Case) -> str | None:
    """More blank lines between the statements."""
    source = PythonSource.read(case.code)
    if source is None:
        return None
    return source.edited([_line_before(case.code, source.span(item)[0], "") for item in source.tree.body[1::2]])


@corruption("harmless.reformatted", 0, keeps=EVERYTHING, languages=("python",), shows="no")
def reformatted(case: Case) -> str | None:
    """The same program, printed anew in one consistent layout; only for code without comments."""
    source = PythonSource.read(case.code)
    if source is None or re.search(r"(?m)#\s|#$", case.code) or any(len(line) > 200 for line in case.code.split("\n")):
        return None
    printed = ast.unparse(source.tree) + "\n"
    return printed if max(map(len, printed.split("\n"))) <= 120 else None


@corruption("harmless.reordered_functions", 0, keeps=EVERYTHING, languages=("python",), shows="no")
def reordered_functions(case: Case) -> str | None:
    """Two function definitions that stand next to each other are exchanged."""
    source = PythonSource.read(case.code)
    body = source.tree.body if source else []
    for one, other in pairwise(body):
        if (
            isinstance(one, ast.FunctionDef)
            and isinstance(other, ast.FunctionDef)
            and not (one.decorator_list or other.decorator_list)
        ):
            assert source is not None
            return source.edited([source.replaced(one, source.text(other)), source.replaced(other, source.text(one))])
    return None


@corruption("harmless.attribute_order", 0, keeps=EVERYTHING, languages=("html", "svg"), shows="no")
def attribute_order(case: Case) -> str | None:
    """The attributes of elements stand in another order."""
    source = MarkupSource.read(case.code)
    edits = [edit for item in source.elements[:400] if (edit := _turned(source, item))]
    return spliced(case.code, edits) if edits else None


@corruption("harmless.indentation", 0, keeps=EVERYTHING, languages=("html", "svg"), shows="no")
def indentation(case: Case) -> str | None:
    """Lines that hold only tags are indented otherwise."""
    if re.search(r"<(pre|textarea|script)\b|white-space", case.code, re.IGNORECASE):
        return None
    return re.sub(r"(?m)^([ \t]*)(?=<[^\n]*>\s*$)", r"\1  ", case.code)


@corruption("harmless.key_order", 0, keeps=EVERYTHING, languages=("vega-lite",), shows="no")
def key_order(case: Case) -> str | None:
    """The keys of the specification stand in another order."""
    try:
        spec = json.loads(case.code)
    except (ValueError, RecursionError):
        return None
    if not isinstance(spec, dict) or len(spec) < 2:
        return None
    turned = dict(reversed(list(spec.items())))
    return json.dumps(turned, indent=2 if "\n" in case.code.strip() else None, ensure_ascii=False)


@corruption("harmless.layout", 0, keeps=EVERYTHING, languages=("vega-lite",), shows="no")
def layout(case: Case) -> str | None:
    """The specification is indented by another width."""
    try:
        return json.dumps(json.loads(case.code), indent=3, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


@corruption("harmless.polite", 0, keeps=EVERYTHING, shows="no")
def polite(case: Case) -> Triple | None:
    """The instruction begins with a polite phrase."""
    text = case.triple.instruction
    if not text or text.lower().startswith("please"):
        return None
    phrase = case.random.choice(("Could you help me with this? ", "Here is what I need: ", "Thanks in advance! "))
    return replace(case.triple, instruction=phrase + text)


def _line_before(code: str, at: int, line: str) -> Edit:
    start = code.rfind("\n", 0, at) + 1
    return Edit(start, start, f"{line}\n")


def _turned(source: MarkupSource, element: Element) -> Edit | None:
    spans = sorted(span for name in element.attributes if (span := source.attribute(element, name)))
    if len(spans) < 2 or len(spans) != len(element.attributes):
        return None
    texts = [source.code[start:end] for start, end in reversed(spans)]
    if any("=" not in text for text in texts) or re.search(r"=\s*[^\"'\s]", " ".join(texts)):
        return None
    return Edit(spans[0][0], spans[-1][1], " ".join(texts))
