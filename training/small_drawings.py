"""Make tiny drawings that a language model of 135M parameters can learn: `python -m training.small_drawings -o F`.

Each prompt asks for one shape in one colour on a ground in another, with answers of all qualities: right, in a wrong
colour, empty, broken off. `right` says whether an answer is what its prompt asks for, by its code alone; it is the
yardstick that had no part in choosing the data.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

COLOURS = ("red", "green", "blue", "orange", "purple", "teal", "navy", "gold", "black", "pink", "gray", "brown")
SHAPES = {
    "circle": '<circle cx="8" cy="8" r="5" fill="{}"/>',
    "square": '<rect x="4" y="4" width="8" height="8" fill="{}"/>',
    "triangle": '<polygon points="8,3 13,13 3,13" fill="{}"/>',
    "ellipse": '<ellipse cx="8" cy="8" rx="7" ry="4" fill="{}"/>',
}
_PROMPT = re.compile(r"a (\w+) (\w+) on a (\w+) ground")


def drawing(shape: str, colour: str, ground: str) -> str:
    """The right code."""
    body = SHAPES[shape].format(colour)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<rect width="16" height="16" fill="{ground}"/>{body}</svg>'
    )


def right(prompt: str, code: str) -> bool:
    """Whether the code draws what the prompt asks for: the ground first, then the shape, in their colours."""
    asked = _PROMPT.search(prompt)
    if asked is None:
        return False
    colour, shape, ground = asked.groups()
    marks = re.findall(r"<(rect|circle|polygon|ellipse)\b[^>]*?fill=\"(\w+)\"[^>]*/>", code)
    element = {"square": "rect", "triangle": "polygon"}.get(shape, shape)
    return code.rstrip().endswith("</svg>") and marks == [("rect", ground), (element, colour)]


def corpus(count: int, seed: int) -> Iterator[dict[str, object]]:
    """Rows with four answers of falling quality a prompt."""
    draw = random.Random(seed)
    asked = [(s, c, g) for s in SHAPES for c in COLOURS for g in COLOURS if c != g]
    for at, (shape, colour, ground) in enumerate(draw.sample(asked, count)):
        other = draw.choice([name for name in COLOURS if name not in (colour, ground)])
        good = drawing(shape, colour, ground)
        answers = {
            "right": good,
            "colour": drawing(shape, other, ground),
            "empty": good.replace(SHAPES[shape].format(colour), ""),
            "broken": good[: len(good) * 2 // 3],
        }
        for name, code in answers.items():
            yield {
                "id": f"drawing-{at:03d}-{name}",
                "instruction": f"Draw an SVG: a {colour} {shape} on a {ground} ground",
                "code": code,
                "language": "svg",
                "domain": "svg",
            }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = list(corpus(options.prompts, options.seed))
    options.out.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} answers to {options.prompts} prompts")


if __name__ == "__main__":
    main()
