"""What every route needs: the service behind the application."""

from __future__ import annotations

from fastapi import Request

from janus_reward.serve.service import Service


def service_of(request: Request) -> Service:
    """The service."""
    service: Service = request.app.state.service
    return service
