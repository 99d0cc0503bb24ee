"""Plant benchmark items in a corpus in known ways and count what is found.

    python reports/decontaminate/planted.py DATA CORPUS.parquet [--clean N] [--write reports/decontaminate/planted.md]
    python reports/decontaminate/planted.py DATA CORPUS.parquet --paraphrase --clean 1000 [--write FILE]

DATA holds `benchmarks/` and `duplicates/`; CORPUS is made by `reports/dedup/corpus.py` and gives the clean rows. Kinds:
verbatim, question only, answer only, reformatted (layout and line breaks), renamed (every variable, the docstring
dropped), comments replaced, half of question and answer, 10% and 20% of the words replaced, rephrased by a language
model (HumanEval). A plant stands before or after the code of a clean row. Hard negatives: independent solutions of the
same exercise (IR-Plag), whose plagiarised copies are listed beside them; items of other benchmarks of the same
kinds of task. With `--paraphrase` all text channels together, embeddings too, on what a model rephrased and on
rows that should be let alone: up to 300 of each hard negative, and N clean rows that have a docstring (about 5 texts a
second).
"""

from __future__ import annotations

import argparse
import ast
import json
import platform
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from janus_reward.agreement.statistics import wilson
from janus_reward.decontaminate.detect import Hit
from janus_reward.decontaminate.items import Item, Items, read_items
from janus_reward.decontaminate.paraphrase import prose
from janus_reward.decontaminate.reading import Rows
from janus_reward.decontaminate.registry import Benchmark, Registry
from janus_reward.decontaminate.settings import DecontaminateSettings
from janus_reward.decontaminate.state import StoppableDetector
from janus_reward.dedup.batch import Batch

PLANTED = ("humaneval", "mbpp", "bigcodebench_hard", "text_to_plot", "theoremexplainbench", "matplotbench",
           "artifactsbench_lite", "webgenbench", "arena_hard")  # fmt: skip
OTHERS = ("chartmimic", "leetcode_contests", "nvbench2", "svgenius")
"""Benchmarks of the same kinds of task, none of them planted: their items are other problems."""
TELLING = 13
"""A question or answer of fewer words than this cannot be planted inside another text and told again."""
COMMON = 10
"""Five words that so many items of a benchmark have belong to its template."""

OF_EACH = 300
"""Hard negatives of a kind that are read for the table with embeddings."""
TEXT_CHANNELS = ("words", "structure", "paraphrase")

Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row to look at; `kind` is `clean`, how it was planted, or a hard negative; `item` what is in it."""

    kind: str
    instruction: str | None
    code: str | None
    language: str
    item: str | None = None


def words(text: str) -> list[str]:
    """Words as everyone counts them."""
    return re.findall(r"\w+", text)


def reformatted(text: str, chance: random.Random) -> str:
    """Other layout: blank lines, wider indents, lines of prose broken elsewhere."""
    lines = [line.replace("    ", "  ").rstrip() for line in text.splitlines()]
    return "\n".join(line + ("\n" if chance.random() < 0.3 else "") for line in lines)


def edited(share: float) -> Callable[[str, random.Random], str]:
    """A share of the words replaced by others of the same length."""

    def change(text: str, chance: random.Random) -> str:
        def other(match: re.Match[str]) -> str:
            if chance.random() >= share:
                return match.group()
            return "".join(chance.choice("abcdefghiklmnoprstuw") for _ in match.group())

        return re.sub(r"\w+", other, text)

    return change


def half(text: str, chance: random.Random) -> str:
    """The first half of the lines (of the words, where there is one line)."""
    del chance
    lines = text.splitlines()
    if len(lines) > 3:
        return "\n".join(lines[: (len(lines) + 1) // 2])
    found = text.split()
    return " ".join(found[: (len(found) + 1) // 2])


def fives(text: str) -> list[Gram]:
    """The 5-grams of words of a text, in order."""
    found = words(text)
    return [tuple(found[at : at + 5]) for at in range(len(found) - 4)]


def own_words(text: str, shared: Counter[Gram]) -> int:
    """Words that lie in no 5-gram of the benchmark's template."""
    template = {at + k for at, gram in enumerate(fives(text)) if shared[gram] >= COMMON for k in range(5)}
    return len(words(text)) - len(template)


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.new = {name: f"value_{number}" for number, name in enumerate(sorted(names))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.new.get(node.arg, node.arg), node.annotation)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        node.name = self.new.get(node.name, node.name)
        return node


