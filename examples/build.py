"""Build the example dataset from its readable sources: `python examples/build.py [--check]`.

Each folder `src/<id>/` is one good triple and the damage that makes its broken twins; README.md says what it holds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src"
DATA = ROOT / "data"
TABLE_MARKS = ("<!-- counts: written by build.py -->", "<!-- end of counts -->")


class SourceError(ValueError):
    """A source folder says something that cannot be built."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the built files are current")
    check_only: bool = parser.parse_args().check
    built = build()
    stale = [path for path, text in built.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check_only:
        print(
            "\n".join(f"stale: {path.relative_to(ROOT)}; run python examples/build.py" for path in stale) or "current"
        )
        return 1 if stale else 0
    for path, text in built.items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
    return 0


def build() -> dict[Path, str]:
    """Every built file and its text."""
    records = [record for folder in source_folders() for record in records_of(folder)]
    plain = [record for record in records if record["language"] != "manim"]
    manim = [record for record in records if record["language"] == "manim"]
    readme = ROOT / "README.md"
    return {
        DATA / "triples.jsonl": as_jsonl(plain),
        DATA / "manim.jsonl": as_jsonl(manim),
        readme: with_counts(readme.read_text(encoding="utf-8"), records),
    }


def source_folders() -> list[Path]:
    return sorted(path.parent for path in SOURCES.glob("*/triple.yaml"))


def records_of(folder: Path) -> list[dict[str, Any]]:
    """The good triple of a folder, then its twins in the order of the file."""
    told = yaml.safe_load((folder / "triple.yaml").read_text(encoding="utf-8"))
    twins = told.pop("twins")
    good_code = only_file(folder, "code")
    shared = shared_fields(folder, told)
    good = {"id": folder.name, **shared, "code": good_code, "meta": {"good": True}}
    return [good, *(twin_record(folder, shared, good_code, twin) for twin in twins)]


def shared_fields(folder: Path, told: dict[str, Any]) -> dict[str, Any]:
    fields = {key: told[key] for key in ("instruction", "language", "domain", "task")}
    fields["instruction"] = fields["instruction"].strip()
    if fields["task"] in ("edit", "repair"):
        fields["before"] = {"code": only_file(folder, "before")}
    if fields["task"] == "reproduce":
        fields["reference"] = f"references/{folder.name}.png"
    if "checklist" in told:
        fields["checklist"] = told["checklist"]
    return fields


def twin_record(folder: Path, shared: dict[str, Any], good_code: str, twin: dict[str, Any]) -> dict[str, Any]:
    code = damaged(folder, good_code, twin)
    if code == good_code:
        raise SourceError(f"{folder.name}: twin {twin['kind']} equals the good code")
    meta = {"twin_of": folder.name, "broken": twin["kind"], "what": twin["what"].strip()}
    return {"id": f"{folder.name}--{twin['kind']}", **shared, "code": code, "meta": meta}


def damaged(folder: Path, code: str, twin: dict[str, Any]) -> str:
    """The code of a twin, from the first of: another triple's code, the before, a file, or changes to the good code."""
    if "code_of" in twin:
        return only_file(SOURCES / twin["code_of"], "code")
    if twin.get("unchanged"):
        return only_file(folder, "before")
    changes = [name for name in ("drop", "replace", "append", "first_lines") if name in twin]
    if not changes:
        return only_file(folder / "twins", twin["kind"])
    where = f"{folder.name}: twin {twin['kind']}"
    for fragment in twin.get("drop", []):
        code = without_line(code, fragment, where)
    for change in twin.get("replace", []):
        code = replaced(code, change, where)
    if "first_lines" in twin:
        code = "\n".join(code.splitlines()[: twin["first_lines"]]) + "\n"
    return code + str(twin.get("append", ""))


def without_line(code: str, fragment: str, where: str) -> str:
    lines = code.splitlines(keepends=True)
    kept = [line for line in lines if fragment not in line]
    if len(kept) != len(lines) - 1:
        raise SourceError(f"{where}: drop {fragment!r} matches {len(lines) - len(kept)} lines, not 1")
    return "".join(kept)


def replaced(code: str, change: dict[str, Any], where: str) -> str:
    old, new = str(change["old"]), str(change["new"])
    expected = change.get("times", 1)
    if code.count(old) != expected:
        raise SourceError(f"{where}: {old!r} occurs {code.count(old)} times, not {expected}")
    return code.replace(old, new)


def only_file(folder: Path, stem: str) -> str:
    found = sorted(folder.glob(f"{stem}.*"))
    if len(found) != 1:
        raise SourceError(f"{folder.relative_to(ROOT)}: want one file {stem}.*, found {len(found)}")
    return found[0].read_text(encoding="utf-8")


def as_jsonl(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def with_counts(readme: str, records: list[dict[str, Any]]) -> str:
    """README text with its table of counts replaced."""
    start, end = TABLE_MARKS
    head, _, rest = readme.partition(start)
    _, _, tail = rest.partition(end)
    return f"{head}{start}\n{counts_table(records)}{end}{tail}"


def counts_table(records: list[dict[str, Any]]) -> str:
    good = [record for record in records if record["meta"].get("good")]
    domains = Counter(record["domain"] for record in good)
    tasks = Counter(record["task"] for record in good)
    kinds = Counter(record["meta"]["broken"] for record in records if "broken" in record["meta"])
    lines = [f"{len(good)} good triples and {len(records) - len(good)} broken twins.", ""]
    for title, counts in (("domain", domains), ("task", tasks), ("broken twin", kinds)):
        lines += [
            f"| {title} | count |",
            "|---|---|",
            *(f"| {name} | {count} |" for name, count in sorted(counts.items())),
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
