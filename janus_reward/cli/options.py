"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janus_reward.errors import InputError

Source = Annotated[
    str,
    typer.Argument(
        metavar="SRC",
        help="JSONL (.gz), Parquet, a `datasets` folder or Hub id, files in a folder, chat-style records; an address.",
    ),
]
RunOut = Annotated[Path, typer.Option("-o", "--out", metavar="RUN", help="Run folder; the same command resumes it.")]
RunPlace = Annotated[
    str, typer.Option("-o", "--out", metavar="RUN", help="Run folder or address; the same command resumes it.")
]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="FIELD=PATH", help="Where a field lies in the rows, e.g. instruction=meta.prompt."),
]
Mode = Annotated[
    str,
    typer.Option(
        "--render", metavar="auto|always|never", help="auto: a picture that came with a triple is used as it is."
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N rows.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; all cores when absent.")]
Engine = Annotated[
    str, typer.Option("--engine", metavar="local|ray", help="The processes of this machine, or a Ray cluster.")
]
Ray = Annotated[
    Path | None, typer.Option("--ray", metavar="FILE", help="What each stage gets of the cluster; see docs/scale.md.")
]
Seed = Annotated[int, typer.Option("--seed", help="For every random choice.")]
ShardRows = Annotated[int, typer.Option("--shard-rows", min=1, help="Rows per Parquet shard, the unit of resuming.")]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache", metavar="DIR", help="Keep renders here between runs, so that a new rubric renders nothing."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def parsed_mapping(pairs: list[str] | None) -> dict[str, str]:
    """`["code=a.b"]` as `{"code": "a.b"}`; raises InputError for anything else."""
    mapping = {}
    for pair in pairs or []:
        name, equals, path = pair.partition("=")
        if not (name and equals and path):
            raise InputError(f"--map {pair!r} is not FIELD=PATH", hint="For instance: --map code=answer.source")
        mapping[name] = path
    return mapping


def known_mode(mode: str) -> str:
    """The render mode, or InputError naming the three there are."""
    if mode not in ("auto", "always", "never"):
        raise InputError(f"--render {mode!r} is not one of auto, always, never")
    return mode


def text_or_file(value: str | None) -> str | None:
    """The text itself, or the content of FILE when it is `@FILE`."""
    if value is None or not value.startswith("@"):
        return value
    return read_text(Path(value[1:]))


def read_text(path: Path) -> str:
    """The content of a text file, or InputError naming it."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def parsed_scale(text: str) -> tuple[float, float]:
    """`"0:4"` as `(0.0, 4.0)`; raises InputError for anything else."""
    low, colon, high = text.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        ends = (0.0, 0.0)
    if not colon or not ends[0] < ends[1]:
        raise InputError(f"--scale {text!r} is not LOW:HIGH", hint="For instance: --scale 1:5")
    return ends
