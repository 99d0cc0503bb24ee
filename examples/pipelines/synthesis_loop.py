"""A small synthesis loop: propose, score, keep or drop with a reason, and hand the reason back to the proposer.

`proposals` stands where a language model would: it takes the feedback on its last attempt, answers with the next.

    python examples/pipelines/synthesis_loop.py [OUT.jsonl]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from pathlib import Path

import janus_reward as jr

MAX_ATTEMPTS = 3
CITIES = {"Porto": [14, 19, 25, 21], "Turku": [2, 11, 19, 9]}
LINES = {
    "title": 'ax.set_title("Mean temperature in {city}")',
    "x label": 'ax.set_xlabel("Season")',
    "y label": 'ax.set_ylabel("Temperature (°C)")',
}


def instruction_for(city: str) -> str:
    values = ", ".join(map(str, CITIES[city]))
    return (
        f'Line chart with markers titled "Mean temperature in {city}": winter, spring, summer, autumn = {values}. '
        'Label the axes "Season" and "Temperature (°C)".'
    )


def proposals(city: str) -> Generator[str, str, None]:
    """Attempts at the chart: a crash first, then one line more of labelling after each feedback."""
    feedback = yield code_for(city, parts=[]).replace("import matplotlib.pyplot as plt\n", "")
    for count in range(2, len(LINES) + 2):
        print(f"    proposer hears: {feedback}")
        feedback = yield code_for(city, parts=list(LINES)[:count])


def code_for(city: str, parts: list[str]) -> str:
    labelling = "\n".join(LINES[part].format(city=city) for part in parts)
    return f"""import matplotlib.pyplot as plt

seasons = ["winter", "spring", "summer", "autumn"]
temperature_c = {CITIES[city]}

fig, ax = plt.subplots(figsize=(7, 4.5))
ax.plot(seasons, temperature_c, marker="o")
{labelling}
fig.tight_layout()
plt.show()
"""


def feedback_on(verdict: jr.Verdict, decision: jr.Decision) -> str:
    """What a proposer can act on: the render's message when there is no picture, else the weakest criterion."""
    if verdict.render is not None and verdict.render.message:
        return f"{verdict.render.outcome}: {verdict.render.message}"
    scored = {name: score for name, score in verdict.criteria.items() if score.value is not None}
    if not scored:
        return decision.reason
    weakest = min(scored, key=lambda name: scored[name].value or 0.0)
    return f"{decision.reason}; weakest: {weakest} {scored[weakest].value:.2f} ({scored[weakest].rationale})"


def synthesize(city: str, scorer: jr.Scorer, policy: jr.Filter) -> dict[str, object] | None:
    """The first kept attempt as a record, or None when every attempt was dropped."""
    attempts = proposals(city)
    code = next(attempts)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        verdict = scorer.score(instruction=instruction_for(city), code=code, language="python")
        decision = policy.decide(verdict)
        print(f"  {city}, attempt {attempt}: {decision.verdict} ({decision.reason})")
        if decision.verdict == "keep":
            return {"instruction": instruction_for(city), "code": code, "meta": {"score": verdict.score}}
        if attempt < MAX_ATTEMPTS:
            code = attempts.send(feedback_on(verdict, decision))
    return None


def main(out: Path | None) -> None:
    policy = jr.Filter(min_score=4, floors={"task_completion": 3})
    with jr.Scorer(judge="evidence") as scorer:
        kept = [record for city in CITIES if (record := synthesize(city, scorer, policy))]
    print(f"kept {len(kept)} of {len(CITIES)}")
    if out is not None:
        out.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in kept), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
