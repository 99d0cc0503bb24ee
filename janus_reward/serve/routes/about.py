"""What the service is and how it does: health, metrics, rubrics, judges, the progress page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from starlette.responses import JSONResponse, PlainTextResponse, Response

from janus_reward import __version__
from janus_reward.judges import JUDGES
from janus_reward.serve.describing import responses
from janus_reward.serve.failures import Absent, Ending
from janus_reward.serve.routes.room import service_of
from janus_reward.serve.service import Service

router = APIRouter()
House = Annotated[Service, Depends(service_of)]

_PAGE = Path(__file__).parents[1] / "page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


@router.get("/healthz", summary="Does it live", response_class=PlainTextResponse, responses=responses())
async def healthz() -> Response:
    """Always, when there is an answer at all."""
    return PlainTextResponse("ok")


@router.get("/readyz", summary="Will it answer", response_class=PlainTextResponse, responses=responses(503))
async def readyz(house: House) -> Response:
    """Whether a triple that comes now will be scored."""
    if not house.ready:
        raise Ending("not ready", retry_after_s=2)
    return PlainTextResponse("ready")


@router.get("/metrics", summary="For Prometheus", response_class=PlainTextResponse, responses=responses())
async def metrics(house: House) -> Response:
    """In Prometheus' text format."""
    return PlainTextResponse(house.metrics.text(), media_type="text/plain; version=0.0.4")


@router.get("/v1/status", summary="How it does", responses=responses())
async def status(house: House) -> Response:
    """Queue, workers and jobs in numbers, as the progress page shows them."""
    flow = house.flow
    pools = {
        name: {"ready": pool.ready, "waiting": pool.depth, "under_way": pool.under_way, "restarts": pool.restarts}
        for name, pool in flow.pools.items()
    }
    return JSONResponse(
        {
            "version": __version__,
            "ready": house.ready,
            "judge": flow.about.get("judge"),
            "revision": flow.about.get("revision"),
            "inside": flow.gate.inside,
            "bound": flow.gate.bound,
            "triples": flow.done,
            "pools": pools,
            "workers": {name: pool.pids for name, pool in flow.pools.items()},
            "pid": os.getpid(),
            "jobs": [_short(job) for job in house.jobs.all()],
        }
    )


@router.get("/v1/judges", summary="The judges", responses=responses(503))
async def judges(house: House) -> Response:
    """The judge that serves, and those that this version knows by name."""
    about = _about(house)
    serving = {name: about[name] for name in ("judge", "revision", "waits")}
    return JSONResponse({"serving": serving, "known": sorted(JUDGES)})


@router.get("/v1/rubrics", summary="The rubrics", responses=responses(503))
async def rubrics(house: House) -> Response:
    """Names and hashes of the rubrics in use, with their criteria."""
    about = _about(house)
    return JSONResponse(
        [
            {"name": name, "sha256": about["sha256"][name], "criteria": rubric["criteria"]}
            for name, rubric in about["rubrics"].items()
        ]
    )


@router.get("/v1/rubrics/{name}", summary="A rubric", responses=responses(404, 422, 503))
async def rubric(
    name: Annotated[str, InPath(pattern=r"^[\w-]{1,64}$", examples=["chart-generate"])], house: House
) -> Response:
    """The whole rubric."""
    about = _about(house)
    if name not in about["rubrics"]:
        raise Absent("there is no such rubric")
    return JSONResponse({"name": name, "sha256": about["sha256"][name], **about["rubrics"][name]})


@router.get("/", include_in_schema=False)
async def page() -> Response:
    """The progress page; it asks for the token and then for `/v1/status`."""
    return _asset("page.html", "text/html")


@router.get("/page.css", include_in_schema=False)
async def style() -> Response:
    """Its look."""
    return _asset("page.css", "text/css")


@router.get("/page.js", include_in_schema=False)
async def script() -> Response:
    """Its script."""
    return _asset("page.js", "text/javascript")


def _asset(name: str, kind: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY}
    return Response((_PAGE / name).read_bytes(), media_type=f"{kind}; charset=utf-8", headers=headers)


def _about(house: Service) -> dict[str, Any]:
    if not house.flow.about:
        raise Ending("the judge is not ready yet", retry_after_s=2)
    return house.flow.about


def _short(job: dict[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in ("id", "state", "created", "rows", "done", "spent", "message")}
