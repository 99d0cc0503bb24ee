"""Damage to the code alone, and answers that break off."""

from __future__ import annotations

import ast
import re

from janus_reward.corrupt.base import Case, corruption
from janus_reward.corrupt.criteria import COMPLETION, PRESERVATION, QUALITY, RELEVANCE, RESULT, VISUAL
from janus_reward.corrupt.markup_source import MarkupSource
from janus_reward.corrupt.naming import renamed
from janus_reward.corrupt.python_source import PythonSource
from janus_reward.corrupt.splice import Edit, spliced
from janus_reward.corrupt.wording import LOREM

PYTHON = ("python",)
PAGES = ("html", "svg")
_BROKEN = (COMPLETION, VISUAL, PRESERVATION)

_DEAD_PYTHON = """
def _normalise_entries(entries, threshold=0.5):
    result = []
    for entry in entries:
        if entry is None:
            continue
        if entry > threshold:
            result.append(entry * 2)
        else:
            result.append(entry)
    return result


def _legacy_format(value):
    unused_total = value * 100
    if False:
        return unused_total
    return str(value)


"""
_DEAD_SCRIPT = """
<script>
function legacyNormalise(entries) {
  var unusedTotal = 0;
  if (false) { unusedTotal = entries.length * 100; }
  for (var i = 0; i < entries.length; i++) { entries[i] = entries[i]; }
  return entries;
}
function oldFormatter(value) { var temp = value; temp = temp + 0; return value; }
</script>
"""


@corruption("code.truncated", 3, lowers=_BROKEN, languages=("python", *PAGES), breaks=True)
def truncated(case: Case) -> str | None:
    """The answer stops half way, in the middle of a line."""
    cut = int(len(case.code) * case.random.uniform(0.35, 0.6))
    return case.code[:cut] if len(case.code) > 200 else None


@corruption("code.half_done", 3, lowers=_BROKEN, languages=PYTHON, breaks=True)
def half_done(case: Case) -> str | None:
    """The answer stops after about 60% of its statements; what is there is whole."""
    source = PythonSource.read(case.code)
    if source is None or len(source.tree.body) < 5:
        return None
    last = source.tree.body[int(len(source.tree.body) * 0.6)]
    return case.code[: source.span(last)[0]].rstrip() + "\n"