def renamed(code: str) -> str | None:
    """Every variable, argument and function of the code by another name, without docstrings and comments."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    names |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    return ast.unparse(ast.fix_missing_locations(_Renaming(names).visit(tree)))


def recommented(code: str, chance: random.Random) -> str | None:
    """Comments and docstrings replaced by others."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value.value = "Does what the caller expects, and returns the outcome."
    lines = ast.unparse(tree).splitlines()
    return "\n".join(f"{line}  # step {chance.randrange(99)}" if chance.random() < 0.2 else line for line in lines)


def plants(item: Item, shared: Counter[Gram], chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Kind, instruction and code of every way to plant an item; `shared` counts the items that have a 5-gram."""
    question, answer, code = item.question, item.answer, item.code
    asks, answers = len(words(question)) >= TELLING, len(words(answer)) >= TELLING
    if asks:
        yield "verbatim", question, answer
        yield "question only", question, ""
        yield "reformatted", reformatted(question, chance), reformatted(answer, chance)
        if len(words(half(question, chance))) >= TELLING:
            template = not answer and own_words(half(question, chance), shared) < TELLING
            yield (
                "half, a template that items share" if template else "half",
                half(question, chance),
                half(answer, chance),
            )
        yield "10% of the words", edited(0.1)(question, chance), edited(0.1)(answer, chance)
        yield "20% of the words", edited(0.2)(question, chance), edited(0.2)(answer, chance)
    if answers:
        yield "answer only", "", answer
    if item.language == "python" and len(words(code)) >= 30:
        if new := renamed(code):
            yield "renamed, no docstring", "", new
        if answers and (new := recommented(code, chance)):
            yield "comments replaced", "", new


def planted(items: Iterable[Items], hosts: list[str], seed: int) -> Iterator[Row]:
    """Rows with plants, each between the lines of a host."""
    chance = random.Random(seed)
    for benchmark in items:
        shared = Counter(gram for item in benchmark.items for gram in {*fives(item.question)})
        for item in benchmark.items[:150]:
            for kind, instruction, code in plants(item, shared, chance):
                host, first = chance.choice(hosts), chance.random() < 0.5
                asked = f"Help me with the following. {instruction} Thank you." if instruction else None
                full = f"{code}\n\n\n{host}" if first else f"{host}\n\n\n{code}"
                yield Row(kind, asked, full if code else None, item.language or "python", f"{item.benchmark}/{item.id}")


def rephrased(data: Path) -> Iterator[Row]:
    """HumanEval as a language model rephrased it."""
    for number, line in enumerate((data / "duplicates" / "rephrased_humaneval_python.jsonl").open(encoding="utf-8")):
        yield Row("rephrased by a model", None, json.loads(line)["text"], "python", f"humaneval/HumanEval/{number}")


def exercises(data: Path) -> tuple[Items, list[Row]]:
    """The originals of IR-Plag as a benchmark; their plagiarised copies, and independent solutions, as rows."""
    rows = [json.loads(line) for line in (data / "duplicates" / "irplag.jsonl").open(encoding="utf-8")]
    about = Benchmark(id="irplag", title="IR-Plag originals", language="java")
    items = tuple(
        Item("irplag", row["case"], "", row["code"], row["code"], None, "java")
        for row in rows if row["kind"] == "original"
    )  # fmt: skip
    others = [
        Row("independent solution" if row["kind"] == "non-plagiarized" else f"plagiarised {row['level']}",
            None, row["code"], "java", f"irplag/{row['case']}")
        for row in rows if row["kind"] != "original"
    ]  # fmt: skip
    return Items(about, items, "", "irplag", 0), others


def other_problems(data: Path) -> Iterator[Row]:
    """Questions and codes of other benchmarks of the same kinds of task."""
    registry = Registry.load()
    for name in OTHERS:
        for item in read_items(registry.find(name)[0], None, data).items:
            yield Row(f"other problems: {name}", item.question or None, item.code or None, item.language or "python")


def batches(rows: list[Row]) -> Iterator[Batch]:
    """Rows as the detector takes them."""
    for at in range(0, len(rows), 4096):
        part = rows[at : at + 4096]
        yield Batch(
            pa.array([str(at + k) for k in range(len(part))]), np.arange(at, at + len(part)),
            code=pa.array([row.code for row in part], pa.large_string()),
            instruction=pa.array([row.instruction for row in part], pa.large_string()),
            languages=pa.array([row.language for row in part]),
        )  # fmt: skip


def main() -> None:
    """Plant, look, print (or write)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--clean", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--paraphrase", action="store_true")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    registry = Registry.load()
    known = [read_items(registry.find(name)[0], None, asked.data) for name in PLANTED]
    exercise, others = exercises(asked.data)
    table = pq.read_table(asked.corpus, columns=["text", "origin"])
    texts = [text for text, origin in zip(*(table.column(c).to_pylist() for c in ("text", "origin")), strict=True)
             if origin < 0]  # fmt: skip
    hosts, clean = texts[:5_000], texts[5_000 : 5_000 + asked.clean]
    if asked.paraphrase:
        rows, channels = few(clean_prose(texts[5_000:], asked.clean), others, asked.data), TEXT_CHANNELS
    else:
        rows, channels = [Row("clean", None, text, "python") for text in clean], TEXT_CHANNELS[:2]
        rows += [*planted(known, hosts, asked.seed), *rephrased(asked.data), *others, *other_problems(asked.data)]
    started = time.process_time()
    detector = StoppableDetector([*known, exercise], DecontaminateSettings(channels=channels))
    for batch in batches(rows):
        detector.look(Rows(batch, ()))
    hits = detector.hits()
    text = report(rows, hits, len(detector.items), channels, time.process_time() - started)
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


