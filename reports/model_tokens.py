"""Prompt tokens to compute for a triple, against the reference prompt: `python reports/model_tokens.py [--write]`.

The reference prompt begins with the picture, as it is, so nothing of it but a short system turn can come from a prefix
cache; its fixed text (roles, scale, worked example) was counted from the published file. Ours is counted as an engine
with a prefix cache computes it once a rubric is warm: each question costs what its prompt does not share with an
earlier one.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from janus_reward.dataset import open_source
from janus_reward.evidence import measure
from janus_reward.judges.engine.base import Image, Message
from janus_reward.judges.material import tokens_of
from janus_reward.judges.model import ModelJudge
from janus_reward.judges.model_file import ModelFile
from janus_reward.judges.pictures import PictureRule, shown
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.stages import RenderStageConfig
from janus_reward.triple import Triple

_FIXED = 1380
"""Tokens of the reference judge prompt without instruction, code and picture (about 5,900 characters)."""
_ROOT = Path(__file__).parents[1]
_RULE = PictureRule()
_AS_IS = PictureRule(side=8192)

WAYS: dict[str, dict[str, object]] = {
    "checklist, as shipped": {},
    "checklist, code quality left to the evidence": {"evidence": ("code_quality",)},
    "likert, as shipped": {"mode": {"name": "likert"}},
    "checklist, pictures up to 1024 pixels everywhere": {"pictures": {"side": 1024, "overview": 1024}},
}


def judge(**fields: object) -> ModelJudge:
    """A judge that is never asked."""
    said = {"judge": "model", "engine": "chat", "model": "none", "vision": True, "chat": {"endpoint": "http://none"}}
    return ModelJudge(ModelFile.model_validate(said | fields))


def pieces(messages: tuple[Message, ...]) -> list[str | Image]:
    """A prompt as a flat list: characters of text, and pictures."""
    flat: list[str | Image] = []
    for message in messages:
        for part in message.parts:
            flat += [part] if isinstance(part, Image) else list(part)
    return flat


def computed(made: ModelJudge, sample: Sample, rubrics: RubricSet) -> int:
    """Tokens that are in no cache: of each question, what no earlier one of the sample begins with."""
    triple = sample.triple
    rubric = rubrics.pick(triple.domain, triple.task, triple.language)
    case, asks, _ = made._questions(sample, measure(sample), rubric)
    system = len(made._asker._prompter().system(rubric).parts[0])
    total, before = 0, []
    for ask in asks:
        flat = pieces(made._asker.request(ask, case).messages)
        shared = max([system, *(_common(flat, other) for other in before)])
        total += _tokens(flat[shared:])
        before.append(flat)
    return total


def reference(sample: Sample) -> int:
    """Tokens of the reference prompt, all of which are computed."""
    triple = sample.triple
    pictures = sum(_RULE.tokens(image.width, image.height) for image in shown(sample.stills[:1], _AS_IS, 1).images)
    return _FIXED + tokens_of(triple.instruction or "") + tokens_of(triple.code or "") + pictures


def _common(left: list[str | Image], right: list[str | Image]) -> int:
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return at
    return min(len(left), len(right))


def _tokens(flat: list[str | Image]) -> int:
    text = "".join(item if isinstance(item, str) else "\n" for item in flat)
    return tokens_of(text) + sum(_RULE.tokens(i.width, i.height) for i in flat if isinstance(i, Image))


def report(source: str, limit: int) -> str:
    """The whole report."""
    rubrics = RubricSet.load()
    stage = RenderStageConfig(Path.home() / ".cache" / "janus-reward" / "renders")()
    samples = [stage.sample(triple) for triple in _good(source, limit)]
    stage.close()
    kinds = {kind: [s for s in samples if _kind(s) == kind] for kind in sorted({_kind(s) for s in samples})}
    lines = ["# Prompt tokens to compute for a triple", "", "Made by `python reports/model_tokens.py --write`.", ""]
    lines += [
        f"The good triples of the examples (n={len(samples)}); tokens by the estimator of the judge (see below), "
        "pictures at"
    ]
    lines += [
        "28 pixels a token's side. The reference sends one picture at its own size, ours scales (`pictures` of the",
        "judge file). Medians; the ratio is the median over triples of ours / reference.",
        "",
    ]
    lines += ["| triples | n | reference | way | ours | ratio |", "|---|---|---|---|---|---|"]
    for kind, chosen in {"all": samples, **kinds}.items():
        base = [reference(sample) for sample in chosen]
        for name, fields in WAYS.items():
            made = judge(**fields)
            own = [computed(made, sample, rubrics) for sample in chosen]
            ratio = statistics.median(a / b for a, b in zip(own, base, strict=True))
            numbers = f"{statistics.median(base):.0f} | {name} | {statistics.median(own):.0f} | {ratio:.2f}"
            lines.append(f"| {kind} | {len(chosen)} | {numbers} |")
    lines += [
        "",
        "Pages of 1280 pixels cost the reference 1,334 visual tokens each; what a smaller picture costs a judge in",
    ]
    lines += ["accuracy was not measured: there is no real vision-language model here.", ""]
    lines += [f"Fixed text of the reference prompt: {_FIXED} tokens, counted by length and not by a tokenizer.", ""]
    return "\n".join(lines)


def _good(source: str, limit: int) -> list[Triple]:
    triples = [t for t in open_source(source) if not t.meta.get("twin_of") and t.instruction and t.code]
    return triples[:limit]


def _kind(sample: Sample) -> str:
    return sample.triple.domain or "none"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="write reports/models/tokens.md")
    parser.add_argument("--source", default=str(_ROOT / "examples" / "data" / "triples.jsonl"))
    parser.add_argument("--limit", type=int, default=60)
    args = parser.parse_args()
    text = report(args.source, args.limit)
    print(text)
    if args.write:
        path = Path(__file__).parent / "models" / "tokens.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
