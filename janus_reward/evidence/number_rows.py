"""Rows of numbers that an instruction gives: "rent 540, 565, 590", `sales = [3, 4, 5]`, "bagels 121, muffins 64"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_LEAST, _MOST, _ROWS = 3, 200, 40
_NUMBER = r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,9})?"
_LIST = re.compile(
    r"(?:(?P<name>[A-Za-z_]\w{0,60}|[\"'][^\"'\n]{1,60}[\"'])\s{0,3}[=:]\s{0,3})?(?:np\.array\()?"
    r"\[(?P<body>[-−\d.,\s]{5,4000})\]"
)
_BODY = re.compile(r"\[[-−\d.,\s]{5,4000}\]")
_THREE = re.compile(r"\d\D+\d+\D+\d")
_RUN = re.compile(
    rf"(?P<name>[A-Za-z][\w'()-]{{0,30}}(?: [A-Za-z][\w'()-]{{0,30}}){{0,2}})?:? ?[-(>]{{0,2}} ?"
    rf"(?P<body>{_NUMBER}(?:(?:, ?| / ?| ){_NUMBER}){{2,60}})(?![\w.]?\d)"
)
_PAIR = re.compile(
    r"(?<![A-Za-z])(?P<name>(?!and )[A-Za-z][A-Za-z'&-]{0,30}(?: (?!and )[A-Za-z'&-]{1,30}){0,2}):? \(?[$€£]?"
    rf"(?P<value>{_NUMBER})"
)
_BETWEEN = re.compile(r"[)%]?(?: [a-zA-Z/%°]{1,10})?(?:[,;] (?:and )?| and )\Z")


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One row of at least three numbers in the order in which it is given; `name` is what stands before it."""

    name: str
    values: tuple[float, ...]


def number_rows(text: str) -> tuple[NumberRow, ...]:
    """Read the rows of numbers of a text, at most forty; even steps (years, positions) are no data and left out."""
    listed = []
    if _BODY.search(text):
        listed = [_row(match["name"] or "", re.split(r"[,\s]+", match["body"])) for match in _LIST.finditer(text)]
        text = _LIST.sub(" ; ", text)
    rest = "\n".join(line for line in text.split("\n") if _THREE.search(line))
    runs = [_row(match["name"] or "", re.findall(_NUMBER, match["body"])) for match in _RUN.finditer(rest)]
    found = [row for row in [*listed, *runs] if row is not None and _is_data(row.values)]
    return tuple(dict.fromkeys(found))[:_ROWS]


def named_numbers(text: str) -> tuple[dict[str, float], ...]:
    """Read the lists of pairs of a name and a number (three or more: "oak 3, elm 5, ash 9"), at most ten."""
    groups: list[dict[str, float]] = []
    reached = -1
    for match in _PAIR.finditer(text):
        joined = reached >= 0 and _BETWEEN.fullmatch(text[reached : match.start()])
        if not joined:
            groups.append({})
        groups[-1][match["name"].strip().casefold()] = _value(match["value"])
        reached = match.end()
    return tuple(group for group in groups if len(group) >= _LEAST)[:10]


def _row(name: str, parts: list[str]) -> NumberRow | None:
    values = tuple(_numbers(parts))
    return NumberRow(name.strip("\"' "), values) if len(values) >= _LEAST else None


def _numbers(parts: list[str]) -> Iterator[float]:
    for part in parts[:_MOST]:
        try:
            yield _value(part)
        except ValueError:
            continue


def _value(written: str) -> float:
    return float(written.replace(",", "").replace("−", "-"))


def _is_data(values: tuple[float, ...]) -> bool:
    steps = {round(after - before, 9) for before, after in pairwise(values)}
    return len(steps) > 1
