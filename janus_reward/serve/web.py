"""The main of the web process: `python -m janus_reward.serve.web DESCRIPTOR`, with the settings on stdin."""

from __future__ import annotations

import ctypes
import logging
import pickle
import signal
import socket
import sys
from types import FrameType

import uvicorn

from janus_reward.errors import JanusError
from janus_reward.serve.app import application
from janus_reward.serve.logs import log_to_stderr
from janus_reward.serve.service import Service
from janus_reward.serve.settings import ServeSettings

_PR_SET_PDEATHSIG = 1
_UNUSABLE = 2

_log = logging.getLogger("janus_reward.serve")


class _Server(uvicorn.Server):
    """Drains the service as soon as it is told to end."""

    service: Service
    failure: JanusError | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.service.drain()
        super().handle_exit(sig, frame)

    def stop(self, failure: JanusError) -> None:
        """End because the service cannot do its work."""
        self.failure = failure
        self.should_exit = True


def main() -> int:
    """Serve until a signal. Exit codes: 0 told to end, 2 the service cannot do its work."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    settings: ServeSettings = pickle.load(sys.stdin.buffer)
    log_to_stderr()
    listening = socket.socket(fileno=int(sys.argv[1]))
    app, service = application(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.grace_s),
        timeout_keep_alive=30,
        limit_concurrency=4 * settings.queue,
        h11_max_incomplete_event_size=64 << 10,
    )
    server = _Server(config)
    server.service = service
    service.stop = server.stop
    server.run(sockets=[listening])
    if server.failure is not None:
        sys.stderr.write(f"error: {server.failure}\n")
        return _UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
