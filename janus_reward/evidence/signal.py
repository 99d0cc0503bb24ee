"""A signal: one named, measured fact about a sample, made by one decorated function.

To add one, write a function over a `View` in the file of its family and decorate it; the registry, the
documentation and the columns of a run follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from janus_reward.evidence.view import View

Measure = Callable[[View], float | None]
Raise = Callable[[View], bool]


@dataclass(frozen=True, slots=True)
class Signal:
    """One registered signal.

    Args:
        name: `family.noun`, a column of a run's evidence.
        unit: what one unit of the value is (`share`, `px`, `count`, `yes/no` for 1 and 0, ...).
        low, high: the range every value lies in; `high` may be infinite.
        doc: first line of the function's docstring.
        measure: the function; returns a float, or `None` where the sample does not allow the measurement.
    """

    name: str
    unit: str
    low: float
    high: float
    doc: str
    measure: Measure

    @property
    def family(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def value(self, view: View) -> float | None:
        """Measure and check the range.

        Raises:
            ValueError: the value is not finite or outside of the declared range (a defect of the signal).
        """
        raw = self.measure(view)
        if raw is None:
            return None
        value = float(raw)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ValueError(f"{self.name} measured {value!r}, outside of [{self.low}, {self.high}]")
        return value


@dataclass(frozen=True, slots=True)
class Flag:
    """One registered warning about a triple: a name, what it means, and the test that raises it."""

    name: str
    doc: str
    raised: Raise


_SIGNALS: dict[str, Signal] = {}
_FLAGS: dict[str, Flag] = {}

FLAGS: Mapping[str, Flag] = MappingProxyType(_FLAGS)
"""Every flag by name."""


def registered(families: tuple[str, ...]) -> Mapping[str, Signal]:
    """List the signals registered so far by name, in the order of the families and of their definition.

    Raises:
        ValueError: a signal's family is not among `families`.
    """
    ordered = sorted(_SIGNALS.values(), key=lambda signal: families.index(signal.family))
    return MappingProxyType({signal.name: signal for signal in ordered})


def signal(name: str, *, unit: str = "share", low: float = 0.0, high: float = 1.0) -> Callable[[Measure], Measure]:
    """Register a function over a `View` as the signal `name`; its docstring's first line becomes the documentation."""

    def register(measure: Measure) -> Measure:
        if name in _SIGNALS:
            raise ValueError(f"two signals are called {name}; rename one of them")
        _SIGNALS[name] = Signal(name, unit, low, high, _first_line(measure), measure)
        return measure

    return register


def flag(name: str) -> Callable[[Raise], Raise]:
    """Register a predicate over a `View` as the flag `name`."""

    def register(raised: Raise) -> Raise:
        if name in _FLAGS:
            raise ValueError(f"two flags are called {name}; rename one of them")
        _FLAGS[name] = Flag(name, _first_line(raised), raised)
        return raised

    return register


def _first_line(function: Callable[..., object]) -> str:
    lines = (function.__doc__ or "").strip().splitlines()
    if not lines:
        raise ValueError(f"{function.__name__} needs a docstring: its first line documents what it measures")
    return lines[0]
