"""Make a corpus with planted near-duplicates: `python reports/dedup/corpus.py --documents 20000 -o corpus.parquet`.

Originals are windows of lines of the source files under this Python's prefix (code, markup, styles), each different.
When they run out, further ones are made by giving every word of a window a new ending. A fifth of the documents are
variants of an
original, made by a known edit. Columns: id, text, kind (`original` or the edit), origin (position of the original, -1
for
none), jaccard (exact, of the sets of word 5-grams of variant and original; NaN for originals). The order is shuffled.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

WORD = re.compile(r"[A-Za-z0-9_]+")
SUFFIXES = {".py", ".pyi", ".js", ".ts", ".html", ".css", ".svg", ".h", ".c", ".cpp"}
VARIANTS = 0.2


def shingles(text: str) -> set[str]:
    """The set of word 5-grams."""
    words = WORD.findall(text)
    size = min(5, len(words))
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)} if words else set()


def windows(seed: int) -> Iterator[str]:
    """Different windows of 20 to 120 lines of real files, ASCII, in an order that the seed gives."""
    roots = {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}
    files = sorted(path for root in roots for path in Path(root).rglob("*") if path.suffix in SUFFIXES)
    random.Random(seed).shuffle(files)
    seen: set[bytes] = set()
    for path in files:
        try:
            lines = path.read_text("ascii").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        draw, at = random.Random(f"{seed}{path.name}"), 0
        while at < len(lines):
            size = draw.randrange(20, 120)
            text = "\n".join(lines[at : at + size])[:20_000]
            at += size
            mark = hashlib.blake2b(" ".join(WORD.findall(text)).encode(), digest_size=8).digest()
            if len(text) > 300 and mark not in seen:
                seen.add(mark)
                yield text


def originals(count: int, seed: int) -> Iterator[str]:
    """That many originals: real windows, and then windows with new words."""
    kept: list[str] = []
    for text in windows(seed):
        if len(kept) == count:
            break
        kept.append(text)
        yield text
    for i in range(len(kept), count):
        yield WORD.sub(rf"\g<0>z{i // len(kept)}", kept[i % len(kept)])


def token_edits(share: float) -> object:
    """An edit that replaces a share of the words."""

    def edit(text: str, draw: random.Random) -> str:
        return WORD.sub(lambda match: f"new{draw.randrange(10**6)}" if draw.random() < share else match[0], text)

    return edit


def reflow(text: str, draw: random.Random) -> str:
    """Other indentation and line breaks."""
    return re.sub(r"\s+", lambda match: draw.choice([" ", "\n", "  ", "\n    "]), text)


def block(share: float) -> object:
    """An edit that cuts out a block of lines."""

    def edit(text: str, draw: random.Random) -> str:
        lines = text.splitlines()
        size = max(1, int(len(lines) * share))
        at = draw.randrange(max(1, len(lines) - size))
        return "\n".join(lines[:at] + lines[at + size :])

    return edit


def appended(text: str, draw: random.Random) -> str:
    """A few words behind the original."""
    return text + "\n" + " ".join(f"more{draw.randrange(10**6)}" for _ in range(8))


EDITS = {
    "exact": lambda text, draw: text,
    "reflow": reflow,
    "tokens 1%": token_edits(0.01),
    "tokens 2%": token_edits(0.02),
    "tokens 5%": token_edits(0.05),
    "block 5%": block(0.05),
    "block 15%": block(0.15),
    "appended": appended,
}


def make(documents: int, seed: int) -> pa.Table:
    """The corpus as a table."""
    draw, count = random.Random(seed), int(documents * (1 - VARIANTS))
    texts = list(originals(count, seed))
    kinds, origins, similar = ["original"] * count, [-1] * count, [float("nan")] * count
    for _ in range(documents - count):
        at, kind = draw.randrange(count), draw.choice(list(EDITS))
        text = EDITS[kind](texts[at], draw)
        left, right = shingles(texts[at]), shingles(text)
        texts.append(text)
        kinds.append(kind)
        origins.append(at)
        similar.append(len(left & right) / max(1, len(left | right)))
    order = list(range(documents))
    draw.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    return pa.table(
        {
            "id": [str(i) for i in range(documents)],
            "text": pa.array([texts[i] for i in order], pa.large_string()),
            "kind": [kinds[i] for i in order],
            "origin": [place[origins[i]] if origins[i] >= 0 else -1 for i in order],
            "jaccard": [similar[i] for i in order],
        }
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", required=True)
    asked = parser.parse_args()
    table = make(asked.documents, asked.seed)
    pq.write_table(table, asked.out, row_group_size=20_000)
    size = sum(len(text) for text in table.column("text").to_pylist())
    print(f"{table.num_rows:,} documents, {size / 1e6:.1f} MB, seed {asked.seed}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
