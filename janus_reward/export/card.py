"""The dataset card: what is in the set, how it was chosen, and what it should not be taken for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from janus_reward.export.formats import Format, Kind
from janus_reward.run import Run
from janus_reward.select.selection import Selection

_MANY = 20


@dataclass(frozen=True, slots=True)
class About:
    """All that a card and its metadata say of a set.

    Args:
        settings: of the export.
        form, selection, run: what was exported how.
        splits: rows by split.
        shards: files with rows, relative to the set.
        left_out: kept rows that made no record, by why.
        licences: rows by the licence that their meta names.
        kinds: columns.
        certificate: of the check against benchmarks; `None` when there was none.
    """

    settings: Mapping[str, Any]
    form: Format
    selection: Selection
    run: Run
    splits: Mapping[str, int]
    shards: tuple[str, ...]
    left_out: Mapping[str, int]
    licences: Mapping[str, int]
    kinds: Mapping[str, Kind]
    certificate: Mapping[str, Any] | None

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(self.splits.values())

    @property
    def licence(self) -> str:
        """One licence for the whole set, or `other` where rows differ or do not say."""
        named = list(self.licences)
        return named[0].lower() if len(named) == 1 and named[0] != "not named" else "other"


def card(about: About) -> str:
    """The text of README.md with its YAML header."""
    header = yaml.safe_dump(_header(about), sort_keys=False, allow_unicode=True)
    return f"---\n{header}---\n\n" + "\n".join(_body(about)) + "\n"


def _header(about: About) -> dict[str, Any]:
    rows = about.rows
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    size = next((name for bound, name in bounds if rows < bound), "1M<n<10M")
    return {
        "license": about.licence,
        "task_categories": [about.form.task],
        "tags": ["code", "visual-code", "synthetic", "janus-reward"],
        "size_categories": [size],
        "pretty_name": about.settings["name"],
        "configs": [
            {"config_name": name, "data_files": [{"split": split, "path": path} for split, path in files.items()]}
            for name, files in _configs(about).items()
        ],
    }


def _configs(about: About) -> dict[str, dict[str, str]]:
    """Patterns of files by configuration and split; tar shards have one configuration for each kind of sample."""
    if about.form.container != "tar":
        pattern = {"parquet": "data/{}-*.parquet", "jsonl": "{}.jsonl"}[about.form.container]
        return {"default": {split: pattern.format(split) for split in about.splits}}
    found: dict[str, dict[str, str]] = {}
    for path in about.shards:
        split, _, kind = PurePosixPath(path).stem.rpartition("-")[0].partition("-")
        found.setdefault(kind, {})[split] = f"data/{split}-{kind}-[0-9]*.tar"
    return found


def _body(about: About) -> Iterator[str]:
    settings, summary = about.run.manifest["settings"], about.selection.summary
    judge, policy = settings["judge"], about.selection.manifest["settings"]["policy"]
    yield f"# {_plain(about.settings['name'])}\n"
    yield f"{about.rows} rows. {about.form.about}\n"
    yield "Made by janus-reward from instruction-code-picture triples: rendered, measured, judged, then selected.\n"
    yield "## How it was selected\n"
    yield f"Policy `{_plain(policy.get('name'))}`. {_plain(policy.get('about') or '')}".strip() + "\n"
    yield from _funnel(summary)
    coverage = summary["coverage"]
    told = (
        "there were no rows" if coverage is None else f"{coverage:.1%} of {summary['rows']} rows had the scores asked"
    )
    yield f"\nCoverage: {told}.\n"
    yield "## What is in it\n"
    yield from _table("domain", {name: part["kept"] for name, part in summary["slices"]["domain"].items()})
    yield from _table("language", {name: part["kept"] for name, part in summary["slices"]["language"].items()})
    yield from _table("licence named in the rows", about.licences)
    if about.left_out:
        yield "Kept rows that are not in this form:\n"
        yield from _table("why", about.left_out)
    yield "## Where the scores come from\n"
    yield f"Judge `{_plain(judge['name'])}`, revision `{_plain(judge['revision'])}`."
    yield f"Rubrics `{settings.get('rubrics_sha256')}`."
    yield "A score is a value or missing with a reason; nothing that failed was counted as a low or a high score.\n"
    yield "## Duplicates and benchmarks\n"
    yield from _checks(about)
    yield "## Limits\n"
    yield "- Scores are a judge's, not people's. See its report card before comparing them with other judges' scores."
    yield "- Selecting by a judge carries the judge's preferences into the set."
    yield "- Code in this set was run in a sandbox once; that does not make it safe to run."
    yield "- `manifest.json` holds the hash of every file, `croissant.json` the metadata."


def _funnel(summary: Mapping[str, Any]) -> Iterator[str]:
    yield "| step | dropped | for review | left |"
    yield "|---|---|---|---|"
    yield f"| all rows | | | {summary['rows']} |"
    for step in summary["funnel"]:
        yield f"| {_plain(step['name'])} | {step['drop']} | {step['review']} | {step['left']} |"


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield f"| {title} | rows |"
    yield "|---|---|"
    ordered = sorted(((name, count) for name, count in counts.items() if count), key=lambda item: (-item[1], item[0]))
    for name, count in ordered[:_MANY]:
        yield f"| {_plain(name)} | {count} |"
    if len(ordered) > _MANY:
        yield f"| {len(ordered) - _MANY} others | {sum(count for _, count in ordered[_MANY:])} |"
    yield ""


def _checks(about: About) -> Iterator[str]:
    settings = about.selection.manifest["settings"]
    yield "Deduplicated." if settings.get("dedup") else "Not deduplicated."
    if about.certificate is not None:
        yield "Checked against benchmarks: see `certificate.json`.\n"
    elif settings.get("contamination"):
        yield "Checked against benchmarks; the check came without a certificate.\n"
    else:
        yield "Not checked against benchmarks.\n"


def _plain(text: object) -> str:
    """Text from data or files, made harmless inside Markdown tables and headings."""
    flat = " ".join(str(text).split())
    for mark in "\\`|<>[]*_#":
        flat = flat.replace(mark, f"\\{mark}" if mark not in "<>`" else {"<": "&lt;", ">": "&gt;", "`": "'"}[mark])
    return flat[:600]
