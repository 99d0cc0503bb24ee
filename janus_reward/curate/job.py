"""The job of a curation: steps in order, each done once, and again when something before it changed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from janus_reward import __version__
from janus_reward.curate.config import CurateConfig
from janus_reward.curate.steps import STEPS, Place, Step, Told, check
from janus_reward.errors import Stopped
from janus_reward.render.store import digest
from janus_reward.run.manifest import RunFolder
from janus_reward.storage import is_remote, mirrored


def curate(
    config: CurateConfig,
    *,
    on_step: Callable[[str, str], None] | None = None,
    on_progress: Callable[[Any], None] | None = None,
    on_notice: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run a curation; the same call goes on where an earlier one stopped.

    A step that is done is not done again, unless its part of the configuration or anything before it changed: then its
    folder is made anew. Scores are never thrown away: another source or judge into the same folder is refused.

    Args:
        config: of `read_config`.
        on_step: told the name of a step and `runs`, `done before`, `goes on` where it was stopped, or `again` after a
            change.
        on_progress: as in `score_dataset`.
        on_notice: as in `score_dataset`.

    Returns:
        `path`, `rows`, `errors`, `funnel`, what each step told under `steps`, `exports`, `report`.

    Raises:
        InputError: the configuration is wrong, told before the first row is scored.
        RunConflict, DiskError, Stopped: of the steps.
    """
    check(config)
    if is_remote(config.out):
        with mirrored(config.out) as mirror:
            return curate(config.model_copy(update={"out": str(mirror)}), on_step=on_step, on_progress=on_progress)
    out = Path(config.out)
    folder = RunFolder(out, {"command": "curate"}, {"version": __version__})
    try:
        folder.manifest.setdefault("steps", {})
        before = ""
        for step in STEPS:
            asked = step.asked(config)
            if asked is None:
                folder.manifest["steps"].pop(step.name, None)
                continue
            before = digest({"before": before, "asked": asked, "version": __version__})
            _do(step, config, Place(out, on_progress, on_notice), folder, before, on_step or (lambda name, state: None))
        folder.save(status="done", finished=True)
        return _outcome(out, folder.manifest["steps"])
    except KeyboardInterrupt as error:
        raise Stopped(f"stopped by a signal; {out} is incomplete", hint="Run the same command again.") from error
    finally:
        folder.close()


def _do(
    step: Step, config: CurateConfig, place: Place, folder: RunFolder, wanted: str, told: Callable[[str, str], None]
) -> None:
    state = _state(step, place, folder, wanted)
    told(step.name, state)
    if state == "done before" and not step.resumes:
        return
    if state == "again" and not step.resumes:
        _note(folder, step, None)
        shutil.rmtree(place.of(step.name), ignore_errors=True)
    _note(folder, step, {"digest": wanted})
    started = time.monotonic()
    made: Told = step.run(config, place)
    seconds = made.get("wall_s", round(time.monotonic() - started, 3))
    _note(folder, step, {"digest": wanted, "seconds": seconds, "told": made})


def _state(step: Step, place: Place, folder: RunFolder, wanted: str) -> str:
    """What becomes of a step: `runs`, `done before`, `goes on` where it was stopped, or `again` after a change."""
    known, there = folder.manifest["steps"].get(step.name), place.of(step.name).exists()
    if not there:
        return "runs"
    if known is None or known["digest"] != wanted:
        return "again"
    return "done before" if "told" in known else "goes on"


def _note(folder: RunFolder, step: Step, entry: dict[str, Any] | None) -> None:
    """Keep in the job's manifest how far a step came; `None` forgets it."""
    steps = {name: known for name, known in folder.manifest["steps"].items() if name != step.name}
    folder.save(status="running", steps=steps if entry is None else {**steps, step.name: entry})


def _outcome(out: Path, steps: dict[str, Any]) -> dict[str, Any]:
    told = {name: entry["told"] for name, entry in steps.items()}
    selected = told["select"]
    return {
        "path": str(out),
        "rows": told["score"]["rows"],
        "errors": told["score"]["errors"],
        "selection": selected,
        "funnel": selected["funnel"],
        "exports": told["export"]["sets"],
        "report": str(out / told["report"]["page"]) if "report" in told else None,
        "seconds": {name: entry["seconds"] for name, entry in steps.items()},
        "steps": {name: value for name, value in told.items() if name not in ("select", "export", "report")},
    }
