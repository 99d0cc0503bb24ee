"""`janus-reward dedup index show`, `remove`, `compact` and `check`: what `dedup --index` fills, looked after."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from janus_reward.cli import app, options
from janus_reward.errors import InputError

if TYPE_CHECKING:
    from janus_reward.dedup.id_list import IdList
    from janus_reward.dedup.index import IndexFacts

index_app = typer.Typer(
    no_args_is_help=True, help="Look after the folder that `dedup --index DIR` fills: show, remove, compact, check."
)
app.add_typer(index_app, name="dedup index")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The index, as `dedup --index` made it.")]


@index_app.command("show")
def show(folder: Folder, as_json: options.AsJson = False) -> None:
    """Say how many documents an index has, what they take, and by which settings it compares.

    Example:
        janus-reward dedup index show runs/index
    """
    from janus_reward.dedup.index import DedupIndex

    with DedupIndex.existing(folder) as index:
        facts, settings = index.facts(), index.settings
    told = {"index": str(folder), **asdict(facts), "settings": settings.as_dict()}
    text = (
        f"{folder}: {_documents(facts)}, from {facts.batches:,} batches\n"
        f"compares {', '.join(settings.on)}; rule {settings.agree}; {settings.measure} >= {settings.threshold:g}, "
        f"pictures >= {settings.picture_threshold:g}"
    )
    _print(told, text, as_json)


@index_app.command("remove")
def remove(
    folder: Folder,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Of documents to forget.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--ids", metavar="FILE", help="More ids: one a line (.txt), or the field `id` of JSONL, Parquet, CSV."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; the index stays as it is.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Forget documents, so that they no longer stand in the way of others.

    What was removed for their sake earlier never entered the index, and is not brought back. An id that is not there is
    no error. Exit code: 0 done, 1 done but some rows of FILE have errors, 2 usage or input, 3 stopped.

    Examples:
        janus-reward dedup index remove runs/index bar-42 page-7

        janus-reward dedup index remove runs/index --ids taken-down.jsonl --dry-run
    """
    from janus_reward.dedup.index import DedupIndex

    wanted = _wanted(ids or [], file)
    with DedupIndex.existing(folder) as index:
        there = index.present(wanted.ids)
        gone = there if dry_run else index.remove(list(wanted.ids))
        left = len(index)
    told = {
        "index": str(folder), "ids": len(wanted.ids), "removed": 0 if dry_run else gone, "present": there,
        "documents": left, "errors": wanted.errors, "dry_run": dry_run,
    }  # fmt: skip
    how = "would be forgotten" if dry_run else "forgotten"
    text = f"{folder}: {len(wanted.ids):,} ids, {there:,} documents {how}, {left:,} in the index now"
    _print(told, text, as_json)
    for trouble in wanted.troubles:
        typer.echo(trouble, err=True)
    if wanted.errors:
        typer.echo(f"{wanted.errors} rows have errors", err=as_json)
        raise typer.Exit(1)


@index_app.command("compact")
def compact(folder: Folder, as_json: options.AsJson = False) -> None:
    """Write an index anew in one piece, without the forgotten documents: it gets smaller, and quicker to ask.

    Needs room for the new files beside the old ones. A process killed at any point leaves the old index or the new one.

    Example:
        janus-reward dedup index compact runs/index
    """
    from janus_reward.dedup.index import DedupIndex

    with DedupIndex.existing(folder) as index:
        before = index.facts()
        index.compact()
        after = index.facts()
    told = {"index": str(folder), "before": asdict(before), "after": asdict(after)}
    _print(told, f"{folder}: before {_documents(before)}\n{folder}: now    {_documents(after)}", as_json)


@index_app.command("check")
def check(folder: Folder, as_json: options.AsJson = False) -> None:
    """Read every file of an index and compare it with its checksum; a damaged one is named, with exit code 2.

    Example:
        janus-reward dedup index check runs/index
    """
    from janus_reward.dedup.index import DedupIndex

    with DedupIndex.existing(folder) as index:
        index.check()
        facts = index.facts()
    _print({"index": str(folder), **asdict(facts)}, f"{folder}: {_documents(facts)}; every file is whole", as_json)


def _wanted(ids: list[str], file: Path | None) -> IdList:
    """The ids of the command and of the file together."""
    from janus_reward.dedup.id_list import IdList, read_ids

    if not ids and file is None:
        raise InputError("there is nothing to remove", hint="Name ids, or a file of them with --ids FILE.")
    read = IdList(()) if file is None else read_ids(file)
    return IdList(tuple(dict.fromkeys([*ids, *read.ids])), read.errors, read.troubles)


def _documents(facts: IndexFacts) -> str:
    return (
        f"{facts.documents:,} documents and {facts.forgotten:,} forgotten ones in {facts.segments:,} segments, "
        f"{facts.bytes / 1e6:,.1f} MB"
    )


def _print(told: dict[str, Any], text: str, as_json: bool) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else text)
