"""The run of a synthesis: plans in shards, each taken through its rounds and written; it goes on where it stopped."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from janus_reward.dataset import open_source
from janus_reward.engines.local import LocalEngine
from janus_reward.errors import InputError, Stopped
from janus_reward.generation import Account, Generator, GeneratorFile, generator_file
from janus_reward.generation.model import generator_of
from janus_reward.judges.models_asked import models_asked
from janus_reward.run.manifest import RunFolder
from janus_reward.run.schema import Row
from janus_reward.run.shards import ShardFolder
from janus_reward.scorer import Filter
from janus_reward.scoring import Progress, versions
from janus_reward.stages import RenderStageConfig
from janus_reward.synthesis.config import SynthesisConfig
from janus_reward.synthesis.execution import ExecutionStageConfig, dead
from janus_reward.synthesis.job import Job
from janus_reward.synthesis.jury import Jury
from janus_reward.synthesis.made import Synthesis, read_synthesis, rows_of, write_triples
from janus_reward.synthesis.novelty import Novelty
from janus_reward.synthesis.plan import Plan
from janus_reward.synthesis.prompts import prompts_sha256
from janus_reward.synthesis.quota import Quota
from janus_reward.synthesis.rounds import Rounds
from janus_reward.synthesis.seeds import Material, read_material
from janus_reward.synthesis.strategies import Strategy, strategy_class
from janus_reward.synthesis.strategies.recontextualization import Recontextualization
from janus_reward.synthesis.table import JOB_SCHEMA, job_row


def synthesize(
    config: SynthesisConfig,
    folder: Path,
    out: str | Path,
    *,
    workers: int | None = None,
    ledger: str | Path | None = None,
    cache: str | Path | None = None,
    budget: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Synthesis:
    """Make triples into a run folder; the same call goes on where it stopped.

    Args:
        config: of `read_config`, with the folder that its paths are relative to.
        folder: see `config`.
        out: the run folder.
        workers: processes that render; all cores when `None`.
        ledger: folder of the ledger of generator and judge; the run folder when `None`.
        cache: folder that keeps renders between runs.
        budget: the most that generator and judge may cost together.
        on_progress: called after every shard.

    Raises:
        InputError: seeds, taxonomy, generator or judge cannot be used, or generator and judge are one model.
        RunConflict: the folder belongs to another run.
        EndpointDown, BudgetSpent, DiskError, Stopped: the same call goes on.
    """
    place = Path(out)
    material = read_material(config.seeds, config.sources, config.taxonomy, folder)
    coder = _coder(config, folder)
    jury = Jury(config.judge)
    _check_floors(config, jury)
    plans = plans_of(config, material)
    with ExitStack() as stack:
        account = Account(Path(ledger) if ledger else place, budget)
        generator = account.add(Generator(coder))
        settings = _settings(config, generator, jury)
        run = RunFolder(place, settings, {"generator": coder.called, "versions": versions()})
        stack.callback(run.close)
        if not run.manifest.get("finished"):
            stack.callback(account.close)
            account.open(run)
            jury.attach(account.ledger, account.meter)
            stack.callback(jury.close)
            render = RenderStageConfig(place / "renders", Path(cache) if cache else None, mode=config.render)
            engine = LocalEngine(ExecutionStageConfig(render), workers or os.cpu_count() or 1, dead)
            work = _Work(config, material, plans, generator, jury, engine, account, on_progress)
            _run(work, run, settings)
    return read_synthesis(place)


@dataclass(frozen=True, slots=True)
class _Work:
    config: SynthesisConfig
    material: Material
    plans: list[tuple[Plan, Strategy]]
    generator: Generator
    jury: Jury
    engine: LocalEngine[Any, Any]
    account: Account
    on_progress: Callable[[Progress], None] | None


def plans_of(config: SynthesisConfig, material: Material) -> list[tuple[Plan, Strategy]]:
    """Every plan of a config, strategies in its order; the same config and material give the same plans.

    Raises:
        InputError: a strategy finds nothing to plan in this material.
    """
    found: list[tuple[Plan, Strategy]] = []
    for name, part in config.strategies.items():
        strategy = strategy_class(name)(part)
        plans = list(islice(strategy.plans(material, Random(f"{config.seed} {name}")), part.jobs))
        if not plans:
            hint = f"It takes {strategy.takes}. See docs/synthesize.md."
            raise InputError(f"{name} can plan nothing from these seeds", hint=hint)
        found += [(plan, strategy) for plan in plans]
    return found


def _run(work: _Work, run: RunFolder, settings: dict[str, Any]) -> None:
    started, before = time.monotonic(), float(run.manifest["wall_s"])
    status = "stopped"
    try:
        _write(work, run.path, _provenance(work, settings))
        work.engine.close()
        status = "done"
    except KeyboardInterrupt as error:
        hint = "Finished shards are safe; run the same command again to go on."
        raise Stopped(f"stopped by a signal; {run.path} is incomplete", hint=hint) from error
    finally:
        if status != "done":
            work.engine.kill()
        run.save(status=status, finished=status == "done", wall_s=before + time.monotonic() - started)


def _write(work: _Work, out: Path, provenance: dict[str, Any]) -> None:
    """Make what is missing, shard by shard, then the file of kept triples."""
    plans = work.plans
    shards = ShardFolder(out / "jobs", JOB_SCHEMA, work.config.together)
    number, done = shards.finished(), shards.count()
    rounds = _rounds(work, *_remembered(work, out))
    resumed, outcomes = done, Counter[str]()
    while done < len(plans) or number == 0:
        jobs = [Job(plan, strategy) for plan, strategy in plans[done : done + work.config.together]]
        rounds.run(jobs)
        shards.write(number, [job_row(job, provenance) for job in jobs])
        number, done = number + 1, done + len(jobs)
        outcomes.update(job.status for job in jobs)
        if work.on_progress:
            work.on_progress(Progress(done, resumed, len(plans), outcomes, work.account.spent))
    write_triples(out)


def _rounds(work: _Work, novelty: Novelty, quota: Quota) -> Rounds:
    accept, config = work.config.accept, work.config
    policy = Filter(accept.min_score, accept.floors, frozenset(accept.reject_flags))
    return Rounds(
        work.generator, work.engine, work.jury, policy, novelty, quota, config.drawing, config.tries, config.seed
    )


def _remembered(work: _Work, out: Path) -> tuple[Novelty, Quota]:
    """The instructions of seeds and of what earlier starts kept, and how many were kept by slice."""
    diversity = work.config.diversity
    novelty, quota = Novelty(diversity.threshold), Quota(diversity.quota)
    for seed in work.material.seeds:
        novelty.add(seed.instruction or "", seed.id)
    for row in rows_of(out):
        if row["status"] == "kept":
            quota.add(row["slice"])
            novelty.add(row["instruction"] or "", row["id"], _scope(row))
    return novelty, quota


def _scope(row: Row) -> str:
    """As the plans have it: edits and repairs are compared within their parent, fuller instructions with each other."""
    if row["strategy"] == Recontextualization.name:
        return Recontextualization.name
    return row["parents"][0] if row["task"] in ("edit", "repair") and row["parents"] else ""


def _check_floors(config: SynthesisConfig, jury: Jury) -> None:
    """Raises InputError for a floor of a criterion that no rubric has: no triple could be kept."""
    unknown = sorted(config.accept.floors.keys() - set(jury.criteria))
    if unknown:
        hint = f"Known: {', '.join(jury.criteria)}."
        raise InputError(f"accept.floors: no rubric has a criterion {unknown[0]!r}", hint=hint)


def _coder(config: SynthesisConfig, folder: Path) -> GeneratorFile:
    """The generator; refused when it is among the judge's models and the config does not allow that."""
    if isinstance(config.generator, str) and config.generator.startswith("http"):
        coder = generator_file(config.generator, model=config.generator_name)
    else:
        coder = generator_of(config.generator, folder)
    if not config.same_model and any(judge.model == coder.model for judge in models_asked(config.judge)):
        hint = "Use another model as judge, or say `same_model: true`."
        raise InputError(f"{coder.model} would judge what it makes itself", hint=hint)
    return coder


def _settings(config: SynthesisConfig, generator: Generator, jury: Jury) -> dict[str, Any]:
    told = config.model_dump(mode="json", exclude={"generator", "seeds", "sources", "judge"})
    sources = {"seeds": config.seeds, "sources": config.sources}
    return {
        "command": "synthesize",
        "config": told,
        "generator": generator.identity,
        "judge": {"name": jury.name, "revision": jury.revision},
        "prompts": dict(prompts_sha256()),
        "material": {name: open_source(path).fingerprint() for name, path in sources.items() if path is not None},
        "janus_reward": version("janus-reward"),
    }


def _provenance(work: _Work, settings: dict[str, Any]) -> dict[str, Any]:
    generator = work.generator
    return {
        "generator": {"name": generator.model.called, "revision": generator.model.revision},
        "judge": settings["judge"],
        "prompts": {name: digest[:12] for name, digest in settings["prompts"].items()},
    }
