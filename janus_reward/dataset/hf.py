"""The `datasets` library: folders of `save_to_disk`, and Hub ids, streamed. Pictures stay undecoded bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from janus_reward.dataset.arrow_rows import DAMAGE, batch_rows, rows_of
from janus_reward.dataset.identity import files_sha256
from janus_reward.dataset.reader import RawRow, Reader
from janus_reward.errors import InputError

_HUB = re.compile(r"(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:#(?P<config>[\w.-]+))?(?::(?P<split>[\w.-]+))?")
_HUB_BATCH = 64


class SavedReader:
    """Rows of a `save_to_disk` folder; of one with several splits, split after split in its own order.

    Args:
        path: the folder.
        splits: loaded datasets by split name; the name is empty for a folder without splits.
        name: of the source, for messages.
    """

    format = "datasets"

    def __init__(self, path: Path, splits: Mapping[str, Any], name: str) -> None:
        self.name = name
        self._path = path
        self._splits = dict(splits)

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows; rows that cannot be read are rows with an error."""
        folder = self._path.resolve()
        for split, dataset in self._splits.items():
            name = f"{self._path.name}/{split}" if split else self._path.name
            for data, error in _saved_rows(dataset):
                yield RawRow(data, name, None, error, folder)

    def count(self) -> int | None:
        """Rows of all splits."""
        return sum(len(dataset) for dataset in self._splits.values())

    def fingerprint(self) -> str:
        """Sha256 over the names and bytes of the folder's files, and the splits read."""
        files = [(file.relative_to(self._path).as_posix(), file) for file in self._path.rglob("*") if file.is_file()]
        return hashlib.sha256(f"{files_sha256(files)}\0{chr(0).join(self._splits)}".encode()).hexdigest()


def open_saved(path: Path, split: str | None) -> Reader:
    """The reader for a `save_to_disk` folder. Raises InputError when it cannot be loaded or lacks the split."""
    from datasets import DatasetDict, load_from_disk

    name = path.resolve().name
    try:
        loaded = load_from_disk(str(path))
    except (*DAMAGE, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{name}: the `datasets` folder cannot be loaded ({type(error).__name__})",
            hint="Write it again with Dataset.save_to_disk.",
        ) from None
    splits: dict[str, Any] = dict(loaded) if isinstance(loaded, DatasetDict) else {"": loaded}
    if split is None:
        return SavedReader(path, splits, name)
    if split not in splits:
        held = ", ".join(filter(None, splits)) or "none"
        raise InputError(f"{name}: there is no split `{split}`", hint=f"Splits: {held}.")
    return SavedReader(path, {split: splits[split]}, f"{name}:{split}")


def _saved_rows(dataset: Any) -> Iterator[tuple[dict[str, Any] | None, str | None]]:
    given = 0
    size = batch_rows(dataset.data.nbytes, len(dataset))
    try:
        for table in dataset.with_format("arrow").iter(batch_size=size):
            for row in rows_of(table):
                given += 1
                yield row
    except DAMAGE:
        for _ in range(len(dataset) - given):
            yield None, "this part of the dataset is damaged; the row is lost, write the dataset again"


class HubReader:
    """Rows of a Hub dataset, streamed at one pinned revision.

    Args:
        name: the reference as given: `ORG/NAME[#CONFIG][:SPLIT]`.
        splits: streaming datasets by split name.
        revision: commit of the dataset.
    """

    format = "hub"

    def __init__(self, name: str, splits: Mapping[str, Any], revision: str) -> None:
        self.name = name
        self.revision = revision
        self._splits = dict(splits)

    def rows(self) -> Iterator[RawRow]:
        """Stream the rows. Raises InputError when the connection breaks; the same command goes on from there."""
        for split, dataset in self._splits.items():
            try:
                for table in dataset.with_format("arrow").iter(batch_size=_HUB_BATCH):
                    for data, error in rows_of(table):
                        yield RawRow(data, f"{self.name}/{split}", None, error, None)
            except Exception as error:  # whatever the network and the dataset's own files raise
                raise InputError(
                    f"{self.name}: reading split {split} from the Hub failed ({type(error).__name__})",
                    hint="Check the network and run the same command again.",
                ) from error

    def count(self) -> int | None:
        """Rows of all splits when the Hub says so, else `None`."""
        known = [(dataset.info.splits or {}).get(split) for split, dataset in self._splits.items()]
        return sum(about.num_examples for about in known if about) if known and all(known) else None

    def fingerprint(self) -> str:
        """Sha256 over the reference, the splits and the revision."""
        return hashlib.sha256("\0".join([self.name, *self._splits, self.revision]).encode()).hexdigest()


def open_hub(reference: str) -> Reader:
    """The reader for `ORG/NAME[#CONFIG][:SPLIT]`. Raises InputError when it cannot be reached."""
    asked = _HUB.fullmatch(reference)
    if asked is None:
        raise InputError(
            f"hf:{reference}: is no Hub id", hint="Write hf:ORG/NAME, hf:ORG/NAME:SPLIT or hf:ORG/NAME#CONFIG:SPLIT."
        )
    try:
        revision, loaded = _load(asked["id"], asked["config"])
    except Exception as error:  # the Hub's client has errors of several libraries
        raise InputError(
            f"{reference}: cannot be read from the Hub ({type(error).__name__})",
            hint="Check the id and the network (offline: give a local file or folder), and log in for gated sets.",
        ) from error
    split = asked["split"]
    if split is not None and split not in loaded:
        raise InputError(f"{reference}: there is no split `{split}`", hint=f"Splits: {', '.join(loaded)}.")
    return HubReader(reference, {split: loaded[split]} if split else loaded, revision)


def _load(hub_id: str, config: str | None) -> tuple[str, dict[str, Any]]:
    from datasets import load_dataset
    from huggingface_hub import HfApi

    revision = HfApi().dataset_info(hub_id).sha or ""
    return revision, dict(load_dataset(hub_id, config, revision=revision or None, streaming=True))
