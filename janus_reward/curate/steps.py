"""The steps of a curation: each calls the library function of its room, which is imported when its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from janus_reward.curate.config import CurateConfig
from janus_reward.errors import InputError

if TYPE_CHECKING:
    from janus_reward.select.function import RowPolicy
    from janus_reward.select.policy import Policy

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job's parts lie.

    Args:
        out: folder of the job.
        on_progress: of `score_dataset`.
        on_notice: of `score_dataset`.
    """

    out: Path
    on_progress: Callable[[Any], None] | None = None
    on_notice: Callable[[str], None] | None = None

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
        resumes: its folder is never thrown away; others are made anew when anything before them changed.
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
        config.source,
        place.of("score"),
        mapping=config.score.map,
        on_progress=place.on_progress,
        on_notice=place.on_notice,
        **options,
    )
    summary = run.summary()
    return {"rows": summary.rows, "scored": summary.scored, "errors": summary.errors, "wall_s": summary.wall_s}


def dedup(config: CurateConfig, place: Place) -> Told:
    """Find near-duplicates in the scored run."""
    counts = _room("dedup").dedup_dataset(
        place.of("score"), place.of("dedup"), _settings("dedup", config.dedup), **_where(config)
    )
    return {name: counts[name] for name in ("rows", "survivors", "removed", "clusters")}


def decontaminate(config: CurateConfig, place: Place) -> Told:
    """Find benchmark items in the scored run."""
    asked = dict(config.decontaminate or {})
    against, data = _against(asked.pop("against", None)), asked.pop("data", None)
    room, settings = _room("decontaminate"), _settings("decontaminate", asked)
    counts = room.decontaminate_dataset(
        place.of("score"), place.of("decontaminate"), against, settings, data=data, **_where(config)
    )
    return dict(counts)


def select(config: CurateConfig, place: Place) -> Told:
    """Apply the policy."""
    from janus_reward.select import select_run

    selection = select_run(
        place.of("score"),
        policy_of(config),
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


def check(config: CurateConfig) -> None:
    """Refuse what no step could do, before the first row is scored.

    Raises:
        InputError: the policy, the settings of a step or the names of the sets are wrong; MissingExtra: the page of the
            report needs a library that is not there.
    """
    policy = policy_of(config)
    if config.dedup is not None:
        _settings("dedup", config.dedup)
    if config.decontaminate is not None:
        asked = dict(config.decontaminate)
        registry = _room("decontaminate").Registry.load()
        for named in _against(asked.pop("against", None)):
            if named != "all":
                registry.find(named)
        asked.pop("data", None)
        _settings("decontaminate", asked)
    for step, needed in (("dedup", "need_dedup"), ("decontaminate", "need_decontaminated")):
        if getattr(policy, needed, False) and getattr(config, step) is None:
            raise InputError(f"the policy needs the step {step}", hint=f"Add `{step}` to the file, or take another.")
    names = [item.name or item.format for item in config.export]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"export: {twice} is there twice", hint="Give one of them another `name`.")
    if config.report is not None:
        from janus_reward.report.page import plotting_library

        plotting_library()


def policy_of(config: CurateConfig) -> Policy | RowPolicy:
    """The policy that the file names or holds. Raises InputError."""
    from janus_reward.select.policy import Policy
    from janus_reward.select.policy_file import load_policy

    named = config.select.policy
    try:
        return load_policy(named) if isinstance(named, str) else Policy.model_validate(named)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"select.policy.{where}: {first['msg']}", hint="See docs/select.md.") from None


def _decides(config: CurateConfig) -> Any:
    """What the step select depends on beside the steps before."""
    from janus_reward.select.selection import policy_settings

    return policy_settings(policy_of(config))


STEPS = (
    Step("score", lambda config: [config.source, config.score.deciding()], score, resumes=True),
    Step("dedup", lambda config: config.dedup, dedup),
    Step("decontaminate", lambda config: config.decontaminate, decontaminate),
    Step("select", _decides, select),
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


def _settings(step: str, asked: Mapping[str, Any] | None) -> Any:
    """The settings object of a room from plain values. Raises InputError naming an unknown or impossible one."""
    room = _room(step)
    kind = room.DedupSettings if step == "dedup" else room.DecontaminateSettings
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in (asked or {}).items()}
    known = [item.name for item in fields(kind)]
    for name in values:
        if name not in known:
            raise InputError(f"{step}: unknown key {name!r}", hint=f"Known: {', '.join(known)}.")
    try:
        return kind(**values)
    except TypeError as error:
        raise InputError(f"{step}: {error}", hint=f"See `janus-reward {step} --help`.") from error


def _against(named: object) -> list[str]:
    if not isinstance(named, list) or not named:
        raise InputError("decontaminate: `against` is a list of benchmarks", hint="For instance: against: [all]")
    return [str(name) for name in named]
