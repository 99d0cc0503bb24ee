"""The card of preference data: what is in it, how it was split, what it should not be taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from janus_reward.train.answers import Answer
from janus_reward.train.pairs import Pair


def card(
    made: Mapping[str, Any], pairs: Sequence[Pair], split: Mapping[str, str], answers: Mapping[str, Answer]
) -> str:
    """The text of README.md with the YAML header that `datasets` reads the two sets by."""
    header = {
        "task_categories": ["text-classification", "reinforcement-learning"],
        "tags": ["preference", "reward-model", "janus-reward"],
        "configs": [_files(name, made["counts"][name]) for name in ("pairs", "answers")],
    }
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True)
    return f"---\n{text}---\n\n" + "\n".join(_body(made, pairs, split, answers)) + "\n"


def _files(name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "config_name": name,
        "data_files": [{"split": split, "path": f"{name}/{split}.parquet"} for split, count in counts.items() if count],
    }


def _body(
    made: Mapping[str, Any], pairs: Sequence[Pair], split: Mapping[str, str], answers: Mapping[str, Answer]
) -> Iterator[str]:
    yield "# Preference data for reward models"
    yield ""
    yield "Written by `janus-reward train preference-data`. `pairs` has a better and a worse answer each, in TRL's form"
    yield "(`prompt_rejected` is set where the two prompts differ; such rows are not for TRL). `answers` has every"
    yield "answer once, with targets by criterion (null: none, to be masked), facts, signals and a picture."
    yield ""
    yield "| split | answers | pairs | better answer longer | sources |"
    yield "|---|---|---|---|---|"
    for name, count in made["counts"]["pairs"].items():
        own = [pair for pair in pairs if split[pair.better] == name]
        sources = sorted({answers[pair.better].source or "not named" for pair in own})
        whole = made["counts"]["answers"][name]
        yield f"| {name} | {whole} | {count} | {_longer(own, answers)} | {', '.join(sources)} |"
    yield ""
    yield "Answers that share an instruction, a root or a group are in one split; a twin with an instruction of another"
    yield "split is in none. Held-out sources and held-out kinds of damage are in the test only."
    yield ""
    yield "| origin | pairs |"
    yield "|---|---|"
    for origin, count in sorted(Counter(pair.origin for pair in pairs).items()):
        yield f"| {origin} | {count} |"
    yield ""
    yield "Left out:"
    yield ""
    yield from (f"- {count}: {why}" for why, count in made["left_out"].items() if count)
    yield ""
    yield "Damage is made by program: a model that tells it from good work need not tell good from better. The scores"
    yield "in `answers` are those of the run's judge, not of people. The licence of each text is its source's."


def _longer(pairs: Sequence[Pair], answers: Mapping[str, Answer]) -> str:
    """Share of the unequal pairs whose better answer has more characters of code."""
    decided = [pair for pair in pairs if not pair.equal]
    if not decided:
        return "-"
    return f"{sum(len(answers[p.better].code) > len(answers[p.worse].code) for p in decided) / len(decided):.0%}"
