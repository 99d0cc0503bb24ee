"""Comments, docstrings, names and order may say what they like: what they say moves no score worth telling."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from janus_reward.evidence import measure
from janus_reward.judges.evidence import EvidenceJudge
from janus_reward.rubric import RubricSet
from janus_reward.sample import Sample
from janus_reward.triple import Render, Triple
from janus_reward.verdict import verdict

SOURCES = Path(__file__).parents[2] / "examples" / "src"
LANGUAGES = {".py": "python", ".html": "html", ".svg": "svg", ".js": "javascript"}
FILES = [path for path in sorted(SOURCES.glob("*/code.*")) if path.suffix in LANGUAGES]
NAMED = [pytest.param(path, id=path.parent.name) for path in FILES]
TOLD = ("code.chars", "code.lines", "code.comment_share", "code.docstring_share")
SAFE = st.text(alphabet="abcdefgh XYZ 0123 '\"([{,", min_size=1, max_size=60)
JUDGE, RUBRICS = EvidenceJudge(), RubricSet.load()


def triple(path: Path) -> Triple:
    told = yaml.safe_load((path.parent / "triple.yaml").read_text(encoding="utf-8"))
    language = LANGUAGES[path.suffix]
    code = path.read_text(encoding="utf-8")
    return Triple(
        0, "t", told["instruction"], code, language, told.get("domain", "chart"), told.get("task", "generate")
    )


def signals(given: Triple) -> dict[str, float | None]:
    evidence = measure(Sample(given, Render("not_needed")))
    assert "signal_errors" not in evidence.notes
    return dict(evidence.signals)


def commented(code: str, language: str, words: str) -> str:
    """The code with comments at the places of its language, which do not change what it does."""
    if language == "python":
        lines = f"# {words}\n{code}\n# {words}\n"
        return re.sub(r"(?m)^((?:import|from) .*[^\\(,])$", rf"\1  # {words}", lines)
    if language == "javascript":
        return f"/* {words} */\n{code}\n// {words}\n"
    words = words.replace("-", " ")
    code = code.replace("<style>", f"<style>/* {words} */").replace("<script>", f"<script>\n// {words}\n")
    end = "</svg>" if language == "svg" else "</body>"
    return code.replace(end, f"<!-- {words} -->{end}")


@pytest.mark.parametrize("path", NAMED)
def test_a_comment_that_repeats_the_instruction_changes_no_signal_but_those_about_comments(path):
    plain = triple(path)
    words = " ".join(re.findall(r"\w+", plain.instruction or ""))[:400] + " bar line pie title legend 42 red button"
    told = replace(plain, code=commented(plain.code or "", plain.language or "", words))
    assert told.code != plain.code
    before, after = signals(plain), signals(told)
    assert {n: (before[n], after[n]) for n in before if before[n] != after[n] and n not in TOLD} == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(FILES), words=SAFE)
def test_any_comment_changes_no_signal_but_those_about_comments(path, words):
    plain = triple(path)
    before, after = (
        signals(plain),
        signals(replace(plain, code=commented(plain.code or "", plain.language or "", words))),
    )
    assert {n: (before[n], after[n]) for n in before if before[n] != after[n] and n not in TOLD} == {}


class _Docstrings(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.body.insert(0, ast.Expr(ast.Constant("A red bar chart with a title, a legend and 42 blue lines.")))
        return node


class _Names(ast.NodeTransformer):
    """Gives every variable of the script itself another telling name."""

    def __init__(self, tree: ast.Module) -> None:
        made = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        arguments = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        self.new = {name: f"{name}{name[-1]}" if len(name) > 2 else name for name in made - arguments}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new.get(node.id, node.id), node.ctx)


def documented(code: str) -> str:
    return ast.unparse(ast.fix_missing_locations(_Docstrings().visit(ast.parse(code))))


def renamed(code: str) -> str:
    tree = ast.parse(code)
    return ast.unparse(_Names(tree).visit(tree))


def reordered(code: str) -> str:
    """The functions of the module in the opposite order, in the places where functions stand."""
    tree = ast.parse(code)
    places = [i for i, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef)]
    for place, function in zip(places, [tree.body[i] for i in reversed(places)], strict=True):
        tree.body[place] = function
    return ast.unparse(tree)


def total(given: Triple) -> float:
    sample = Sample(replace(given, domain="algorithm", task="generate"), Render("not_needed"))
    rubric = RUBRICS.pick("algorithm", "generate", "python")
    evidence = measure(sample)
    score = verdict(sample, evidence, rubric, JUDGE.judge(sample, evidence, rubric), JUDGE).score
    assert score is not None
    return score


PYTHON = [pytest.param(path, id=path.parent.name) for path in FILES if path.suffix == ".py"]


@pytest.mark.parametrize("change", [documented, renamed, reordered])
@pytest.mark.parametrize("path", PYTHON)
def test_docstrings_names_and_order_move_the_total_by_less_than_a_twentieth(path, change):
    plain = triple(path)
    plain = replace(plain, code=ast.unparse(ast.parse(plain.code or "")))
    assert abs(total(replace(plain, code=change(plain.code or ""))) - total(plain)) < 0.05