@corruption(
    "code.elided",
    3,
    lowers=(COMPLETION, QUALITY, PRESERVATION),
    keeps=(),
    languages=PAGES,
    shows="either",
    breaks=True,
    holdout=True,
)
def elided(case: Case) -> str | None:
    """The last third of the content is left out with a remark that the rest goes on in the same way."""
    source = MarkupSource.read(case.code)
    root = source.first("body") or source.first("svg")
    parts = [item for item in source.elements if item.parent is root] if root else []
    while len(parts) == 1 and parts[0].children:
        parts = parts[0].children
    gone = [item for item in parts[-max(1, len(parts) // 3) :] if item.tag not in ("script", "style")]
    if len(parts) < 3 or not gone:
        return None
    at = gone[0].start
    return spliced(case.code, [Edit(at, gone[-1].end, "<!-- ... the rest goes on in the same way ... -->")])


@corruption("code.syntax_error", 3, lowers=(*_BROKEN, QUALITY), languages=PYTHON, breaks=True)
def syntax_error(case: Case) -> str | None:
    """A closing bracket is missing, so that the program does not start."""
    at = case.code.rfind(")", 0, int(len(case.code) * 0.8))
    broken = case.code[:at] + case.code[at + 1 :] if at > 0 else None
    return broken if broken and PythonSource.read(broken) is None else None


@corruption("code.wrong_name", 3, lowers=(*_BROKEN, QUALITY), languages=PYTHON, breaks=True, holdout=True)
def wrong_name(case: Case) -> str | None:
    """A variable is used under a name that does not exist, so that the program stops."""
    source = PythonSource.read(case.code)
    if source is None:
        return None
    used = [
        node
        for node in source.nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in source.constants
    ]
    node = case.pick(used[: max(1, len(used) // 2)])
    return source.edited([source.replaced(node, f"{node.id}_values")]) if isinstance(node, ast.Name) else None


@corruption("code.dead_code", 1, lowers=(QUALITY,), keeps=RESULT, languages=("python", "html"), shows="no")
def dead_code(case: Case) -> str | None:
    """Functions that nobody calls and branches that never run."""
    source = PythonSource.read(case.code)
    if case.triple.language == "html":
        at = case.code.lower().rfind("</body>")
        return spliced(case.code, [Edit(at, at, _DEAD_SCRIPT)]) if at >= 0 else None
    return source.after_imports(_DEAD_PYTHON.split("\n")) if source else None


@corruption("code.misleading_comments", 1, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no")
def misleading_comments(case: Case) -> str | None:
    """Comments say what the code does not do."""
    source = PythonSource.read(case.code)
    if source is None or len(source.tree.body) < 4:
        return None
    lies = (
        "# Download the data from the server",
        "# Train the model",
        "# Sort by surname",
        "# TODO: remove, does not work",
    )
    edits = []
    for number, statement in enumerate(source.tree.body[1::2][:6]):
        at = case.code.rfind("\n", 0, source.span(statement)[0]) + 1
        edits.append(Edit(at, at, lies[number % len(lies)] + "\n"))
    return source.edited(edits)


@corruption("code.copy_paste", 2, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no")
def copy_paste(case: Case) -> str | None:
    """A loop is written out, or settings are repeated line by line."""
    source = PythonSource.read(case.code)
    if source is None:
        return None
    simple = [node for node in source.tree.body if isinstance(node, ast.Assign) and len(source.text(node)) > 12]
    lines = [source.text(node) for node in simple if _pure(node.value)][:8]
    return source.edited([Edit(*_after(source, simple[-1]), "\n".join(["", *lines * 4]))]) if len(lines) > 1 else None


@corruption("code.swallowed_errors", 2, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no")
def swallowed_errors(case: Case) -> str | None:
    """Everything after the imports stands in a `try` whose errors are thrown away."""
    source = PythonSource.read(case.code)
    body = source.tree.body if source else []
    first = next(
        (n for n, item in enumerate(body) if not isinstance(item, ast.Import | ast.ImportFrom | ast.Expr)), None
    )
    if source is None or first is None or '"""' in case.code or "'''" in case.code:
        return None
    at = case.code.rfind("\n", 0, source.span(body[first])[0]) + 1
    inner = "\n".join(f"    {line}" if line.strip() else line for line in case.code[at:].rstrip().split("\n"))
    swallowed = f"{case.code[:at]}try:\n{inner}\nexcept:\n    pass\n"
    return swallowed if PythonSource.read(swallowed) else None


@corruption("code.bad_names", 2, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no", holdout=True)
def bad_names(case: Case) -> str | None:
    """Variables are called a1, a2, a3."""
    return renamed(case.code, lambda number, name: f"a{number + 1}", least=4)


@corruption("code.magic_numbers", 1, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no", holdout=True)
def magic_numbers(case: Case) -> str | None:
    """Named settings are written out as bare numbers where they are used."""
    source = PythonSource.read(case.code)
    if source is None:
        return None
    edits = []
    for node in source.nodes:
        value = source.constants.get(node.id) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float) and not _in_text(source, node):
            edits.append(source.replaced(node, source.text(value)))
    return source.edited(edits)


@corruption("code.one_line", 1, lowers=(QUALITY,), keeps=RESULT, languages=PYTHON, shows="no")
def one_line(case: Case) -> str | None:
    """Statements are crammed onto shared lines with semicolons, without blank lines or comments."""
    source = PythonSource.read(case.code)
    if source is None:
        return None
    simple = (ast.Assign, ast.Expr, ast.Import, ast.ImportFrom, ast.AugAssign)
    lines: list[str] = []
    joined = False
    for node in source.tree.body:
        text = ast.unparse(node)
        plain = isinstance(node, simple) and "\n" not in text
        if plain and joined and len(lines[-1]) < 160:
            lines[-1] += ";" + text
        else:
            lines.append(text)
        joined = plain
    return "\n".join(lines) + "\n" if len(lines) < len(source.tree.body) else None


@corruption("code.filler_comments", 1, lowers=(QUALITY,), keeps=RESULT, languages=("python", *PAGES), shows="no")
def filler_comments(case: Case) -> str | None:
    """Long comments that say nothing make the answer half as long again."""
    words = " ".join(case.random.choice(LOREM) for _ in range(40))
    note = f"This part of the code is very important and carefully designed. {words.capitalize()}."
    if case.triple.language == "python":
        lines = case.code.split("\n")
        source = PythonSource.read(case.code)
        starts = [node.lineno - 1 for node in source.tree.body][1:9] if source else []
        for at in reversed(starts):
            lines[at:at] = [f"# {note[part : part + 100]}" for part in range(0, len(note), 100)]
        return "\n".join(lines) if starts else None
    inner = MarkupSource.read(case.code).first("body") or MarkupSource.read(case.code).first("svg")
    return spliced(case.code, [Edit(inner.open_end, inner.open_end, f"\n<!-- {note} -->\n" * 6)]) if inner else None


@corruption("code.inline_styles", 1, lowers=(QUALITY,), keeps=RESULT, languages=("html",), shows="no")
def inline_styles(case: Case) -> str | None:
    """Every element carries a long inline style that repeats defaults."""
    source = MarkupSource.read(case.code)
    items = [item for item in source.all("p", "li", "span", "td", "a") if "style" not in item.attributes][:80]
    noise = "visibility: visible; border-image-slice: 100%; outline-offset: 0px; tab-size: 8; orphans: 2; widows: 2"
    return spliced(case.code, [source.style(item, noise) for item in items]) if len(items) > 4 else None


@corruption(
    "code.hard_coded_result",
    3,
    lowers=(COMPLETION, QUALITY, PRESERVATION),
    keeps=(),
    languages=PYTHON,
    shows="either",
    breaks=True,
)
def hard_coded_result(case: Case) -> str | None:
    """A function returns a constant in place of computing its result."""
    source = PythonSource.read(case.code)
    functions = (
        [node for node in source.tree.body if isinstance(node, ast.FunctionDef) and _returns(node)] if source else []
    )
    function = case.pick([node for node in functions if len(node.body) > 1])
    if source is None or function is None:
        return None
    start, end = source.span(function.body[0])[0], source.span(function.body[-1])[1]
    return source.edited([Edit(start, end, f"return {case.random.choice(['42', '[1, 2, 3]', '0'])}")])


@corruption(
    "code.stub",
    3,
    lowers=(COMPLETION, RELEVANCE, PRESERVATION),
    keeps=(),
    languages=PYTHON,
    shows="either",
    breaks=True,
)
def stub(case: Case) -> str | None:
    """The bodies of all functions are left to the reader."""
    source = PythonSource.read(case.code)
    functions = (
        [node for node in source.tree.body if isinstance(node, ast.FunctionDef) and len(node.body) > 1]
        if source
        else []
    )
    if source is None:
        return None
    spans = [(source.span(node.body[0])[0], source.span(node.body[-1])[1]) for node in functions]
    return source.edited([Edit(start, end, "pass  # TODO: implement") for start, end in spans])


def _pure(value: ast.expr) -> bool:
    """Whether evaluating an expression again changes nothing."""
    allowed = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Load, ast.UnaryOp, ast.USub)
    return all(isinstance(node, allowed) for node in ast.walk(value))


def _after(source: PythonSource, node: ast.AST) -> tuple[int, int]:
    end = source.span(node)[1]
    return end, end


def _in_text(source: PythonSource, node: ast.AST) -> bool:
    start, end = source.span(node)
    return source.code[start:end] != getattr(node, "id", None) or bool(
        re.search(r"[rbf]['\"]", source.code[max(0, start - 200) : start].rpartition("\n")[2])
    )


def _returns(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))
