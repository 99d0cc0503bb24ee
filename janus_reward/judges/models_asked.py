"""Which models a judge asks: told from its file, through panels and cascades, without making the judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from janus_reward.judges.file import JudgeFile, read_judge_file
from janus_reward.judges.group_file import CascadeFile, PanelFile
from janus_reward.judges.model_file import ModelFile


def models_asked(judge: str) -> Iterator[ModelFile]:
    """The model of a judge file, and those of every member of a panel and every stage of a cascade, each file once.

    Args:
        judge: a judge's name (which asks none) or the path of its file.

    Raises:
        InputError: a file cannot be read. RubricError: one is wrong.
    """
    open_names, seen = [judge], set[str]()
    while open_names:
        name = open_names.pop(0)
        if name in seen or not name.endswith((".yaml", ".yml")):
            continue
        seen.add(name)
        file = read_judge_file(Path(name))
        if isinstance(file, ModelFile):
            yield file
        open_names += [str(Path(name).parent / member) for member in _members(file)]


def _members(file: JudgeFile) -> tuple[str, ...]:
    if isinstance(file, PanelFile):
        return file.members
    return file.stages if isinstance(file, CascadeFile) else ()
