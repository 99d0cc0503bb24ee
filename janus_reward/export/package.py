"""`export_selection`: a selection in, a folder out that can be trained on, published and checked."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from janus_reward.dataset import Source
from janus_reward.errors import DiskError, InputError, RunConflict
from janus_reward.export.card import About, card
from janus_reward.export.croissant import croissant
from janus_reward.export.files import Pictures, finished, write_jsonl, write_parquet, write_tar
from janus_reward.export.formats import Format, Kind, Row, columns, format_named, rows
from janus_reward.export.records import Records
from janus_reward.export.wanted import pairs, wanted_records
from janus_reward.origin import given_source, recorded_source
from janus_reward.render.store import digest
from janus_reward.run import Run
from janus_reward.select.selection import Selection, exportable
from janus_reward.triple import SHOWN_TASKS

Writer = Callable[[Iterator[Row], Mapping[str, Kind], Path, str], list[Path]]

_WRITERS: dict[str, Writer] = {"parquet": write_parquet, "jsonl": write_jsonl, "tar": write_tar}
_CERTIFICATE = "certificate.json"


def export_selection(
    selection: str | Path | Selection,
    out: str | Path,
    form: str,
    *,
    source: str | Path | None = None,
    run: str | Path | None = None,
    name: str | None = None,
    validation: float = 0.0,
    margin: float = 0.5,
    pairs_per_prompt: int = 3,
    coverage: float | None = None,
) -> dict[str, Any]:
    """Write a training set; the folder appears when it is complete, the same call on it returns what it holds.

    Args:
        selection: of `select_run`.
        out: the folder.
        form: name of a format, see `FORMATS`.
        source: the dataset that the run scored, when it was moved. Where it is not found, rows whose prompt shows a
            picture or earlier code are left out.
        run: where the run lies now, when it was moved.
        name: of the set, in its card; the folder's when absent.
        validation: share of the prompts that go to a validation split, all answers of a prompt together.
        margin: least difference of the scores of a preference pair.
        pairs_per_prompt: of preference.
        coverage: share of scored rows to accept instead of the policy's floor.

    Returns:
        The manifest of the set, with its `path`.

    Raises:
        InputError: the selection, the source or a value cannot be used, or too few rows are scored; RunConflict: the
            folder holds something else; DiskError: it cannot be written.
    """
    chosen, asked = selection if isinstance(selection, Selection) else Selection(selection), format_named(form)
    if not 0 <= validation < 1:
        raise InputError(f"a validation share of {validation:g} is not in [0, 1)")
    exportable(chosen, coverage)
    opened, target = chosen.run(run), Path(out)
    dataset = _source(source, opened, chosen)
    settings = {
        "format": asked.name,
        "name": name or target.name,
        "selection": digest(chosen.manifest["settings"]),
        "source": None if dataset is None else opened.manifest["settings"].get("source_sha256"),
        "validation": validation,
        "margin": margin if asked.wanted == "pairs" else None,
        "pairs_per_prompt": pairs_per_prompt if asked.wanted == "pairs" else None,
        "janus_reward": version("janus-reward"),
    }
    known = _finished(target, settings)
    if known is not None:
        return {**known, "path": str(target)}
    records = Records(chosen, opened, dataset)
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        manifest = _write(part, records, asked, settings)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        told = getattr(error, "strerror", None) or error
        raise DiskError(f"cannot write {target}: {told}", hint="Free space and run the same command again.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return {**manifest, "path": str(target)}


def _write(folder: Path, records: Records, form: Format, settings: dict[str, Any]) -> dict[str, Any]:
    kinds = columns(form, records.criteria)
    if not _shows(records):
        kinds.pop("images", None)
    splits, shards = _splits(folder, records, form, kinds, settings)
    about = About(
        settings, form, records.selection, records.run, splits, shards, dict(sorted(records.left_out.items())),
        dict(records.licences.most_common()), kinds, _certificate(records.selection, folder),
    )  # fmt: skip
    if form.name == "sharegpt":
        _put(folder / "dataset_info.json", _dataset_info(settings["name"], splits, kinds))
    (folder / "README.md").write_text(card(about), encoding="utf-8")
    _put(folder / "croissant.json", croissant(about, _hashes(folder)))
    manifest = {
        **settings,
        "rows": sum(splits.values()),
        "splits": splits,
        "left_out": about.left_out,
        "policy": records.selection.manifest["settings"]["policy"],
        "run": records.run.manifest["settings"],
        "files": _hashes(folder),
    }
    _put(folder / "manifest.json", manifest)
    return manifest


def _splits(
    folder: Path, records: Records, form: Format, kinds: dict[str, Kind], settings: dict[str, Any]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Write every split, in one pass over the records each; rows by split, and the files."""
    pictures, share = Pictures(folder, records.run), float(settings["validation"])
    counts: Counter[str] = Counter()
    paths: list[Path] = []
    for split in ("train", "validation") if share else ("train",):

        def chosen(split: str = split) -> Iterator[Row]:
            for group, row in rows(form, _records(folder, records, form, settings)):
                if ("validation" if int(group[:8], 16) < share * 2**32 else "train") == split:
                    counts[split] += 1
                    yield finished(row, kinds, pictures)

        paths += _WRITERS[form.container](chosen(), kinds, folder, split)
    return dict(counts), tuple(path.relative_to(folder).as_posix() for path in paths)


def _records(folder: Path, records: Records, form: Format, settings: dict[str, Any]) -> Iterator[Any]:
    if form.wanted != "pairs":
        return wanted_records(records, form)
    return pairs(records, form, folder, settings["margin"], settings["pairs_per_prompt"])


def _shows(records: Records) -> bool:
    """Whether any prompt can hold a picture: a trainer takes a set with a column of pictures for a visual one."""
    tasks = records.selection.summary["slices"]["task"]
    return records.source is not None and any(name in SHOWN_TASKS for name in tasks)


def _certificate(selection: Selection, folder: Path) -> dict[str, Any] | None:
    """The certificate of `decontaminate`, copied beside the data; `None` when there was no such check."""
    where = selection.manifest["info"].get("contamination")
    if where is None:
        return None
    try:
        certificate = json.loads((selection.path / where / _CERTIFICATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    _put(folder / _CERTIFICATE, certificate)
    return certificate if isinstance(certificate, dict) else None


def _dataset_info(name: str, splits: Mapping[str, int], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """What LLaMA-Factory reads: one entry a split."""
    fields = {"messages": "conversations", **({"images": "images"} if "images" in kinds else {})}
    tags = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
    return {
        name if split == "train" else f"{name}_{split}": {
            "file_name": f"{split}.jsonl",
            "formatting": "sharegpt",
            "columns": fields,
            "tags": tags,
        }
        for split in splits
    }


def _hashes(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        found.append({"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256})
    return found


def _finished(target: Path, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return None
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if {name: manifest.get(name) for name in settings} != dict(settings):
        raise RunConflict(f"{target} holds something else", hint="Choose another folder for -o, or delete that one.")
    found: dict[str, Any] = manifest
    return found


def _source(named: str | Path | None, run: Run, selection: Selection) -> Source | None:
    """The scored dataset, as named or where the run found it; `None` when no prompt needs it or it is gone."""
    if named is not None:
        return given_source(named, run)
    tasks = selection.summary["slices"]["task"]
    return recorded_source(run) if any(task in SHOWN_TASKS for task in tasks) else None


def _put(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
