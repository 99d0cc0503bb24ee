"""The evidence judge's weights: cells of a criterion and a kind of triple, each a base and one curve a signal."""

from __future__ import annotations

import json
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from janus_reward.calibration import Calibration
from janus_reward.errors import InputError
from janus_reward.evidence import SIGNALS

_BUILT_IN = Path(__file__).with_name("evidence_weights.json")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_signal(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("signals", ())
    if known and name not in known:
        raise ValueError(f"unknown signal {name!r}; the signals are listed in docs/evidence.md")
    return name


Signal = Annotated[str, AfterValidator(_known_signal)]


class Curve(_Part):
    """Points a signal adds: straight lines between (signal value, points) knots, flat outside them.

    A file writes the list of knots alone.
    """

    knots: tuple[tuple[float, float], ...] = Field(min_length=2)

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, content: object) -> object:
        return {"knots": content} if isinstance(content, list) else content

    @model_validator(mode="after")
    def _rising_values(self) -> Curve:
        if any(left[0] >= right[0] for left, right in pairwise(self.knots)):
            raise ValueError("signal values must increase from knot to knot")
        return self

    @cached_property
    def span(self) -> float:
        """How much the signal can move the score."""
        points = [point for _, point in self.knots]
        return max(points) - min(points)

    def at(self, value: float) -> float:
        """Points for a value of the signal."""
        if value <= self.knots[0][0]:
            return self.knots[0][1]
        for (x0, y0), (x1, y1) in pairwise(self.knots):
            if value <= x1:
                return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
        return self.knots[-1][1]


class Cell(_Part):
    """How one criterion is scored for some triples.

    Args:
        domains, tasks: the triples it is for; all of them when empty.
        base: the score before any signal is looked at.
        calibration: what the sum means in the labels of people; absent where no people were asked.
        fitted_on: the sets it was fitted on, in words; empty when set by hand.
    """

    criterion: str
    domains: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    base: float = Field(ge=1, le=5)
    signals: dict[Signal, Curve] = Field(min_length=1)
    calibration: Calibration | None = None
    fitted_on: tuple[str, ...] = ()

    def fits(self, criterion: str, domain: str | None, task: str | None) -> bool:
        """Whether the cell is for such a triple."""
        return (
            criterion == self.criterion
            and (not self.domains or domain in self.domains)
            and (not self.tasks or task in self.tasks)
        )


class Weights(_Part):
    """All cells, the most special first: the first that fits a triple is used."""

    revision: str
    cells: tuple[Cell, ...] = Field(min_length=1)

    def cell(self, criterion: str, domain: str | None, task: str | None) -> Cell | None:
        """The cell for a criterion of a triple; `None` when there is none."""
        return next((cell for cell in self.cells if cell.fits(criterion, domain, task)), None)


def load_weights(path: Path | None = None) -> Weights:
    """The weights of a file (JSON), or the built-in ones.

    Raises:
        InputError: the file cannot be read or is wrong; the message names the place.
    """
    file = path or _BUILT_IN
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Weights.model_validate(content, context={"signals": SIGNALS})
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{file.name}: {_first_fault(error)}", hint="Weights are written by training.") from error


def _first_fault(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
