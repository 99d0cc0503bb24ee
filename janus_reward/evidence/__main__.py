"""Write the reference of all signals and flags as Markdown: `python -m janus_reward.evidence > docs/evidence.md`."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

from janus_reward.evidence import FAMILIES, FLAGS, SIGNALS, Signal

_HEAD = """# Evidence: what is measured

Written by `python -m janus_reward.evidence > docs/evidence.md`; do not edit by hand. Every signal is a number or none
("could not be measured here"), never a default. Shares lie in 0-1; `yes/no` is 1 or 0. The same sample gives the same
values. At most 200,000 characters of code and 20,000 of the instruction are analysed; pixels are measured on a sample
of at most about 200,000 of them. The passes over pixels are compiled at first use, which takes some ten seconds, and
kept in this package's folder or the user's cache; `NUMBA_CACHE_DIR` names another place.
"""


def reference() -> str:
    """Render the whole reference."""
    parts = [_HEAD]
    for family, about in FAMILIES.items():
        rows = list(_flag_rows() if family == "guard" else _signal_rows(family))
        parts.append(f"## {family}\n\n{about}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _signal_rows(family: str) -> Iterator[str]:
    yield "| signal | unit | range | meaning |\n|---|---|---|---|"
    for signal in SIGNALS.values():
        if signal.family == family:
            yield f"| `{signal.name}` | {signal.unit} | {_range(signal)} | {_cell(signal.doc)} |"


def _flag_rows() -> Iterator[str]:
    yield "| flag | meaning |\n|---|---|"
    for flag in FLAGS.values():
        yield f"| `{flag.name}` | {_cell(flag.doc)} |"


def _range(signal: Signal) -> str:
    high = "no bound" if math.isinf(signal.high) else f"{signal.high:g}"
    return f"{signal.low:g} to {high}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
