"""Where ratings are kept: one SQLite file with the sample, its probabilities, and every rater's answers."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from janus_reward.errors import DiskError, InputError
from janus_reward.label.sample import draw_pairs, draw_sample
from janus_reward.run import Run
from janus_reward.select.rows import Rows
from janus_reward.select.selection import run_digest

_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    item INTEGER PRIMARY KEY, kind TEXT NOT NULL, row_id TEXT NOT NULL, other_id TEXT, probability REAL, strata TEXT);
CREATE TABLE IF NOT EXISTS ratings (
    item INTEGER NOT NULL REFERENCES items, rater TEXT NOT NULL, criterion TEXT NOT NULL, value INTEGER,
    PRIMARY KEY (item, rater, criterion));
CREATE TABLE IF NOT EXISTS votes (
    item INTEGER NOT NULL REFERENCES items, rater TEXT NOT NULL, choice TEXT NOT NULL, PRIMARY KEY (item, rater));
"""
CHOICES = ("a", "b", "tie")
_MAX_NAME = 80


class LabelStore:
    """A file of ratings.

    Args:
        path: created when absent.

    Raises:
        DiskError: it cannot be opened or written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._base = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._base.executescript(_TABLES)
        except sqlite3.Error as error:
            raise DiskError(
                f"cannot open {path}: {error}", hint="Is it a file of `label`, in a folder that exists?"
            ) from error

    def begin(self, run: Run, *, size: int, pairs: int, criteria: Sequence[str], cut: float, seed: int) -> None:
        """Draw the sample, or find the one that was drawn before.

        Raises:
            InputError: the file holds ratings of another run, or was begun otherwise.
        """
        asked = {
            "run": run_digest(run),
            "size": size,
            "pairs": pairs,
            "criteria": list(criteria),
            "cut": cut,
            "seed": seed,
        }
        known = self.about()
        if known is not None:
            differing = [name for name in asked if known.get(name) != asked[name]]
            if differing:
                raise InputError(
                    f"{self.path} was begun otherwise: {', '.join(differing)}",
                    hint="Use the same options, or another --db.",
                )
            return
        ids = Rows(run).ids.to_pylist()
        drawn = draw_sample(run, size, cut, seed)
        items: list[tuple[Any, ...]] = [
            ("rating", ids[place], None, float(probability), strata)
            for place, probability, strata in zip(drawn.places.tolist(), drawn.probability, drawn.strata, strict=True)
        ]
        items += [("pair", ids[a], ids[b], None, "pair") for a, b in draw_pairs(run, pairs, seed)]
        with self._base:
            self._base.execute("BEGIN")
            self._base.executemany(
                "INSERT INTO items (kind, row_id, other_id, probability, strata) VALUES (?, ?, ?, ?, ?)", items
            )
            self._base.execute("INSERT INTO about VALUES ('asked', ?)", (json.dumps(asked),))

    def about(self) -> dict[str, Any] | None:
        """What the sample was drawn with; `None` of a new file."""
        found = self._base.execute("SELECT value FROM about WHERE key = 'asked'").fetchone()
        return None if found is None else dict(json.loads(found[0]))

    def items(self) -> list[dict[str, Any]]:
        """All items in order: `item`, `kind`, `row_id`, `other_id`, `probability`, `strata`."""
        names = ("item", "kind", "row_id", "other_id", "probability", "strata")
        found = self._base.execute(f"SELECT {', '.join(names)} FROM items ORDER BY item").fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def rate(self, item: int, rater: str, criterion: str, value: int | None) -> None:
        """Keep one rating, in place of an earlier one by the same rater; `None` for cannot tell.

        Raises:
            InputError: there is no such item or criterion, or the value is not 1-5.
        """
        asked = self.about() or {}
        self._known(item, "rating")
        if criterion not in asked.get("criteria", ()):
            raise InputError(f"unknown criterion {criterion!r}")
        if value is not None and (isinstance(value, bool) or value not in range(1, 6)):
            raise InputError(f"a rating of {value!r} is not 1-5")
        values = (item, _name(rater), criterion, value)
        self._keep("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?)", values)

    def vote(self, item: int, rater: str, choice: str) -> None:
        """Keep which side of a pair a rater prefers: `a`, `b` or `tie`. Raises InputError for anything else."""
        self._known(item, "pair")
        if choice not in CHOICES:
            raise InputError(f"a vote is one of {', '.join(CHOICES)}")
        self._keep("INSERT OR REPLACE INTO votes VALUES (?, ?, ?)", (item, _name(rater), choice))

    def done(self, rater: str) -> dict[int, dict[str, Any]]:
        """A rater's answers by item: criterion to value, or `vote`."""
        found: dict[int, dict[str, Any]] = defaultdict(dict)
        name = _plain_name(rater)
        asked = "SELECT item, criterion, value FROM ratings WHERE rater = ?"
        for item, criterion, value in self._base.execute(asked, (name,)):
            found[item][criterion] = value
        for item, choice in self._base.execute("SELECT item, choice FROM votes WHERE rater = ?", (name,)):
            found[item]["vote"] = choice
        return dict(found)

    def ratings(self, criterion: str) -> list[tuple[str, float, list[float]]]:
        """Rated rows: id, probability, and what each rater said, raters in order of their names."""
        asked = """
            SELECT items.row_id, items.probability, ratings.value FROM ratings JOIN items USING (item)
            WHERE criterion = ? AND value IS NOT NULL ORDER BY items.row_id, ratings.rater"""
        found: dict[str, tuple[float, list[float]]] = {}
        for row_id, probability, value in self._base.execute(asked, (criterion,)):
            found.setdefault(row_id, (probability, []))[1].append(float(value))
        return [(row_id, *entry) for row_id, entry in found.items()]

    def votes(self) -> Iterator[dict[str, Any]]:
        """Pairs with their votes, in the form of `judge agree`; ties count half for each side."""
        asked = """
            SELECT row_id, other_id, SUM(choice = 'a'), SUM(choice = 'b'), SUM(choice = 'tie')
            FROM votes JOIN items USING (item) GROUP BY item ORDER BY row_id, other_id"""
        for a, b, for_a, for_b, ties in self._base.execute(asked):
            yield {"a": a, "b": b, "votes_a": for_a + ties / 2, "votes_b": for_b + ties / 2}

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep(self, command: str, values: tuple[Any, ...]) -> None:
        try:
            self._base.execute(command, values)
        except sqlite3.Error as error:
            raise DiskError(f"cannot write {self.path}: {error}", hint="Free space and answer again.") from error

    def _known(self, item: int, kind: str) -> None:
        found = self._base.execute("SELECT 1 FROM items WHERE item = ? AND kind = ?", (item, kind)).fetchone()
        if found is None:
            raise InputError(f"there is no {kind} {item!r}")


