"""What `judge test` tries and how it shows the findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from janus_reward.errors import InputError
from janus_reward.judges.engine import engine_of
from janus_reward.judges.engine.base import Engine
from janus_reward.judges.engine.chat import ChatEngine, ChatSettings
from janus_reward.judges.loop import submit
from janus_reward.judges.selftest import PROBES, Capabilities, Probe, probe

_QUESTIONS = {
    "text": "answers",
    "schema": "binds replies by a JSON schema",
    "logprobs": "gives log probabilities",
    "image": "takes pictures",
    "repeat": "repeats itself at temperature 0",
}


def examined(
    endpoint: str, model: str | None, key_env: str | None, timeout_s: float
) -> tuple[Capabilities, tuple[Probe, ...]]:
    """What an endpoint or a judge file's engine honours, and what the file needs (nothing for a bare endpoint)."""
    if endpoint.endswith((".yaml", ".yml")):
        engine, needed = _of_file(Path(endpoint))
    else:
        engine, needed = _of_address(endpoint, model, key_env, timeout_s), ()
    try:
        return submit(probe(engine)).result(), needed
    finally:
        submit(engine.aclose()).result()


def capabilities_table(found: Capabilities, needed: Sequence[str]) -> Table:
    """One line a probe."""
    table = Table(title=f"model {found.model or 'unnamed'}, {found.seconds:.2f} s a short reply", title_justify="left")
    for column in ("it ...", "", "needed", "told"):
        table.add_column(column, overflow="fold")
    for name in PROBES:
        finding = found.findings.get(name)
        mark = "[dim]not tried[/]" if finding is None else "[green]yes[/]" if finding.ok else "[red]no[/]"
        table.add_row(_QUESTIONS[name], mark, "yes" if name in needed else "", finding.words if finding else "")
    table.add_row("counts tokens", "[green]yes[/]" if found.usage else "[red]no[/]", "", "")
    return table


def _of_file(path: Path) -> tuple[Engine, tuple[Probe, ...]]:
    from janus_reward.judges.file import read_judge_file
    from janus_reward.judges.model_file import ModelFile
    from janus_reward.judges.ready import Readiness

    file = read_judge_file(path)
    if not isinstance(file, ModelFile):
        raise InputError(f"{path}: `judge: {file.judge}` has no engine", hint="Test the files of its members.")
    engine = engine_of(file)
    return engine, Readiness(file, engine).needs


def _of_address(endpoint: str, model: str | None, key_env: str | None, timeout_s: float) -> Engine:
    if not endpoint.startswith(("http://", "https://")):
        raise InputError(f"{endpoint!r} is no address and no .yaml file", hint="For instance http://localhost:8000/v1")
    settings = ChatSettings(endpoint=endpoint, key_env=key_env, timeout_s=timeout_s, retries=1)
    return ChatEngine(settings, model or "default")
