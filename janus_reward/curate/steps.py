"""The steps of a curation: each calls the library function of its room, which is imported when its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from janus_reward.curate.config import CurateConfig
from janus_reward.errors import InputError

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job's parts lie.

    Args:
        out: folder of the job.
        on_progress: of `score_dataset`.
    """

    out: Path
    on_progress: Callable[[Any], None] | None = None

    def of(self, name: str) -> Path:
        """The folder of a step."""
        return self.out / name


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Args:
        name: of the step and its folder.
        asked: its part of the configuration; `None` leaves it out.
        run: does it, or returns what it did before.
        resumes: its own folder goes on where it stopped; others are made anew when anything before them changed.
    """

    name: str
    asked: Callable[[CurateConfig], Any]
    run: Callable[[CurateConfig, Place], Told]
    resumes: bool = False


def score(config: CurateConfig, place: Place) -> Told:
    """Render, measure, judge."""
    from janus_reward.scoring import score_dataset

    options = config.score.model_dump(exclude={"map"}) | _where(config)
    run = score_dataset(
        config.source, place.of("score"), mapping=config.score.map, on_progress=place.on_progress, **options
    )
    summary = run.summary()
    return {"rows": summary.rows, "scored": summary.scored, "errors": summary.errors, "wall_s": summary.wall_s}


def dedup(config: CurateConfig, place: Place) -> Told:
    """Find near-duplicates in the scored run."""
    room = _room("dedup")
    try:
        settings = room.DedupSettings(**_tuples(config.dedup or {}))
    except TypeError as error:
        raise InputError(f"dedup: {error}", hint="See the options of `janus-reward dedup --help`.") from error
    counts = room.dedup_dataset(place.of("score"), place.of("dedup"), settings, **_where(config))
    return {name: counts[name] for name in ("rows", "survivors", "removed", "clusters")}


def decontaminate(config: CurateConfig, place: Place) -> Told:
    """Find benchmark items in the scored run."""
    room = _room("decontaminate")
    asked = dict(config.decontaminate or {})
    against, data = asked.pop("against", None), asked.pop("data", None)
    if not isinstance(against, list) or not against:
        raise InputError("decontaminate: `against` is a list of benchmarks", hint="For instance: against: [all]")
    try:
        settings = room.DecontaminateSettings(**_tuples(asked))
    except TypeError as error:
        raise InputError(f"decontaminate: {error}", hint="See `janus-reward decontaminate --help`.") from error
    counts = room.decontaminate_dataset(
        place.of("score"),
        place.of("decontaminate"),
        [str(name) for name in against],
        settings,
        data=data,
        **_where(config),
    )
    return dict(counts)


def select(config: CurateConfig, place: Place) -> Told:
    """Apply the policy."""
    from janus_reward.select import load_policy, select_run
    from janus_reward.select.policy import policy_from

    named = config.select.policy
    try:
        policy = policy_from(named) if isinstance(named, Mapping) else load_policy(named)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"select.policy.{where}: {first['msg']}", hint="See docs/select.md.") from None
    selection = select_run(
        place.of("score"),
        policy,
        place.of("select"),
        dedup=place.of("dedup") if config.dedup is not None else None,
        contamination=place.of("decontaminate") if config.decontaminate is not None else None,
    )
    summary: Told = selection.summary
    return summary


def export(config: CurateConfig, place: Place) -> Told:
    """Write every set."""
    from janus_reward.export import export_selection

    sets = {}
    for item in config.export:
        options = item.model_dump(exclude={"format"})
        target = place.of("export") / (item.name or item.format)
        made = export_selection(
            place.of("select"), target, item.format, source=config.source, coverage=config.coverage, **options
        )
        sets[target.name] = {name: made[name] for name in ("format", "rows", "splits", "left_out")}
    return {"sets": sets}


def report(config: CurateConfig, place: Place) -> Told:
    """Write the audit page and its Markdown."""
    from janus_reward.report import report_run

    asked = config.report
    for suffix in ("html", "md"):
        report_run(
            place.of("score"),
            place.of("report") / f"audit.{suffix}",
            selection=place.of("select"),
            dedup=place.of("dedup") if config.dedup is not None else None,
            contamination=place.of("decontaminate") if config.decontaminate is not None else None,
            title=asked.title if asked is not None else "",
            gallery=asked.gallery if asked is not None else 0,
        )
    return {"page": "report/audit.html", "text": "report/audit.md"}


STEPS = (
    Step("score", lambda config: [config.source, config.score.model_dump()], score, resumes=True),
    Step("dedup", lambda config: config.dedup, dedup),
    Step("decontaminate", lambda config: config.decontaminate, decontaminate),
    Step("select", lambda config: config.select.model_dump(), select),
    Step("export", lambda config: [[item.model_dump() for item in config.export], config.coverage], export),
    Step("report", lambda config: None if config.report is None else config.report.model_dump(), report),
)
"""All steps, in the order in which they are done."""


def _where(config: CurateConfig) -> dict[str, Any]:
    """The engine of a step."""
    return {"engine": "ray" if config.score.engine == "ray" else config.engine, "ray": config.ray}


def _room(name: str) -> Any:
    """A room of the package, or InputError when this installation lacks it or one of its libraries."""
    try:
        return import_module(f"janus_reward.{name}")
    except ImportError as error:
        raise InputError(f"the step {name} cannot run: {error}", hint="Leave it out of the file.") from error


def _tuples(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
