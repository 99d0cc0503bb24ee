"""Sources and run folders at any address that fsspec knows (`s3://`, `gs://`, `memory://` ...).

A source is copied to this machine before it is read. A run is written in a local mirror; what is finished there is sent
on every few seconds and at the end, so that a machine that is lost costs what it was working on, and any other machine
can go on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from janus_reward.errors import DiskError, InputError, MissingExtra

P = ParamSpec("P")
R = TypeVar("R")

_EVERY_S = 5.0
_HINT = "Check the address and your credentials."
_FIRST = ("renders", "timings")
_LAST = "manifest.json"
_LOCAL_SCHEMES = ("hf",)
_DATABASES = (".sqlite", ".sqlite-wal", ".sqlite-shm")


def is_remote(place: object) -> bool:
    """Whether a place is an address rather than a path."""
    scheme, mark, _ = str(place).partition("://") if isinstance(place, str) else ("", "", "")
    return bool(mark) and scheme.isidentifier() and scheme not in _LOCAL_SCHEMES


def anywhere(
    *, sources: tuple[str, ...] = (), runs: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function of local paths that takes addresses too.

    Args:
        sources: names of the arguments that are read.
        runs: names of those that are written.
    """

    def wrapped(function: Callable[P, R]) -> Callable[P, R]:
        shape = signature(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            given = shape.bind(*args, **kwargs)
            with ExitStack() as stack:
                for name in sources:
                    if is_remote(given.arguments.get(name)):
                        given.arguments[name] = str(fetched(given.arguments[name]))
                for name in runs:
                    if is_remote(given.arguments.get(name)):
                        given.arguments[name] = stack.enter_context(mirrored(given.arguments[name]))
                return function(*given.args, **given.kwargs)

        return call

    return wrapped


def fetched(address: str) -> Path:
    """A local copy of a file or folder; kept, and made anew when the original has changed.

    Raises:
        InputError: nothing is there, or it cannot be read. MissingExtra: fsspec lacks the library for the address.
    """
    system, path = _opened(address)
    try:
        files = sorted(system.find(path))
        if not files:
            raise InputError(f"{address}: there is nothing", hint=_HINT)
        marks = [[name, str(system.checksum(name))] for name in files]
        folder = _cache("sources", json.dumps([address, marks]))
        target = folder / Path(path.rstrip("/")).name
        if not target.exists():
            _copied(system, path, files, folder, target)
    except OSError as error:
        raise InputError(f"{address}: cannot be read ({error})", hint=_HINT) from error
    return target


@contextmanager
def mirrored(address: str) -> Iterator[Path]:
    """The local mirror of a run folder; sent on while the context is open, and at its end.

    Raises:
        DiskError: it could not be sent at the end; the same command sends it.
    """
    mirror = _Mirror(address)
    mirror.pull()
    try:
        with mirror.sending():
            yield mirror.folder
    finally:
        mirror.push(last=True)


class _Mirror:
    """A run folder here and there.

    Args:
        address: of the one there.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._system, self._path = _opened(address)
        self.folder = _cache("runs", address)
        self._sent: dict[str, tuple[int, int]] = {}
        self._turn = threading.Lock()

    def pull(self) -> None:
        """Take over what is there and not here; pictures stay there, no run reads them again."""
        try:
            self._system.invalidate_cache()
            there = {name.removeprefix(self._path.rstrip("/") + "/"): name for name in self._system.find(self._path)}
            if not there:
                shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, whole in there.items():
                target = self.folder / name
                if name.startswith("renders/") or (target.exists() and name != _LAST):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_name(f".{target.name}.pulled")
                self._system.get_file(whole, str(part))
                part.replace(target)
        except OSError as error:
            raise InputError(f"{self._address}: cannot be read ({error})", hint="Check your credentials.") from error

    def push(self, *, last: bool = False) -> None:
        """Send what is new: what a shard refers to before the shard, the manifest at the end."""
        with self._turn:
            files = [
                path for path in sorted(self.folder.rglob("*")) if path.is_file() and not _hidden(path, self.folder)
            ]
            ranked = sorted(files, key=lambda path: (self._rank(path), path))
            try:
                for path in ranked:
                    if last or path.suffix not in _DATABASES:
                        self._send(path)
            except OSError as error:
                hint = "What is finished is kept here. Run the same command again to send it."
                raise DiskError(f"{self._address}: cannot be written ({error})", hint=hint) from error

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Push every few seconds."""
        ended = threading.Event()

        def send() -> None:
            while not ended.wait(_EVERY_S):
                with suppress(DiskError):
                    self.push()

        thread = threading.Thread(target=send, name="janus-reward-mirror", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _rank(self, path: Path) -> int:
        name = path.relative_to(self.folder).as_posix()
        return 2 if name == _LAST else 0 if name.startswith(_FIRST) else 1

    def _send(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            about = path.stat()
            mark, name = (about.st_size, about.st_mtime_ns), path.relative_to(self.folder).as_posix()
            if self._sent.get(name) != mark:
                self._system.makedirs(f"{self._path}/{name}".rpartition("/")[0], exist_ok=True)
                self._system.put_file(str(path), f"{self._path}/{name}")
                self._sent[name] = mark


def _copied(system: Any, path: str, files: list[str], folder: Path, target: Path) -> None:
    part = folder / ".part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    whole = part / target.name
    if files == [path]:
        system.get_file(path, str(whole))
    else:
        for name in files:
            place = whole / name.removeprefix(path.rstrip("/") + "/")
            place.parent.mkdir(parents=True, exist_ok=True)
            system.get_file(name, str(place))
    whole.replace(target)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it. Raises InputError, MissingExtra."""
    import fsspec

    try:
        system, path = fsspec.url_to_fs(address)
    except ImportError as error:
        raise MissingExtra(f"{address}: {error}", hint="For s3:// install s3fs, for gs:// gcsfs.") from error
    except (ValueError, OSError) as error:
        raise InputError(f"{address}: {error}", hint="Give a path, or an address such as s3://bucket/file.") from error
    return system, str(path)


def _cache(kind: str, named: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "janus-reward" / kind / hashlib.sha256(named.encode()).hexdigest()[:32]
