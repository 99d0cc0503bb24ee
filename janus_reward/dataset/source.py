"""A source of triples: any supported format behind one streaming, re-iterable object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from janus_reward.dataset.bounds import MAPPED_ROWS
from janus_reward.dataset.detect import detect_reader
from janus_reward.dataset.field_values import Problems
from janus_reward.dataset.fieldmap import FieldMap
from janus_reward.dataset.identity import SeenIds, content_id
from janus_reward.dataset.reader import RawRow, Reader
from janus_reward.dataset.record import Place, build_triple, explicit_id
from janus_reward.dataset.shapes import flat_fields
from janus_reward.errors import InputError
from janus_reward.triple import Triple


class Source:
    """Triples of a dataset, one for each of its rows, in order; memory stays flat (12 to 24 bytes an id).

    Args:
        reader: of the format.
        field_map: paths of fields that the records hold under other names.
        limit: rows to give at most.
    """

    def __init__(self, reader: Reader, *, field_map: FieldMap | None = None, limit: int | None = None) -> None:
        self._reader = reader
        self._field_map = field_map
        self._limit = limit

    @property
    def name(self) -> str:
        """The source as messages call it, without host paths."""
        return self._reader.name

    @property
    def format(self) -> str:
        """What was read: `jsonl`, `json`, `parquet`, `csv`, `datasets`, `hub` or `folder`."""
        return self._reader.format

    @property
    def note(self) -> str | None:
        """A remark for the user, such as that the source is empty; `None` when there is none."""
        return f"{self.name} holds no rows" if next(self._reader.rows(), None) is None else None

    def fingerprint(self) -> str:
        """Sha256 hex of what the source holds (not of the picture files that records name)."""
        return self._reader.fingerprint()

    def count(self) -> int | None:
        """Number of rows when cheap to know, within the limit, else `None`; for progress only."""
        count = self._reader.count()
        return count if count is None or self._limit is None else min(count, self._limit)

    def __iter__(self) -> Iterator[Triple]:
        return self.iter()

    def iter(self, start: int = 0) -> Iterator[Triple]:
        """Triples from row `start` on; rows before it are read for their ids only, so that ids stay the same."""
        seen = SeenIds()
        for row, raw in enumerate(islice(self._reader.rows(), self._limit)):
            fields = self._fields(raw)
            own = explicit_id(fields)
            id_, new = seen.claim(own or self._made_id(raw, row, fields), row)
            if row >= start:
                yield self._triple(raw, row, fields, id_, repeated=None if new else own)

    def check_map(self) -> None:
        """Raise InputError when a mapped path is in none of the first rows."""
        if self._field_map is not None:
            first = islice(self._reader.rows(), MAPPED_ROWS)
            self._field_map.check((raw.data for raw in first if raw.data is not None), self.name)

    def _fields(self, raw: RawRow) -> dict[str, object]:
        return {} if raw.data is None else flat_fields(raw.data, self._field_map)

    @staticmethod
    def _made_id(raw: RawRow, row: int, fields: Mapping[str, object]) -> str:
        return content_id(fields) if fields else f"damaged-row-{row}"

    @staticmethod
    def _triple(raw: RawRow, row: int, fields: Mapping[str, object], id_: str, *, repeated: str | None) -> Triple:
        problems = Problems()
        if raw.error is not None:
            problems.add(None, raw.error)
        if repeated is not None:
            problems.add(
                "id",
                f"{repeated[:80]!a} was used by an earlier row; this row is kept as {id_[:100]!a}, give it its own",
            )
        return build_triple(fields, Place(row, raw.file, raw.line, raw.folder), id_, problems)


def open_source(src: str, *, mapping: Mapping[str, str] | None = None, limit: int | None = None) -> Source:
    """Open a dataset: a file, a folder or a Hub id.

    Args:
        src: `FILE.jsonl[.gz|.zst]`, `.json`, `.parquet`, `.csv`, `.tsv`; a folder of Parquet or JSONL files, of
            `save_to_disk` (`PATH[:SPLIT]`), or of code files; `ORG/NAME[:SPLIT]` or `hf:ORG/NAME[#CONFIG][:SPLIT]`.
        mapping: field of a triple to path in the records, such as `{"instruction": "messages.0.content"}`.
        limit: rows to read at most.

    Raises:
        InputError: nothing is there, it is no data, or the mapping names unknown fields or paths.
    """
    if limit is not None and limit < 0:
        raise InputError(
            f"--limit {limit}: expected a number of rows, 0 or more", hint="Leave it out to read all rows."
        )
    field_map = FieldMap(mapping) if mapping else None
    source = Source(detect_reader(src), field_map=field_map, limit=limit)
    source.check_map()
    return source
