"""Scores, renders, comparisons, duplicates."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import FileResponse, Response

from janus_reward.serve.describing import responses, takes
from janus_reward.serve.examples import COMPARE, DEDUP, RENDER, SCORE
from janus_reward.serve.failures import Absent, Invalid
from janus_reward.serve.records import record_of
from janus_reward.serve.routes.room import service_of
from janus_reward.serve.service import Service, Uploads
from janus_reward.serve.wire import (
    CompareAnswer,
    CompareRequest,
    DedupAnswer,
    DedupRequest,
    RenderAnswer,
    RenderRequest,
    ScoreAnswer,
    ScoreRequest,
    TripleIn,
)

router = APIRouter()
House = Annotated[Service, Depends(service_of)]

_SHOWN = ("rationales", "checks")


@router.post(
    "/v1/score",
    summary="Score triples",
    response_model=ScoreAnswer,
    responses=responses(body=True),
    openapi_extra=takes(ScoreRequest, SCORE),
)
async def score(request: Request, house: House) -> Response:
    """Render, measure and judge one triple or a batch; a verdict for each, in order."""

    async def make(asked: ScoreRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        records = records_of(house, asked.all, uploads)
        return {"verdicts": await house.flow.score(records, asked.include, deadline)}

    return await house.answer(request, ScoreRequest, make)


@router.post(
    "/v1/compare",
    summary="Compare two answers",
    response_model=CompareAnswer,
    responses=responses(body=True),
    openapi_extra=takes(CompareRequest, COMPARE),
)
async def compare(request: Request, house: House) -> Response:
    """Score two triples by the same rubric and say which is better, or why that cannot be said.

    With `--compare` a model is asked in both orders, and decides.
    """

    async def make(asked: CompareRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        a, b = records_of(house, [asked.a, asked.b], uploads)
        return await house.flow.compare(a, b, _SHOWN, asked.margin, deadline)

    return await house.answer(request, CompareRequest, make)


@router.post(
    "/v1/render",
    summary="Draw code",
    response_model=RenderAnswer,
    responses=responses(body=True),
    openapi_extra=takes(RenderRequest, RENDER),
)
async def render(request: Request, house: House) -> Response:
    """Run code in the sandbox; outcome, facts and pictures."""

    async def make(asked: RenderRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        record = {name: value for name, value in (("code", asked.code), ("language", asked.language)) if value}
        if not record.get("code"):
            raise Invalid("code is empty")
        return await house.flow.render(record, asked.pictures, deadline)

    return await house.answer(request, RenderRequest, make)


@router.get(
    "/v1/renders/{sha256}",
    summary="A picture",
    response_class=FileResponse,
    responses={200: {"content": {"image/png": {}}}, **responses(404, 422)},
)
async def picture(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$", examples=["0" * 64])], house: House
) -> Response:
    """The PNG of a `render_sha256`, while the service keeps it."""
    path = house.flow.store / sha256[:2] / f"{sha256}.png"
    if not path.is_file():
        raise Absent("there is no such picture")
    return FileResponse(path, media_type="image/png")


@router.post(
    "/v1/dedup/query",
    summary="Look for duplicates",
    response_model=DedupAnswer,
    responses=responses(404, body=True),
    openapi_extra=takes(DedupRequest, DEDUP),
)
async def dedup(request: Request, house: House) -> Response:
    """Which triples the service's index has already, each verified against the one it names; can add the others."""

    async def make(asked: DedupRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        return await house.flow.dedup(records_of(house, asked.triples, uploads), asked.add, deadline)

    return await house.answer(request, DedupRequest, make)


def records_of(house: Service, triples: list[TripleIn], uploads: Uploads) -> list[dict[str, Any]]:
    """The records of a request's triples. Raises Invalid for more than a batch may have."""
    if len(triples) > house.settings.batch:
        raise Invalid(f"{len(triples)} triples in one request, over the bound of {house.settings.batch}")
    return [record_of(triple, uploads) for triple in triples]
