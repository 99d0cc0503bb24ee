"""The main of a worker process: `python -m janus_reward.serve.child DESCRIPTOR`. It is told what it serves, and serves.

It dies with the web process, and nothing that it does can block or end that one.
"""

from __future__ import annotations

import ctypes
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from janus_reward import heap
from janus_reward.errors import JanusError
from janus_reward.serve.link import ChildLink

_PR_SET_PDEATHSIG = 1
_TRIM_EVERY = 50

Reply = Callable[[bytes], None]


class Serving(Protocol):
    """What a worker serves: bytes in, bytes out, now or later."""

    def about(self) -> Mapping[str, Any]:
        """Facts for the web process, told once it is ready."""
        ...

    def take(self, message: bytes, reply: Reply) -> None:
        """Work on one message and reply once."""
        ...

    def close(self) -> None:
        """End what it started."""
        ...


def main() -> None:
    """Serve until the web process closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    heap.keep_freed()
    link = ChildLink(int(sys.argv[1]))
    first = link.receive()
    if first is None:
        return
    try:
        serving: Serving = pickle.loads(first[1])()
    except JanusError as error:
        link.send(0, pickle.dumps(error))
        return
    heap.settle()
    link.send(0, pickle.dumps(dict(serving.about())))
    try:
        for count, (number, body) in enumerate(iter(link.receive, None), start=1):
            serving.take(body, partial(link.send, number))
            if count % _TRIM_EVERY == 0:
                heap.trim()
    finally:
        serving.close()


if __name__ == "__main__":
    main()
