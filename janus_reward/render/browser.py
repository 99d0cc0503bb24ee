"""One jailed Chromium: started when needed, watched, recycled, killed and started again.

Chromium runs inside the sandbox's jail: no network, no files of the host, an unprivileged user. We speak the DevTools
protocol to it over a pipe (docs/design/browser.md says why not through a driver process).
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

from janus_reward.errors import BrowserError
from janus_reward.render import jail
from janus_reward.render.base import Limits
from janus_reward.render.devtools import Overdue, Pipe, PipeClosed, Refused

CHOICE = "JANUS_REWARD_CHROMIUM"
"""Environment variable: path of the Chromium to use."""

PAGES_PER_BROWSER = 100
"""Pages after which a browser is replaced by a fresh one, so that no leak adds up."""

_PROGRAMS = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")
_REAL = ("/usr/lib/chromium/{name}", "/usr/lib64/chromium-browser/{name}", "/usr/lib/chromium-browser/{name}")
_HINT = f"apt-get install chromium-headless-shell (or chromium), or set {CHOICE} to the path of a Chromium"
_START_S = 60.0
_IDLE_MB = 1024
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--remote-debugging-pipe",
    "--user-data-dir=/tmp/profile",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader",
    "--hide-scrollbars",
    "--mute-audio",
    "--lang=en-US",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--block-new-web-contents",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-quic",
    "--disable-sync",
    "--disable-site-isolation-trials",
    "--disable-threaded-animation",
    "--run-all-compositor-stages-before-draw",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    "--disable-features=IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints,BackForwardCache,"
    "PaintHolding,AutofillServerCommunication,SpareRendererForSitePerProcess,ServiceWorker",
)


class OutOfMemory(Exception):
    """The browser's processes together used more memory than a page may."""


@functools.cache
def program() -> Path:
    """The Chromium to run: `JANUS_REWARD_CHROMIUM`, else the headless shell, else a full Chromium.

    Raises:
        BrowserError: there is none.
    """
    named = os.environ.get(CHOICE)
    if named:
        if os.access(named, os.X_OK):
            return Path(named)
        raise BrowserError(f"{CHOICE}={named} is no program that can be run", hint=_HINT)
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found:
            return _behind_wrapper(Path(found), name)
    raise BrowserError("no Chromium is installed", hint=_HINT)


def _behind_wrapper(found: Path, name: str) -> Path:
    """Distributions put a shell script on the PATH that reads files of the host; the program itself lies elsewhere."""
    real = (Path(shape.format(name=name)) for shape in _REAL)
    return next((path for path in real if os.access(path, os.X_OK)), found.resolve())


@functools.cache
def version() -> str:
    """Name and version of the Chromium, e.g. `Chromium 156.0.1.2`. Raises BrowserError when there is none."""
    try:
        done = subprocess.run([program(), "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise BrowserError(f"{program().name} does not start: {error}", hint=_HINT) from error
    text = done.stdout.strip() or "unknown"
    return f"{program().name}: {text}"


class Browser:
    """A Chromium that is there when asked for. Used by one thread at a time.

    Args:
        limits: `memory_mb` bounds all processes of the browser together, above what an idle browser needs.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Pipe | None = None
        self._pages = 0

    def pipe(self) -> Pipe:
        """The connection to a running browser, started now if there is none or the old one has served long enough.

        Raises:
            BrowserError: Chromium cannot be started.
        """
        if self._pages >= PAGES_PER_BROWSER or (self._process and self._process.poll() is not None):
            self.kill()
        if self._pipe is None:
            self._start()
        self._pages += 1
        assert self._pipe is not None
        return self._pipe

    def kill(self) -> None:
        """End the browser and all its processes now; the next `pipe()` starts a fresh one."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
        self._process, self._pipe, self._pages = None, None, 0

    @property
    def due(self) -> bool:
        """Whether the next page gets another browser."""
        return self._pipe is None or self._pages >= PAGES_PER_BROWSER

    def _start(self) -> None:
        problem = ""
        for _ in range(3):
            self._spawn()
            try:
                assert self._pipe is not None
                self._pipe.call("Browser.getVersion", deadline=time.monotonic() + _START_S)
                return
            except (Overdue, PipeClosed, Refused, OutOfMemory) as error:
                problem = str(error) or type(error).__name__
                self.kill()
        raise BrowserError(f"{program().name} does not start inside the sandbox: {problem}", hint=_HINT)

    def _spawn(self) -> None:
        to_read, from_us = _pipe_for_child(0)
        to_write, from_it = _pipe_for_child(1)
        heap = f"--js-flags=--max-old-space-size={max(64, self._limits.memory_mb // 2)} --random-seed=1"
        launch = f'exec "$@" 3<&{to_read} 4>&{to_write} {to_read}<&- {to_write}>&-'
        argv = ["/bin/bash", "-c", launch, "chromium", str(program()), *_FLAGS, heap, "about:blank"]
        command = jail.command(argv, read_only=_extra_paths(), env={"HOME": "/tmp"}, scratch_mb=512)
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            self._process = jail.spawn(command, pass_fds=(to_read, to_write), **quiet)
        finally:
            os.close(to_read)
            os.close(to_write)
        self._pipe = Pipe(from_it, from_us, self._watch)

    def _watch(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is not None:
            raise PipeClosed("the browser ended")
        if memory_mb(self._process.pid) > self._limits.memory_mb + _IDLE_MB:
            raise OutOfMemory


def _pipe_for_child(child: int) -> tuple[int, int]:
    """A new pipe as (the child's end, our end); the child's end has a number well above the 3 and 4 it becomes."""
    ends = os.pipe()
    high = fcntl.fcntl(ends[child], fcntl.F_DUPFD_CLOEXEC, 20)
    os.close(ends[child])
    return high, ends[1 - child]


def _extra_paths() -> tuple[Path, ...]:
    folder = program().resolve().parent
    return () if folder.is_relative_to("/usr") else (folder,)


def memory_mb(root: int) -> int:
    """MiB of memory that a process and its descendants use of their own (resident, without shared file pages)."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            _note(entry, children, used)
    total, todo = 0, [root]
    while todo:
        pid = todo.pop()
        total += used.get(pid, 0)
        todo += children.pop(pid, [])
    return total * os.sysconf("SC_PAGE_SIZE") // 2**20


def _note(entry: Path, children: dict[int, list[int]], used: dict[int, int]) -> None:
    try:
        parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        _, resident, shared, *_ = (entry / "statm").read_text().split()
    except (OSError, ValueError, IndexError):
        return
    children.setdefault(parent, []).append(int(entry.name))
    used[int(entry.name)] = int(resident) - int(shared)


_shared: dict[tuple[int, int, Limits], tuple[Browser, int]] = {}


def lease(limits: Limits) -> Browser:
    """The browser of this thread: renderers of several languages in one worker share it. Give it back by `release`."""
    key = (os.getpid(), threading.get_ident(), limits)
    browser, users = _shared.get(key, (None, 0))
    browser = browser or Browser(limits)
    _shared[key] = (browser, users + 1)
    return browser


def release(browser: Browser) -> None:
    """Give a leased browser back; the last one out ends it."""
    for key, (held, users) in list(_shared.items()):
        if held is browser and users > 1:
            _shared[key] = (held, users - 1)
        elif held is browser:
            del _shared[key]
            browser.kill()


def _forget() -> None:
    _shared.clear()


os.register_at_fork(after_in_child=_forget)
