"""A detector that can be stopped: what it found so far goes to disk in segments, and idioms are counted across them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.decontaminate.confirm import Place
from janus_reward.decontaminate.detect import Detector, Hit, _Candidate
from janus_reward.decontaminate.items import Items
from janus_reward.decontaminate.paraphrase import Questions
from janus_reward.decontaminate.reading import Rows
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.batch import Batch


@dataclass(frozen=True, slots=True)
class Look:
    """What a detector found in some rows.

    Args:
        candidates: confirmed ones.
        counts: for each table of grams, places and rows that hold those grams.
        overlaps: rows by benchmark and source.
        rows: how many were looked at.
    """

    candidates: list[_Candidate]
    counts: list[tuple[Any, Any]]
    overlaps: Counter[tuple[str, str]]
    rows: int


class StoppableDetector(Detector):
    """A `Detector` whose state can be written down and taken up again.

    Args:
        benchmarks, settings: as for `Detector`.
    """

    def __init__(self, benchmarks: Sequence[Items], settings: DecontaminateSettings | None = None) -> None:
        super().__init__(benchmarks, settings)
        wanted = "paraphrase" in self.settings.channels
        self._questions = Questions(self.items, self.settings.paraphrase) if wanted else None

    @property
    def rows(self) -> int:
        """Rows looked at so far, in all segments."""
        return self._rows

    def look(self, rows: Rows) -> None:
        """Look at one batch, its further pictures and its prose included."""
        self.add(rows.batch)
        if self.pictures and rows.further:
            places = np.array([at for at, _ in rows.further], np.int64)
            batch, pictures = rows.batch, [data for _, data in rows.further]
            code = None if batch.code is None else batch.code.take(places)
            self._add_pictures(Batch(batch.ids.take(places), batch.rows[places], code=code, pictures=pictures))
        if self._questions:
            self._add_paraphrases(rows.batch, self._questions)

    def taken(self) -> Look:
        """What was found since the last call; forgotten here, for another detector to take over."""
        counts = []
        for array in self._counts():
            places = np.flatnonzero(array)
            counts.append((places, array[places].copy()))
            array[places] = 0
        look = Look(self._candidates, counts, self.overlaps, self._rows)
        self._candidates, self.overlaps, self._rows = [], Counter(), 0
        return look

    def take_over(self, look: Look) -> None:
        """Go on as if the rows of a look had just been seen here."""
        self._candidates += look.candidates
        self.overlaps.update(look.overlaps)
        self._rows += look.rows
        for array, (places, values) in zip(self._counts(), look.counts, strict=True):
            array[places] += values

    def write(self, path: Path) -> None:
        """Write the candidates since the last segment, and the counts so far; forget the candidates."""
        listed = [_as_json(candidate) for candidate in self._candidates]
        text = np.frombuffer(json.dumps(listed).encode(), np.uint8)
        counts = {f"rows_with_{k}": array for k, array in enumerate(self._counts())}
        with path.open("wb") as file:
            overlaps = np.frombuffer(
                json.dumps(sorted((*key, n) for key, n in self.overlaps.items())).encode(), np.uint8
            )
            np.savez(file, candidates=text, overlaps=overlaps, rows=np.int64(self._rows), **counts)
        self._candidates = []

    def take_up(self, path: Path) -> None:
        """Go on after the segment at `path`, as if all rows before it had just been seen."""
        with np.load(path, allow_pickle=False) as saved:
            self._rows = int(saved["rows"])
            told = json.loads(saved["overlaps"].tobytes())
            self.overlaps = Counter({(benchmark, source): rows for benchmark, source, rows in told})
            for k, array in enumerate(self._counts()):
                array[:] = saved[f"rows_with_{k}"]

    def segment_hits(self, path: Path) -> list[Hit]:
        """The hits of one segment, when the whole corpus has been seen."""
        with np.load(path, allow_pickle=False) as saved:
            listed = json.loads(saved["candidates"].tobytes())
        self._candidates = [_from_json(one) for one in listed]
        try:
            return list(_once(self.hits()))
        finally:
            self._candidates = []

    def _counts(self) -> list[Any]:
        return list(self._word_scan.rows_with) if self.words else []

    def _add_paraphrases(self, batch: Batch, questions: Questions) -> None:
        columns = [
            [None] * len(batch) if column is None else column.to_pylist() for column in (batch.instruction, batch.code)
        ]
        for found in questions.matches(*columns):
            owner = self.items[found.item]
            place = Place(found.kept, 0, len(found.row_text), 0, len(found.item_text), found.row_text, found.item_text)
            hit = Hit(
                int(batch.rows[found.row]), str(batch.ids[found.row]), owner.benchmark, owner.id, "question",
                "paraphrase", found.cosine, place,
            )  # fmt: skip
            self._candidates.append(_Candidate(hit))


def _once(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Of several hits of one row, item, channel and evidence, the surest."""
    seen: set[tuple[int, str, str, str, str]] = set()
    for hit in hits:
        key = (hit.row, hit.benchmark, hit.item, hit.channel, hit.evidence)
        if key not in seen:
            seen.add(key)
            yield hit


def _as_json(candidate: _Candidate) -> dict[str, Any]:
    grams = None if candidate.grams is None else candidate.grams.tolist()
    return asdict(replace(candidate, grams=None)) | {"grams": grams}


def _from_json(saved: dict[str, Any]) -> _Candidate:
    hit = dict(saved["hit"])
    hit["place"] = None if hit["place"] is None else Place(**hit["place"])
    grams = None if saved["grams"] is None else np.array(saved["grams"], np.int64)
    return _Candidate(**{**saved, "hit": Hit(**hit), "grams": grams})


class Segments:
    """The finished parts of a look at a corpus: candidates (`.npz`, written last) and ids (`.parquet`) of each.

    Args:
        folder: made when absent.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        for leftover in folder.glob("*.part"):
            leftover.unlink()

    def path(self, number: int) -> Path:
        """The candidates of a segment."""
        return self._folder / f"{number:06d}.npz"

    def finished(self) -> int:
        """How many segments are there, from the first on."""
        number = 0
        while self.path(number).exists():
            number += 1
        return number

    def complete(self) -> bool:
        """Whether the last one is there too."""
        return (self._folder / "complete").exists()

    def end(self) -> None:
        """Say that there are no more."""
        (self._folder / "complete").touch()

    def identities(self, number: int) -> pa.Table:
        """`row`, `id` and `errors` of the rows of a segment."""
        return pq.read_table(self.path(number).with_suffix(".parquet"))

    def write(self, detector: StoppableDetector, rows: Sequence[Rows]) -> None:
        """Write what the detector has found in these rows as the next segment."""
        target = self.path(self.finished())
        part = target.with_suffix(".part")
        pq.write_table(pa.concat_tables([_NO_ROWS, *map(_identities, rows)]), part, compression="zstd")
        part.replace(target.with_suffix(".parquet"))
        detector.write(part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)


_NO_ROWS = pa.schema([("row", pa.int64()), ("id", pa.string()), ("errors", pa.int64())]).empty_table()


def _identities(rows: Rows) -> pa.Table:
    """Positions and ids; the number of a batch's errors stands in its first row."""
    errors = np.zeros(len(rows.batch), np.int64)
    errors[:1] = rows.batch.errors
    columns = [pa.array(rows.batch.rows), pa.array(rows.batch.ids).cast(pa.string()), pa.array(errors)]
    return pa.table(columns, schema=_NO_ROWS.schema)
