"""The job of a curation: steps in order, each done once, and again when something before it changed."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from janus_reward import __version__
from janus_reward.curate.config import CurateConfig
from janus_reward.curate.steps import STEPS, Place, Step, Told
from janus_reward.errors import Stopped
from janus_reward.render.store import digest
from janus_reward.run.manifest import RunFolder
from janus_reward.storage import is_remote, mirrored


def curate(
    config: CurateConfig,
    *,
    on_step: Callable[[str, str], None] | None = None,
    on_progress: Callable[[Any], None] | None = None,
) -> dict[str, Any]:
    """Run a curation; the same call goes on where an earlier one stopped.

    A step that is done is not done again, unless its part of the configuration or anything before it changed: then its
    folder is made anew. Scores are never thrown away: another source or judge into the same folder is refused.

    Args:
        config: of `read_config`.
        on_step: told the name of a step and `done before`, `again` or `runs` (scoring always runs: it resumes itself).
        on_progress: as in `score_dataset`.

    Returns:
        `path`, `rows`, `errors`, `funnel`, what each step told under `steps`, `exports`, `report`.

    Raises:
        InputError, RunConflict, DiskError, Stopped: of the steps.
    """
    if is_remote(config.out):
        with mirrored(config.out) as mirror:
            return curate(config.model_copy(update={"out": str(mirror)}), on_step=on_step, on_progress=on_progress)
    out = Path(config.out)
    folder = RunFolder(out, {"command": "curate"}, {"version": __version__})
    try:
        folder.manifest.setdefault("steps", {})
        before = _beginning(config)
        for step in STEPS:
            asked = step.asked(config)
            if asked is None:
                folder.manifest["steps"].pop(step.name, None)
                continue
            before = digest({"before": before, "asked": asked, "version": __version__})
            _do(step, config, Place(out, on_progress), folder, before, on_step or (lambda name, state: None))
        folder.save(status="done", finished=True)
        return _outcome(out, folder.manifest["steps"])
    except KeyboardInterrupt as error:
        raise Stopped(f"stopped by a signal; {out} is incomplete", hint="Run the same command again.") from error
    finally:
        folder.close()


def _do(
    step: Step, config: CurateConfig, place: Place, folder: RunFolder, wanted: str, told: Callable[[str, str], None]
) -> None:
    known = folder.manifest["steps"].get(step.name)
    if not step.resumes and known is not None and known["digest"] == wanted and place.of(step.name).exists():
        told(step.name, "done before")
        return
    if not step.resumes and place.of(step.name).exists():
        told(step.name, "again" if known is not None else "runs")
        shutil.rmtree(place.of(step.name))
    else:
        told(step.name, "runs")
    started = time.monotonic()
    made: Told = step.run(config, place)
    steps = {**folder.manifest["steps"]}
    seconds = made.get("wall_s", round(time.monotonic() - started, 3))
    steps[step.name] = {"digest": wanted, "seconds": seconds, "told": made}
    folder.save(status="running", steps=steps)


def _beginning(config: CurateConfig) -> str:
    """What the steps depend on beside their own part: the content of files that the configuration names."""
    parts = []
    policy = config.select.policy
    if isinstance(policy, str) and Path(policy).is_file():
        parts.append(hashlib.sha256(Path(policy).read_bytes()).hexdigest())
    return digest({"files": parts})


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
