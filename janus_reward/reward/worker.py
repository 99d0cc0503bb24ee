"""A worker process of the reward: reads records from its standard input, answers with verdicts on its standard output.

A process of its own and no fork: the caller is a trainer with threads and an accelerator, and its script need not guard
its main part. Messages are a length (8 bytes, big endian) and a pickle; both ends are this package.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_LENGTH = 8


def send(pipe: IO[bytes], value: Any) -> None:
    """Write one message."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(_LENGTH, "big") + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read one message. Raises EOFError at the end."""
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        raise EOFError
    data = pipe.read(int.from_bytes(head, "big"))
    return pickle.loads(data)


def main() -> None:
    """Make the stage that the first message describes, say `ready`, then answer record by record until the end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not end up between two messages.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    stage = receive(sys.stdin.buffer)()
    send(out, "ready")
    try:
        while True:
            send(out, stage.score(receive(sys.stdin.buffer)))
    except (EOFError, BrokenPipeError):
        stage.close()


if __name__ == "__main__":
    main()
