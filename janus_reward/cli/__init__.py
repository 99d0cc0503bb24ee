"""The command line: `janus-reward COMMAND`."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from janus_reward import __version__
from janus_reward.errors import JanusError


class _Words(TyperGroup):
    """Commands whose names may have two words: `dedup index` beside `dedup`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        two = " ".join(args[:2])
        return super().resolve_command(ctx, [two, *args[2:]] if two in self.commands else args)


app = typer.Typer(
    name="janus-reward",
    cls=_Words,
    help="Render, measure and judge instruction-code-picture triples, and decide which to train on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"janus-reward {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of all commands."""


def main() -> NoReturn:
    """Run the command line. Exit codes: 0 done, 1 some rows have errors, 2 usage or input, 3 stopped."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except JanusError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(3)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _complain(error: JanusError) -> None:
    name = {2: "error", 3: "stopped"}[error.exit_code]
    typer.secho(f"{name}: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(error.message, err=True)
    if error.hint:
        typer.echo(f"  {error.hint}", err=True)


# The command modules register themselves on the app above.
from janus_reward.cli import (  # noqa: E402
    curate,  # noqa: F401
    decontaminate,  # noqa: F401
    dedup,  # noqa: F401
    dedup_index,  # noqa: F401
    doctor,  # noqa: F401
    eval,  # noqa: F401
    export,  # noqa: F401
    inspect,  # noqa: F401
    judge,  # noqa: F401
    label,  # noqa: F401
    render,  # noqa: F401
    report,  # noqa: F401
    score,  # noqa: F401
    select,  # noqa: F401
    serve,  # noqa: F401
    synthesize,  # noqa: F401
    train,  # noqa: F401
)
