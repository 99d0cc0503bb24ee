"""What a jailed process may read: the system's programs, our own Python, this package, a few prepared files."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import site
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from janus_reward.errors import SandboxError

PACKAGE = Path(__file__).resolve().parent.parent
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32")
_SYSTEM_FILES = ("/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_SYSTEM_CACHES = ("/var/cache/fontconfig", "/nix/store")
_PASSWD = "root:x:0:0:root:/nonexistent:/bin/false\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n"
_GROUP = "root:x:0:\nnogroup:x:65534:\n"
_HOSTS = "127.0.0.1 localhost\n::1 localhost\n"


def system_links() -> list[tuple[str, str]]:
    """(target, link) of the top-level symlinks such as /bin, where the system has them as links."""
    return [(str(Path(p).readlink()), p) for p in _SYSTEM_LINKS if Path(p).is_symlink()]


def system_paths() -> list[Path]:
    """Folders and files of the system that every jailed process may read."""
    folders = [Path("/usr"), *(Path(p) for p in _SYSTEM_LINKS if not Path(p).is_symlink())]
    return [p for p in (*folders, *map(Path, _SYSTEM_FILES), *map(Path, _SYSTEM_CACHES)) if p.exists()]


@functools.cache
def python_paths() -> tuple[Path, ...]:
    """The interpreter's prefixes, its site-packages and this package: nothing else of an editable checkout."""
    wanted = [Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)]
    wanted += [link.parent.parent for link in _links_of(Path(sys.executable))]
    wanted += [Path(p) for p in (*sys.path, *site.getsitepackages()) if Path(p).name in _PACKAGE_FOLDERS]
    wanted.append(PACKAGE)
    wanted += [path.resolve() for path in wanted]
    return tuple(_outermost(path for path in wanted if path.is_dir()))


_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})


def _links_of(path: Path) -> list[Path]:
    """`path` and each symlink on the way to the real file."""
    chain = [path]
    while chain[-1].is_symlink() and len(chain) < 40:
        chain.append(chain[-1].parent / chain[-1].readlink())
    return [*chain, path.resolve()]


def _outermost(paths: object) -> list[Path]:
    kept: list[Path] = []
    for path in sorted({Path(os.path.normpath(p)) for p in paths}):  # type: ignore[attr-defined]
        inside_usr = path.is_relative_to("/usr")
        if path != Path("/") and not inside_usr and not any(path.is_relative_to(k) for k in kept):
            kept.append(path)
    return kept


@functools.cache
def prepared() -> Path:
    """A folder with our own passwd, group and hosts files, and matplotlib's font list; made once per machine."""
    folder = _cache_root() / f"sandbox-{_key()}"
    if (folder / "ready").exists():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=folder.parent))
        _fill(building)
        _publish(building, folder)
    except OSError as problem:
        raise SandboxError(
            f"the sandbox's cache folder cannot be written: {problem}",
            hint="set JANUS_REWARD_CACHE to a folder that can be written",
        ) from problem
    return folder


def font_lists() -> list[Path]:
    """The prepared font list of matplotlib: no file when matplotlib is not installed."""
    return sorted((prepared() / "matplotlib").glob("fontlist*.json"))


def _cache_root() -> Path:
    named = os.environ.get("JANUS_REWARD_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "janus-reward"


def _key() -> str:
    """Changes with matplotlib, with the interpreter and with the installed fonts."""
    try:
        version = metadata.version("matplotlib")
    except metadata.PackageNotFoundError:
        version = "none"
    fonts = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    folders = [Path(folder) for root in fonts for folder, _, _ in os.walk(root)]
    stamps = sorted(f"{folder}:{folder.stat().st_mtime_ns}" for folder in folders)
    text = "\n".join((version, sys.version, sys.prefix, *stamps))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fill(folder: Path) -> None:
    folder.chmod(0o755)
    for name, text in (("passwd", _PASSWD), ("group", _GROUP), ("hosts", _HOSTS)):
        (folder / name).write_text(text, encoding="utf-8")
    fonts = folder / "matplotlib"
    fonts.mkdir()
    environment = {"MPLCONFIGDIR": str(fonts), "HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    build = [sys.executable, "-P", "-s", "-c", "import matplotlib.font_manager"]
    subprocess.run(build, env=environment, check=False, capture_output=True, timeout=300)
    (folder / "ready").touch()


def _publish(building: Path, folder: Path) -> None:
    """Rename into place; another process may have been first, or an unfinished folder may lie there."""
    try:
        building.rename(folder)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        if not (folder / "ready").exists():
            raise
