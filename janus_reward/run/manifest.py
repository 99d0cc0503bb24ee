"""The manifest of a run: what was asked, with which versions, and how far it came; and the lock on the folder."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from janus_reward.errors import DiskError, RunConflict

FORMAT = 1
"""Version of the run folder's layout."""


class RunFolder:
    """A run folder opened for writing by exactly one process.

    Args:
        path: the folder; created when absent.
        settings: everything that determines the rows; a folder with other settings is refused.
        info: facts that may differ between two starts (versions of libraries, paths, command).

    Raises:
        RunConflict: the folder holds another run, no run at all, or is in use.
        DiskError: the folder cannot be written.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any], info: Mapping[str, Any]) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DiskError(
                f"cannot make the run folder {path}: {error.strerror}", hint="Choose another -o."
            ) from error
        self._lock = _locked(path)
        try:
            self.manifest = self._opened(settings, info)
            self.save()
        except BaseException:
            self.close()
            raise

    def save(self, **changes: Any) -> None:
        """Change entries of the manifest and write it atomically."""
        self.manifest.update(changes)
        target, part = self.path / "manifest.json", self.path / ".manifest.tmp"
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump(self.manifest, file, indent=2, sort_keys=True, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            part.unlink(missing_ok=True)
            hint = "Finished shards are safe. Free space and run the same command again to go on."
            raise DiskError(f"cannot write {target}: {error.strerror}", hint=hint) from error

    def close(self) -> None:
        """Give the folder free."""
        self._lock.close()

    def _opened(self, settings: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
        known = read_manifest(self.path)
        if known is None:
            strangers = sorted(item.name for item in self.path.iterdir() if not item.name.startswith("."))
            if strangers:
                raise RunConflict(
                    f"{self.path} is not empty and holds no run (found {', '.join(strangers[:3])})",
                    hint="Choose another folder for -o.",
                )
            return {
                "format": FORMAT,
                "settings": dict(settings),
                "info": dict(info),
                "status": "running",
                "wall_s": 0.0,
            }
        differing = differences(known.get("settings", {}), settings)
        if differing:
            raise RunConflict(
                f"{self.path} was made with other settings:\n  " + "\n  ".join(differing),
                hint="Use the same settings to resume, or another folder for -o.",
            )
        return {**known, "info": dict(info), "status": "running"}


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a run folder, or `None` when there is none.

    Raises:
        RunConflict: there is one, but it cannot be read or is of a newer layout.
    """
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise RunConflict(
            f"{path / 'manifest.json'} cannot be read: {error}", hint="Restore it or use another folder."
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunConflict(f"{path} is no run of this version of janus-reward", hint="Use another folder for -o.")
    return manifest


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """One line for each setting that differs, e.g. `judge.revision: 'a' -> 'b'`."""
    lines: list[str] = []
    for name in sorted({*old, *new}):
        left, right = old.get(name), new.get(name)
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            lines += differences(left, right, f"{prefix}{name}.")
        elif _plain(left) != _plain(right):
            lines.append(f"{prefix}{name}: {left!r} there, {right!r} now")
    return lines


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _locked(path: Path) -> IO[str]:
    try:
        handle = (path / ".lock").open("a", encoding="utf-8")
    except OSError as error:
        raise DiskError(f"cannot write in {path}: {error.strerror}", hint="Check the folder's permissions.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise RunConflict(f"another process is writing to {path}", hint="Wait for it, or choose another -o.") from error
    return handle
