"""Preference data opened for training: answers by id, memory-mapped; pairs as items for the heads."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from janus_reward.errors import InputError
from janus_reward.reward_model.item import Item, item_text
from janus_reward.reward_model.settings import JUDGE, RewardSettings, Standard
from janus_reward.reward_model.signals import fit_standard, named

_PLAIN = frozenset({
    "id", "instruction", "code", "language", "domain", "task", "source", "facts", "signals", "picture", "score",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One pair, ready for the collator.

    Args:
        items: the better one, the worse one.
        order: by criterion, 1 must be lower for the worse one, 0 must not move, NaN says nothing.
        values: labels by criterion of both, NaN without one.
        lengths: characters of both codes.
    """

    items: tuple[Item, Item]
    margin: float
    equal: bool
    order: tuple[float, ...]
    values: tuple[tuple[float, ...], tuple[float, ...]]
    lengths: tuple[int, int]


class Preferences:
    """One split of a folder that the recipe `preference-data` wrote.

    Args:
        folder: of the data.
        split: `train`, `validation` or `test`.

    Raises:
        InputError: the folder holds no such data.
    """

    def __init__(self, folder: Path, split: str) -> None:
        try:
            self.pairs: list[dict[str, Any]] = pq.read_table(folder / "pairs" / f"{split}.parquet").to_pylist()
            self._answers = _mapped(folder / "answers" / f"{split}.parquet")
            self._measured: list[str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["signals"]
        except (OSError, ValueError, KeyError) as error:
            hint = "Give the `out` of a `preference-data` recipe."
            raise InputError(f"{folder}: no preference data ({error})", hint=hint) from error
        self._at = {id_: at for at, id_ in enumerate(self._answers["id"])}

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria that answers have a column for."""
        return tuple(name for name in self._answers.column_names if name not in _PLAIN)

    @property
    def ids(self) -> list[str]:
        """Ids of the answers that a pair names, in order, each once."""
        return list(dict.fromkeys(pair[side] for pair in self.pairs for side in ("id_chosen", "id_rejected")))

    def signals(self, prior: bool) -> Standard:
        """How the signals of the split lie; with a prior the scores of the evidence judge are among them."""
        names = [*self._measured, *(f"{JUDGE}{name}" for name in ("total", *self.criteria) if prior)]
        rows = (self._answers[at] for at in range(len(self._answers)))
        return fit_standard(names, [named(names, self._signals_of(row), scores_of(row)) for row in rows])

    def answer(self, id_: str) -> dict[str, Any]:
        """One answer's row."""
        row: dict[str, Any] = self._answers[self._at[id_]]
        return row

    def item(self, id_: str, settings: RewardSettings) -> Item:
        """One answer as a model with these settings gets it."""
        return self._as_item(self.answer(id_), settings)

    def example(self, at: int, settings: RewardSettings) -> Example:
        """One pair."""
        pair = self.pairs[at]
        better, worse = self.answer(pair["id_chosen"]), self.answer(pair["id_rejected"])
        lowers, keeps = set(pair["lowers"]), set(pair["keeps"])
        return Example(
            items=(self._as_item(better, settings), self._as_item(worse, settings)),
            margin=pair["margin"],
            equal=pair["equal"],
            order=tuple(1.0 if c in lowers else 0.0 if c in keeps else math.nan for c in settings.criteria),
            values=(_points(better, settings.criteria), _points(worse, settings.criteria)),
            lengths=(len(better["code"]), len(worse["code"])),
        )

    def _as_item(self, answer: dict[str, Any], settings: RewardSettings) -> Item:
        text = item_text(
            answer["instruction"], answer["facts"] if settings.facts else (), answer["code"], answer["language"],
            settings.tokens, told=settings.facts,
        )  # fmt: skip
        signals = named(settings.standard.names, self._signals_of(answer), scores_of(answer))
        picture = (answer["picture"] or {}).get("bytes") if settings.kind == "vision" else None
        return Item(text, signals, picture)

    def _signals_of(self, answer: dict[str, Any]) -> dict[str, float | None]:
        """By the names that the data were measured under; later versions may measure more, or fewer."""
        return dict(zip(self._measured, answer["signals"], strict=True))


def scores_of(answer: dict[str, Any]) -> dict[str, float | None]:
    """The scores of the run's judge by criterion, and its total."""
    return {"total": answer["score"], **{name: value for name, value in answer.items() if name not in _PLAIN}}


def _points(answer: dict[str, Any], criteria: Sequence[str]) -> tuple[float, ...]:
    return tuple(math.nan if (value := answer.get(name)) is None else value - 3.0 for name in criteria)


def _mapped(path: Path) -> Any:
    """The table, memory-mapped, its pictures left undecoded."""
    from datasets import Dataset, Image, disable_progress_bars

    disable_progress_bars()
    table = Dataset.from_parquet(str(path))
    return table.cast_column("picture", Image(decode=False))
