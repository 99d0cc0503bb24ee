"""Scoring inside an event loop: answers arrive one by one, verdicts leave in order, the loop is never blocked.

python examples/pipelines/async_scoring.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import janus_reward as jr

SIZES = {"small": 20, "medium": 60, "large": 110}


async def answers() -> AsyncIterator[dict[str, str]]:
    """Stands for a model server that streams its answers."""
    for name, radius in SIZES.items():
        await asyncio.sleep(0)
        yield {
            "id": name,
            "instruction": f"SVG, 256 x 256: a {name} blue circle in the middle of a white square.",
            "code": (
                '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256">'
                '<rect width="256" height="256" fill="white"/>'
                f'<circle cx="128" cy="128" r="{radius}" fill="blue"/></svg>'
            ),
            "language": "svg",
        }


async def main() -> None:
    policy = jr.Filter(min_score=3)
    with jr.Scorer(judge="evidence") as scorer:
        async for verdict in scorer.ascore_many(answers()):
            name = verdict.triple.id if verdict.triple else "?"
            print(name, verdict.score, verdict.reason or "", policy.decide(verdict).verdict)


if __name__ == "__main__":
    asyncio.run(main())
