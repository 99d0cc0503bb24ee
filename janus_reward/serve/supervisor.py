"""The process that stays: it holds the listening socket, and starts the web process again when that one dies."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import FrameType

from janus_reward.errors import EngineError, InputError, RunConflict
from janus_reward.serve.logs import log_to_stderr
from janus_reward.serve.settings import ServeSettings

_log = logging.getLogger("janus_reward.serve")

_BACKLOG = 512
_DEATHS = 5
_WITHIN_S = 60.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(settings: ServeSettings, on_ready: Callable[[str], None]) -> int:
    """Serve until a signal.

    Args:
        settings: of the service.
        on_ready: told the address as soon as connections are taken.

    Returns:
        0 when it was told to end, 2 when the service cannot do its work.

    Raises:
        InputError: the settings are unsafe or the address cannot be used.
        RunConflict: another service uses the state folder.
        EngineError: the web process dies again and again.
    """
    settings.check()
    log_to_stderr()
    with _alone(settings), _listening(settings) as listening:
        host, port = listening.getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        on_ready(address)
        return _Keeper(settings, listening).run()


class _Keeper:
    """Keeps one web process alive."""

    def __init__(self, settings: ServeSettings, listening: socket.socket) -> None:
        self._settings, self._listening = settings, listening
        self._process: subprocess.Popen[bytes] | None = None
        self._told = 0

    def run(self) -> int:
        """Until a signal, or until the web process says that it cannot serve."""
        for number in _SIGNALS:
            signal.signal(number, self._pass_on)
        deaths: deque[float] = deque(maxlen=_DEATHS)
        while True:
            code = self._one()
            if self._told or code in (0, 2):
                return 0 if self._told else code
            deaths.append(time.monotonic())
            _log.error("web process ended", extra={"code": code})
            if len(deaths) == _DEATHS and deaths[-1] - deaths[0] < _WITHIN_S:
                raise EngineError("the web process ends again and again", hint="See the log above.")

    def _one(self) -> int:
        """One life of the web process."""
        argv = [sys.executable, "-m", "janus_reward.serve.web", str(self._listening.fileno())]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, pass_fds=[self._listening.fileno()])
        with contextlib.suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.write(pickle.dumps(self._settings))
                self._process.stdin.close()
        if self._told:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait()

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        self._told += 1
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM if self._told == 1 else signal.SIGKILL)


@contextlib.contextmanager
def _alone(settings: ServeSettings) -> Iterator[None]:
    try:
        settings.state.mkdir(parents=True, exist_ok=True)
        lock = (settings.state / ".lock").open("a")
    except OSError as error:
        raise InputError(
            f"cannot write in {settings.state}: {error.strerror}", hint="Choose another --state."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunConflict(f"another service uses {settings.state}", hint="Choose another --state.") from error
        os.set_inheritable(lock.fileno(), False)
        yield


@contextlib.contextmanager
def _listening(settings: ServeSettings) -> Iterator[socket.socket]:
    try:
        family, _, _, _, where = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(where[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        hint = "Choose another --port or --host."
        raise InputError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}", hint=hint) from error
    with listening:
        yield listening
