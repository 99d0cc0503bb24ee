"""The installed copies: which file answers an address, and its bytes."""

from __future__ import annotations

import functools
import json
import mimetypes
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from janus_reward.render.cdn import fonts, modules
from janus_reward.render.cdn.install import folder, lock_hash
from janus_reward.render.cdn.table import Wanted, is_empty, table, wanted

_KEPT_BYTES = 96 * 2**20
_MIMES = {".js": "text/javascript", ".mjs": "text/javascript", ".cjs": "text/javascript", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Served:
    """An answer from a local copy: `name` is `package@version/file`."""

    name: str
    body: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class _Copy:
    folder: Path
    package: str
    version: str


class Libraries:
    """The local copies in one folder; finds nothing when nothing is installed."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = ((root or folder()) / "node_modules").resolve()
        self._found: OrderedDict[str, Served | None] = OrderedDict()
        self._held = 0
        self._index: dict[str, list[_Copy]] | None = None

    @property
    def version(self) -> str:
        """Hash of the lock file, or `none` when the libraries are not installed."""
        return lock_hash() if self._root.is_dir() else "none"

    def find(self, url: str) -> Served | None:
        """The local answer to a request, or `None` when there is none."""
        if url in self._found:
            self._found.move_to_end(url)
            return self._found[url]
        served = self._look_up(url)
        self._found[url] = served
        self._held += len(served.body) if served else 0
        while self._held > _KEPT_BYTES or len(self._found) > 2000:
            _, old = self._found.popitem(last=False)
            self._held -= len(old.body) if old else 0
        return served

    def _look_up(self, url: str) -> Served | None:
        if not self._root.is_dir():
            return None
        if is_empty(url):
            return Served("empty", b"", "text/javascript")
        css = fonts.stylesheet(url)
        if css is not None:
            return Served("fonts.css", css.encode(), "text/css")
        for want in wanted(fonts.file_address(url) or url):
            served = self._served(want)
            if served is not None:
                return served
        return None

    def _served(self, want: Wanted) -> Served | None:
        stand_in = table()["modules"].get(want.package) if want.module else None
        if stand_in is not None:
            body = modules.wrapped(want.package, want.version, stand_in)
            return Served(f"{want.package}@{want.version or 'latest'}/module", body.encode(), "text/javascript")
        for copy, path in self._candidates(want):
            file = self._file(copy, path, module=want.module)
            if file is None:
                continue
            if want.module and not path:
                return _entrance(copy, file)
            return self._read(copy, file, module=want.module)
        return None

    def _candidates(self, want: Wanted) -> Iterator[tuple[_Copy, str]]:
        """Nearest version first; within it every path that the address may mean."""
        copies = self._copies().get(want.package, [])
        for copy in sorted(copies, key=lambda one: _distance(one.version, want.version)):
            for path in want.paths:
                yield copy, path

    def _file(self, copy: _Copy, path: str, *, module: bool) -> Path | None:
        path = path or _main_file(copy.folder, module=module)
        for option in (path, f"{path}.js", f"{path}/index.js"):
            file = (copy.folder / option).resolve()
            if file.is_relative_to(self._root) and file.is_file():
                return file
        return None

    def _read(self, copy: _Copy, file: Path, *, module: bool) -> Served:
        body = file.read_bytes()
        inside = file.relative_to(copy.folder).as_posix()
        mime = _MIMES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if copy.package == "@tailwindcss/browser":
            body = modules.TAILWIND_CONFIG.encode() + body
        if mime == "text/javascript" and module:
            body = modules.with_addresses(body.decode("utf-8", "replace")).encode()
        return Served(f"{copy.package}@{copy.version}/{inside}", body, mime)

    def _copies(self) -> dict[str, list[_Copy]]:
        if self._index is None:
            self._index = {}
            for place in _package_folders(self._root):
                known = _description(place)
                copy = _Copy(place, str(known.get("name")), str(known.get("version")))
                self._index.setdefault(copy.package, []).append(copy)
        return self._index


def _entrance(copy: _Copy, file: Path) -> Served:
    """The bare address of a module passes on to its main file, so that the file's relative imports find their way."""
    inside = file.relative_to(copy.folder).as_posix()
    body = modules.passing_on(f"{copy.package}@{copy.version}/{inside}", file.read_text(encoding="utf-8"))
    return Served(f"{copy.package}@{copy.version}/module", body.encode(), "text/javascript")


def _package_folders(root: Path) -> Iterator[Path]:
    for entry in sorted(root.iterdir()):
        if entry.name.startswith("@"):
            yield from sorted(entry.iterdir())
        elif (entry / "package.json").is_file():
            yield entry
        if (entry / "node_modules").is_dir():
            yield from _package_folders(entry / "node_modules")


@functools.lru_cache(maxsize=4096)
def _description(place: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads((place / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def _main_file(place: Path, *, module: bool) -> str:
    """The file that CDNs hand out for a bare package address."""
    known = _description(place)
    order = ("module", "jsdelivr", "unpkg", "main") if module else ("jsdelivr", "unpkg", "browser", "main")
    if module and isinstance(known.get("exports"), dict):
        entry = modules.exported(known["exports"].get("."))
        if entry:
            return entry
    named = next((known[key] for key in order if isinstance(known.get(key), str)), "index.js")
    return str(named).removeprefix("./")


def _distance(version: str, asked: str) -> tuple[float, float]:
    """How far an installed version is from the one asked for; without one asked for, the newest is nearest."""
    have, want = _numbers(version), _numbers(asked)
    if not want:
        return (0.0, -(have[0] * 1e6 + have[1] * 1e3 + have[2]))
    want = want + have[len(want) :]
    if want[0] != have[0]:
        return (1e6 * abs(want[0] - have[0]), 0.0)
    return (abs(want[1] - have[1]) + abs(want[2] - have[2]) / 1e3, -have[1])


def _numbers(version: str) -> list[int]:
    """`r128` of three.js is 0.128; `^5.3` is 5.3; `latest` is nothing."""
    release = re.fullmatch(r"r(\d+)", version)
    if release:
        return [0, int(release[1])]
    digits = re.match(r"\D{0,2}(\d+)(?:\.(\d+))?(?:\.(\d+))?", version)
    return [int(part) for part in digits.groups() if part is not None] if digits else []


@functools.cache
def _default() -> Libraries:
    return Libraries()


def resolve(url: str) -> Served | None:
    """The local answer to a request, from the installed libraries; `None` when there is none."""
    return _default().find(url)
