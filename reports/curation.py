"""One audited curation of real sets, from rows to training sets, and what changes when judge, cut or copies do.

    python reports/curation.py DATA WORK [--rows 420] [--workers N] [--write reports/curation.md]

DATA holds the sets `chartmimic`, `design2code`, `svgenius`, `vega_lite_examples`, `nvbench` and `interactscience`
(with `labels.jsonl`: a strong judge's checklist scores), and in `benchmarks` those that rows are checked against (the
sets themselves are benchmarks too; they are not among those, as nothing would be left). A seeded sample becomes one
corpus in WORK; to it come copies that were planted: the same code with another comment and other blank lines.
`janus-reward curate` does the rest; the same command goes on where it stopped. What is told of labels is told of demos,
the one set here that has labels of single rows. The judge's weights were fitted on them among others: those figures
show the way of a selection, not its worth elsewhere.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import shutil
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from janus_reward.agreement.statistics import bootstrapped, wilson
from janus_reward.curate import CurateConfig, curate
from janus_reward.curate.config import ExportStep, ReportStep, ScoreStep, SelectStep
from janus_reward.run import Run
from janus_reward.select import Policy, Selection, load_policy, select_run, what_if
from janus_reward.select.rows import Rows

SHARES = {"chartmimic": 0.25, "design2code": 0.08, "svgenius": 0.2, "vega_lite_examples": 0.1, "nvbench": 0.13}
ANSWERS = 5
COPIES = 30
CUTS = (2.5, 3.0, 3.5, 4.0, 4.5)
CLEAN_PRESET = "balanced"


def build(data: Path, work: Path, rows: int) -> Path:
    """The corpus: a sample of each set, whole tasks of demos, and planted copies."""
    target = work / "corpus" / "corpus.jsonl"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    picked: list[dict[str, Any]] = []
    for name, share in SHARES.items():
        found = _sampled(_records(data / name), round(rows * share), name)
        picked += [_moved(record, data / name, target.parent, name) for record in found]
    picked += _demos(data / "interactscience", rows - len(picked))
    picked += [_copy(record, at) for at, record in enumerate(_sampled(_copied(picked), COPIES, "copies"))]
    random.Random(1).shuffle(picked)
    target.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in picked), encoding="utf-8")
    return target


def _records(folder: Path) -> list[dict[str, Any]]:
    packed = folder / "triples.jsonl.gz"
    if packed.exists():
        with gzip.open(packed, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    return [json.loads(line) for line in (folder / "triples.jsonl").read_text(encoding="utf-8").splitlines()]


def _sampled(records: Sequence[dict[str, Any]], count: int, seed: str) -> list[dict[str, Any]]:
    return random.Random(seed).sample(list(records), min(count, len(records)))


def _moved(record: dict[str, Any], folder: Path, corpus: Path, source: str) -> dict[str, Any]:
    """The record with its picture beside the corpus; renders that came along are left out: all are made here."""
    made = {name: value for name, value in record.items() if name != "render"}
    if made.get("reference"):
        target = corpus / source / Path(made["reference"]).name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(folder / made["reference"], target)
        made["reference"] = f"{source}/{target.name}"
    made["meta"] = {**(made.get("meta") or {}), "source": source}
    return made


def _demos(folder: Path, count: int) -> list[dict[str, Any]]:
    """All answers to some tasks, so that there is something to choose between."""
    records = _records(folder)
    tasks = sorted({record["meta"]["task_id"] for record in records})
    chosen = set(random.Random("demos").sample(tasks, min(len(tasks), max(1, count // ANSWERS))))
    return [
        {**record, "meta": {**record["meta"], "source": "interactscience"}}
        for record in records
        if record["meta"]["task_id"] in chosen
    ]


def _copied(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record["language"] in ("python", "svg", "html")]


def _copy(record: dict[str, Any], at: int) -> dict[str, Any]:
    """The same answer with a comment, other blank lines and other spaces at the ends of lines."""
    code = record["code"].replace("\n", "\n\n", 3)
    remark = f"# tidied {at}\n{code}" if record["language"] == "python" else f"{code}\n<!-- tidied {at} -->"
    meta = {**record["meta"], "planted": "copy", "of": record["id"]}
    return {**record, "id": f"copy-{at}-{record['id']}", "code": remark, "meta": meta}


def config_of(corpus: Path, work: Path, benchmarks: Path, workers: int | None) -> CurateConfig:
    """The curation; steps whose rooms are not installed are left out, and the report says so."""
    return CurateConfig(
        source=str(corpus),
        out=str(work / "job"),
        score=ScoreStep(render="auto", workers=workers, cache=str(work / "cache")),
        dedup={"threshold": 0.8} if find_spec("janus_reward.dedup") else None,
        decontaminate=(
            {"against": ["all"], "data": str(benchmarks)} if find_spec("janus_reward.decontaminate") else None
        ),
        select=SelectStep(policy=CLEAN_PRESET),
        export=(
            ExportStep(format="sharegpt", validation=0.05),
            ExportStep(format="preference"),
            ExportStep(format="datasets"),
        ),
        report=ReportStep(title="Real sets, curated", gallery=180),
    )


def lines(outcome: dict[str, Any], run: Run, data: Path, config: CurateConfig) -> Iterator[str]:
    """The report."""
    selection = outcome["selection"]
    yield "# One curation of real sets\n"
    yield f"`python reports/curation.py DATA WORK`; {platform.machine()}, {os.cpu_count()} cores, Python "
    yield f"{platform.python_version()}. Judge `{run.manifest['settings']['judge']['name']}`, "
    yield f"revision `{run.manifest['settings']['judge']['revision']}`.\n"
    yield from _corpus(run)
    yield f"## The funnel of the policy `{CLEAN_PRESET}`\n"
    yield "| step | dropped | for review | left | most common reasons |"
    yield "|---|---|---|---|---|"
    yield f"| all rows | | | {selection['rows']} | |"
    for step in selection["funnel"]:
        common = sorted(step["reasons"].items(), key=lambda item: (-item[1], item[0]))[:3]
        told = ", ".join(f"{name.partition(': ')[2]} {count}" for name, count in common)
        yield f"| {step['name']} | {step['drop']} | {step['review']} | {step['left']} | {told} |"
    yield f"\nCoverage: {selection['coverage']:.1%} of the rows have a total.\n"
    yield from _exports(outcome)
    labels = read_labels(data)
    yield from _cuts(run, labels, config)
    yield from _policies(run, labels, config, Path(config.out).parent)
    yield from _judges(run, labels)
    yield from _copies(run, config, Path(config.out).parent)
    yield from _lessons(outcome, run, labels, Path(config.out).parent)


def _corpus(run: Run) -> Iterator[str]:
    table = run.table(["meta", "outcome", "score", "domain"]).to_pylist()
    yield "## The corpus\n"
    yield "| source | rows | rendered ok | scored | median score |"
    yield "|---|---|---|---|---|"
    by: dict[str, list[dict[str, Any]]] = {}
    for row in table:
        meta = json.loads(row["meta"])
        by.setdefault("planted copies" if meta.get("planted") else meta["source"], []).append(row)
    for name, rows in sorted(by.items()):
        known = [row["score"] for row in rows if row["score"] is not None]
        ok = sum(row["outcome"] in ("ok", "not_needed") for row in rows)
        middle = f"{np.median(known):.2f}" if known else "-"
        yield f"| {name} | {len(rows)} | {ok} | {len(known)} | {middle} |"
    yield ""


def _exports(outcome: dict[str, Any]) -> Iterator[str]:
    yield "| exported | rows | left out |"
    yield "|---|---|---|"
    for name, made in outcome["exports"].items():
        left = "; ".join(f"{why}: {count}" for why, count in made["left_out"].items()) or "-"
        yield f"| {name} | {made['rows']} | {left} |"
    seconds = ", ".join(f"{name} {value:.0f} s" for name, value in outcome["seconds"].items())
    yield f"\nTime of the steps: {seconds}.\n"


def read_labels(data: Path) -> dict[str, float]:
    """The strong judge's mean checklist score by id; 0 means nothing to judge and is left out."""
    text = (data / "interactscience" / "labels.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return {row["id"]: row["mean_checklist_score"] for row in rows if row["mean_checklist_score"] >= 1}


def _cuts(run: Run, labels: dict[str, float], config: CurateConfig) -> Iterator[str]:
    yield "## The cut\n"
    yield "Rows kept at each cut of the total, by the same policy without floors; and, of demos at or above it, how"
    yield "good a strong judge found them (mean of its checklist, 1-5; share at 3 or better), with 95 % intervals.\n"
    yield "| cut | kept | mean score of kept | demos kept | their label | labelled 3 or better |"
    yield "|---|---|---|---|---|---|"
    policy = load_policy(CLEAN_PRESET)
    assert isinstance(policy, Policy)
    rows = Rows(run)
    ids, score = np.array(rows.ids.to_pylist()), rows.numbers("score")
    for found in what_if(run, policy.model_copy(update={"floors": {}}), CUTS):
        kept = [id_ for id_, value in zip(ids, score, strict=True) if value >= found.cut and id_ in labels]
        mean = "-" if found.mean is None else f"{found.mean:.2f}"
        yield f"| {found.cut} | {found.kept} | {mean} | {len(kept)} | {_label(kept, labels)} | {_good(kept, labels)} |"
    everything = [id_ for id_ in ids if id_ in labels]
    yield f"| none | {len(ids)} | | {len(everything)} | {_label(everything, labels)} | {_good(everything, labels)} |\n"


def _policies(run: Run, labels: dict[str, float], config: CurateConfig, work: Path) -> Iterator[str]:
    yield "## The policy\n"
    yield "| policy | kept | for review | kept by domain | labels of kept demos |"
    yield "|---|---|---|---|---|"
    for name in ("januscoder", "broad", "balanced", "top-third", "strict"):
        selection = select_run(run, load_policy(name), work / "policies" / name)
        domains = ", ".join(f"{d} {c['kept']}" for d, c in selection.summary["slices"]["domain"].items() if c["kept"])
        kept = [id_ for id_ in selection.ids() if id_ in labels]
        summary = selection.summary
        told = f"{_label(kept, labels)} (n={len(kept)})"
        yield f"| `{name}` | {summary['kept']} | {summary['review']} | {domains} | {told} |"
    yield ""


def _judges(run: Run, labels: dict[str, float]) -> Iterator[str]:
    """The best answer to each task, as different judges pick it."""
    yield "## The judge\n"
    yield "One of the answers to each task of the demos, picked by different judges: the label of the pick, and"
    yield "how often the pick is the best labelled one.\n"
    yield "| picked by | tasks | label of the pick | best one picked |"
    yield "|---|---|---|---|"
    rows = run.table(
        ["id", "score", "task_completion", "visual_fidelity", "code_quality", "code", "outcome"]
    ).to_pylist()
    tasks: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["id"] in labels:
            tasks.setdefault(row["id"].split("/")[1], []).append(row)
    judges: dict[str, Any] = {
        "total of the evidence judge": lambda row: row["score"] or 0,
        "task completion alone": lambda row: row["task_completion"] or 0,
        "visual fidelity alone": lambda row: row["visual_fidelity"] or 0,
        "code quality alone": lambda row: row["code_quality"] or 0,
        "longest code": lambda row: len(row["code"]),
        "it rendered (else by chance)": lambda row: (row["outcome"] == "ok") + random.Random(row["id"]).random() / 2,
        "chance": lambda row: random.Random(row["id"] + "x").random(),
        "the labels themselves": lambda row: labels[row["id"]],
    }
    full = {name: answers for name, answers in sorted(tasks.items()) if len(answers) > 1}
    for name, key in judges.items():
        picks = [max(sorted(answers, key=lambda row: str(row["id"])), key=key)["id"] for answers in full.values()]
        best = [
            labels[pick] == max(labels[row["id"]] for row in own)
            for pick, own in zip(picks, full.values(), strict=True)
        ]
        yield f"| {name} | {len(picks)} | {_label(picks, labels)} | {_share(sum(best), len(best))} |"
    yield ""


def _copies(run: Run, config: CurateConfig, work: Path) -> Iterator[str]:
    yield "## Copies\n"
    meta = {row["id"]: json.loads(row["meta"]) for row in run.table(["id", "meta"]).to_pylist()}
    planted = {id_: found["of"] for id_, found in meta.items() if found.get("planted")}
    if config.dedup is None:
        yield "The step dedup is not installed here.\n"
        return
    yield "| threshold | removed | planted pairs of which one went | other removals | kept by the policy |"
    yield "|---|---|---|---|---|"
    from janus_reward.dedup import DedupSettings, dedup_dataset

    for threshold in (0.6, 0.7, 0.8, 0.9):
        folder = work / "dedup" / str(threshold)
        dedup_dataset(run.path, folder, DedupSettings(threshold=threshold))
        import pyarrow.parquet as pq

        removed = {row["id"]: row["survivor_id"] for row in pq.read_table(folder / "removed.parquet").to_pylist()}
        hit = sum(id_ in removed or of in removed for id_, of in planted.items())
        others = sum(id_ not in planted and id_ not in planted.values() for id_ in removed)
        name = f"{CLEAN_PRESET}-{threshold}"
        kept = select_run(run, load_policy(CLEAN_PRESET), work / "policies" / name, dedup=folder).summary["kept"]
        yield f"| {threshold} | {len(removed)} | {hit} of {len(planted)} | {others} | {kept} |"
    plain = select_run(run, load_policy(CLEAN_PRESET), work / "policies" / CLEAN_PRESET).summary["kept"]
    yield f"| none | 0 | | | {plain} |\n"


def _lessons(outcome: dict[str, Any], run: Run, labels: dict[str, float], work: Path) -> Iterator[str]:
    """What the tables say, in sentences with their numbers."""
    rows = {row["id"]: row for row in run.table(["id", "score", "task_completion", "domain"]).to_pylist()}
    steps = [(step["drop"], step["name"]) for step in outcome["selection"]["funnel"] if step["drop"]]
    yield "## What it teaches\n"
    told = ", ".join(f"`{name}` ({count})" for count, name in sorted(steps, reverse=True)[:3])
    yield f"- Most rows go at the steps {told}."
    yield from _lesson_of_the_cut(rows, labels)
    yield from _lesson_of_the_policies(rows, labels, work / "policies")
    yield "- Which answer of a task to take: with so few tasks the intervals of the judges' picks overlap, with that of"
    yield "  the length of the code too. It takes more labelled tasks to call one of them better here.\n"


def _lesson_of_the_cut(rows: dict[str, dict[str, Any]], labels: dict[str, float]) -> Iterator[str]:
    demos = [id_ for id_ in rows if id_ in labels]
    above = [id_ for id_ in demos if (rows[id_]["score"] or 0) >= 3.5]
    floored = {id_ for id_ in above if (rows[id_]["task_completion"] or 0) < 3}
    left = [id_ for id_ in above if id_ not in floored]
    yield f"- A cut of 3.5 on the total lifts the mean label of the demos that pass from {_mean(demos, labels)} to"
    yield f"  {_mean(above, labels)}. The floor on task completion takes {len(floored)} of those, labelled"
    yield f"  {_mean(sorted(floored), labels)}, and leaves {_mean(left, labels)}: what was not done hides in a mean of"
    yield "  criteria."


def _lesson_of_the_policies(rows: dict[str, dict[str, Any]], labels: dict[str, float], folder: Path) -> Iterator[str]:
    kept = {name: Selection(folder / name).ids() for name in ("januscoder", "balanced", "strict")}
    demos, lenient = [id_ for id_ in rows if id_ in labels], [id_ for id_ in kept["januscoder"] if id_ in labels]
    yield f"- The published cuts keep {len(kept['januscoder'])} of {len(rows)} rows, and {len(lenient)} of"
    yield f"  {len(demos)} labelled demos; {_good(lenient, labels)} of these are labelled 3 or better, of all demos"
    yield f"  {_good(demos, labels)}."
    shares = [sum(rows[id_]["domain"] == "demo" for id_ in ids) / max(1, len(ids)) for ids in (rows, *kept.values())]
    every, _, balanced, strict = (f"{share:.0%}" for share in shares)
    yield f"- One cut for all domains changes the mix: demos are {every} of the rows, {balanced} of what `balanced`"
    yield f"  keeps, {strict} of what `strict` keeps. `top-third`, or a quota, keeps a mix."


def _mean(ids: Sequence[str], labels: dict[str, float]) -> str:
    return f"{np.mean([labels[id_] for id_ in ids]):.2f} (n={len(ids)})" if ids else "- (n=0)"


def _label(ids: Sequence[str], labels: dict[str, float]) -> str:
    values = np.array([labels[id_] for id_ in ids])
    if len(values) < 5:
        return "-"
    found = bootstrapped(lambda at: float(values[at].mean()) if len(at) else None, [id_.split("/")[1] for id_ in ids])
    return str(found)


def _good(ids: Sequence[str], labels: dict[str, float]) -> str:
    return _share(sum(labels[id_] >= 3 for id_ in ids), len(ids))


def _share(hits: int, n: int) -> str:
    found = wilson(hits, n)
    return "-" if found.value is None else f"{found.value:.0%} [{found.low:.0%}, {found.high:.0%}]"


def main() -> None:
    """Print the report; write it with --write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--rows", type=int, default=420)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    corpus = build(given.data, given.work, given.rows)
    config = config_of(corpus, given.work, given.data / "benchmarks", given.workers)
    outcome = curate(config, on_step=lambda name, state: print(f"{name}: {state}", flush=True))
    text = "\n".join(lines(outcome, Run(Path(config.out) / "score"), given.data, config)) + "\n"
    print(text)
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
