"""The dataset that a run scored, found again: a run holds no pictures of prompts and no code before an edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from janus_reward.dataset import Source, open_source
from janus_reward.errors import InputError
from janus_reward.prompt import PromptProblem, prompt_pictures
from janus_reward.run import Run


@dataclass(frozen=True, slots=True)
class Shown:
    """What the prompt of a row shows beside the instruction.

    Args:
        pictures: that a picture library opens.
        before: code that an edit or a repair starts from.
    """

    pictures: tuple[bytes, ...] = ()
    before: str | None = None


def given_source(named: str | Path, run: Run) -> Source:
    """The dataset that a user names. Raises InputError when it is not the one that the run scored."""
    source = _opened(named, run)
    if source.fingerprint() != run.manifest["settings"].get("source_sha256"):
        raise InputError(f"{source.name} is not the dataset that {run.path.name} scored", hint="Give that one.")
    return source


def recorded_source(run: Run) -> Source | None:
    """The dataset where the run found it; `None` when it is no longer there as it was."""
    found = run.manifest.get("info", {}).get("source_path")
    if not found or not (run.path / found).exists():
        return None
    try:
        return given_source(run.path / found, run)
    except InputError:
        return None


def shown_beside(run: Run, places: Sequence[int]) -> Iterator[tuple[int, Shown]]:
    """What the prompts of some rows show, by place in the run; nothing where the source is gone.

    Args:
        run: of `score dataset`.
        places: of rows, in order; only those of `SHOWN_TASKS` should be asked for.
    """
    source = recorded_source(run) if places else None
    if source is None:
        return
    wanted = iter(places)
    place = next(wanted, None)
    for triple in source.iter(places[0]):
        if triple.row == place:
            try:
                pictures = prompt_pictures(triple)
            except PromptProblem:
                pictures = ()
            yield place, Shown(pictures, None if triple.before is None else triple.before.code)
            place = next(wanted, None)
            if place is None:
                return


def _opened(named: str | Path, run: Run) -> Source:
    settings = run.manifest["settings"]
    return open_source(str(named), mapping=settings.get("map") or None, limit=settings.get("limit"))
