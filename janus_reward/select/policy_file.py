"""Policies by name, by file, or as a Python function."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from janus_reward.errors import InputError, RubricError
from janus_reward.rubric_file import describe, read_document
from janus_reward.select.function import RowPolicy, load_function
from janus_reward.select.policy import Policy

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
        return load_function(text)
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
    return policy.beside(path.parent)
