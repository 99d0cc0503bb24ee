"""What in a code or a picture calls for care: dangerous calls, unfinished work, words addressed to a grader."""

from __future__ import annotations

import ast
import bisect
import itertools
import re
from collections.abc import Iterator

from janus_reward.evidence.view import View

_LIMIT = 50
_MODULES = ("subprocess", "socket", "requests", "httpx", "aiohttp", "urllib", "ftplib", "smtplib", "paramiko", "ctypes")
_CALLS = frozenset(
    {"eval", "exec", "compile", "__import__", "importlib.import_module", "sys.settrace", "webbrowser.open"}
)
_CALLS |= {
    "os.system",
    "os.popen",
    "os.remove",
    "os.unlink",
    "os.rmdir",
    "os.removedirs",
    "os.kill",
    "os.fork",
    "os.execv",
}
_CALLS |= {
    "os.execvp",
    "os.spawnl",
    "os.environ.get",
    "os.getenv",
    "os.setuid",
    "os.chmod",
    "shutil.rmtree",
    "shutil.move",
}
_CALLS |= {"pickle.load", "pickle.loads", "marshal.loads", "pty.spawn"}
_HARMLESS = re.compile(r"^urllib\.parse\.")
_IN_SCRIPT = re.compile(
    r"(?<![\w.$])eval\s*\(|\bnew\s+Function\s*\(|(?<![\w.$])fetch\s*\(|\bnew\s+(?:XMLHttpRequest|WebSocket"
    r"|EventSource|SharedWorker)\b"
    r"|\bnavigator\.sendBeacon\b|\bdocument\.cookie\b|\bimportScripts\s*\(|\bwindow\.open\s*\("
)
_SCRIPT_SIGNS = (
    *("eval", "Function", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "SharedWorker", "sendBeacon"),
    *("document.cookie", "importScripts", "window.open"),
)
"""Whatever `_IN_SCRIPT` finds holds one of these: a text without any need not be searched."""
_IN_SVG = re.compile(
    r"<script\b|<foreignObject\b|\son[a-z]{3,20}\s*=|(?:href|src)\s*=\s*[\"']\s*(?:https?:|file:|javascript:|//)",
    re.IGNORECASE,
)
_IN_OTHER = re.compile(
    r"(?<![\w.])(?:system|shell|eval|unix|Run|RunProcess|URLFetch|download\.file|urlread|webread)\s*[(\[]"
)


def dangerous_calls(view: View) -> tuple[str, ...]:
    """Names of the dangerous calls in the code, in order, at most fifty; comments and strings do not count."""
    if view.code is None:
        return ()
    if view.python and view.python.tree is not None:
        return tuple(name for name, call in view.python.calls if _is_dangerous(name, call))[:_LIMIT]
    if view.language == "svg":
        return _found(_IN_SVG, view.lexis.stripped)
    if view.javascript is not None:
        code = view.lexis.stripped
        return _found(_IN_SCRIPT, code) if any(sign in code for sign in _SCRIPT_SIGNS) else ()
    return _found(_IN_OTHER, view.lexis.stripped)


def _is_dangerous(name: str, call: ast.Call) -> bool:
    if name.startswith(_MODULES) and name.partition(".")[0] in _MODULES:
        return not _HARMLESS.match(name)
    if name in _CALLS:
        return name != "compile" or len(call.args) >= 3
    return name.rpartition(".")[2].startswith("read_") and _is_address(call)


