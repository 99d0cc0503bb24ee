"""What judging costs: prices, a forecast, the spend so far, and the budget that stops a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from janus_reward.errors import InputError, Stopped

_MILLION = 1e6


class BudgetSpent(Stopped):
    """The next call could go beyond the budget; nothing is lost."""


class Prices(BaseModel):
    """The `prices` block of a judge file: money for a million tokens.

    Args:
        currency: as it shall be shown.
        cached_input: for prompt tokens that the endpoint says it had cached; as `input` when absent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)

    def money(self, tokens_in: int, tokens_out: int, cached_in: int = 0) -> float:
        """The price of one reply, or of many."""
        cached = self.input if self.cached_input is None else self.cached_input
        cached_in = min(cached_in, tokens_in)
        parts = (tokens_in - cached_in) * self.input + cached_in * cached + tokens_out * self.output
        return parts / _MILLION


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a run may cost in all its starts: money, or tokens in and out together."""

    money: float | None = None
    tokens: int | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """`"12.50"` is money, `"3M tokens"`, `"500k tokens"` and `"20000 tokens"` are tokens. Raises InputError."""
        number, _, unit = text.strip().partition(" ") if " " in text.strip() else _split(text.strip())
        scale = {"k": 1e3, "m": 1e6}.get(number[-1:].lower(), 1.0)
        try:
            value = float(number[:-1] if scale > 1 else number)
        except ValueError:
            value = -1.0
        if not 0 <= value < 1e15 or unit.strip() not in ("", "tokens") or (scale > 1 and not unit):
            raise InputError(
                f"--budget {text!r} is no budget", hint="For instance: --budget 12.50 or --budget '3M tokens'"
            )
        return cls(tokens=int(value * scale)) if unit else cls(money=value)


@dataclass(slots=True)
class Spend:
    """What was paid, in tokens, calls and money (`None` without prices)."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float | None = None
    currency: str | None = None

    def __str__(self) -> str:
        tokens = f"{_short(self.tokens_in)} in, {_short(self.tokens_out)} out"
        return tokens if self.money is None else f"{self.money:.2f} {self.currency} ({tokens})"


@dataclass(slots=True)
class Meter:
    """Counts what the judges of one run spend, and stops them before the budget is gone.

    Args:
        budget: for the whole run; `None` for no end.
        run: name of the run in the ledger.
    """

    budget: Budget | None = None
    run: str = ""
    spend: Spend = field(default_factory=Spend)
    hits: int = 0
    _held_tokens: int = 0
    _held_money: float = 0.0

    def start_from(self, paid: Iterable[tuple[int, int, int]], prices: Prices | None) -> None:
        """Take over what earlier starts of the run paid: (calls, tokens in, tokens out)."""
        for calls, tokens_in, tokens_out in paid:
            self._add(calls, tokens_in, tokens_out, 0, prices)

    def hold(self, tokens_in: int, tokens_out: int, prices: Prices | None) -> float:
        """Set aside what a call may cost; gives the money held. Raises BudgetSpent when it does not fit any more."""
        money = prices.money(tokens_in, tokens_out) if prices else 0.0
        if self.budget is not None:
            self._check(tokens_in + tokens_out, money, prices)
        self._held_tokens += tokens_in + tokens_out
        self._held_money += money
        return money

    def settle(self, held: tuple[int, float], used: tuple[int, int, int] | None, prices: Prices | None) -> None:
        """Give back what was held (tokens, money) and count what was used: (in, out, cached), or `None` for nothing."""
        self._held_tokens -= held[0]
        self._held_money -= held[1]
        if used is not None:
            self._add(1, used[0], used[1], used[2], prices)

    def totals(self) -> dict[str, Any]:
        """What was spent, for a manifest."""
        spend = self.spend
        return {
            "calls": spend.calls,
            "tokens_in": spend.tokens_in,
            "tokens_out": spend.tokens_out,
            "money": None if spend.money is None else round(spend.money, 6),
            "currency": spend.currency,
            "from_ledger": self.hits,
            "words": f"{spend.calls} calls, {spend}; {self.hits} replies from the ledger",
        }

    def _add(self, calls: int, tokens_in: int, tokens_out: int, cached: int, prices: Prices | None) -> None:
        spend = self.spend
        spend.calls += calls
        spend.tokens_in += tokens_in
        spend.tokens_out += tokens_out
        if prices is not None:
            spend.money = (spend.money or 0.0) + prices.money(tokens_in, tokens_out, cached)
            spend.currency = prices.currency

    def _check(self, tokens: int, money: float, prices: Prices | None) -> None:
        budget, spend = self.budget, self.spend
        if budget is None:
            return
        if budget.money is not None:
            if prices is None:
                raise InputError(
                    "a budget of money needs prices",
                    hint="Add `prices:` to the judge file, or give --budget 'N tokens'.",
                )
            gone = (spend.money or 0.0) + self._held_money + money > budget.money
        else:
            gone = spend.tokens_in + spend.tokens_out + self._held_tokens + tokens > (budget.tokens or 0)
        if gone:
            hint = "What was judged is kept. Run the same command with a larger --budget to go on."
            raise BudgetSpent(f"the budget is spent: {spend}", hint=hint)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will cost, told before it begins; the ledger may make it cheaper.

    Args:
        rows: to be judged; `calls`, `tokens_in`, `tokens_out`: in all.
        seconds: at the latency of a probe, with all slots in use; `None` without a probe.
    """

    rows: int
    calls: int
    tokens_in: int
    tokens_out: int
    money: float | None = None
    currency: str | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        parts = [f"{self.rows} rows, about {self.calls} calls, {_short(self.tokens_in)} tokens in, "]
        parts.append(f"{_short(self.tokens_out)} out")
        if self.money is not None:
            parts.append(f", {self.money:.2f} {self.currency}")
        if self.seconds is not None:
            parts.append(f", {_span(self.seconds)}")
        return "".join(parts)


def _split(text: str) -> tuple[str, str, str]:
    bare = text.removesuffix("tokens")
    return bare, "", "tokens" if bare != text else ""


def _short(count: int) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.1f}{unit}"
    return str(count)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
