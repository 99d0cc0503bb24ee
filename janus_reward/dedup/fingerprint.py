"""The first stage: a batch of records in, their fingerprints out. Stateless, so that any engine can run it anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from janus_reward.dedup.batch import Batch
from janus_reward.dedup.minhash import band_keys
from janus_reward.dedup.pictures import KEY_COLUMNS, PictureFeatures, picture_features
from janus_reward.dedup.settings import DedupSettings
from janus_reward.dedup.shingle import Shingler, ShingleSets, Utf8Column, utf8_column

_MIX = np.uint64(0x9E3779B97F4A7C15)
_PICTURE_WEIGHTS = np.random.RandomState(20).randint(1, 2**63, 6912, dtype=np.uint64) | np.uint64(1)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """What is known of a batch for comparing; plain arrays.

    Args:
        ids, rows, scores: of the batch.
        content: (n,) uint64 hash over all that is compared; equal contents have equal hashes wherever they stand.
        sets: shingle sets of `code` and of `instruction`, where they are compared.
        texts: the bytes of the first of those, for showing the part that two records share.
        families: (n,) uint8 families of the code's languages.
        pictures: features of the pictures, when they are compared.
        keys: name of a band to its keys, (n,) uint64; 0 where the record does not take part.
        errors, troubles: of the batch.
    """

    ids: pa.Array
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    content: NDArray[np.uint64]
    sets: dict[str, ShingleSets]
    texts: dict[str, Utf8Column]
    families: NDArray[np.uint8]
    pictures: PictureFeatures | None
    keys: dict[str, NDArray[np.uint64]]
    errors: int = 0
    troubles: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


class FingerprintStage:
    """Fingerprints batches under fixed settings; picklable."""

    def __init__(self, settings: DedupSettings) -> None:
        self._settings = settings
        self._shinglers = shinglers(settings)

    def __call__(self, batch: Batch) -> Fingerprints:
        """The fingerprints of one batch."""
        count = len(batch)
        texts = {name: utf8_column(_column(batch, name)) for name in self._shinglers}
        families = self._shinglers["code"].families(batch.languages, count) if "code" in texts else _none(count)
        sets = {
            name: shingler.column_sets(texts[name], families if name == "code" else shingler.families(None, count))
            for name, shingler in self._shinglers.items()
        }
        pictures = picture_features(batch.pictures or [None] * count) if "render" in self._settings.on else None
        scores = np.full(count, np.nan) if batch.scores is None else batch.scores
        return Fingerprints(
            batch.ids, batch.rows, scores, _content(sets, pictures, count), sets, texts, families, pictures,
            self._keys(sets, pictures), batch.errors, batch.troubles,
        )  # fmt: skip

    def _keys(self, sets: dict[str, ShingleSets], pictures: PictureFeatures | None) -> dict[str, NDArray[np.uint64]]:
        """The bands of what leads: the first modality that a record has, or each of them under `any`."""
        keys: dict[str, NDArray[np.uint64]] = {}
        settings = self._settings
        bands, rows = settings.banding
        open_: NDArray[np.bool_] | None = None
        for name, members in sets.items():
            has = members.exact != 0
            takes = has if open_ is None else has & open_
            if takes.any():
                found = band_keys(members, bands, rows, num_perm=settings.num_perm, seed=settings.seed)
                keys[f"{name}.exact"] = np.where(takes, members.exact, 0)
                keys |= {f"{name}.{band:03d}": np.where(takes, found[band], 0) for band in range(bands)}
            if settings.agree != "any":
                open_ = ~has if open_ is None else open_ & ~has
        if pictures is not None:
            keys |= _picture_keys(pictures, open_)
        return keys


def shinglers(settings: DedupSettings) -> dict[str, Shingler]:
    """How each text that is compared becomes a set, the leading one first."""
    known = {
        "code": Shingler(settings.shingle, settings.normalise),
        "instruction": Shingler(settings.prose_shingle, prose=True),
    }
    return {name: shingler for name, shingler in known.items() if name in settings.on}


def _picture_keys(pictures: PictureFeatures, open_: NDArray[np.bool_] | None) -> dict[str, NDArray[np.uint64]]:
    takes = pictures.of >= 0 if open_ is None else (pictures.of >= 0) & open_
    if not takes.any():
        return {}
    keys = {}
    for column in range(KEY_COLUMNS):
        spread = np.zeros(len(takes), np.uint64)
        spread[takes] = pictures.keys[column, pictures.of[takes]]
        keys[f"render.{column:03d}"] = spread
    return keys


def _content(sets: dict[str, ShingleSets], pictures: PictureFeatures | None, count: int) -> NDArray[np.uint64]:
    content = np.zeros(count, np.uint64)
    for members in sets.values():
        content = (content ^ members.exact) * _MIX
        content ^= content >> np.uint64(31)
    if pictures is not None and len(pictures.ink):
        marks = pictures.ink.astype(np.uint64) @ _PICTURE_WEIGHTS
        content[pictures.of >= 0] ^= marks[pictures.of[pictures.of >= 0]]
    return content * _MIX


def _column(batch: Batch, name: str) -> pa.Array:
    column = batch.code if name == "code" else batch.instruction
    return pa.nulls(len(batch), pa.large_string()) if column is None else column


def _none(count: int) -> NDArray[np.uint8]:
    return np.zeros(count, np.uint8)