def _is_address(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    return (
        isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and first.value.startswith(("http:", "https:", "ftp:"))
    )


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    names = (re.sub(r"\s+", " ", match.group()).strip(" (") for match in pattern.finditer(text))
    return tuple(name for name, _ in zip(names, range(_LIMIT), strict=False))


_UNFINISHED = re.compile(
    r"\bTODO\b|\bFIXME\b|\bXXX\b|\blorem ipsum\b|\b(?:your|insert|add) (?:own )?(?:code|data|content|text"
    r"|logic)(?: goes)? here\b"
    r"|\b(?:rest|remainder) of (?:the|your) (?:code|data|implementation|script)\b|\bNotImplementedError\b"
    r"|\bplaceholder (?:text|data|content|image|for)\b"
    r"|\b(?:same|unchanged) as (?:before|above|the original)\b|\bexisting code\b|\bimplementation (?:goes here"
    r"|omitted)\b|\bto be implemented\b"
    r"|(?:#|//|<!--|/\*)[ \t]{0,4}\.\.\.(?=[ \t]{0,4}(?:\n|-->|\*/|$))|\bsample text\b|\bvia\.placeholder\.com\b",
    re.IGNORECASE,
)


_UNFINISHED_SIGNS: tuple[str, ...] = (
    "todo",
    "fixme",
    "xxx",
    "lorem",
    " here",
    "rest of",
    "remainder of",
    "notimplemented",
    "placeholder",
)
_UNFINISHED_SIGNS += ("same as", "unchanged as", "existing code", "implement", "...", "sample text")


def _lines_with(text: str, signs: tuple[str, ...], following: int = 0) -> str:
    """Keep only the lines that hold one of some lower-case signs, each joined with what follows it."""
    lowered = text.lower()
    places = [at for sign in signs for at in _places(lowered, sign)]
    if not places:
        return ""
    starts = list(itertools.accumulate((len(line) for line in lowered.splitlines(keepends=True)), initial=0))
    kept = sorted({bisect.bisect_right(starts, at) - 1 for at in places})
    lines = text.splitlines()
    return "\n".join(" ".join(lines[i : i + 1 + following]) for i in kept)


def _places(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + len(sign))


def placeholders(view: View) -> tuple[str, ...]:
    """Marks of unfinished work in the code, comments included, in order, at most fifty."""
    marks = _found(_UNFINISHED, _lines_with(view.code or "", _UNFINISHED_SIGNS))
    if view.python:
        hollow = tuple(f"empty body of {function.name}" for function in view.python.functions if _is_hollow(function))
        marks += hollow
    return marks[:_LIMIT]


def _is_hollow(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = [
        statement for statement in function.body if not isinstance(statement, ast.Expr) or not _is_text(statement.value)
    ]
    return all(isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and _is_ellipsis(s.value)) for s in body)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


_GRADE = r"(?:score|rating|grade|mark)s?"
_GRADER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|system"
    r"|the)\b.{0,20}\b(?:instruction|prompt|rubric|criteri|guideline|rule)s?"
    r"|\b(?:as|dear|hey|attention|note (?:to|for)|message (?:to|for)|to) (?:a |an |the |any "
    r"|all )?(?:\w+ )?(?:ai |llm |fair )?(?:judge|grader|evaluator|reviewer|rater)s?\b"
    r"(?=[ ,:!.;]{1,3}(?:you|please|this|give|assign|rate|score|award|must|should|the (?:code|chart|answer"
    r"|output|picture|image)|i |ignore|output|return))"
    rf"|\b(?:give|assign|award|rate|grade|mark|score)\b(?: \w+){{0,6}} (?:a |an |the )?(?:perfect|full|highest"
    rf"|maximum|max|top|best(?: possible)?|5|five|10|100)[ -]?"
    rf"(?:/ ?(?:5|10|100)\b|out of (?:5|10|100|five|ten)|{_GRADE}\b|marks\b|stars?\b|points?\b(?= (?:for|on"
    rf"|in) (?:all|every|each)))"
    r"|\b(?:give|rate|score|grade|mark) (?:it|this|me|my \w+|the (?:answer|code|output|chart|picture|image"
    r"|response)) (?:a |an |as )?(?:perfect\b|5\b|five\b|10\b|excellent\b|full marks)"
    rf"|\b(?:task[_ ](?:relevance|completion)|visual[_ ](?:fidelity|clarity)|code[_ ]quality|total[_ ]score"
    rf"|overall[_ ]score|final[_ ]score)\"?\s*[:=]\s*\"?[1-5]\b"
    rf"|\b{_GRADE}\s*[:=]\s*(?:5 ?/ ?5|10 ?/ ?10|100 ?/ ?100|5 out of 5)"
    r"|\"(?:verdict|judge?ment)\"\s*:\s*(?:\{|\"(?:pass|good|excellent|correct|keep|accept|[A-E]>))"
    r"|<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[/?INST\]|<</?SYS>>"
    r"|<(?:start|end)_of_turn>|(?:^|\n)\s*(?:#\s*)?(?:(?:Human|Assistant): \S|System: (?:you|ignore|please"
    r"|the (?:judge|grader|user)))"
    r"|\byou are (?:now )?(?:a |an |the )(?:\w+ )?(?:judge|grader|evaluator|reward model)\b"
    r"|\b(?:ai|llm) (?:judge|grader|evaluator|reviewer|rater)s?\s?[:,]"
    rf"|\b(?:give|assign|award|respond with|output|return|deserves?) (?:it |this |me )?(?:a |the )?(?:perfect|full"
    rf"|highest|maximum|top) {_GRADE}\b"
    r"|\b(?:do not|don't|never) (?:deduct|subtract) (?:any )?(?:points|marks)\b"
    r"|\b(?:requirement|criterion|criteria|check|item|task)s? ?(?:no\.? ?|# ?)?\d{0,3} ?[:=-]{1,2} ?(?:fully )?"
    r"(?:fulfilled|satisfied|verified|met|passed|passes|done|complete[d]?)\b"
    r"|\b(?:all|every|each)(?: of the)? (?:requirement|criterion|criteria|check|task|instruction)s? "
    r"(?:is|are|was|were|has been|have been) (?:now |fully |all |perfectly )?(?:fulfilled|satisfied|verified|met)\b",
    re.IGNORECASE,
)


_GRADER_SIGNS: tuple[str, ...] = (
    "judge",
    "grade",
    "evaluator",
    "reviewer",
    "rater",
    "reward model",
    "score",
    "rating",
    "rate ",
    "marks",
    "stars",
)
_GRADER_SIGNS += (
    "ignore",
    "disregard",
    "forget",
    "override",
    "verdict",
    "judgement",
    "relevance",
    "completion",
    "fidelity",
    "clarity",
)
_GRADER_SIGNS += (
    "quality",
    "<|",
    "inst]",
    "sys>>",
    "_of_turn",
    "human:",
    "assistant:",
    "system:",
    "full marks",
    "award",
    "maximum",
    "deduct",
    "subtract",
    "requirement",
    "criteri",
    "verified",
    "fulfilled",
    "satisfied",
    "passed",
)
_COMMENT_MARK = re.compile(r"(?m)(?<=\s)(?:#|//|\*)(?=\s)")


def grader_texts(text: str) -> tuple[str, ...]:
    """List passages addressed to whoever grades: orders to a judge, ready-made verdicts, role marks of chats."""
    text = re.sub(r"[ \t]+", " ", _COMMENT_MARK.sub(" ", _lines_with(text, _GRADER_SIGNS, following=1)))
    return tuple(match.group().strip()[:120] for match, _ in zip(_GRADER.finditer(text), range(20), strict=False))
