"""Write the reference of all kinds of damage as Markdown: `python -m janus_reward.corrupt > docs/corruptions.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from janus_reward.corrupt import FAMILIES, HELD_OUT_SOURCES, KINDS, Corruption

_PICTURE = {"yes": "changes", "no": "stays", "either": "either"}


def reference() -> str:
    """Render the whole reference."""
    damage = [kind for kind in KINDS.values() if not kind.harmless]
    held = sum(kind.holdout for kind in damage)
    parts = [_head(len(damage), held, len(KINDS) - len(damage))]
    for family, about in FAMILIES.items():
        parts.append(f"## {family}\n\n{about}\n\n" + "\n".join(_rows(family)) + "\n")
    return "\n".join(parts)


def _head(damage: int, held: int, controls: int) -> str:
    sources = " and ".join(f"`{name}`" for name in sorted(HELD_OUT_SOURCES))
    return f"""# Controlled corruptions

Written by `python -m janus_reward.corrupt > docs/corruptions.md`; do not edit by hand.

{damage} kinds of damage to known-good triples and {controls} harmless changes.
`python training/corrupt.py SRC... -o OUT` applies them, renders the good and the damaged triples, throws away pairs in
which the damage did not come out as its kind says, and writes `OUT/triples.jsonl` (records that
`janus-reward score dataset` reads) and `OUT/pairs.parquet` (which is which, and what must drop).

**Held out from fitting**: {held} of the {damage} kinds of damage (marked below), and all pairs of the sources
{sources}. A judge is fitted on the others only; the column `holdout` of the pairs says which is which,
`holdout_kind` and `holdout_source` say why.

Severity: 1 slight, 2 plain, 3 ruins the answer, 0 harmless. *Lowers* are criteria that must drop, *keeps* those that
must not move; those that a triple's rubric does not have are left out of a pair. *Picture* says whether its pixels
change, stay, or may do either. Slight changes of style are damage only where the answer is held against a reference
or a state before; a title, a colour, a value or a type is damaged only where the instruction asks for it or there is
something to compare with.
"""


def _rows(family: str) -> Iterator[str]:
    yield "| kind | severity | code | lowers | keeps | picture | held out | damage |\n|---|---|---|---|---|---|---|---|"
    for kind in KINDS.values():
        if kind.family == family:
            yield _row(kind)


def _row(kind: Corruption) -> str:
    cells = [
        f"`{kind.name}`",
        str(kind.severity),
        _names(sorted(kind.languages)) or "any",
        _names(kind.lowers) or "none",
        "all" if kind.harmless else _names(kind.keeps) or "none",
        "may break" if kind.breaks else _PICTURE[kind.shows],
        "yes" if kind.holdout else "",
        kind.doc,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


if __name__ == "__main__":
    sys.stdout.write(reference())
