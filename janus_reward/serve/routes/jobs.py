"""Datasets: uploaded, scored in the background, results as Parquet."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, JSONResponse, Response

from janus_reward.serve.describing import responses, takes
from janus_reward.serve.examples import JOB
from janus_reward.serve.failures import Ending, Invalid
from janus_reward.serve.routes.room import service_of
from janus_reward.serve.service import Service, Uploads
from janus_reward.serve.wire import FileOut, JobOut, JobRequest

router = APIRouter()
House = Annotated[Service, Depends(service_of)]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0" * 32])]
FileId = Annotated[str, Path(pattern="^[0-9a-z.]{1,64}$", examples=["0" * 32 + ".jsonl"])]
FileName = Annotated[str, Query(pattern=r"^[\w.-]{1,128}$", examples=["corpus.jsonl"])]


@router.post(
    "/v1/files",
    status_code=201,
    summary="Upload a dataset",
    response_model=FileOut,
    responses=responses(400, 408, 413, 422, 429, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(request: Request, house: House, name: FileName) -> Response:
    """Store the body as a dataset; the ending of `name` tells its format (`.jsonl`, `.jsonl.gz`, `.parquet` ...)."""
    id_, path = house.jobs.new_file(name)
    part, size = path.with_name(f".{id_}.part"), 0
    try:
        with part.open("wb") as file:
            async for piece in request.stream():
                await asyncio.to_thread(file.write, piece)
                size += len(piece)
        if not size:
            raise Invalid("the body is empty")
        part.replace(path)
    except ClientDisconnect:
        raise Invalid("the upload broke off") from None
    except OSError as error:
        raise Ending(
            "the dataset cannot be stored", hint="The service's disk may be full.", retry_after_s=60
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return JSONResponse({"file": id_, "name": name, "bytes": size}, 201)


@router.delete("/v1/files/{file}", status_code=204, summary="Delete a dataset", responses=responses(404, 422))
async def delete_file(file: FileId, house: House) -> Response:
    """Delete an uploaded dataset; a job that has begun with it would fail."""
    house.jobs.remove_file(file)
    return Response(status_code=204)


@router.post(
    "/v1/jobs",
    status_code=202,
    summary="Score a dataset",
    response_model=JobOut,
    responses=responses(404, body=True),
    openapi_extra=takes(JobRequest, JOB),
)
async def submit(request: Request, house: House) -> Response:
    """Put a job behind those that wait; one runs at a time."""

    async def make(asked: JobRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        return house.jobs.submit(asked)

    return await house.answer(request, JobRequest, make, 202)


@router.get("/v1/jobs", summary="All jobs", response_model=list[JobOut], responses=responses())
async def listed(house: House) -> Response:
    """The newest first."""
    return JSONResponse(house.jobs.all())


@router.get("/v1/jobs/{job}", summary="How far a job is", response_model=JobOut, responses=responses(404, 422))
async def one(job: JobId, house: House) -> Response:
    """State, rows done, outcomes, and the summary of a finished one."""
    return JSONResponse(house.jobs.told(job))


@router.post("/v1/jobs/{job}/cancel", summary="Cancel a job", response_model=JobOut, responses=responses(404, 409, 422))
async def cancel(job: JobId, house: House) -> Response:
    """Stop a job that waits or runs; what it has scored stays in its folder until it is deleted."""
    return JSONResponse(house.jobs.cancel(job))


@router.delete("/v1/jobs/{job}", status_code=204, summary="Delete a job", responses=responses(404, 409, 422))
async def remove(job: JobId, house: House) -> Response:
    """Delete a finished job with its results."""
    house.jobs.remove(job)
    return Response(status_code=204)


@router.get(
    "/v1/jobs/{job}/results",
    summary="The results of a job",
    response_class=FileResponse,
    responses={200: {"content": {"application/vnd.apache.parquet": {}}}, **responses(404, 409, 422)},
)
async def results(job: JobId, house: House) -> Response:
    """The table `scores` of the run as one Parquet file."""
    return FileResponse(house.jobs.results(job), media_type="application/vnd.apache.parquet", filename=f"{job}.parquet")
