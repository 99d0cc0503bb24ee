"""What the service is asked to do, and what it refuses to do."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path

from janus_reward.errors import InputError
from janus_reward.render.farm import RenderMode

_LEAST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Everything about one service.

    Args:
        state: folder of its renders, files and jobs; one service at a time.
        host, port: where it listens; port 0 takes any free one.
        tokens: any of them opens the service; needed beyond this machine.
        judge, rubrics, render, seed: as for `score dataset`.
        compare: judge file of a model that `/v1/compare` asks in both orders; without it totals are compared.
        workers: processes that render and measure.
        queue: triples that may wait; what comes on top is told to come again.
        data: folder whose datasets jobs may name; `None`: only uploaded files.
        index: folder of the index that `/v1/dedup/query` asks.
        ledger: folder of a model judge's ledger; below `state` when `None`.
        budget: the most that a model judge may cost, and the model of `compare` as much again, as for `score dataset`;
            counts from the start of the service.
        body_mb, upload_mb, memory_mb: MiB of one request, of one uploaded dataset, of all requests under way together.
        batch: triples in one request.
        deadline_s: until a request is answered at the latest, unless it asks for less.
        grace_s: given to work under way when the service is told to end.
        cache_mb: MiB of pictures kept.
        recycle: triples after which a worker is replaced.
        jobs: unfinished jobs that may wait.
    """

    state: Path
    host: str = "127.0.0.1"
    port: int = 8484
    tokens: tuple[str, ...] = field(default=(), repr=False)
    judge: str = "evidence"
    compare: Path | None = None
    rubrics: Path | None = None
    render: RenderMode = "auto"
    seed: int = 0
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    queue: int = 256
    data: Path | None = None
    index: Path | None = None
    ledger: Path | None = None
    budget: str | None = None
    body_mb: int = 32
    upload_mb: int = 1024
    memory_mb: int = 256
    batch: int = 64
    deadline_s: float = 60.0
    grace_s: float = 30.0
    cache_mb: int = 2048
    recycle: int = 5000
    jobs: int = 16

    def check(self) -> None:
        """Refuse what would be unsafe. Raises InputError."""
        if any(len(token) < _LEAST_TOKEN for token in self.tokens):
            raise InputError(
                f"a token has fewer than {_LEAST_TOKEN} characters",
                hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        if not self.tokens and not is_loopback(self.host):
            raise InputError(
                f"{self.host} can be reached from other machines, and there is no token",
                hint="Set JANUS_REWARD_TOKEN or give --token-file FILE; or listen on 127.0.0.1.",
            )
        if self.batch > self.queue:
            raise InputError(f"--batch {self.batch} is over --queue {self.queue}", hint="A batch must fit the queue.")


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_tokens(file: Path | None) -> tuple[str, ...]:
    """Tokens of a file, one a line, or else of JANUS_REWARD_TOKEN. Raises InputError when the file cannot be read."""
    if file is None:
        given = os.environ.get("JANUS_REWARD_TOKEN", "").strip()
        return (given,) if given else ()
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the token file {file}: {error}") from error
    tokens = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if not tokens:
        raise InputError(f"the token file {file} holds no token")
    return tokens