def clean_prose(texts: list[str], count: int) -> list[Row]:
    """Clean rows whose docstring is prose to compare."""
    told = (text for text in texts if prose(None, text))
    return [Row("clean, with a docstring", None, text, "python") for text in islice(told, count)]


def few(clean: list[Row], others: list[Row], data: Path) -> list[Row]:
    """Rephrased questions, and rows that should be let alone, as many as embeddings have time for."""
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in (*rephrased(data), *clean, *others, *other_problems(data)):
        if not row.kind.startswith("plagiarised"):
            kinds[row.kind].append(row)
    cut = {kind: rows if kind.startswith("clean") else rows[:OF_EACH] for kind, rows in kinds.items()}
    return [row for rows in cut.values() for row in rows]


def report(rows: list[Row], hits: list[Hit], items: int, channels: Sequence[str], cpu: float) -> str:
    """The table as Markdown."""
    by_row = defaultdict(list)
    for hit in hits:
        by_row[hit.row].append(hit)
    kinds = list(dict.fromkeys(row.kind for row in rows))
    flag = " --paraphrase" * ("paraphrase" in channels)
    lines = [
        "# Planted contamination", "",
        f"`python reports/decontaminate/planted.py DATA CORPUS{flag}`: {len(rows):,} rows, {items:,} items, Python "
        f"{platform.python_version()}, {cpu:.1f} s of CPU with the making of the index.", "",
        f"| rows | found [95 %] | of these with the right item named | {' / '.join(f'by {n}' for n in channels)} |",
        "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for kind in kinds:
        own = [(i, row) for i, row in enumerate(rows) if row.kind == kind]
        found = [(i, row) for i, row in own if by_row[i]]
        right = sum(any(f"{h.benchmark}/{h.item}" == row.item for h in by_row[i]) for i, row in found)
        share = wilson(len(found), len(own))
        named = f"{right / len(found):.1%}" if found and kind != "clean" and own[0][1].item else "-"
        counts = [sum(any(h.channel == name for h in by_row[i]) for i, _ in own) for name in channels]
        lines.append(
            f"| {kind} | {share.value:.2%} [{share.low:.2%}, {share.high:.2%}], n={share.n} | {named} "
            f"| {' / '.join(map(str, counts))} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
