"""The jail: wraps a command so that it sees no network, no file and no variable of the host that it does not need.

Two levels exist. `namespaces` is bubblewrap: own mount, pid, network, ipc and uts namespaces and an unprivileged user.
`limits` is for machines that forbid namespaces: landlock, seccomp and resource limits; weaker, and it says so.
"""

from __future__ import annotations

import concurrent.futures
import functools
import json
import os
import shutil
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from janus_reward.errors import SandboxError
from janus_reward.render import jail_mounts
from janus_reward.render.jail_kernel import NOBODY

CHOICE = "JANUS_REWARD_SANDBOX"
"""Environment variable: `namespaces` insists on the strong level, `limits` asks for the weak one."""

FONT_FOLDER = "/run/matplotlib"
_INSTALL = "install bubblewrap (apt-get install bubblewrap) and allow user namespaces"
_RUN = """import sys
from importlib import util
folder = sys.argv.pop(1)
spec = util.spec_from_file_location("janus_reward", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["janus_reward"] = util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["janus_reward"])
from {module} import main
main()"""


@dataclass(frozen=True)
class Level:
    """Which sandbox this machine has, and why."""

    name: Literal["namespaces", "limits"]
    why: str


def level() -> Level:
    """The level in use: probed once by really starting the sandbox.

    Raises:
        SandboxError: `JANUS_REWARD_SANDBOX=namespaces` is set and the strong level does not work here.
    """
    return _level(os.environ.get(CHOICE, ""))


@functools.cache
def _level(choice: str) -> Level:
    if choice not in ("", "namespaces", "limits"):
        raise SandboxError(f"{CHOICE}={choice!r} is no sandbox level", hint="use namespaces or limits, or unset it")
    problem = f"{CHOICE}=limits asks for it" if choice == "limits" else _namespaces_problem()
    if problem is None:
        return Level("namespaces", "bubblewrap with own mount, pid, network, ipc and user namespaces works here")
    if choice == "namespaces":
        raise SandboxError(f"the namespace sandbox does not work here: {problem}", hint=_INSTALL)
    from janus_reward.render import jail_landlock

    weak = Level("limits", f"{problem}; {jail_landlock.describe()}")
    warnings.warn(f"code runs in the weaker sandbox `limits`: {weak.why}", RuntimeWarning, stacklevel=3)
    return weak


