"""Edits and repairs that are not made, made in part, or made beside the point."""

from __future__ import annotations

import difflib
from dataclasses import replace

from janus_reward.corrupt.base import KINDS, Case, Corruption, corruption
from janus_reward.corrupt.criteria import ADHERENCE, COMPLETION, PRESERVATION, QUALITY, RELEVANCE
from janus_reward.triple import Triple

_UNRELATED = {
    "python": ("chart.wrong_colours", "chart.misspell_title", "chart.invert_axis"),
    "html": ("css.background", "html.drop_heading", "css.font_size"),
    "svg": ("svg.drop_element", "svg.wrong_fill", "svg.scaled"),
    "vega-lite": ("vega.wrong_colours", "vega.misspell", "vega.tiny_font"),
}
_LONG = 20_000


def _before(case: Case) -> str | None:
    """The code that an edit or a repair starts from."""
    before = case.triple.before
    return before.code if before and case.triple.task in ("edit", "repair") else None


@corruption("edit.not_made", 3, lowers=(ADHERENCE, COMPLETION), keeps=(), shows="either", breaks=True)
def not_made(case: Case) -> str | None:
    """The code is handed back as it was."""
    return _before(case)


@corruption("edit.half_made", 2, lowers=(ADHERENCE, COMPLETION), keeps=(), shows="either", breaks=True, holdout=True)
def half_made(case: Case) -> str | None:
    """Of several changes in the code only the first half is made."""
    before = _before(case)
    if before is None or max(len(before), len(case.code)) > _LONG:
        return None
    old, new = before.splitlines(keepends=True), case.code.splitlines(keepends=True)
    changes = [
        step for step in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"
    ]
    if len(changes) < 2:
        return None
    for _, start, end, new_start, new_end in reversed(changes[: len(changes) // 2]):
        old[start:end] = new[new_start:new_end]
    return "".join(old)


@corruption("edit.unrelated_change", 2, lowers=(PRESERVATION,), keeps=(QUALITY,))
def unrelated_change(case: Case) -> str | None:
    """The edit is made, and something that nobody mentioned is changed as well."""
    if _before(case) is None:
        return None
    return _damaged(case, case.triple)


@corruption("edit.wrong_element", 3, lowers=(ADHERENCE, PRESERVATION, COMPLETION), keeps=(QUALITY,), breaks=True)
def wrong_element(case: Case) -> str | None:
    """Something else was changed in place of what was asked for."""
    before = _before(case)
    return None if before is None or case.triple.task != "edit" else _damaged(case, replace(case.triple, code=before))


@corruption(
    "edit.starts_over",
    3,
    lowers=(PRESERVATION, RELEVANCE, ADHERENCE),
    keeps=(QUALITY,),
    shows="either",
    breaks=True,
    holdout=True,
)
def starts_over(case: Case) -> str | None:
    """The answer is another piece of work, not the given one changed."""
    return case.stranger.code if _before(case) is not None and case.stranger else None


def _damaged(case: Case, triple: Triple) -> str | None:
    """The triple's code after the first kind of damage that applies."""
    kinds: list[Corruption] = [KINDS[name] for name in _UNRELATED.get(triple.language or "", ()) if name in KINDS]
    case.random.shuffle(kinds)
    damaged = (kind.applies(triple, case.random) for kind in kinds)
    return next((result.code for result in damaged if result is not None), None)
