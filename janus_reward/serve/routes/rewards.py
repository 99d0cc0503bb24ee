"""The scores as RL trainers ask for them: TRL, OpenRLHF, OpenAI's chat completions."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from janus_reward.serve.chat import triple_of_chat, triples_of_queries, triples_of_rewards
from janus_reward.serve.describing import responses, takes
from janus_reward.serve.examples import CHAT, QUERY, REWARD
from janus_reward.serve.failures import Invalid
from janus_reward.serve.routes.room import service_of
from janus_reward.serve.routes.scores import records_of
from janus_reward.serve.service import Service, Uploads
from janus_reward.serve.wire import ChatAnswer, ChatRequest, QueryRequest, RewardAnswer, RewardRequest

router = APIRouter()
House = Annotated[Service, Depends(service_of)]
Scale = Annotated[Literal["1-5", "0-1"], Query(description="Of the rewards: the rubric's own, or from 0 to 1.")]
Unscored = Annotated[
    float | None,
    Query(allow_inf_nan=False, description="For completions without a score, where a trainer takes no null."),
]


@router.post(
    "/v1/rewards",
    summary="Rewards, as TRL asks",
    response_model=RewardAnswer,
    responses=responses(body=True),
    openapi_extra=takes(RewardRequest, REWARD, multipart=False),
)
async def rewards(request: Request, house: House, scale: Scale = "1-5", unscored: Unscored = None) -> Response:
    """A reward for each completion; null means that there is no score, which TRL takes for no signal."""

    async def make(asked: RewardRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        records = records_of(house, triples_of_rewards(asked), uploads)
        return _rewards(await house.flow.score(records, (), deadline), scale, unscored)

    return await house.answer(request, RewardRequest, make)


@router.post(
    "/get_reward",
    summary="Rewards, as OpenRLHF asks",
    response_model=RewardAnswer,
    responses=responses(body=True),
    openapi_extra=takes(QueryRequest, QUERY, multipart=False),
)
async def get_reward(request: Request, house: House, scale: Scale = "1-5", unscored: Unscored = None) -> Response:
    """A reward for each query; give `?unscored=` a number, as this trainer takes no null."""

    async def make(asked: QueryRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        records = records_of(house, triples_of_queries(asked), uploads)
        return _rewards(await house.flow.score(records, (), deadline), scale, unscored)

    return await house.answer(request, QueryRequest, make)


@router.post(
    "/v1/chat/completions",
    summary="A score, as OpenAI's chat completions",
    response_model=ChatAnswer,
    responses=responses(body=True),
    openapi_extra=takes(ChatRequest, CHAT, multipart=False),
)
async def chat(request: Request, house: House) -> Response:
    """The last message is judged. The content is the score, or JSON when `response_format` asks for it."""

    async def make(asked: ChatRequest, uploads: Uploads, deadline: float) -> dict[str, Any]:
        if asked.stream:
            raise Invalid("answers are not streamed", hint="Leave `stream` out.")
        records = records_of(house, [triple_of_chat(asked)], uploads)
        (verdict,) = await house.flow.score(records, ("rationales",), deadline)
        as_json = str((asked.response_format or {}).get("type", "")).startswith("json")
        return _completion(verdict, asked.model or house.flow.about["judge"], as_json)

    return await house.answer(request, ChatRequest, make)


@router.get("/v1/models", summary="The judge, as OpenAI lists models", responses=responses(503))
async def models(house: House) -> Response:
    """One model: the judge."""
    about = house.flow.about
    one = {"id": about.get("judge", house.settings.judge), "object": "model", "created": 0, "owned_by": "janus-reward"}
    return JSONResponse({"object": "list", "data": [one]})


def _rewards(verdicts: Sequence[Mapping[str, Any]], scale: str, unscored: float | None) -> dict[str, Any]:
    def reward(score: float | None) -> float | None:
        if score is None:
            return unscored
        return (score - 1) / 4 if scale == "0-1" else score

    found = [reward(verdict["score"]) for verdict in verdicts]
    scored = sum(verdict["score"] is not None for verdict in verdicts)
    return {
        "rewards": found,
        "scores": found,
        "reasons": [verdict["reason"] for verdict in verdicts],
        "extra_logs": {"scored_share": scored / len(verdicts)},
    }


def _completion(verdict: Mapping[str, Any], model: str, as_json: bool) -> dict[str, Any]:
    shown = {name: verdict[name] for name in ("score", "reason", "criteria", "gates", "flags", "outcome")}
    score = verdict["score"]
    content = json.dumps(shown, allow_nan=False) if as_json else None if score is None else f"{score:.4f}"
    refusal = None if score is not None else f"no score: {verdict['reason']}"
    tokens = {"prompt_tokens": verdict["tokens_in"], "completion_tokens": verdict["tokens_out"]}
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content, "refusal": refusal},
            }
        ],
        "usage": {**tokens, "total_tokens": verdict["tokens_in"] + verdict["tokens_out"]},
    }