def _namespaces_problem() -> str | None:
    """Why the strong level cannot be had, or `None` when a real jail with a nested job namespace came up."""
    if sys.platform != "linux":
        return f"there are no namespaces on {sys.platform}"
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        return "setpriv (util-linux) is not installed"
    probes = (
        _in_namespaces(python_module("janus_reward.render.jail_probe"), (), {}, 16, nested=True),
        _in_namespaces(["/usr/bin/env", "true"], (), {}, 16, nested=False),
    )
    for probe in probes:
        done = subprocess.run(probe, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            tail = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            return "; ".join(tail) or f"the probe ended with {done.returncode}"
    return None


def python_module(module: str, *arguments: str) -> list[str]:
    """The argv that runs `main()` of a module of this package with this interpreter, for use with `command`.

    The package is loaded from its folder itself: the one above may not be listed in the jail.
    """
    return [sys.executable, "-P", "-s", "-c", _RUN.format(module=module), str(jail_mounts.PACKAGE), *arguments]


def command(
    argv: Sequence[str],
    *,
    read_only: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
    scratch_mb: int = 256,
    nested: bool = False,
) -> list[str]:
    """Wrap `argv` so that it runs jailed; inherited file descriptors (`pass_fds`) stay open.

    Args:
        argv: absolute program and arguments; the program must lie in /usr, the interpreter's prefix or `read_only`.
        read_only: further folders or files it may read, at their own paths.
        env: its whole environment, beside a fixed base (locale, time zone, hash seed, one thread, PATH, HOME).
        scratch_mb: MiB of its /tmp and /dev/shm, each (level `limits`: not enforced by the kernel).
        nested: for the worker only: it makes namespaces of its own inside and must give up root itself.
    """
    if level().name == "namespaces":
        return _in_namespaces(argv, read_only, env or {}, scratch_mb, nested=nested)
    spec = {
        "read": [str(p) for p in readable_paths(read_only)],
        "env": base_environment(str(jail_mounts.prepared() / "matplotlib")) | dict(env or {}),
        "nested": nested,
    }
    return [*python_module("janus_reward.render.jail_limits", json.dumps(spec)), *argv]


def readable_paths(read_only: Sequence[Path] = ()) -> list[Path]:
    """Every path that a jailed process may read."""
    return [*jail_mounts.system_paths(), *jail_mounts.python_paths(), *read_only]


def base_environment(font_folder: str) -> dict[str, str]:
    """The whole environment of a jailed process, the same on every machine."""
    return {
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "USER": "nobody",
        "PATH": f"{Path(sys.prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": font_folder,
    }


def _in_namespaces(
    argv: Sequence[str], read_only: Sequence[Path], env: Mapping[str, str], scratch_mb: int, *, nested: bool
) -> list[str]:
    words = ["bwrap", *_namespaces(nested=nested), "--die-with-parent", "--new-session", "--clearenv"]
    for name, value in (base_environment(FONT_FOLDER) | dict(env)).items():
        words += ["--setenv", name, value]
    words += [*_file_system(read_only, scratch_mb), "--"]
    if os.getuid() == 0 and not nested:
        words += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        words += ["--inh-caps=-all", "--bounding-set=-all"]
    return [*words, *argv]


def _namespaces(*, nested: bool) -> list[str]:
    """Root keeps the host's user namespace, so that it can bind an interpreter below its closed home folder."""
    if os.getuid() == 0:
        return ["--unshare-net", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--hostname", "sandbox"]
    words = ["--unshare-user", "--unshare-all", "--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"]
    return words if nested else [*words, "--disable-userns"]


def _file_system(read_only: Sequence[Path], scratch_mb: int) -> list[str]:
    size = str(scratch_mb * 2**20)
    words = ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"]
    words += ["--remount-ro", "/dev", "--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    for target, link in jail_mounts.system_links():
        words += ["--symlink", target, link]
    binds = [(str(path), str(path)) for path in readable_paths(read_only)]
    binds += [(str(jail_mounts.prepared() / name), f"/etc/{name}") for name in ("passwd", "group", "hosts")]
    for folder in _parents([inside for _, inside in binds]):
        words += ["--perms", "0755", "--dir", folder]
    for outside, inside in binds:
        words += ["--ro-bind", outside, inside]
    words += ["--perms", "1777", "--size", str(2**22), "--tmpfs", FONT_FOLDER]
    for file in jail_mounts.font_lists():
        words += ["--ro-bind", str(file), f"{FONT_FOLDER}/{file.name}"]
    return [*words, "--chdir", "/tmp", "--remount-ro", "/"]


def _parents(paths: Sequence[str]) -> list[str]:
    """Every folder above `paths`, outermost first: bubblewrap would make them unreadable for anyone but root."""
    above = {str(parent) for path in paths for parent in Path(path).parents}
    return sorted(above - {"/", "/tmp", "/dev", "/proc", "/usr"})


_spawner: concurrent.futures.ThreadPoolExecutor | None = None
_spawner_lock = threading.Lock()


def spawn(argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen`, called from a thread that lives as long as this process.

    A jailed process dies with the *thread* that started it (that is how Linux counts parents), so a pool's thread that
    ends would take its jails along; start long-lived jails by this.
    """
    global _spawner
    with _spawner_lock:
        if _spawner is None:
            _spawner = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="janus-spawner")
        started = _spawner.submit(_start, list(argv), options)
    return started.result()


def _start(argv: list[str], options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(argv, **options)


def _forget_spawner() -> None:
    global _spawner, _spawner_lock
    _spawner, _spawner_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_spawner)
