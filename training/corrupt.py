"""Make pairs of a good and a damaged triple: `python training/corrupt.py SRC... -o OUT`.

SRC is anything `janus-reward score dataset` reads, as PATH or NAME=PATH; all of its rows must be good answers (rows
whose meta says `twin_of` are passed over). OUT gets `triples.jsonl` (all good and damaged triples as records that can
be scored) and `pairs.parquet` (which is which, with kind, severity, what must drop and what must not). The same command
resumes where it was stopped.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from janus_reward.cli.display import progress_bar
from janus_reward.corrupt import HELD_OUT_SOURCES, KINDS, Corruption
from janus_reward.corrupt.deal import Damaged, chosen, dealt
from janus_reward.corrupt.pixels import MIN_SHARE, changed_share
from janus_reward.corrupt.records import record
from janus_reward.dataset import open_source
from janus_reward.errors import InputError, JanusError
from janus_reward.rubric import RubricSet
from janus_reward.run import Run
from janus_reward.scoring import render_dataset
from janus_reward.triple import Triple

_SHOWN = ("ok", "partial", "not_needed")
PAIRS_SCHEMA = pa.schema(
    [
        ("good_id", pa.string()),
        ("bad_id", pa.string()),
        ("kind", pa.string()),
        ("family", pa.string()),
        ("severity", pa.int8()),
        ("lowers", pa.list_(pa.string())),
        ("keeps", pa.list_(pa.string())),
        ("visible", pa.bool_()),
        ("changed_share", pa.float64()),
        ("good_outcome", pa.string()),
        ("bad_outcome", pa.string()),
        ("holdout", pa.bool_()),
        ("holdout_kind", pa.bool_()),
        ("holdout_source", pa.bool_()),
        ("source", pa.string()),
        ("domain", pa.string()),
        ("task", pa.string()),
        ("language", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One good and one damaged record before they are rendered."""

    source: str
    good_id: str
    bad_id: str
    damaged: Damaged


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of rendering one record."""

    outcome: str | None
    stills: list[Path]
    error: str | None
    libraries_missing: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, damage, render, compare, write."""
    options = _options(arguments)
    console = Console(stderr=True)
    try:
        pairs = list(_pairs(options))
        candidates = _write_candidates(pairs, options.out)
        with progress_bar(console, "rendering") as show:
            run = render_dataset(
                candidates,
                options.out / "render",
                render="always",
                workers=options.workers,
                cache=options.cache,
                on_progress=show,
            )
        kept, thrown = _compared(pairs, _seen(run))
        _write(pairs, kept, options.out)
    except JanusError as error:
        console.print(f"[red]{error}[/]")
        return error.exit_code
    console.print(_summary(kept, thrown))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="SRC", help="PATH or NAME=PATH of good triples")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT")
    parser.add_argument(
        "--goods",
        action="append",
        default=[],
        metavar="N|NAME=N",
        help="good triples taken of each source (50), or of one",
    )
    parser.add_argument("--per-triple", type=int, default=6, metavar="N", help="kinds of damage each gets at most (6)")
    parser.add_argument("--controls", type=int, default=1, metavar="N", help="harmless changes each gets (1)")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help="only these kinds or families")
    parser.add_argument(
        "--labels",
        action="append",
        default=[],
        metavar="NAME=FILE:FIELD:MIN",
        help="of source NAME only rows with such a label",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep renders here between runs")
    return parser.parse_args(arguments)


def _pairs(options: argparse.Namespace) -> Iterator[Pair]:
    """Every good triple with each damaged one; ids are unique over all sources."""
    kinds, labels, ids = _kinds(options.kinds), dict(map(_labelled, options.labels)), Counter[str]()
    counts = _counts(options.goods)
    for name, path in map(_named, options.sources):
        goods = chosen(
            open_source(path),
            counts.get(name, counts[""]),
            options.seed,
            partial(_is_good, labels.get(name)),
        )
        good_ids = {good.row: _unique(good.id, ids) for good in goods}
        for damaged in dealt(goods, kinds, options.per_triple, options.controls, options.seed):
            good_id = good_ids[damaged.good.row]
            yield Pair(name, good_id, f"{good_id}~{damaged.kind.name}", damaged)


def _counts(texts: list[str]) -> dict[str, int]:
    """How many good triples to take by source; under the empty name, of any other."""
    counts = {"": 50}
    for text in texts:
        name, _, number = text.rpartition("=")
        if not number.isdecimal():
            raise InputError(f"--goods {text}: expected a number or NAME=NUMBER", hint="For instance --goods 40.")
        counts[name] = int(number)
    return counts


def _is_good(wanted: set[str] | None, triple: Triple) -> bool:
    return "twin_of" not in triple.meta and (wanted is None or triple.id in wanted)


def _named(source: str) -> tuple[str, str]:
    """`NAME=PATH`, or a path whose folder (or file, when that says more) names it."""
    name, equals, path = source.partition("=")
    if equals and not Path(source).exists():
        return name, path
    place = Path(source)
    stem = place.name.split(".")[0]
    return (place.parent.name if stem in ("triples", "data", "train") else stem), source


def _labelled(text: str) -> tuple[str, set[str]]:
    """The ids of `NAME=FILE:FIELD:MIN` whose label reaches the minimum."""
    try:
        name, _, rest = text.partition("=")
        file, field, least = rest.rsplit(":", 2)
        data = Path(file).read_bytes()
        text_lines = (gzip.decompress(data) if file.endswith(".gz") else data).decode().splitlines()
        rows = [json.loads(line) for line in text_lines]
        return name, {row["id"] for row in rows if row[field] >= float(least)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"--labels {text}: {error!r}", hint="For instance demos=labels.jsonl:mean_score:4") from error


def _kinds(names: list[str] | None) -> list[Corruption]:
    unknown = [name for name in names or () if not any(name in (kind.name, kind.family) for kind in KINDS.values())]
    if unknown:
        raise InputError(f"unknown kinds {', '.join(unknown)}", hint="They are listed in docs/corruptions.md.")
    return [kind for kind in KINDS.values() if not names or kind.name in names or kind.family in names]


def _unique(id_: str, ids: Counter[str]) -> str:
    ids[id_] += 1
    return id_ if ids[id_] == 1 else f"{id_}#{ids[id_]}"


def _write_candidates(pairs: list[Pair], out: Path) -> Path:
    """All records that have to be rendered, before it is known which are of use."""
    out.mkdir(parents=True, exist_ok=True)
    return _replace(out / "candidates.jsonl", [line for _, line in _records(pairs, out)])


def _records(pairs: list[Pair], out: Path) -> Iterator[tuple[str, str]]:
    """Id and line of each good triple once, before those made of it."""
    written: set[str] = set()
    for pair in pairs:
        good = pair.damaged.good
        if pair.good_id not in written:
            written.add(pair.good_id)
            yield pair.good_id, record(good, pair.good_id, {"good": True, "source": pair.source}, out)
        kind = pair.damaged.kind
        meta = {"twin_of": pair.good_id, "broken": kind.name, "what": kind.doc, "source": pair.source}
        yield pair.bad_id, record(pair.damaged.bad, pair.bad_id, meta, out)


def _seen(run: Run) -> dict[str, Seen]:
    table = run.table(["id", "outcome", "stills", "error", "facts"])
    return {row["id"]: _seen_one(row, run.path / "renders") for row in table.to_pylist()}


def _seen_one(row: Mapping[str, Any], folder: Path) -> Seen:
    stills = [folder / name[:2] / f"{name}.png" for name in row["stills"] or ()]
    blocked = json.loads(row["facts"] or "{}").get("blocked") or []
    missing = any(str(address).endswith(".js") for address in blocked)
    return Seen(row["outcome"], stills, row["error"], missing)


def _compared(pairs: list[Pair], seen: Mapping[str, Seen]) -> tuple[list[dict[str, Any]], Counter[tuple[str, str]]]:
    """Rows of `pairs.parquet`, and how many pairs of a kind were thrown away for which reason."""
    rubrics, kept, thrown = RubricSet.load(None), [], Counter[tuple[str, str]]()
    for pair in pairs:
        good, bad = seen[pair.good_id], seen[pair.bad_id]
        share = changed_share(good.stills, bad.stills)
        visible = share >= MIN_SHARE or good.outcome != bad.outcome
        problem = _problem(pair.damaged, good, bad, visible)
        if problem:
            thrown[pair.damaged.kind.name, problem] += 1
            continue
        kept.append(_row(pair, good, bad, visible, share, rubrics))
    return kept, thrown


def _problem(damaged: Damaged, good: Seen, bad: Seen, visible: bool) -> str | None:
    """Why a pair is of no use."""
    kind, task = damaged.kind, damaged.good.task
    if good.outcome not in _SHOWN or good.error or bad.error:
        return "the good one does not render"
    if good.libraries_missing and task != "reproduce":
        return "the good one's libraries are missing"
    if kind.shows == "yes" and not visible and not kind.breaks:
        return "nothing changed in the picture"
    if kind.shows == "no" and visible:
        return "the picture changed"
    if bad.outcome != good.outcome and not kind.breaks:
        return "the code broke"
    return None


def _row(pair: Pair, good: Seen, bad: Seen, visible: bool, share: float, rubrics: RubricSet) -> dict[str, Any]:
    kind, triple = pair.damaged.kind, pair.damaged.good
    judged = {item.name for item in rubrics.pick(triple.domain, triple.task, triple.language).criteria}
    away = pair.source in HELD_OUT_SOURCES
    return {
        "good_id": pair.good_id,
        "bad_id": pair.bad_id,
        "kind": kind.name,
        "family": kind.family,
        "severity": kind.severity,
        "lowers": [name for name in kind.lowers if name in judged],
        "keeps": [name for name in kind.keeps if name in judged],
        "visible": visible,
        "changed_share": share,
        "good_outcome": good.outcome,
        "bad_outcome": bad.outcome,
        "holdout": kind.holdout or away,
        "holdout_kind": kind.holdout,
        "holdout_source": away,
        "source": pair.source,
        "domain": triple.domain,
        "task": triple.task,
        "language": triple.language,
    }


def _write(pairs: list[Pair], kept: list[dict[str, Any]], out: Path) -> None:
    """The triples that a kept pair names, then the pairs; each file appears whole or not at all."""
    wanted = {row[side] for row in kept for side in ("good_id", "bad_id")}
    _replace(out / "triples.jsonl", [line for id_, line in _records(pairs, out) if id_ in wanted])
    part = out / ".pairs.parquet.part"
    pq.write_table(pa.Table.from_pylist(kept, schema=PAIRS_SCHEMA), part)
    part.replace(out / "pairs.parquet")


def _replace(path: Path, lines: list[str]) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(path)
    return path


def _summary(kept: list[dict[str, Any]], thrown: Counter[tuple[str, str]]) -> Table:
    """Pairs by kind: kept, of these visible, and why others were thrown away."""
    table = Table(title=f"{len(kept)} pairs of {len({row['kind'] for row in kept})} kinds", title_justify="left")
    for column in ("kind", "severity", "pairs", "visible", "held out", "thrown away"):
        table.add_column(column, justify="left" if column in ("kind", "thrown away") else "right")
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in kept:
        by_kind[row["kind"]].append(row)
    for name, kind in KINDS.items():
        rows = by_kind.get(name, [])
        why = ", ".join(f"{count} {reason}" for (other, reason), count in sorted(thrown.items()) if other == name)
        if rows or why:
            seen, away = sum(row["visible"] for row in rows), sum(row["holdout"] for row in rows)
            table.add_row(name, str(kind.severity), str(len(rows)), str(seen), str(away), why)
    return table


if __name__ == "__main__":
    sys.exit(main())
