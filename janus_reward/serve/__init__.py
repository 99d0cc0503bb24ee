"""The scores as an HTTP service, and its client.

    from janus_reward.serve import Client

    with Client("http://127.0.0.1:8484") as client:
        verdict = client.score(instruction='A bar chart titled "Sales"', code=code)
        print(verdict.score, verdict.reason)

`janus-reward serve` starts the service (extra `serve`); the client needs nothing beyond the core.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from janus_reward.serve.client import AsyncClient, Client
    from janus_reward.serve.exchange import ServiceError

_HOMES = {"AsyncClient": "client", "Client": "client", "ServiceError": "exchange"}

__all__ = ["AsyncClient", "Client", "ServiceError"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
