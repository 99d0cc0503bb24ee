"""Policies by name, by file, or as a Python function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document
from janus_reward.select.policy import Policy
from janus_reward.triple import Decision

RowPolicy = Callable[[Mapping[str, Any]], Decision]
"""A policy in Python: a row of the run in, a Decision out."""

_FOLDER = Path(__file__).parent / "presets"


def presets() -> dict[str, Path]:
    """The policies that come with the package, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


def load_policy(named: str | Path) -> Policy | RowPolicy:
    """The policy of a preset's name, of a YAML file, or `module:function` for one in Python.

    Raises:
        InputError: there is no such policy, or it is wrong; the message names file and line.
    """
    text = str(named)
    if text in presets():
        return read_policy(presets()[text])
    path = Path(text)
    if path.suffix in (".yaml", ".yml"):
        return read_policy(path)
    if ":" in text:
        return _function(text)
    known = ", ".join(presets())
    raise InputError(f"no policy {text!r}", hint=f"Presets: {known}. Or a file.yaml, or module:function.")


def read_policy(path: Path) -> Policy:
    """Read and check a policy file; files that it names are taken relative to it."""
    try:
        document = read_document(path)
    except RubricError as error:
        raise InputError(error.message, hint="A policy is a YAML mapping; see docs/select.md.") from None
    try:
        policy = Policy.model_validate({"name": path.stem, **document.content})
    except ValidationError as error:
        raise InputError(describe(error, document).message, hint="See docs/select.md.") from None
    return _placed(policy, path.parent)


def _placed(policy: Policy, folder: Path) -> Policy:
    score, target = policy.score, policy.target
    if score.labels is not None:
        score = score.model_copy(update={"labels": str(folder / score.labels)})
    if target is not None and target.embeddings is not None:
        target = target.model_copy(update={"embeddings": str(folder / target.embeddings)})
    return policy.model_copy(update={"score": score, "target": target})


def _function(text: str) -> RowPolicy:
    module, _, name = text.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InputError(f"policy {text!r}: {error}", hint="Give module:function, importable from here.") from error
    if not callable(found):
        raise InputError(f"policy {text!r} is no function")
    return found  # type: ignore[no-any-return]
