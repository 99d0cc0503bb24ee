"""The folder of an index: its lock, its `index.json`, and what may be wrong with either."""

from __future__ import annotations

import fcntl
import json
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from janus_reward.dedup.segment import check_segment, write_json
from janus_reward.dedup.settings import DedupSettings
from janus_reward.errors import DiskError, InputError, RunConflict

FORMAT = 1
"""Version of the index's layout."""

_FREE = ("keep", "recall")
"""Settings that may differ from one batch to the next; all others are the index's own."""


def opened_state(folder: Path, settings: DedupSettings) -> dict[str, Any]:
    """The state that `index.json` holds; a new one is written where there is none.

    Raises:
        RunConflict: of another format or other settings, or a file of a segment is missing or has another length.
    """
    asked = {name: value for name, value in settings.as_dict().items() if name not in _FREE}
    path = folder / "index.json"
    if not path.exists():
        state = {"format": FORMAT, "settings": asked, "segments": [], "batches": [], "serial": 0, "frequent": None}
        try:
            (folder / "segments").mkdir(exist_ok=True)
            write_json(path, state)
        except OSError as error:
            raise disk_error(path, error) from error
        return state
    known = _read(path)
    _same_settings(folder, known["settings"], asked)
    for entry in known["segments"]:
        complain(folder, check_segment(folder / "segments" / str(entry["name"]), entry["files"], content=False))
    return known


def known_settings(folder: Path) -> DedupSettings:
    """The settings that the index in a folder was made with; the default ones where there is none yet.

    Raises:
        RunConflict: it cannot be read, or is of another version.
    """
    path = folder / "index.json"
    if not path.exists():
        return DedupSettings()
    names = {item.name for item in fields(DedupSettings)}
    known = {name: value for name, value in _read(path)["settings"].items() if name in names}
    return DedupSettings(**{**known, "on": tuple(known["on"])})


def complain(folder: Path, trouble: str | None) -> None:
    """Raise RunConflict about damage, when there is any."""
    if trouble:
        raise RunConflict(
            f"the index {folder} is damaged: {trouble}", hint="Restore it, or make a new one from the data."
        )


def disk_error(path: Path, error: OSError) -> DiskError:
    """What a failed write is to the user."""
    return DiskError(
        f"cannot write {path}: {error.strerror or error}", hint="Free space and run the same command again."
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunConflict(f"{path} cannot be read: {error}", hint="Restore it, or make a new index.") from error
    found = known.get("format") if isinstance(known, dict) else None
    if found != FORMAT:
        raise RunConflict(
            f"{path.parent} is an index of format {found}, this version reads {FORMAT}",
            hint="Make a new index from the data.",
        )
    state: dict[str, Any] = known
    return state


def _same_settings(folder: Path, known: dict[str, Any], asked: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(asked))
    lines = [
        f"{name}: {known.get(name)!r} there, {plain[name]!r} now" for name in plain if known.get(name) != plain[name]
    ]
    if lines:
        raise RunConflict(
            f"{folder} was made with other settings:\n  " + "\n  ".join(lines),
            hint="Use the same settings, or make a new index.",
        )


def locked(folder: Path) -> IO[str]:
    """The lock on an index, its folder made when absent. Raises RunConflict, DiskError or InputError."""
    try:
        if folder.is_file():
            raise InputError(f"{folder} is a file, not the folder of an index")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "index.json").exists() and any(
            not path.name.startswith(".") and path.name != "segments" for path in folder.iterdir()
        ):
            raise RunConflict(f"{folder} is not empty and holds no index", hint="Choose another folder for --index.")
        handle = (folder / ".lock").open("a", encoding="utf-8")
    except OSError as error:
        raise disk_error(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise RunConflict(f"another process uses the index {folder}", hint="Wait for it.") from error
    return handle
