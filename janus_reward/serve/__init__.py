"""The scores as an HTTP service, and its client.

    from janus_reward.serve import Client

    with Client("http://127.0.0.1:8484") as client:
        verdict = client.score(instruction='A bar chart titled "Sales"', code=code)
        print(verdict.score, verdict.reason)

`janus-reward serve` starts the service (extra `serve`); the client needs nothing beyond the core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from janus_reward.lazy import lazily

if TYPE_CHECKING:
    from janus_reward.serve.client import AsyncClient, Client
    from janus_reward.serve.exchange import ServiceError

_HOMES = {"AsyncClient": "client", "Client": "client", "ServiceError": "exchange"}

__all__ = ["AsyncClient", "Client", "ServiceError"]

__getattr__, __dir__ = lazily(__name__, _HOMES)
