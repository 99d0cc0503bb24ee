"""Policies in Python: a function from a row of the run to a Decision."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np

from janus_reward.errors import InputError
from janus_reward.select.decide import Decided
from janus_reward.select.decisions import CHOICES, Decisions
from janus_reward.select.policy import Choice
from janus_reward.select.rows import Rows
from janus_reward.select.screens import screen_relations
from janus_reward.triple import Decision

RowPolicy = Callable[[Mapping[str, Any]], Decision]
"""A policy in Python: a row of the run in, a Decision out."""

_HINT = "Return Decision(verdict, reason) with verdict keep, drop or review."


def load_function(text: str) -> RowPolicy:
    """The function that `module:function` names; modules of the current folder come first.

    Raises:
        InputError: there is none, or it cannot be called.
    """
    module, _, name = text.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, SyntaxError) as error:
        raise InputError(f"policy {text!r}: {error}", hint="Give module:function, importable from here.") from error
    if not callable(found):
        raise InputError(f"policy {text!r} is no function")
    return cast(RowPolicy, found)


def decide_by_function(
    rows: Rows, policy: RowPolicy, dedup: Path | None = None, contamination: Path | None = None
) -> Decided:
    """Ask a function about each row that neither `dedup` nor `decontaminate` removed.

    Args:
        rows: of the run.
        policy: asked row by row, in the order of the run.
        dedup: folder of `dedup`.
        contamination: folder of `decontaminate`.

    Raises:
        InputError: it fails, or answers with something else than a Decision; the message names the row.
    """
    decisions, places = Decisions(len(rows)), defaultdict[tuple[Choice, str], list[int]](list)
    screen_relations(rows, decisions, dedup, contamination)
    asked, at = decisions.open, 0
    for batch in rows.run.batches():
        for row in batch.to_pylist():
            if asked[at]:
                places[_answer(policy, row)].append(at)
            at += 1
    for (verdict, reason), own in sorted(places.items()):
        where = np.zeros(len(rows), dtype=bool)
        where[own] = True
        decisions.settle(verdict, where, reason)
    values = rows.numbers("score")
    return Decided(decisions, values, float((~np.isnan(values)).mean()) if len(values) else None, [])


def described(policy: RowPolicy) -> dict[str, Any]:
    """What tells a function from another: its name and the hash of the file that it stands in."""
    kind = policy if inspect.isroutine(policy) else type(policy)
    try:
        source = Path(inspect.getfile(kind)).read_bytes()
    except (OSError, TypeError):
        source = b""
    name = getattr(policy, "__name__", type(policy).__name__)
    digest = hashlib.sha256(source).hexdigest() if source else None
    return {"name": f"{kind.__module__}:{name}", "function": True, "sha256": digest}


def _answer(policy: RowPolicy, row: Mapping[str, Any]) -> tuple[Choice, str]:
    try:
        answer = policy(row)
    except Exception as error:
        name = type(error).__name__
        raise InputError(f"the policy failed at row {row['row']} ({row['id']}): {name}: {error}") from error
    if not isinstance(answer, Decision) or answer.verdict not in CHOICES:
        raise InputError(f"the policy said {answer!r} of row {row['row']} ({row['id']})", hint=_HINT)
    return answer.verdict, str(answer.reason)
