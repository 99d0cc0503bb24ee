"""The columns of a run that a policy looks at, in memory; texts and pictures stay on the disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from janus_reward.errors import InputError
from janus_reward.run import Run
from janus_reward.run.shards import parts
from janus_reward.triple import SHOWN_TASKS

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

_WORDS = ("outcome", "reason", "domain", "language", "task", "rubric", "error")
_PLAIN = ("id", "row", "score", "confidence", "flags", "gates")


class Rows:
    """A scored run as columns of equal length, in the order of its source.

    Args:
        run: a run of `score dataset`.

    Raises:
        InputError: the run has no scores, or none yet.
    """

    def __init__(self, run: Run) -> None:
        if run.folder.name != "scores" or not parts(run.folder):
            inside = run.path / "score"
            hint = f"Give {inside}." if inside.is_dir() else "Make it with `janus-reward score dataset SRC -o RUN`."
            raise InputError(f"{run.path} has no scores", hint=hint)
        self.run = run
        known = set(run.schema_names)
        self.criteria = [
            name[:-7] for name in run.schema_names if name.endswith("_reason") and name[:-7] in known
        ]  # a criterion NAME has a column NAME_reason
        reasons = [f"{name}_reason" for name in self.criteria]
        self._table = self._read([*_PLAIN, *_WORDS, *self.criteria, *reasons])

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @cached_property
    def ids(self) -> pa.Array:
        """Ids, (n,)."""
        return _whole(self._table["id"].cast(pa.large_string()))

    @cached_property
    def tie(self) -> NDArray[np.uint64]:
        """A number per row that depends on its id alone, (n,); orders equals whatever order the rows came in."""
        return hashes(self.ids)

    @property
    def row(self) -> NDArray[np.int64]:
        """Position in the source, (n,)."""
        return self._table["row"].to_numpy()  # type: ignore[no-any-return]

    def numbers(self, name: str) -> Floats:
        """A numeric column, NaN where there is no value, (n,)."""
        return np.asarray(self._table[name].to_numpy(), dtype=np.float64)

    def words(self, name: str) -> tuple[Codes, list[str]]:
        """A column of few words as codes into a sorted list; -1 where there is none."""
        column = _whole(self._table[name])
        return _coded(column)

    def lists(self, name: str) -> pa.ListArray:
        """A column of lists of words, such as `flags`."""
        return _whole(self._table[name])

    def slices(self, by: str) -> tuple[Codes, list[str]]:
        """Codes and names of a column's values, or of a path in meta such as `meta.source`; none is `-`."""
        if by.startswith("meta."):
            values = self.meta(by.removeprefix("meta."))
        elif by in self._table.schema.names:
            values = self._table[by]
        elif by in self.run.schema_names:
            values = self._read([by])[by]
        else:
            raise InputError(f"the run has no column {by!r}", hint="Use domain, language, task, rubric or meta.NAME.")
        if not _is_word(values.type):
            raise InputError(f"{by!r} is no column of words", hint="Use domain, language, task, rubric or meta.NAME.")
        codes, names = _coded(_whole(values))
        return np.where(codes < 0, len(names), codes).astype(np.int32), [*names, "-"]

    def meta(self, path: str) -> pa.Array:
        """A path in the rows' `meta` as text; null where it is absent."""
        keys = path.split(".")
        return self._streamed("meta", lambda column: pa.array([_at(text, keys) for text in column], pa.large_string()))

    def low_ends(self, name: str) -> Floats:
        """Lower ends of a criterion's intervals, NaN where there is none, (n,)."""
        return self._floats("intervals", lambda column: _low_end(column, name))

    def instructions(self) -> NDArray[np.uint64]:
        """A number per row, equal for prompts equal but for case and spaces, (n,).

        It is 0 where there is no instruction, and where the prompt shows a picture or code that a run does not hold:
        many reproductions say the same in words.
        """

        def hashed(column: pa.Array) -> pa.Array:
            plain = pc.replace_substring_regex(pc.utf8_lower(pc.utf8_trim_whitespace(column)), r"\s+", " ")
            return pa.array(hashes(plain.cast(pa.large_string())))

        tasks, names = self.words("task")
        more = np.isin(tasks, [at for at, name in enumerate(names) if name in SHOWN_TASKS])
        return np.where(more, np.uint64(0), self._streamed("instruction", hashed).to_numpy())

    def texts(self, name: str, chars: int) -> Sequence[pa.Array]:
        """The column `instruction` or `code` cut to so many characters, one array a batch; read as it is taken."""
        return _Texts(self.run, name, chars)

    def _floats(self, column: str, made: Callable[[pa.Array], Floats]) -> Floats:
        return np.concatenate([np.empty(0), *(made(batch.column(0)) for batch in self.run.batches([column]))])

    def _streamed(self, column: str, made: Callable[[pa.Array], pa.Array]) -> pa.Array:
        found = [made(batch.column(0)) for batch in self.run.batches([column])]
        return pa.concat_arrays(found) if found else made(pa.array([], pa.string()))

    def _read(self, columns: Sequence[str]) -> pa.Table:
        names = [name for name in columns if name in set(self.run.schema_names)]
        words = [name for name in names if name in _WORDS or name.endswith("_reason")]
        read = [pq.read_table(file, columns=names, read_dictionary=words) for file in parts(self.run.folder)]
        return pa.concat_tables(read).unify_dictionaries()


class _Texts(Sequence[pa.Array]):
    """Batches of one text column, read again each time they are gone through."""

    def __init__(self, run: Run, name: str, chars: int) -> None:
        self._run, self._name, self._chars = run, name, chars

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]

    def __iter__(self) -> Any:
        for batch in self._run.batches([self._name]):
            yield pc.utf8_slice_codeunits(batch.column(0), 0, self._chars)


def hashes(column: pa.Array) -> NDArray[np.uint64]:
    """The first 8 bytes of each text's blake2b, (n,) uint64; 0 where there is none or an empty one."""
    return np.fromiter(
        (
            int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
            if text
            else 0
            for text in column.to_pylist()
        ),
        np.uint64,
        len(column),
    )


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _coded(column: pa.Array) -> tuple[Codes, list[str]]:
    """Codes into the sorted list of values; -1 for null."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = [str(name) for name in encoded.dictionary.to_pylist()]
    ordered = sorted(set(names))
    number = {name: at for at, name in enumerate(ordered)}
    place = np.array([number[name] for name in names] or [0], dtype=np.int32)
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.where(codes < 0, -1, place[codes]).astype(np.int32), ordered


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _at(text: pa.Scalar, keys: Sequence[str]) -> str | None:
    plain = text.as_py()
    if not plain or keys[0] not in plain:
        return None
    value: Any = json.loads(plain)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else str(value)[:200]


def _low_end(intervals: pa.StructArray, name: str) -> Floats:
    if intervals.type.get_field_index(name) < 0:
        return np.full(len(intervals), np.nan)
    ends = intervals.field(name).to_pylist()
    return np.array([np.nan if not end or end[0] is None else end[0] for end in ends], dtype=np.float64)
