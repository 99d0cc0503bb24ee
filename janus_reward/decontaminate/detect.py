"""From batches of rows to hits: candidates by shared grams, confirmed one by one, idioms of the corpus discounted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from janus_reward.decontaminate.confirm import Place, structure_place, words_place
from janus_reward.decontaminate.grams import Found, Scan
from janus_reward.decontaminate.items import Item, Items
from janus_reward.decontaminate.parts import SHORT, WORD, Part, code_parts, tokens_of, word_parts
from janus_reward.decontaminate.pictures import PictureParts
from janus_reward.decontaminate.plotted import other_data
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.dedup.batch import Batch
from janus_reward.dedup.families import HASH, TEXT
from janus_reward.dedup.shingle import Shingler, Utf8Column, utf8_column
from janus_reward.dedup.structure import STRUCTURE, triple_quotes

_VERBATIM, _COMMON = 0.8, 0.0005
"""From this share of a part on it is there whether its words are common or not; the share of rows that makes common."""
_BREAK, _NOTHING = pa.scalar("\n", pa.large_string()), pa.scalar("", pa.large_string())
_TRIPLES = ('"""', "'''")
_SHORT_ROW = 2.5
"""A short item is no evidence in an instruction that is longer than this many times the item."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that holds one item.

    Args:
        row, id: of the row.
        benchmark, item: whose item it is.
        evidence: the part found: `question`, `answer`, `code` or `picture`.
        channel: how it was found.
        similarity: share of the part's grams (or similarity of pictures).
        place: where, and how much the second check found; `None` for pictures.
    """

    row: int
    id: str
    benchmark: str
    item: str
    evidence: str
    channel: str
    similarity: float
    place: Place | None

    def as_dict(self) -> dict[str, Any]:
        """Flat, for a table."""
        place = asdict(self.place) if self.place else dict.fromkeys(Place.__dataclass_fields__)
        own = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "place"}
        return own | {("confirmed" if name == "share" else name): value for name, value in place.items()}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A confirmed candidate; how common the grams are that it shares (of table `table`) shows at the end."""

    hit: Hit
    table: int = 0
    least: int = 0
    grams: NDArray[np.int64] | None = None


class Detector:
    """Looks for the items of benchmarks in batches of rows; `hits` says what was found, when all is read.

    Args:
        benchmarks: with their items.
        settings: how.
    """

    def __init__(self, benchmarks: Sequence[Items], settings: DecontaminateSettings | None = None) -> None:
        self.settings = settings or DecontaminateSettings()
        self.items: tuple[Item, ...] = tuple(item for one in benchmarks for item in one.items)
        self._candidates: list[_Candidate] = []
        self._rows = 0
        self._marks = [(one.benchmark.id, mark.lower()) for one in benchmarks for mark in one.benchmark.sources]
        self.overlaps: Counter[tuple[str, str]] = Counter()
        channels = self.settings.channels
        self.words = word_parts(self.items, self.settings) if "words" in channels else None
        self.code = code_parts(self.items, self.settings) if "structure" in channels else None
        self.pictures = PictureParts.of(self.items, self.settings.picture) if "picture" in channels else None
        if self.words:
            tables = (self.words.words, self.words.phrases)
            self._word_scan = Scan(tables, (self.words.least_words, self.words.least_phrases), 0)
        if self.code:
            self._code_scan = Scan((self.code.table,), (self.code.least,), STRUCTURE)

    def add(self, batch: Batch) -> None:
        """Look at one batch."""
        count = len(batch)
        self._rows += count
        self._note_sources(batch)
        empty = pa.nulls(count, pa.large_string())
        instruction, code = (
            empty if column is None else column.cast(pa.large_string()) for column in (batch.instruction, batch.code)
        )
        if self.words:
            self._add_words(batch, instruction, code)
        if self.code and batch.code is not None:
            self._add_code(batch, code)
        if self.pictures and batch.pictures is not None:
            self._add_pictures(batch)

    def hits(self) -> list[Hit]:
        """All hits, by row, the surest of each row and item first; idioms of the corpus that was added discounted."""
        kept = [candidate.hit for candidate in self._candidates if self._holds(candidate)]
        kept.sort(key=lambda hit: (hit.row, hit.benchmark, hit.item, -hit.similarity, hit.channel, hit.evidence))
        return kept

    def _note_sources(self, batch: Batch) -> None:
        """Count rows that come from where a benchmark was taken from: `overlaps`, by benchmark and source."""
        told = Counter(name for name in (batch.sources.to_pylist() if batch.sources is not None else ()) if name)
        for name, rows in told.items():
            for benchmark in dict.fromkeys(owner for owner, mark in self._marks if mark in name.lower()):
                self.overlaps[benchmark, name] += rows

    def _holds(self, candidate: _Candidate) -> bool:
        if candidate.grams is None or (candidate.table == 0 and candidate.hit.similarity >= _VERBATIM):
            return True
        common = max(self.settings.phrase_rows, int(self._rows * _COMMON))
        rare = int((self._word_scan.rows_with[candidate.table][candidate.grams] <= common).sum())
        return rare >= candidate.least

    def _add_words(self, batch: Batch, instruction: pa.Array, code: pa.Array) -> None:
        joined = pc.binary_join_element_wise(instruction, code, _BREAK, null_handling="replace", null_replacement="")
        column = utf8_column(joined)
        families = np.full(len(batch), TEXT, np.uint8)
        words, phrases = self._word_scan(column, families)
        assert self.words is not None
        seen: set[tuple[int, int]] = set()
        for table, found, grams, least in (
            (0, words, self.words.words, self.words.least_words),
            (1, phrases, self.words.phrases, self.words.least_phrases),
        ):
            for row, number, share in _shares(found, grams.sizes):
                if (row, number) in seen:
                    continue
                seen.add((row, number))
                part = self.words.parts[number]
                if part.length < SHORT and not _short_row(instruction[row].as_py() or "", part):
                    continue
                place = words_place(column.text(row), part, self.words.idioms)
                if place is not None and place.share >= self.settings.confirmed:
                    shared = np.intersect1d(found.grams[row], grams.of_part(number))
                    hit = self._hit(batch, row, part, "words", share, place)
                    self._candidates.append(_Candidate(hit, table, int(least[number]), shared))

    def _add_code(self, batch: Batch, code: pa.Array) -> None:
        assert self.code is not None
        families = Shingler(normalise=STRUCTURE).families(batch.languages, len(batch))
        column = utf8_column(code)
        self._add_structure(batch, column, families, np.arange(len(batch)), "")
        for mark, odd in zip(_TRIPLES, _odd(column), strict=True):
            odd &= families == HASH
            if odd.any():
                places = np.flatnonzero(odd)
                opened = pc.binary_join_element_wise(
                    pa.scalar(mark, pa.large_string()), code.take(places), pa.scalar("", pa.large_string())
                )
                self._add_structure(batch, utf8_column(opened), families[places], places, mark)

    def _add_structure(
        self, batch: Batch, column: Utf8Column, families: NDArray[np.uint8], places: NDArray[np.int64], before: str
    ) -> None:
        """Look at codes of the rows at `places`, which have `before` in front of them."""
        assert self.code is not None
        (found,) = self._code_scan(column, families)
        for at, number, share in _shares(found, self.code.table.sizes):
            part = self.code.parts[number]
            place = structure_place(column.text(at), int(families[at]), part)
            if place is not None and place.share >= self.settings.renaming:
                moved = replace(
                    place, row_start=max(0, place.row_start - len(before)), row_end=place.row_end - len(before)
                )
                self._candidates.append(_Candidate(self._hit(batch, int(places[at]), part, "structure", share, moved)))

    def _add_pictures(self, batch: Batch) -> None:
        assert self.pictures is not None
        for row, item, similarity in self.pictures.matches(batch.pictures or ()):
            owner = self.items[item]
            if batch.code is not None and other_data(batch.code[row].as_py(), owner.code):
                continue
            hit = Hit(
                int(batch.rows[row]), str(batch.ids[row]), owner.benchmark, owner.id, "picture", "picture", similarity,
                None,
            )  # fmt: skip
            self._candidates.append(_Candidate(hit))

    def _hit(self, batch: Batch, row: int, part: Part, channel: str, share: float, place: Place) -> Hit:
        item = self.items[part.item]
        number, id_ = int(batch.rows[row]), str(batch.ids[row])
        return Hit(number, id_, item.benchmark, item.id, part.role, channel, share, place)


def _odd(column: Utf8Column) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which codes open a string of each of `_TRIPLES` and never close it, or the other way: windows of a file."""
    double, single = np.zeros((2, len(column.offsets) - 1), np.int64)
    triple_quotes(column.data, column.offsets, double, single)
    return double % 2 == 1, single % 2 == 1


def _shares(found: Found, sizes: NDArray[np.int64]) -> list[tuple[int, int, float]]:
    """Row, part and share of the part's grams, of every candidate."""
    shares = found.counts / sizes[found.parts]
    return list(zip(found.rows.tolist(), found.parts.tolist(), shares.tolist(), strict=True))


def _short_row(instruction: str, part: Part) -> bool:
    return len(tokens_of(WORD, instruction, TEXT)[0]) <= _SHORT_ROW * part.length
