"""The application: routes, errors, lifespan, OpenAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from janus_reward import __version__
from janus_reward.serve.failures import Broken, Invalid, Refusal
from janus_reward.serve.guard import App, Guard, problem
from janus_reward.serve.metrics import Metrics
from janus_reward.serve.routes import about, jobs, rewards, scores
from janus_reward.serve.service import Service
from janus_reward.serve.settings import ServeSettings

_ABOUT = """Scores for visual code: an instruction, the code that answers it, and what it renders to.

A score is a value on 1-5 or a reason, never a default. Every POST takes the headers `Idempotency-Key` (the same key
gets the same answer for a quarter of an hour) and `Janus-Deadline` (seconds until it must be answered).
"""
_TELEMETRY: Any = {"tracing": False, "logs": False}
"""FastAPI's own spans and log records tell paths, queries and the words of errors; the guard's tell none."""
_CODES = {404: "not_found", 405: "method_not_allowed"}


def application(settings: ServeSettings) -> tuple[App, Service]:
    """The application inside its guard, and the service behind it."""
    metrics = Metrics()
    service = Service(settings, metrics)
    app = FastAPI(
        title="janus-reward",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service),
        separate_input_output_schemas=False,
        telemetry=_TELEMETRY,
    )
    app.state.service = service
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unread)
    app.add_exception_handler(Exception, _refused)
    for room in (scores, rewards, jobs, about):
        app.include_router(room.router)
    _describe(app, settings)
    return Guard(app, settings, metrics), service


def _lifespan(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Answer at once that we live, and that we are ready when the workers are."""
        starting = asyncio.ensure_future(service.start())
        yield
        starting.cancel()
        await service.close()

    return lifespan


def _refused(request: Request, error: Exception) -> JSONResponse:
    refusal = error if isinstance(error, Refusal) else Broken()
    request.state.refused = refusal.code
    return JSONResponse(problem(refusal, request.state.request_id), refusal.status, refusal.headers)


def _unread(request: Request, error: Exception) -> JSONResponse:
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    words = "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in wrong[:5])
    return _refused(request, Invalid(words[:500], hint="See /openapi.json."))


def _http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    refusal = Refusal("there is nothing here" if status == 404 else str(getattr(error, "detail", "")))
    refusal.status, refusal.code = status, _CODES.get(status, "bad_request")
    answer = _refused(request, refusal)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def _describe(app: FastAPI, settings: ServeSettings) -> None:
    """OpenAPI with the token, when there is one."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        schema = plain()
        if settings.tokens and "securitySchemes" not in schema.setdefault("components", {}):
            schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            schema["security"] = [{"token": []}]
        return schema

    app.openapi = described  # type: ignore[method-assign]