def export_labels(store: LabelStore, out: Path) -> dict[str, int]:
    """Write ratings as JSONL that `judge agree` and `judge calibrate` read, and votes beside it as `NAME.pairs.jsonl`.

    Returns:
        Rated rows by criterion, and `pairs`.
    """
    asked = store.about() or {}
    rows: dict[str, dict[str, Any]] = {}
    counts: dict[str, int] = {}
    for criterion in asked.get("criteria", ()):
        rated = store.ratings(criterion)
        counts[criterion] = len(rated)
        for row_id, probability, values in rated:
            row = rows.setdefault(row_id, {"id": row_id, "probability": probability})
            row[criterion] = values
    for row in rows.values():
        for criterion in asked.get("criteria", ()):
            row.setdefault(criterion, [])
    votes = list(store.votes())
    _put(out, rows.values())
    if votes:
        _put(out.with_suffix(".pairs.jsonl"), votes)
    return {**counts, "pairs": len(votes)}


def _put(path: Path, rows: Any) -> None:
    try:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise DiskError(f"cannot write {path}: {error.strerror}") from error


def _name(rater: str) -> str:
    plain = _plain_name(rater)
    if not plain:
        raise InputError("a rater needs a name")
    return plain


def _plain_name(rater: str) -> str:
    return " ".join(rater.split())[:_MAX_NAME]
