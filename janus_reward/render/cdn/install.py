"""Fetch the libraries of the lock file into the user's cache, once, and keep of them what a page can ask for."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from janus_reward.errors import DiskError, MissingExtra

CHOICE = "JANUS_REWARD_WEB_LIBRARIES"
"""Environment variable: folder of the installed libraries (holds `node_modules`)."""

_DESCRIPTION = ("package.json", "package-lock.json", ".npmrc")
_SERVED = frozenset(
    {
        ".js",
        ".mjs",
        ".cjs",
        ".css",
        ".json",
        ".woff",
        ".woff2",
        ".ttf",
        ".eot",
        ".otf",
        ".wasm",
        ".png",
        ".gif",
        ".svg",
        ".jpg",
        ".glb",
        ".hdr",
        ".txt",
    }
)
_DROPPED_FOLDERS = frozenset(
    {"test", "tests", "docs", "doc", "__tests__", "svgs", "sprites", ".github", "scss", "less"}
)
_LARGEST = 12 * 2**20


@functools.cache
def lock_hash() -> str:
    """The hash of the lock file: what the libraries' bytes depend on (16 hex digits)."""
    text = (resources.files(__package__) / "package-lock.json").read_bytes()
    return hashlib.sha256(text).hexdigest()[:16]


def folder() -> Path:
    """Where the libraries are or would be: not made by this call."""
    named = os.environ.get(CHOICE)
    if named:
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "janus-reward" / "web" / lock_hash()


def install(log: Callable[[str], None]) -> Path:
    """Fetch the libraries unless they are there; returns their folder.

    Raises:
        MissingExtra: npm is not installed, or it could not fetch the libraries.
        DiskError: the folder cannot be written.
    """
    target = folder()
    if (target / "node_modules").is_dir():
        return target
    npm = shutil.which("npm")
    if npm is None:
        raise MissingExtra(
            "npm is needed once, to fetch the web libraries that pages load from CDNs",
            hint="apt-get install npm, then run the same command again",
        )
    log(f"fetching web libraries into {target} (once, about a minute)")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=target.parent, prefix=".building-"))
    except OSError as error:
        raise DiskError(f"cannot write {target.parent}: {error}", hint=f"set {CHOICE} to another folder") from error
    try:
        _fetch(npm, building)
        freed = slim(building)
        log(f"kept what pages can ask for ({freed} MiB of sources, maps and documentation dropped)")
        _publish(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def _fetch(npm: str, building: Path) -> None:
    for name in _DESCRIPTION:
        (building / name).write_bytes((resources.files(__package__) / name).read_bytes())
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=building, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = " ".join(done.stderr.split())[-300:]
        raise MissingExtra(
            f"npm could not fetch the web libraries: {tail}",
            hint="check the machine's npm registry setting (npm ping) and run the same command again",
        )


def _publish(building: Path, target: Path) -> None:
    building.chmod(0o755)
    try:
        building.rename(target)
    except OSError as error:
        if not (target / "node_modules").is_dir():
            raise DiskError(f"cannot write {target}: {error}", hint=f"set {CHOICE} to another folder") from error


def slim(root: Path) -> int:
    """Drop what no page asks for (source maps, types, tests, documentation); returns MiB freed."""
    freed = 0
    for place, folders, files in os.walk(root / "node_modules", topdown=True):
        for name in [name for name in folders if name in _DROPPED_FOLDERS and _inside_package(Path(place))]:
            gone = Path(place) / name
            freed += sum(file.stat().st_size for file in gone.rglob("*") if file.is_file())
            shutil.rmtree(gone)
            folders.remove(name)
        for name in files:
            path = Path(place) / name
            if path.suffix not in _SERVED or path.lstat().st_size > _LARGEST:
                freed += path.lstat().st_size
                path.unlink()
    return freed // 2**20


def _inside_package(place: Path) -> bool:
    """A folder named `docs` directly below node_modules is a package, not documentation."""
    return place.name != "node_modules" and not place.name.startswith("@")
